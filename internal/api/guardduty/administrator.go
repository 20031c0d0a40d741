package guardduty

import (
	"context"
	"errors"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/store"
)

func (a *API) administratorRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.GetAdministratorAccount, a.getAdministrator),
		awsrpc.Bind(wire.GetMasterAccount, a.getMaster),
		awsrpc.Bind(wire.DisassociateFromAdministratorAccount, a.leaveAdministrator),
		awsrpc.Bind(wire.DisassociateFromMasterAccount, a.leaveMaster),
	}
}

// administers says whether the scope's account has associated members.
func administers(tx *store.Tx, s store.Scope) (bool, error) {
	some, err := store.Members.List(tx, s, "", 1, notAssociated...)
	return len(some) > 0, err
}

// notAssociated are the statuses of members that their administrator has no say
// over.
var notAssociated = []string{store.MemberCreated, store.MemberInvited, store.MemberRemoved, store.MemberResigned}

// refuseMember refuses what only administrators and accounts that stand alone
// may manage.
func refuseMember(tx *store.Tx, s store.Scope) error {
	m, err := tx.MembershipOf(s)
	if err == nil && m != nil {
		err = fault.New(fault.Invalid, "The request is rejected because member accounts cannot manage specified resources or properties.")
	}
	return err
}

func (a *API) getAdministrator(ctx context.Context, in *wire.GetAdministratorAccountInput) (*wire.GetAdministratorAccountOutput, error) {
	m, err := a.administrator(ctx, *in.DetectorId)
	if err != nil || m == nil {
		return &wire.GetAdministratorAccountOutput{}, err
	}
	told := wire.Administrator(master(m))
	return &wire.GetAdministratorAccountOutput{Administrator: &told}, nil
}

func (a *API) getMaster(ctx context.Context, in *wire.GetMasterAccountInput) (*wire.GetMasterAccountOutput, error) {
	m, err := a.administrator(ctx, *in.DetectorId)
	if err != nil || m == nil {
		return &wire.GetMasterAccountOutput{}, err
	}
	return &wire.GetMasterAccountOutput{Master: new(master(m))}, nil
}

func (a *API) administrator(ctx context.Context, detector string) (m *store.Member, err error) {
	err = a.db.Read(ctx, func(tx *store.Tx) (err error) {
		if _, err := ownDetector(tx, scopeOf(ctx), detector); err != nil {
			return err
		}
		m, err = tx.MembershipOf(scopeOf(ctx))
		return err
	})
	return m, err
}

// master tells a membership to the member. Who joined through an organization
// was never invited.
func master(m *store.Member) wire.Master {
	told := wire.Master{AccountId: &m.Account, RelationshipStatus: &m.Status}
	if m.InvitationID != "" {
		told.InvitationId, told.InvitedAt = &m.InvitationID, isoTime(m.InvitedAt)
	}
	return told
}

func (a *API) leaveAdministrator(ctx context.Context, in *wire.DisassociateFromAdministratorAccountInput) (*wire.DisassociateFromAdministratorAccountOutput, error) {
	return &wire.DisassociateFromAdministratorAccountOutput{}, a.leave(ctx, *in.DetectorId)
}

func (a *API) leaveMaster(ctx context.Context, in *wire.DisassociateFromMasterAccountInput) (*wire.DisassociateFromMasterAccountOutput, error) {
	return &wire.DisassociateFromMasterAccountOutput{}, a.leave(ctx, *in.DetectorId)
}

func (a *API) leave(ctx context.Context, detector string) error {
	return a.db.Write(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if _, err := ownDetector(tx, s, detector); err != nil {
			return err
		}
		left, err := resign(tx, s)
		if err == nil && !left {
			err = fault.New(fault.Invalid, "The request is rejected because the current account is not associated to a master account.")
		}
		return err
	})
}

// resign ends the account's membership, if it has one that it may end: who is a
// member through the organization stays.
func resign(tx *store.Tx, s store.Scope) (left bool, err error) {
	m, err := tx.MembershipOf(s)
	if err != nil || m == nil {
		return false, err
	}
	if m.ByOrganization {
		return false, fault.New(fault.Invalid, "The request is rejected because member cannot disassociate from Organization administrator")
	}
	m.Status = store.MemberResigned
	return true, store.Members.Put(tx, m)
}

// memberOf reads what the administrator s knows of an account, nil when nothing.
func memberOf(tx *store.Tx, s store.Scope, account string) (*store.Member, error) {
	m, err := store.Members.Get(tx, s, account)
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	return &m, err
}
