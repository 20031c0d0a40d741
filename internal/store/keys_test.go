package store

import (
	"testing"

	"picket/internal/access"
	"picket/internal/access/accesstest"
)

func TestAccessKeys(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			accesstest.Keys(t, func(t *testing.T) access.Keys { return open(t, newDSN(t, d)).AccessKeys() })
		})
	}
}

// TestAccessKeysAreShared: what one process writes another reads.
func TestAccessKeysAreShared(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			dsn := newDSN(t, d)
			a, b := open(t, dsn).AccessKeys(), open(t, dsn).AccessKeys()
			if err := a.Put(t.Context(), access.Record{ID: "AKIA1", Account: "111122223333", Status: access.Active, Version: 1}); err != nil {
				t.Fatal(err)
			}
			got, err := b.Load(t.Context())
			if err != nil || len(got) != 1 || got[0].ID != "AKIA1" || got[0].Sealed != nil {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}
