package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"picket/detectors"
	"picket/internal/access"
	"picket/internal/api/guardduty"
	"picket/internal/api/ingest"
	guarddutywire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/awsrpc/sigv4"
	"picket/internal/samples"
)

// newServer makes an HTTP server that nobody can hold up: each of its limits is
// far above what an API client needs and far below what hurts.
func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      90 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug), // clients' mistakes only
	}
}

// handler is everything that is served. A ServeMux would clean paths, which are
// signed, so the paths beside the APIs are picked by hand.
func (a *App) handler() (http.Handler, error) {
	gd := guardduty.New(guardduty.Config{DB: a.db, Organization: a.org, Log: a.config.Log, Lists: a.lists, Destinations: a.destinations,
		Samples: samples.New(detectors.All())})
	in := ingest.New(ingest.Config{DB: a.db, Findings: a.meters.countFinding, Records: a.meters.countRecords})
	rpc, err := awsrpc.NewServer(awsrpc.Config{
		Verify: a.verify,
		Permit: a.permit(gd.TagsOf),
		Log:    a.config.Log,
		Done:   a.done,
	}, awsrpc.Mount{Service: guarddutywire.API, Dialect: awsrpc.GuardDuty, Routes: gd.Routes()},
		awsrpc.Mount{Service: ingest.Service, Dialect: ingest.Dialect, Routes: in.Routes()})
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/healthz":
			a.health(w, r)
		case r.URL.Path == "/metrics" && a.config.MetricsListen == "":
			a.meters.serveHTTP(w, r)
		default:
			rpc.ServeHTTP(w, r)
		}
	}), nil
}

// health says whether requests can be served now.
func (a *App) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	if err := a.db.Ping(ctx); err != nil {
		a.config.Log.Error("the store does not answer", "error", err)
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// verify says who signed a request.
func (a *App) verify(r *http.Request, body []byte) (awsrpc.Caller, error) {
	id, err := sigv4.Verify(r, body, time.Now(), a.secret)
	if err != nil {
		return awsrpc.Caller{}, err
	}
	key, err := a.ring.Key(id.AccessKeyID)
	if err != nil {
		return awsrpc.Caller{}, err
	}
	verified(r)
	return awsrpc.Caller{Account: key.Account, Region: id.Region, AccessKeyID: key.ID, Service: id.Service}, nil
}

// permit asks the key's policy, with the tags that it may depend on.
func (a *App) permit(tagsOf func(context.Context, awsrpc.Ask) (guardduty.Tags, error)) func(context.Context, awsrpc.Ask) error {
	return func(ctx context.Context, ask awsrpc.Ask) error {
		tags, err := tagsOf(ctx, ask)
		if err != nil {
			return fmt.Errorf("read what permission depends on: %w", err)
		}
		source, _ := netip.ParseAddrPort(ask.Request.RemoteAddr) // invalid on other sockets than TCP's: unknown
		return a.ring.Authorize(ask.Caller.AccessKeyID, access.Call{
			Action:       ask.Action,
			Resource:     ask.Resource,
			At:           time.Now(),
			Source:       source.Addr(),
			TLS:          ask.Request.TLS != nil,
			Region:       ask.Caller.Region,
			UserAgent:    ask.Request.UserAgent(),
			ResourceTags: tags.Resource,
			RequestTags:  tags.Request,
			TagKeys:      tags.Keys,
		})
	}
}

// done notes a request that was answered.
func (a *App) done(c awsrpc.Call) {
	a.meters.count(c)
	a.config.Log.Info("request", "request", c.RequestID, "account", c.Caller.Account, "region", c.Caller.Region,
		"key", c.Caller.AccessKeyID, "service", c.Service, "operation", c.Operation,
		"status", c.Status, "exception", c.Exception, "took", c.Took)
}
