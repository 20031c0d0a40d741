package awscall

import (
	"context"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A Service is one of AWS's, as those know it who call it.
type Service struct {
	ID         string     // how errors and the SDK's configuration name it
	Name       string     // how signatures name it
	Signer     *v4.Signer // how its requests are signed
	HashHeader bool       // a request's header has the hash of its body
	// Refusal makes the error of an answer that is not one of success. The body
	// is its to close.
	Refusal func(*smithyhttp.Response) error
}

// A Server is a service as the configuration has it.
type Server struct {
	Own       *url.URL // another server than Amazon's, nil for Amazon's
	Region    string
	FIPS      bool // only endpoints with validated cryptography will do
	DualStack bool // endpoints have IPv6 addresses too
}

// A Client calls one service, or the server that the configuration has in its
// place. It may be used from several goroutines.
type Client struct {
	service Service
	server  Server
	cfg     aws.Config
	retryer aws.Retryer
	skew    atomic.Int64 // by how much the server's clock is ahead, a time.Duration
}

// Configure reads the configuration where the SDK does. Where none names a
// region it is us-east-1. It logs nothing: errors say all there is to say.
func Configure(ctx context.Context, transport aws.HTTPClient) (aws.Config, error) {
	return config.LoadDefaultConfig(ctx, config.WithHTTPClient(transport), config.WithDefaultRegion("us-east-1"), config.WithLogger(logging.Nop{}))
}

// New makes a client of a configuration that has a region and an HTTP client.
func New(ctx context.Context, s Service, cfg aws.Config) (*Client, error) {
	at, err := configured(ctx, s, cfg)
	if err != nil {
		return nil, err
	}
	cfg.HTTPClient = timed(cfg)
	return &Client{service: s, server: at, cfg: cfg, retryer: retryer(cfg)}, nil
}

// Server is whom the client calls.
func (c *Client) Server() Server { return c.server }

func retryer(cfg aws.Config) aws.Retryer {
	var r aws.Retryer
	switch {
	case cfg.Retryer != nil:
		r = cfg.Retryer()
	case cfg.RetryMode == aws.RetryModeAdaptive:
		r = retry.NewAdaptiveMode()
	default:
		r = retry.NewStandard()
	}
	return attempts(r, cfg.RetryMaxAttempts)
}

// attempts bounds how often a request is sent; 0 leaves it as it is.
func attempts(r aws.Retryer, n int) aws.Retryer {
	if n == 0 {
		return r
	}
	return retry.AddWithMaxAttempts(r, n)
}

// now is the server's time, as far as its answers have told it.
func (c *Client) now(here time.Time) time.Time { return here.Add(time.Duration(c.skew.Load())) }
