package guardduty

import (
	"context"
	"errors"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
	"picket/internal/store"
)

func (a *API) deleteMembers(ctx context.Context, in *wire.DeleteMembersInput) (*wire.DeleteMembersOutput, error) {
	failed, err := a.eachMember(ctx, *in.DetectorId, in.AccountIds, func(tx *store.Tx, m *store.Member) (string, error) {
		if m.Associated() {
			return stillMember, nil
		}
		return "", store.Members.Delete(tx, m.Scope, m.ID)
	})
	return &wire.DeleteMembersOutput{UnprocessedAccounts: failed}, err
}

func (a *API) disassociateMembers(ctx context.Context, in *wire.DisassociateMembersInput) (*wire.DisassociateMembersOutput, error) {
	held, err := a.holder(ctx)
	if err != nil {
		return nil, err
	}
	failed, err := a.eachMember(ctx, *in.DetectorId, in.AccountIds, func(tx *store.Tx, m *store.Member) (string, error) {
		if why, err := held(tx, m); err != nil || why != "" {
			return why, err
		}
		if m.Status == store.MemberRemoved || m.Status == store.MemberResigned {
			return "", nil
		}
		m.Status = store.MemberRemoved
		return "", store.Members.Put(tx, m)
	})
	return &wire.DisassociateMembersOutput{UnprocessedAccounts: failed}, err
}

// holder makes the test for members that their administrator can't let go.
func (a *API) holder(ctx context.Context) (func(tx *store.Tx, m *store.Member) (string, error), error) {
	org, err := a.organization(ctx)
	return func(tx *store.Tx, m *store.Member) (string, error) {
		if !m.ByOrganization || !m.Associated() || !org.Has(m.ID) {
			return "", nil
		}
		set, err := settingsOf(tx, m.Scope)
		if err != nil || set.AutoEnable != string(wire.AutoEnableMembersAll) {
			return "", err
		}
		return kept, nil
	}, err
}

// inviteMembers leaves an invitation where the account finds it. Nothing is
// sent by mail, so that no address is verified.
func (a *API) inviteMembers(ctx context.Context, in *wire.InviteMembersInput) (out *wire.InviteMembersOutput, err error) {
	out = &wire.InviteMembersOutput{}
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if _, err := ownDetector(tx, s, *in.DetectorId); err != nil {
			return err
		}
		above, err := tx.MembershipOf(s)
		if err != nil {
			return err
		}
		out.UnprocessedAccounts, err = eachAccount(in.AccountIds, func(account string) (string, error) {
			switch {
			case above != nil:
				return memberInvites, nil
			case account == s.Account:
				return invitesItself, nil
			}
			return invite(tx, s, account, in.Message)
		})
		return err
	})
	return out, err
}

func invite(tx *store.Tx, s store.Scope, account string, message *string) (string, error) {
	m, err := memberOf(tx, s, account)
	switch {
	case err != nil:
		return "", err
	case m == nil || m.Email == "":
		return noEmail, nil
	case m.Status == store.MemberInvited || m.Associated():
		return alreadyInvited, nil
	case m.ByOrganization: // comes back by CreateMembers only
		return errOutOfRange.Msg, nil
	}
	m.Status, m.InvitationID, m.InvitedAt, m.InvitationDropped = store.MemberInvited, newID(), tx.Now, false
	m.Message = ""
	if message != nil {
		m.Message = *message
	}
	return "", store.Members.Put(tx, m)
}

func (a *API) startMonitoring(ctx context.Context, in *wire.StartMonitoringMembersInput) (*wire.StartMonitoringMembersOutput, error) {
	failed, err := a.eachMember(ctx, *in.DetectorId, in.AccountIds, func(tx *store.Tx, m *store.Member) (string, error) {
		return monitor(tx, m, store.MemberEnabled)
	})
	return &wire.StartMonitoringMembersOutput{UnprocessedAccounts: failed}, err
}

func (a *API) stopMonitoring(ctx context.Context, in *wire.StopMonitoringMembersInput) (*wire.StopMonitoringMembersOutput, error) {
	held, err := a.holder(ctx)
	if err != nil {
		return nil, err
	}
	failed, err := a.eachMember(ctx, *in.DetectorId, in.AccountIds, func(tx *store.Tx, m *store.Member) (string, error) {
		if why, err := held(tx, m); err != nil || why != "" {
			return why, err
		}
		return monitor(tx, m, store.MemberDisabled)
	})
	return &wire.StopMonitoringMembersOutput{UnprocessedAccounts: failed}, err
}

// monitor sets an associated member's status, and its detector's with it: what
// is not monitored is suspended.
func monitor(tx *store.Tx, m *store.Member, to string) (string, error) {
	if !m.Associated() {
		return notMember, nil
	}
	if m.Status == to {
		return "", nil
	}
	m.Status = to
	if err := store.Members.Put(tx, m); err != nil {
		return "", err
	}
	d, err := tx.DetectorOf(store.Scope{Region: m.Region, Account: m.ID})
	if errors.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	d.Status = status(to == store.MemberEnabled)
	return "", store.Detectors.Put(tx, &d)
}

// followFrequency gives a member's detector its administrator's publishing
// frequency.
func followFrequency(tx *store.Tx, administrator store.Scope, d *store.Detector) error {
	above, err := tx.DetectorOf(administrator)
	if errors.Is(err, fault.NotFound) || err == nil && above.Frequency == d.Frequency {
		return nil
	}
	if err != nil {
		return err
	}
	d.Frequency = above.Frequency
	return store.Detectors.Put(tx, d)
}

// leadFrequency gives the frequency of an administrator's detector to all of
// its members.
func leadFrequency(tx *store.Tx, administrator store.Scope) error {
	return eachAssociated(tx, administrator, func(m *store.Member) error {
		d, err := tx.DetectorOf(store.Scope{Region: m.Region, Account: m.ID})
		if errors.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return followFrequency(tx, administrator, &d)
	})
}
