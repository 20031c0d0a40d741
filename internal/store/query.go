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
		table, rows := q.rows(&tests[i])
		cond += fmt.Sprintf(" AND %sEXISTS (SELECT 1 FROM %s t WHERE t.finding = %s AND %s LIMIT 1 OFFSET 0)", not, table, seq, rows)
	}
	return cond
}

// rows is the condition for the rows t of a table whose findings have a value
// that t names, whether the test is negated or not.
func (q *query) rows(t *finding.Test) (table, cond string) {
	if t.By == finding.ByRange {
		return "finding_numbers", q.numbers(t)
	}
	if len(t.Texts) == 0 {
		return "finding_terms", "1 = 0"
	}
	ps := make([]string, len(t.Texts))
	for i, v := range t.Texts {
		ps[i] = q.arg(hash(t.Attribute.Path, v))
	}
	return "finding_terms", "t.term IN (" + strings.Join(ps, ",") + ")"
}

func (q *query) numbers(t *finding.Test) string {
	if len(t.Ranges) == 0 {
		return "1 = 0"
	}
	any := make([]string, len(t.Ranges))
	for i, r := range t.Ranges {
		any[i] = q.within("t.value", r)
	}
	return "t.path = " + q.arg(hash(t.Attribute.Path)) + " AND (" + strings.Join(any, " OR ") + ")"
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
		table, rows := q.rows(&tests[i])
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
	table, rows := q.rows(d.test)
	distinct := "DISTINCT "
	if d.test.By == finding.ByText && len(d.test.Texts) == 1 {
		distinct = ""
	}
	from := fmt.Sprintf("(SELECT %st.finding AS finding FROM %s t WHERE %s) d", distinct, table, rows)
	tests := q.holds(d.rest, "d.finding")
	return on.join(from, "findings", "f", "f.seq = d.finding") + " AND " + tests
}
