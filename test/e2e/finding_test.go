package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	gocmp "github.com/google/go-cmp/cmp"
)

const (
	badSort       = "The request is rejected because the parameter sortCriteria has an invalid value."
	badFindingIDs = "The request is rejected because an invalid finding identifiers is specified."
	manyFindings  = "The request is rejected because the number of requested finding Ids is out of bounds."
	internalError = "Internal server error."
)

// crowd makes findings of several sorts at two times and reads them.
func (c *client) crowd(t *testing.T, detector string) []types.Finding {
	t.Helper()
	c.samples(t, detector, "Recon:EC2/Portscan", "CredentialAccess:RDS/TorIPCaller.FailedLogin", "AttackSequence:IAM/CompromisedCredentials")
	time.Sleep(1100 * time.Millisecond)
	c.samples(t, detector, "Discovery:S3/TorIPCaller", "Execution:Kubernetes/ExecInKubeSystemPod", "Stealth:IAMUser/CloudTrailLoggingDisabled",
		"Backdoor:Runtime/C&CActivity.B", "Trojan:EC2/DNSDataExfiltration")
	return c.sampleFindings(t, detector)
}

// some is ids as the SDK sends them: it sends an empty list, but not none.
func some(ids []string) []string { return append([]string{}, ids...) }

func idsOf(fs []types.Finding) []string {
	ids := []string{}
	for i := range fs {
		ids = append(ids, *fs[i].Id)
	}
	return ids
}

// inOrder sorts findings as the service does: ties go by the last event, latest
// first, then by id.
func inOrder(fs []types.Finding, by func(a, b *types.Finding) int) []types.Finding {
	return slices.SortedFunc(slices.Values(fs), func(a, b types.Finding) int {
		return cmp.Or(by(&a, &b), strings.Compare(*b.Service.EventLastSeen, *a.Service.EventLastSeen), strings.Compare(*a.Id, *b.Id))
	})
}

func (c *client) list(t *testing.T, in guardduty.ListFindingsInput) *guardduty.ListFindingsOutput {
	t.Helper()
	out, err := c.ListFindings(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (c *client) get(t *testing.T, detector string, ids ...string) []types.Finding {
	t.Helper()
	out, err := c.GetFindings(t.Context(), &guardduty.GetFindingsInput{DetectorId: &detector, FindingIds: some(ids)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Findings
}

func TestListFindingsOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		fs := c.crowd(t, d)
		if got, want := c.list(t, guardduty.ListFindingsInput{DetectorId: &d}), idsOf(inOrder(fs, func(a, b *types.Finding) int { return 0 })); !slices.Equal(got.FindingIds, want) {
			t.Errorf("the usual order is\n%v\nwant\n%v", got.FindingIds, want)
		}
		for attribute, value := range map[string]func(f *types.Finding) string{
			"accountId":              func(f *types.Finding) string { return *f.AccountId },
			"confidence":             func(f *types.Finding) string { return "" },
			"createdAt":              func(f *types.Finding) string { return *f.CreatedAt },
			"updatedAt":              func(f *types.Finding) string { return *f.UpdatedAt },
			"severity":               func(f *types.Finding) string { return fmt.Sprintf("%04.1f", *f.Severity) },
			"type":                   func(f *types.Finding) string { return *f.Type },
			"service.eventFirstSeen": func(f *types.Finding) string { return *f.Service.EventFirstSeen },
			"service.eventLastSeen":  func(f *types.Finding) string { return *f.Service.EventLastSeen },
		} {
			for direction, sign := range map[types.OrderBy]int{types.OrderByAsc: 1, types.OrderByDesc: -1} {
				want := idsOf(inOrder(fs, func(a, b *types.Finding) int { return sign * strings.Compare(value(a), value(b)) }))
				in := guardduty.ListFindingsInput{DetectorId: &d, MaxResults: aws.Int32(7), SortCriteria: &types.SortCriteria{AttributeName: &attribute, OrderBy: direction}}
				var got []string
				for pages := guardduty.NewListFindingsPaginator(c, &in); pages.HasMorePages(); {
					page, err := pages.NextPage(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, page.FindingIds...)
				}
				if !slices.Equal(got, want) {
					t.Errorf("by %s %s\n%v\nwant\n%v", attribute, direction, got, want)
				}
			}
		}
		for _, s := range []types.SortCriteria{{AttributeName: aws.String("id")}, {AttributeName: aws.String("region"), OrderBy: types.OrderByAsc},
			{AttributeName: aws.String("Severity")}, {AttributeName: aws.String("severity"), OrderBy: "DOWN"}} {
			_, err := c.ListFindings(t.Context(), &guardduty.ListFindingsInput{DetectorId: &d, SortCriteria: &s})
			refused(t, err, "BadRequestException", badSort)
			_, err = c.GetFindings(t.Context(), &guardduty.GetFindingsInput{DetectorId: &d, FindingIds: []string{}, SortCriteria: &s})
			refused(t, err, "BadRequestException", badSort)
		}
	})
}

func TestListFindingsPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		if out := c.list(t, guardduty.ListFindingsInput{DetectorId: &d}); len(out.FindingIds) != 0 || aws.ToString(out.NextToken) != "" || out.NextToken == nil {
			t.Errorf("no findings are %v, token %v", out.FindingIds, out.NextToken)
		}
		fs := c.crowd(t, d)
		first := c.list(t, guardduty.ListFindingsInput{DetectorId: &d, MaxResults: aws.Int32(2)})
		last := c.get(t, d, first.FindingIds[1])[0]
		at, err := time.Parse(time.RFC3339, *last.Service.EventLastSeen)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%d-%s", at.UnixMilli(), *last.Id); *first.NextToken != want {
			t.Errorf("token %q, want %q", *first.NextToken, want)
		}
		// A token goes on working when the question has changed.
		rest := c.list(t, guardduty.ListFindingsInput{DetectorId: &d, NextToken: first.NextToken, FindingCriteria: criteria(t, `{"severity":{"GreaterThanOrEqual":1}}`)})
		if len(rest.FindingIds) != len(fs)-2 || *rest.NextToken != "" || slices.Contains(rest.FindingIds, first.FindingIds[1]) {
			t.Errorf("the second page has %d of %d findings, token %q", len(rest.FindingIds), len(fs), *rest.NextToken)
		}
		sorted := c.list(t, guardduty.ListFindingsInput{DetectorId: &d, MaxResults: aws.Int32(1),
			SortCriteria: &types.SortCriteria{AttributeName: aws.String("severity"), OrderBy: types.OrderByDesc}})
		f := c.get(t, d, sorted.FindingIds...)[0]
		if at, err = time.Parse(time.RFC3339, *f.Service.EventLastSeen); err != nil || *sorted.NextToken != fmt.Sprintf("9.0-%d-%s", at.UnixMilli(), *f.Id) {
			t.Errorf("sorted by severity the token is %q, %v", *sorted.NextToken, err)
		}
		for _, max := range []int32{0, 51, -1} {
			_, err := c.ListFindings(t.Context(), &guardduty.ListFindingsInput{DetectorId: &d, MaxResults: &max})
			refused(t, err, "BadRequestException", pageOutside)
		}
		a := w.send(t, httpCall{path: "/detector/" + d + "/findings", body: `{"nextToken":"nonsense"}`})
		a.want(t, 500, "InternalServerErrorException", internalError, []string{"InternalException", "InternalException"})
	})
}

// TestCriteria asks with each operator for findings that a plain look at them
// finds too.
func TestCriteria(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		fs := c.crowd(t, d)
		times := inOrder(fs, func(a, b *types.Finding) int { return strings.Compare(*a.UpdatedAt, *b.UpdatedAt) })
		middle := *times[len(times)-1].UpdatedAt
		at, err := time.Parse(time.RFC3339, middle)
		if err != nil {
			t.Fatal(err)
		}
		ms := at.UnixMilli()
		for _, tc := range []struct {
			text string
			want func(f *types.Finding) bool
		}{
			{`{}`, func(f *types.Finding) bool { return true }},
			{`{"severity":{"GreaterThanOrEqual":5,"LessThan":9}}`, func(f *types.Finding) bool { return *f.Severity >= 5 && *f.Severity < 9 }},
			{`{"severity":{"Gt":5,"Lte":8}}`, func(f *types.Finding) bool { return *f.Severity > 5 && *f.Severity <= 8 }},
			{`{"severity":{"GreaterThan":8}}`, func(f *types.Finding) bool { return *f.Severity > 8 }},
			{`{"severity":{"LessThanOrEqual":5}}`, func(f *types.Finding) bool { return *f.Severity <= 5 }},
			{`{"severity":{"Gte":9}}`, func(f *types.Finding) bool { return *f.Severity >= 9 }},
			{`{"severity":{"Lt":5}}`, func(f *types.Finding) bool { return *f.Severity < 5 }},
			{`{"severity":{"Eq":["8","2"]}}`, func(f *types.Finding) bool { return *f.Severity == 8 || *f.Severity == 2 }},
			{`{"type":{"Equals":["Recon:EC2/Portscan","Trojan:EC2/DNSDataExfiltration"]}}`, func(f *types.Finding) bool {
				return *f.Type == "Recon:EC2/Portscan" || *f.Type == "Trojan:EC2/DNSDataExfiltration"
			}},
			{`{"type":{"Equals":["recon:EC2/Portscan"]}}`, func(f *types.Finding) bool { return false }},
			{`{"type":{"Equals":[]}}`, func(f *types.Finding) bool { return false }},
			{`{"type":{"Neq":["Recon:EC2/Portscan","Trojan:EC2/DNSDataExfiltration"]}}`, func(f *types.Finding) bool {
				return *f.Type != "Recon:EC2/Portscan" && *f.Type != "Trojan:EC2/DNSDataExfiltration"
			}},
			{`{"type":{"Eq":["Recon:EC2/Portscan"],"Equals":["Trojan:EC2/DNSDataExfiltration"]}}`, func(f *types.Finding) bool { return false }},
			{`{"type":{"NotEquals":["Recon:EC2/Portscan"]},"resource.resourceType":{"Equals":["Instance"]}}`, func(f *types.Finding) bool {
				return *f.Type != "Recon:EC2/Portscan" && *f.Resource.ResourceType == "Instance"
			}},
			{fmt.Sprintf(`{"updatedAt":{"GreaterThanOrEqual":%d}}`, ms), func(f *types.Finding) bool { return *f.UpdatedAt >= middle }},
			{fmt.Sprintf(`{"updatedAt":{"LessThan":%d}}`, ms), func(f *types.Finding) bool { return *f.UpdatedAt < middle }},
			{fmt.Sprintf(`{"updatedAt":{"Equals":["%d"]}}`, ms), func(f *types.Finding) bool { return *f.UpdatedAt == middle }},
			{fmt.Sprintf(`{"updatedAt":{"NotEquals":["%s"]}}`, middle), func(f *types.Finding) bool { return *f.UpdatedAt != middle }},
			{`{"id":{"Equals":["` + *fs[3].Id + `"]}}`, func(f *types.Finding) bool { return *f.Id == *fs[3].Id }},
			{`{"accountId":{"Equals":["` + c.Account + `"]},"region":{"Equals":["` + w.region + `"]}}`, func(f *types.Finding) bool { return true }},
			{`{"region":{"NotEquals":["` + w.region + `"]}}`, func(f *types.Finding) bool { return false }},
			{`{"service.archived":{"Equals":["false"]}}`, func(f *types.Finding) bool { return true }},
			{`{"service.archived":{"Equals":["true"]}}`, func(f *types.Finding) bool { return false }},
			{`{"service.resourceRole":{"Equals":["TARGET"]}}`, func(f *types.Finding) bool { return aws.ToString(f.Service.ResourceRole) == "TARGET" }},
			{`{"service.action.actionType":{"NotEquals":["AWS_API_CALL"]}}`, func(f *types.Finding) bool {
				return f.Service.Action == nil || aws.ToString(f.Service.Action.ActionType) != "AWS_API_CALL"
			}},
			{`{"resource.s3BucketDetails.name":{"Equals":["nothing"]}}`, func(f *types.Finding) bool { return false }},
			{`{"resource.instanceDetails.instanceId":{"Equals":["i-99999999"]}}`, func(f *types.Finding) bool {
				return f.Resource.InstanceDetails != nil && aws.ToString(f.Resource.InstanceDetails.InstanceId) == "i-99999999"
			}},
		} {
			var want []string
			for i := range fs {
				if tc.want(&fs[i]) {
					want = append(want, *fs[i].Id)
				}
			}
			got := c.list(t, guardduty.ListFindingsInput{DetectorId: &d, FindingCriteria: criteria(t, tc.text)}).FindingIds
			if slices.Sort(want); !slices.Equal(slices.Sorted(slices.Values(got)), want) {
				t.Errorf("%s finds %d findings, want %d", tc.text, len(got), len(want))
			}
		}
		bad := badConditions()
		bad[`{"type":{"Matches":["Recon:*"]}}`] = badCriteria
		bad[`{"type":{"NotMatches":["Recon:*"]}}`] = badCriteria
		for text, want := range bad {
			_, err := c.ListFindings(t.Context(), &guardduty.ListFindingsInput{DetectorId: &d, FindingCriteria: criteria(t, text)})
			refused(t, err, "BadRequestException", want)
			_, err = c.GetFindingsStatistics(t.Context(), &guardduty.GetFindingsStatisticsInput{DetectorId: &d, GroupBy: types.GroupByTypeDate, FindingCriteria: criteria(t, text)})
			refused(t, err, "BadRequestException", want)
		}
	})
}

func TestGetFindings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		fs := c.crowd(t, d)
		a, b := *fs[3].Id, *fs[1].Id
		if got := idsOf(c.get(t, d, a, unknownID, b, a)); !slices.Equal(got, []string{a, b}) {
			t.Errorf("got %v, want %s and %s", got, a, b)
		}
		if got := c.get(t, d); len(got) != 0 {
			t.Errorf("no ids give %d findings", len(got))
		}
		want := inOrder(fs, func(a, b *types.Finding) int { return -strings.Compare(*a.Type, *b.Type) })
		sorted, err := c.GetFindings(t.Context(), &guardduty.GetFindingsInput{DetectorId: &d, FindingIds: idsOf(fs),
			SortCriteria: &types.SortCriteria{AttributeName: aws.String("type"), OrderBy: types.OrderByDesc}})
		if err != nil || !slices.Equal(idsOf(sorted.Findings), idsOf(want)) {
			t.Errorf("by type\n%v, %v\nwant\n%v", idsOf(sorted.Findings), err, idsOf(want))
		}
		_, err = c.GetFindings(t.Context(), &guardduty.GetFindingsInput{DetectorId: &d, FindingIds: make([]string, 51)})
		refused(t, err, "BadRequestException", manyFindings)

		// What the SDK does not show: the severity is written as a decimal.
		body := w.send(t, httpCall{path: "/detector/" + d + "/findings/get", body: `{"findingIds":["` + a + `"]}`}).body
		var raw struct {
			Findings []struct{ Severity json.RawMessage }
		}
		if err := json.Unmarshal([]byte(body), &raw); err != nil || len(raw.Findings) != 1 || !strings.Contains(string(raw.Findings[0].Severity), ".") {
			t.Errorf("severity in %s, %v", body, err)
		}
	})
}

func TestArchiveFindings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		before := c.crowd(t, d)
		ids := idsOf(before)
		archive := func(ids ...string) error {
			_, err := c.ArchiveFindings(t.Context(), &guardduty.ArchiveFindingsInput{DetectorId: &d, FindingIds: some(ids)})
			return err
		}
		unarchive := func(ids ...string) error {
			_, err := c.UnarchiveFindings(t.Context(), &guardduty.UnarchiveFindingsInput{DetectorId: &d, FindingIds: some(ids)})
			return err
		}
		expect := func(archived ...string) {
			t.Helper()
			got := c.list(t, guardduty.ListFindingsInput{DetectorId: &d, FindingCriteria: criteria(t, `{"service.archived":{"Equals":["true"]}}`)}).FindingIds
			slices.Sort(got)
			if diff := gocmp.Diff(slices.Sorted(slices.Values(archived)), got); diff != "" {
				t.Error(diff)
			}
			for i, f := range c.get(t, d, ids...) {
				want := before[i]
				if *f.Service.Archived != slices.Contains(archived, *f.Id) || *f.Service.Count != *want.Service.Count || *f.UpdatedAt != *want.UpdatedAt {
					t.Errorf("%s: archived %v, count %d, updated %s", *f.Id, *f.Service.Archived, *f.Service.Count, *f.UpdatedAt)
				}
			}
		}
		for _, err := range []error{archive(ids[0], ids[4], ids[0]), archive(ids[0]), archive()} {
			if err != nil {
				t.Fatal(err)
			}
		}
		expect(ids[0], ids[4])
		refused(t, archive(ids[1], unknownID), "BadRequestException", badFindingIDs)
		refused(t, unarchive(ids[0], unknownID), "BadRequestException", badFindingIDs)
		refused(t, archive(make([]string, 51)...), "BadRequestException", manyFindings)
		refused(t, unarchive(make([]string, 51)...), "BadRequestException", manyFindings)
		expect(ids[0], ids[4])
		for _, err := range []error{unarchive(ids[0], ids[1]), unarchive()} {
			if err != nil {
				t.Fatal(err)
			}
		}
		expect(ids[4])
	})
}

func TestFeedback(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		fs := c.crowd(t, d)
		mark := func(f types.Feedback, ids ...string) error {
			_, err := c.UpdateFindingsFeedback(t.Context(), &guardduty.UpdateFindingsFeedbackInput{DetectorId: &d, FindingIds: ids, Feedback: f, Comments: aws.String("as it is")})
			return err
		}
		for _, err := range []error{mark(types.FeedbackUseful, *fs[0].Id, *fs[1].Id, unknownID), mark(types.FeedbackNotUseful, *fs[1].Id)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for i, want := range []string{"USEFUL", "NOT_USEFUL", ""} {
			f := c.get(t, d, *fs[i].Id)[0]
			if got := aws.ToString(f.Service.UserFeedback); got != want || *f.Service.Count != *fs[i].Service.Count || *f.UpdatedAt != *fs[i].UpdatedAt {
				t.Errorf("feedback %q, want %q; count %d, updated %s", got, want, *f.Service.Count, *f.UpdatedAt)
			}
		}
		refused(t, mark("FINE", *fs[0].Id), "BadRequestException", badJSON)
		refused(t, mark(types.FeedbackUseful, make([]string, 51)...), "BadRequestException", manyFindings)
	})
}

// TestFindingsOfOthers: an account that administers nobody and is nobody's member
// neither sees nor changes what others have.
func TestFindingsOfOthers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		theirs := w.admin.detector(t)
		w.admin.samples(t, theirs, "Recon:EC2/Portscan")
		id := w.admin.list(t, guardduty.ListFindingsInput{DetectorId: &theirs}).FindingIds[0]
		c, mine := w.other, w.other.detector(t)
		if ids := c.list(t, guardduty.ListFindingsInput{DetectorId: &mine}).FindingIds; len(ids) > 0 {
			t.Errorf("a stranger sees %v", ids)
		}
		if fs := c.get(t, mine, id); len(fs) > 0 {
			t.Error("a stranger reads a finding")
		}
		_, err := c.ArchiveFindings(t.Context(), &guardduty.ArchiveFindingsInput{DetectorId: &mine, FindingIds: []string{id}})
		refused(t, err, "BadRequestException", badFindingIDs)
		if _, err := c.UpdateFindingsFeedback(t.Context(), &guardduty.UpdateFindingsFeedbackInput{DetectorId: &mine, FindingIds: []string{id}, Feedback: types.FeedbackUseful}); err != nil {
			t.Error(err)
		}
		for _, call := range []func(d *string) error{
			func(d *string) error {
				_, err := c.ListFindings(t.Context(), &guardduty.ListFindingsInput{DetectorId: d})
				return err
			},
			func(d *string) error {
				_, err := c.GetFindings(t.Context(), &guardduty.GetFindingsInput{DetectorId: d, FindingIds: []string{id}})
				return err
			},
			func(d *string) error {
				_, err := c.ArchiveFindings(t.Context(), &guardduty.ArchiveFindingsInput{DetectorId: d, FindingIds: []string{id}})
				return err
			},
			func(d *string) error {
				_, err := c.UnarchiveFindings(t.Context(), &guardduty.UnarchiveFindingsInput{DetectorId: d, FindingIds: []string{id}})
				return err
			},
			func(d *string) error {
				_, err := c.UpdateFindingsFeedback(t.Context(), &guardduty.UpdateFindingsFeedbackInput{DetectorId: d, FindingIds: []string{id}, Feedback: types.FeedbackUseful})
				return err
			},
			func(d *string) error {
				_, err := c.GetFindingsStatistics(t.Context(), &guardduty.GetFindingsStatisticsInput{DetectorId: d, GroupBy: types.GroupByTypeDate})
				return err
			},
		} {
			refused(t, call(&theirs), "BadRequestException", notOwned)
			refused(t, call(aws.String("no-id")), "BadRequestException", invalidDetector)
		}
		if f := w.admin.get(t, theirs, id)[0]; *f.Service.Archived || f.Service.UserFeedback != nil {
			t.Error("a stranger changed a finding")
		}
	})
}
