package buckets

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
)

// TestDecodeError has the error of the S3 API reference (error responses).
func TestDecodeError(t *testing.T) {
	const reference = `<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>NoSuchKey</Code>
  <Message>The resource you requested does not exist</Message>
  <Resource>/amzn-s3-demo-bucket/myfoto.jpg</Resource>
  <RequestId>4442587FB7D0A2F9</RequestId>
</Error>`
	for _, c := range []struct {
		status int
		body   string
		want   told
	}{
		{404, reference, told{Code: "NoSuchKey", Message: "The resource you requested does not exist", RequestID: "4442587FB7D0A2F9"}},
		{403, "<Error><Code>AccessDenied</Code></Error>", told{Code: "AccessDenied"}},
		{404, "", told{Code: "NotFound", Message: "the server answered 404 Not Found and gave no reason"}},
		{502, "<html><head><title>502 Bad Gateway</title></head><body><hr></body></html>", told{Code: "BadGateway", Message: "the server answered 502 Bad Gateway and gave no reason"}},
		{503, `{"message":"no"}`, told{Code: "ServiceUnavailable", Message: "the server answered 503 Service Unavailable and gave no reason"}},
		{500, "<Error><Message>no code</Message></Error>", told{Code: "InternalServerError", Message: "the server answered 500 Internal Server Error and gave no reason"}},
		{599, reference[:90], told{Code: "UnknownStatus", Message: "the server answered 599 Unknown Status and gave no reason"}},
	} {
		if got := decodeError(c.status, []byte(c.body)); got.Code != c.want.Code || got.Message != c.want.Message || c.want.RequestID != "" && got.RequestID != c.want.RequestID {
			t.Errorf("%d with %q: %+v, want %+v", c.status, c.body, got, c.want)
		}
	}
}

// TestRefusal: errors say which request it was, for AWS support.
func TestRefusal(t *testing.T) {
	w := &network{answer: func(int, *http.Request) (int, http.Header, string) {
		return 403, http.Header{"X-Amz-Request-Id": {"4442587FB7D0A2F9"}, "X-Amz-Id-2": {"vlR7PnpV2Ce81l0PRw6j"}},
			"<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>other</RequestId></Error>" + strings.Repeat(" ", most)
	}}
	err := w.client(t).Head(t.Context(), bucket, "a")
	const want = "operation error S3: HeadObject, https response error StatusCode: 403, RequestID: 4442587FB7D0A2F9, HostID: vlR7PnpV2Ce81l0PRw6j, "
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v, want %s", err, want)
	}
	if len(err.Error()) > 400 {
		t.Errorf("an error of %d bytes", len(err.Error()))
	}
}

func TestExplain(t *testing.T) {
	answered := func(status int, body string) error {
		return answering(status, body).client(t).Head(t.Context(), bucket, "a")
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{answered(404, "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>"), "the object does not exist any more"},
		{answered(412, "<Error><Code>PreconditionFailed</Code></Error>"), "the object was replaced since it was listed"},
		{answered(403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"), "AccessDenied: no"},
		{answered(403, "<Error><Code>AccessDenied</Code></Error>"), "AccessDenied"},
		{answered(403, ""), "Forbidden: the server answered 403 Forbidden and gave no reason"},
		{&smithy.OperationError{Err: errors.New("failed to retrieve credentials: no")}, "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"},
		{fmt.Errorf("much: %w", &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("refused")}), "dial tcp: refused"},
		{errors.New("anything"), "anything"},
	} {
		got := Explain(c.err)
		if got.Error() != c.want || !errors.Is(got, c.err) {
			t.Errorf("%v is explained as %v, want %s", c.err, got, c.want)
		}
	}
}

func FuzzError(f *testing.F) {
	for _, s := range []string{slowDown, "", "<html>", "<Error><Code>\x01</Code></Error>", "<Error><Code><b/>x</Code><Code>y</Code></Error>"} {
		f.Add(503, []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, data []byte) {
		if got := decodeError(status, data); got.Code == "" || len(got.Code)+len(got.Message) > len(data)+200 {
			t.Errorf("%+v", got)
		}
	})
}
