package store

import (
	"fmt"
	"time"

	"picket/internal/fault"
	"picket/internal/store/index"
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

var groups = map[Group]index.Group{ByAccount: index.ByAccount, ByDate: index.ByDay, ByType: index.ByType, ByResource: index.ByResource, BySeverity: index.BySeverity}

// CountFindings counts findings in groups, largest first, equal ones by name;
// ascending turns that round. BySeverity is ordered by severity instead, the
// worst first. limit 0 is all groups. fault.Invalid for criteria and groups
// that can't be used.
func (t *Tx) CountFindings(w Where, g Group, ascending bool, limit int) ([]Count, error) {
	by, ok := groups[g]
	if !ok {
		return nil, fault.Newf(fault.Invalid, "Findings can't be counted by %q.", g)
	}
	q, err := t.query(&w)
	if err != nil {
		return nil, err
	}
	v, err := t.view()
	if err != nil {
		return nil, fmt.Errorf("count findings by %s: %w", g, err)
	}
	var out []Count
	for _, n := range v.Count(q, by, ascending, limit) {
		c := Count{Account: n.Account, Type: n.Type, Resource: n.Resource.ID, ResourceType: n.Resource.Kind, Severity: n.Severity,
			Total: n.N, Latest: fromMillis(n.Latest)}
		if n.Day > 0 {
			c.Day = fromMillis(n.Day)
		}
		out = append(out, c)
	}
	return out, nil
}
