package store

import (
	"encoding/json"
	"fmt"
	"time"

	"picket/internal/fault"
)

// Scope is whose resource it is: everything belongs to an account in a region.
type Scope struct {
	Region  string
	Account string
}

// Meta is what every resource has. The times are the store's: a resource is
// created when it is first put and updated whenever it is put.
type Meta struct {
	Scope
	ID        string    // unique among the scope's resources of the kind
	Status    string    // the resource's own status word; lists can leave some out
	Position  int       // among its siblings, from 1; filters have one, 0 otherwise
	CreatedAt time.Time // whole milliseconds, UTC
	UpdatedAt time.Time
}

func (m *Meta) meta() *Meta { return m }

type resource[T any] interface {
	*T
	meta() *Meta
}

// A Collection holds the resources of one kind, T, which embeds Meta. It is a
// name: the resources are in the database.
type Collection[T any, P resource[T]] struct{ kind }

// A kind is what collections are but for the type of their resources: of what
// is here the program needs one copy, not one for each type.
type kind struct {
	name string
	noun string // for messages
}

const resourceColumns = `region, account, id, status, position, created, updated, doc`

// Put writes v, which replaces the one with its scope and id but keeps its
// creation time and position. It sets v's times.
func (c Collection[T, P]) Put(tx *Tx, v *T) error { return c.put(tx, P(v).meta(), v) }

func (c kind) put(tx *Tx, m *Meta, v any) error {
	doc, err := c.encode(m, v)
	if err != nil {
		return err
	}
	now := millis(tx.Now)
	var created int64
	_, err = tx.row([]any{&created, &m.Position}, `INSERT INTO resources (kind, `+resourceColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (kind, region, account, id) DO UPDATE SET status = excluded.status, updated = excluded.updated, doc = excluded.doc
		RETURNING created, position`,
		c.name, m.Region, m.Account, m.ID, m.Status, m.Position, now, now, doc)
	if err != nil {
		return fmt.Errorf("write %s %q: %w", c.noun, m.ID, err)
	}
	m.CreatedAt, m.UpdatedAt = fromMillis(created), tx.Now
	return nil
}

// Insert is Put for a new resource: fault.Conflict when the scope has one of
// that id.
func (c Collection[T, P]) Insert(tx *Tx, v *T) error { return c.insert(tx, P(v).meta(), v) }

func (c kind) insert(tx *Tx, m *Meta, v any) error {
	doc, err := c.encode(m, v)
	if err != nil {
		return err
	}
	now := millis(tx.Now)
	n, err := tx.affected(`INSERT INTO resources (kind, `+resourceColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		c.name, m.Region, m.Account, m.ID, m.Status, m.Position, now, now, doc)
	if err != nil {
		return fmt.Errorf("insert %s %q: %w", c.noun, m.ID, err)
	}
	if n == 0 {
		return fault.Newf(fault.Conflict, "The %s already exists.", c.noun)
	}
	m.CreatedAt, m.UpdatedAt = tx.Now, tx.Now
	return nil
}

// encode checks the key of v, which is m, and writes the rest as JSON.
func (c kind) encode(m *Meta, v any) (string, error) {
	if m.ID == "" || m.Region == "" || m.Account == "" {
		return "", fmt.Errorf("write %s %q of account %q in %q: its key is incomplete", c.noun, m.ID, m.Account, m.Region)
	}
	if clean(m.ID+m.Region+m.Account+m.Status) != m.ID+m.Region+m.Account+m.Status {
		return "", fault.Newf(fault.Invalid, "The %s's name has characters that can't be stored.", c.noun)
	}
	doc, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %s %q: %w", c.noun, m.ID, err)
	}
	return string(doc), nil
}

// Get reads one resource: fault.NotFound when the scope has none of that id.
func (c Collection[T, P]) Get(tx *Tx, s Scope, id string) (T, error) {
	vs, err := c.query(tx, `region = $2 AND account = $3 AND id = $4`, s.Region, s.Account, clean(id))
	return c.one(vs, err)
}

// Find reads the resource of that id whoever owns it: for ids that are unique
// by themselves.
func (c Collection[T, P]) Find(tx *Tx, id string) (T, error) {
	vs, err := c.query(tx, `id = $2 ORDER BY region, account LIMIT 1`, clean(id))
	return c.one(vs, err)
}

func (c Collection[T, P]) one(vs []T, err error) (T, error) {
	var zero T
	switch {
	case err != nil:
		return zero, err
	case len(vs) == 0:
		return zero, fault.Newf(fault.NotFound, "The %s does not exist.", c.noun)
	}
	return vs[0], nil
}

// List reads up to limit resources of the scope with ids after after, in order
// of id. It leaves out those whose status is one of without.
func (c Collection[T, P]) List(tx *Tx, s Scope, after string, limit int, without ...string) ([]T, error) {
	where, args := except(without, s.Region, s.Account, clean(after), limit)
	return c.query(tx, `region = $2 AND account = $3 AND id > $4`+where+` ORDER BY id LIMIT $5`, args...)
}

// except is the condition that status is none of without; its values follow args.
func except(without []string, args ...any) (string, []any) {
	where := ""
	for _, status := range without {
		args = append(args, status)
		where += fmt.Sprintf(" AND status <> $%d", len(args)+1)
	}
	return where, args
}

// ListID reads the resources of that id in a region, whoever owns them, in
// order of the owner: an account's memberships, for members go by their
// account's number.
func (c Collection[T, P]) ListID(tx *Tx, region, id string) ([]T, error) {
	return c.query(tx, `region = $2 AND id = $3 ORDER BY account`, region, clean(id))
}

// Everywhere reads up to limit resources of the kind that come after the scope
// and id of after, in order of region, account and id: for work that goes
// through all accounts. The zero Meta is before all.
func (c Collection[T, P]) Everywhere(tx *Tx, after Meta, limit int) ([]T, error) {
	return c.query(tx, `(region, account, id) > ($2, $3, $4) ORDER BY region, account, id LIMIT $5`, after.Region, after.Account, after.ID, limit)
}

// InTime reads up to limit resources of w's accounts in order of creation,
// equal ones by id, from the one that follows after on. The zero Meta is before
// all; criteria are not asked.
func (c Collection[T, P]) InTime(tx *Tx, w Where, desc bool, after Meta, limit int) ([]T, error) {
	dir, op := "", " > "
	if desc {
		dir, op = " DESC", " < "
	}
	q := query{args: []any{c.name}}
	where := w.scope(&q, "f.region", "f.account")
	if after.ID != "" {
		at := q.arg(millis(after.CreatedAt))
		where += " AND (f.created" + op + at + " OR f.created = " + at + " AND f.id > " + q.arg(clean(after.ID)) + ")"
	}
	return c.query(tx, where+" ORDER BY f.created"+dir+", f.id LIMIT "+q.arg(limit), q.args[1:]...)
}

// Count counts the scope's resources but those whose status is one of without.
func (c kind) Count(tx *Tx, s Scope, without ...string) (n int, err error) {
	where, args := except(without, s.Region, s.Account)
	_, err = tx.row([]any{&n}, `SELECT count(*) FROM resources WHERE kind = $1 AND region = $2 AND account = $3`+where, append([]any{c.name}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("count %ss: %w", c.noun, err)
	}
	return n, nil
}

// Delete removes one resource: fault.NotFound when there is none.
func (c kind) Delete(tx *Tx, s Scope, id string) error {
	n, err := tx.affected(`DELETE FROM resources WHERE kind = $1 AND region = $2 AND account = $3 AND id = $4`, c.name, s.Region, s.Account, clean(id))
	if err != nil {
		return fmt.Errorf("delete %s %q: %w", c.noun, id, err)
	}
	if n == 0 {
		return fault.Newf(fault.NotFound, "The %s does not exist.", c.noun)
	}
	return c.PutContent(tx, s, id, nil)
}

// DeleteAll removes the scope's resources of the kind.
func (c kind) DeleteAll(tx *Tx, s Scope) error {
	for _, table := range []string{"resources", "contents"} {
		if err := tx.exec(`DELETE FROM `+table+` WHERE kind = $1 AND region = $2 AND account = $3`, c.name, s.Region, s.Account); err != nil {
			return fmt.Errorf("delete all %ss: %w", c.noun, err)
		}
	}
	return nil
}

// PutContent keeps data beside a resource, where reading the resource doesn't
// touch it, in place of what was kept before. nil removes it, as deleting the
// resource does.
func (c kind) PutContent(tx *Tx, s Scope, id string, data []byte) error {
	err := tx.exec(`DELETE FROM contents WHERE kind = $1 AND region = $2 AND account = $3 AND id = $4`, c.name, s.Region, s.Account, clean(id))
	if err == nil && data != nil {
		err = tx.exec(`INSERT INTO contents (kind, region, account, id, data) VALUES ($1, $2, $3, $4, $5)`, c.name, s.Region, s.Account, id, data)
	}
	if err != nil {
		return fmt.Errorf("keep content of %s %q: %w", c.noun, id, err)
	}
	return nil
}

// Content reads what is kept beside a resource; nil when nothing is.
func (c kind) Content(tx *Tx, s Scope, id string) (data []byte, err error) {
	_, err = tx.row([]any{&data}, `SELECT data FROM contents WHERE kind = $1 AND region = $2 AND account = $3 AND id = $4`, c.name, s.Region, s.Account, clean(id))
	if err != nil {
		return nil, fmt.Errorf("read content of %s %q: %w", c.noun, id, err)
	}
	return data, nil
}

// query reads the resources that where, whose placeholders begin with $2, leaves.
func (c Collection[T, P]) query(tx *Tx, where string, args ...any) ([]T, error) {
	var out []T
	err := c.each(tx, func(m Meta, doc []byte) error {
		var v T
		if err := json.Unmarshal(doc, &v); err != nil {
			return err
		}
		*P(&v).meta() = m
		out = append(out, v)
		return nil
	}, where, args)
	return out, err
}

// each calls take for the resources that query reads.
func (c kind) each(tx *Tx, take func(m Meta, doc []byte) error, where string, args []any) error {
	err := tx.rows(func(scan func(...any) error) (bool, error) {
		var m Meta
		var doc string
		var created, updated int64
		if err := scan(&m.Region, &m.Account, &m.ID, &m.Status, &m.Position, &created, &updated, &doc); err != nil {
			return false, err
		}
		m.CreatedAt, m.UpdatedAt = fromMillis(created), fromMillis(updated)
		if err := take(m, []byte(doc)); err != nil {
			return false, fmt.Errorf("decode %q: %w", m.ID, err)
		}
		return true, nil
	}, `SELECT `+resourceColumns+` FROM resources f WHERE kind = $1 AND `+where, append([]any{c.name}, args...)...)
	if err != nil {
		return fmt.Errorf("read %ss: %w", c.noun, err)
	}
	return nil
}
