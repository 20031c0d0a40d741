package store

import (
	"fmt"
	"slices"

	"picket/internal/fault"
	"picket/jsonview"
)

// batch is how many findings are written at once. SQLite allows a
// statement 32,766 parameters.
const batch = 200

// PutFindings writes findings, given as GuardDuty's JSON, which the store keeps
// byte for byte (save what no database text can hold). A finding
// with the id, account and region of a stored one replaces it. Of findings that
// are in docs twice the last counts.
func (t *Tx) PutFindings(docs []string) error {
	place := map[stored]int{}
	var rs []*record
	for _, doc := range docs {
		r, err := recordOf(doc)
		if err != nil {
			return err
		}
		if i, twice := place[r.key()]; twice {
			rs[i] = r
			continue
		}
		place[r.key()] = len(rs)
		rs = append(rs, r)
	}
	for chunk := range slices.Chunk(rs, batch) {
		if err := t.putRecords(chunk); err != nil {
			return fmt.Errorf("write %d findings: %w", len(chunk), err)
		}
	}
	return nil
}

// stored is what a finding is found by.
type stored struct{ id, account, region string }

func (r *record) key() stored { return stored{r.ID, r.Account, r.Region} }

// putRecords writes the findings.
func (t *Tx) putRecords(rs []*record) error {
	change, err := t.change()
	if err != nil {
		return err
	}
	args := make([]any, 0, 6*len(rs))
	for _, r := range rs {
		args = append(args, r.ID, r.Account, r.Region, r.Updated, change, r.Encode())
	}
	seqs := make(map[stored]int64, len(rs))
	err = t.rows(func(scan func(...any) error) (bool, error) {
		var seq int64
		var k stored
		err := scan(&seq, &k.id, &k.account, &k.region)
		seqs[k] = seq
		return true, err
	}, `INSERT INTO findings (id, account, region, updated, change, entry) VALUES `+t.rowGroups(len(rs), 6)+`
		ON CONFLICT (id, account, region) DO UPDATE SET updated = excluded.updated, change = excluded.change, entry = excluded.entry
		RETURNING seq, id, account, region`, args...)
	if err != nil {
		return err
	}
	args = args[:0]
	for _, r := range rs {
		args = append(args, seqs[r.key()], r.doc)
	}
	return t.exec(`INSERT INTO finding_docs (finding, doc) VALUES `+t.rowGroups(len(rs), 2)+` ON CONFLICT (finding) DO UPDATE SET doc = excluded.doc`, args...)
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Findings reads findings by id, those that Where's region and accounts
// have, in the order of ids, each once. Unknown ids are left out; criteria are
// not asked.
func (t *Tx) Findings(w Where, ids []string) ([]string, error) {
	byID := map[string]string{}
	var q query
	cond := w.scope(&q, unindexed("f.region"), unindexed("f.account"))
	for chunk := range slices.Chunk(ids, batch) {
		q := q.clone()
		err := t.rows(func(scan func(...any) error) (bool, error) {
			var id, doc string
			err := scan(&id, &doc)
			byID[id] = doc
			return true, err
		}, `SELECT f.id, d.doc FROM `+t.dialect.join(`(SELECT f.id, f.seq FROM findings f WHERE f.id IN (`+q.list(chunk)+`) AND `+cond+`) f`,
			"finding_docs", "d", "d.finding = f.seq"), q.args...)
		if err != nil {
			return nil, fmt.Errorf("read %d findings: %w", len(ids), err)
		}
	}
	var out []string
	for _, id := range ids {
		if doc, ok := byID[id]; ok {
			out = append(out, doc)
			delete(byID, id)
		}
	}
	return out, nil
}

// ArchiveFindings marks findings as archived or current. When any id is
// unknown nothing is changed: fault.NotFound.
func (t *Tx) ArchiveFindings(w Where, ids []string, archived bool) error {
	raw := "false"
	if archived {
		raw = "true"
	}
	return t.editFindings(w, ids, true, func(doc string) string { return jsonview.Set(doc, raw, "service", "archived") })
}

// SetFeedback marks findings as USEFUL or NOT_USEFUL. Unknown ids are passed
// over, as the real service does.
func (t *Tx) SetFeedback(w Where, ids []string, feedback string) error {
	if feedback != "USEFUL" && feedback != "NOT_USEFUL" {
		return fault.Newf(fault.Invalid, "Feedback can't be %q.", feedback)
	}
	return t.editFindings(w, ids, false, func(doc string) string { return jsonview.Set(doc, `"`+feedback+`"`, "service", "userFeedback") })
}

func (t *Tx) editFindings(w Where, ids []string, all bool, edit func(string) string) error {
	docs, err := t.Findings(w, ids)
	if err != nil {
		return err
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(ids)))
	if all && len(docs) < len(distinct) {
		return fault.Newf(fault.NotFound, "%d of the findings do not exist.", len(distinct)-len(docs))
	}
	for i := range docs {
		docs[i] = edit(docs[i])
	}
	return t.PutFindings(docs)
}

// ExpireFindings deletes up to limit findings that were last updated before a
// time in Unix milliseconds, oldest first in each region, and says how many
// they were.
func (t *Tx) ExpireFindings(before int64, limit int) (int, error) {
	total := 0
	for region := ""; total < limit; {
		ok, err := t.row([]any{&region}, `SELECT region FROM findings WHERE region > $1 ORDER BY region LIMIT 1`, region)
		if err != nil {
			return total, err
		}
		if !ok {
			break
		}
		n, err := t.deleteWhere(`region = $1 AND updated < $2 ORDER BY updated LIMIT $3`, region, before, limit-total)
		if err != nil {
			return total, fmt.Errorf("expire findings of %s: %w", region, err)
		}
		total += n
	}
	return total, nil
}

func (t *Tx) deleteFindings(s Scope) error {
	for {
		n, err := t.deleteWhere(`region = $1 AND account = $2 LIMIT $3`, s.Region, s.Account, 10*batch)
		if err != nil {
			return fmt.Errorf("delete findings: %w", err)
		}
		if n == 0 {
			return nil
		}
	}
}

// keptChanges is for how many changes the numbers of deleted findings are kept:
// an index that is older is read anew.
const keptChanges = 100_000

// deleteWhere deletes the findings that a condition selects.
func (t *Tx) deleteWhere(where string, args ...any) (int, error) {
	var seqs []int64
	err := t.rows(func(scan func(...any) error) (bool, error) {
		var seq int64
		err := scan(&seq)
		seqs = append(seqs, seq)
		return true, err
	}, `SELECT seq FROM findings WHERE `+where, args...)
	if err != nil || len(seqs) == 0 {
		return 0, err
	}
	change, err := t.change()
	if err != nil {
		return 0, err
	}
	for chunk := range slices.Chunk(seqs, batch) {
		for _, column := range []string{"findings WHERE seq", "finding_docs WHERE finding", "finding_issues WHERE finding"} {
			if err := t.exec(`DELETE FROM `+column+` IN `+t.rowGroups(1, len(chunk)), anys(chunk)...); err != nil {
				return 0, err
			}
		}
	}
	err = each(t, seqs, 2, `INSERT INTO deleted_findings (change, finding) VALUES %s ON CONFLICT DO NOTHING`, func(seq int64) []any { return []any{change, seq} })
	if err != nil {
		return 0, err
	}
	return len(seqs), t.forgetDeleted(change - keptChanges)
}

// forgetDeleted forgets which findings were deleted up to a change.
func (t *Tx) forgetDeleted(change int64) error {
	n, err := t.affected(`DELETE FROM deleted_findings WHERE change <= $1`, change)
	if err != nil || n == 0 {
		return err
	}
	return t.exec(`UPDATE finding_clock SET floor = $1`, change)
}

func anys[T any](vs []T) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}
