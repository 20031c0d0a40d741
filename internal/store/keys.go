package store

import (
	"context"
	"fmt"
	"time"

	"picket/internal/access"
)

// AccessKeys keeps access keys in the store, for all processes that share it.
// It implements access.Keys.
type AccessKeys struct{ db *DB }

// AccessKeys are the access keys of the store.
func (db *DB) AccessKeys() AccessKeys { return AccessKeys{db} }

// Load implements access.Keys.
func (k AccessKeys) Load(ctx context.Context) ([]access.Record, error) {
	var all []access.Record
	err := k.db.Read(ctx, func(tx *Tx) error {
		return tx.rows(func(scan func(...any) error) (bool, error) {
			var r access.Record
			var status string
			var created, used int64
			err := scan(&r.ID, &r.Account, &r.User, &r.Sealed, &r.MasterID, &r.Policy, &status, &created, &used, &r.Version)
			r.Status, r.Created = access.Status(status), fromMillis(created)
			if used != 0 {
				r.LastUsed = fromMillis(used)
			}
			all = append(all, r)
			return true, err
		}, `SELECT id, account, owner, sealed, master, policy, status, created, used, version FROM access_keys`)
	})
	if err != nil {
		return nil, fmt.Errorf("read access keys: %w", err)
	}
	return all, nil
}

// Put implements access.Keys.
func (k AccessKeys) Put(ctx context.Context, r access.Record) error {
	query := `UPDATE access_keys SET account = $2, owner = $3, sealed = $4, master = $5, policy = $6, status = $7, created = $8, version = $9
		WHERE id = $1 AND version = $9 - 1`
	if r.Version == 1 {
		query = `INSERT INTO access_keys (id, account, owner, sealed, master, policy, status, created, version, used)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0) ON CONFLICT (id) DO NOTHING`
	}
	return k.db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(query, r.ID, r.Account, r.User, r.Sealed, r.MasterID, r.Policy, string(r.Status), millis(r.Created), r.Version)
		if err != nil {
			return fmt.Errorf("write access key: %w", err)
		}
		if n == 0 {
			return access.ErrChanged(r.ID)
		}
		return nil
	})
}

// Touch implements access.Keys.
func (k AccessKeys) Touch(ctx context.Context, id string, at time.Time) error {
	return k.db.Write(ctx, func(tx *Tx) error {
		if err := tx.exec(`UPDATE access_keys SET used = $2 WHERE id = $1 AND used < $2`, id, millis(at)); err != nil {
			return fmt.Errorf("note the use of an access key: %w", err)
		}
		return nil
	})
}

// Delete implements access.Keys.
func (k AccessKeys) Delete(ctx context.Context, id string) error {
	return k.db.Write(ctx, func(tx *Tx) error {
		n, err := tx.affected(`DELETE FROM access_keys WHERE id = $1`, id)
		if err != nil {
			return fmt.Errorf("delete access key: %w", err)
		}
		if n == 0 {
			return access.ErrNoKey(id)
		}
		return nil
	})
}
