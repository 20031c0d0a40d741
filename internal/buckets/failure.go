package buckets

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

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
