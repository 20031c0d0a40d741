package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"picket/internal/store/pgtest"
)

// The accounts that the servers have keys for. The first two are in an
// organization that the first manages; the third is a stranger to it.
const (
	adminAccount  = "111122223333"
	memberAccount = "444455556666"
	otherAccount  = "777788889999"
)

// inOrganization are further accounts of it, which nobody has a key for.
var inOrganization = [2]string{"123456789012", "210987654321"}

// program is picket, built as its developers build it. Each of the servers runs
// it on a store of its own, for all tests. cluster is nil without PostgreSQL.
var (
	program string
	servers = map[string]*server{}
	cluster *pgtest.Server
)

func TestMain(m *testing.M) {
	if address := os.Getenv(childS3); address != "" {
		beS3(address)
	}
	code, err := withServers(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func withServers(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "picket-e2e-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if program, err = build(dir); err != nil {
		return 1, err
	}
	stopS3, err := startS3(dir)
	if err != nil {
		return 1, err
	}
	defer stopS3()
	if cluster, err = pgtest.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "NOT TESTED ON POSTGRESQL:", err)
	} else {
		defer cluster.Stop()
	}
	for _, store := range stores {
		args, err := newStore(store)
		if err == nil && args != nil {
			servers[store], err = start(filepath.Join(dir, store), args...)
		}
		if err != nil {
			return 1, errors.Join(err, stopAll())
		}
	}
	code = m.Run()
	if err := errors.Join(stopAll(), uncalled(), misshapen()); err != nil {
		return 1, err
	}
	return code, nil
}

var stores = []string{"sqlite", "postgres"}

// newStore is how a server is told to keep all in an empty store: nil when there
// is no such store.
func newStore(store string) ([]string, error) {
	if store == "sqlite" {
		return []string{}, nil // it is in the server's directory
	}
	if cluster == nil {
		return nil, nil
	}
	dsn, err := cluster.NewDatabase()
	return []string{"--store", dsn}, err
}

func stopAll() (err error) {
	for name, s := range servers {
		if e := s.stop(); e != nil {
			err = errors.Join(err, fmt.Errorf("server on %s: %w", name, e))
		}
	}
	return err
}

// build makes the program with the race detector, unless PICKET_BINARY names one.
func build(dir string) (string, error) {
	if p := os.Getenv("PICKET_BINARY"); p != "" {
		return p, nil
	}
	p := filepath.Join(dir, "picket")
	if out, err := exec.Command("go", "build", "-C", "../..", "-race", "-o", p, "./cmd/picket").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build picket: %w\n%s", err, out)
	}
	return p, nil
}

// A server is a process of the program.
type server struct {
	url   string
	cmd   *exec.Cmd
	log   bytes.Buffer
	ended chan error
}

// start runs picket serve with all keys and waits until it is ready.
func start(data string, args ...string) (*server, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	organization := filepath.Join(data, "organization.yaml")
	content := fmt.Sprintf("management_account: %q\naccounts: [%q, %q, %q]\n", adminAccount, memberAccount, inOrganization[0], inOrganization[1])
	if err := os.WriteFile(organization, []byte(content), 0o600); err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &server{url: "http://" + address, ended: make(chan error, 1)}
	args = append([]string{"serve", "--listen", address, "--data", data, "--organization", organization}, args...)
	for _, account := range []string{adminAccount, memberAccount, otherAccount} {
		args = append(args, "--seed-key", account+":"+keyOf(account)+":"+secret)
	}
	s.cmd = exec.Command(program, args...)
	s.cmd.Stderr = &s.log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.ended <- s.cmd.Wait() }()
	if err := s.ready(); err != nil {
		return nil, errors.Join(err, s.cmd.Process.Kill())
	}
	return s, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (s *server) ready() error {
	for range 1500 {
		res, err := http.Get(s.url + "/healthz")
		if err == nil && res.Body.Close() == nil && res.StatusCode == http.StatusOK {
			return nil
		}
		select {
		case err := <-s.ended:
			return fmt.Errorf("picket ended: %w\n%s", err, &s.log)
		case <-time.After(20 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s does not answer", s.url)
}

// stop ends a server as its users do. It must end well, without a data race.
func (s *server) stop() error {
	if s == nil {
		return nil
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := <-s.ended
	if err != nil || bytes.Contains(s.log.Bytes(), []byte("DATA RACE")) || bytes.Contains(s.log.Bytes(), []byte("panic")) {
		return fmt.Errorf("%w\n%s", errors.Join(errors.New("it did not end well"), err), &s.log)
	}
	return nil
}
