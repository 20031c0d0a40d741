package e2e

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
)

// TestNoUsage: nothing was processed yet. What is told of usage that there is,
// tests of the API itself check.
func TestNoUsage(t *testing.T) { each(t, testNoUsage) }

func testNoUsage(t *testing.T, w *world) {
	c, detector := w.admin, w.admin.detector(t)
	ask := func(kind types.UsageStatisticType, change func(*guardduty.GetUsageStatisticsInput)) (*types.UsageStatistics, error) {
		in := &guardduty.GetUsageStatisticsInput{DetectorId: &detector, UsageStatisticType: kind, UsageCriteria: &types.UsageCriteria{}}
		if change != nil {
			change(in)
		}
		out, err := c.GetUsageStatistics(t.Context(), in)
		if err != nil {
			return nil, err
		}
		if out.NextToken != nil {
			t.Errorf("%s: token %s", kind, *out.NextToken)
		}
		return out.UsageStatistics, nil
	}
	for _, kind := range types.UsageStatisticType("").Values() {
		out, err := ask(kind, func(in *guardduty.GetUsageStatisticsInput) { in.Unit = aws.String("USD") })
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		for name, there := range map[types.UsageStatisticType]bool{
			"SUM_BY_ACCOUNT": out.SumByAccount != nil, "SUM_BY_DATA_SOURCE": out.SumByDataSource != nil, "SUM_BY_RESOURCE": out.SumByResource != nil,
			"TOP_RESOURCES": out.TopResources != nil, "SUM_BY_FEATURES": out.SumByFeature != nil, "TOP_ACCOUNTS_BY_FEATURE": out.TopAccountsByFeature != nil,
		} {
			if there != (name == kind) {
				t.Errorf("%s: the list of %s is there: %t", kind, name, there)
			}
		}
	}
	for _, bad := range []struct {
		change  func(*guardduty.GetUsageStatisticsInput)
		message string
	}{
		{func(in *guardduty.GetUsageStatisticsInput) { in.DetectorId = aws.String(unknownID) }, notOwned},
		{func(in *guardduty.GetUsageStatisticsInput) { in.Unit = aws.String("EUR") }, outOfRange},
		{func(in *guardduty.GetUsageStatisticsInput) { in.MaxResults = aws.Int32(0) }, "The request is rejected because the parameter maxResults is out-of-bounds."},
		{func(in *guardduty.GetUsageStatisticsInput) { in.MaxResults = aws.Int32(51) }, "The request is rejected because the parameter maxResults is out-of-bounds."},
		{func(in *guardduty.GetUsageStatisticsInput) { in.NextToken = aws.String("x") }, "The request is rejected because an invalid next token is specified"},
		{func(in *guardduty.GetUsageStatisticsInput) { in.UsageStatisticType = "SUM_BY_WEATHER" }, "The request is rejected because the JSON could not be processed."},
		{func(in *guardduty.GetUsageStatisticsInput) { in.UsageCriteria.AccountIds = []string{"1"} }, outOfRange},
		{func(in *guardduty.GetUsageStatisticsInput) { in.UsageCriteria.AccountIds = make([]string, 51) }, outOfRange},
		{func(in *guardduty.GetUsageStatisticsInput) {
			in.UsageCriteria.DataSources, in.UsageCriteria.Features = []types.DataSource{"DNS_LOGS"}, []types.UsageFeature{"DNS_LOGS"}
		}, outOfRange},
	} {
		_, err := ask("SUM_BY_ACCOUNT", bad.change)
		refused(t, err, "BadRequestException", bad.message)
	}
}
