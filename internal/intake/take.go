package intake

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"picket/event"
	"picket/finding"
	"picket/internal/store"
	"picket/jsonview"
)

// A taker takes one batch.
type taker struct {
	tx       *store.Tx
	batch    *Batch
	detector *store.Detector
	rules    []suppression
	issues   map[string][]*counted // the findings of an issue, oldest first
	changed  []*counted
}

// counted is a finding of the store, as it is or as it will be.
type counted struct {
	store.Counted
	doc     string
	tally   tally
	changed bool
}

// load reads all that arrivals may be counted in.
func (t *taker) load(as []*arrival) (err error) {
	t.issues = map[string][]*counted{}
	var issues []string
	for _, a := range as {
		if _, twice := t.issues[a.issue]; a.fault == "" && !twice {
			t.issues[a.issue] = nil
			issues = append(issues, a.issue)
		}
	}
	if len(issues) == 0 {
		return nil
	}
	if t.rules, err = suppressions(t.tx, t.batch.Scope); err != nil {
		return err
	}
	known, err := t.tx.IssueFindings(t.batch.Scope, issues)
	if err != nil {
		return err
	}
	docs, err := t.documents(known)
	if err != nil {
		return err
	}
	for _, k := range known {
		c := &counted{Counted: k, doc: docs[k.Finding]}
		if err := json.Unmarshal([]byte(k.Notes), &c.tally); err != nil {
			return fmt.Errorf("finding %s: %w", k.Finding, err)
		}
		t.issues[k.Issue] = append(t.issues[k.Issue], c)
	}
	return nil
}

// documents reads findings by id.
func (t *taker) documents(known []store.Counted) (map[string]string, error) {
	ids := make([]string, len(known))
	for i := range known {
		ids[i] = known[i].Finding
	}
	s := t.batch.Scope
	docs, err := t.tx.Findings(store.Where{Region: s.Region, Account: s.Account}, ids)
	out := make(map[string]string, len(docs))
	for _, doc := range docs {
		out[jsonview.GetString(doc, "id")] = doc
	}
	return out, err
}

// take decides what becomes of one finding.
func (t *taker) take(a *arrival) Outcome {
	if a.fault != "" {
		return Outcome{State: Refused, ID: a.issue, Reason: a.fault}
	}
	before := t.issues[a.issue]
	more := t.beyond(before, a.span)
	if more == 0 {
		c := before[len(before)-1]
		return Outcome{State: Repeated, ID: c.Finding, Archived: c.archived()}
	}
	id := a.issue
	if len(before) > 0 {
		id = newID()
	}
	doc := t.fill(a.doc, id)
	suppressed := t.suppress(doc)
	for _, c := range slices.Backward(before) {
		if c.takes(a.span, suppressed) {
			if t.batch.Samples {
				more = 1 // what it says is what it counts at first
			}
			c.count(doc, a.span, more, t.now())
			t.note(c, a.span)
			return Outcome{State: Updated, ID: c.Finding, Archived: suppressed}
		}
	}
	c := &counted{Counted: store.Counted{Issue: a.issue, Finding: id, Suppressed: suppressed}, doc: opened(doc, more, suppressed)}
	t.issues[a.issue] = append(before, c)
	t.note(c, a.span)
	return Outcome{State: Created, ID: id, Archived: suppressed}
}

// beyond is how much of s counts, which tells of an issue with these findings.
func (t *taker) beyond(before []*counted, s span) int64 {
	if t.batch.Samples {
		return s.Count
	}
	var told tally
	for _, c := range before {
		told = append(told, c.tally...)
	}
	return told.beyond(s)
}

// takes reports whether c counts activity that is suppressed or not: what is
// archived takes nothing, save what filters archived, which takes more of that.
func (c *counted) takes(s span, suppressed bool) bool {
	if s.First > c.last()+finding.Retention {
		return false
	}
	return suppressed == c.archived() && (c.Suppressed || !suppressed)
}

func (c *counted) archived() bool {
	v, _ := jsonview.GetBool(c.doc, "service", "archived")
	return v
}

func (c *counted) last() event.Time {
	last, _ := event.ParseTime(jsonview.GetString(c.doc, "service", "eventLastSeen"))
	return last
}

func (t *taker) suppress(doc string) bool {
	if len(t.rules) == 0 {
		return false
	}
	vs := finding.ValuesOf(doc)
	return slices.ContainsFunc(t.rules, func(r suppression) bool { return r.matches(vs) })
}

// note remembers what c has counted. Samples are told once, so that there is
// nothing to remember.
func (t *taker) note(c *counted, s span) {
	if !t.batch.Samples {
		c.tally.add(s)
	}
	if !c.changed {
		c.changed = true
		t.changed = append(t.changed, c)
	}
}

func (t *taker) now() string { return event.TimeOf(t.tx.Now).String() }

// save writes what has changed.
func (t *taker) save() error {
	docs := make([]string, len(t.changed))
	notes := make([]store.Counted, len(t.changed))
	for i, c := range t.changed {
		b, err := json.Marshal(c.tally)
		if err != nil {
			return err
		}
		c.Notes = string(b)
		docs[i], notes[i] = c.doc, c.Counted
	}
	if err := t.tx.PutFindings(docs); err != nil {
		return err
	}
	return t.tx.PutCounted(t.batch.Scope, notes)
}

// newID makes an id as the service does: a random UUID without dashes.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return hex.EncodeToString(b[:])
}
