package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"

	"picket/internal/access"
	"picket/internal/app"
)

// server is picket serving a filled store, with a key of the administrator's.
type server struct {
	app *app.App
}

// serve starts the server. Its directory is kept with the store, which has keys
// that only the master key in it opens.
func serve(ctx context.Context, f *filled) (*server, error) {
	key, err := access.ParseSeed(home.Account + ":AKIABENCH:bench-secret")
	if err != nil {
		return nil, err
	}
	s := &server{app.New(app.Config{Listen: "127.0.0.1:0", Data: f.data, Store: f.dsn, Seeds: []access.Seed{key}, Clock: newest.Std})}
	return s, s.app.Start(ctx)
}

func (s *server) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = s.app.Stop(ctx) // the measurement is over
}

// client is the official SDK's, which asks once.
func (s *server) client() *guardduty.Client {
	url := s.app.URL()
	return guardduty.New(guardduty.Options{BaseEndpoint: &url, Region: region, Retryer: aws.NopRetryer{}, HTTPClient: &http.Client{Transport: &whole{http.Transport{}}},
		Credentials: credentials.NewStaticCredentialsProvider("AKIABENCH", "bench-secret", "")})
}

// whole reads an answer to its end before it gives it. The SDK closes the
// request's body when an answer begins, and net/http fails the connection when
// it has not noticed the body's end by then: on a busy machine a server that is
// near answers fast enough for that.
type whole struct{ http.Transport }

func (t *whole) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}
