package awsrpc

import (
	"context"
	"crypto/rand"
	"fmt"
)

// A Caller is who signed a request, and for where.
type Caller struct {
	Account     string // twelve digits
	Region      string // of the credential scope: the region that is asked
	AccessKeyID string
	Service     string // of the credential scope
}

type callerKey struct{}

// WithCaller returns a context that has c, for tests and for calls from inside
// the server.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom returns the caller of the operation that ctx was made for, the
// zero Caller outside of one.
func CallerFrom(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

// newRequestID makes a version 4 UUID, as the services' request ids are.
func newRequestID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
