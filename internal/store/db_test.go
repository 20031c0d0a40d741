package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
)

func TestWriteIsAllOrNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		boom := errors.New("boom")
		err := db.Write(context.Background(), func(tx *Tx) error {
			if err := tx.SetTags("arn:x", map[string]string{"k": "v"}); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Errorf("got %v", err)
		}
		func() {
			defer func() { recover() }()
			db.Write(context.Background(), func(tx *Tx) error {
				if err := tx.SetTags("arn:x", map[string]string{"k": "v"}); err != nil {
					t.Error(err)
				}
				panic("boom")
			})
		}()
		read(t, db, func(tx *Tx) error {
			if tags, err := tx.Tags("arn:x"); err != nil || len(tags) > 0 {
				t.Errorf("after failed transactions: %v, %v", tags, err)
			}
			return nil
		})
	})
}

func TestReadCantWrite(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		err := db.Read(context.Background(), func(tx *Tx) error { return tx.SetTags("arn:x", map[string]string{"k": "v"}) })
		if err == nil {
			t.Error("a reader wrote")
		}
	})
}

// TestWritersTakeTurns: what a transaction has read is true until it commits,
// also between processes, for which two DBs of one database stand here.
func TestWritersTakeTurns(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			dsn := newDSN(t, d)
			dbs := []*DB{open(t, dsn), open(t, dsn)}
			const each = 20
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					for range each {
						err := dbs[i%2].Write(context.Background(), func(tx *Tx) error {
							tags, err := tx.Tags("arn:n")
							if err != nil {
								return err
							}
							n := 0
							fmt.Sscan(tags["n"], &n)
							return tx.SetTags("arn:n", map[string]string{"n": fmt.Sprint(n + 1)})
						})
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			read(t, dbs[0], func(tx *Tx) error {
				tags, err := tx.Tags("arn:n")
				if tags["n"] != fmt.Sprint(8*each) {
					t.Errorf("counted to %s, want %d", tags["n"], 8*each)
				}
				return err
			})
		})
	}
}

func TestReadersSeeOneState(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		read(t, db, func(tx *Tx) error {
			if _, err := tx.Tags("arn:x"); err != nil { // the state is that of the first query
				return err
			}
			write(t, db, func(w *Tx) error { return w.SetTags("arn:x", map[string]string{"k": "v"}) })
			tags, err := tx.Tags("arn:x")
			if len(tags) != 0 {
				t.Error("a reader saw a later write")
			}
			return err
		})
	})
}

func TestReopenKeeps(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			dsn := newDSN(t, d)
			db := open(t, dsn)
			write(t, db, func(tx *Tx) error { return tx.SetTags("arn:x", map[string]string{"k": "v"}) })
			db.Close()
			db = open(t, dsn)
			read(t, db, func(tx *Tx) error {
				tags, err := tx.Tags("arn:x")
				if tags["k"] != "v" {
					t.Errorf("lost: %v", tags)
				}
				return err
			})
		})
	}
}

func TestVersionCheck(t *testing.T) {
	for v, want := range map[string]bool{"3.51.3": true, "3.51.2": false, "3.54": true, "4": true, "3": false, "": false} {
		if got := atLeast(v, 3, 51, 3); got != want {
			t.Errorf("%q: %v", v, got)
		}
	}
}
