package wiretest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// HTTPClient is what an SDK's client should use against a server that is near.
// The SDK closes the request's body when an answer begins, and net/http fails
// the connection when it has not noticed the body's end by then, so that the
// rest of a long answer is lost: this one reads an answer to its end before it
// gives it.
var HTTPClient = &http.Client{Transport: whole{http.DefaultTransport}}

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
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}
