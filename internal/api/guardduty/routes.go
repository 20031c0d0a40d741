package guardduty

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"slices"
	"time"

	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/lists"
	"picket/internal/publish"
	"picket/internal/samples"
	"picket/internal/store"
)

// Config is what the operations work on. The API owns none of it.
type Config struct {
	DB           *store.DB
	Organization Organizer // nil: no account is in one
	Log          *slog.Logger
	Lists        *lists.Worker     // activates lists
	Destinations *publish.Verifier // looks at destinations

	Samples *samples.Catalogue // what CreateSampleFindings makes
}

// API serves GuardDuty's operations from a store.
type API struct {
	db  *store.DB
	org Organizer
	log *slog.Logger

	lists        *lists.Worker
	destinations *publish.Verifier
	samples      *samples.Catalogue
}

// New makes the API of what is in the config's store.
func New(c Config) *API {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &API{db: c.DB, org: c.Organization, log: c.Log, lists: c.Lists, destinations: c.Destinations, samples: c.Samples}
}

// Routes are the operations that are served.
func (a *API) Routes() []awsrpc.Route {
	return slices.Concat(
		a.detectorRoutes(),
		a.filterRoutes(),
		a.findingRoutes(),
		a.sampleRoutes(),
		a.tagRoutes(),
		a.ipSetRoutes(),
		a.threatIntelSetRoutes(),
		a.threatEntitySetRoutes(),
		a.trustedEntitySetRoutes(),
		a.destinationRoutes(),
		a.malwarePlanRoutes(),
		a.scanRoutes(),
		a.scanSettingRoutes(),
		a.coverageRoutes(),
		a.usageRoutes(),
		a.memberRoutes(),
		a.invitationRoutes(),
		a.administratorRoutes(),
		a.organizationRoutes(),
	)
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
