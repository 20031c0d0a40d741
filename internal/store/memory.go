package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"picket/internal/store/index"
)

// memory is the index of all findings, shared by the transactions of a DB. It is
// brought up to date when a transaction asks: the database numbers the changes of
// findings, so that any number of processes can tell what they lack.
type memory struct {
	newest atomic.Pointer[state] // nil until the first question
	older  atomic.Pointer[state] // one made since by who can't see the newest yet; nil for none
	turn   chan struct{}         // has an element while somebody makes a state

	merging bool           // merge runs; for who has the turn
	merged  chan struct{}  // closed when the next merge is done; for who has the turn
	closed  atomic.Bool    // merge is to end
	merges  sync.WaitGroup // merge, when it runs
}

// state is the index as it was after a change.
type state struct {
	change int64
	view   *index.View
}

func newMemory() memory {
	return memory{turn: make(chan struct{}, 1), merged: make(chan struct{})}
}

// close ends merging. There must be no transactions any more.
func (m *memory) close() {
	m.closed.Store(true)
	m.merges.Wait()
}

// latest is the state to start from for who sees changes up to one; nil when
// there is none.
func (m *memory) latest(change int64, base *state) *state {
	for _, s := range []*state{m.newest.Load(), m.older.Load()} {
		if s != nil && s.change <= change && (base == nil || s.change >= base.change) { // the same may have been merged since
			base = s
		}
	}
	return base
}

// keep keeps a state for others. The caller has the turn.
func (m *memory) keep(s *state) {
	if newest := m.newest.Load(); newest != nil && newest.change > s.change {
		m.older.Store(s)
		return
	}
	m.newest.Store(s)
	m.older.Store(nil)
	if !m.merging && s.view.Untidy() {
		m.merging = true
		m.merges.Go(m.merge)
	}
}

// merge merges parts of the newest view until there is nothing left to merge,
// beside those who ask and make states: a merge takes a tenth of a second.
func (m *memory) merge() {
	for more := true; more; {
		done := m.newest.Load().view.Merge()
		m.turn <- struct{}{}
		now := m.newest.Load()
		if done != nil {
			now = &state{now.change, now.view.With(done)}
			m.newest.Store(now)
		}
		more = now.view.Untidy() && !m.closed.Load()
		m.merging = more
		close(m.merged)
		m.merged = make(chan struct{})
		<-m.turn
	}
}

// take takes the turn. Who makes states faster than they are merged waits.
func (m *memory) take(ctx context.Context) error {
	for {
		select {
		case m.turn <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		s, merged := m.newest.Load(), m.merged
		if s == nil || !m.merging || !s.view.Crowded() {
			return nil
		}
		<-m.turn
		select {
		case <-merged:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Warm reads the index of findings, so that the first questions about them need
// not wait until that is done.
func (db *DB) Warm(ctx context.Context) error {
	return db.Read(ctx, func(t *Tx) error {
		_, err := t.view()
		return err
	})
}

// change is the number of the transaction among those that changed findings. It
// is called for each change.
func (t *Tx) change() (int64, error) {
	t.seen = nil
	if t.changed != 0 {
		return t.changed, nil
	}
	if _, err := t.row([]any{&t.changed}, `UPDATE finding_clock SET change = change + 1 RETURNING change`); err != nil {
		return 0, fmt.Errorf("number a change of findings: %w", err)
	}
	return t.changed, nil
}

// view is the index of the findings that the transaction sees, with its own
// changes.
func (t *Tx) view() (*index.View, error) {
	if t.seen != nil {
		return t.seen.view, nil
	}
	var change, floor int64
	if _, err := t.row([]any{&change, &floor}, `SELECT change, floor FROM finding_clock`); err != nil {
		return nil, fmt.Errorf("read the number of the last change: %w", err)
	}
	if t.seen = t.index.latest(change, t.base); t.seen == nil || t.seen.change < change {
		var err error
		if t.seen, err = t.advance(change, floor); err != nil {
			return nil, fmt.Errorf("bring the index of findings up to date: %w", err)
		}
	}
	return t.seen.view, nil
}

// advance makes the state after a change and, when it is for others too, keeps
// it. One transaction does so at a time: the others find what they need
// when it is their turn.
func (t *Tx) advance(change, floor int64) (*state, error) {
	if err := t.index.take(t.ctx); err != nil {
		return nil, err
	}
	defer func() { <-t.index.turn }()
	from := t.index.latest(change, t.base)
	if from != nil && from.change == change {
		return from, nil
	}
	view, err := t.viewAfter(from, floor)
	if err != nil {
		return nil, err
	}
	s := &state{change, view}
	if t.changed == 0 {
		t.index.keep(s)
	}
	return s, nil
}

// viewAfter is the view of from with what was changed since. When from is too
// old for that, all is read.
func (t *Tx) viewAfter(from *state, floor int64) (*index.View, error) {
	const columns = `SELECT seq, id, account, region, entry FROM findings`
	if from == nil || from.change < floor || from.view.Outgrown() {
		e := new(index.View).Edit()
		err := t.addEntries(e, columns+` ORDER BY seq`)
		return e.Finish(), err
	}
	e := from.view.Edit()
	err := t.rows(func(scan func(...any) error) (bool, error) {
		var seq int64
		err := scan(&seq)
		e.Delete(seq)
		return true, err
	}, `SELECT finding FROM deleted_findings WHERE change > $1`, from.change)
	if err == nil {
		err = t.addEntries(e, columns+` WHERE change > $1`, from.change)
	}
	return e.Finish(), err
}

// addEntries puts in the findings that a query selects, in the place of those of
// the same number.
func (t *Tx) addEntries(e *index.Edit, query string, args ...any) error {
	var x index.Entry
	var entry []byte
	return t.rows(func(scan func(...any) error) (bool, error) {
		err := scan(&x.Seq, &x.ID, &x.Account, &x.Region, &entry)
		if err == nil {
			err = x.Decode(entry)
		}
		if err != nil {
			return false, err
		}
		e.Delete(x.Seq)
		e.Add(&x)
		return true, nil
	}, query, args...)
}
