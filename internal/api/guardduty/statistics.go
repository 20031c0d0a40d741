package guardduty

import (
	"context"
	"strconv"
	"strings"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
	"picket/internal/store"
)

// usualGroups is how many groups are told unless the request says otherwise.
const usualGroups = 25

func (a *API) findingsStatistics(ctx context.Context, in *wire.GetFindingsStatisticsInput) (*wire.GetFindingsStatisticsOutput, error) {
	out := &wire.GetFindingsStatisticsOutput{}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		w, err := visible(tx, scopeOf(ctx), *in.DetectorId)
		if err != nil {
			return err
		}
		if err := oneSelector(in); err != nil {
			return err
		}
		w.Criteria = criteriaOf(in.FindingCriteria)
		if in.GroupBy == nil {
			out.FindingStatistics, err = countBySeverity(tx, w)
			return err
		}
		limit := usualGroups
		if in.MaxResults != nil {
			limit = int(*in.MaxResults)
		}
		counts, err := tx.CountFindings(w, store.Group(*in.GroupBy), in.OrderBy != nil && *in.OrderBy == wire.OrderByAsc, limit)
		if err != nil {
			return err
		}
		out.FindingStatistics = grouped(*in.GroupBy, counts)
		return nil
	})
	return out, err
}

// oneSelector refuses requests that say neither or both of what to count by, and
// the members of the one beside the other.
func oneSelector(in *wire.GetFindingsStatisticsInput) error {
	old := len(in.FindingStatisticTypes) > 0
	refusal := ""
	switch {
	case !old && in.GroupBy == nil:
		refusal = "both FindingStatisticType and GroupBy field is missing."
	case old && in.GroupBy != nil:
		refusal = "both FindingStatisticType and GroupBy field is specified."
	case old && in.MaxResults != nil:
		refusal = "maxResults is not a valid argument for findingStatisticTypes."
	case old && in.OrderBy != nil:
		refusal = "orderBy is not a valid argument for findingStatisticTypes."
	default:
		return nil
	}
	return fault.New(fault.Invalid, "The request is rejected because "+refusal)
}

// countBySeverity is the older form: counts by severity, which is written as a
// decimal.
func countBySeverity(tx *store.Tx, w store.Where) (*wire.FindingStatistics, error) {
	counts, err := tx.CountFindings(w, store.BySeverity, false, 0)
	out := make(map[string]int32, len(counts))
	for _, c := range counts {
		severity := strconv.FormatFloat(c.Severity, 'f', -1, 64)
		if !strings.Contains(severity, ".") {
			severity += ".0"
		}
		out[severity] = int32(c.Total)
	}
	return &wire.FindingStatistics{CountBySeverity: out}, err
}

// grouped is the newer form: one of its lists.
func grouped(by wire.GroupByType, counts []store.Count) *wire.FindingStatistics {
	out := &wire.FindingStatistics{}
	switch by {
	case wire.GroupByTypeAccount:
		out.GroupedByAccount = rows(counts, func(c *store.Count, total *int32) wire.AccountStatistics {
			return wire.AccountStatistics{AccountId: &c.Account, LastGeneratedAt: &c.Latest, TotalFindings: total}
		})
	case wire.GroupByTypeDate:
		out.GroupedByDate = rows(counts, func(c *store.Count, total *int32) wire.DateStatistics {
			return wire.DateStatistics{Date: &c.Day, LastGeneratedAt: &c.Latest, Severity: &c.Severity, TotalFindings: total}
		})
	case wire.GroupByTypeFindingType:
		out.GroupedByFindingType = rows(counts, func(c *store.Count, total *int32) wire.FindingTypeStatistics {
			return wire.FindingTypeStatistics{FindingType: &c.Type, LastGeneratedAt: &c.Latest, TotalFindings: total}
		})
	case wire.GroupByTypeResource:
		out.GroupedByResource = rows(counts, func(c *store.Count, total *int32) wire.ResourceStatistics {
			return wire.ResourceStatistics{AccountId: &c.Account, LastGeneratedAt: &c.Latest, ResourceId: &c.Resource, ResourceType: &c.ResourceType, TotalFindings: total}
		})
	case wire.GroupByTypeSeverity:
		out.GroupedBySeverity = rows(counts, func(c *store.Count, total *int32) wire.SeverityStatistics {
			return wire.SeverityStatistics{LastGeneratedAt: &c.Latest, Severity: &c.Severity, TotalFindings: total}
		})
	}
	return out
}

// rows makes a list, which is empty rather than absent.
func rows[T any](counts []store.Count, row func(c *store.Count, total *int32) T) []T {
	out := make([]T, len(counts))
	for i := range counts {
		out[i] = row(&counts[i], new(int32(counts[i].Total)))
	}
	return out
}
