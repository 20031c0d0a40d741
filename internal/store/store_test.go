package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
)

var cluster struct {
	dir     string // the server's socket is in it; "" when there is no server
	missing string // why
	made    atomic.Int64
}

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		writeUntilKilled(dsn)
		return
	}
	stop := startPostgres()
	code := m.Run()
	stop()
	os.Exit(code)
}

// startPostgres starts a server of its own, on a Unix socket in a temporary
// directory, as user postgres when the tests run as root, for which PostgreSQL
// refuses to run.
func startPostgres() (stop func()) {
	stop = func() {}
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(bins) == 0 {
		cluster.missing = "PostgreSQL is not installed (apt-get install postgresql)"
		return stop
	}
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		cluster.missing = err.Error()
		return stop
	}
	attr := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			cluster.missing = err.Error()
			return stop
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			cluster.missing = err.Error()
			return stop
		}
	}
	run := func(name string, args ...string) error {
		cmd := exec.Command(filepath.Join(filepath.Dir(bins[len(bins)-1]), name), args...)
		cmd.Dir, cmd.SysProcAttr = dir, attr
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", name, err, out)
		}
		return nil
	}
	data := filepath.Join(dir, "data")
	err = run("initdb", "-D", data, "-U", "picket", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
	if err == nil {
		err = run("pg_ctl", "-D", data, "-w", "-l", filepath.Join(dir, "log"), "-o", "-c listen_addresses='' -k "+dir, "start")
	}
	if err != nil {
		cluster.missing = err.Error()
		return func() { os.RemoveAll(dir) }
	}
	cluster.dir = dir
	return func() {
		if err := run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.RemoveAll(dir)
	}
}

// newDSN names a new, empty database.
func newDSN(t testing.TB, dialect string) string {
	t.Helper()
	if dialect == "sqlite" {
		return filepath.Join(t.TempDir(), "picket ?#%.db")
	}
	if cluster.dir == "" {
		t.Skipf("NOT TESTED ON POSTGRESQL: %s", cluster.missing)
	}
	url := func(db string) string { return "postgres:///" + db + "?user=picket&host=" + cluster.dir }
	name := fmt.Sprintf("t%d", cluster.made.Add(1))
	admin, err := sql.Open("pgx", url("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	return url(name)
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

// onBoth runs a test of the contract on both databases.
func onBoth(t *testing.T, f func(t *testing.T, db *DB)) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) { f(t, open(t, newDSN(t, d))) })
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
