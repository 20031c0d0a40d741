package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"picket/internal/nearhttp"
)

const secret = "a-secret-for-tests"

func keyOf(account string) string { return "AKIA" + account }

// A world is a region of a server for one test: three accounts that have
// nothing in it.
type world struct {
	store                string // sqlite or postgres
	url                  string
	region               string
	admin, member, other *client
}

var regions atomic.Int64

// each runs a test on both stores.
func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Parallel()
	for _, store := range stores {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			f(t, newWorld(t, store))
		})
	}
}

func newWorld(t *testing.T, store string) *world {
	s := servers[store]
	if s == nil {
		t.Skip("NOT TESTED: no server on", store)
	}
	return worldOf(s, store)
}

func worldOf(s *server, store string) *world {
	w := &world{store: store, url: s.url, region: fmt.Sprintf("eu-test-%d", regions.Add(1))}
	w.admin, w.member, w.other = w.client(adminAccount), w.client(memberAccount), w.client(otherAccount)
	return w
}

// A client is the official SDK's, which never tries again.
type client struct {
	*guardduty.Client
	Account string
	Region  string
}

// client makes one of an account. Its region is the world's unless another is given.
func (w *world) client(account string, region ...string) *client {
	in := append(region, w.region)[0]
	return &client{Account: account, Region: in, Client: guardduty.New(guardduty.Options{
		BaseEndpoint: &w.url,
		Region:       in,
		Retryer:      aws.NopRetryer{},
		HTTPClient:   &http.Client{Transport: nearhttp.Whole{RoundTripper: http.DefaultTransport, Read: compare}},
		Credentials:  credentials.NewStaticCredentialsProvider(keyOf(account), secret, ""),
		APIOptions:   []func(*middleware.Stack) error{w.record},
	})}
}

// elsewhere is the client of the same account in another region.
func (w *world) elsewhere(c *client) *client { return w.client(c.Account, w.region+"1") }

// record notes the operations that are called with success.
func (w *world) record(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("record",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleInitialize(ctx, in)
			if err == nil {
				called.Store(call{w.store, awsmiddleware.GetOperationName(ctx)}, true)
			}
			return out, meta, err
		}), middleware.After)
}

// detector creates the account's detector and returns its id.
func (c *client) detector(t *testing.T, change ...func(*guardduty.CreateDetectorInput)) string {
	t.Helper()
	in := &guardduty.CreateDetectorInput{Enable: aws.Bool(true)}
	for _, f := range change {
		f(in)
	}
	out, err := c.CreateDetector(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return *out.DetectorId
}

// refused checks the class and the message that the SDK makes of an error.
func refused(t *testing.T, err error, class, message string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) {
		t.Errorf("got %v, want %s", err, class)
		return
	}
	if e.ErrorCode() != class || e.ErrorMessage() != message {
		t.Errorf("got %s: %s\nwant %s: %s", e.ErrorCode(), e.ErrorMessage(), class, message)
	}
}

// Messages that many operations have, and an id that nothing has.
const (
	notOwned        = "The request is rejected because the input detectorId is not owned by the current account."
	invalidDetector = "The request is rejected because the parameter detectorId has an invalid value."
	outOfRange      = "The request is rejected because an invalid or out-of-range value is specified as an input parameter."
	unknownID       = "f1649fda76364cde9c4d2850835e02c3"
)
