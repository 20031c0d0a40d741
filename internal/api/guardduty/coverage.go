package guardduty

import (
	"context"
	"slices"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/store"
)

func (a *API) coverageRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.ListCoverage, a.listCoverage),
		awsrpc.Bind(wire.GetCoverageStatistics, a.getCoverageStatistics),
	}
}

// listCoverage lists the machines and clusters with the runtime agent. picket
// has none, so there are none.
func (a *API) listCoverage(ctx context.Context, in *wire.ListCoverageInput) (*wire.ListCoverageOutput, error) {
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		if _, err := ownDetector(tx, scopeOf(ctx), *in.DetectorId); err != nil {
			return err
		}
		if in.SortCriteria != nil && in.SortCriteria.AttributeName == nil {
			return errOutOfRange
		}
		if err := checkCoverage(in.FilterCriteria); err != nil {
			return err
		}
		var none string
		return readToken("ListCoverage", in.NextToken, &none)
	})
	return &wire.ListCoverageOutput{Resources: []wire.CoverageResource{}}, err
}

func (a *API) getCoverageStatistics(ctx context.Context, in *wire.GetCoverageStatisticsInput) (*wire.GetCoverageStatisticsOutput, error) {
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		if _, err := ownDetector(tx, scopeOf(ctx), *in.DetectorId); err != nil {
			return err
		}
		if len(in.StatisticsType) == 0 {
			return errOutOfRange
		}
		return checkCoverage(in.FilterCriteria)
	})
	out := &wire.CoverageStatistics{}
	if slices.Contains(in.StatisticsType, wire.CoverageStatisticsTypeCountByResourceType) {
		out.CountByResourceType = map[string]int64{}
	}
	if slices.Contains(in.StatisticsType, wire.CoverageStatisticsTypeCountByCoverageStatus) {
		out.CountByCoverageStatus = map[string]int64{}
	}
	return &wire.GetCoverageStatisticsOutput{CoverageStatistics: out}, err
}

// checkCoverage refuses criteria without a key or a condition.
func checkCoverage(c *wire.CoverageFilterCriteria) error {
	if c == nil {
		return nil
	}
	for _, f := range c.FilterCriterion {
		if f.CriterionKey == nil || f.FilterCondition == nil || len(f.FilterCondition.Equals)+len(f.FilterCondition.NotEquals) == 0 {
			return errOutOfRange
		}
	}
	return nil
}
