package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// patience is how long a connection without a verified request stays open when
// the server stops.
const patience = 2 * time.Second

// URL is the address that is served, from Start on.
func (a *App) URL() string {
	scheme := "http://"
	if a.config.TLSCert != "" {
		scheme = "https://"
	}
	return scheme + a.door.Addr().String()
}

// serveAPI listens for everything but what has an address of its own.
func (a *App) serveAPI(ctx context.Context) error {
	handler, err := a.handler()
	if err != nil {
		return err
	}
	server := newServer(handler, a.config.Log)
	watch(server)
	if server.TLSConfig, err = a.tls(); err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", a.config.Listen)
	if err != nil {
		return err
	}
	a.door.Listener = l
	a.serve(server, a.door, "HTTP server")
	fmt.Fprintf(a.config.Out, "Listening on %s\n", a.URL())
	return nil
}

// serveMetrics listens at the metrics' own address, if there is one.
func (a *App) serveMetrics(ctx context.Context) error {
	a.door = &door{most: room(openable())}
	a.meters = a.newMeters()
	if a.config.MetricsListen == "" {
		return nil
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", a.config.MetricsListen)
	if err != nil {
		return fmt.Errorf("listen for metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", a.meters.serveHTTP)
	a.serve(newServer(mux, a.config.Log), &door{Listener: l, most: reservedFiles / 8}, "metrics server")
	fmt.Fprintf(a.config.Out, "Metrics on http://%s/metrics\n", l.Addr())
	return nil
}

// serve runs a server until the app stops.
func (a *App) serve(s *http.Server, d *door, name string) {
	go func() {
		run := func() error { return s.Serve(d) }
		if s.TLSConfig != nil {
			run = func() error { return s.ServeTLS(d, "", "") }
		}
		if err := run(); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fmt.Errorf("serve: %w", err)
		}
	}()
	a.onStop(name, func(ctx context.Context) error {
		defer time.AfterFunc(patience, d.clear).Stop()
		if err := s.Shutdown(ctx); err != nil {
			return errors.Join(err, s.Close())
		}
		return nil
	})
}

// tls is nil when TLS is not configured.
func (a *App) tls() (*tls.Config, error) {
	if (a.config.TLSCert == "") != (a.config.TLSKey == "") {
		return nil, errors.New("a TLS certificate and its key belong together: give both or none")
	}
	if a.config.TLSCert == "" {
		return nil, nil
	}
	c := &certificate{certFile: a.config.TLSCert, keyFile: a.config.TLSKey}
	if _, err := c.get(nil); err != nil {
		return nil, fmt.Errorf("load TLS certificate: %w", err)
	}
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12}, nil
}

// A certificate is read from its files again when they change, so that a
// renewed one needs no restart.
type certificate struct {
	certFile, keyFile string
	mu                sync.Mutex
	modified          time.Time
	current           *tls.Certificate
}

// get is the certificate as it is now. When new files are no good the old
// certificate stays.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := os.Stat(c.certFile)
	if err == nil && info.ModTime().Equal(c.modified) {
		return c.current, nil
	}
	if err == nil {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(c.certFile, c.keyFile); err == nil {
			c.current, c.modified = &pair, info.ModTime()
		}
	}
	if c.current != nil {
		return c.current, nil
	}
	return nil, err
}
