package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"picket/event"
)

// A question is one kind of request, asked with other values each time.
type question struct {
	name string
	ask  func(ctx context.Context, c *guardduty.Client, d dice, size int) error
}

type criteria = map[string]types.Condition

func equals(values ...string) types.Condition { return types.Condition{Equals: values} }

// since is the time some days before the last event, in Unix milliseconds.
func since(n int) int64 { return int64(newest - event.Time(n)*event.Day) }

// criteriaKinds are what lists and statistics are asked with: what consoles and
// scripts ask for, from all findings to none.
var criteriaKinds = []struct {
	name string
	make func(d dice) criteria
}{
	{"all", func(dice) criteria { return nil }},
	{"current", func(dice) criteria { return criteria{"service.archived": equals("false")} }},
	{"archived", func(dice) criteria { return criteria{"service.archived": equals("true")} }},
	{"current, severity from 7", func(dice) criteria {
		return criteria{"service.archived": equals("false"), "severity": {GreaterThanOrEqual: aws.Int64(7)}}
	}},
	{"last days", func(d dice) criteria {
		return criteria{"updatedAt": {GreaterThanOrEqual: aws.Int64(since(1 + d.IntN(7)))}}
	}},
	{"current, last days, severity", func(d dice) criteria {
		return criteria{"service.archived": equals("false"), "updatedAt": {GreaterThan: aws.Int64(since(1 + d.IntN(30)))}, "severity": equals("8", "7")}
	}},
	{"type", func(d dice) criteria { return criteria{"type": equals(raised[d.IntN(len(raised))].Name)} }},
	{"types, current", func(d dice) criteria {
		return criteria{"type": equals(raised[d.skewed(len(raised))].Name, raised[d.IntN(len(raised))].Name), "service.archived": equals("false")}
	}},
	{"not type", func(d dice) criteria {
		return criteria{"type": {NotEquals: []string{raised[d.skewed(len(raised))].Name}}}
	}},
	{"account", func(d dice) criteria { return criteria{"accountId": equals(accounts[d.IntN(len(accounts))])} }},
	{"instance", func(d dice) criteria {
		return criteria{"resource.instanceDetails.instanceId": equals(fmt.Sprintf("i-%017x", d.skewed(5000)))}
	}},
	{"bucket", func(d dice) criteria {
		return criteria{"resource.s3BucketDetails.name": equals(fmt.Sprintf("bucket-%d", d.skewed(800)))}
	}},
	{"user, not archived", func(d dice) criteria {
		return criteria{"resource.accessKeyDetails.userName": equals(fmt.Sprintf("user-%d", d.skewed(3000))), "service.archived": equals("false")}
	}},
	{"remote address", func(d dice) criteria {
		return criteria{"service.action.networkConnectionAction.remoteIpDetails.ipAddressV4": equals(fmt.Sprintf("198.%d.%d.%d", 18+d.IntN(2), d.IntN(256), d.skewed(256)))}
	}},
	{"country, severity", func(d dice) criteria {
		return criteria{"service.action.networkConnectionAction.remoteIpDetails.country.countryName": equals(countries[d.skewed(len(countries))]), "severity": {GreaterThan: aws.Int64(int64(1 + d.IntN(7)))}}
	}},
	{"tag, last days", func(d dice) criteria {
		return criteria{"resource.instanceDetails.tags.value": equals(fmt.Sprintf("team-%d", d.IntN(20))), "updatedAt": {GreaterThan: aws.Int64(since(1 + d.IntN(30)))}}
	}},
	{"port below", func(d dice) criteria {
		return criteria{"service.action.networkConnectionAction.localPortDetails.port": {LessThan: aws.Int64(int64(1 + d.IntN(9000)))}}
	}},
	{"count above, type", func(d dice) criteria {
		return criteria{"service.count": {GreaterThan: aws.Int64(int64(d.IntN(500)))}, "type": equals(raised[d.skewed(len(raised))].Name)}
	}},
	{"port, country, not type", func(d dice) criteria {
		return criteria{"service.action.networkConnectionAction.localPortDetails.port": equals(fmt.Sprint(ports[d.IntN(len(ports))])),
			"service.action.networkConnectionAction.remoteIpDetails.country.countryName": equals(countries[d.IntN(len(countries))]),
			"type": {NotEquals: []string{raised[0].Name}}}
	}},
	{"nothing", func(dice) criteria { return criteria{"resource.instanceDetails.instanceId": equals("i-none")} }},
}

// sorts are the attributes that lists can be sorted by.
var sorts = []string{"accountId", "confidence", "createdAt", "updatedAt", "severity", "type", "service.eventFirstSeen", "service.eventLastSeen"}

// sort is the service's own one time in three, otherwise any.
func (d dice) sort() *types.SortCriteria {
	if d.IntN(3) == 0 {
		return nil
	}
	return &types.SortCriteria{AttributeName: &sorts[d.IntN(len(sorts))], OrderBy: d.order()}
}

func (d dice) order() types.OrderBy { return types.OrderBy("").Values()[d.IntN(2)] }

// questions are all that is asked.
func questions() []question {
	var out []question
	for _, k := range criteriaKinds {
		out = append(out, question{"ListFindings, " + k.name, func(ctx context.Context, c *guardduty.Client, d dice, _ int) error {
			_, err := c.ListFindings(ctx, list(d, k.make(d)))
			return err
		}})
	}
	out = append(out, question{"ListFindings, third page", thirdPage}, question{"GetFindings, 50", fifty})
	for _, by := range types.GroupByType("").Values() {
		for _, k := range criteriaKinds[:6] {
			out = append(out, statistics(string(by)+", "+k.name, by, k.make))
		}
		out = append(out, statistics(string(by)+", rare", by, func(d dice) criteria { return criteriaKinds[10+d.IntN(4)].make(d) }))
		out = append(out, statistics(string(by)+", common", by, func(d dice) criteria { return criteriaKinds[14+d.IntN(5)].make(d) }))
	}
	return append(out, question{"GetFindingsStatistics, COUNT_BY_SEVERITY", countBySeverity})
}

func list(d dice, c criteria) *guardduty.ListFindingsInput {
	in := &guardduty.ListFindingsInput{DetectorId: aws.String(detectorID), SortCriteria: d.sort()}
	if c != nil {
		in.FindingCriteria = &types.FindingCriteria{Criterion: c}
	}
	return in
}

// thirdPage is timed as a whole: three requests.
func thirdPage(ctx context.Context, c *guardduty.Client, d dice, _ int) error {
	in := list(d, nil)
	for range 3 {
		out, err := c.ListFindings(ctx, in)
		if err != nil {
			return err
		}
		in.NextToken = out.NextToken
	}
	return nil
}

func fifty(ctx context.Context, c *guardduty.Client, d dice, size int) error {
	in := &guardduty.GetFindingsInput{DetectorId: aws.String(detectorID)}
	for range 50 {
		in.FindingIds = append(in.FindingIds, idOf(d.IntN(size)))
	}
	out, err := c.GetFindings(ctx, in)
	if err == nil && len(out.Findings) == 0 {
		return fmt.Errorf("none of 50 findings is there")
	}
	return err
}

func statistics(name string, by types.GroupByType, make func(dice) criteria) question {
	return question{"GetFindingsStatistics, " + name, func(ctx context.Context, c *guardduty.Client, d dice, _ int) error {
		in := &guardduty.GetFindingsStatisticsInput{DetectorId: aws.String(detectorID), GroupBy: by, OrderBy: d.order()}
		if c := make(d); c != nil {
			in.FindingCriteria = &types.FindingCriteria{Criterion: c}
		}
		_, err := c.GetFindingsStatistics(ctx, in)
		return err
	}}
}

func countBySeverity(ctx context.Context, c *guardduty.Client, _ dice, _ int) error {
	_, err := c.GetFindingsStatistics(ctx, &guardduty.GetFindingsStatisticsInput{DetectorId: aws.String(detectorID),
		FindingStatisticTypes: []types.FindingStatisticType{types.FindingStatisticTypeCountBySeverity}})
	return err
}
