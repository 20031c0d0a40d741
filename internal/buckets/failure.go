package buckets

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// told is what an answer of failure says (API reference of S3, error responses).
type told struct {
	Code      string
	Message   string
	RequestID string `xml:"RequestId"`
	HostID    string `xml:"HostId"`
}

// refusal is the error of an answer that is not one of success. It is an
// awshttp.ResponseError with a smithy.APIError in it, and has the two names of
// the request that AWS support asks for.
func refusal(res *smithyhttp.Response) error {
	data, _ := all(res.Response) // what there is has to do
	t := decodeError(res.StatusCode, data)
	id, host := cmp.Or(res.Header.Get("X-Amz-Request-Id"), t.RequestID), cmp.Or(res.Header.Get("X-Amz-Id-2"), t.HostID)
	err := fmt.Errorf("HostID: %s, %w", host, &smithy.GenericAPIError{Code: t.Code, Message: t.Message})
	return &awshttp.ResponseError{RequestID: id, ResponseError: &smithyhttp.ResponseError{Response: res, Err: err}}
}

// decodeError reads a body. Where it says nothing, for it has no code, is empty,
// as the answers to HEAD are, or is the page of a proxy, the status speaks.
func decodeError(status int, data []byte) told {
	var t told
	if err := xml.Unmarshal(data, &t); err != nil || t.Code == "" {
		text := cmp.Or(http.StatusText(status), "Unknown Status")
		t.Code = strings.ReplaceAll(text, " ", "")
		t.Message = fmt.Sprintf("the server answered %d %s and gave no reason", status, text)
	}
	return t
}

// Home is the region of a bucket that was asked for in another, by the error of
// that; "" when it says none.
func Home(err error) string {
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		return answer.Response.Header.Get("X-Amz-Bucket-Region")
	}
	return ""
}

// Explain shortens what the SDK says of a failure. It wraps what it is given.
func Explain(err error) error {
	var api smithy.APIError
	var status interface{ HTTPStatusCode() int }
	var network *net.OpError
	switch {
	case errors.As(err, &api) && api.ErrorCode() == "NoSuchKey":
		return Failure{"the object does not exist any more", err}
	case errors.As(err, &status) && status.HTTPStatusCode() == http.StatusPreconditionFailed:
		return Failure{"the object was replaced since it was listed", err}
	case errors.As(err, &api):
		return Failure{strings.TrimSuffix(api.ErrorCode()+": "+api.ErrorMessage(), ": "), err}
	case strings.Contains(err.Error(), "failed to refresh cached credentials"), strings.Contains(err.Error(), "failed to retrieve credentials"):
		return Failure{"no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE", err}
	}
	if errors.As(err, &network) {
		return Failure{network.Error(), err}
	}
	return err
}

// Failure is an error in few words.
type Failure struct {
	Text string
	Err  error
}

func (f Failure) Error() string { return f.Text }
func (f Failure) Unwrap() error { return f.Err }

// Is says whether a server answered with one of the error codes of S3.
func Is(err error, codes ...string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(codes, api.ErrorCode())
}
