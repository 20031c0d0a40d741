package store

import (
	"fmt"
	"slices"
	"time"

	"picket/finding"
	"picket/internal/fault"
)

// Group is what findings are counted by.
type Group string

// The groups, by the wire's names.
const (
	ByAccount  Group = "ACCOUNT"
	ByDate     Group = "DATE" // the UTC day of updatedAt, and severity
	ByType     Group = "FINDING_TYPE"
	ByResource Group = "RESOURCE"
	BySeverity Group = "SEVERITY"
)

// Count is one group of findings. Of the members before Total those are set
// that the group goes by.
type Count struct {
	Account      string // ByAccount, ByResource
	Type         string
	Resource     string // the resource's id; ResourceType is resource.resourceType
	ResourceType string
	Severity     float64   // BySeverity, ByDate
	Day          time.Time // midnight UTC
	Total        int       // findings, not occurrences
	Latest       time.Time // when the last was updated
}

// A counting is a group's SQL: the columns of findings f, or of the counters
// f, that it goes by, and how equal totals are ordered.
type counting struct {
	columns []string
	ties    []string
	dst     func(c *Count, day *int64) []any
}

const dayColumn = "f.updated - f.updated % 86400000" // milliseconds

var countings = map[Group]counting{
	ByAccount:  {[]string{"f.account"}, []string{"f.account"}, func(c *Count, _ *int64) []any { return []any{&c.Account} }},
	ByDate:     {[]string{dayColumn, "f.severity"}, []string{dayColumn, "f.severity"}, func(c *Count, day *int64) []any { return []any{day, &c.Severity} }},
	ByType:     {[]string{"f.type"}, []string{"f.type"}, func(c *Count, _ *int64) []any { return []any{&c.Type} }},
	BySeverity: {[]string{"f.severity"}, nil, func(c *Count, _ *int64) []any { return []any{&c.Severity} }},
	ByResource: {[]string{"f.account", "r.resource", "r.kind"}, []string{"r.resource", "f.account", "r.kind"},
		func(c *Count, _ *int64) []any { return []any{&c.Account, &c.Resource, &c.ResourceType} }},
}

// CountFindings counts findings in groups, largest first, equal ones by name;
// ascending turns that round. BySeverity is ordered by severity instead, the
// worst first. limit 0 is all groups. fault.Invalid for criteria and groups
// that can't be used.
//
// Criteria on nothing but account, region, severity, type, service.archived and
// ranges of updatedAt (ByResource: service.archived only) are answered from
// counters that are kept while findings are written, save the parts of days of
// such a range. Then Latest is when the last finding was counted in the group, be
// it that it has left since. Others take time in proportion to the findings
// that meet them.
func (t *Tx) CountFindings(w Where, g Group, ascending bool, limit int) ([]Count, error) {
	c, ok := countings[g]
	if !ok {
		return nil, fault.Newf(fault.Invalid, "Findings can't be counted by %q.", g)
	}
	tests, err := w.tests()
	if err != nil {
		return nil, err
	}
	var q query
	from, total, latest, err := t.countFrom(&q, &w, g, tests)
	if err != nil {
		return nil, err
	}
	out, err := t.readCounts(c, c.statement(g, from, total, latest, ascending, limit), q.args)
	if err != nil {
		return nil, fmt.Errorf("count findings by %s: %w", g, err)
	}
	return out, nil
}

// countFrom is the FROM clause to count over, of the counters if they do, and
// what one row counts.
func (t *Tx) countFrom(q *query, w *Where, g Group, tests []finding.Test) (from, total, latest string, err error) {
	if g == ByResource {
		if total, ok := resourceTotal(tests); ok {
			return "resource_cells f WHERE " + w.scope(q, "f.region", "f.account") + " AND " + total + " > 0", total, "f.latest", nil
		}
	} else if cond, ok := cellsHold(q, tests); ok {
		return fmt.Sprintf("finding_cells f WHERE f.grain = %d AND %s%s AND f.n > 0", grainOf(g, tests), w.scope(q, "f.region", "f.account"), cond), "f.n", "f.latest", nil
	}
	if v, others, ok := windowOf(tests); ok && g != ByResource && onCells(others) {
		return v.from(q, w, g, others), "f.n", "f.latest", nil
	}
	d, few, err := t.driver(w, tests, countRows)
	if err != nil {
		return "", "", "", err
	}
	if few {
		from = d.from(q, t.dialect) + " AND " + w.scope(q, unindexed("f.region"), unindexed("f.account"))
	} else {
		from = "findings f WHERE " + w.scope(q, "f.region", unindexed("f.account")) + " AND " + q.meets(tests)
	}
	if g == ByResource {
		from = t.dialect.join("(SELECT f.seq, f.account, f.updated FROM "+from+") f", "finding_resources", "r", "r.finding = f.seq")
	}
	return from, "1", "f.updated", nil
}

// cellColumns are the attributes that finding_cells has.
var cellColumns = map[string]bool{"accountId": true, "region": true, "service.archived": true, "severity": true, "type": true}

// cellsHold is the tests as a condition on counters; ok is false when a test
// is about what they don't tell apart.
func cellsHold(q *query, tests []finding.Test) (cond string, ok bool) {
	if !onCells(tests) {
		return "", false
	}
	for i := range tests {
		cond += " AND " + q.onRow(&tests[i])
	}
	return cond, true
}

// onCells says whether the tests are about what counters tell apart.
func onCells(tests []finding.Test) bool {
	return !slices.ContainsFunc(tests, func(t finding.Test) bool { return !cellColumns[t.Attribute.Path] })
}

// grainOf is the coarsest grain of counters that tells what is asked.
func grainOf(g Group, tests []finding.Test) int {
	types := slices.ContainsFunc(tests, func(t finding.Test) bool { return t.Attribute.Path == "type" })
	switch {
	case g != ByDate:
		return grainTypes
	case types:
		return grainDayTypes
	}
	return grainDays
}

// resourceTotal is what a resource's counters say when the tests are about
// service.archived alone.
func resourceTotal(tests []finding.Test) (total string, ok bool) {
	a := finding.LookupAttribute("service.archived")
	current, archived := true, true
	for i := range tests {
		if tests[i].Attribute != a {
			return "", false
		}
		current = current && tests[i].Match(finding.Values{{Attribute: a, Text: "false"}})
		archived = archived && tests[i].Match(finding.Values{{Attribute: a, Text: "true"}})
	}
	switch {
	case current && archived:
		return "f.n", true
	case current:
		return "f.unarchived", true
	case archived:
		return "(f.n - f.unarchived)", true
	}
	return "0", true
}

func (c *counting) statement(g Group, from, total, latest string, ascending bool, limit int) string {
	rename := func(column string) string { // the counters have these as columns of their own
		if total == "1" {
			return column
		}
		switch column {
		case dayColumn:
			return "f.day"
		case "r.resource":
			return "f.resource"
		case "r.kind":
			return "f.kind"
		}
		return column
	}
	dir, tie := " DESC", ""
	if ascending {
		dir, tie = "", " DESC"
	}
	columns, order := "", "n"+dir
	for i, col := range c.columns {
		columns += fmt.Sprintf("%s AS c%d, ", rename(col), i)
	}
	group := ""
	for i := range c.columns {
		if i > 0 {
			group += ", "
		}
		group += rename(c.columns[i])
	}
	for _, col := range c.ties {
		order += ", " + rename(col) + tie
	}
	if g == BySeverity {
		order = "f.severity" + dir
	}
	text := fmt.Sprintf("SELECT %sCAST(sum(%s) AS BIGINT) AS n, max(%s) FROM %s GROUP BY %s ORDER BY %s", columns, total, latest, from, group, order)
	if g == ByResource && total != "1" { // a row is a group
		text = fmt.Sprintf("SELECT %s%s AS n, %s FROM %s ORDER BY %s", columns, total, latest, from, order)
	}
	if limit > 0 {
		text += fmt.Sprintf(" LIMIT %d", limit)
	}
	return text
}

func (t *Tx) readCounts(c counting, text string, args []any) ([]Count, error) {
	var out []Count
	err := t.rows(func(scan func(...any) error) (bool, error) {
		var n Count
		var day, latest int64
		if err := scan(append(c.dst(&n, &day), &n.Total, &latest)...); err != nil {
			return false, err
		}
		if day > 0 {
			n.Day = fromMillis(day)
		}
		n.Latest = fromMillis(latest)
		out = append(out, n)
		return true, nil
	}, text, args...)
	return out, err
}
