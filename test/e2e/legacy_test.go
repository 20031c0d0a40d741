package e2e

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/guardduty"
)

// TestMasterOperations goes through a membership by the operations of the time
// when administrators were called masters.
func TestMasterOperations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		master, member := w.admin.detector(t), w.other.detector(t)
		same(t, "created", all, w.admin.createMembers(t, master, otherAccount))
		same(t, "invited", all, w.admin.inviteMembers(t, master, otherAccount))
		invitations, err := w.other.ListInvitations(t.Context(), &guardduty.ListInvitationsInput{})
		if err != nil || len(invitations.Invitations) != 1 {
			t.Fatalf("invitations %+v, %v", invitations, err)
		}
		invitation := invitations.Invitations[0]
		if _, err := w.other.AcceptInvitation(t.Context(), &guardduty.AcceptInvitationInput{DetectorId: &member, MasterId: invitation.AccountId,
			InvitationId: invitation.InvitationId}); err != nil {
			t.Fatal(err)
		}
		w.admin.standing(t, master, otherAccount, "Enabled")
		got, err := w.other.GetMasterAccount(t.Context(), &guardduty.GetMasterAccountInput{DetectorId: &member})
		if err != nil {
			t.Fatal(err)
		}
		if m := got.Master; *m.AccountId != adminAccount || *m.InvitationId != *invitation.InvitationId || *m.RelationshipStatus != "Enabled" {
			t.Errorf("master %+v", m)
		}
		if _, err := w.other.DisassociateFromMasterAccount(t.Context(), &guardduty.DisassociateFromMasterAccountInput{DetectorId: &member}); err != nil {
			t.Fatal(err)
		}
		w.admin.standing(t, master, otherAccount, "Resigned")
	})
}
