package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"picket/finding"
	"picket/internal/fault"
	"picket/internal/store/index"
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

// scope is the condition that f, a finding or other row, is of the region and of
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

// query is what the index is asked: fault.Invalid when the criteria are not valid
// for a query.
func (t *Tx) query(w *Where) (*index.Query, error) {
	if err := w.Criteria.ValidateQuery(); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, err.Error())
	}
	tests, err := w.Criteria.Tests()
	if err != nil {
		return nil, err
	}
	accounts, err := t.accountsOf(w)
	if err != nil {
		return nil, err
	}
	return &index.Query{Region: w.Region, Accounts: accounts, Tests: tests}, nil
}

// accountsOf are the accounts whose findings w selects.
func (t *Tx) accountsOf(w *Where) (map[string]bool, error) {
	out := map[string]bool{w.Account: true}
	if !w.Members {
		return out, nil
	}
	err := t.rows(func(scan func(...any) error) (bool, error) {
		var id string
		err := scan(&id)
		out[id] = true
		return true, err
	}, `SELECT id FROM resources WHERE kind = 'member' AND region = $1 AND account = $2 AND status IN ($3, $4)`, w.Region, w.Account, MemberEnabled, MemberDisabled)
	if err != nil {
		return nil, fmt.Errorf("read the members of %s: %w", w.Account, err)
	}
	return out, nil
}
