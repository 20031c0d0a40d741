// Package pgtest starts a PostgreSQL server for tests. It exists so that tests
// in several packages find, start and stop one in the same way. It imports the
// standard library only; who opens a database brings the driver.
package pgtest

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
)

// Server is a PostgreSQL server with an empty cluster of its own, on a Unix
// socket in a temporary directory.
type Server struct {
	dir  string
	kept bool // the files outlive the server
	bin  string
	attr *syscall.SysProcAttr
	made atomic.Int64
}

// Start starts a new server, as user postgres when the tests run as root, for which
// PostgreSQL refuses to run. The error says why there is none.
func Start() (*Server, error) {
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	if err := s.start(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

// StartIn starts a server like Start whose files are in dir, where Stop leaves
// them. The path has to be short: a socket is in it.
func StartIn(dir string) (*Server, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	s := &Server{dir: dir, kept: true}
	return s, s.start()
}

func (s *Server) start() error {
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(bins) == 0 {
		return fmt.Errorf("PostgreSQL is not installed (apt-get install postgresql)")
	}
	s.bin, s.attr = filepath.Dir(bins[len(bins)-1]), &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		if err := s.asPostgres(); err != nil {
			return err
		}
	}
	if err := s.initialize(); err != nil {
		return err
	}
	return s.run("pg_ctl", "-D", s.data(), "-w", "-l", filepath.Join(s.dir, "log"), "-o", "-c listen_addresses='' -c fsync=off -k "+s.dir, "start")
}

// initialize makes the cluster unless there is one.
func (s *Server) initialize() error {
	if _, err := os.Stat(filepath.Join(s.data(), "PG_VERSION")); err == nil {
		return nil
	}
	return s.run("initdb", "-D", s.data(), "-U", "picket", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
}

func (s *Server) asPostgres() error {
	u, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	s.attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(s.dir, uid, gid)
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) run(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = s.dir, s.attr
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// Stop ends the server and removes its files, but those of StartIn.
func (s *Server) Stop() error {
	if s.kept {
		return s.run("pg_ctl", "-D", s.data(), "-m", "fast", "-w", "stop")
	}
	err := s.run("pg_ctl", "-D", s.data(), "-m", "immediate", "-w", "stop")
	os.RemoveAll(s.dir)
	return err
}

// NewDatabase makes an empty database and returns its URL.
func (s *Server) NewDatabase() (string, error) {
	name := fmt.Sprintf("t%d", s.made.Add(1))
	return s.url(name), s.create(name)
}

// Database returns the URL of a database by name, which it makes when missing.
func (s *Server) Database(name string) (string, error) {
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return "", err
	}
	defer db.Close()
	var n int
	err = db.QueryRow("SELECT count(*) FROM pg_database WHERE datname = $1", name).Scan(&n)
	if err == nil && n == 0 {
		err = s.create(name)
	}
	return s.url(name), err
}

func (s *Server) create(name string) error {
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec("CREATE DATABASE " + name)
	return err
}

func (s *Server) url(database string) string {
	return "postgres:///" + database + "?user=picket&host=" + s.dir
}
