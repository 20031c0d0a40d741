package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// The migrations: NNNN_what.sql, applied once each, in order, each in a
// transaction of its own together with the note that it was. A file is never
// changed after a release. In it @text, @bytes, @serial (a key that is
// given out), @key (a whole number as key) and @clustered (rows lie in the key)
// stand for what the dialect calls them.
//
//go:embed migrations/*.sql
var migrations embed.FS

type migration struct {
	version int
	name    string
	sql     string
}

func (db *DB) migrate(ctx context.Context) error {
	all, err := readMigrations(migrations)
	if err != nil {
		return err
	}
	for _, m := range all {
		err := db.Write(ctx, func(tx *Tx) error { return tx.apply(m, len(all)) })
		if err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
	}
	return nil
}

// apply runs m unless it has been: the check is under the writers' lock, so
// that processes that start together don't both apply it.
func (t *Tx) apply(m migration, newest int) error {
	have, err := t.version()
	if err != nil {
		return err
	}
	if have > newest {
		return fmt.Errorf("the database is at version %d, this picket knows %d: a newer picket has used it", have, newest)
	}
	if have >= m.version {
		return nil
	}
	for stmt := range strings.SplitSeq(t.dialect.words.Replace(m.sql), ";\n") {
		if strings.TrimSpace(stmt) == "" {
			continue
		}
		if err := t.exec(stmt); err != nil {
			return fmt.Errorf("%.60q: %w", strings.TrimSpace(stmt), err)
		}
	}
	return t.exec(`INSERT INTO schema_migrations (version, name, applied) VALUES ($1, $2, $3)`, m.version, m.name, millis(t.Now))
}

// version is the number of the last migration applied, 0 for a new database.
func (t *Tx) version() (int, error) {
	var n int
	if _, err := t.row([]any{&n}, t.dialect.tableSQL, "schema_migrations"); err != nil || n == 0 {
		return 0, err
	}
	_, err := t.row([]any{&n}, `SELECT coalesce(max(version), 0) FROM schema_migrations`)
	return n, err
}

// readMigrations reads the files, which must be numbered 1, 2, 3 …
func readMigrations(dir fs.FS) ([]migration, error) {
	names, err := fs.Glob(dir, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var out []migration
	for i, name := range names {
		text, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, err
		}
		base := strings.TrimPrefix(name, "migrations/")
		number, _, _ := strings.Cut(base, "_")
		if v, err := strconv.Atoi(number); err != nil || v != i+1 {
			return nil, fmt.Errorf("migration %s: its number must be %04d", base, i+1)
		}
		out = append(out, migration{version: i + 1, name: base, sql: string(text)})
	}
	return out, nil
}
