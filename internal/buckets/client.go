package buckets

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go/encoding/httpbinding"

	"picket/internal/awscall"
)

// A Client asks S3, or the server that the configuration has in its place. It
// may be used from several goroutines.
type Client struct {
	aws    *awscall.Client
	server server
	// checksums says that objects are written with one, which buckets with a
	// lock on their objects want.
	checksums bool
}

// service is S3. Paths of its requests are escaped once, for signatures too.
var service = awscall.Service{ID: "S3", Name: "s3", HashHeader: true, Refusal: refusal,
	Signer: v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })}

// New makes a client that keeps up to conns connections for use again.
func New(ctx context.Context, conns int) (*Client, error) {
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = conns
	})
	cfg, err := awscall.Configure(ctx, transport)
	if err != nil {
		return nil, fmt.Errorf("configure S3 client: %w", err)
	}
	return FromConfig(ctx, cfg)
}

// FromConfig makes a client of a configuration that has a region and an HTTP
// client.
func FromConfig(ctx context.Context, cfg aws.Config) (*Client, error) {
	c, err := awscall.New(ctx, service, cfg)
	if err != nil {
		return nil, fmt.Errorf("configure S3 client: %w", err)
	}
	return &Client{
		aws:       c,
		server:    server(c.Server()),
		checksums: cfg.RequestChecksumCalculation != aws.RequestChecksumCalculationWhenRequired,
	}, nil
}

// OwnEndpoint says whether the server is another than Amazon's.
func (c *Client) OwnEndpoint() bool { return c.server.Own != nil }

// A request is one operation on a bucket or an object in it.
type request struct {
	operation string // as the SDK names it
	method    string
	key       string // "" is the bucket itself
	query     url.Values
	header    http.Header
	read      func(*http.Response) error // as in awscall.Operation
}

// do sends a request to where its bucket is. Keys go into the path escaped once
// and are otherwise left alone: "a//b" and "a/../b" are keys like any other.
func (c *Client) do(ctx context.Context, b Bucket, r *request) error {
	at, err := c.server.place(b.Name, b.Region)
	if err != nil {
		return err
	}
	if at.URL.RawQuery = r.query.Encode(); r.key != "" || at.URL.Path == "" {
		at.URL.Path, at.URL.RawPath = at.URL.Path+"/"+r.key, at.URL.RawPath+"/"+httpbinding.EscapePath(r.key, false)
	}
	// Nothing on the way may pack or unpack what is read in ranges.
	header := http.Header{"Accept-Encoding": {"identity"}}
	maps.Copy(header, r.header)
	if b.Owner != "" {
		header.Set("X-Amz-Expected-Bucket-Owner", b.Owner)
	}
	return c.aws.Do(ctx, &awscall.Operation{Place: at, Name: r.operation, Attempts: b.Attempts, Method: r.method, Header: header, Read: r.read})
}
