package store

import (
	"fmt"

	"picket/internal/fault"
)

// InsertFilter adds a filter at f.Position, from 1; the filters from there on
// move down by one. A position beyond the end is the end. fault.Conflict when
// the name is taken. It sets f's Position and Version.
func (t *Tx) InsertFilter(f *Filter) error {
	n, err := Filters.Count(t, f.Scope)
	if err != nil {
		return err
	}
	f.Position, f.Version = min(max(f.Position, 1), n+1), 1
	if err := t.shiftFilters(f.Scope, f.Position, n, 1); err != nil {
		return err
	}
	return Filters.Insert(t, f)
}

// UpdateFilter writes a filter that was read before, with its Version counted
// up, and moves it to position, which must be 1 to the number of filters;
// fault.Invalid when it is not, fault.NotFound when the filter is gone. The
// filters in between close up without being updated.
func (t *Tx) UpdateFilter(f *Filter, position int) error {
	have, err := Filters.Get(t, f.Scope, f.ID)
	if err != nil {
		return err
	}
	n, err := Filters.Count(t, f.Scope)
	if err != nil {
		return err
	}
	if position < 1 || position > n {
		return fault.Newf(fault.Invalid, "The rank must be 1 to %d.", n)
	}
	if position < have.Position {
		err = t.shiftFilters(f.Scope, position, have.Position-1, 1)
	} else {
		err = t.shiftFilters(f.Scope, have.Position+1, position, -1)
	}
	if err != nil {
		return err
	}
	if err := t.exec(`UPDATE resources SET position = $1 WHERE kind = 'filter' AND region = $2 AND account = $3 AND id = $4`,
		position, f.Region, f.Account, f.ID); err != nil {
		return fmt.Errorf("move filter %q: %w", f.ID, err)
	}
	f.Version = have.Version + 1
	return Filters.Put(t, f)
}

// DeleteFilter removes a filter; those after it move up.
func (t *Tx) DeleteFilter(s Scope, name string) error {
	f, err := Filters.Get(t, s, name)
	if err != nil {
		return err
	}
	if err := Filters.Delete(t, s, name); err != nil {
		return err
	}
	return t.shiftFilters(s, f.Position+1, maxPosition, -1)
}

// maxPosition is beyond any filter's.
const maxPosition = 1 << 30

// shiftFilters moves the filters at from to to by by places.
func (t *Tx) shiftFilters(s Scope, from, to, by int) error {
	err := t.exec(`UPDATE resources SET position = position + $1 WHERE kind = 'filter' AND region = $2 AND account = $3 AND position BETWEEN $4 AND $5`,
		by, s.Region, s.Account, from, to)
	if err != nil {
		return fmt.Errorf("move filters %d to %d: %w", from, to, err)
	}
	return nil
}

// RankedFilters reads up to limit filters of the scope in order of rank, from
// the one after rank after on.
func (t *Tx) RankedFilters(s Scope, after, limit int) ([]Filter, error) {
	return Filters.query(t, `region = $2 AND account = $3 AND position > $4 ORDER BY position LIMIT $5`, s.Region, s.Account, after, limit)
}
