package lists

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"picket/internal/store"
)

// A List is one list that counts in detection.
type List struct {
	store.List
	Kind *Kind
}

// ManagerOf is the account whose lists count for s, in the same region: the
// administrator of s, or s itself when it has none.
func ManagerOf(tx *store.Tx, s store.Scope) (store.Scope, error) {
	m, err := tx.MembershipOf(s)
	if err != nil || m == nil {
		return s, err
	}
	return m.Scope, nil
}

// Active returns the lists that count for the accounts logs are of: the
// account's own, or those of its administrator, by kind and id. Content reads
// what is in them and Reading says how it counts. The version changes when the
// answer, or what is in a list, does; it is never empty.
//
// A list counts from when it was read until it is deactivated: when it could not
// be read again it says ERROR, and the last good file stays.
func Active(ctx context.Context, db *store.DB, s store.Scope) (active []List, version string, err error) {
	hash := sha256.New()
	err = db.Read(ctx, func(tx *store.Tx) error {
		from, err := ManagerOf(tx, s)
		if err != nil {
			return err
		}
		for _, k := range kinds {
			found, err := k.Collection.List(tx, from, "", maxLists, Inactive, Deleted)
			if err != nil {
				return err
			}
			for _, l := range found {
				if l.ReadAt.IsZero() {
					continue
				}
				active = append(active, List{l, k})
				fmt.Fprintln(hash, k.Name, l.Account, l.ID, l.Name, l.ReadAt.UnixMilli())
			}
		}
		return nil
	})
	return active, hex.EncodeToString(hash.Sum(nil)), err
}

// maxLists is more than the lists that an account can have of a kind.
const maxLists = 50

// Content reads the file of a list as it was when the list was last activated,
// gzip or not; nil when it no longer counts.
func (l List) Content(ctx context.Context, db *store.DB) (data []byte, err error) {
	err = db.Read(ctx, func(tx *store.Tx) (err error) {
		data, err = l.Kind.Collection.Content(tx, l.Scope, l.ID)
		return err
	})
	return data, err
}

// Drop has a list count no longer: its content goes, and its status is the given
// one. Whoever calls it puts the list.
func Drop(tx *store.Tx, k *Kind, l *store.List, status string) error {
	l.Status, l.Error, l.ReadAt = status, "", time.Time{}
	return k.Collection.PutContent(tx, l.Scope, l.ID, nil)
}
