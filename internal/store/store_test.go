package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"picket/internal/store/pgtest"
)

var cluster struct {
	*pgtest.Server
	missing error // why there is none
}

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		writeUntilKilled(dsn)
		return
	}
	os.Exit(withPostgres(m))
}

func withPostgres(m *testing.M) int {
	cluster.Server, cluster.missing = pgtest.Start()
	if cluster.missing == nil {
		defer cluster.Stop()
	}
	return m.Run()
}

// newDSN names a new, empty database.
func newDSN(t testing.TB, dialect string) string {
	t.Helper()
	if dialect == "sqlite" {
		return filepath.Join(t.TempDir(), "picket ?#%.db")
	}
	if cluster.missing != nil {
		t.Skipf("NOT TESTED ON POSTGRESQL: %s", cluster.missing)
	}
	dsn, err := cluster.NewDatabase()
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

func open(t testing.TB, dsn string) *DB {
	t.Helper()
	db, err := Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

var dialects = []string{"sqlite", "postgres"}

// onBoth runs a test of the contract on both databases, at the same time.
func onBoth(t *testing.T, f func(t *testing.T, db *DB)) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			f(t, open(t, newDSN(t, d)))
		})
	}
}

func write(t testing.TB, db *DB, f func(*Tx) error) {
	t.Helper()
	if err := db.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, db *DB, f func(*Tx) error) {
	t.Helper()
	if err := db.Read(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}
