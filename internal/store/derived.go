package store

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"picket/event"
)

// derived collects the changes of everything that is derived from findings:
// terms, numbers, resources and the counters of the statistics.
type derived struct {
	newTerms, oldTerms         []term
	newNumbers, oldNumbers     []numberRow
	newResources, oldResources []resourceRow
	cells                      map[cell]*tally
	resourceCells              map[resourceCell]*tally
}

type term struct{ term, finding int64 }

type numberRow struct {
	number
	finding int64
}

type resourceRow struct {
	finding    int64
	id, family string
}

// cell is what the findings that one row of finding_cells counts have in common.
type cell struct {
	region, account string
	grain           int64
	archived        bool
	day             int64
	severity        float64
	typ             string
}

// The grains of counters: what they do not tell is zero.
const (
	grainTypes    = 0 // no days
	grainDays     = 1 // no types
	grainDayTypes = 2
)

type resourceCell struct{ region, account, resource, kind string }

// tally is a change of a counter; unarchived is the part of n that is current.
type tally struct{ n, unarchived, latest int64 }

// diff notes what changes when the finding seq was from and becomes to.
func (d *derived) diff(seq int64, from, to *record) {
	for _, v := range added(from.terms, to.terms, cmp.Compare) {
		d.newTerms = append(d.newTerms, term{v, seq})
	}
	for _, v := range added(to.terms, from.terms, cmp.Compare) {
		d.oldTerms = append(d.oldTerms, term{v, seq})
	}
	for _, v := range added(from.numbers, to.numbers, compareNumbers) {
		d.newNumbers = append(d.newNumbers, numberRow{v, seq})
	}
	for _, v := range added(to.numbers, from.numbers, compareNumbers) {
		d.oldNumbers = append(d.oldNumbers, numberRow{v, seq})
	}
	for _, v := range added(from.resources, to.resources, compareTexts) {
		d.newResources = append(d.newResources, resourceRow{seq, v, to.resources[v]})
	}
	for _, v := range added(to.resources, from.resources, compareTexts) {
		d.oldResources = append(d.oldResources, resourceRow{finding: seq, id: v})
	}
}

// count adds n to the counters that r counts in.
func (d *derived) count(r *record, n int64) {
	if d.cells == nil {
		d.cells, d.resourceCells = map[cell]*tally{}, map[resourceCell]*tally{}
	}
	day := r.updated - r.updated%int64(event.Day)
	for _, c := range []cell{{grain: grainTypes, typ: r.typ}, {grain: grainDays, day: day}, {grain: grainDayTypes, day: day, typ: r.typ}} {
		c.region, c.account, c.archived, c.severity = r.region, r.account, r.archived, r.severity
		bump(d.cells, c, n, r)
	}
	for id, kind := range r.resources {
		bump(d.resourceCells, resourceCell{r.region, r.account, id, kind}, n, r)
	}
}

func bump[K comparable](m map[K]*tally, k K, n int64, r *record) {
	t := m[k]
	if t == nil {
		t = &tally{}
		m[k] = t
	}
	t.n += n
	t.unarchived += n * (1 - bit(r.archived))
	t.latest = max(t.latest, r.updated)
}

// write brings the tables up to date.
func (d *derived) write(t *Tx) error {
	if err := d.remove(t); err != nil {
		return err
	}
	if err := d.insert(t); err != nil {
		return err
	}
	return d.writeCells(t)
}

// remove deletes rows. The first row of each list, which is in no table, gives
// PostgreSQL the types of the parameters.
func (d *derived) remove(t *Tx) error {
	if err := each(t, d.oldTerms, 2, `DELETE FROM finding_terms WHERE (term, finding) IN (VALUES (CAST(0 AS BIGINT), CAST(0 AS BIGINT)), %s)`,
		func(v term) []any { return []any{v.term, v.finding} }); err != nil {
		return err
	}
	if err := each(t, d.oldNumbers, 3, `DELETE FROM finding_numbers WHERE (path, finding, value) IN (VALUES (CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS DOUBLE PRECISION)), %s)`,
		func(v numberRow) []any { return []any{v.path, v.finding, v.value} }); err != nil {
		return err
	}
	return each(t, d.oldResources, 2, `DELETE FROM finding_resources WHERE (finding, resource) IN (VALUES (CAST(0 AS BIGINT), CAST('' AS TEXT)), %s)`,
		func(v resourceRow) []any { return []any{v.finding, v.id} })
}

func (d *derived) insert(t *Tx) error {
	// in the order of the tables' keys, so that neighbours are written together
	slices.SortFunc(d.newTerms, func(a, b term) int { return cmp.Or(cmp.Compare(a.term, b.term), cmp.Compare(a.finding, b.finding)) })
	slices.SortFunc(d.newNumbers, func(a, b numberRow) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.finding, b.finding), cmp.Compare(a.value, b.value))
	})
	if err := each(t, d.newTerms, 2, `INSERT INTO finding_terms (term, finding) VALUES %s ON CONFLICT DO NOTHING`,
		func(v term) []any { return []any{v.term, v.finding} }); err != nil {
		return err
	}
	if err := each(t, d.newNumbers, 3, `INSERT INTO finding_numbers (path, finding, value) VALUES %s ON CONFLICT DO NOTHING`,
		func(v numberRow) []any { return []any{v.path, v.finding, v.value} }); err != nil {
		return err
	}
	return each(t, d.newResources, 3, `INSERT INTO finding_resources (finding, resource, kind) VALUES %s ON CONFLICT DO NOTHING`,
		func(v resourceRow) []any { return []any{v.finding, v.id, v.family} })
}

// writeCells adds to the counters. A counter's latest only grows: it says when
// the last finding was counted, even if that one has left since.
func (d *derived) writeCells(t *Tx) error {
	cells := slices.SortedFunc(maps.Keys(d.cells), func(a, b cell) int {
		return cmp.Or(strings.Compare(a.region, b.region), cmp.Compare(a.grain, b.grain), strings.Compare(a.account, b.account), cmp.Compare(bit(a.archived), bit(b.archived)),
			cmp.Compare(a.day, b.day), cmp.Compare(a.severity, b.severity), strings.Compare(a.typ, b.typ))
	})
	err := each(t, cells, 9, `INSERT INTO finding_cells AS c (region, grain, account, archived, day, severity, type, n, latest) VALUES %s
		ON CONFLICT (region, grain, account, archived, day, severity, type) DO UPDATE
		SET n = c.n + excluded.n, latest = CASE WHEN excluded.latest > c.latest THEN excluded.latest ELSE c.latest END`,
		func(c cell) []any {
			return []any{c.region, c.grain, c.account, bit(c.archived), c.day, c.severity, c.typ, d.cells[c].n, d.cells[c].latest}
		})
	if err != nil {
		return err
	}
	resources := slices.SortedFunc(maps.Keys(d.resourceCells), func(a, b resourceCell) int {
		return cmp.Or(strings.Compare(a.region, b.region), strings.Compare(a.account, b.account), strings.Compare(a.resource, b.resource), strings.Compare(a.kind, b.kind))
	})
	return each(t, resources, 7, `INSERT INTO resource_cells AS c (region, account, resource, kind, n, unarchived, latest) VALUES %s
		ON CONFLICT (region, account, resource, kind) DO UPDATE SET n = c.n + excluded.n, unarchived = c.unarchived + excluded.unarchived,
			latest = CASE WHEN excluded.latest > c.latest THEN excluded.latest ELSE c.latest END`,
		func(c resourceCell) []any {
			d := d.resourceCells[c]
			return []any{c.region, c.account, c.resource, c.kind, d.n, d.unarchived, d.latest}
		})
}

// groups is how many rows a statement writes: few texts of statements, so that
// the drivers find them prepared.
const groups = 256

// each runs a statement over all values, many at a time; %s stands for the
// list of rows of w columns that args makes.
func each[V any](t *Tx, vs []V, w int, statement string, args func(V) []any) error {
	for chunk := range slices.Chunk(vs, groups) {
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
