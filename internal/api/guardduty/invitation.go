package guardduty

import (
	"context"

	"picket/internal/access"
	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/store"
)

func (a *API) invitationRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.ListInvitations, a.listInvitations),
		awsrpc.Bind(wire.GetInvitationsCount, a.countInvitations),
		awsrpc.Bind(wire.AcceptAdministratorInvitation, a.acceptAdministrator),
		awsrpc.Bind(wire.AcceptInvitation, a.acceptMaster),
		awsrpc.Bind(wire.DeclineInvitations, a.declineInvitations),
		awsrpc.Bind(wire.DeleteInvitations, a.deleteInvitations),
	}
}

// What is said of invitations that can't be dealt with.
const (
	noInvitation  = "The request is rejected because the current account does not have an invitation from the requested master account."
	notYetRefused = "The request is rejected because the current account cannot delete the invitation from the given master account ID since it is still associated to it or has not declined their invitation yet."
)

// listInvitations lists the invitations that wait for an answer and the one
// that was accepted.
func (a *API) listInvitations(ctx context.Context, in *wire.ListInvitationsInput) (*wire.ListInvitationsOutput, error) {
	const op = "ListInvitations"
	out := &wire.ListInvitationsOutput{Invitations: []wire.Invitation{}}
	var after string
	if err := readToken(op, in.NextToken, &after); err != nil {
		return nil, err
	}
	sent, err := a.invitations(ctx)
	if err != nil {
		return nil, err
	}
	for i := range sent {
		if sent[i].Account <= after {
			continue
		}
		if len(out.Invitations) == pageSize(in.MaxResults) {
			out.NextToken = writeToken(op, out.Invitations[len(out.Invitations)-1].AccountId)
			break
		}
		out.Invitations = append(out.Invitations, wire.Invitation(master(&sent[i])))
	}
	return out, nil
}

// invitations are those to the caller, in order of who sent them.
func (a *API) invitations(ctx context.Context) (sent []store.Member, err error) {
	s := scopeOf(ctx)
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		memberships, err := store.Members.ListID(tx, s.Region, s.Account)
		for _, m := range memberships {
			if m.Status == store.MemberInvited || m.Associated() && !m.ByOrganization {
				sent = append(sent, m)
			}
		}
		return err
	})
	return sent, err
}

func (a *API) countInvitations(ctx context.Context, _ *wire.GetInvitationsCountInput) (*wire.GetInvitationsCountOutput, error) {
	sent, err := a.invitations(ctx)
	var n int32
	for i := range sent {
		if !sent[i].Associated() {
			n++
		}
	}
	return &wire.GetInvitationsCountOutput{InvitationsCount: &n}, err
}

func (a *API) acceptAdministrator(ctx context.Context, in *wire.AcceptAdministratorInvitationInput) (*wire.AcceptAdministratorInvitationOutput, error) {
	return &wire.AcceptAdministratorInvitationOutput{}, a.accept(ctx, *in.DetectorId, *in.AdministratorId, *in.InvitationId)
}

func (a *API) acceptMaster(ctx context.Context, in *wire.AcceptInvitationInput) (*wire.AcceptInvitationOutput, error) {
	return &wire.AcceptInvitationOutput{}, a.accept(ctx, *in.DetectorId, *in.MasterId, *in.InvitationId)
}

// accept makes the caller a member of who invited it.
func (a *API) accept(ctx context.Context, detector, administrator, invitation string) error {
	org, err := a.organization(ctx)
	if err != nil {
		return err
	}
	return a.db.Write(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		d, err := ownDetector(tx, s, detector)
		if err != nil {
			return err
		}
		if err := mayAccept(tx, org, s); err != nil {
			return err
		}
		inviter := store.Scope{Region: s.Region, Account: administrator}
		m, err := memberOf(tx, inviter, s.Account)
		if err != nil {
			return err
		}
		if m == nil || m.Status != store.MemberInvited || m.InvitationID != invitation {
			return fault.New(fault.Invalid, noInvitation)
		}
		if above, err := tx.MembershipOf(inviter); err != nil || above != nil {
			return refusal(err, "The request is rejected because the current account cannot accept invitation from the given account ID since the latter is an associated member of another master account.")
		}
		m.Status, m.DetectorID = store.MemberEnabled, d.ID
		if err := store.Members.Put(tx, m); err != nil {
			return err
		}
		return followFrequency(tx, inviter, &d)
	})
}

// mayAccept refuses an account that is a member already, or an administrator.
func mayAccept(tx *store.Tx, org *access.Organization, s store.Scope) error {
	if above, err := tx.MembershipOf(s); err != nil || above != nil {
		return refusal(err, "The request is rejected because the current account cannot accept invitations since it is already an associated member of some master account.")
	}
	own, err := store.Members.Count(tx, s, store.MemberRemoved, store.MemberResigned)
	if err != nil {
		return err
	}
	delegated, err := isDelegated(tx, org, s)
	if err != nil || own > 0 || delegated {
		return refusal(err, "The request is rejected because the current account cannot accept invitations since it still has created, invited or associated members.")
	}
	return nil
}

// refusal is err, or a refusal with a message when there was none.
func refusal(err error, message string) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Invalid, message)
}

func (a *API) declineInvitations(ctx context.Context, in *wire.DeclineInvitationsInput) (*wire.DeclineInvitationsOutput, error) {
	failed, err := a.answer(ctx, in.AccountIds, func(tx *store.Tx, m *store.Member) (string, error) {
		switch {
		case m.Associated():
			return noInvitation, nil
		case m.Status != store.MemberInvited: // it was declined before, or taken back
			return "", nil
		}
		m.Status = store.MemberResigned
		return "", store.Members.Put(tx, m)
	})
	return &wire.DeclineInvitationsOutput{UnprocessedAccounts: failed}, err
}

func (a *API) deleteInvitations(ctx context.Context, in *wire.DeleteInvitationsInput) (*wire.DeleteInvitationsOutput, error) {
	failed, err := a.answer(ctx, in.AccountIds, func(tx *store.Tx, m *store.Member) (string, error) {
		if m.Status == store.MemberInvited || m.Associated() {
			return notYetRefused, nil
		}
		m.InvitationDropped = true
		return "", store.Members.Put(tx, m)
	})
	return &wire.DeleteInvitationsOutput{UnprocessedAccounts: failed}, err
}

// answer goes through the invitations of accounts. Those that never sent one,
// or whose was deleted, are left unprocessed.
func (a *API) answer(ctx context.Context, accounts []string, f func(tx *store.Tx, m *store.Member) (string, error)) (failed []wire.UnprocessedAccount, err error) {
	s := scopeOf(ctx)
	err = a.db.Write(ctx, func(tx *store.Tx) (err error) {
		failed, err = eachAccount(accounts, func(account string) (string, error) {
			m, err := memberOf(tx, store.Scope{Region: s.Region, Account: account}, s.Account)
			if err != nil || m == nil || m.InvitationID == "" || m.InvitationDropped {
				return noInvitation, err
			}
			return f(tx, m)
		})
		return err
	})
	return failed, err
}
