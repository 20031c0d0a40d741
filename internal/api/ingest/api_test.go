package ingest

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/lists"
	"picket/internal/store"
)

const (
	region = "eu-west-1"
	admin  = "111122223333"
	member = "444455556666"
)

func scope(account string) store.Scope { return store.Scope{Region: region, Account: account} }

func as(t *testing.T, account string) context.Context {
	return awsrpc.WithCaller(t.Context(), awsrpc.Caller{Account: account, Region: region, Service: Name})
}

type bench struct {
	*testing.T
	*API
	counted map[string]int64
}

func newBench(t *testing.T) *bench {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "picket.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b := &bench{T: t, counted: map[string]int64{}}
	b.API = New(Config{DB: db, Findings: func(state string) { b.counted[state]++ },
		Records: func(source string, records, bytes int64) { b.counted[source] += records; b.counted["bytes"] += bytes }})
	return b
}

func (b *bench) write(f func(tx *store.Tx) error) {
	b.Helper()
	if err := b.DB.Write(b.Context(), f); err != nil {
		b.Fatal(err)
	}
}

// detector gives an account a detector whose features are those listed as
// enabled or not.
func (b *bench) detector(account, status string, features map[string]string) {
	b.Helper()
	d := store.Detector{Meta: store.Meta{Scope: scope(account), ID: "d" + account, Status: status}, Features: map[string]store.Feature{}}
	for name, s := range features {
		d.Features[name] = store.Feature{Status: s}
	}
	b.write(func(tx *store.Tx) error { return store.Detectors.Put(tx, &d) })
}

func doc(id, feature string, count int) string {
	return fmt.Sprintf(`{"schemaVersion":"2.0","id":%q,"type":"Recon:EC2/Portscan","severity":5,"resource":{"resourceType":"Instance"},"title":"t","description":"d",`+
		`"service":{"featureName":%q,"count":%d,"eventFirstSeen":"2026-03-02T10:00:00.000Z","eventLastSeen":"2026-03-02T11:00:00.000Z"}}`, id, feature, count)
}

func count(id, source string, records int64) Count {
	return Count{ID: &id, Source: &source, Records: &records, Bytes: new(records * 100)}
}

// put returns each result as its state and, when it was refused, the reason.
func (b *bench) put(account string, in *PutFindingsInput) (states []string) {
	b.Helper()
	out, err := b.putFindings(as(b.T, account), in)
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range append(out.Findings, out.Counts...) {
		s := *r.State
		if r.Reason != nil {
			s += ": " + *r.Reason
		}
		states = append(states, s)
	}
	return states
}

func (b *bench) want(got []string, want ...string) {
	b.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("-want +got:\n%s", diff)
	}
}

func TestFindingsAndCountsAreTakenOnce(t *testing.T) {
	b := newBench(t)
	b.detector(admin, "ENABLED", map[string]string{"S3_DATA_EVENTS": "ENABLED"})
	in := &PutFindingsInput{Findings: []string{doc("a", "VpcFlowLogs", 3), doc("b", "S3DataEvents", 1)},
		Counts: []Count{count("00000000000000000000000000000001", "FLOW_LOGS", 10)}}
	b.want(b.put(admin, in), Created, Created, Counted)
	b.want(b.put(admin, in), Repeated, Repeated, Repeated)
	if diff := cmp.Diff(map[string]int64{Created: 2, Repeated: 2, "FLOW_LOGS": 10, "bytes": 1000}, b.counted); diff != "" {
		t.Error(diff)
	}
	b.write(func(tx *store.Tx) error {
		us, err := tx.Usage(scope(admin), time.Now().Add(-48*time.Hour))
		if len(us) != 1 || us[0].Records != 10 || us[0].Bytes != 1000 || us[0].Source != "FLOW_LOGS" || time.Since(us[0].Day) > 25*time.Hour {
			t.Errorf("usage %v", us)
		}
		return err
	})
}

func TestRefusals(t *testing.T) {
	in := &PutFindingsInput{Findings: []string{doc("a", "VpcFlowLogs", 1), doc("b", "EKSAuditLogs", 1)},
		Counts: []Count{count("00000000000000000000000000000001", "FLOW_LOGS", 1), count("00000000000000000000000000000002", "EKS_AUDIT_LOGS", 1)}}
	all := func(reason string) []string {
		return []string{"REFUSED: " + reason, "REFUSED: " + reason, "REFUSED: " + reason, "REFUSED: " + reason}
	}
	b := newBench(t)
	b.want(b.put(admin, in), all("account 111122223333 has no detector in eu-west-1")...)
	b.detector(admin, "DISABLED", nil)
	b.want(b.put(admin, in), all("the detector of account 111122223333 in eu-west-1 is disabled")...)
	b.detector(admin, "ENABLED", map[string]string{"EKS_AUDIT_LOGS": "DISABLED"})
	off := "REFUSED: EKS_AUDIT_LOGS is disabled in the detector of account 111122223333 in eu-west-1"
	b.want(b.put(admin, in), Created, off, Counted, off)
	in = &PutFindingsInput{Findings: []string{"{", doc("c", "VpcFlowLogs", 1)}}
	if got := b.put(admin, in); len(got[0]) < len("REFUSED: x") || got[1] != Created {
		t.Errorf("one finding that is none: %v", got)
	}
}

// TestAccounts: findings of another account are taken from its administrator only.
func TestAccounts(t *testing.T) {
	b := newBench(t)
	b.detector(member, "ENABLED", nil)
	put := func(caller, account string) error {
		_, err := b.putFindings(as(t, caller), &PutFindingsInput{Account: &account, Findings: []string{doc("a", "VpcFlowLogs", 1)}})
		return err
	}
	get := func(caller, account string) error {
		_, err := b.getLists(as(t, caller), &GetListsInput{Account: &account})
		return err
	}
	for status, allowed := range map[string]bool{"": false, store.MemberCreated: false, store.MemberInvited: false, store.MemberEnabled: true,
		store.MemberDisabled: true, store.MemberRemoved: false, store.MemberResigned: false} {
		if status != "" {
			b.write(func(tx *store.Tx) error {
				return store.Members.Put(tx, &store.Member{Meta: store.Meta{Scope: scope(admin), ID: member, Status: status}})
			})
		}
		for _, err := range []error{put(admin, member), get(admin, member)} {
			if allowed != (err == nil) || !allowed && fault.Of(err) != fault.Denied {
				t.Errorf("member %q: %v", status, err)
			}
		}
	}
	if err := put(member, admin); fault.Of(err) != fault.Denied {
		t.Errorf("a member for its administrator: %v", err)
	}
	if err := put(member, member); err != nil {
		t.Error(err)
	}
}

func (b *bench) list(kind *lists.Kind, id string, content []byte) {
	b.Helper()
	b.write(func(tx *store.Tx) error {
		l := store.List{Meta: store.Meta{Scope: scope(admin), ID: id, Status: lists.InUse}, Name: "list " + id, Format: "TXT", ReadAt: tx.Now}
		if err := kind.Collection.Put(tx, &l); err != nil {
			return err
		}
		return kind.Collection.PutContent(tx, l.Scope, id, content)
	})
}

// TestListsComeInPages: lists of any size are put together from the pages.
func TestListsComeInPages(t *testing.T) {
	b := newBench(t)
	long := bytes.Repeat([]byte("198.51.100.7\n"), 2*pageBytes/13+1000)
	b.list(&lists.IPSet, "a", []byte("192.0.2.1\n"))
	b.list(&lists.ThreatIntelSet, "b", long)
	b.list(&lists.ThreatIntelSet, "c", []byte("example.com\n"))
	got, pages := map[string][]byte{}, 0
	in := &GetListsInput{}
	for {
		out, err := b.getLists(as(t, admin), in)
		if err != nil {
			t.Fatal(err)
		}
		if pages++; *out.Account != admin || *out.Version == "" {
			t.Errorf("account %s, version %s", *out.Account, *out.Version)
		}
		size := 0
		for _, l := range out.Lists {
			name := *l.Kind + " " + *l.ID + " " + *l.Name + " " + *l.Format
			got[name] = append(got[name], l.Content...)
			size += len(l.Content)
		}
		if size > pageBytes {
			t.Errorf("a page of %d bytes", size)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	want := map[string][]byte{"ipset a list a TXT": []byte("192.0.2.1\n"), "threatintelset b list b TXT": long, "threatintelset c list c TXT": []byte("example.com\n")}
	if !maps.EqualFunc(want, got, bytes.Equal) || pages != 3 {
		t.Errorf("%d lists in %d pages are not those that are kept", len(got), pages)
	}
	if out, err := b.getLists(as(t, member), &GetListsInput{}); err != nil || len(out.Lists) != 0 {
		t.Errorf("a stranger gets %d lists, %v", len(out.Lists), err)
	}
}

func TestListTokens(t *testing.T) {
	b := newBench(t)
	b.list(&lists.ThreatIntelSet, "a", make([]byte, pageBytes+1))
	out, err := b.getLists(as(t, admin), &GetListsInput{})
	if err != nil || out.NextToken == nil {
		t.Fatal(err)
	}
	for _, token := range []string{"", "x", *out.Version + "-1", *out.Version + "--1-0", "a-b-c"} {
		if _, err := b.getLists(as(t, admin), &GetListsInput{NextToken: &token}); fault.Of(err) != fault.Invalid {
			t.Errorf("token %q: %v", token, err)
		}
	}
	far := *out.Version + "-99-99999999999"
	if end, err := b.getLists(as(t, admin), &GetListsInput{NextToken: &far}); err != nil || len(end.Lists) != 0 {
		t.Errorf("a position behind the end: %v", err)
	}
	b.list(&lists.ThreatIntelSet, "b", nil)
	if _, err := b.getLists(as(t, admin), &GetListsInput{NextToken: out.NextToken}); fault.Of(err) != fault.Conflict {
		t.Errorf("the lists changed: %v", err)
	}
}
