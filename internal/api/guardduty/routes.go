package guardduty

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/store"
)

// API serves GuardDuty's operations from a store.
type API struct{ db *store.DB }

// New makes the API of what is in db, which it neither owns nor closes.
func New(db *store.DB) *API { return &API{db: db} }

// Routes are the operations that are served.
func (a *API) Routes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.CreateDetector, a.createDetector),
		awsrpc.Bind(wire.GetDetector, a.getDetector),
		awsrpc.Bind(wire.ListDetectors, a.listDetectors),
		awsrpc.Bind(wire.UpdateDetector, a.updateDetector),
		awsrpc.Bind(wire.DeleteDetector, a.deleteDetector),
		awsrpc.Bind(wire.TagResource, a.tagResource),
		awsrpc.Bind(wire.UntagResource, a.untagResource),
		awsrpc.Bind(wire.ListTagsForResource, a.listTags),
	}
}

// errOutOfRange is what the service says of most values it does not like.
var errOutOfRange = fault.New(fault.Invalid, "The request is rejected because an invalid or out-of-range value is specified as an input parameter.")

// scopeOf is where the caller's resources are: its account in the region it asks.
func scopeOf(ctx context.Context) store.Scope {
	c := awsrpc.CallerFrom(ctx)
	return store.Scope{Region: c.Region, Account: c.Account}
}

// newID makes an id as the service does: a random UUID without dashes.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return hex.EncodeToString(b[:])
}

// isoTime writes a time as the service does where it does not count seconds.
func isoTime(t time.Time) *string { return new(t.UTC().Format("2006-01-02T15:04:05.000Z")) }

// status is the word for a switch.
func status(on bool) string {
	if on {
		return enabled
	}
	return disabled
}

// The words for a switch, of detectors, features and data sources alike.
const (
	enabled  = "ENABLED"
	disabled = "DISABLED"
)
