package ingest

import (
	"context"
	"errors"

	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/store"
)

// Config is what the operations work on.
type Config struct {
	DB *store.DB
	// Findings and Records are told what was taken in; nil: nobody is.
	Findings func(state string)
	Records  func(source string, records, bytes int64)
}

// API serves the operations from a store.
type API struct {
	Config
	reading chan struct{} // held while the content of lists is in memory
}

// readers bounds the requests that hold the content of a list at once.
const readers = 2

// New makes the API of what is in the config's store.
func New(c Config) *API {
	if c.Findings == nil {
		c.Findings = func(string) {}
	}
	if c.Records == nil {
		c.Records = func(string, int64, int64) {}
	}
	return &API{Config: c, reading: make(chan struct{}, readers)}
}

// Routes are the operations that are served.
func (a *API) Routes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(PutFindings, a.putFindings),
		awsrpc.Bind(GetLists, a.getLists),
	}
}

// target is the scope that a request is about. An account that is not the
// caller's must be one that it administers.
func target(ctx context.Context, tx *store.Tx, account *string) (store.Scope, error) {
	c := awsrpc.CallerFrom(ctx)
	own := store.Scope{Region: c.Region, Account: c.Account}
	if account == nil || *account == c.Account {
		return own, nil
	}
	m, err := store.Members.Get(tx, own, *account)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return own, err
	}
	if !m.Associated() {
		return own, fault.Newf(fault.Denied, "account %s neither is %s nor has it as its administrator in %s", *account, c.Account, c.Region)
	}
	return store.Scope{Region: c.Region, Account: *account}, nil
}
