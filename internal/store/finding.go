package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"picket/finding"
	"picket/internal/fault"
	"picket/jsonview"
)

// batch is how many findings are written at once. The widest statement has 11
// parameters a finding; SQLite allows 32,766 in all.
const batch = 200

// PutFindings writes findings, given as GuardDuty's JSON, which the store keeps
// byte for byte (save what no database text can hold). A finding
// with the id, account and region of a stored one replaces it. Of findings that
// are in docs twice the last counts.
func (t *Tx) PutFindings(docs []string) error {
	index := map[stored]int{}
	var rs []*record
	for _, doc := range docs {
		r, err := recordOf(doc)
		if err != nil {
			return err
		}
		if i, twice := index[r.key()]; twice {
			rs[i] = r
			continue
		}
		index[r.key()] = len(rs)
		rs = append(rs, r)
	}
	for chunk := range slices.Chunk(rs, batch) {
		if err := t.putRecords(chunk); err != nil {
			return fmt.Errorf("write %d findings: %w", len(chunk), err)
		}
	}
	return nil
}

// PutFinding is PutFindings for modelled findings.
func (t *Tx) PutFinding(fs ...*finding.Finding) error {
	docs := make([]string, len(fs))
	for i, f := range fs {
		doc, err := f.JSON()
		if err != nil {
			return fmt.Errorf("encode finding %s: %w", f.ID, err)
		}
		docs[i] = string(doc)
	}
	return t.PutFindings(docs)
}

// stored is what a finding is found by.
type stored struct{ id, account, region string }

func (r *record) key() stored { return stored{r.id, r.account, r.region} }

// putRecords writes the findings, then only what changed of what is derived
// from them: a finding that was seen again keeps nearly all its terms.
func (t *Tx) putRecords(rs []*record) error {
	old, err := t.records(rs)
	if err != nil {
		return err
	}
	seqs, err := t.upsert(rs)
	if err != nil {
		return err
	}
	var d derived
	for _, r := range rs {
		before := old[r.key()]
		if before == nil {
			before = &record{}
		} else {
			d.count(before, -1)
		}
		d.diff(seqs[r.key()], before, r)
		d.count(r, 1)
	}
	return d.write(t)
}

// records reads the stored versions of rs.
func (t *Tx) records(rs []*record) (map[stored]*record, error) {
	args := make([]any, len(rs))
	for i, r := range rs {
		args[i] = r.id
	}
	out := map[stored]*record{}
	err := t.rows(func(scan func(...any) error) (bool, error) {
		var doc string
		if err := scan(&doc); err != nil {
			return false, err
		}
		r, err := recordOf(doc)
		if err != nil {
			return false, fmt.Errorf("stored finding: %w", err)
		}
		out[r.key()] = r
		return true, nil
	}, `SELECT d.doc FROM `+t.dialect.join(`(SELECT seq FROM findings WHERE id IN `+t.rowGroups(1, len(args))+`) f`, "finding_docs", "d", "d.finding = f.seq"), args...)
	return out, err
}

// upsert writes the rows of rs and returns their numbers.
func (t *Tx) upsert(rs []*record) (map[stored]int64, error) {
	args := make([]any, 0, 11*len(rs))
	for _, r := range rs {
		args = append(args, r.id, r.account, r.region, r.typ, r.severity, r.confidence, r.created, r.updated, r.firstSeen, r.lastSeen, bit(r.archived))
	}
	seqs := make(map[stored]int64, len(rs))
	err := t.rows(func(scan func(...any) error) (bool, error) {
		var seq int64
		var k stored
		err := scan(&seq, &k.id, &k.account, &k.region)
		seqs[k] = seq
		return true, err
	}, `INSERT INTO findings (id, account, region, type, severity, confidence, created, updated, first_seen, last_seen, archived) VALUES `+t.rowGroups(len(rs), 11)+`
		ON CONFLICT (id, account, region) DO UPDATE SET type = excluded.type, severity = excluded.severity, confidence = excluded.confidence,
			created = excluded.created, updated = excluded.updated, first_seen = excluded.first_seen, last_seen = excluded.last_seen,
			archived = excluded.archived
		RETURNING seq, id, account, region`, args...)
	if err != nil {
		return nil, err
	}
	args = args[:0]
	for _, r := range rs {
		args = append(args, seqs[r.key()], r.doc)
	}
	return seqs, t.exec(`INSERT INTO finding_docs (finding, doc) VALUES `+t.rowGroups(len(rs), 2)+` ON CONFLICT (finding) DO UPDATE SET doc = excluded.doc`, args...)
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
	return total, t.dropCells()
}

// dropCells removes the counters that count nothing any more.
func (t *Tx) dropCells() error {
	for _, table := range []string{"finding_cells", "resource_cells"} {
		if err := t.exec(`DELETE FROM ` + table + ` WHERE n <= 0`); err != nil {
			return fmt.Errorf("tidy %s: %w", table, err)
		}
	}
	return nil
}

func (t *Tx) deleteFindings(s Scope) error {
	for {
		n, err := t.deleteWhere(`region = $1 AND account = $2 LIMIT $3`, s.Region, s.Account, 10*batch)
		if err != nil {
			return fmt.Errorf("delete findings: %w", err)
		}
		if n == 0 {
			return t.dropCells()
		}
	}
}

// deleteWhere deletes the findings that a condition selects, with all that is
// derived from them.
func (t *Tx) deleteWhere(where string, args ...any) (int, error) {
	var d derived
	var seqs []int64
	err := t.rows(func(scan func(...any) error) (bool, error) {
		var seq int64
		var doc string
		if err := scan(&seq, &doc); err != nil {
			return false, err
		}
		r, err := recordOf(doc)
		if err != nil {
			return false, fmt.Errorf("stored finding: %w", err)
		}
		d.diff(seq, r, &record{})
		d.count(r, -1)
		seqs = append(seqs, seq)
		return true, nil
	}, `SELECT f.seq, d.doc FROM `+t.dialect.join(`(SELECT seq FROM findings WHERE `+where+`) f`, "finding_docs", "d", "d.finding = f.seq"), args...)
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
	return len(seqs), d.write(t)
}

func anys[T any](vs []T) []any {
	out := make([]any, len(vs))
	for i, v := range vs {
		out[i] = v
	}
	return out
}

func compareNumbers(a, b number) int {
	return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.value, b.value))
}

func compareTexts(a, b string) int { return strings.Compare(a, b) }
