package awscall

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

// ReadAll reads the whole body of an answer, so that its connection can be used
// again, and closes it. It is to be at most so many bytes long, a whole number
// of MB.
func ReadAll(res *http.Response, most int) ([]byte, error) {
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, int64(most)+1))
	if err == nil && len(data) > most {
		err = fmt.Errorf("it is longer than %d MB", most>>20)
	}
	return data, err
}

// Status is what an answer without a reason says by its status, as the code of
// an error and its message.
func Status(status int) (code, message string) {
	text := cmp.Or(http.StatusText(status), "Unknown Status")
	return strings.ReplaceAll(text, " ", ""), fmt.Sprintf("the server answered %d %s and gave no reason", status, text)
}

// Is says whether a server answered with one of these error codes.
func Is(err error, codes ...string) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains(codes, api.ErrorCode())
}

// Explain shortens what the SDK says of a failure. It wraps what it is given.
func Explain(err error) error {
	var api smithy.APIError
	var network *net.OpError
	switch {
	case errors.As(err, &api):
		return Failure{strings.TrimSuffix(api.ErrorCode()+": "+api.ErrorMessage(), ": "), err}
	case strings.Contains(err.Error(), "failed to refresh cached credentials"), strings.Contains(err.Error(), "failed to retrieve credentials"):
		return Failure{"no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE", err}
	case errors.As(err, &network):
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
