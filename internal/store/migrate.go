package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// The migrations: NNNN_what.sql, applied by goose once each, in order, each in
// a transaction of its own together with the note that it was. A file is never
// changed after a release. In it @text, @bytes, @serial (a key that is
// given out), @key (a whole number as key) and @clustered (rows lie in the key)
// stand for what the dialect calls them.
//
// There is no way down: it would throw away what was kept since, and an older
// picket that is started by mistake is refused. The way back is a copy of the
// database.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate applies the migrations of files that are missing. Processes that
// start together may do so at once: on PostgreSQL they take turns. SQLite has no
// lock for that, but a migration can't be applied twice: its note must be the
// only one, so the later of two fails as a whole and looks again.
func (db *DB) migrate(ctx context.Context, files fs.FS) error {
	p, err := db.dialect.provider(db.write, files)
	if err != nil {
		return err
	}
	for {
		_, failed := p.Up(ctx)
		have, newest, err := p.GetVersions(ctx)
		if err != nil {
			return errors.Join(failed, err)
		}
		if have > newest {
			return fmt.Errorf("the database is at version %d, this picket knows %d: a newer picket has used it", have, newest)
		}
		var at *goose.PartialError
		if !errors.As(failed, &at) {
			return failed
		}
		if have < at.Failed.Source.Version { // nobody else has applied it
			return fmt.Errorf("migration %s: %w", at.Failed.Source.Path, at.Err)
		}
	}
}

// How long a process waits for another's migrations on PostgreSQL: it asks every
// second, for ten minutes.
const (
	askSeconds     = 1
	asksForLock    = 600
	asksForRelease = 5
)

func (d *dialect) provider(db *sql.DB, files fs.FS) (*goose.Provider, error) {
	options := []goose.ProviderOption{goose.WithLogger(goose.NopLogger())}
	if d == &postgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(migrationLock),
			lock.WithLockTimeout(askSeconds, asksForLock), lock.WithUnlockTimeout(askSeconds, asksForRelease))
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(d.goose, db, inWords{files, d.words}, options...)
}

// inWords shows the directory of migrations as a dialect writes them.
type inWords struct {
	files fs.FS
	words *strings.Replacer
}

func (d inWords) Open(name string) (fs.File, error) {
	f, err := d.files.Open(path.Join("migrations", name))
	if err != nil || path.Ext(name) != ".sql" {
		return f, err // the directory itself
	}
	text, err := io.ReadAll(f)
	return inWordsFile{f, strings.NewReader(d.words.Replace(string(text)))}, err
}

type inWordsFile struct {
	fs.File
	text *strings.Reader
}

func (f inWordsFile) Read(p []byte) (int, error) { return f.text.Read(p) }
