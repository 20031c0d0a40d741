package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"picket/bench/testbed"
	"picket/internal/store"
	"picket/internal/store/pgtest"
)

// cache keeps filled stores, in a directory for each schema and generator.
type cache struct{ dir string }

// filled is a store with findings, ready to be opened.
type filled struct {
	dsn   string
	data  string // directory for the server
	close func() error
}

func openCache(ctx context.Context, dir string) (*cache, error) {
	root, err := testbed.Root(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := filepath.Glob(filepath.Join(root, "internal/store/migrations/*.sql"))
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"bench/api/finding.go", "internal/store/document.go", "internal/store/index/entry.go"} {
		sources = append(sources, filepath.Join(root, name))
	}
	sum := sha256.New()
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		sum.Write(text)
	}
	c := &cache{filepath.Join(dir, hex.EncodeToString(sum.Sum(nil))[:8])}
	return c, os.MkdirAll(c.dir, 0o755) // PostgreSQL may run as another user
}

// open gives the store of that many findings, which it fills when it is missing.
func (c *cache) open(ctx context.Context, name string, size int) (*filled, error) {
	f := &filled{
		dsn:   filepath.Join(c.dir, fmt.Sprintf("%d.db", size)),
		data:  filepath.Join(c.dir, fmt.Sprintf("%s-%d", name, size)),
		close: func() error { return nil },
	}
	if name == "postgres" {
		server, err := pgtest.StartIn(filepath.Join(c.dir, "pg"))
		if err != nil {
			return nil, err
		}
		f.close = server.Stop
		if f.dsn, err = server.Database(fmt.Sprintf("findings_%d", size)); err != nil {
			return nil, fmt.Errorf("%w, %w", err, f.close())
		}
	}
	if err := fill(ctx, f.dsn, size); err != nil {
		return nil, fmt.Errorf("%w, %w", err, f.close())
	}
	return f, nil
}

// chunk is how many findings are written in a transaction.
const chunk = 5000

// fill writes the findings that a store lacks, the detector and the members
// last: a store that has them is full.
func fill(ctx context.Context, dsn string, size int) error {
	db, err := store.Open(ctx, dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	full := false
	err = db.Read(ctx, func(tx *store.Tx) error {
		n, err := store.Detectors.Count(tx, home)
		full = n > 0
		return err
	})
	if err != nil || full {
		return err
	}
	began := time.Now()
	for from := 0; from < size; from += chunk {
		var docs []string
		for i := from; i < min(size, from+chunk); i++ {
			docs = append(docs, document(i))
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutFindings(docs) }); err != nil {
			return err
		}
		if done := from + len(docs); done%100_000 == 0 {
			fmt.Fprintf(os.Stderr, "%d findings written, %.0f a second\n", done, float64(done)/time.Since(began).Seconds())
		}
	}
	return db.Write(ctx, settle)
}

// settle makes the detector and the members.
func settle(tx *store.Tx) error {
	for _, account := range accounts[1:] {
		m := store.Member{Meta: store.Meta{Scope: home, ID: account, Status: store.MemberEnabled}}
		if err := store.Members.Put(tx, &m); err != nil {
			return err
		}
	}
	d := store.Detector{Meta: store.Meta{Scope: home, ID: detectorID, Status: "ENABLED"}, Frequency: "SIX_HOURS", Features: map[string]store.Feature{}}
	return store.Detectors.Insert(tx, &d)
}
