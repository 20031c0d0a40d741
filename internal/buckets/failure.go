package buckets

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"picket/internal/awscall"
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
	data, _ := awscall.ReadAll(res.Response, most) // what there is has to do
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
		t.Code, t.Message = awscall.Status(status)
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
	var status interface{ HTTPStatusCode() int }
	switch {
	case Is(err, "NoSuchKey"):
		return Failure{Text: "the object does not exist any more", Err: err}
	case errors.As(err, &status) && status.HTTPStatusCode() == http.StatusPreconditionFailed:
		return Failure{Text: "the object was replaced since it was listed", Err: err}
	}
	return awscall.Explain(err)
}

// Failure is an error in few words.
type Failure = awscall.Failure

// Is says whether a server answered with one of the error codes of S3.
func Is(err error, codes ...string) bool { return awscall.Is(err, codes...) }
