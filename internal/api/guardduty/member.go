package guardduty

import (
	"context"
	"strings"

	"picket/internal/access"
	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/store"
)

func (a *API) memberRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.CreateMembers, a.createMembers),
		awsrpc.Bind(wire.GetMembers, a.getMembers),
		awsrpc.Bind(wire.ListMembers, a.listMembers),
		awsrpc.Bind(wire.DeleteMembers, a.deleteMembers),
		awsrpc.Bind(wire.DisassociateMembers, a.disassociateMembers),
		awsrpc.Bind(wire.InviteMembers, a.inviteMembers),
		awsrpc.Bind(wire.StartMonitoringMembers, a.startMonitoring),
		awsrpc.Bind(wire.StopMonitoringMembers, a.stopMonitoring),
		awsrpc.Bind(wire.GetMemberDetectors, a.getMemberDetectors),
		awsrpc.Bind(wire.UpdateMemberDetectors, a.updateMemberDetectors),
		awsrpc.Bind(wire.GetRemainingFreeTrialDays, a.getFreeTrials),
	}
}

// How many members an administrator may have: of its own, and when it is its
// organization's.
const (
	maxInvited   = 5_000
	maxDelegated = 50_000
)

// Why an account was not processed, in the words of the real service, "(sic)".
const (
	memberCreates  = "The request is rejected because the current account cannot create members since it is already an associated member of another master account."
	memberOfItself = "The request is rejected because an account cannot become a member of itself."
	alreadyMember  = "The request is rejected because the given account ID is already a member or associated member of the current account."
	tooManyMembers = "The request is rejected because the current account cannot create anymore members since it cannot exceed the maximum number of allowed members."
	managementOff  = "Operation failed because your organization master must first enable GuardDuty to be added as a member"
	memberInvites  = "The request is rejected because the current account cannot invite other accounts since it is already an associated member of another master account."
	invitesItself  = "The request is rejected because the current account cannot invite itself."
	noEmail        = "The request is rejected because member account's email address is missing."
	alreadyInvited = "The request is rejected because the current account has already invited or is already the GuardDuty master of the given member account ID."
	notMember      = "The request is rejected because the given account ID is not an associated member of account the current account."
	stillMember    = "The request is rejected because the current account cannot delete the given member account ID since it is still associated to it."

	// The real service's words for these are not known.
	elsewhere = "The request is rejected because the given account ID is an associated member or the master of other accounts."
	kept      = "The request is rejected because members of the organization cannot be disassociated or disabled while GuardDuty is enabled automatically for all of its accounts."
)

// eachAccount runs f for each account, once. What f returns is why the account
// could not be processed, "" when it was. An error ends it.
func eachAccount(accounts []string, f func(account string) (string, error)) ([]wire.UnprocessedAccount, error) {
	failed := []wire.UnprocessedAccount{}
	seen := map[string]bool{}
	for _, account := range accounts {
		if seen[account] {
			continue
		}
		seen[account] = true
		why, err := f(account)
		if err != nil {
			return nil, err
		}
		if why != "" {
			failed = append(failed, wire.UnprocessedAccount{AccountId: &account, Result: &why})
		}
	}
	return failed, nil
}

// eachMember runs f for each account that the caller has as a member, in one
// transaction; the others are left unprocessed.
func (a *API) eachMember(ctx context.Context, detector string, accounts []string, f func(tx *store.Tx, m *store.Member) (string, error)) (failed []wire.UnprocessedAccount, err error) {
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if _, err := ownDetector(tx, s, detector); err != nil {
			return err
		}
		failed, err = eachAccount(accounts, func(account string) (string, error) {
			m, err := memberOf(tx, s, account)
			if err != nil || m == nil {
				return notMember, err
			}
			return f(tx, m)
		})
		return err
	})
	return failed, err
}

func (a *API) createMembers(ctx context.Context, in *wire.CreateMembersInput) (*wire.CreateMembersOutput, error) {
	org, err := a.organization(ctx)
	if err != nil {
		return nil, err
	}
	out := &wire.CreateMembersOutput{UnprocessedAccounts: []wire.UnprocessedAccount{}}
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		d, err := ownDetector(tx, s, *in.DetectorId)
		if err != nil {
			return err
		}
		n, err := newNovices(tx, org, d)
		if err != nil {
			return err
		}
		for _, detail := range in.AccountDetails {
			if !access.ValidAccount(*detail.AccountId) {
				return errOutOfRange
			}
			why, err := n.create(tx, *detail.AccountId, *detail.Email)
			if err != nil {
				return err
			}
			if why != "" {
				out.UnprocessedAccounts = append(out.UnprocessedAccounts, wire.UnprocessedAccount{AccountId: detail.AccountId, Result: &why})
			}
		}
		return nil
	})
	return out, err
}

// novices makes members of one administrator.
type novices struct {
	administrator store.Detector
	refusal       string // why none can be made
	room          int    // for how many more there is
	organization  *organization
}

func newNovices(tx *store.Tx, org *access.Organization, d store.Detector) (*novices, error) {
	n := &novices{administrator: d}
	if above, err := tx.MembershipOf(d.Scope); err != nil || above != nil {
		n.refusal = memberCreates
		return n, err
	}
	count, err := store.Members.Count(tx, d.Scope, store.MemberRemoved, store.MemberResigned)
	if err != nil {
		return nil, err
	}
	n.organization, err = organizationOf(tx, org, d)
	if n.room = maxInvited - count; n.organization != nil {
		n.room = maxDelegated - count
	}
	return n, err
}

// create makes an account a member: at once when it is in the organization that
// the administrator is delegated for, else one to be invited.
func (n *novices) create(tx *store.Tx, account, email string) (string, error) {
	s := n.administrator.Scope
	if n.refusal != "" {
		return n.refusal, nil
	}
	if account == s.Account {
		return memberOfItself, nil
	}
	m, err := memberOf(tx, s, account)
	if err != nil {
		return "", err
	}
	enrol := n.organization.has(account)
	if m != nil && (!enrol || m.Associated()) {
		return alreadyMember, nil
	}
	if m == nil {
		m = &store.Member{Meta: store.Meta{Scope: s, ID: account, Status: store.MemberCreated}}
	}
	if n.room <= 0 {
		return tooManyMembers, nil
	}
	m.Email = email
	why := ""
	if enrol {
		why, err = n.organization.enrol(tx, m)
	} else {
		err = store.Members.Put(tx, m)
	}
	if why == "" {
		n.room--
	}
	return why, err
}

func (a *API) getMembers(ctx context.Context, in *wire.GetMembersInput) (*wire.GetMembersOutput, error) {
	out := &wire.GetMembersOutput{}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if _, err := ownDetector(tx, s, *in.DetectorId); err != nil {
			return err
		}
		var err error
		out.UnprocessedAccounts, err = eachAccount(in.AccountIds, func(account string) (string, error) {
			m, err := memberOf(tx, s, account)
			if err != nil || m == nil {
				return notMember, err
			}
			out.Members = append(out.Members, memberResult(m))
			return "", nil
		})
		return err
	})
	return out, err
}

// memberResult tells a member to its administrator.
func memberResult(m *store.Member) wire.Member {
	told := wire.Member{AccountId: &m.ID, MasterId: &m.Account, AdministratorId: &m.Account, RelationshipStatus: &m.Status, UpdatedAt: isoTime(m.UpdatedAt),
		Email: &m.Email} // the model requires one, also of accounts that joined through the organization
	if m.DetectorID != "" {
		told.DetectorId = &m.DetectorID
	}
	if !m.InvitedAt.IsZero() {
		told.InvitedAt = isoTime(m.InvitedAt)
	}
	return told
}

func (a *API) listMembers(ctx context.Context, in *wire.ListMembersInput) (*wire.ListMembersOutput, error) {
	const op = "ListMembers"
	out := &wire.ListMembersOutput{Members: []wire.Member{}}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if _, err := ownDetector(tx, s, *in.DetectorId); err != nil {
			return err
		}
		without, err := leftOut(in.OnlyAssociated)
		if err != nil {
			return err
		}
		var after string
		if err := readToken(op, in.NextToken, &after); err != nil {
			return err
		}
		size := pageSize(in.MaxResults)
		members, err := store.Members.List(tx, s, after, size+1, without...)
		if err != nil {
			return err
		}
		if len(members) > size {
			members = members[:size]
			out.NextToken = writeToken(op, members[size-1].ID)
		}
		for i := range members {
			out.Members = append(out.Members, memberResult(&members[i]))
		}
		return nil
	})
	return out, err
}

// pageSize is how many items a page has room for.
func pageSize(maxResults *int32) int {
	if maxResults == nil {
		return 50
	}
	return int(*maxResults)
}

// leftOut are the statuses that a list of members has not.
func leftOut(onlyAssociated *string) ([]string, error) {
	switch {
	case onlyAssociated == nil, strings.EqualFold(*onlyAssociated, "true"):
		return notAssociated, nil
	case strings.EqualFold(*onlyAssociated, "false"):
		return nil, nil
	}
	return nil, fault.New(fault.Invalid, "The request is rejected because the parameter onlyAssociated has an invalid value.")
}
