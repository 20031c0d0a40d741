package buckets

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/encoding/httpbinding"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A Client asks S3, or the server that the configuration has in its place. It
// may be used from several goroutines.
type Client struct {
	cfg     aws.Config
	server  server
	retryer aws.Retryer
	skew    atomic.Int64 // by how much the server's clock is ahead, a time.Duration
}

// New makes a client that keeps up to conns connections for use again.
func New(ctx context.Context, conns int) (*Client, error) {
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = conns
	})
	cfg, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(transport), config.WithDefaultRegion("us-east-1"),
		config.WithLogger(logging.Nop{})) // errors say all there is to say
	if err != nil {
		return nil, fmt.Errorf("configure S3 client: %w", err)
	}
	return FromConfig(ctx, cfg)
}

// FromConfig makes a client of a configuration that has a region and an HTTP
// client.
func FromConfig(ctx context.Context, cfg aws.Config) (*Client, error) {
	s, err := configured(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("configure S3 client: %w", err)
	}
	cfg.HTTPClient = timed(cfg)
	return &Client{cfg: cfg, server: s, retryer: retryer(cfg)}, nil
}

// OwnEndpoint says whether the server is another than Amazon's.
func (c *Client) OwnEndpoint() bool { return c.server.own != nil }

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

// A request is one operation on a bucket or an object in it.
type request struct {
	operation string // as the SDK names it
	method    string
	key       string // "" is the bucket itself
	query     url.Values
	header    http.Header
	// read makes the result of an answer of success. The body is its to close.
	read func(*http.Response) (any, error)
}

// serviceID is how errors and the SDK's configuration name S3.
const serviceID = "S3"

// do sends a request by the parts that the SDK's clients are made of, in their
// order, and gives its result. Errors of requests are smithy.OperationError.
func (c *Client) do(ctx context.Context, b Bucket, r *request) (any, error) {
	at, err := c.server.place(b.Name, b.Region)
	if err != nil {
		return nil, err
	}
	ctx = middleware.ClearStackValues(ctx)
	ctx = awsmiddleware.SetSigningName(ctx, "s3")
	ctx = awsmiddleware.SetSigningRegion(ctx, at.region)
	stack := middleware.NewStack(r.operation, smithyhttp.NewStackRequest)
	if err := c.fill(stack, at.url, b, r); err != nil {
		return nil, err
	}
	handler := middleware.DecorateHandler(smithyhttp.NewClientHandlerWithOptions(c.cfg.HTTPClient), stack)
	result, _, err := handler.Handle(ctx, r)
	if err != nil {
		return nil, &smithy.OperationError{ServiceID: serviceID, OperationName: r.operation, Err: err}
	}
	return result, nil
}

// fill puts all that happens to a request into the stack, from its making to the
// reading of its answer.
func (c *Client) fill(stack *middleware.Stack, at url.URL, b Bucket, r *request) error {
	still := c.cfg.DisableClockSkewCorrection
	repeat := retry.NewAttemptMiddleware(attempts(c.retryer, b.Attempts), smithyhttp.RequestCloner, func(m *retry.Attempt) {
		m.ClientSkew, m.DisableClockSkewCorrection = &c.skew, still
	})
	sign := v4.NewSignHTTPRequestMiddleware(v4.SignHTTPRequestMiddlewareOptions{CredentialsProvider: c.cfg.Credentials, Signer: signer{c}})
	return errors.Join(
		stack.Serialize.Add(r.serializer(at, b.Owner), middleware.After),
		stack.Build.Add(&awsmiddleware.ClientRequestID{}, middleware.After),
		stack.Build.Add(c.userAgent(), middleware.After),
		stack.Build.Add(&awsmiddleware.RecursionDetection{}, middleware.After),
		stack.Finalize.Add(repeat, middleware.After),
		stack.Finalize.Add(&v4.ComputePayloadSHA256{}, middleware.After),
		stack.Finalize.Add(&v4.ContentSHA256Header{}, middleware.After),
		stack.Finalize.Add(sign, middleware.After),
		stack.Deserialize.Add(c.deserializer(r), middleware.After),
		stack.Deserialize.Add(&awsmiddleware.RecordResponseTiming{DisableClockSkewCorrection: still}, middleware.After),
	)
}

// version is picket's, as far as the build knows it.
var version = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "devel"
	}
	return strings.Trim(info.Main.Version, "()")
})

func (c *Client) userAgent() *awsmiddleware.RequestUserAgent {
	agent := awsmiddleware.NewRequestUserAgent()
	agent.AddUserAgentKeyValue("picket", version())
	if c.cfg.AppID != "" {
		agent.AddSDKAgentKey(awsmiddleware.ApplicationIdentifier, c.cfg.AppID)
	}
	return agent
}

// serializer writes the request for a bucket that is at an address. Keys go into
// the path escaped once and are otherwise left alone: "a//b" and "a/../b" are
// keys like any other.
func (r *request) serializer(at url.URL, owner string) middleware.SerializeMiddleware {
	return middleware.SerializeMiddlewareFunc("OperationSerializer", func(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (
		middleware.SerializeOutput, middleware.Metadata, error) {
		req := in.Request.(*smithyhttp.Request) // which the stack was made for
		if at.RawQuery = r.query.Encode(); r.key != "" || at.Path == "" {
			at.Path, at.RawPath = at.Path+"/"+r.key, at.RawPath+"/"+httpbinding.EscapePath(r.key, false)
		}
		req.Method, req.URL = r.method, &at
		for name, values := range r.header {
			req.Header[name] = values
		}
		// Nothing on the way may pack or unpack what is read in ranges.
		req.Header.Set("Accept-Encoding", "identity")
		if owner != "" {
			req.Header.Set("X-Amz-Expected-Bucket-Owner", owner)
		}
		return next.HandleSerialize(ctx, in)
	})
}

func (c *Client) deserializer(r *request) middleware.DeserializeMiddleware {
	return middleware.DeserializeMiddlewareFunc("OperationDeserializer", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
		out middleware.DeserializeOutput, metadata middleware.Metadata, err error) {
		if out, metadata, err = next.HandleDeserialize(ctx, in); err != nil {
			return out, metadata, err // there is no answer
		}
		if skew, ok := awsmiddleware.GetAttemptSkew(metadata); ok {
			c.skew.Store(int64(skew))
		}
		res := out.RawResponse.(*smithyhttp.Response) // of the handler below the stack
		if res.StatusCode/100 != 2 {
			return out, metadata, refusal(res)
		}
		out.Result, err = r.read(res.Response)
		return out, metadata, err
	})
}

// A signer signs as S3 wants it, with paths escaped once, by the server's clock.
type signer struct{ client *Client }

var s3Signer = v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })

func (s signer) SignHTTP(ctx context.Context, keys aws.Credentials, r *http.Request, hash, service, region string, now time.Time,
	options ...func(*v4.SignerOptions)) error {
	return s3Signer.SignHTTP(ctx, keys, r, hash, service, region, now.Add(time.Duration(s.client.skew.Load())), options...)
}
