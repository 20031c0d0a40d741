package access

import (
	"context"
	"fmt"
	"time"

	"picket/internal/access/policy"
	"picket/internal/fault"
)

// NewKey says what an access key is to be.
type NewKey struct {
	Account string    // 12 digits
	User    string    // name in the user's ARN; "picket" when empty
	ID      string    // generated when empty
	Secret  string    // generated when empty
	Policy  string    // IAM policy document; policy.Admin when empty
	At      time.Time // when it is made
}

// defaultUser is the user of keys that are made for none in particular.
const defaultUser = "picket"

// Issued is an access key on the one occasion when its secret is to be seen.
type Issued struct{ Account, ID, Secret string }

// Create makes an access key. Nothing shows its secret again.
func (r *Ring) Create(ctx context.Context, k NewKey) (Issued, error) {
	if k.User == "" {
		k.User = defaultUser
	}
	if k.ID == "" {
		k.ID = generateID()
	}
	if k.Secret == "" {
		k.Secret = generateSecret()
	}
	if k.Policy == "" {
		k.Policy = policy.Admin
	}
	if err := k.check(); err != nil {
		return Issued{}, err
	}
	rec := Record{ID: k.ID, Account: k.Account, User: k.User, Policy: k.Policy, Status: Active, Created: k.At.UTC().Truncate(time.Second), Version: 1}
	rec.Sealed, rec.MasterID = r.master.seal(k.Secret, owner(rec)), r.master.id
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.put(ctx, rec); err != nil {
		return Issued{}, err
	}
	return Issued{k.Account, k.ID, k.Secret}, nil
}

func (k NewKey) check() error {
	switch {
	case !ValidAccount(k.Account):
		return fault.Newf(fault.Invalid, "account %q is not 12 digits", k.Account)
	case !validUser(k.User):
		return fault.Newf(fault.Invalid, "user name %q is not 1 to 64 letters, digits and _+=,.@-", k.User)
	case !validID(k.ID):
		return fault.Newf(fault.Invalid, "access key ID %q is not 1 to 128 letters, digits and underscores", k.ID)
	case !validSecret(k.Secret):
		return fault.New(fault.Invalid, "the secret is not 1 to 128 printable characters without spaces")
	}
	_, err := policy.Parse([]byte(k.Policy))
	return err
}

// put stores a record and takes it over. The caller holds the lock.
func (r *Ring) put(ctx context.Context, rec Record) error {
	if err := r.keys.Put(ctx, rec); err != nil {
		return fmt.Errorf("store access key %q: %w", rec.ID, err)
	}
	r.install(rec)
	return nil
}

// SetStatus makes a key active or inactive, or revokes it. A revoked key stays
// so; revoking it again is no error.
func (r *Ring) SetStatus(ctx context.Context, id string, s Status) error {
	return r.change(ctx, id, func(rec *Record) error {
		switch {
		case s != Active && s != Inactive && s != Revoked:
			return fault.Newf(fault.Invalid, "%q is not a status", s)
		case rec.Status == Revoked && s != Revoked:
			return fault.Newf(fault.Conflict, "access key %q is revoked for good", id)
		case s == Revoked:
			rec.Sealed, rec.MasterID = nil, ""
		}
		rec.Status = s
		return nil
	})
}

// SetPolicy hangs another policy on a key.
func (r *Ring) SetPolicy(ctx context.Context, id, document string) error {
	if _, err := policy.Parse([]byte(document)); err != nil {
		return err
	}
	return r.change(ctx, id, func(rec *Record) error {
		rec.Policy = document
		return nil
	})
}

// change edits the newest version of a record.
func (r *Ring) change(ctx context.Context, id string, edit func(*Record) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(ctx); err != nil {
		return err
	}
	e, ok := r.entry(id)
	if !ok {
		return ErrNoKey(id)
	}
	rec := e.Record
	if err := edit(&rec); err != nil {
		return err
	}
	rec.Version++
	return r.put(ctx, rec)
}

// Delete removes a key and every trace of it.
func (r *Ring) Delete(ctx context.Context, id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.keys.Delete(ctx, id); err != nil {
		return fmt.Errorf("delete access key %q: %w", id, err)
	}
	return r.load(ctx)
}

// Bootstrap makes a key that may do everything in account if there is no key at
// all, as on first start, and says whether it did.
func (r *Ring) Bootstrap(ctx context.Context, account string, at time.Time) (Issued, bool, error) {
	if len(*r.entries.Load()) > 0 {
		return Issued{}, false, nil
	}
	issued, err := r.Create(ctx, NewKey{Account: account, User: "admin", At: at})
	return issued, err == nil, err
}

// Check is an error when there are active keys and none of their secrets can be
// decrypted: then the master key is another installation's.
func (r *Ring) Check() error {
	var first error
	for _, e := range *r.entries.Load() {
		if e.Status != Active {
			continue
		}
		_, err := r.open(e.Record)
		if err == nil {
			return nil
		}
		first = err
	}
	return first
}

// Env is the key as the environment variables that AWS clients read.
func (i Issued) Env() string {
	return fmt.Sprintf("  AWS_ACCESS_KEY_ID=%s\n  AWS_SECRET_ACCESS_KEY=%s\n", i.ID, i.Secret)
}
