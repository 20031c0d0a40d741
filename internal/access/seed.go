package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"picket/internal/access/policy"
	"picket/internal/fault"
)

// Seed is an access key that is given at start, for scripts and tests. Printed,
// it does not show its secret.
type Seed struct {
	Account, ID string
	secret      *string // fmt prints where it is, not what
}

// ParseSeed reads ACCOUNT:ACCESS_KEY_ID:SECRET. The secret may have colons. The
// error never has the secret in it.
func ParseSeed(s string) (Seed, error) {
	parts := strings.SplitN(s, ":", 3)
	if len(parts) != 3 {
		return Seed{}, fault.New(fault.Invalid, "a seed key is not of the form ACCOUNT:ACCESS_KEY_ID:SECRET")
	}
	seed := Seed{Account: parts[0], ID: parts[1], secret: &parts[2]}
	if err := seed.key(time.Time{}).check(); err != nil {
		return Seed{}, err
	}
	return seed, nil
}

func (s Seed) key(at time.Time) NewKey {
	return NewKey{Account: s.Account, User: defaultUser, ID: s.ID, Secret: *s.secret, Policy: policy.Admin, At: at}
}

// String shows the seed without its secret.
func (s Seed) String() string { return s.Account + ":" + s.ID + ":[redacted]" }

// Plant makes the key of a seed, which may do everything in its account. A key
// that was planted before stays as it is, be it revoked since; if account or
// secret are others the fault is of kind Conflict.
func (r *Ring) Plant(ctx context.Context, s Seed, at time.Time) error {
	if e, exists := r.entry(s.ID); exists {
		return r.samePlant(e.Record, s)
	}
	_, err := r.Create(ctx, s.key(at))
	if !errors.Is(err, fault.Conflict) {
		return err
	}
	// Another process may just have planted it.
	if err := r.Reload(ctx); err != nil {
		return err
	}
	if e, exists := r.entry(s.ID); exists {
		return r.samePlant(e.Record, s)
	}
	return err
}

func (r *Ring) samePlant(rec Record, s Seed) error {
	if rec.Account == s.Account && rec.Status == Revoked {
		return nil
	}
	secret, err := r.open(rec)
	if err != nil {
		return err
	}
	if rec.Account != s.Account || subtle.ConstantTimeCompare([]byte(secret), []byte(*s.secret)) != 1 {
		return fault.Newf(fault.Conflict, "seed key %q exists with another account or secret", s.ID).
			WithHint("seed it under another ID, or delete the key first")
	}
	return nil
}
