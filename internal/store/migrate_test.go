package store

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

const together = 8 // how many open a database at once

// shippedAnd are the migrations of a picket to come: ours and more, numbered
// from 9001.
func shippedAnd(t *testing.T, more map[string]string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	for name, text := range more {
		files["migrations/"+name] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + text)}
	}
	return files
}

// counting is a migration that a second run would not fail at: it adds 1 to the
// floor, which is 0 in a new database.
const counting = "UPDATE finding_clock SET floor = floor + 1;\n"

func number(t *testing.T, db *DB, query string) int {
	t.Helper()
	var n int
	read(t, db, func(tx *Tx) error {
		_, err := tx.row([]any{&n}, query)
		return err
	})
	return n
}

// TestOpenTogether: all that open a new database at once get it.
func TestOpenTogether(t *testing.T) {
	for _, d := range dialects {
		for i := range 4 {
			t.Run(fmt.Sprint(d, i), func(t *testing.T) {
				t.Parallel()
				dsn := newDSN(t, d)
				var wg sync.WaitGroup
				for range together {
					wg.Go(func() {
						db, err := Open(context.Background(), dsn)
						if err != nil {
							t.Error(err)
							return
						}
						db.Close()
					})
				}
				wg.Wait()
				if n := number(t, open(t, dsn), `SELECT count(*) FROM finding_clock`); n != 1 {
					t.Errorf("the tables were filled %d times", n)
				}
			})
		}
	}
}

// TestOpenBusyFile: a process waits while another one makes the file.
func TestOpenBusyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.db")
	other, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetMaxOpenConns(1)
	for _, q := range []string{`CREATE TABLE x (a)`, `BEGIN IMMEDIATE`} {
		if _, err := other.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	time.AfterFunc(200*time.Millisecond, func() { other.Close() })
	db, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
}

// TestProcessesOpenTogether is TestOpenTogether with processes, which also say
// nothing of their own while they migrate.
func TestProcessesOpenTogether(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			dsn := newDSN(t, d)
			var wg sync.WaitGroup
			for range together {
				wg.Go(func() {
					if first, noise := firstWrite(t, dsn); first != sampleFinding(0).ID || noise != "" {
						t.Errorf("said %q and %q", first, noise)
					}
				})
			}
			wg.Wait()
		})
	}
}

// firstWrite runs a process that opens the store and writes: it returns the first
// line on standard output and what is on standard error.
func firstWrite(t *testing.T, dsn string) (line, noise string) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDSN+"="+dsn)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Error(err)
		return "", ""
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	line = lines.Text()
	cmd.Process.Kill()
	cmd.Wait()
	return line, stderr.String()
}

// TestMigrateTogether: a migration that many begin at once counts once, also
// when nothing in it fails the second time.
func TestMigrateTogether(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			dsn := newDSN(t, d)
			files := shippedAnd(t, map[string]string{"9001_a.sql": counting, "9002_b.sql": counting})
			dbs := make([]*DB, together)
			for i := range dbs {
				dbs[i] = open(t, dsn)
			}
			var wg sync.WaitGroup
			for _, db := range dbs {
				wg.Go(func() {
					if err := db.migrate(context.Background(), files); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if n := number(t, dbs[0], `SELECT floor FROM finding_clock`); n != 2 {
				t.Errorf("two migrations were applied %d times", n)
			}
		})
	}
}

// hooked calls when before the file name is opened.
type hooked struct {
	fs.FS
	name string
	when func()
}

func (h hooked) Open(name string) (fs.File, error) {
	if name == h.name {
		h.when()
	}
	return h.FS.Open(name)
}

// TestOvertaken: SQLite has no lock for migrations. Who has decided to apply one
// that another process then applies ends where that one did.
func TestOvertaken(t *testing.T) {
	dsn := newDSN(t, "sqlite")
	db, other := open(t, dsn), open(t, dsn)
	files := shippedAnd(t, map[string]string{"9001_a.sql": counting, "9002_b.sql": counting})
	overtaken := sync.OnceFunc(func() {
		only := maps.Clone(files)
		delete(only, "migrations/9002_b.sql")
		if err := other.migrate(context.Background(), only); err != nil {
			t.Error(err)
		}
	})
	if err := db.migrate(context.Background(), hooked{files, "migrations/9001_a.sql", overtaken}); err != nil {
		t.Fatal(err)
	}
	if n := number(t, db, `SELECT floor FROM finding_clock`); n != 2 {
		t.Errorf("two migrations were applied %d times", n)
	}
}

// TestPostgresTakesTurns: on PostgreSQL nobody else begins while one migrates.
func TestPostgresTakesTurns(t *testing.T) {
	db := open(t, newDSN(t, "postgres"))
	try := fmt.Sprintf(`SELECT CASE WHEN pg_try_advisory_lock(%d) THEN 1 ELSE 0 END`, migrationLock)
	seen := sync.OnceFunc(func() {
		if number(t, db, try) == 1 {
			t.Error("somebody else could migrate")
		}
	})
	files := shippedAnd(t, map[string]string{"9001_a.sql": counting})
	if err := db.migrate(context.Background(), hooked{files, "migrations/9001_a.sql", seen}); err != nil {
		t.Fatal(err)
	}
}

func TestNewerIsRefused(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			dsn := newDSN(t, d)
			db := open(t, dsn)
			if err := db.migrate(context.Background(), shippedAnd(t, map[string]string{"9001_later.sql": counting})); err != nil {
				t.Fatal(err)
			}
			older, err := Open(context.Background(), dsn)
			if err == nil {
				older.Close()
			}
			want := fmt.Sprintf("open %s store: the database is at version 9001, this picket knows %d: a newer picket has used it", d, len(shippedAnd(t, nil)))
			if err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

// TestFailedMigration: it leaves nothing, those before it stay, and once the
// cause is gone it is applied.
func TestFailedMigration(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		ctx := context.Background()
		bad := "CREATE TABLE half (n BIGINT);\n" + counting + "INSERT INTO nowhere (n) VALUES (1);\n"
		err := db.migrate(ctx, shippedAnd(t, map[string]string{"9001_good.sql": counting, "9002_bad.sql": bad}))
		if err == nil || !strings.HasPrefix(err.Error(), "migration 9002_bad.sql: ") || !strings.Contains(err.Error(), "nowhere") {
			t.Errorf("got %v", err)
		}
		if n := number(t, db, `SELECT floor FROM finding_clock`); n != 1 {
			t.Errorf("%d migrations are applied", n)
		}
		mended := strings.ReplaceAll(bad, "nowhere", "half")
		if err := db.migrate(ctx, shippedAnd(t, map[string]string{"9001_good.sql": counting, "9002_bad.sql": mended})); err != nil {
			t.Error(err)
		}
		if n := number(t, db, `SELECT count(*) FROM half`); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

// TestUnreadableMigration: goose reads files before it applies any.
func TestUnreadableMigration(t *testing.T) {
	db := open(t, newDSN(t, "sqlite"))
	err := db.migrate(context.Background(), shippedAnd(t, map[string]string{"9001_good.sql": counting, "9002_cut.sql": "UPDATE finding_clock SET"}))
	if err == nil || !strings.Contains(err.Error(), "9002_cut.sql") {
		t.Errorf("got %v", err)
	}
	if n := number(t, db, `SELECT floor FROM finding_clock`); n != 0 {
		t.Errorf("%d migrations are applied", n)
	}
}

// TestMigrationsAreNumbered: goose passes over files without a number and
// takes numbers with gaps, so that a file that comes later in a gap would be
// refused where those after it are applied.
func TestMigrationsAreNumbered(t *testing.T) {
	names, err := fs.Glob(migrations, "migrations/*")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for i, name := range names {
		if !strings.HasPrefix(name, fmt.Sprintf("migrations/%04d_", i+1)) || !strings.HasSuffix(name, ".sql") {
			t.Errorf("%s: its name must be %04d_what.sql", name, i+1)
		}
	}
}

// TestOutOfOrderIsRefused: a gap that is filled later is no silent loss.
func TestOutOfOrderIsRefused(t *testing.T) {
	db := open(t, newDSN(t, "sqlite"))
	if err := db.migrate(context.Background(), shippedAnd(t, map[string]string{"9002_b.sql": counting})); err != nil {
		t.Fatal(err)
	}
	err := db.migrate(context.Background(), shippedAnd(t, map[string]string{"9001_a.sql": counting, "9002_b.sql": counting}))
	if err == nil || !strings.Contains(err.Error(), "version 9001") {
		t.Errorf("got %v", err)
	}
}
