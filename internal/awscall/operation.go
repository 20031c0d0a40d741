package awscall

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// A Place is where a request goes to, and the region it is signed for.
type Place struct {
	URL    url.URL
	Region string
}

// An Operation is one request to a service, and how its answer is read.
type Operation struct {
	Place
	Name     string // as the SDK has it
	Attempts int    // that it is sent, 0 for as many as are configured
	Method   string
	Header   http.Header
	Body     []byte // nil: none
	// Read reads an answer of success. The body is its to close.
	Read func(*http.Response) error
}

// Do sends a request by the parts that the SDK's clients are made of, in their
// order. Its errors are smithy.OperationError.
func (c *Client) Do(ctx context.Context, o *Operation) error {
	ctx = middleware.ClearStackValues(ctx)
	ctx = awsmiddleware.SetSigningName(ctx, c.service.Name)
	ctx = awsmiddleware.SetSigningRegion(ctx, o.Region)
	stack := middleware.NewStack(o.Name, smithyhttp.NewStackRequest)
	if err := c.fill(stack, o); err != nil {
		return err
	}
	handler := middleware.DecorateHandler(smithyhttp.NewClientHandlerWithOptions(c.cfg.HTTPClient), stack)
	if _, _, err := handler.Handle(ctx, o); err != nil {
		return &smithy.OperationError{ServiceID: c.service.ID, OperationName: o.Name, Err: err}
	}
	return nil
}

// fill puts all that happens to a request into the stack, from its making to the
// reading of its answer.
func (c *Client) fill(stack *middleware.Stack, o *Operation) error {
	still := c.cfg.DisableClockSkewCorrection
	repeat := retry.NewAttemptMiddleware(attempts(c.retryer, o.Attempts), smithyhttp.RequestCloner, func(m *retry.Attempt) {
		m.ClientSkew, m.DisableClockSkewCorrection = &c.skew, still
	})
	sign := v4.NewSignHTTPRequestMiddleware(v4.SignHTTPRequestMiddlewareOptions{CredentialsProvider: c.cfg.Credentials, Signer: signer{c}})
	err := errors.Join(
		stack.Serialize.Add(o.serializer(), middleware.After),
		stack.Build.Add(&awsmiddleware.ClientRequestID{}, middleware.After),
		stack.Build.Add(c.userAgent(), middleware.After),
		stack.Build.Add(&awsmiddleware.RecursionDetection{}, middleware.After),
		stack.Finalize.Add(repeat, middleware.After),
		stack.Finalize.Add(&v4.ComputePayloadSHA256{}, middleware.After),
		stack.Finalize.Add(sign, middleware.After),
		stack.Deserialize.Add(c.deserializer(o), middleware.After),
		stack.Deserialize.Add(&awsmiddleware.RecordResponseTiming{DisableClockSkewCorrection: still}, middleware.After),
	)
	if c.service.HashHeader {
		err = errors.Join(err, stack.Finalize.Insert(&v4.ContentSHA256Header{}, sign.ID(), middleware.Before))
	}
	return err
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

// serializer writes the request.
func (o *Operation) serializer() middleware.SerializeMiddleware {
	return middleware.SerializeMiddlewareFunc("OperationSerializer", func(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (
		out middleware.SerializeOutput, metadata middleware.Metadata, err error) {
		at := o.URL
		req := in.Request.(*smithyhttp.Request) // which the stack was made for
		req.Method, req.URL = o.Method, &at
		maps.Copy(req.Header, o.Header)
		if o.Body != nil {
			if in.Request, err = req.SetStream(bytes.NewReader(o.Body)); err != nil {
				return out, metadata, err
			}
		}
		return next.HandleSerialize(ctx, in)
	})
}

func (c *Client) deserializer(o *Operation) middleware.DeserializeMiddleware {
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
			return out, metadata, c.service.Refusal(res)
		}
		return out, metadata, o.Read(res.Response)
	})
}

// A signer signs as the client's service wants it, by the server's clock.
type signer struct{ client *Client }

func (s signer) SignHTTP(ctx context.Context, keys aws.Credentials, r *http.Request, hash, service, region string, here time.Time,
	options ...func(*v4.SignerOptions)) error {
	return s.client.service.Signer.SignHTTP(ctx, keys, r, hash, service, region, s.client.now(here), options...)
}
