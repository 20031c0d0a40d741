package e2e

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	gocmp "github.com/google/go-cmp/cmp"
)

func (c *client) statistics(t *testing.T, in guardduty.GetFindingsStatisticsInput) *types.FindingStatistics {
	t.Helper()
	out, err := c.GetFindingsStatistics(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	return out.FindingStatistics
}

// A row is a group of any kind: its name and how many findings it has.
type row struct {
	name  string
	total int32
}

// rows are the groups that a statistic tells, which must be of the one kind that
// was asked for.
func rows(t *testing.T, s *types.FindingStatistics, latest time.Time) []row {
	t.Helper()
	var out []row
	lists := 0
	add := func(at *time.Time, total *int32, name ...any) {
		out = append(out, row{fmt.Sprint(name...), *total})
		if !at.Equal(latest) {
			t.Errorf("%v: last made at %v, want %v", name, at, latest)
		}
	}
	list := func(is bool) {
		if is {
			lists++
		}
	}
	list(s.CountBySeverity != nil)
	list(s.GroupedByAccount != nil)
	for _, g := range s.GroupedByAccount {
		add(g.LastGeneratedAt, g.TotalFindings, *g.AccountId)
	}
	list(s.GroupedByDate != nil)
	for _, g := range s.GroupedByDate {
		add(g.LastGeneratedAt, g.TotalFindings, g.Date.UTC().Format(time.RFC3339), " ", *g.Severity)
	}
	list(s.GroupedByFindingType != nil)
	for _, g := range s.GroupedByFindingType {
		add(g.LastGeneratedAt, g.TotalFindings, *g.FindingType)
	}
	list(s.GroupedByResource != nil)
	for _, g := range s.GroupedByResource {
		add(g.LastGeneratedAt, g.TotalFindings, *g.ResourceType, " ", *g.ResourceId, " ", *g.AccountId)
	}
	list(s.GroupedBySeverity != nil)
	for _, g := range s.GroupedBySeverity {
		add(g.LastGeneratedAt, g.TotalFindings, *g.Severity)
	}
	if lists != 1 {
		t.Errorf("%d lists", lists)
	}
	return out
}

func TestFindingsStatistics(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		none := guardduty.GetFindingsStatisticsInput{DetectorId: &d, GroupBy: types.GroupByTypeResource}
		if got := rows(t, c.statistics(t, none), time.Time{}); len(got) > 0 {
			t.Errorf("without findings %v", got)
		}
		c.samples(t, d, "Recon:EC2/Portscan", "CredentialAccess:RDS/TorIPCaller.FailedLogin", "AttackSequence:IAM/CompromisedCredentials",
			"Discovery:S3/TorIPCaller", "Backdoor:Runtime/C&CActivity.B", "Trojan:EC2/DNSDataExfiltration")
		fs := c.sampleFindings(t, d)
		latest, err := time.Parse(time.RFC3339, *fs[0].UpdatedAt)
		if err != nil {
			t.Fatal(err)
		}
		day := latest.UTC().Truncate(24 * time.Hour).Format(time.RFC3339)
		resource := func(f *types.Finding) (names []any) {
			r := f.Resource
			switch *r.ResourceType {
			case "Instance":
				names = append(names, *r.InstanceDetails.InstanceId)
			case "RDSDBInstance":
				names = append(names, *r.RdsDbInstanceDetails.DbInstanceIdentifier)
			case "Container":
				names = append(names, *r.ContainerDetails.Id)
			case "ECSCluster":
				names = append(names, *r.EcsClusterDetails.Name)
			case "EKSCluster":
				names = append(names, *r.EksClusterDetails.Name)
			case "KubernetesCluster":
				if k := r.KubernetesDetails.KubernetesWorkloadDetails; k != nil && k.Name != nil {
					names = append(names, *k.Name)
				}
			case "S3Bucket":
				for _, b := range r.S3BucketDetails {
					names = append(names, *b.Name)
				}
			}
			for i := range names {
				names[i] = fmt.Sprint(*r.ResourceType, " ", names[i], " ", c.Account)
			}
			return names
		}
		for _, tc := range []struct {
			by    types.GroupByType
			names func(f *types.Finding) []any
		}{
			{types.GroupByTypeAccount, func(f *types.Finding) []any { return []any{*f.AccountId} }},
			{types.GroupByTypeDate, func(f *types.Finding) []any { return []any{fmt.Sprint(day, " ", *f.Severity)} }},
			{types.GroupByTypeFindingType, func(f *types.Finding) []any { return []any{*f.Type} }},
			{types.GroupByTypeSeverity, func(f *types.Finding) []any { return []any{*f.Severity} }},
			{types.GroupByTypeResource, resource},
		} {
			totals := map[string]int32{}
			for i := range fs {
				for _, name := range tc.names(&fs[i]) {
					totals[fmt.Sprint(name)]++
				}
			}
			var want []row
			for name, n := range totals {
				want = append(want, row{name, n})
			}
			byName := func(a, b row) int { return cmp.Compare(a.name, b.name) }
			slices.SortFunc(want, byName)
			in := guardduty.GetFindingsStatisticsInput{DetectorId: &d, GroupBy: tc.by, MaxResults: aws.Int32(100)}
			got := rows(t, c.statistics(t, in), latest)
			if diff := gocmp.Diff(want, slices.SortedFunc(slices.Values(got), byName), gocmp.AllowUnexported(row{})); diff != "" {
				t.Errorf("%s:\n%s", tc.by, diff)
			}
			falling := slices.IsSortedFunc(got, func(a, b row) int { return int(b.total - a.total) })
			if tc.by == types.GroupByTypeSeverity {
				falling = slices.IsSortedFunc(got, func(a, b row) int { return cmp.Compare(b.name, a.name) })
			}
			if !falling {
				t.Errorf("%s: the order is %v", tc.by, got)
			}
			in.OrderBy = types.OrderByAsc
			rising := rows(t, c.statistics(t, in), latest)
			if slices.Reverse(rising); !slices.Equal(rising, got) {
				t.Errorf("%s rising, turned round: %v", tc.by, rising)
			}
			in.OrderBy, in.MaxResults = types.OrderByDesc, aws.Int32(1)
			if first := rows(t, c.statistics(t, in), latest); !slices.Equal(first, got[:1]) {
				t.Errorf("%s: the first is %v, not %v", tc.by, first, got[0])
			}
		}

		counts := map[string]int32{}
		for i := range fs {
			counts[fmt.Sprintf("%.1f", *fs[i].Severity)]++
		}
		old := c.statistics(t, guardduty.GetFindingsStatisticsInput{DetectorId: &d, FindingStatisticTypes: []types.FindingStatisticType{types.FindingStatisticTypeCountBySeverity}})
		if diff := gocmp.Diff(counts, old.CountBySeverity); diff != "" || old.GroupedBySeverity != nil {
			t.Errorf("the older form:\n%s", diff)
		}
	})
}

// TestStatisticsUseCriteria: archived findings count unless criteria leave them
// out.
func TestStatisticsUseCriteria(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		c.samples(t, d, "Recon:EC2/Portscan", "Trojan:EC2/DNSDataExfiltration")
		fs := c.sampleFindings(t, d)
		if _, err := c.ArchiveFindings(t.Context(), &guardduty.ArchiveFindingsInput{DetectorId: &d, FindingIds: []string{*fs[0].Id}}); err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]int32{
			`{}`: 2,
			`{"service.archived":{"Equals":["false"]}}`:                                1,
			`{"service.archived":{"Equals":["true"]}}`:                                 1,
			`{"type":{"Equals":["` + *fs[0].Type + `"]}}`:                              1,
			`{"resource.instanceDetails.instanceId":{"Equals":["i-99999999"]}}`:        2,
			`{"id":{"Equals":["` + *fs[1].Id + `"]},"severity":{"LessThanOrEqual":0}}`: 0,
		} {
			got := c.statistics(t, guardduty.GetFindingsStatisticsInput{DetectorId: &d, GroupBy: types.GroupByTypeAccount, FindingCriteria: criteria(t, text)}).GroupedByAccount
			total := int32(0)
			for _, g := range got {
				total += *g.TotalFindings
			}
			if total != want {
				t.Errorf("%s counts %d, want %d", text, total, want)
			}
		}
	})
}

func TestStatisticsRefusals(t *testing.T) {
	const rejected = "The request is rejected because "
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		old := []types.FindingStatisticType{types.FindingStatisticTypeCountBySeverity}
		for _, tc := range []struct {
			in   guardduty.GetFindingsStatisticsInput
			want string
		}{
			{guardduty.GetFindingsStatisticsInput{}, rejected + "both FindingStatisticType and GroupBy field is missing."},
			{guardduty.GetFindingsStatisticsInput{FindingStatisticTypes: old, GroupBy: types.GroupByTypeDate}, rejected + "both FindingStatisticType and GroupBy field is specified."},
			{guardduty.GetFindingsStatisticsInput{FindingStatisticTypes: old, MaxResults: aws.Int32(5)}, rejected + "maxResults is not a valid argument for findingStatisticTypes."},
			{guardduty.GetFindingsStatisticsInput{FindingStatisticTypes: old, OrderBy: types.OrderByAsc}, rejected + "orderBy is not a valid argument for findingStatisticTypes."},
			{guardduty.GetFindingsStatisticsInput{FindingStatisticTypes: []types.FindingStatisticType{"COUNT"}}, badJSON},
			{guardduty.GetFindingsStatisticsInput{GroupBy: "WEEK"}, badJSON},
			{guardduty.GetFindingsStatisticsInput{GroupBy: types.GroupByTypeDate, MaxResults: aws.Int32(0)}, pageOutside},
			{guardduty.GetFindingsStatisticsInput{GroupBy: types.GroupByTypeDate, MaxResults: aws.Int32(101)}, pageOutside},
		} {
			tc.in.DetectorId = &d
			_, err := c.GetFindingsStatistics(t.Context(), &tc.in)
			refused(t, err, "BadRequestException", tc.want)
		}
	})
}
