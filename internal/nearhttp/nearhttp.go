// Package nearhttp is the way by which an AWS SDK's client asks a server on the
// same machine.
//
// It exists for tests and measurements, which all need it, and imports the
// standard library only.
package nearhttp

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// Whole reads an answer to its end before it gives it. The SDK closes the
// request's body when an answer begins, and net/http fails the connection when
// it has not noticed the body's end by then: on a busy machine a server that is
// near answers fast enough for that, and the rest of a long answer is lost.
type Whole struct {
	http.RoundTripper
	// Read, if not nil, is shown every answer.
	Read func(r *http.Request, status int, body []byte)
}

// RoundTrip is http.RoundTripper's.
func (t Whole) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	if t.Read != nil {
		t.Read(r, res.StatusCode, body)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}
