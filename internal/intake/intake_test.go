package intake_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"picket/event"
	"picket/finding"
	"picket/internal/intake"
	"picket/internal/store"
	"picket/jsonview"
)

var (
	home    = store.Scope{Region: "eu-west-1", Account: "111122223333"}
	manager = store.Scope{Region: home.Region, Account: "999988887777"}
)

const (
	detector = "f1649fda76364cde9c4d2850835e02c3"
	issue    = "0b8e1a30aa90cf2f1ff4dc8a4a3ab6ab"
)

type bench struct {
	*testing.T
	db *store.DB
}

// newBench is a store with the account's detector.
func newBench(t *testing.T, status string) *bench {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "picket.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b := &bench{t, db}
	b.write(func(tx *store.Tx) error {
		return store.Detectors.Put(tx, &store.Detector{Meta: store.Meta{Scope: home, ID: detector, Status: status}})
	})
	return b
}

func (b *bench) write(f func(*store.Tx) error) {
	b.Helper()
	time.Sleep(2 * time.Millisecond) // so that the times of two writes differ
	if err := b.db.Write(b.Context(), f); err != nil {
		b.Fatal(err)
	}
}

// put hands findings in and checks what became of them.
func (b *bench) put(batch intake.Batch, want ...intake.Outcome) []intake.Outcome {
	b.Helper()
	var got []intake.Outcome
	batch.Scope = home
	b.write(func(tx *store.Tx) (err error) {
		got, err = intake.Put(tx, batch)
		return err
	})
	for i := range want {
		if want[i].ID == "" && i < len(got) && got[i].ID != issue {
			want[i].ID = got[i].ID // a new one
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.Error(diff)
	}
	return got
}

// findings are the stored ones: id, count and whether archived, latest first.
func (b *bench) findings() []string {
	b.Helper()
	var out []string
	err := b.db.Read(b.Context(), func(tx *store.Tx) error {
		w := store.Where{Region: home.Region, Account: home.Account}
		ids, _, err := tx.ListFindings(w, store.Page{Sort: store.Sort{Attribute: "createdAt"}})
		if err != nil {
			return err
		}
		docs, err := tx.Findings(w, ids)
		for _, doc := range docs {
			id := jsonview.GetString(doc, "id")
			if id != issue {
				id = "other"
			}
			out = append(out, fmt.Sprintf("%s count %s archived %s", id, jsonview.Get(doc, "service", "count"), jsonview.Get(doc, "service", "archived")))
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return out
}

func (b *bench) expect(want ...string) {
	b.Helper()
	if diff := cmp.Diff(want, b.findings()); diff != "" {
		b.Error(diff)
	}
}

func (b *bench) finding(id string) string {
	b.Helper()
	var docs []string
	err := b.db.Read(b.Context(), func(tx *store.Tx) (err error) {
		docs, err = tx.Findings(store.Where{Region: home.Region, Account: home.Account}, []string{id})
		return err
	})
	if err != nil || len(docs) != 1 {
		b.Fatalf("finding %s: %d, %v", id, len(docs), err)
	}
	return docs[0]
}

func (b *bench) archive(id string) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		return tx.ArchiveFindings(store.Where{Region: home.Region, Account: home.Account}, []string{id}, true)
	})
}

func (b *bench) filter(s store.Scope, name, action string, rank int, c finding.Criteria) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		return tx.InsertFilter(&store.Filter{Meta: store.Meta{Scope: s, ID: name, Position: rank}, Action: action, Criteria: c})
	})
}

// at is minute n of a day.
func at(n int) event.Time {
	t, _ := event.ParseTime("2026-03-01T00:00:00Z")
	return t + event.Time(n)*event.Minute
}

// seen is the issue's finding: count events from minute first to last.
func seen(first, last, count int) string {
	f := finding.Finding{ID: issue, AccountID: "000000000000", Region: "nowhere", Type: "Recon:EC2/Portscan", Severity: 5, Title: "A port scan.",
		Description: fmt.Sprintf("Seen until minute %d.", last),
		Resource:    finding.Resource{ResourceType: finding.ResourceInstance, InstanceDetails: &finding.InstanceDetails{InstanceID: "i-0abc"}},
		Service: finding.Service{ServiceName: "guardduty", ResourceRole: finding.RoleActor, Count: count, FeatureName: "VpcFlowLogs",
			EventFirstSeen: at(first).String(), EventLastSeen: at(last).String()}}
	doc, err := f.JSON()
	if err != nil {
		panic(err)
	}
	return string(doc)
}

func one(doc string) intake.Batch { return intake.Batch{Findings: []string{doc}} }

var (
	created  = intake.Outcome{State: intake.Created, ID: issue}
	updated  = intake.Outcome{State: intake.Updated, ID: issue}
	repeated = intake.Outcome{State: intake.Repeated, ID: issue}
)

func TestNewFindingIsFilledIn(t *testing.T) {
	b := newBench(t, "ENABLED")
	before := time.Now().Truncate(time.Millisecond)
	b.put(one(seen(1, 5, 3)), created)
	doc := b.finding(issue)
	for path, want := range map[string]string{
		"accountId": home.Account, "region": home.Region, "partition": "aws", "schemaVersion": "2.0",
		"arn":  "arn:aws:guardduty:eu-west-1:111122223333:detector/" + detector + "/finding/" + issue,
		"type": "Recon:EC2/Portscan", "title": "A port scan.", "updatedAt": jsonview.GetString(doc, "createdAt"),
		"service.detectorId": detector, "service.serviceName": "guardduty", "service.eventFirstSeen": "2026-03-01T00:01:00.000Z",
		"service.eventLastSeen": "2026-03-01T00:05:00.000Z", "resource.instanceDetails.instanceId": "i-0abc",
	} {
		if got := jsonview.GetString(doc, strings.Split(path, ".")...); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	made, err := time.Parse("2006-01-02T15:04:05.000Z", jsonview.GetString(doc, "createdAt"))
	if err != nil || made.Before(before) || made.After(time.Now()) {
		t.Errorf("created at %v, %v; that is not now", made, err)
	}
	b.expect(issue + " count 3 archived false")
}

func TestRefused(t *testing.T) {
	refused := func(id, why string) intake.Outcome {
		return intake.Outcome{State: intake.Refused, ID: id, Reason: why}
	}
	b := newBench(t, "DISABLED")
	b.put(one(seen(1, 5, 3)), refused(issue, "the account's detector is disabled"))
	b.put(intake.Batch{Findings: []string{seen(1, 5, 3)}, Samples: true}, created)
	b.write(func(tx *store.Tx) error { return tx.DeleteDetector(home) })
	b.put(intake.Batch{Findings: []string{seen(1, 5, 3)}, Samples: true}, refused(issue, "the account has no detector in the region"))

	b = newBench(t, "ENABLED")
	times := "its service.eventFirstSeen and eventLastSeen are not the times of a first and a last event"
	count := "its service.count is not above 0"
	id := "its id is not 1 to 300 letters, digits, hyphens, dots and underscores"
	changed := func(old, new string) string { return strings.Replace(seen(1, 5, 3), old, new, 1) }
	for doc, want := range map[string]string{
		changed(issue, ""):                      id,
		changed(issue, "a b"):                   id,
		changed("Recon:EC2/Portscan", ""):       "it has no type",
		changed(`"resource"`, `"r"`):            "it has no resource",
		changed(`"severity":5`, `"severity":0`): "its severity is not above 0 and up to 10",
		seen(5, 1, 3):                           times,
		changed(at(1).String(), "yesterday"):    times,
		changed(`"service"`, `"s"`):             times,
		seen(1, 5, 0):                           count,
	} {
		b.put(one(doc), refused(jsonview.GetString(doc, "id"), want))
	}
	for _, doc := range []string{`[]`, `{"id":"a"`, "", changed(`"count":3`, `"count":2147483648`), changed(`"severity":5`, `"severity":"high"`)} {
		var got []intake.Outcome
		b.write(func(tx *store.Tx) (err error) {
			got, err = intake.Put(tx, intake.Batch{Scope: home, Findings: []string{doc}})
			return err
		})
		if got[0].State != intake.Refused || !strings.HasPrefix(got[0].Reason, "it is no finding: ") {
			t.Errorf("%s: %v", doc, got[0])
		}
	}
	b.put(intake.Batch{Findings: []string{seen(1, 5, 0), seen(1, 5, 3)}}, refused(issue, count), created)
	b.expect(issue + " count 3 archived false")

	b.write(func(tx *store.Tx) error {
		return store.Members.Put(tx, &store.Member{Meta: store.Meta{Scope: manager, ID: home.Account, Status: store.MemberDisabled}})
	})
	b.put(one(seen(6, 9, 3)), refused(issue, "the account's administrator has stopped its monitoring"))
}

// TestOneIssueIsOneFinding: later activity counts up the finding and is what it
// shows; the first times stay.
func TestOneIssueIsOneFinding(t *testing.T) {
	b := newBench(t, "ENABLED")
	b.put(one(seen(10, 20, 3)), created)
	first := b.finding(issue)
	b.write(func(tx *store.Tx) error {
		return tx.SetFeedback(store.Where{Region: home.Region, Account: home.Account}, []string{issue}, "USEFUL")
	})
	b.put(one(seen(30, 40, 4)), updated)
	b.put(one(seen(1, 2, 1)), updated) // logs that came late
	doc := b.finding(issue)
	for path, want := range map[string]string{
		"createdAt": jsonview.GetString(first, "createdAt"), "arn": jsonview.GetString(first, "arn"),
		"service.eventFirstSeen": at(1).String(), "service.eventLastSeen": at(40).String(),
		"description": "Seen until minute 40.", "service.userFeedback": "USEFUL",
	} {
		if got := jsonview.GetString(doc, strings.Split(path, ".")...); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if now := jsonview.GetString(doc, "updatedAt"); now <= jsonview.GetString(first, "updatedAt") {
		t.Errorf("updated at %s, as before", now)
	}
	b.expect(issue + " count 8 archived false")
}

func TestNothingCountsTwice(t *testing.T) {
	b := newBench(t, "ENABLED")
	b.put(intake.Batch{Findings: []string{seen(1, 10, 5), seen(1, 10, 5)}}, created, repeated)
	b.put(one(seen(11, 20, 3)), updated)
	before := b.finding(issue)
	b.put(one(seen(1, 10, 5)), repeated)
	b.put(one(seen(11, 20, 3)), repeated)
	b.put(one(seen(3, 4, 2)), repeated) // a part of the same logs
	if b.finding(issue) != before {
		t.Errorf("a repetition changed\n%s to\n%s", before, b.finding(issue))
	}
	b.put(one(seen(1, 30, 10)), updated) // the same logs, and newer ones
	b.expect(issue + " count 10 archived false")
	b.put(one(seen(1, 20, 8)), repeated)
	b.put(one(seen(0, 31, 2)), updated) // more time with less in it is other activity
	b.expect(issue + " count 12 archived false")
	b.archive(issue)
	b.put(one(seen(1, 30, 10)), intake.Outcome{State: intake.Repeated, ID: issue, Archived: true})
	b.put(one(seen(0, 31, 12)), intake.Outcome{State: intake.Repeated, ID: issue, Archived: true})
	b.expect(issue + " count 12 archived true")
}

// TestSamplesAlwaysCount: a sample counts once more each time, whatever it counts
// at first.
func TestSamplesAlwaysCount(t *testing.T) {
	b := newBench(t, "ENABLED")
	sample := intake.Batch{Findings: []string{seen(1, 1, 6)}, Samples: true}
	b.put(sample, created)
	b.put(sample, updated)
	b.expect(issue + " count 7 archived false")
	b.archive(issue)
	b.put(sample, intake.Outcome{State: intake.Created})
	b.expect(issue+" count 7 archived true", "other count 6 archived false")
}

// TestArchivedIsLeftAlone: what comes after somebody has archived a finding is a
// new one.
func TestArchivedIsLeftAlone(t *testing.T) {
	b := newBench(t, "ENABLED")
	b.put(one(seen(1, 10, 5)), created)
	b.archive(issue)
	next := intake.Outcome{State: intake.Created}
	b.put(one(seen(11, 20, 3)), next)
	b.put(one(seen(21, 30, 2)), intake.Outcome{State: intake.Updated})
	b.put(one(seen(1, 30, 10)), intake.Outcome{State: intake.Repeated}) // all of it together
	b.put(one(seen(1, 40, 14)), intake.Outcome{State: intake.Updated})
	b.expect(issue+" count 5 archived true", "other count 9 archived false")
}

func TestAfterTheRetentionComesANewFinding(t *testing.T) {
	b := newBench(t, "ENABLED")
	b.put(one(seen(1, 10, 5)), created)
	later := 10 + 90*24*60
	b.put(one(seen(later, later, 1)), updated)
	b.put(one(seen(2*later, 2*later, 1)), intake.Outcome{State: intake.Created})
	b.expect(issue+" count 6 archived false", "other count 1 archived false")
}

var portscan = finding.Criteria{"type": {Equals: []string{"Recon:EC2/Portscan"}}, "service.archived": {Equals: []string{"false"}}}

func TestFiltersArchiveWhatComes(t *testing.T) {
	b := newBench(t, "ENABLED")
	b.filter(home, "search", "NOOP", 1, portscan)
	b.filter(home, "others", "ARCHIVE", 2, finding.Criteria{"severity": {Gte: new(int64(8))}})
	b.put(one(seen(1, 10, 5)), created)
	b.filter(home, "suppress", "ARCHIVE", 3, finding.Criteria{"type": {Matches: []string{"Recon:*"}}})
	archived := intake.Outcome{State: intake.Created, Archived: true}
	b.put(one(seen(11, 20, 3)), archived)
	archived.State = intake.Updated
	b.put(one(seen(21, 30, 2)), archived)
	b.expect(issue+" count 5 archived false", "other count 5 archived true")

	b.write(func(tx *store.Tx) error { return tx.DeleteFilter(home, "suppress") })
	b.put(one(seen(31, 40, 1)), updated)
	b.expect(issue+" count 6 archived false", "other count 5 archived true")
}

// TestAdministratorsFilters: a member's findings meet its administrator's filters,
// and not its own.
func TestAdministratorsFilters(t *testing.T) {
	b := newBench(t, "ENABLED")
	b.filter(manager, "suppress", "ARCHIVE", 1, portscan)
	b.put(one(seen(1, 10, 5)), created)
	member := &store.Member{Meta: store.Meta{Scope: manager, ID: home.Account, Status: store.MemberEnabled}}
	b.write(func(tx *store.Tx) error { return store.Members.Put(tx, member) })
	b.put(one(seen(11, 20, 3)), intake.Outcome{State: intake.Created, Archived: true})
	b.filter(home, "own", "ARCHIVE", 1, portscan)
	b.write(func(tx *store.Tx) error { return tx.DeleteFilter(manager, "suppress") })
	b.put(one(seen(21, 30, 2)), updated)
}

// TestManyBatches: what is remembered of a long-lived finding is bounded, and
// repetitions of old batches still count nothing.
func TestManyBatches(t *testing.T) {
	b := newBench(t, "ENABLED")
	const batches = 200
	for i := range batches {
		b.write(func(tx *store.Tx) error {
			_, err := intake.Put(tx, intake.Batch{Scope: home, Findings: []string{seen(10*i, 10*i+5, 2)}})
			return err
		})
	}
	b.put(one(seen(0, 5, 2)), repeated)
	b.put(one(seen(10*batches-10, 10*batches-5, 2)), repeated)
	b.expect(fmt.Sprintf("%s count %d archived false", issue, 2*batches))
	err := b.db.Read(t.Context(), func(tx *store.Tx) error {
		cs, err := tx.IssueFindings(home, []string{issue})
		if err == nil && (len(cs) != 1 || len(cs[0].Notes) > 4096) {
			t.Errorf("remembered: %d findings, %d bytes", len(cs), len(cs[0].Notes))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzPut(f *testing.F) {
	f.Add(seen(1, 5, 3))
	f.Add(`{"id":"a","type":"b","severity":1,"resource":{},"service":{"count":1,"eventFirstSeen":"2026-03-01T00:00:00Z","eventLastSeen":"2026-03-01T00:00:00Z"}}`)
	f.Add(`{"id":"a","type":"b\u0000","service":[{}]}`)
	db, err := store.Open(f.Context(), filepath.Join(f.TempDir(), "picket.db"))
	if err != nil {
		f.Fatal(err)
	}
	defer db.Close()
	undo := errors.New("undo")
	f.Fuzz(func(t *testing.T, doc string) {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			d := store.Detector{Meta: store.Meta{Scope: home, ID: detector, Status: "ENABLED"}}
			if err := store.Detectors.Put(tx, &d); err != nil {
				return err
			}
			got, err := intake.Put(tx, intake.Batch{Scope: home, Findings: []string{doc, doc}})
			if err != nil {
				return err
			}
			if got[0].State == intake.Refused != (got[1].State == intake.Refused) || got[1].State == intake.Created {
				t.Errorf("%q is %v", doc, got)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Errorf("%q: %v", doc, err)
		}
	})
}
