package store

import (
	"fmt"
	"slices"
)

// Counted is what is noted beside a finding about the issue that it belongs to.
// An issue has one finding after the other.
type Counted struct {
	Issue      string
	Finding    string // its id
	Suppressed bool   // a filter archived it when it came
	Notes      string // the activities that were counted in it, as who counts writes them
}

// IssueFindings reads what is noted of issues of the scope, of each in the order
// in which its findings were made. Findings that have expired are not among them.
func (t *Tx) IssueFindings(s Scope, issues []string) ([]Counted, error) {
	var out []Counted
	for chunk := range slices.Chunk(issues, batch) {
		var q query
		list := q.list(chunk)
		err := t.rows(func(scan func(...any) error) (bool, error) {
			var c Counted
			var suppressed int64
			err := scan(&c.Issue, &c.Finding, &suppressed, &c.Notes)
			c.Suppressed = suppressed != 0
			out = append(out, c)
			return true, err
		}, `SELECT i.issue, f.id, i.suppressed, i.counted FROM `+
			t.dialect.join(`(SELECT * FROM finding_issues WHERE issue IN (`+list+`)) i`, "findings", "f", "f.seq = i.finding")+
			` AND f.region = `+q.arg(s.Region)+` AND f.account = `+q.arg(s.Account)+` ORDER BY i.issue, i.finding`, q.args...)
		if err != nil {
			return nil, fmt.Errorf("read the findings of %d issues: %w", len(issues), err)
		}
	}
	return out, nil
}

// PutCounted writes notes beside findings of the scope, in place of those that
// were there. Findings that do not exist are passed over.
func (t *Tx) PutCounted(s Scope, cs []Counted) error {
	for chunk := range slices.Chunk(cs, batch) {
		seqs, err := t.seqs(s, chunk)
		if err == nil {
			chunk = slices.DeleteFunc(slices.Clone(chunk), func(c Counted) bool { return seqs[c.Finding] == 0 })
			err = each(t, chunk, 4, `INSERT INTO finding_issues (finding, issue, suppressed, counted) VALUES %s
				ON CONFLICT (finding) DO UPDATE SET issue = excluded.issue, suppressed = excluded.suppressed, counted = excluded.counted`,
				func(c Counted) []any {
					return []any{seqs[c.Finding], clean(c.Issue), bit(c.Suppressed), clean(c.Notes)}
				})
		}
		if err != nil {
			return fmt.Errorf("note what %d findings count: %w", len(cs), err)
		}
	}
	return nil
}

// seqs are the numbers of findings by id.
func (t *Tx) seqs(s Scope, cs []Counted) (map[string]int64, error) {
	ids := make([]string, len(cs))
	for i := range cs {
		ids[i] = cs[i].Finding
	}
	var q query
	list := q.list(ids)
	out := map[string]int64{}
	err := t.rows(func(scan func(...any) error) (bool, error) {
		var id string
		var seq int64
		err := scan(&id, &seq)
		out[id] = seq
		return true, err
	}, `SELECT id, seq FROM findings WHERE id IN (`+list+`) AND account = `+q.arg(s.Account)+` AND region = `+q.arg(s.Region), q.args...)
	return out, err
}
