package e2e

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// whole reads an answer to its end before it gives it. The SDK closes the
// request's body when an answer begins, and net/http fails the connection when
// it has not noticed the body's end by then: on a busy machine a server that is
// near answers fast enough for that, and the rest of a long answer is lost.
type whole struct{ http.RoundTripper }

func (t whole) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	compare(r, res.StatusCode, body)
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}
