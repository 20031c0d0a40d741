package e2e

import (
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSlowConnectionsDoNotStopService holds 10,000 connections that never finish
// their requests, or as many as the process may open.
func TestSlowConnectionsDoNotStopService(t *testing.T) {
	const most = 10_000
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	s, err := start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := worldOf(s, "sqlite")
	id := w.admin.detector(t)
	crowd := min(most, int(limit.Cur)-500)
	for i := range crowd {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		defer c.Close()
		if _, err := c.Write([]byte("POST /detector HTTP/1.1\r\nHost: picket\r\nContent-Le"[:1+i%40])); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
	}
	t.Logf("%d connections", crowd)
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	for range 20 {
		began := time.Now()
		fresh := w.client(adminAccount)
		if got := fresh.getDetector(t, id); got.Status != "ENABLED" {
			t.Errorf("the detector is %s", got.Status)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("an answer took %v", took)
		}
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
}
