// Package accesstest holds every store of access keys to the one contract that
// package access relies on, and has one in memory.
//
// It exists so that the in-memory store, SQLite and PostgreSQL cannot differ. It
// is for tests only and imports picket/internal/access, picket/internal/fault,
// go-cmp and the standard library.
package accesstest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"picket/internal/access"
	"picket/internal/fault"
)

var created = time.Date(2026, 9, 20, 10, 11, 12, 0, time.UTC)

func record(id string) access.Record {
	return access.Record{ID: id, Account: "111122223333", User: "ann", Sealed: []byte{0, 1, 0xff}, MasterID: "m1",
		Policy: `{"Statement":"é'\u0000"}`, Status: access.Active, Created: created, Version: 1}
}

// Keys runs the contract against stores that open makes, empty ones.
func Keys(t *testing.T, open func(t *testing.T) access.Keys) {
	for name, test := range map[string]func(*testing.T, access.Keys){
		"put and load": putAndLoad, "versions": versions, "touch": touch, "delete": deletion, "one writer wins": oneWriterWins,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func put(t *testing.T, k access.Keys, r access.Record) {
	t.Helper()
	if err := k.Put(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func wantLoaded(t *testing.T, k access.Keys, want ...access.Record) {
	t.Helper()
	got, err := k.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b access.Record) int { return strings.Compare(a.ID, b.ID) })
	if diff := cmp.Diff(append([]access.Record{}, want...), append([]access.Record{}, got...)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func putAndLoad(t *testing.T, k access.Keys) {
	wantLoaded(t, k)
	put(t, k, record("AKIAB"))
	put(t, k, record("AKIAA"))
	wantLoaded(t, k, record("AKIAA"), record("AKIAB"))
	got, err := k.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got[0].Sealed[0] = 9
	wantLoaded(t, k, record("AKIAA"), record("AKIAB"))
}

func versions(t *testing.T, k access.Keys) {
	late := record("AKIAA")
	late.Version = 2
	if err := k.Put(t.Context(), late); fault.Of(err) != fault.Conflict {
		t.Errorf("version 2 of nothing: %v", err)
	}
	put(t, k, record("AKIAA"))
	if err := k.Put(t.Context(), record("AKIAA")); fault.Of(err) != fault.Conflict {
		t.Errorf("version 1 again: %v", err)
	}
	changed := record("AKIAA")
	changed.Version, changed.Status, changed.Sealed, changed.MasterID, changed.Policy = 2, access.Revoked, nil, "", "{}"
	put(t, k, changed)
	wantLoaded(t, k, changed)
	skipped := changed
	skipped.Version = 4
	if err := k.Put(t.Context(), skipped); fault.Of(err) != fault.Conflict {
		t.Errorf("version 4 after 2: %v", err)
	}
	wantLoaded(t, k, changed)
}

func touch(t *testing.T, k access.Keys) {
	put(t, k, record("AKIAA"))
	touchAt := func(at time.Time) {
		t.Helper()
		if err := k.Touch(t.Context(), "AKIAA", at); err != nil {
			t.Fatal(err)
		}
	}
	used := record("AKIAA")
	used.LastUsed = created.Add(2 * time.Hour)
	touchAt(used.LastUsed)
	wantLoaded(t, k, used)
	touchAt(created.Add(time.Hour)) // earlier: stays
	wantLoaded(t, k, used)
	changed := record("AKIAA")
	changed.Version, changed.Status = 2, access.Inactive
	put(t, k, changed) // does not know of the use
	changed.LastUsed = used.LastUsed
	wantLoaded(t, k, changed)
	if err := k.Touch(t.Context(), "AKIAZ", created); err != nil {
		t.Errorf("touch of nothing: %v", err)
	}
	wantLoaded(t, k, changed)
}

func deletion(t *testing.T, k access.Keys) {
	put(t, k, record("AKIAA"))
	if err := k.Delete(t.Context(), "AKIAB"); fault.Of(err) != fault.NotFound {
		t.Errorf("delete of nothing: %v", err)
	}
	if err := k.Delete(t.Context(), "AKIAA"); err != nil {
		t.Error(err)
	}
	wantLoaded(t, k)
	put(t, k, record("AKIAA")) // anew, from version 1
	wantLoaded(t, k, record("AKIAA"))
}

func oneWriterWins(t *testing.T, k access.Keys) {
	put(t, k, record("AKIAA"))
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r := record("AKIAA")
			r.Version = 2
			switch err := k.Put(context.Background(), r); {
			case err == nil:
				won.Add(1)
			case fault.Of(err) != fault.Conflict:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d writers wrote version 2", won.Load())
	}
}
