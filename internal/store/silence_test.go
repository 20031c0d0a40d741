package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// These tests say what a driver of PostgreSQL must do when the server, or what
// stands in its place, does not do its part: the store keeps its callers'
// deadlines, fails without harm and goes on when the server is back.

// patience is how long after its deadline a call may return at the latest.
const patience = 5 * time.Second

// within runs f with a deadline of a quarter of a second, which it must keep.
func within(t *testing.T, f func(context.Context) error) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second/4)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		t.Fatal("the call has not returned long after its deadline")
		return nil
	}
}

// TestOpenNoDatabase: whatever answers on the port, Open fails in time.
func TestOpenNoDatabase(t *testing.T) {
	for what, answer := range map[string]string{
		"nothing":              "",
		"a message of 0 bytes": "R\x00\x00\x00\x00",
		"a message of 2 GB":    "R\x7f\xff\xff\xff",
		"an error of 4 GB":     "E\xff\xff\xff\xff",
		"another protocol":     "HTTP/1.1 400 Bad Request\r\n\r\n",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			address := answerWith(t, answer)
			err := within(t, func(ctx context.Context) error {
				db, err := Open(ctx, "postgres://picket@"+address+"/picket?sslmode=disable")
				if err == nil {
					db.Close()
				}
				return err
			})
			if err == nil {
				t.Error("opened")
			}
			if answer == "" && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("want the deadline, got %v", err)
			}
		})
	}
}

// answerWith listens for clients, tells each the same and leaves it waiting.
func answerWith(t *testing.T, answer string) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{listener: l, answer: []byte(answer)}
	go r.serve()
	t.Cleanup(r.close)
	return l.Addr().String()
}

// TestSilentServer: a query on a connection that is open fails at its deadline
// when the server doesn't answer any more, and later ones succeed when it does.
func TestSilentServer(t *testing.T) {
	db, server := openRelayed(t)
	server.hold.Lock()
	for name, use := range map[string]func(context.Context, func(*Tx) error) error{"Read": db.Read, "Write": db.Write} {
		err := within(t, func(ctx context.Context) error {
			return use(ctx, func(tx *Tx) error { _, err := tx.Tags("arn:x"); return err })
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: want the deadline, got %v", name, err)
		}
	}
	server.hold.Unlock()
	write(t, db, tagX)
}

// TestRestartedServer: after all connections of the pool broke, as they do when
// the server restarts, the next transaction gets a new one, however short ago
// they worked.
func TestRestartedServer(t *testing.T) {
	db, server := openRelayed(t)
	for range 2 { // the driver looks after a connection when it is used the second time
		var busy sync.WaitGroup
		for range readers {
			busy.Go(func() { db.Read(context.Background(), func(tx *Tx) error { return tx.exec(`SELECT pg_sleep(0.1)`) }) })
		}
		busy.Wait()
	}
	server.breakAll()
	write(t, db, tagX)
}

// TestBrokenConnection: the pool is told to replace it, and why, which is what a
// caller sees when new ones break as well.
func TestBrokenConnection(t *testing.T) {
	db, server := openRelayed(t)
	c, err := db.write.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	server.breakAll()
	err = c.Raw(func(conn any) error {
		_, err := conn.(driver.ConnBeginTx).BeginTx(t.Context(), driver.TxOptions{})
		return err
	})
	if !errors.Is(err, driver.ErrBadConn) || err.Error() == driver.ErrBadConn.Error() {
		t.Errorf("want a broken connection and the reason, got %v", err)
	}
}

// TestGivenUp: a query that is given up says so, stops on the server, and leaves
// nothing behind for the next.
func TestGivenUp(t *testing.T) {
	db, _ := openRelayed(t)
	for range 3 {
		err := within(t, func(ctx context.Context) error {
			return db.Write(ctx, func(tx *Tx) error { return tx.exec(`SELECT pg_sleep(30)`) })
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("want the deadline, got %v", err)
		}
		at := time.Now()
		write(t, db, tagX) // waits for the writer before it
		if waited := time.Since(at); waited > patience {
			t.Errorf("the query went on for %v", waited)
		}
	}
}

func tagX(tx *Tx) error { return tx.SetTags("arn:x", map[string]string{"k": "v"}) }

// openRelayed opens a new database through a relay.
func openRelayed(t *testing.T) (*DB, *relay) {
	t.Helper()
	dsn, err := url.Parse(newDSN(t, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	const socket = ".s.PGSQL.5432" // what PostgreSQL calls it for its default port
	query := dsn.Query()
	r := &relay{server: filepath.Join(query.Get("host"), socket)}
	dir := t.TempDir()
	if r.listener, err = net.Listen("unix", filepath.Join(dir, socket)); err != nil {
		t.Fatal(err)
	}
	query.Set("host", dir)
	dsn.RawQuery = query.Encode()
	go r.serve()
	db := open(t, dsn.String())
	t.Cleanup(r.close)
	return db, r
}

// relay passes bytes between clients and a server, but none to the client while
// hold is locked.
type relay struct {
	listener net.Listener
	server   string // its socket; "" when answer is all that a client is told
	answer   []byte
	hold     sync.RWMutex

	mu   sync.Mutex
	open []net.Conn
}

func (r *relay) serve() {
	for {
		c, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.keep(c)
		if r.server == "" {
			c.Read(make([]byte, 1))
			c.Write(r.answer)
			continue
		}
		s, err := net.Dial("unix", r.server)
		if err != nil {
			c.Close()
			continue
		}
		r.keep(s)
		go func() { io.Copy(s, c); s.Close() }()
		go func() { io.Copy(held{c, &r.hold}, s); c.Close() }()
	}
}

func (r *relay) keep(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = append(r.open, c)
}

func (r *relay) breakAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.open {
		c.Close()
	}
	r.open = nil
}

func (r *relay) close() {
	r.listener.Close()
	r.breakAll()
}

type held struct {
	io.Writer
	hold *sync.RWMutex
}

func (h held) Write(p []byte) (int, error) {
	h.hold.RLock()
	defer h.hold.RUnlock()
	return h.Writer.Write(p)
}
