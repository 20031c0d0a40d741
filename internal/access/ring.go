package access

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"picket/internal/access/policy"
	"picket/internal/awsrpc/sigv4"
	"picket/internal/fault"
)

// Ring is all access keys at hand: it answers for every request without asking
// the store. What other processes change it sees at the next Reload, which its
// owner calls every so often. It may be used from several goroutines.
type Ring struct {
	keys    Keys
	master  *Master
	mu      sync.Mutex // held by who loads or changes records
	entries atomic.Pointer[map[string]*entry]
}

// entry is a record made ready for use. It is immutable but for the pointer's
// target, which is shared by all entries a key ever had.
type entry struct {
	Record
	policy *policy.Policy // nil when the document is broken
	broken error
	used   *atomic.Int64 // hour of the last use, Unix seconds
}

// Open loads all records. It neither owns nor closes keys and master.
func Open(ctx context.Context, keys Keys, master *Master) (*Ring, error) {
	r := &Ring{keys: keys, master: master}
	r.entries.Store(&map[string]*entry{})
	if err := r.Reload(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// Reload takes over what has changed in the store. When it fails the ring stays
// as it was.
func (r *Ring) Reload(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.load(ctx)
}

// load is Reload for who holds the lock.
func (r *Ring) load(ctx context.Context) error {
	records, err := r.keys.Load(ctx)
	if err != nil {
		return fmt.Errorf("load access keys: %w", err)
	}
	old, entries := *r.entries.Load(), make(map[string]*entry, len(records))
	for _, rec := range records {
		entries[rec.ID] = newEntry(rec, old[rec.ID])
	}
	r.entries.Store(&entries)
	return nil
}

// newEntry makes an entry that succeeds old, which may be nil.
func newEntry(rec Record, old *entry) *entry {
	e := &entry{Record: rec}
	if old != nil && old.Policy == rec.Policy {
		e.policy, e.broken = old.policy, old.broken
	} else {
		e.policy, e.broken = policy.Parse([]byte(rec.Policy))
	}
	if e.used = new(atomic.Int64); old != nil {
		e.used = old.used
	}
	e.useAt(rec.LastUsed)
	return e
}

// install puts one record in the place of its former version.
func (r *Ring) install(rec Record) {
	entries := maps.Clone(*r.entries.Load())
	entries[rec.ID] = newEntry(rec, entries[rec.ID])
	r.entries.Store(&entries)
}

func (r *Ring) entry(id string) (*entry, bool) {
	e, ok := (*r.entries.Load())[id]
	return e, ok
}

// Key is what may be shown of an access key.
type Key struct {
	ID, Account, User string
	Policy            string
	Status            Status
	Created, LastUsed time.Time
}

func (e *entry) shown() Key {
	return Key{ID: e.ID, Account: e.Account, User: e.User, Policy: e.Policy, Status: e.Status, Created: e.Created, LastUsed: e.lastUsed()}
}

// Key returns the key with an ID, revoked ones too, or a fault of kind NotFound.
func (r *Ring) Key(id string) (Key, error) {
	e, ok := r.entry(id)
	if !ok {
		return Key{}, ErrNoKey(id)
	}
	return e.shown(), nil
}

// List returns all keys, by account and then by age.
func (r *Ring) List() []Key {
	var all []Key
	for _, e := range *r.entries.Load() {
		all = append(all, e.shown())
	}
	slices.SortFunc(all, func(a, b Key) int {
		if c := strings.Compare(a.Account, b.Account); c != 0 {
			return c
		}
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all
}

// Secret returns what verifies the signatures of an active key; it is the Key
// of a sigv4.Verifier. For any other key the fault is of kind NotFound.
func (r *Ring) Secret(id string) (sigv4.Secret, error) {
	e, ok := r.entry(id)
	if !ok || e.Status != Active {
		return sigv4.Secret{}, ErrNoKey(id)
	}
	secret, err := r.open(e.Record)
	if err != nil {
		return sigv4.Secret{}, err
	}
	return sigv4.NewSecret(secret, ""), nil
}

func (r *Ring) open(rec Record) (string, error) {
	secret, err := r.master.open(rec.Sealed, rec.MasterID, owner(rec))
	if err != nil {
		return "", fault.Wrap(fault.Internal, fmt.Errorf("decrypt the secret of access key %q: %w", rec.ID, err), "").
			WithHint("the master key file is not the one the keys were made with: bring it back, or revoke the key and make another")
	}
	return secret, nil
}

// owner is what a sealed secret is bound to: moved to another record it does not open.
func owner(rec Record) string { return "access key " + rec.Account + " " + rec.ID }

// Flush writes the times of last use to the store.
func (r *Ring) Flush(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, e := range *r.entries.Load() {
		used := e.lastUsed()
		if !used.After(e.LastUsed) {
			continue
		}
		if err := r.keys.Touch(ctx, id, used); err != nil {
			return fmt.Errorf("note the use of access key %q: %w", id, err)
		}
		rec := e.Record
		rec.LastUsed = used
		r.install(rec)
	}
	return nil
}

// lastUsed is the time of the last use, zero when there was none.
func (e *entry) lastUsed() time.Time {
	if used := e.used.Load(); used > 0 {
		return time.Unix(used, 0).UTC()
	}
	return time.Time{}
}

// useAt notes a use, to the hour.
func (e *entry) useAt(t time.Time) {
	hour := t.Truncate(time.Hour).Unix()
	for {
		old := e.used.Load()
		if hour <= old || e.used.CompareAndSwap(old, hour) {
			return
		}
	}
}
