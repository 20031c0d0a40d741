package store

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"picket/finding"
	"picket/internal/fault"
)

// Where selects findings.
type Where struct {
	Region   string
	Account  string
	Members  bool             // those of Account's members too
	Criteria finding.Criteria // nil is all; patterns can't be asked for
}

// query builds the arguments of one statement.
type query struct{ args []any }

func (q *query) clone() query { return query{slices.Clone(q.args)} }

// arg adds an argument and returns its placeholder.
func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

// list adds arguments and returns their placeholders with commas between.
func (q *query) list(vs []string) string {
	ps := make([]string, len(vs))
	for i, v := range vs {
		ps[i] = q.arg(clean(v))
	}
	return strings.Join(ps, ",")
}

// scope is the condition that finding f, or counter f, is of the region and of
// the accounts, which region and account are columns of. A column in an
// expression, as in unindexed, is one that no index is used for.
func (w *Where) scope(q *query, region, account string) string {
	return region + " = " + q.arg(w.Region) + " AND " + w.accounts(q, account)
}

// unindexed keeps a text column from looking like a way to begin, where the
// query says another.
func unindexed(column string) string { return column + " || ''" }

// accounts is the condition that account, an expression, is one of the accounts.
func (w *Where) accounts(q *query, account string) string {
	mine := q.arg(w.Account)
	if !w.Members {
		return account + " = " + mine
	}
	return fmt.Sprintf(`(%s = %s OR EXISTS (SELECT 1 FROM resources m WHERE m.kind = 'member' AND m.region = f.region AND m.account = %s AND m.id = f.account
		AND m.status IN ('%s', '%s') LIMIT 1 OFFSET 0))`, account, mine, mine, MemberEnabled, MemberDisabled)
}

// tests takes the criteria apart: fault.Invalid when they are not valid for a
// query.
func (w *Where) tests() ([]finding.Test, error) {
	if err := w.Criteria.ValidateQuery(); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, err.Error())
	}
	return w.Criteria.Tests()
}

// meets is the condition that finding f meets all tests.
func (q *query) meets(tests []finding.Test) string {
	inRow, others := split(tests)
	cond := q.holds(others, "f.seq")
	for i := range inRow {
		cond = q.onRow(&inRow[i]) + " AND " + cond
	}
	return cond
}

// A column of findings that holds an attribute every finding has.
type column struct {
	name string
	time bool // whole milliseconds
}

var columns = map[string]column{
	"accountId": {name: "f.account"}, "id": {name: "f.id"}, "region": {name: "f.region"}, "type": {name: "f.type"},
	"severity": {name: "f.severity"}, "service.archived": {name: "f.archived"},
	"createdAt": {"f.created", true}, "updatedAt": {"f.updated", true},
	"service.eventFirstSeen": {"f.first_seen", true}, "service.eventLastSeen": {"f.last_seen", true},
}

// split parts the tests on columns from the others.
func split(tests []finding.Test) (inRow, others []finding.Test) {
	for _, t := range tests {
		if _, ok := columns[t.Attribute.Path]; ok {
			inRow = append(inRow, t)
		} else {
			others = append(others, t)
		}
	}
	return inRow, others
}

// onRow is the condition that finding f, or counter f, meets a test on one of
// its columns. No index is used for it.
func (q *query) onRow(t *finding.Test) string {
	c := columns[t.Attribute.Path]
	any := []string{"1 = 0"}
	for _, v := range t.Texts {
		if t.Attribute.Kind == finding.KindBool {
			any = append(any, fmt.Sprintf("%s + 0 = %d", c.name, bit(v == "true")))
			continue
		}
		any = append(any, unindexed(c.name)+" = "+q.arg(key(v)))
	}
	number := c.name + " + 0"
	if c.time {
		number = "CAST(" + c.name + " AS DOUBLE PRECISION)"
	}
	for _, r := range t.Ranges {
		any = append(any, c.name+" <> 0 AND "+q.within(number, r)) // 0 stands for none
	}
	not := ""
	if t.Negate {
		not = "NOT "
	}
	return not + "(" + strings.Join(any, " OR ") + ")"
}

// bounds is the part of an order by column that tests can be met in: a
// condition that an index over the column begins and ends with.
func (q *query) bounds(name string, tests []finding.Test) string {
	cond := ""
	for i := range tests {
		t := &tests[i]
		c := columns[t.Attribute.Path]
		if t.Negate || c.name != name {
			continue
		}
		if len(t.Texts) > 0 && t.Attribute.Kind == finding.KindString {
			cond += " AND " + name + " >= " + q.arg(key(slices.Min(t.Texts))) + " AND " + name + " <= " + q.arg(key(slices.Max(t.Texts)))
		}
		if len(t.Ranges) == 0 {
			continue
		}
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, r := range t.Ranges {
			lo, hi = min(lo, r.Lo), max(hi, r.Hi)
		}
		cond += " AND " + name + " >= " + q.arg(c.bound(lo)) + " AND " + name + " <= " + q.arg(c.bound(hi))
	}
	return cond
}

// bound is x as the column has numbers, at most one off.
func (c column) bound(x float64) any {
	const most = 1 << 60
	x = min(max(x, -most), most)
	if c.time {
		return int64(math.Floor(x))
	}
	return x
}

// holds is the condition that finding seq, an expression, meets all tests.
//
// OFFSET keeps PostgreSQL from turning the subquery into a join: it is a
// look-up for each row, as on SQLite. Which way round to go is decided by
// lister and CountFindings.
func (q *query) holds(tests []finding.Test, seq string) string {
	cond := "1 = 1"
	for i := range tests {
		not := ""
		if tests[i].Negate {
			not = "NOT "
		}
		table, rows := q.rows(&tests[i], "h")
		cond += fmt.Sprintf(" AND %sEXISTS (SELECT 1 FROM %s h WHERE h.finding = %s AND %s LIMIT 1 OFFSET 0)", not, table, seq, rows)
	}
	return cond
}

// rows is the condition for the rows, by their alias, of a table whose findings
// have a value that t names, whether the test is negated or not.
func (q *query) rows(t *finding.Test, alias string) (table, cond string) {
	if t.By == finding.ByRange {
		return "finding_numbers", q.numbers(t, alias)
	}
	if len(t.Texts) == 0 {
		return "finding_terms", "1 = 0"
	}
	ps := make([]string, len(t.Texts))
	for i, v := range t.Texts {
		ps[i] = q.arg(hash(t.Attribute.Path, v))
	}
	return "finding_terms", alias + ".term IN (" + strings.Join(ps, ",") + ")"
}

func (q *query) numbers(t *finding.Test, alias string) string {
	if len(t.Ranges) == 0 {
		return "1 = 0"
	}
	any := make([]string, len(t.Ranges))
	for i, r := range t.Ranges {
		any[i] = q.within(alias+".value", r)
	}
	return alias + ".path = " + q.arg(hash(t.Attribute.Path)) + " AND (" + strings.Join(any, " OR ") + ")"
}

// within is the condition that a column lies in r.
func (q *query) within(column string, r finding.Range) string {
	cond := "1 = 1"
	bound := func(x float64, open bool, op string) {
		if math.IsInf(x, 0) {
			return
		}
		if !open {
			op += "="
		}
		cond += " AND " + column + " " + op + " " + q.arg(x)
	}
	bound(r.Lo, r.LoOpen, ">")
	bound(r.Hi, r.HiOpen, "<")
	return "(" + cond + ")"
}

// A driver is where a query can start: the findings that one test, or the
// account, is met by.
type driver struct {
	test *finding.Test
	rest []finding.Test // the other tests
	n    int            // findings, or as many as were counted
}

// driver finds the test that fewest findings meet, counting up to limit.
// Negated tests are no start. ok is false when there is none below limit.
func (t *Tx) driver(w *Where, tests []finding.Test, limit int) (best driver, ok bool, err error) {
	best.n = limit
	if !w.Members {
		account := finding.Test{Attribute: finding.LookupAttribute("accountId"), Texts: []string{w.Account}}
		tests = append(slices.Clone(tests), account)
	}
	for i := range tests {
		if tests[i].Negate {
			continue
		}
		var q query
		table, rows := q.rows(&tests[i], "t")
		var n int
		if _, err := t.row([]any{&n}, fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 AS one FROM %s t WHERE %s LIMIT %d) x`, table, rows, best.n), q.args...); err != nil {
			return best, false, fmt.Errorf("count %s: %w", tests[i].Attribute.Path, err)
		}
		if n < best.n {
			best, ok = driver{&tests[i], slices.Delete(slices.Clone(tests), i, i+1), n}, true
		}
	}
	return best, ok, nil
}

// from is a FROM clause of the findings f that the driver starts from and all
// its tests leave.
func (d *driver) from(q *query, on *dialect) string {
	table, rows := q.rows(d.test, "t")
	distinct := "DISTINCT "
	if d.test.By == finding.ByText && len(d.test.Texts) == 1 {
		distinct = ""
	}
	inRow, others := split(d.rest)
	from := fmt.Sprintf("(SELECT %st.finding AS finding FROM %s t WHERE %s AND %s) d", distinct, table, rows, q.holds(others, "t.finding"))
	from = on.join(from, "findings", "f", "f.seq = d.finding")
	for i := range inRow {
		from += " AND " + q.onRow(&inRow[i])
	}
	return from
}
