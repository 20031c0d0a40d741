package e2e

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
)

const noInvitation = "The request is rejected because the current account does not have an invitation from the requested master account."

func (c *client) invitations(t *testing.T) []types.Invitation {
	t.Helper()
	out, err := c.ListInvitations(t.Context(), &guardduty.ListInvitationsInput{})
	if err != nil {
		t.Fatal(err)
	}
	return out.Invitations
}

func (c *client) invitation(t *testing.T, from string) types.Invitation {
	t.Helper()
	for _, i := range c.invitations(t) {
		if *i.AccountId == from {
			return i
		}
	}
	t.Fatalf("%s has no invitation from %s", c.Account, from)
	return types.Invitation{}
}

func (c *client) count(t *testing.T) int32 {
	t.Helper()
	out, err := c.GetInvitationsCount(t.Context(), &guardduty.GetInvitationsCountInput{})
	if err != nil {
		t.Fatal(err)
	}
	return *out.InvitationsCount
}

func (c *client) accept(t *testing.T, detector, from string) {
	t.Helper()
	_, err := c.AcceptAdministratorInvitation(t.Context(), &guardduty.AcceptAdministratorInvitationInput{DetectorId: &detector, AdministratorId: &from,
		InvitationId: c.invitation(t, from).InvitationId})
	if err != nil {
		t.Fatal(err)
	}
}

// alone checks that the account has no administrator, in both words.
func (c *client) alone(t *testing.T, detector string) {
	t.Helper()
	new, err := c.GetAdministratorAccount(t.Context(), &guardduty.GetAdministratorAccountInput{DetectorId: &detector})
	if err != nil || new.Administrator != nil {
		t.Errorf("administrator %+v, %v", new, err)
	}
	old, err := c.GetMasterAccount(t.Context(), &guardduty.GetMasterAccountInput{DetectorId: &detector})
	if err != nil || old.Master != nil {
		t.Errorf("master %+v, %v", old, err)
	}
}

func (c *client) decline(t *testing.T, from ...string) map[string]string {
	t.Helper()
	out, err := c.DeclineInvitations(t.Context(), &guardduty.DeclineInvitationsInput{AccountIds: from})
	if err != nil {
		t.Fatal(err)
	}
	return failures(out.UnprocessedAccounts)
}

func (c *client) deleteInvitations(t *testing.T, from ...string) map[string]string {
	t.Helper()
	out, err := c.DeleteInvitations(t.Context(), &guardduty.DeleteInvitationsInput{AccountIds: from})
	if err != nil {
		t.Fatal(err)
	}
	return failures(out.UnprocessedAccounts)
}

func TestInvitations(t *testing.T) { each(t, testInvitations) }

func testInvitations(t *testing.T, w *world) {
	c, who := w.admin, w.member
	id := c.detector(t)
	missing := "The request is rejected because member account's email address is missing."
	same(t, "created", all, c.createMembers(t, id, memberAccount))
	same(t, "invited", map[string]string{
		adminAccount: "The request is rejected because the current account cannot invite itself.",
		otherAccount: missing,
	}, c.inviteMembers(t, id, adminAccount, memberAccount, otherAccount))
	same(t, "invited again", map[string]string{
		memberAccount: "The request is rejected because the current account has already invited or is already the GuardDuty master of the given member account ID.",
	}, c.inviteMembers(t, id, memberAccount))

	m := c.getMember(t, id, memberAccount)
	if *m.RelationshipStatus != "Invited" || m.InvitedAt == nil || m.DetectorId != nil {
		t.Errorf("an invited member is %s, invited at %v, detector %v", *m.RelationshipStatus, m.InvitedAt, m.DetectorId)
	}
	_, err := c.DeleteDetector(t.Context(), &guardduty.DeleteDetectorInput{DetectorId: &id})
	refused(t, err, "BadRequestException", "The request is rejected because the current account cannot delete detector while it has invited or associated members.")

	if n := len(w.other.invitations(t)); n != 0 {
		t.Errorf("an account that nobody invited has %d invitations", n)
	}
	i := who.invitation(t, adminAccount)
	if *i.AccountId != adminAccount || *i.RelationshipStatus != "Invited" || *i.InvitedAt != *m.InvitedAt || len(*i.InvitationId) != 32 {
		t.Errorf("invitation of %s at %s: %s, %s", *i.AccountId, *i.InvitedAt, *i.RelationshipStatus, *i.InvitationId)
	}
	if n := who.count(t); n != 1 {
		t.Errorf("%d invitations", n)
	}

	theirs := who.detector(t)
	who.alone(t, theirs)
	who.accept(t, theirs, adminAccount)
	m = c.getMember(t, id, memberAccount)
	if *m.RelationshipStatus != "Enabled" || m.DetectorId == nil || *m.DetectorId != theirs {
		t.Errorf("a member is %s with detector %v", *m.RelationshipStatus, m.DetectorId)
	}
	same(t, "associated", []string{memberAccount}, c.listMembers(t, id, ""))
	c.alone(t, id)
	new, err := who.GetAdministratorAccount(t.Context(), &guardduty.GetAdministratorAccountInput{DetectorId: &theirs})
	if err != nil {
		t.Fatal(err)
	}
	old, err := who.GetMasterAccount(t.Context(), &guardduty.GetMasterAccountInput{DetectorId: &theirs})
	if err != nil {
		t.Fatal(err)
	}
	a, b := new.Administrator, old.Master
	if *a.AccountId != adminAccount || *a.RelationshipStatus != "Enabled" || *a.InvitationId != *i.InvitationId || *a.InvitedAt != *i.InvitedAt {
		t.Errorf("administrator %s, %s, %s, %s", *a.AccountId, *a.RelationshipStatus, *a.InvitationId, *a.InvitedAt)
	}
	if *a.AccountId != *b.AccountId || *a.RelationshipStatus != *b.RelationshipStatus || *a.InvitationId != *b.InvitationId || *a.InvitedAt != *b.InvitedAt {
		t.Errorf("administrator and master differ: %+v, %+v", a, b)
	}
	if n := who.count(t); n != 0 {
		t.Errorf("%d invitations beside the accepted one", n)
	}
	if got := who.invitation(t, adminAccount); *got.RelationshipStatus != "Enabled" {
		t.Errorf("the accepted invitation is %s", *got.RelationshipStatus)
	}
}

func TestInvitationsOfSeveral(t *testing.T) { each(t, testInvitationsOfSeveral) }

func testInvitationsOfSeveral(t *testing.T, w *world) {
	who := w.member
	for _, c := range []*client{w.admin, w.other} {
		id := c.detector(t)
		same(t, "created", all, c.createMembers(t, id, memberAccount))
		same(t, "invited", all, c.inviteMembers(t, id, memberAccount))
	}
	if n := who.count(t); n != 2 {
		t.Errorf("%d invitations", n)
	}
	var from []string
	pages := guardduty.NewListInvitationsPaginator(who, &guardduty.ListInvitationsInput{MaxResults: aws.Int32(1)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil || len(page.Invitations) != 1 {
			t.Fatalf("%+v, %v", page, err)
		}
		from = append(from, *page.Invitations[0].AccountId)
	}
	same(t, "pages", []string{adminAccount, otherAccount}, from)
	_, err := who.ListInvitations(t.Context(), &guardduty.ListInvitationsInput{NextToken: aws.String("x")})
	refused(t, err, "BadRequestException", "The request is rejected because an invalid next token is specified")

	theirs := who.detector(t)
	second := who.invitation(t, otherAccount).InvitationId
	who.accept(t, theirs, adminAccount)
	_, err = who.AcceptInvitation(t.Context(), &guardduty.AcceptInvitationInput{DetectorId: &theirs, MasterId: aws.String(otherAccount), InvitationId: second})
	refused(t, err, "BadRequestException", "The request is rejected because the current account cannot accept invitations since it is already an associated member of some master account.")
	if n := who.count(t); n != 1 {
		t.Errorf("%d invitations are left", n)
	}
}

func TestInvitationsDeclined(t *testing.T) { each(t, testInvitationsDeclined) }

func testInvitationsDeclined(t *testing.T, w *world) {
	c, who := w.admin, w.member
	id := c.detector(t)
	same(t, "created", all, c.createMembers(t, id, memberAccount))
	same(t, "invited", all, c.inviteMembers(t, id, memberAccount))
	early := "The request is rejected because the current account cannot delete the invitation from the given master account ID since it is still associated to it or has not declined their invitation yet."
	same(t, "deleted too early", map[string]string{adminAccount: early, otherAccount: noInvitation}, who.deleteInvitations(t, adminAccount, otherAccount))
	same(t, "declined", map[string]string{otherAccount: noInvitation}, who.decline(t, adminAccount, otherAccount))
	if n := who.count(t); n != 0 {
		t.Errorf("%d invitations after declining", n)
	}
	c.standing(t, id, memberAccount, "Resigned")
	same(t, "deleted", all, who.deleteInvitations(t, adminAccount))
	same(t, "deleted again", map[string]string{adminAccount: noInvitation}, who.deleteInvitations(t, adminAccount))
	same(t, "declined again", map[string]string{adminAccount: noInvitation}, who.decline(t, adminAccount))

	same(t, "invited again", all, c.inviteMembers(t, id, memberAccount))
	theirs := who.detector(t)
	who.accept(t, theirs, adminAccount)
	same(t, "declined when accepted", map[string]string{adminAccount: noInvitation}, who.decline(t, adminAccount))
	same(t, "deleted when accepted", map[string]string{adminAccount: early}, who.deleteInvitations(t, adminAccount))
}

func TestAcceptRefused(t *testing.T) { each(t, testAcceptRefused) }

func testAcceptRefused(t *testing.T, w *world) {
	c, who := w.admin, w.member
	id, theirs := c.detector(t), who.detector(t)
	same(t, "created", all, c.createMembers(t, id, memberAccount))
	same(t, "invited", all, c.inviteMembers(t, id, memberAccount))
	invitation := who.invitation(t, adminAccount).InvitationId

	accept := func(detector, from string, invitation *string, want string) {
		t.Helper()
		_, err := who.AcceptAdministratorInvitation(t.Context(), &guardduty.AcceptAdministratorInvitationInput{DetectorId: &detector, AdministratorId: &from, InvitationId: invitation})
		refused(t, err, "BadRequestException", want)
		_, err = who.AcceptInvitation(t.Context(), &guardduty.AcceptInvitationInput{DetectorId: &detector, MasterId: &from, InvitationId: invitation})
		refused(t, err, "BadRequestException", want)
	}
	accept(unknownID, adminAccount, invitation, notOwned)
	accept(id, adminAccount, invitation, notOwned)
	accept("x", adminAccount, invitation, invalidDetector)
	accept(theirs, otherAccount, invitation, noInvitation)
	accept(theirs, adminAccount, aws.String(unknownID), noInvitation)
	accept(theirs, memberAccount, invitation, noInvitation)

	same(t, "a member of its own", all, who.createMembers(t, theirs, otherAccount))
	accept(theirs, adminAccount, invitation, "The request is rejected because the current account cannot accept invitations since it still has created, invited or associated members.")
	same(t, "deleted", all, who.deleteMembers(t, theirs, otherAccount))

	// Who has invited joins another itself.
	third := w.other
	thirds := third.detector(t)
	same(t, "created by the third", all, third.createMembers(t, thirds, adminAccount))
	same(t, "invited by the third", all, third.inviteMembers(t, thirds, adminAccount))
	same(t, "withdrawn", all, c.disassociateMembers(t, id, memberAccount))
	accept(theirs, adminAccount, invitation, noInvitation)
	c.accept(t, id, otherAccount)
	same(t, "deleted", all, c.deleteMembers(t, id, memberAccount))
	_, err := w.elsewhere(who).AcceptInvitation(t.Context(), &guardduty.AcceptInvitationInput{DetectorId: &theirs, MasterId: aws.String(adminAccount), InvitationId: invitation})
	refused(t, err, "BadRequestException", notOwned)
}

func TestLeaveAdministrator(t *testing.T) { each(t, testLeaveAdministrator) }

func testLeaveAdministrator(t *testing.T, w *world) {
	c, who := w.admin, w.member
	id, theirs := c.joined(t, who)
	leave := func(detector string) error {
		_, err := who.DisassociateFromAdministratorAccount(t.Context(), &guardduty.DisassociateFromAdministratorAccountInput{DetectorId: &detector})
		return err
	}
	refused(t, leave(id), "BadRequestException", notOwned)
	if err := leave(theirs); err != nil {
		t.Fatal(err)
	}
	who.alone(t, theirs)
	c.standing(t, id, memberAccount, "Resigned")
	alone := "The request is rejected because the current account is not associated to a master account."
	refused(t, leave(theirs), "BadRequestException", alone)
	_, err := who.DisassociateFromMasterAccount(t.Context(), &guardduty.DisassociateFromMasterAccountInput{DetectorId: &theirs})
	refused(t, err, "BadRequestException", alone)

	same(t, "invited again", all, c.inviteMembers(t, id, memberAccount))
	who.accept(t, theirs, adminAccount)
	if _, err := who.DisassociateFromMasterAccount(t.Context(), &guardduty.DisassociateFromMasterAccountInput{DetectorId: &theirs}); err != nil {
		t.Fatal(err)
	}
	c.standing(t, id, memberAccount, "Resigned")
	same(t, "deleted", all, c.deleteMembers(t, id, memberAccount))
}
