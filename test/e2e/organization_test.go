package e2e

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
)

const notMaster = "The request failed because you do not have required AWS Organization master permission."

// delegated makes the member's account the organization's administrator and
// returns its detector. An organization has the same one in all regions, so that
// all tests have to name this one.
func (w *world) delegated(t *testing.T) (*client, string) {
	t.Helper()
	if _, err := w.admin.EnableOrganizationAdminAccount(t.Context(), &guardduty.EnableOrganizationAdminAccountInput{AdminAccountId: aws.String(memberAccount)}); err != nil {
		t.Fatal(err)
	}
	ids := w.member.listDetectors(t)
	if len(ids) != 1 {
		t.Fatalf("a delegated administrator has the detectors %v", ids)
	}
	return w.member, ids[0]
}

func (c *client) admins(t *testing.T) map[string]string {
	t.Helper()
	out, err := c.ListOrganizationAdminAccounts(t.Context(), &guardduty.ListOrganizationAdminAccountsInput{})
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for _, a := range out.AdminAccounts {
		m[*a.AdminAccountId] = string(a.AdminStatus)
	}
	return m
}

func (c *client) describe(t *testing.T, detector string) *guardduty.DescribeOrganizationConfigurationOutput {
	t.Helper()
	out, err := c.DescribeOrganizationConfiguration(t.Context(), &guardduty.DescribeOrganizationConfigurationInput{DetectorId: &detector})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (c *client) configure(t *testing.T, detector string, members types.AutoEnableMembers, features ...types.OrganizationFeatureConfiguration) {
	t.Helper()
	_, err := c.UpdateOrganizationConfiguration(t.Context(), &guardduty.UpdateOrganizationConfigurationInput{DetectorId: &detector,
		AutoEnableOrganizationMembers: members, Features: features})
	if err != nil {
		t.Fatal(err)
	}
}

// settings are an organization's features as one map, options as FEATURE/OPTION.
func settings(out *guardduty.DescribeOrganizationConfigurationOutput) map[string]string {
	m := map[string]string{}
	for _, f := range out.Features {
		m[string(f.Name)] = string(f.AutoEnable)
		for _, o := range f.AdditionalConfiguration {
			m[string(f.Name)+"/"+string(o.Name)] = string(o.AutoEnable)
		}
	}
	return m
}

// nothing is the settings of an administrator that has made none.
func nothing() map[string]string {
	m := with()
	for _, own := range []string{"CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS", "AI_ANALYST"} {
		delete(m, own)
	}
	for name := range m {
		m[name] = "NONE"
	}
	return m
}

func TestOrganizationAdmin(t *testing.T) { each(t, testOrganizationAdmin) }

func testOrganizationAdmin(t *testing.T, w *world) {
	same(t, "nobody", all, w.admin.admins(t))
	c, id := w.delegated(t)
	same(t, "named", map[string]string{memberAccount: "ENABLED"}, w.admin.admins(t))
	if got := c.getDetector(t, id); got.Status != "ENABLED" {
		t.Errorf("the administrator's detector is %s", got.Status)
	}
	if _, again := w.delegated(t); again != id {
		t.Errorf("naming it again made %s of %s", again, id)
	}
	same(t, "not here", all, w.elsewhere(w.admin).admins(t))

	enable := func(c *client, account string) error {
		_, err := c.EnableOrganizationAdminAccount(t.Context(), &guardduty.EnableOrganizationAdminAccountInput{AdminAccountId: &account})
		return err
	}
	disable := func(c *client, account string) error {
		_, err := c.DisableOrganizationAdminAccount(t.Context(), &guardduty.DisableOrganizationAdminAccountInput{AdminAccountId: &account})
		return err
	}
	another := "The request failed because another account is already enabled as GuardDuty delegated administrator for the organization."
	refused(t, enable(w.admin, inOrganization[0]), "BadRequestException", another)
	refused(t, enable(w.elsewhere(w.admin), inOrganization[0]), "BadRequestException", another)
	refused(t, enable(w.admin, otherAccount), "BadRequestException", "The request failed because admin account passed is not member of AWS Organizations.")
	refused(t, enable(w.admin, "x"), "BadRequestException", outOfRange)
	refused(t, disable(w.admin, inOrganization[0]), "BadRequestException", outOfRange)
	for _, stranger := range []*client{w.member, w.other} {
		refused(t, enable(stranger, memberAccount), "BadRequestException", notMaster)
		refused(t, disable(stranger, memberAccount), "BadRequestException", notMaster)
		_, err := stranger.ListOrganizationAdminAccounts(t.Context(), &guardduty.ListOrganizationAdminAccountsInput{})
		refused(t, err, "BadRequestException", notMaster)
	}
	_, err := w.admin.ListOrganizationAdminAccounts(t.Context(), &guardduty.ListOrganizationAdminAccountsInput{NextToken: aws.String("x")})
	refused(t, err, "BadRequestException", "The request is rejected because an invalid next token is specified")

	same(t, "enrolled", all, c.createMembers(t, id, inOrganization[0]))
	if err := disable(w.admin, memberAccount); err != nil {
		t.Fatal(err)
	}
	same(t, "nobody again", all, w.admin.admins(t))
	c.standing(t, id, inOrganization[0], "Removed")
	refused(t, disable(w.admin, memberAccount), "BadRequestException", outOfRange)
	_, err = c.DescribeOrganizationConfiguration(t.Context(), &guardduty.DescribeOrganizationConfigurationInput{DetectorId: &id})
	refused(t, err, "BadRequestException", notMaster)
	c.deleteDetector(t, id)
}

func TestOrganizationConfiguration(t *testing.T) { each(t, testOrganizationConfiguration) }

func testOrganizationConfiguration(t *testing.T, w *world) {
	c, id := w.delegated(t)
	check := func(members types.AutoEnableMembers, want map[string]string) {
		t.Helper()
		out := c.describe(t, id)
		if *out.AutoEnable != (members != "NONE") || out.AutoEnableOrganizationMembers != members || *out.MemberAccountLimitReached || out.NextToken != nil {
			t.Errorf("auto-enable %v and %s, limit %v, token %v; want %s", *out.AutoEnable, out.AutoEnableOrganizationMembers, *out.MemberAccountLimitReached, out.NextToken, members)
		}
		same(t, "features", want, settings(out))
		older := map[string]bool{"S3_DATA_EVENTS": *out.DataSources.S3Logs.AutoEnable, "EKS_AUDIT_LOGS": *out.DataSources.Kubernetes.AuditLogs.AutoEnable,
			"EBS_MALWARE_PROTECTION": *out.DataSources.MalwareProtection.ScanEc2InstanceWithFindings.EbsVolumes.AutoEnable}
		for name, on := range older {
			if on != (want[name] != "NONE") {
				t.Errorf("the older view of %s is %v, its feature %s", name, on, want[name])
			}
		}
	}
	update := func(in *guardduty.UpdateOrganizationConfigurationInput) error {
		in.DetectorId = &id
		_, err := c.UpdateOrganizationConfiguration(t.Context(), in)
		return err
	}
	want := nothing()
	check("NONE", want)
	for _, step := range []struct {
		in      guardduty.UpdateOrganizationConfigurationInput
		members types.AutoEnableMembers
		changed map[string]string
	}{
		{guardduty.UpdateOrganizationConfigurationInput{AutoEnable: aws.Bool(true)}, "NEW", nil},
		{guardduty.UpdateOrganizationConfigurationInput{AutoEnable: aws.Bool(false), DataSources: &types.OrganizationDataSourceConfigurations{
			S3Logs: &types.OrganizationS3LogsConfiguration{AutoEnable: aws.Bool(true)}}}, "NONE", map[string]string{"S3_DATA_EVENTS": "NEW"}},
		{guardduty.UpdateOrganizationConfigurationInput{AutoEnableOrganizationMembers: "NEW", DataSources: &types.OrganizationDataSourceConfigurations{
			S3Logs:     &types.OrganizationS3LogsConfiguration{AutoEnable: aws.Bool(false)},
			Kubernetes: &types.OrganizationKubernetesConfiguration{AuditLogs: &types.OrganizationKubernetesAuditLogsConfiguration{AutoEnable: aws.Bool(true)}},
			MalwareProtection: &types.OrganizationMalwareProtectionConfiguration{ScanEc2InstanceWithFindings: &types.OrganizationScanEc2InstanceWithFindings{
				EbsVolumes: &types.OrganizationEbsVolumes{AutoEnable: aws.Bool(true)}}}}},
			"NEW", map[string]string{"S3_DATA_EVENTS": "NONE", "EKS_AUDIT_LOGS": "NEW", "EBS_MALWARE_PROTECTION": "NEW"}},
		{guardduty.UpdateOrganizationConfigurationInput{AutoEnableOrganizationMembers: "NONE", Features: []types.OrganizationFeatureConfiguration{
			{Name: "EKS_AUDIT_LOGS", AutoEnable: "ALL"},
			{Name: "EKS_RUNTIME_MONITORING", AutoEnable: "NEW", AdditionalConfiguration: []types.OrganizationAdditionalConfiguration{{Name: "EKS_ADDON_MANAGEMENT", AutoEnable: "NEW"}}},
		}}, "NONE", map[string]string{"EKS_AUDIT_LOGS": "ALL", "EKS_RUNTIME_MONITORING": "NEW", "EKS_RUNTIME_MONITORING/EKS_ADDON_MANAGEMENT": "NEW"}},
	} {
		if err := update(&step.in); err != nil {
			t.Fatal(err)
		}
		for name, v := range step.changed {
			want[name] = v
		}
		check(step.members, want)
	}

	s3 := types.OrganizationFeatureConfiguration{Name: "S3_DATA_EVENTS", AutoEnable: "NEW"}
	for name, r := range map[string]struct {
		in   guardduty.UpdateOrganizationConfigurationInput
		want string
	}{
		"neither": {guardduty.UpdateOrganizationConfigurationInput{}, outOfRange},
		"both":    {guardduty.UpdateOrganizationConfigurationInput{AutoEnable: aws.Bool(true), AutoEnableOrganizationMembers: "NEW"}, outOfRange},
		"both notations": {guardduty.UpdateOrganizationConfigurationInput{AutoEnableOrganizationMembers: "NEW", Features: []types.OrganizationFeatureConfiguration{s3},
			DataSources: &types.OrganizationDataSourceConfigurations{S3Logs: &types.OrganizationS3LogsConfiguration{AutoEnable: aws.Bool(true)}}}, outOfRange},
		"both runtimes": {guardduty.UpdateOrganizationConfigurationInput{AutoEnableOrganizationMembers: "NEW", Features: []types.OrganizationFeatureConfiguration{
			{Name: "EKS_RUNTIME_MONITORING", AutoEnable: "NEW"}, {Name: "RUNTIME_MONITORING", AutoEnable: "NEW"}}},
			"The request was rejected because EKS_RUNTIME_MONITORING and RUNTIME_MONITORING cannot be provided in the same request."},
		"another's option": {guardduty.UpdateOrganizationConfigurationInput{AutoEnableOrganizationMembers: "NEW", Features: []types.OrganizationFeatureConfiguration{
			{Name: "S3_DATA_EVENTS", AutoEnable: "NEW", AdditionalConfiguration: []types.OrganizationAdditionalConfiguration{{Name: "EKS_ADDON_MANAGEMENT", AutoEnable: "NEW"}}}}}, outOfRange},
	} {
		t.Run(name, func(t *testing.T) { refused(t, update(&r.in), "BadRequestException", r.want) })
	}
	check("NONE", want)

	var paged int
	for token, n := (*string)(nil), 0; n == 0 || token != nil; n++ {
		page, err := c.DescribeOrganizationConfiguration(t.Context(), &guardduty.DescribeOrganizationConfigurationInput{DetectorId: &id, MaxResults: aws.Int32(3), NextToken: token})
		if err != nil || len(page.Features) > 3 || page.AutoEnableOrganizationMembers != "NONE" {
			t.Fatalf("page %d: %+v, %v", n, page, err)
		}
		token, paged = page.NextToken, paged+len(page.Features)
	}
	if all := len(c.describe(t, id).Features); paged != all {
		t.Errorf("pages have %d features of %d", paged, all)
	}

	for detector, want := range map[string]string{w.admin.detector(t): notMaster, unknownID: notOwned, "x": invalidDetector} {
		_, err := w.admin.DescribeOrganizationConfiguration(t.Context(), &guardduty.DescribeOrganizationConfigurationInput{DetectorId: &detector})
		refused(t, err, "BadRequestException", want)
		_, err = w.admin.UpdateOrganizationConfiguration(t.Context(), &guardduty.UpdateOrganizationConfigurationInput{DetectorId: &detector, AutoEnable: aws.Bool(true)})
		refused(t, err, "BadRequestException", want)
	}
	_, err := w.other.GetOrganizationStatistics(t.Context(), &guardduty.GetOrganizationStatisticsInput{})
	refused(t, err, "BadRequestException", notMaster)
}

func TestOrganizationMembers(t *testing.T) { each(t, testOrganizationMembers) }

func testOrganizationMembers(t *testing.T, w *world) {
	c, id := w.delegated(t)
	c.configure(t, id, "NONE", types.OrganizationFeatureConfiguration{Name: "S3_DATA_EVENTS", AutoEnable: "NEW"})
	must := "Operation failed because your organization master must first enable GuardDuty to be added as a member"
	same(t, "created", map[string]string{adminAccount: must}, c.createMembers(t, id, inOrganization[0], adminAccount, otherAccount))
	same(t, "created again", map[string]string{inOrganization[0]: alreadyAMember}, c.createMembers(t, id, inOrganization[0]))
	c.standing(t, id, inOrganization[0], "Enabled")
	c.standing(t, id, otherAccount, "Created")
	same(t, "associated", []string{inOrganization[0]}, c.listMembers(t, id, ""))
	m := c.getMember(t, id, inOrganization[0])
	if m.DetectorId == nil || len(*m.DetectorId) != 32 || m.InvitedAt != nil {
		t.Errorf("a member of the organization has detector %v and was invited at %v", m.DetectorId, m.InvitedAt)
	}
	out, err := c.GetMemberDetectors(t.Context(), &guardduty.GetMemberDetectorsInput{DetectorId: &id, AccountIds: inOrganization[:1]})
	if err != nil || len(out.MemberDataSourceConfigurations) != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	for _, f := range out.MemberDataSourceConfigurations[0].Features {
		want := types.FeatureStatusDisabled
		if f.Name == "S3_DATA_EVENTS" {
			want = types.FeatureStatusEnabled
		}
		if f.Status != want {
			t.Errorf("%s of a new member is %s", f.Name, f.Status)
		}
	}

	// An account that has GuardDuty keeps what it has.
	management := w.admin.detector(t)
	same(t, "the management account", all, c.createMembers(t, id, adminAccount))
	same(t, "its features", with(), statuses(w.admin.getDetector(t, management)))
	who := w.admin
	told, err := who.GetAdministratorAccount(t.Context(), &guardduty.GetAdministratorAccountInput{DetectorId: &management})
	if err != nil || *told.Administrator.AccountId != memberAccount || *told.Administrator.RelationshipStatus != "Enabled" {
		t.Errorf("administrator %+v, %v", told, err)
	}
	if n := len(who.invitations(t)); n != 0 {
		t.Errorf("%d invitations were needed", n)
	}
	stays := "The request is rejected because member cannot disassociate from Organization administrator"
	_, err = who.DisassociateFromAdministratorAccount(t.Context(), &guardduty.DisassociateFromAdministratorAccountInput{DetectorId: &management})
	refused(t, err, "BadRequestException", stays)
	_, err = who.DeleteDetector(t.Context(), &guardduty.DeleteDetectorInput{DetectorId: &management})
	refused(t, err, "BadRequestException", stays)

	same(t, "disassociated", all, c.disassociateMembers(t, id, adminAccount))
	same(t, "invited", map[string]string{adminAccount: outOfRange}, c.inviteMembers(t, id, adminAccount))
	same(t, "created once more", all, c.createMembers(t, id, adminAccount))
	c.standing(t, id, adminAccount, "Enabled")
}

func TestAutoEnable(t *testing.T) { each(t, testAutoEnable) }

func testAutoEnable(t *testing.T, w *world) {
	c, id := w.delegated(t)
	if err := c.update(t, &guardduty.UpdateDetectorInput{DetectorId: &id, FindingPublishingFrequency: "ONE_HOUR"}); err != nil {
		t.Fatal(err)
	}
	c.configure(t, id, "NEW")
	same(t, "who was there before is not new", nil, c.listMembers(t, id, "false"))
	management := w.admin.detector(t)
	c.configure(t, id, "ALL", types.OrganizationFeatureConfiguration{Name: "LAMBDA_NETWORK_LOGS", AutoEnable: "ALL"})
	same(t, "all", []string{adminAccount, inOrganization[0], inOrganization[1]}, c.listMembers(t, id, ""))
	if got := w.admin.getDetector(t, management).FindingPublishingFrequency; got != "ONE_HOUR" {
		t.Errorf("a member publishes at %s, not as its administrator", got)
	}
	if m := c.getMember(t, id, inOrganization[0]); m.Email == nil || *m.Email != "" {
		t.Errorf("email %s; the model requires one, and none is known", aws.ToString(m.Email))
	}
	kept := "The request is rejected because members of the organization cannot be disassociated or disabled while GuardDuty is enabled automatically for all of its accounts."
	same(t, "disassociated", map[string]string{inOrganization[0]: kept}, c.disassociateMembers(t, id, inOrganization[0]))
	same(t, "stopped", map[string]string{inOrganization[0]: kept}, c.stopMonitoring(t, id, inOrganization[0]))

	c.configure(t, id, "NONE", types.OrganizationFeatureConfiguration{Name: "RUNTIME_MONITORING", AutoEnable: "ALL",
		AdditionalConfiguration: []types.OrganizationAdditionalConfiguration{{Name: "EC2_AGENT_MANAGEMENT", AutoEnable: "ALL"}}})
	same(t, "existing members", with("RUNTIME_MONITORING", "ENABLED", "RUNTIME_MONITORING/EC2_AGENT_MANAGEMENT", "ENABLED"), statuses(w.admin.getDetector(t, management)))

	same(t, "stopped", all, c.stopMonitoring(t, id, inOrganization[0]))
	same(t, "disassociated", all, c.disassociateMembers(t, id, inOrganization[1]))
	checkStatistics(t, c, 2, 2, map[string]int32{"S3_DATA_EVENTS": 2, "LAMBDA_NETWORK_LOGS": 2, "RUNTIME_MONITORING": 1})
	c.configure(t, id, "ALL")
	c.standing(t, id, inOrganization[0], "Enabled")
	c.standing(t, id, inOrganization[1], "Enabled")
	checkStatistics(t, c, 3, 4, map[string]int32{"S3_DATA_EVENTS": 2, "LAMBDA_NETWORK_LOGS": 4, "RUNTIME_MONITORING": 3})
}

// checkStatistics compares the counts. All accounts of the organization count in
// the total.
func checkStatistics(t *testing.T, c *client, members, enabled int32, features map[string]int32) {
	t.Helper()
	out, err := c.GetOrganizationStatistics(t.Context(), &guardduty.GetOrganizationStatisticsInput{})
	if err != nil {
		t.Fatal(err)
	}
	s := out.OrganizationDetails.OrganizationStatistics
	if *s.TotalAccountsCount != int32(2+len(inOrganization)) || *s.MemberAccountsCount != members || *s.ActiveAccountsCount != members || *s.EnabledAccountsCount != enabled {
		t.Errorf("total %d, members %d, active %d, enabled %d; want members %d, enabled %d",
			*s.TotalAccountsCount, *s.MemberAccountsCount, *s.ActiveAccountsCount, *s.EnabledAccountsCount, members, enabled)
	}
	for _, f := range s.CountByFeature {
		if want, ok := features[string(f.Name)]; ok && *f.EnabledAccountsCount != want {
			t.Errorf("%s is enabled in %d accounts, want %d", f.Name, *f.EnabledAccountsCount, want)
		}
	}
	if at := out.OrganizationDetails.UpdatedAt; at == nil || time.Since(*at) > time.Minute {
		t.Errorf("updated at %v", at)
	}
}

func TestEnrolledElsewhere(t *testing.T) { each(t, testEnrolledElsewhere) }

func testEnrolledElsewhere(t *testing.T, w *world) {
	_, theirs := w.other.joined(t, w.admin)
	c, id := w.delegated(t)
	elsewhere := map[string]string{adminAccount: "The request is rejected because the given account ID is an associated member or the master of other accounts."}
	same(t, "a member of another", elsewhere, c.createMembers(t, id, adminAccount))
	c.configure(t, id, "ALL")
	same(t, "all others", inOrganization[:], c.listMembers(t, id, ""))
	if _, err := w.admin.DisassociateFromMasterAccount(t.Context(), &guardduty.DisassociateFromMasterAccountInput{DetectorId: &theirs}); err != nil {
		t.Fatal(err)
	}

	// Who has invited others is enrolled; then its invitation is worth nothing.
	invited := w.other.listDetectors(t)[0]
	same(t, "left", all, w.other.deleteMembers(t, invited, adminAccount))
	same(t, "created", all, w.admin.createMembers(t, theirs, otherAccount))
	same(t, "invited", all, w.admin.inviteMembers(t, theirs, otherAccount))
	same(t, "enrolled", all, c.createMembers(t, id, adminAccount))
	_, err := w.other.AcceptInvitation(t.Context(), &guardduty.AcceptInvitationInput{DetectorId: &invited, MasterId: aws.String(adminAccount),
		InvitationId: w.other.invitation(t, adminAccount).InvitationId})
	refused(t, err, "BadRequestException", "The request is rejected because the current account cannot accept invitation from the given account ID since the latter is an associated member of another master account.")
}
