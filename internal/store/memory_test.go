package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"picket/finding"
	"picket/internal/store/index"
)

// listed are the ids that a transaction lists, by id.
func listed(t testing.TB, tx *Tx, c finding.Criteria) []string {
	t.Helper()
	w := mine
	w.Criteria = c
	ids, _, err := tx.ListFindings(w, Page{Sort: Sort{"service.eventLastSeen", false}})
	if err != nil {
		t.Fatal(err)
	}
	counts, err := tx.CountFindings(w, ByAccount, false, 0)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(ids); n > 0 && (len(counts) != 1 || counts[0].Total != n) || n == 0 && len(counts) > 0 {
		t.Errorf("%d listed, counted %v", n, counts)
	}
	return ids
}

func seen(t testing.TB, db *DB, want ...string) {
	t.Helper()
	read(t, db, func(tx *Tx) error {
		if diff := gocmp.Diff(want, listed(t, tx, nil), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("listed (-want +got):\n%s", diff)
		}
		return nil
	})
}

// lettered are findings a, b, c … in the order of their last events.
func lettered(n int) []*finding.Finding {
	fs := sampleFindings(n)
	for i, f := range fs {
		f.ID, f.Service.Archived = string(rune('a'+i)), false
		f.Service.EventLastSeen = fmt.Sprintf("2026-01-01T00:00:%02d.000Z", i)
	}
	return fs
}

// TestIndexAcrossHandles: what one DB writes, changes and deletes another of the
// same database sees at once, as two processes would, and so does one that is
// opened later.
func TestIndexAcrossHandles(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			dsn := newDSN(t, d)
			one, two := open(t, dsn), open(t, dsn)
			fs := lettered(4)
			seen(t, one)
			seen(t, two)
			write(t, one, func(tx *Tx) error { return tx.PutFinding(fs[0], fs[1], fs[2]) })
			seen(t, two, "a", "b", "c")
			write(t, two, func(tx *Tx) error { return tx.PutFinding(fs[3]) })
			write(t, two, func(tx *Tx) error { return tx.ArchiveFindings(mine, []string{"b"}, true) })
			seen(t, one, "a", "b", "c", "d")
			read(t, one, func(tx *Tx) error {
				if got := listed(t, tx, finding.Criteria{"service.archived": {Eq: []string{"true"}}}); !gocmp.Equal(got, []string{"b"}) {
					t.Errorf("archived: %v", got)
				}
				return nil
			})
			fs[0].Service.EventLastSeen = "2026-02-01T00:00:00.000Z"
			write(t, one, func(tx *Tx) error { return tx.PutFinding(fs[0]) })
			seen(t, two, "b", "c", "d", "a")
			write(t, one, func(tx *Tx) error { return tx.deleteFindings(home) })
			seen(t, two)
			write(t, one, func(tx *Tx) error { return tx.PutFinding(fs[2]) }) // it may get the number that another had
			seen(t, two, "c")
			seen(t, one, "c")
			seen(t, open(t, dsn), "c")
		})
	}
}

// TestIndexOfATransaction: a transaction sees what it wrote itself, at each step,
// and nobody else does before it commits, or ever when it fails.
func TestIndexOfATransaction(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		fs := lettered(4)
		write(t, db, func(tx *Tx) error { return tx.PutFinding(fs[0], fs[1]) })
		boom := errors.New("boom")
		steps := func(end error) error {
			return db.Write(context.Background(), func(tx *Tx) error {
				step := func(err error, want ...string) {
					t.Helper()
					if got := listed(t, tx, nil); err != nil || !gocmp.Equal(got, want, cmpopts.EquateEmpty()) {
						t.Errorf("the transaction sees %v, want %v, %v", got, want, err)
					}
					seen(t, db, "a", "b")
				}
				step(nil, "a", "b")
				step(tx.PutFinding(fs[2]), "a", "b", "c")
				step(tx.deleteFindings(home))
				step(tx.PutFinding(fs[1], fs[3]), "b", "d")
				return end
			})
		}
		if err := steps(boom); !errors.Is(err, boom) {
			t.Fatal(err)
		}
		seen(t, db, "a", "b")
		write(t, db, func(tx *Tx) error { return tx.PutFinding(fs[2]) }) // takes the number of the change that failed
		seen(t, db, "a", "b", "c")
		write(t, db, func(tx *Tx) error { return tx.deleteFindings(home) })
		write(t, db, func(tx *Tx) error { return tx.PutFinding(fs[0], fs[1]) })
		if err := steps(nil); err != nil {
			t.Fatal(err)
		}
		seen(t, db, "b", "d")
	})
}

// TestIndexKeepsToTheState: a reader that asks late, when others have brought the
// index further, is answered from the state that it sees, whether there was an
// index when it began or not.
func TestIndexKeepsToTheState(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		for range 2 {
			fs := lettered(3)
			write(t, db, func(tx *Tx) error { return tx.PutFinding(fs[0], fs[1]) })
			read(t, db, func(tx *Tx) error {
				if _, err := tx.Tags("arn:x"); err != nil { // the state is that of the first query
					return err
				}
				write(t, db, func(tx *Tx) error { return tx.PutFinding(fs[2]) })
				seen(t, db, "a", "b", "c")
				write(t, db, func(tx *Tx) error { return tx.ArchiveFindings(mine, []string{"a"}, true) })
				write(t, db, func(tx *Tx) error { return tx.deleteFindings(home) })
				seen(t, db)
				for range 2 {
					if got := listed(t, tx, finding.Criteria{"service.archived": {Eq: []string{"false"}}}); !gocmp.Equal(got, []string{"a", "b"}) {
						t.Errorf("an old reader sees %v", got)
					}
				}
				return nil
			})
			seen(t, db)
			if err := db.Warm(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestForgottenDeletes: an index that is older than what is remembered of
// deleted findings is made anew.
func TestForgottenDeletes(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			dsn := newDSN(t, d)
			one, two := open(t, dsn), open(t, dsn)
			fs := lettered(3)
			write(t, one, func(tx *Tx) error { return tx.PutFinding(fs...) })
			seen(t, two, "a", "b", "c")
			write(t, one, func(tx *Tx) error { return tx.deleteFindings(home) })
			write(t, one, func(tx *Tx) error { return tx.PutFinding(fs[1]) })
			write(t, one, func(tx *Tx) error { return tx.forgetDeleted(2) })
			var n int
			read(t, one, func(tx *Tx) error { _, err := tx.row([]any{&n}, `SELECT count(*) FROM deleted_findings`); return err })
			if n != 0 {
				t.Errorf("%d deleted findings are remembered", n)
			}
			seen(t, two, "b")
		})
	}
}

// TestIndexUnderWrites: readers and writers of two handles, all at once: each
// reader sees all findings of a transaction or none.
func TestIndexUnderWrites(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			dsn := newDSN(t, d)
			dbs := []*DB{open(t, dsn), open(t, dsn)}
			var wg sync.WaitGroup
			for i := range 2 {
				wg.Go(func() {
					for n := range 15 {
						err := dbs[i].Write(context.Background(), func(tx *Tx) error {
							if n%5 == 4 {
								return tx.deleteFindings(home)
							}
							f, g := sampleFinding(2*n), sampleFinding(2*n+1)
							return tx.PutFinding(&f, &g)
						})
						if err != nil {
							t.Error(err)
						}
					}
				})
				wg.Go(func() {
					for range 40 {
						read(t, dbs[i], func(tx *Tx) error {
							ids := listed(t, tx, nil)
							docs, err := tx.Findings(mine, ids)
							if len(ids)%2 != 0 || len(docs) != len(ids) {
								t.Errorf("%d listed, %d read: %s", len(ids), len(docs), strings.Join(ids, " "))
							}
							return err
						})
					}
				})
			}
			wg.Wait()
		})
	}
}

// TestOddValues: times and numbers that are written unlike others, or twice, are
// found as Match finds them.
func TestOddValues(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		doc := func(id, more string) string {
			return `{"id":"` + id + `","accountId":"` + home.Account + `","region":"` + home.Region + `",` + more + `}`
		}
		docs := []string{
			doc("a", `"updatedAt":"1970-01-01T00:00:00.000Z","severity":0`), doc("b", `"updatedAt":1772000000.5,"severity":"8"`), doc("c", `"updatedAt":null`),
			doc("d", `"updatedAt":"2026-02-25T06:13:20.000Z","UpdatedAt":"2026-02-25T06:13:21.000Z","Severity":8.9`), doc("e", `"updatedAt":"soon","severity":-0.0`), doc("f", `"createdAt":"2026-02-25T06:13:20.000Z"`),
		}
		write(t, db, func(tx *Tx) error { return tx.PutFindings(docs) })
		for _, c := range []finding.Criteria{
			{"updatedAt": {Gte: long(0)}}, {"updatedAt": {Lt: long(1)}}, {"updatedAt": {Eq: []string{"0"}}}, {"updatedAt": {Gt: long(1_772_000_000_000)}},
			{"updatedAt": {Eq: []string{"2026-02-25T06:13:20.000Z"}}}, {"updatedAt": {Neq: []string{"2026-02-25T06:13:21.000Z"}}}, {"updatedAt": {Neq: []string{"1772000000500"}}},
			{"severity": {Eq: []string{"8"}}}, {"severity": {Eq: []string{"0"}}}, {"severity": {Lt: long(1)}}, {"severity": {Neq: []string{"0", "8"}}}, {"createdAt": {Gte: long(1)}},
		} {
			var want []string
			for _, d := range docs {
				if c.MatchValues(finding.ValuesOf(d)) {
					want = append(want, d[7:8])
				}
			}
			read(t, db, func(tx *Tx) error {
				w := mine
				w.Criteria = c
				ids, _, err := tx.ListFindings(w, Page{Sort: Sort{"type", false}})
				if diff := gocmp.Diff(want, ids, cmpopts.EquateEmpty(), cmpopts.SortSlices(strings.Compare)); diff != "" {
					t.Errorf("%s (- Match, + store):\n%s", text(c), diff)
				}
				return err
			})
		}
	})
}

// change makes the next state of an index, as a transaction does that sees a change.
func change(t testing.TB, m *memory, edit func(*index.Edit)) {
	t.Helper()
	if err := m.take(t.Context()); err != nil {
		t.Error(err)
		return
	}
	defer func() { <-m.turn }()
	from := m.newest.Load()
	if from == nil {
		from = &state{view: new(index.View)}
	}
	e := from.view.Edit()
	edit(e)
	m.keep(&state{from.change + 1, e.Finish()})
}

// addTo adds n findings to an index, numbered from seq on.
func addTo(e *index.Edit, seq, n int64) {
	for range n {
		e.Add(&index.Entry{Seq: seq, ID: strconv.FormatInt(seq, 10), LastSeen: seq})
		seq++
	}
}

// TestMergesBesideChanges: while large parts of the index are merged, changes and
// questions go on, and no change is lost. Nothing goes on once the index is closed.
func TestMergesBesideChanges(t *testing.T) {
	m := newMemory()
	const batches, size = 60, 1500
	change(t, &m, func(e *index.Edit) { addTo(e, 0, 1) })
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				s := m.newest.Load()
				if n := s.view.Size(&index.Query{}); n%10 != 1 {
					t.Errorf("half a change is seen: %d findings", n)
				}
			}
		})
	}
	for b := range int64(batches) {
		from := 1 + b*size
		change(t, &m, func(e *index.Edit) { addTo(e, from, size) })
		change(t, &m, func(e *index.Edit) { // the later half of it is seen again, and some of what is older ends
			for seq := from + size/2; seq < from+size; seq++ {
				e.Delete(seq)
			}
			addTo(e, from+size/2, size/2)
			for seq := from / 2; seq < from/2+10; seq++ {
				e.Delete(seq)
			}
		})
	}
	close(stop)
	wg.Wait()
	m.merges.Wait()
	if m.newest.Load().view.Untidy() {
		t.Error("large parts were left unmerged")
	}
	m.close()
	left := map[string]bool{}
	for _, p := range m.newest.Load().view.List(&index.Query{}, index.Order{Column: index.LastSeen}, nil, 0) {
		if left[p.ID] {
			t.Fatalf("finding %s is there twice", p.ID)
		}
		left[p.ID] = true
	}
	gone := map[int64]bool{}
	for b := range int64(batches) {
		for seq := (1 + b*size) / 2; seq < (1+b*size)/2+10; seq++ {
			gone[seq] = true
		}
	}
	for seq := range int64(1 + batches*size) {
		if left[strconv.FormatInt(seq, 10)] == gone[seq] {
			t.Fatalf("finding %d: deleted %v, found %v", seq, gone[seq], !gone[seq])
		}
	}
}

// TestMergesAreWaitedFor: when more comes than is merged, who makes states waits
// until a merge is done, or no longer wants to.
func TestMergesAreWaitedFor(t *testing.T) {
	m := newMemory()
	m.merging = true // but nobody merges
	for i := range int64(40) {
		if s := m.newest.Load(); s != nil && s.view.Crowded() {
			break
		}
		change(t, &m, func(e *index.Edit) { addTo(e, i*1500, 1500) })
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := m.take(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("with much to merge the turn is given: %v", err)
	}
	m.merges.Go(m.merge)
	if err := m.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m.newest.Load().view.Crowded() {
		t.Error("the turn was given too early")
	}
	<-m.turn
	m.close()
}

// TestMergedIsKept: who began before parts were merged goes on from what was made of
// them, so that the merge is not lost.
func TestMergedIsKept(t *testing.T) {
	m := newMemory()
	began := &state{change: 3, view: new(index.View)}
	merged := &state{change: 3, view: new(index.View)}
	m.newest.Store(merged)
	if got := m.latest(5, began); got != merged {
		t.Error("a change is put on the parts as they were")
	}
}

// TestCloseWaitsForMerges: nothing of a DB goes on when Close has returned.
func TestCloseWaitsForMerges(t *testing.T) {
	db := open(t, newDSN(t, "sqlite"))
	done, closed := make(chan struct{}), make(chan error, 1)
	db.index.merges.Go(func() { <-done })
	go func() { closed <- db.Close() }()
	select {
	case <-closed:
		t.Error("closed while parts are merged")
	case <-time.After(20 * time.Millisecond):
	}
	close(done)
	if err := <-closed; err != nil || !db.index.closed.Load() {
		t.Errorf("closed without the index: %v", err)
	}
}
