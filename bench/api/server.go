package main

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"

	"picket/internal/access"
	"picket/internal/app"
	"picket/internal/nearhttp"
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
	return guardduty.New(guardduty.Options{BaseEndpoint: &url, Region: region, Retryer: aws.NopRetryer{}, HTTPClient: &http.Client{Transport: nearhttp.Whole{RoundTripper: &http.Transport{}}},
		Credentials: credentials.NewStaticCredentialsProvider("AKIABENCH", "bench-secret", "")})
}
