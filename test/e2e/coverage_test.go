package e2e

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
)

func TestCoverage(t *testing.T) { each(t, testCoverage) }

func testCoverage(t *testing.T, w *world) {
	c, detector := w.admin, w.admin.detector(t)
	criteria := func(key types.CoverageFilterCriterionKey, values ...string) *types.CoverageFilterCriteria {
		return &types.CoverageFilterCriteria{FilterCriterion: []types.CoverageFilterCriterion{{CriterionKey: key, FilterCondition: &types.CoverageFilterCondition{Equals: values}}}}
	}
	list := func(change func(*guardduty.ListCoverageInput)) (*guardduty.ListCoverageOutput, error) {
		in := &guardduty.ListCoverageInput{DetectorId: &detector}
		change(in)
		return c.ListCoverage(t.Context(), in)
	}
	for name, change := range map[string]func(*guardduty.ListCoverageInput){
		"all":      func(*guardduty.ListCoverageInput) {},
		"filtered": func(in *guardduty.ListCoverageInput) { in.FilterCriteria = criteria("RESOURCE_TYPE", "EKS") },
		"sorted": func(in *guardduty.ListCoverageInput) {
			in.SortCriteria = &types.CoverageSortCriteria{AttributeName: "UPDATED_AT", OrderBy: "DESC"}
		},
	} {
		if out, err := list(change); err != nil || out.Resources == nil || len(out.Resources) > 0 || out.NextToken != nil {
			t.Errorf("%s: %+v, %v", name, out, err)
		}
	}
	for _, bad := range []struct {
		change  func(*guardduty.ListCoverageInput)
		message string
	}{
		{func(in *guardduty.ListCoverageInput) { in.DetectorId = aws.String(unknownID) }, notOwned},
		{func(in *guardduty.ListCoverageInput) { in.DetectorId = aws.String("x") }, invalidDetector},
		{func(in *guardduty.ListCoverageInput) { in.MaxResults = aws.Int32(51) }, "The request is rejected because the parameter maxResults is out-of-bounds."},
		{func(in *guardduty.ListCoverageInput) { in.NextToken = aws.String("x") }, "The request is rejected because an invalid next token is specified"},
		{func(in *guardduty.ListCoverageInput) { in.FilterCriteria = criteria("ACCOUNT_ID") }, outOfRange},
		{func(in *guardduty.ListCoverageInput) {
			in.FilterCriteria = &types.CoverageFilterCriteria{FilterCriterion: make([]types.CoverageFilterCriterion, 51)}
		}, outOfRange},
		{func(in *guardduty.ListCoverageInput) { in.SortCriteria = &types.CoverageSortCriteria{OrderBy: "ASC"} }, outOfRange},
		{func(in *guardduty.ListCoverageInput) { in.FilterCriteria = criteria("WEATHER", "fair") }, "The request is rejected because the JSON could not be processed."},
	} {
		_, err := list(bad.change)
		refused(t, err, "BadRequestException", bad.message)
	}
}

func TestCoverageStatistics(t *testing.T) { each(t, testCoverageStatistics) }

func testCoverageStatistics(t *testing.T, w *world) {
	c, detector := w.admin, w.admin.detector(t)
	count := func(c *client, kinds ...types.CoverageStatisticsType) (*guardduty.GetCoverageStatisticsOutput, error) {
		return c.GetCoverageStatistics(t.Context(), &guardduty.GetCoverageStatisticsInput{DetectorId: &detector, StatisticsType: kinds})
	}
	out, err := count(c, "COUNT_BY_COVERAGE_STATUS")
	if err != nil {
		t.Fatal(err)
	}
	if s := out.CoverageStatistics; s.CountByCoverageStatus == nil || len(s.CountByCoverageStatus) > 0 || s.CountByResourceType != nil {
		t.Errorf("by status: %+v", s)
	}
	if out, err = count(c, "COUNT_BY_COVERAGE_STATUS", "COUNT_BY_RESOURCE_TYPE"); err != nil || out.CoverageStatistics.CountByCoverageStatus == nil || out.CoverageStatistics.CountByResourceType == nil {
		t.Errorf("both: %+v, %v", out, err)
	}
	_, err = count(c, "COUNT_BY_WEATHER")
	refused(t, err, "BadRequestException", "The request is rejected because the JSON could not be processed.")
	_, err = count(c, []types.CoverageStatisticsType{}...)
	if err == nil {
		t.Error("no statistics type is accepted")
	}
	_, err = count(w.other, "COUNT_BY_RESOURCE_TYPE")
	refused(t, err, "BadRequestException", notOwned)
}
