package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	"github.com/google/go-cmp/cmp"
)

// Why accounts are not processed.
const (
	notAMember     = "The request is rejected because the given account ID is not an associated member of account the current account."
	alreadyAMember = "The request is rejected because the given account ID is already a member or associated member of the current account."
	memberMayNot   = "The request is rejected because member accounts cannot manage specified resources or properties."
)

// failures are the results for unprocessed accounts.
func failures(us []types.UnprocessedAccount) map[string]string {
	m := map[string]string{}
	for _, u := range us {
		m[*u.AccountId] = *u.Result
	}
	return m
}

func same[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// all is the answer for calls in which every account is processed.
var all = map[string]string{}

func (c *client) createMembers(t *testing.T, detector string, accounts ...string) map[string]string {
	t.Helper()
	in := &guardduty.CreateMembersInput{DetectorId: &detector}
	for _, a := range accounts {
		in.AccountDetails = append(in.AccountDetails, types.AccountDetail{AccountId: aws.String(a), Email: aws.String(a + "@example.com")})
	}
	out, err := c.CreateMembers(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return failures(out.UnprocessedAccounts)
}

func (c *client) inviteMembers(t *testing.T, detector string, accounts ...string) map[string]string {
	t.Helper()
	out, err := c.InviteMembers(t.Context(), &guardduty.InviteMembersInput{DetectorId: &detector, AccountIds: accounts,
		DisableEmailNotification: aws.Bool(true), Message: aws.String("join us")})
	if err != nil {
		t.Fatal(err)
	}
	return failures(out.UnprocessedAccounts)
}

func (c *client) deleteMembers(t *testing.T, detector string, accounts ...string) map[string]string {
	t.Helper()
	out, err := c.DeleteMembers(t.Context(), &guardduty.DeleteMembersInput{DetectorId: &detector, AccountIds: accounts})
	if err != nil {
		t.Fatal(err)
	}
	return failures(out.UnprocessedAccounts)
}

func (c *client) disassociateMembers(t *testing.T, detector string, accounts ...string) map[string]string {
	t.Helper()
	out, err := c.DisassociateMembers(t.Context(), &guardduty.DisassociateMembersInput{DetectorId: &detector, AccountIds: accounts})
	if err != nil {
		t.Fatal(err)
	}
	return failures(out.UnprocessedAccounts)
}

func (c *client) startMonitoring(t *testing.T, detector string, accounts ...string) map[string]string {
	t.Helper()
	out, err := c.StartMonitoringMembers(t.Context(), &guardduty.StartMonitoringMembersInput{DetectorId: &detector, AccountIds: accounts})
	if err != nil {
		t.Fatal(err)
	}
	return failures(out.UnprocessedAccounts)
}

func (c *client) stopMonitoring(t *testing.T, detector string, accounts ...string) map[string]string {
	t.Helper()
	out, err := c.StopMonitoringMembers(t.Context(), &guardduty.StopMonitoringMembersInput{DetectorId: &detector, AccountIds: accounts})
	if err != nil {
		t.Fatal(err)
	}
	return failures(out.UnprocessedAccounts)
}

func (c *client) getMember(t *testing.T, detector, account string) types.Member {
	t.Helper()
	out, err := c.GetMembers(t.Context(), &guardduty.GetMembersInput{DetectorId: &detector, AccountIds: []string{account}})
	if err != nil || len(out.Members) != 1 {
		t.Fatalf("member %s: %+v, %v", account, out, err)
	}
	return out.Members[0]
}

// standing checks the status of a member as its administrator sees it.
func (c *client) standing(t *testing.T, detector, account, want string) {
	t.Helper()
	if m := c.getMember(t, detector, account); *m.RelationshipStatus != want {
		t.Errorf("%s is %s, want %s", account, *m.RelationshipStatus, want)
	}
}

// listMembers lists the accounts of members; only is "" for the default.
func (c *client) listMembers(t *testing.T, detector, only string) (accounts []string) {
	t.Helper()
	in := &guardduty.ListMembersInput{DetectorId: &detector}
	if only != "" {
		in.OnlyAssociated = &only
	}
	out, err := c.ListMembers(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if out.NextToken != nil {
		t.Errorf("the last page has the token %q", *out.NextToken)
	}
	for _, m := range out.Members {
		accounts = append(accounts, *m.AccountId)
	}
	return accounts
}

// joined makes who a member of c by invitation; it returns both detectors.
func (c *client) joined(t *testing.T, who *client) (administrator, member string) {
	t.Helper()
	administrator, member = c.detector(t), who.detector(t)
	same(t, "created", all, c.createMembers(t, administrator, who.Account))
	same(t, "invited", all, c.inviteMembers(t, administrator, who.Account))
	who.accept(t, member, c.Account)
	return administrator, member
}

func TestMembers(t *testing.T) { each(t, testMembers) }

func testMembers(t *testing.T, w *world) {
	c := w.admin
	id := c.detector(t)
	same(t, "nobody", nil, c.listMembers(t, id, "false"))
	before := time.Now().Add(-time.Second).UTC().Format(time.RFC3339)
	same(t, "created", map[string]string{
		adminAccount:  "The request is rejected because an account cannot become a member of itself.",
		memberAccount: alreadyAMember,
	}, c.createMembers(t, id, memberAccount, otherAccount, adminAccount, memberAccount))
	same(t, "created again", map[string]string{memberAccount: alreadyAMember}, c.createMembers(t, id, memberAccount))

	m := c.getMember(t, id, memberAccount)
	if m.UpdatedAt == nil || *m.UpdatedAt < before {
		t.Errorf("updated at %v", m.UpdatedAt)
	}
	ignored := cmp.FilterPath(func(p cmp.Path) bool {
		return p.Last().String() == ".UpdatedAt" || p.Last().String() == ".noSmithyDocumentSerde"
	}, cmp.Ignore())
	want := types.Member{AccountId: aws.String(memberAccount), Email: aws.String(memberAccount + "@example.com"), RelationshipStatus: aws.String("Created"),
		MasterId: aws.String(adminAccount), AdministratorId: aws.String(adminAccount)}
	if diff := cmp.Diff(want, m, ignored); diff != "" {
		t.Errorf("a created member (-want +got):\n%s", diff)
	}
	out, err := c.GetMembers(t.Context(), &guardduty.GetMembersInput{DetectorId: &id, AccountIds: []string{"000000000001", otherAccount, otherAccount}})
	if err != nil || len(out.Members) != 1 || *out.Members[0].AccountId != otherAccount {
		t.Errorf("members %+v, %v", out, err)
	}
	same(t, "unknown", map[string]string{"000000000001": notAMember}, failures(out.UnprocessedAccounts))
	same(t, "associated by default", nil, c.listMembers(t, id, ""))
	same(t, "associated", nil, c.listMembers(t, id, "true"))
	same(t, "all", []string{memberAccount, otherAccount}, c.listMembers(t, id, "false"))

	same(t, "deleted", map[string]string{"000000000001": notAMember}, c.deleteMembers(t, id, otherAccount, "000000000001"))
	same(t, "without the deleted", []string{memberAccount}, c.listMembers(t, id, "FALSE"))
	c.deleteDetector(t, id) // who was only created does not hold it
	same(t, "of a new detector", nil, c.listMembers(t, c.detector(t), "false"))
}

func TestMembersRefused(t *testing.T) { each(t, testMembersRefused) }

func testMembersRefused(t *testing.T, w *world) {
	c := w.admin
	id := c.detector(t)
	list := func(only, token string) error {
		_, err := c.ListMembers(t.Context(), &guardduty.ListMembersInput{DetectorId: &id, OnlyAssociated: &only, NextToken: &token})
		return err
	}
	refused(t, list("maybe", ""), "BadRequestException", "The request is rejected because the parameter onlyAssociated has an invalid value.")
	refused(t, list("true", "next"), "BadRequestException", "The request is rejected because an invalid next token is specified")
	_, err := c.CreateMembers(t.Context(), &guardduty.CreateMembersInput{DetectorId: &id,
		AccountDetails: []types.AccountDetail{{AccountId: aws.String("12345678901x"), Email: aws.String("a@example.com")}}})
	refused(t, err, "BadRequestException", outOfRange)

	ids := []string{memberAccount}
	for detector, want := range map[string]string{unknownID: notOwned, "x": invalidDetector} {
		calls := map[string]func() error{
			"CreateMembers": func() error {
				_, err := c.CreateMembers(t.Context(), &guardduty.CreateMembersInput{DetectorId: &detector,
					AccountDetails: []types.AccountDetail{{AccountId: aws.String(memberAccount), Email: aws.String("a@example.com")}}})
				return err
			},
			"GetMembers": func() error {
				_, err := c.GetMembers(t.Context(), &guardduty.GetMembersInput{DetectorId: &detector, AccountIds: ids})
				return err
			},
			"ListMembers": func() error {
				_, err := c.ListMembers(t.Context(), &guardduty.ListMembersInput{DetectorId: &detector})
				return err
			},
			"DeleteMembers": func() error {
				_, err := c.DeleteMembers(t.Context(), &guardduty.DeleteMembersInput{DetectorId: &detector, AccountIds: ids})
				return err
			},
			"DisassociateMembers": func() error {
				_, err := c.DisassociateMembers(t.Context(), &guardduty.DisassociateMembersInput{DetectorId: &detector, AccountIds: ids})
				return err
			},
			"InviteMembers": func() error {
				_, err := c.InviteMembers(t.Context(), &guardduty.InviteMembersInput{DetectorId: &detector, AccountIds: ids})
				return err
			},
			"StartMonitoringMembers": func() error {
				_, err := c.StartMonitoringMembers(t.Context(), &guardduty.StartMonitoringMembersInput{DetectorId: &detector, AccountIds: ids})
				return err
			},
			"StopMonitoringMembers": func() error {
				_, err := c.StopMonitoringMembers(t.Context(), &guardduty.StopMonitoringMembersInput{DetectorId: &detector, AccountIds: ids})
				return err
			},
			"GetMemberDetectors": func() error {
				_, err := c.GetMemberDetectors(t.Context(), &guardduty.GetMemberDetectorsInput{DetectorId: &detector, AccountIds: ids})
				return err
			},
			"UpdateMemberDetectors": func() error {
				_, err := c.UpdateMemberDetectors(t.Context(), &guardduty.UpdateMemberDetectorsInput{DetectorId: &detector, AccountIds: ids,
					Features: []types.MemberFeaturesConfiguration{{Name: "NONE", Status: "ENABLED"}}})
				if detector == unknownID { // the model's rules come first
					_, err = c.UpdateMemberDetectors(t.Context(), &guardduty.UpdateMemberDetectorsInput{DetectorId: &detector, AccountIds: ids,
						Features: []types.MemberFeaturesConfiguration{{Name: "S3_DATA_EVENTS"}}})
				}
				return err
			},
			"GetRemainingFreeTrialDays": func() error {
				_, err := c.GetRemainingFreeTrialDays(t.Context(), &guardduty.GetRemainingFreeTrialDaysInput{DetectorId: &detector, AccountIds: ids})
				return err
			},
		}
		for name, call := range calls {
			if name == "UpdateMemberDetectors" && detector != unknownID {
				continue
			}
			t.Run(name, func(t *testing.T) { refused(t, call(), "BadRequestException", want) })
		}
	}
}

func TestMemberPages(t *testing.T) { each(t, testMemberPages) }

func testMemberPages(t *testing.T, w *world) {
	c := w.admin
	id := c.detector(t)
	var want []string
	for i := range 7 {
		want = append(want, fmt.Sprintf("%012d", 300+i))
	}
	same(t, "created", all, c.createMembers(t, id, want...))
	var got []string
	pages := guardduty.NewListMembersPaginator(c, &guardduty.ListMembersInput{DetectorId: &id, OnlyAssociated: aws.String("false"), MaxResults: aws.Int32(3)})
	for n := 0; pages.HasMorePages(); n++ {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := []int{3, 3, 1}[n]; len(page.Members) != want {
			t.Errorf("page %d has %d members, want %d", n, len(page.Members), want)
		}
		for _, m := range page.Members {
			got = append(got, *m.AccountId)
		}
	}
	same(t, "pages", want, got)
}

func TestMemberQuota(t *testing.T) { each(t, testMemberQuota) }

func testMemberQuota(t *testing.T, w *world) {
	if testing.Short() {
		t.Skip("it makes 5,000 members")
	}
	c := w.other
	id := c.detector(t)
	for i := 0; i < 5000; i += 50 {
		var some []string
		for n := range 50 {
			some = append(some, fmt.Sprintf("%012d", 1000+i+n))
		}
		same(t, "created", all, c.createMembers(t, id, some...))
	}
	full := "The request is rejected because the current account cannot create anymore members since it cannot exceed the maximum number of allowed members."
	same(t, "one too many", map[string]string{memberAccount: full}, c.createMembers(t, id, memberAccount))
	same(t, "deleted", all, c.deleteMembers(t, id, "000000001000"))
	same(t, "in its place", all, c.createMembers(t, id, memberAccount))
}

func TestMonitoring(t *testing.T) { each(t, testMonitoring) }

func testMonitoring(t *testing.T, w *world) {
	c, who := w.admin, w.member
	id, theirs := c.joined(t, who)
	same(t, "created", all, c.createMembers(t, id, otherAccount))
	others := map[string]string{otherAccount: notAMember, "000000000001": notAMember}
	same(t, "stopped", others, c.stopMonitoring(t, id, memberAccount, otherAccount, "000000000001"))
	c.standing(t, id, memberAccount, "Disabled")
	if got := who.getDetector(t, theirs); got.Status != "DISABLED" {
		t.Errorf("the member's detector is %s", got.Status)
	}
	same(t, "still associated", []string{memberAccount}, c.listMembers(t, id, ""))
	same(t, "stopped again", all, c.stopMonitoring(t, id, memberAccount))
	err := who.update(t, &guardduty.UpdateDetectorInput{DetectorId: &theirs, Enable: aws.Bool(true)})
	refused(t, err, "BadRequestException", memberMayNot)

	same(t, "started", others, c.startMonitoring(t, id, memberAccount, otherAccount, "000000000001"))
	c.standing(t, id, memberAccount, "Enabled")
	if got := who.getDetector(t, theirs); got.Status != "ENABLED" {
		t.Errorf("the member's detector is %s", got.Status)
	}
}

func TestDisassociateMembers(t *testing.T) { each(t, testDisassociateMembers) }

func testDisassociateMembers(t *testing.T, w *world) {
	c, who := w.admin, w.member
	id, theirs := c.joined(t, who)
	still := "The request is rejected because the current account cannot delete the given member account ID since it is still associated to it."
	same(t, "deleted too early", map[string]string{memberAccount: still}, c.deleteMembers(t, id, memberAccount))
	_, err := c.DeleteDetector(t.Context(), &guardduty.DeleteDetectorInput{DetectorId: &id})
	refused(t, err, "BadRequestException", "The request is rejected because the current account cannot delete detector while it has invited or associated members.")

	same(t, "disassociated", map[string]string{"000000000001": notAMember}, c.disassociateMembers(t, id, memberAccount, "000000000001"))
	c.standing(t, id, memberAccount, "Removed")
	same(t, "disassociated again", all, c.disassociateMembers(t, id, memberAccount))
	same(t, "associated", nil, c.listMembers(t, id, ""))
	who.alone(t, theirs)
	if err := who.update(t, &guardduty.UpdateDetectorInput{DetectorId: &theirs, FindingPublishingFrequency: "ONE_HOUR"}); err != nil {
		t.Errorf("an account that is no member any more: %v", err)
	}
	same(t, "created again", map[string]string{memberAccount: alreadyAMember}, c.createMembers(t, id, memberAccount))
	same(t, "invited again", all, c.inviteMembers(t, id, memberAccount))
	c.standing(t, id, memberAccount, "Invited")
	same(t, "the invited", all, c.disassociateMembers(t, id, memberAccount))
	c.standing(t, id, memberAccount, "Removed")
	same(t, "deleted", all, c.deleteMembers(t, id, memberAccount))
	c.deleteDetector(t, id)
}

func TestWhatMembersMayNot(t *testing.T) { each(t, testWhatMembersMayNot) }

func testWhatMembersMayNot(t *testing.T, w *world) {
	c, who := w.admin, w.member
	id, theirs := c.joined(t, who)
	for name, in := range map[string]*guardduty.UpdateDetectorInput{
		"frequency": {FindingPublishingFrequency: "ONE_HOUR"},
		"suspend":   {Enable: aws.Bool(false)},
		"feature":   {Features: []types.DetectorFeatureConfiguration{{Name: "S3_DATA_EVENTS", Status: "DISABLED"}}},
		"source":    {DataSources: &types.DataSourceConfigurations{S3Logs: &types.S3LogsConfiguration{Enable: aws.Bool(false)}}},
	} {
		in.DetectorId = &theirs
		t.Run(name, func(t *testing.T) { refused(t, who.update(t, in), "BadRequestException", memberMayNot) })
	}
	if err := who.update(t, &guardduty.UpdateDetectorInput{DetectorId: &theirs, Enable: aws.Bool(true)}); err != nil {
		t.Errorf("an update that changes nothing: %v", err)
	}
	same(t, "creates", map[string]string{
		otherAccount: "The request is rejected because the current account cannot create members since it is already an associated member of another master account.",
	}, who.createMembers(t, theirs, otherAccount))
	same(t, "invites", map[string]string{
		otherAccount: "The request is rejected because the current account cannot invite other accounts since it is already an associated member of another master account.",
	}, who.inviteMembers(t, theirs, otherAccount))

	if err := c.update(t, &guardduty.UpdateDetectorInput{DetectorId: &id, FindingPublishingFrequency: "FIFTEEN_MINUTES"}); err != nil {
		t.Fatal(err)
	}
	if got := who.getDetector(t, theirs).FindingPublishingFrequency; got != "FIFTEEN_MINUTES" {
		t.Errorf("the member publishes at %s, not as its administrator", got)
	}
	who.deleteDetector(t, theirs)
	c.standing(t, id, memberAccount, "Resigned")
}

func TestFindingsOfMembers(t *testing.T) { each(t, testFindingsOfMembers) }

func testFindingsOfMembers(t *testing.T, w *world) {
	c, who := w.admin, w.member
	id, theirs := c.joined(t, who)
	for _, of := range []struct {
		*client
		detector string
	}{{c, id}, {who, theirs}} {
		_, err := of.CreateSampleFindings(t.Context(), &guardduty.CreateSampleFindingsInput{DetectorId: &of.detector, FindingTypes: []string{"Recon:EC2/PortProbeUnprotectedPort"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	list := func(c *client, detector string) []string {
		t.Helper()
		out, err := c.ListFindings(t.Context(), &guardduty.ListFindingsInput{DetectorId: &detector})
		if err != nil {
			t.Fatal(err)
		}
		return out.FindingIds
	}
	own := list(who, theirs)
	if both := list(c, id); len(own) != 1 || len(both) != 2 {
		t.Fatalf("the member lists %d findings, its administrator %d", len(own), len(both))
	}
	got, err := c.GetFindings(t.Context(), &guardduty.GetFindingsInput{DetectorId: &id, FindingIds: own})
	if err != nil || len(got.Findings) != 1 || *got.Findings[0].AccountId != memberAccount {
		t.Fatalf("the member's finding: %+v, %v", got, err)
	}
	_, err = who.ArchiveFindings(t.Context(), &guardduty.ArchiveFindingsInput{DetectorId: &theirs, FindingIds: own})
	refused(t, err, "BadRequestException", memberMayNot)
	if _, err := c.ArchiveFindings(t.Context(), &guardduty.ArchiveFindingsInput{DetectorId: &id, FindingIds: own}); err != nil {
		t.Errorf("the administrator archives: %v", err)
	}
	same(t, "left", all, c.disassociateMembers(t, id, memberAccount))
	if left := list(c, id); len(left) != 1 {
		t.Errorf("an administrator sees %d findings after its member has gone", len(left))
	}
}

func TestMemberDetectors(t *testing.T) { each(t, testMemberDetectors) }

func testMemberDetectors(t *testing.T, w *world) {
	c, who := w.admin, w.member
	id, theirs := c.joined(t, who)
	same(t, "created", all, c.createMembers(t, id, otherAccount))
	ids := []string{memberAccount, otherAccount, adminAccount}
	strangers := map[string]string{otherAccount: notAMember, adminAccount: notAMember}
	get := func() (*types.MemberDataSourceConfiguration, map[string]string) {
		t.Helper()
		out, err := c.GetMemberDetectors(t.Context(), &guardduty.GetMemberDetectorsInput{DetectorId: &id, AccountIds: ids})
		if err != nil || len(out.MemberDataSourceConfigurations) != 1 {
			t.Fatalf("%+v, %v", out, err)
		}
		same(t, "strangers", strangers, failures(out.UnprocessedAccounts))
		m := map[string]string{}
		for _, f := range out.MemberDataSourceConfigurations[0].Features {
			m[string(f.Name)] = string(f.Status)
			if f.UpdatedAt == nil || time.Since(*f.UpdatedAt) > time.Minute {
				t.Errorf("%s was updated at %v", f.Name, f.UpdatedAt)
			}
			for _, o := range f.AdditionalConfiguration {
				m[string(f.Name)+"/"+string(o.Name)] = string(o.Status)
			}
		}
		return &out.MemberDataSourceConfigurations[0], m
	}
	change := func(in *guardduty.UpdateMemberDetectorsInput) (map[string]string, error) {
		in.DetectorId, in.AccountIds = &id, ids
		out, err := c.UpdateMemberDetectors(t.Context(), in)
		if err != nil {
			return nil, err
		}
		return failures(out.UnprocessedAccounts), nil
	}

	told, features := get()
	want := with()
	for _, own := range []string{"CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS", "AI_ANALYST"} {
		delete(want, own)
	}
	same(t, "features", want, features)
	if *told.AccountId != memberAccount || told.DataSources.S3Logs.Status != "ENABLED" || told.DataSources.CloudTrail.Status != "ENABLED" {
		t.Errorf("data sources of %s: %+v", *told.AccountId, told.DataSources)
	}
	failed, err := change(&guardduty.UpdateMemberDetectorsInput{Features: []types.MemberFeaturesConfiguration{
		{Name: "S3_DATA_EVENTS", Status: "DISABLED"},
		{Name: "RUNTIME_MONITORING", Status: "ENABLED", AdditionalConfiguration: []types.MemberAdditionalConfiguration{{Name: "EC2_AGENT_MANAGEMENT", Status: "ENABLED"}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "strangers", strangers, failed)
	want["S3_DATA_EVENTS"], want["RUNTIME_MONITORING"], want["RUNTIME_MONITORING/EC2_AGENT_MANAGEMENT"] = "DISABLED", "ENABLED", "ENABLED"
	told, features = get()
	same(t, "changed", want, features)
	if told.DataSources.S3Logs.Status != "DISABLED" {
		t.Errorf("the older view of S3 is %s", told.DataSources.S3Logs.Status)
	}
	same(t, "the member's view", with("S3_DATA_EVENTS", "DISABLED", "RUNTIME_MONITORING", "ENABLED", "RUNTIME_MONITORING/EC2_AGENT_MANAGEMENT", "ENABLED"),
		statuses(who.getDetector(t, theirs)))

	if _, err := change(&guardduty.UpdateMemberDetectorsInput{DataSources: &types.DataSourceConfigurations{
		S3Logs: &types.S3LogsConfiguration{Enable: aws.Bool(true)}}}); err != nil {
		t.Fatal(err)
	}
	want["S3_DATA_EVENTS"] = "ENABLED"
	_, features = get()
	same(t, "by the older notation", want, features)

	_, err = change(&guardduty.UpdateMemberDetectorsInput{Features: []types.MemberFeaturesConfiguration{
		{Name: "RUNTIME_MONITORING", Status: "DISABLED"}, {Name: "EKS_RUNTIME_MONITORING", Status: "DISABLED"}}})
	refused(t, err, "BadRequestException", "The request was rejected because EKS_RUNTIME_MONITORING and RUNTIME_MONITORING cannot be provided in the same request.")
	_, err = change(&guardduty.UpdateMemberDetectorsInput{Features: []types.MemberFeaturesConfiguration{{Name: "S3_DATA_EVENTS", Status: "ENABLED"}},
		DataSources: &types.DataSourceConfigurations{S3Logs: &types.S3LogsConfiguration{Enable: aws.Bool(true)}}})
	refused(t, err, "BadRequestException", outOfRange)

	same(t, "stopped", all, c.stopMonitoring(t, id, memberAccount))
	failed, err = change(&guardduty.UpdateMemberDetectorsInput{Features: []types.MemberFeaturesConfiguration{{Name: "AI_PROTECTION", Status: "ENABLED"}}})
	if err != nil || failed[memberAccount] != "The request failed because you cannot enable a data source while the detector is disabled." {
		t.Errorf("enabling while suspended: %v, %v", failed, err)
	}
}

func TestFreeTrials(t *testing.T) { each(t, testFreeTrials) }

func testFreeTrials(t *testing.T, w *world) {
	c := w.admin
	id, _ := c.joined(t, w.member)
	out, err := c.GetRemainingFreeTrialDays(t.Context(), &guardduty.GetRemainingFreeTrialDaysInput{DetectorId: &id, AccountIds: []string{adminAccount, memberAccount, otherAccount}})
	if err != nil || len(out.Accounts) != 2 {
		t.Fatalf("%+v, %v", out, err)
	}
	same(t, "strangers", map[string]string{otherAccount: notAMember}, failures(out.UnprocessedAccounts))
	for i, account := range []string{adminAccount, memberAccount} {
		info := out.Accounts[i]
		got := map[string]int32{}
		for _, f := range info.Features {
			got[string(f.Name)] = *f.FreeTrialDaysRemaining
		}
		same(t, "features of "+account, map[string]int32{"CLOUD_TRAIL": 30, "DNS_LOGS": 30, "FLOW_LOGS": 30, "S3_DATA_EVENTS": 30, "EKS_AUDIT_LOGS": 30,
			"EBS_MALWARE_PROTECTION": 30, "RDS_LOGIN_EVENTS": 30, "LAMBDA_NETWORK_LOGS": 30}, got)
		d := info.DataSources
		if *info.AccountId != account || *d.CloudTrail.FreeTrialDaysRemaining != 30 || *d.DnsLogs.FreeTrialDaysRemaining != 30 || *d.FlowLogs.FreeTrialDaysRemaining != 30 ||
			*d.S3Logs.FreeTrialDaysRemaining != 30 || *d.Kubernetes.AuditLogs.FreeTrialDaysRemaining != 30 ||
			*d.MalwareProtection.ScanEc2InstanceWithFindings.FreeTrialDaysRemaining != 30 {
			t.Errorf("data sources of %s: %+v", *info.AccountId, d)
		}
	}
}
