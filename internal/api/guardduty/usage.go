package guardduty

import (
	"cmp"
	"context"
	"slices"
	"time"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/store"
)

func (a *API) usageRoutes() []awsrpc.Route {
	return []awsrpc.Route{awsrpc.Bind(wire.GetUsageStatistics, a.getUsageStatistics)}
}

const (
	usageTime = 30 * 24 * time.Hour // that statistics look back
	usageTop  = 50                  // entries of the statistics that list the largest
)

// A usageKind is one type of statistics: what usage is summed by, whether only
// the largest sums are told, largest first, and where the answer has them.
type usageKind struct {
	key func(*store.Usage) string // "": it is not part of these statistics
	top bool
	put func(*wire.UsageStatistics, []usageSum)
}

// A usageSum is what the usage of one account, source or resource costs.
type usageSum struct {
	Key     string
	Dollars float64
}

func byAccount(u *store.Usage) string  { return u.Account }
func byResource(u *store.Usage) string { return u.Resource }
func bySource(u *store.Usage) string   { return u.Source }

// usageKinds are the types of statistics but TOP_ACCOUNTS_BY_FEATURE, which has
// lists in a list.
var usageKinds = map[wire.UsageStatisticType]usageKind{
	wire.UsageStatisticTypeSumByAccount: {byAccount, false, func(out *wire.UsageStatistics, sums []usageSum) {
		out.SumByAccount = each(sums, func(s *usageSum) wire.UsageAccountResult {
			return wire.UsageAccountResult{AccountId: &s.Key, Total: s.total()}
		})
	}},
	wire.UsageStatisticTypeSumByDataSource: {byDataSource, false, func(out *wire.UsageStatistics, sums []usageSum) {
		out.SumByDataSource = each(sums, func(s *usageSum) wire.UsageDataSourceResult {
			return wire.UsageDataSourceResult{DataSource: new(wire.DataSource(s.Key)), Total: s.total()}
		})
	}},
	wire.UsageStatisticTypeSumByFeatures: {bySource, false, func(out *wire.UsageStatistics, sums []usageSum) {
		out.SumByFeature = each(sums, func(s *usageSum) wire.UsageFeatureResult {
			return wire.UsageFeatureResult{Feature: new(wire.UsageFeature(s.Key)), Total: s.total()}
		})
	}},
	wire.UsageStatisticTypeSumByResource: {byResource, false, func(out *wire.UsageStatistics, sums []usageSum) {
		out.SumByResource = each(sums, usageOfResource)
	}},
	wire.UsageStatisticTypeTopResources: {byResource, true, func(out *wire.UsageStatistics, sums []usageSum) {
		out.TopResources = each(sums, usageOfResource)
	}},
}

func usageOfResource(s *usageSum) wire.UsageResourceResult {
	return wire.UsageResourceResult{Resource: &s.Key, Total: s.total()}
}

// each is the list of what f makes of the elements; never nil, for the type of
// statistics that was asked for is answered also when there is nothing.
func each[T, R any](in []T, f func(*T) R) []R {
	out := make([]R, len(in))
	for i := range in {
		out[i] = f(&in[i])
	}
	return out
}

func (a *API) getUsageStatistics(ctx context.Context, in *wire.GetUsageStatisticsInput) (*wire.GetUsageStatisticsOutput, error) {
	s, out := scopeOf(ctx), &wire.GetUsageStatisticsOutput{UsageStatistics: &wire.UsageStatistics{}}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		if _, err := ownDetector(tx, s, *in.DetectorId); err != nil {
			return err
		}
		if in.Unit != nil && *in.Unit != currency {
			return errOutOfRange
		}
		wanted, err := usageFilter(in.UsageCriteria)
		if err != nil {
			return err
		}
		walk := func(f func(*store.Usage)) error {
			return tx.UsageTotals(store.Where{Region: s.Region, Account: s.Account, Members: true}, tx.Now.Add(-usageTime), func(u store.Usage) {
				if wanted(&u) {
					f(&u)
				}
			})
		}
		out.NextToken, err = fillUsage(out.UsageStatistics, in, walk)
		return err
	})
	return out, err
}

// A usageWalk calls a function with the usage that the criteria leave, of each
// account, source and resource.
type usageWalk func(func(*store.Usage)) error

// fillUsage sums the usage and puts the page that was asked for into out.
func fillUsage(out *wire.UsageStatistics, in *wire.GetUsageStatisticsInput, walk usageWalk) (next *string, err error) {
	if *in.UsageStatisticType == wire.UsageStatisticTypeTopAccountsByFeature {
		return fillTopAccounts(out, in, walk)
	}
	k := usageKinds[*in.UsageStatisticType]
	totals := map[string]float64{}
	err = walk(func(u *store.Usage) {
		if key := k.key(u); key != "" {
			totals[key] += dollars(u)
		}
	})
	if err != nil {
		return nil, err
	}
	sums, next, err := usagePage(sortUsage(totals, k.top), k.top, in)
	k.put(out, sums)
	return next, err
}

// fillTopAccounts tells the features, a page of them, with the accounts that
// used each most.
func fillTopAccounts(out *wire.UsageStatistics, in *wire.GetUsageStatisticsInput, walk usageWalk) (next *string, err error) {
	totals := map[string]map[string]float64{}
	features := map[string]float64{}
	err = walk(func(u *store.Usage) {
		if u.Source == string(wire.UsageFeatureRdsLoginEvents) {
			return // the service does not support it here
		}
		if totals[u.Source] == nil {
			totals[u.Source] = map[string]float64{}
		}
		totals[u.Source][u.Account] += dollars(u)
		features[u.Source] += dollars(u)
	})
	if err != nil {
		return nil, err
	}
	page, next, err := usagePage(sortUsage(features, false), false, in)
	out.TopAccountsByFeature = []wire.UsageTopAccountsResult{}
	for _, f := range page {
		r := wire.UsageTopAccountsResult{Feature: new(wire.UsageFeature(f.Key))}
		for _, s := range sortUsage(totals[f.Key], true) {
			r.Accounts = append(r.Accounts, wire.UsageTopAccountResult{AccountId: &s.Key, Total: s.total()})
		}
		out.TopAccountsByFeature = append(out.TopAccountsByFeature, r)
	}
	return next, err
}

// sortUsage lists sums by key; top lists the largest only, largest first.
func sortUsage(totals map[string]float64, top bool) []usageSum {
	sums := make([]usageSum, 0, len(totals))
	for key, dollars := range totals {
		sums = append(sums, usageSum{key, dollars})
	}
	slices.SortFunc(sums, func(a, b usageSum) int { return compareUsage(a, b, top) })
	if top && len(sums) > usageTop {
		sums = sums[:usageTop]
	}
	return sums
}

func compareUsage(a, b usageSum, top bool) int {
	if top {
		return cmp.Or(cmp.Compare(b.Dollars, a.Dollars), cmp.Compare(a.Key, b.Key))
	}
	return cmp.Compare(a.Key, b.Key)
}

// usagePage is the page of sorted sums that is asked for.
func usagePage(sums []usageSum, top bool, in *wire.GetUsageStatisticsInput) (page []usageSum, next *string, err error) {
	op := "GetUsageStatistics " + string(*in.UsageStatisticType)
	var after usageSum
	if err := readToken(op, in.NextToken, &after); err != nil {
		return nil, nil, err
	}
	for after.Key != "" && len(sums) > 0 && compareUsage(sums[0], after, top) <= 0 {
		sums = sums[1:]
	}
	limit := usageTop
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	if len(sums) <= limit {
		return sums, nil, nil
	}
	return sums[:limit], writeToken(op, sums[limit-1]), nil
}
