package store

import (
	"fmt"
	"strconv"
	"strings"

	"picket/finding"
	"picket/internal/fault"
)

// ErrToken is what ListFindings says of a token that it can't use.
var ErrToken = fault.New(fault.Invalid, "The request is rejected because an invalid next token is specified")

// Sort is the order of a list of findings. The zero Sort is the real service's
// default: by service.eventLastSeen falling. Ties are in that order, then by
// id, whatever the direction.
type Sort struct {
	Attribute string
	Desc      bool
}

// A sortColumn is an attribute that findings can be sorted by.
type sortColumn struct {
	name string
	kind finding.Kind
}

var sortColumns = map[string]sortColumn{
	"accountId":              {"account", finding.KindString},
	"confidence":             {"confidence", finding.KindNumber},
	"createdAt":              {"created", finding.KindTime},
	"updatedAt":              {"updated", finding.KindTime},
	"severity":               {"severity", finding.KindNumber},
	"type":                   {"type", finding.KindString},
	"service.eventFirstSeen": {"first_seen", finding.KindTime},
	"service.eventLastSeen":  {"last_seen", finding.KindTime},
}

// The most and the usual number of findings of a page.
const maxPage = 50

// A Page is a part of a list.
type Page struct {
	Sort  Sort
	Limit int    // 1 to 50; 0 is 50
	Token string // what the page before gave; "" for the first
}

// ListFindings lists ids of findings, a page of them, and the token of the next
// page, "" when this is the last. fault.Invalid for criteria, a sort or a token
// that can't be used. A token says where its page ended, so what is written
// meanwhile neither repeats nor hides what was not touched.
func (t *Tx) ListFindings(w Where, p Page) (ids []string, next string, err error) {
	l, err := t.newLister(w, p)
	if err != nil {
		return nil, "", err
	}
	if err := l.list(); err != nil {
		return nil, "", fmt.Errorf("list findings: %w", err)
	}
	if len(l.found) > l.limit {
		l.found = l.found[:l.limit]
		next = l.token(l.found[l.limit-1])
	}
	for _, f := range l.found {
		ids = append(ids, f.id)
	}
	return ids, next, nil
}

// lister makes one page.
type lister struct {
	tx    *Tx
	where Where
	tests []finding.Test
	col   sortColumn
	desc  bool
	limit int
	after *place  // the page goes on behind it; nil is the beginning
	last  place   // of the rows looked at
	found []place // up to limit+1, to know whether there are more
}

// place is where a finding stands in the order.
type place struct {
	value any // of the sort column: string, float64 or int64
	last  int64
	id    string
}

func (t *Tx) newLister(w Where, p Page) (*lister, error) {
	l := &lister{tx: t, where: w, desc: p.Sort.Desc, limit: p.Limit}
	if p.Sort.Attribute == "" {
		p.Sort.Attribute, l.desc = "service.eventLastSeen", true
	}
	var ok bool
	if l.col, ok = sortColumns[p.Sort.Attribute]; !ok {
		return nil, fault.New(fault.Invalid, "The request is rejected because the parameter sortCriteria has an invalid value.")
	}
	if l.limit <= 0 || l.limit > maxPage {
		l.limit = maxPage
	}
	var err error
	if l.tests, err = w.tests(); err != nil {
		return nil, err
	}
	if p.Token != "" {
		if l.after, ok = l.col.parse(p.Token); !ok {
			return nil, ErrToken
		}
	}
	return l, nil
}

// token has the form the real service's have: value-lastSeen-id, without the
// value when that is lastSeen itself.
func (l *lister) token(p place) string {
	tail := strconv.FormatInt(p.last, 10) + "-" + p.id
	switch v := p.value.(type) {
	case string:
		return v + "-" + tail
	case float64:
		s := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s + "-" + tail
	case int64:
		if l.col.name != "last_seen" {
			return strconv.FormatInt(v, 10) + "-" + tail
		}
	}
	return tail
}

// parse reads a token from its end, for the value may have hyphens.
func (c sortColumn) parse(token string) (*place, bool) {
	rest, id, ok := cutLast(clean(token))
	if !ok || id == "" {
		return nil, false
	}
	value, last, more := cutLast(rest)
	if !more {
		last = rest
	}
	ms, err := strconv.ParseInt(last, 10, 64)
	p := &place{last: ms, id: id}
	if err != nil || more == (c.name == "last_seen") {
		return nil, false
	}
	if !more {
		p.value = ms
		return p, true
	}
	switch c.kind {
	case finding.KindString:
		p.value = value
	case finding.KindTime:
		p.value, err = strconv.ParseInt(value, 10, 64)
	default:
		var x float64
		x, err = strconv.ParseFloat(value, 64)
		if x-x != 0 {
			return nil, false
		}
		p.value = x
	}
	return p, err == nil
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '-')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

// How far to look before choosing a way, in rows. They were chosen by
// measuring lists of 10,000 and 100,000 findings.
const (
	firstRows   = 1_000   // rows of the order that are looked at first
	fewRows     = 8_000   // findings that are collected and sorted without looking further
	secondRows  = 20_000  // rows of the order that are looked at before all
	countRows   = 500_000 // findings of one test that are counted to find the one with fewest
	collectCost = 3       // of collecting a finding, where looking at one in order is 1
)

// list finds the page. There are two ways: to walk the order of the sort and
// test each finding, which is fast when many meet the tests, and to collect
// the findings of the rarest test and sort them, which is fast when that is
// rare. The first rows of the order tell how many do; no statistics of the
// database are relied on. A way goes on where the one before it ended.
func (l *lister) list() error {
	if len(l.tests) == 0 && l.where.Members {
		return l.walkAll()
	}
	for walked, n := 0, firstRows; walked < secondRows; n = min(l.rest(walked)*3/2+100, secondRows) {
		if done, err := l.walk(n); done || err != nil {
			return err
		}
		if walked += n; walked > firstRows {
			continue
		}
		d, few, err := l.tx.driver(&l.where, l.tests, min(fewRows, l.rest(walked)))
		if err != nil {
			return err
		}
		if few {
			return l.collect(&d)
		}
	}
	var all int
	if _, err := l.tx.row([]any{&all}, `SELECT coalesce(max(seq), 0) FROM findings`); err != nil {
		return err
	}
	d, few, err := l.tx.driver(&l.where, l.tests, min(countRows, all/collectCost))
	if err != nil {
		return err
	}
	if few {
		return l.collect(&d)
	}
	return l.walkAll()
}

// rest is how many more rows of the order will fill the page, by what the
// walked ones had.
func (l *lister) rest(walked int) int {
	if len(l.found) == 0 {
		return secondRows
	}
	return walked * (l.limit + 1 - len(l.found)) / len(l.found)
}

// order is the ORDER BY clause over rows f whose sorted value is column col.
func (l *lister) order(col string) string {
	dir := ""
	if l.desc {
		dir = " DESC"
	}
	if l.col.name == "last_seen" {
		return "f.last_seen" + dir + ", f.id"
	}
	return "f." + col + dir + ", f.last_seen DESC, f.id"
}

// stretches are the conditions of the parts of the order that come after the
// token, one after the other: each is one range of the index, which a single
// condition with ORs would not be.
func (l *lister) stretches() []func(*query) string {
	if l.after == nil {
		return []func(*query) string{func(*query) string { return "1 = 1" }}
	}
	a, col, op := l.after, "f."+l.col.name, " > "
	if l.desc {
		op = " < "
	}
	tie := func(q *query) string { return "f.last_seen = " + q.arg(a.last) + " AND f.id > " + q.arg(a.id) }
	further := func(q *query) string { return col + op + q.arg(a.value) }
	if l.col.name == "last_seen" {
		return []func(*query) string{tie, further}
	}
	same := func(q *query) string { return col + " = " + q.arg(a.value) }
	return []func(*query) string{
		func(q *query) string { return same(q) + " AND " + tie(q) },
		func(q *query) string { return same(q) + " AND f.last_seen < " + q.arg(a.last) },
		further,
	}
}

// walk looks at the next n findings of the order, or some more. It is done when
// the page is full or there are no more.
func (l *lister) walk(n int) (done bool, err error) {
	for _, stretch := range l.stretches() {
		var q query
		meets := l.where.accounts(&q, "f.account") + " AND " + q.meets(l.tests)
		text := fmt.Sprintf(`SELECT f.id, f.last_seen, f.%s, CASE WHEN %s THEN 1 ELSE 0 END FROM findings f WHERE f.region = %s AND %s ORDER BY %s LIMIT %d`,
			l.col.name, meets, q.arg(l.where.Region), stretch(&q)+q.bounds("f."+l.col.name, l.tests), l.order(l.col.name), n)
		rows := 0
		err := l.tx.rows(func(scan func(...any) error) (bool, error) {
			rows++
			return l.take(scan)
		}, text, q.args...)
		if err != nil || len(l.found) > l.limit {
			return true, err
		}
		if rows == n {
			last := l.last
			l.after = &last
			return false, nil
		}
	}
	return true, nil
}

// walkAll goes through the order until the page is full.
func (l *lister) walkAll() error {
	for _, stretch := range l.stretches() {
		var q query
		meets := l.where.scope(&q, "f.region", unindexed("f.account")) + " AND " + q.meets(l.tests)
		text := fmt.Sprintf(`SELECT f.id, f.last_seen, f.%s, 1 FROM findings f WHERE %s AND %s ORDER BY %s LIMIT %d`,
			l.col.name, meets, stretch(&q)+q.bounds("f."+l.col.name, l.tests), l.order(l.col.name), l.limit+1-len(l.found))
		if err := l.tx.rows(l.take, text, q.args...); err != nil || len(l.found) > l.limit {
			return err
		}
	}
	return nil
}

// collect sorts what the driver leaves.
func (l *lister) collect(d *driver) error {
	var q query
	from := d.from(&q, l.tx.dialect) + " AND " + l.where.scope(&q, unindexed("f.region"), unindexed("f.account"))
	var after []string
	for _, stretch := range l.stretches() {
		after = append(after, stretch(&q))
	}
	text := fmt.Sprintf(`WITH hits AS MATERIALIZED (SELECT f.id, f.last_seen, f.%s AS value FROM %s AND (%s)) SELECT f.id, f.last_seen, f.value, 1 FROM hits f ORDER BY %s LIMIT %d`,
		l.col.name, from, strings.Join(after, " OR "), l.order("value"), l.limit+1-len(l.found))
	return l.tx.rows(l.take, text, q.args...)
}

// take reads one row and notes it if it meets the tests; more says whether the
// page has room.
func (l *lister) take(scan func(...any) error) (more bool, err error) {
	var p place
	var meets int
	var text string
	var real float64
	var whole int64
	dst := any(&whole)
	switch l.col.kind {
	case finding.KindString:
		dst = &text
	case finding.KindNumber:
		dst = &real
	}
	if err := scan(&p.id, &p.last, dst, &meets); err != nil {
		return false, err
	}
	switch l.col.kind {
	case finding.KindString:
		p.value = text
	case finding.KindNumber:
		p.value = real
	default:
		p.value = whole
	}
	l.last = p
	if meets == 1 {
		l.found = append(l.found, p)
	}
	return len(l.found) <= l.limit, nil
}
