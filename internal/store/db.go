package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DB is the store. It is safe for concurrent use.
type DB struct {
	dialect     *dialect
	write, read *sql.DB
	now         func() time.Time
	index       memory
}

// Open opens the store and brings its tables up to date. dsn is a
// postgres:// URL or the path of an SQLite file, which is made when missing.
// Close is owed.
func Open(ctx context.Context, dsn string) (*DB, error) {
	d, write, read, err := connect(dsn)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	db := &DB{dialect: d, write: write, read: read, now: time.Now, index: newMemory()}
	if err = d.check(ctx, write); err == nil {
		err = db.migrate(ctx, migrations)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s store: %w", d.name, err), db.Close())
	}
	return db, nil
}

// Close releases the connections. Transactions in flight must have ended.
func (db *DB) Close() error {
	db.index.close()
	if db.read == db.write {
		return db.write.Close()
	}
	return errors.Join(db.read.Close(), db.write.Close())
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.read.PingContext(ctx) }

// A Tx is one transaction. It is good until the function it was given to
// returns, on that function's goroutine.
type Tx struct {
	// Now is the time of the transaction, in UTC and whole milliseconds: the
	// only clock for what it writes.
	Now time.Time

	ctx     context.Context
	tx      *sql.Tx
	dialect *dialect

	index   *memory
	base    *state // of the index, not newer than what the transaction sees; nil before the first
	seen    *state // what the transaction sees, once it has asked
	changed int64  // its number among the changes of findings, once it has made one
}

// Write runs f in a transaction that may write. It commits when f returns nil:
// then everything is durable; otherwise nothing has happened.
func (db *DB) Write(ctx context.Context, f func(*Tx) error) error {
	return db.run(ctx, db.write, nil, db.dialect.lock, f)
}

// Read runs f in a transaction that sees one state of the database and can't
// write.
func (db *DB) Read(ctx context.Context, f func(*Tx) error) error {
	return db.run(ctx, db.read, &sql.TxOptions{ReadOnly: true, Isolation: db.snapshot()}, "", f)
}

// snapshot is the isolation under which all queries of a transaction see one
// state; SQLite has no other and knows only the default's name.
func (db *DB) snapshot() sql.IsolationLevel {
	if db.dialect == &postgres {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

func (db *DB) run(ctx context.Context, pool *sql.DB, opts *sql.TxOptions, lock string, f func(*Tx) error) error {
	base := db.index.newest.Load()
	tx, err := pool.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // does nothing after a commit; ends it when f fails or panics
	t := &Tx{ctx: ctx, tx: tx, dialect: db.dialect, index: &db.index, base: base}
	if lock != "" {
		if err := t.exec(lock); err != nil {
			return fmt.Errorf("wait for other writers: %w", err)
		}
	}
	t.Now = db.now().UTC().Truncate(time.Millisecond)
	if err := f(t); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func (t *Tx) exec(query string, args ...any) error {
	_, err := t.tx.ExecContext(t.ctx, query, args...)
	return err
}

// affected is exec that counts the rows it changed.
func (t *Tx) affected(query string, args ...any) (int64, error) {
	res, err := t.tx.ExecContext(t.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// row reads one row into dst; ok is false when there is none.
func (t *Tx) row(dst []any, query string, args ...any) (ok bool, err error) {
	err = t.tx.QueryRowContext(t.ctx, query, args...).Scan(dst...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// rows calls f for each row until it returns false; f reads the row by scan.
func (t *Tx) rows(f func(scan func(...any) error) (bool, error), query string, args ...any) error {
	rows, err := t.tx.QueryContext(t.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		more, err := f(rows.Scan)
		if err != nil {
			return err
		}
		if !more {
			return nil
		}
	}
	return rows.Err()
}

// rowGroups returns n groups of w placeholders, ($1,$2),($3,$4) …, the rows of
// a VALUES list. They must be the statement's only ones. SQLite gets them
// without numbers: it looks up numbered ones one by one, so that hundreds in a
// statement take longer than what the statement does.
func (t *Tx) rowGroups(n, w int) string {
	var b strings.Builder
	for i := range n * w {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%w == 0:
			b.WriteString("),(")
		default:
			b.WriteByte(',')
		}
		if t.dialect == &sqlite {
			b.WriteByte('?')
			continue
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	b.WriteByte(')')
	return b.String()
}

// rowsWritten is how many rows a statement writes: few texts of statements, so that
// the drivers find them prepared.
const rowsWritten = 256

// each runs a statement over all values, many at a time; %s stands for the
// list of rows of w columns that args makes.
func each[V any](t *Tx, vs []V, w int, statement string, args func(V) []any) error {
	for chunk := range slices.Chunk(vs, rowsWritten) {
		flat := make([]any, 0, len(chunk)*w)
		for _, v := range chunk {
			flat = append(flat, args(v)...)
		}
		if err := t.exec(fmt.Sprintf(statement, t.rowGroups(len(chunk), w)), flat...); err != nil {
			return fmt.Errorf("%.40s: %w", statement, err)
		}
	}
	return nil
}

// clean makes s fit for a text column: PostgreSQL takes neither NUL nor broken
// UTF-8, and what comes from logs may have both.
func clean(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
}

// maxKey is the most bytes of a text in an index: the parts of any key together
// stay below the 2,704 bytes that PostgreSQL allows.
const maxKey = 500

// key is clean for a text that is part of an index. Real ones are much shorter
// than maxKey; what a hostile log made longer is cut.
func key(s string) string {
	if len(s) > maxKey {
		s = s[:maxKey]
	}
	return clean(s)
}

func millis(t time.Time) int64 { return t.UnixMilli() }

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
