package app

import (
	"container/list"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
)

// A door is a listener that keeps at most so many connections open. When one
// more comes, the one goes that has been at it longest without a request that was
// verified: clients that are slow, idle or only hold connections can't keep
// others out, nor use up the process's file descriptors.
type door struct {
	net.Listener
	most    int
	mu      sync.Mutex
	guests  int
	waiting list.List // of *guest: those that may be shown out, longest first
}

// A guest is a connection that came through a door.
type guest struct {
	net.Conn
	door  *door
	place *list.Element // in waiting; nil while a request is served, and after the end
	gone  bool
}

// Accept implements net.Listener.
func (d *door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err != nil {
		return nil, err
	}
	g := &guest{Conn: c, door: d}
	d.mu.Lock()
	d.guests++
	g.place = d.waiting.PushBack(g)
	crowded := d.guests > d.most
	d.mu.Unlock()
	if crowded {
		d.showOut()
	}
	return g, nil
}

// showOut closes the connection that waited longest and says whether there was one.
func (d *door) showOut() bool {
	d.mu.Lock()
	first := d.waiting.Front()
	d.mu.Unlock()
	if first == nil {
		return false
	}
	first.Value.(*guest).Close() // its error is nobody's
	return true
}

// clear closes all connections without a verified request.
func (d *door) clear() {
	for d.showOut() {
	}
}

func (d *door) open() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.guests
}

// Close implements net.Conn.
func (g *guest) Close() error {
	g.door.mu.Lock()
	if !g.gone {
		g.gone = true
		g.door.guests--
		g.leave()
	}
	g.door.mu.Unlock()
	return g.Conn.Close()
}

// leave takes the guest from those that wait. The caller holds the lock.
func (g *guest) leave() {
	if g.place != nil {
		g.door.waiting.Remove(g.place)
		g.place = nil
	}
}

// serve notes that the guest's request was verified.
func (g *guest) serve() {
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	g.leave()
}

// rest notes that the guest's request was answered.
func (g *guest) rest() {
	g.door.mu.Lock()
	defer g.door.mu.Unlock()
	if g.place == nil && !g.gone {
		g.place = g.door.waiting.PushBack(g)
	}
}

// guestOf is the guest behind a connection of an HTTP server.
func guestOf(c net.Conn) (*guest, bool) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	g, ok := c.(*guest)
	return g, ok
}

type guestKey struct{}

// watch has a server tell its door's guests what happens.
func watch(s *http.Server) {
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		g, _ := guestOf(c)
		return context.WithValue(ctx, guestKey{}, g)
	}
	s.ConnState = func(c net.Conn, state http.ConnState) {
		if g, ok := guestOf(c); ok && state == http.StateIdle {
			g.rest()
		}
	}
}

// verified notes that the request was signed by somebody known.
func verified(r *http.Request) {
	if g, _ := r.Context().Value(guestKey{}).(*guest); g != nil {
		g.serve()
	}
}

const (
	// mostConnections is where memory becomes the limit: each takes some 20 KB.
	mostConnections = 16384
	// reservedFiles are for the store and whatever else the process opens.
	reservedFiles = 256
)

// room is how many connections there is room for, when the process may open so
// many files.
func room(files uint64) int {
	if files < 2*reservedFiles {
		return int(max(files/2, 1))
	}
	return int(min(files-reservedFiles, mostConnections))
}
