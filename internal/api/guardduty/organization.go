package guardduty

import (
	"context"
	"encoding/json"
	"errors"

	"picket/internal/access"
	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/store"
)

func (a *API) organizationRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.EnableOrganizationAdminAccount, a.enableAdmin),
		awsrpc.Bind(wire.DisableOrganizationAdminAccount, a.disableAdmin),
		awsrpc.Bind(wire.ListOrganizationAdminAccounts, a.listAdmins),
		awsrpc.Bind(wire.DescribeOrganizationConfiguration, a.describeOrganization),
		awsrpc.Bind(wire.UpdateOrganizationConfiguration, a.updateOrganization),
		awsrpc.Bind(wire.GetOrganizationStatistics, a.getOrganizationStatistics),
	}
}

// An Organizer knows the organization that the accounts of the server form. It
// is nil when there is none; what is returned is not changed later.
type Organizer interface {
	Organization(ctx context.Context) (*access.Organization, error)
}

func (a *API) organization(ctx context.Context) (*access.Organization, error) {
	if a.org == nil {
		return nil, nil
	}
	return a.org.Organization(ctx)
}

// errNotMaster is for who does not manage the organization, for accounts that
// are in none, and for who is not its delegated administrator.
var errNotMaster = fault.New(fault.Invalid, "The request failed because you do not have required AWS Organization master permission.")

// managed is the organization that the caller manages.
func (a *API) managed(ctx context.Context) (*access.Organization, error) {
	org, err := a.organization(ctx)
	if err == nil && (org == nil || org.Management != scopeOf(ctx).Account) {
		err = errNotMaster
	}
	return org, err
}

// isDelegated says whether the organization's administrator in the region is
// the scope's account.
func isDelegated(tx *store.Tx, org *access.Organization, s store.Scope) (bool, error) {
	if !org.Has(s.Account) {
		return false, nil
	}
	_, err := store.Administrators.Get(tx, store.Scope{Region: s.Region, Account: org.Management}, s.Account)
	if errors.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// enableAdmin makes an account of the organization its administrator in the
// region and enables GuardDuty there.
func (a *API) enableAdmin(ctx context.Context, in *wire.EnableOrganizationAdminAccountInput) (*wire.EnableOrganizationAdminAccountOutput, error) {
	org, err := a.managed(ctx)
	if err != nil {
		return nil, err
	}
	if !access.ValidAccount(*in.AdminAccountId) {
		return nil, errOutOfRange
	}
	if !org.Has(*in.AdminAccountId) {
		return nil, fault.New(fault.Invalid, "The request failed because admin account passed is not member of AWS Organizations.")
	}
	management := scopeOf(ctx)
	return &wire.EnableOrganizationAdminAccountOutput{}, a.db.Write(ctx, func(tx *store.Tx) error {
		if err := loneAdmin(tx, management.Account, *in.AdminAccountId); err != nil {
			return err
		}
		admin := store.Scope{Region: management.Region, Account: *in.AdminAccountId}
		if above, err := tx.MembershipOf(admin); err != nil || above != nil {
			return refusal(err, errOutOfRange.Msg)
		}
		named := store.Administrator{Meta: store.Meta{Scope: management, ID: admin.Account, Status: enabled}}
		if err := store.Administrators.Put(tx, &named); err != nil {
			return err
		}
		return delegate(tx, org, admin)
	})
}

// loneAdmin refuses a second administrator: it has to be the same account in
// all regions.
func loneAdmin(tx *store.Tx, management, account string) error {
	for after := (store.Meta{}); ; {
		const some = 500
		named, err := store.Administrators.Everywhere(tx, after, some)
		if err != nil {
			return err
		}
		for _, n := range named {
			if n.Account == management && n.ID != account {
				return fault.New(fault.Invalid, "The request failed because another account is already enabled as GuardDuty delegated administrator for the organization.")
			}
			after = n.Meta
		}
		if len(named) < some {
			return nil
		}
	}
}

// delegate gives a new administrator its detector and settings. Members that it
// had invited are the organization's from now on, if they are in it.
func delegate(tx *store.Tx, org *access.Organization, admin store.Scope) error {
	_, err := tx.DetectorOf(admin)
	if errors.Is(err, fault.NotFound) {
		d := newDetector(admin, enabled, tx.Now)
		err = store.Detectors.Insert(tx, &d)
	}
	if err != nil {
		return err
	}
	set, err := settingsOf(tx, admin)
	if err != nil {
		return err
	}
	if err := putSettings(tx, org, &set); err != nil {
		return err
	}
	return eachAssociated(tx, admin, func(m *store.Member) error {
		if m.ByOrganization || !org.Has(m.ID) {
			return nil
		}
		m.ByOrganization = true
		return store.Members.Put(tx, m)
	})
}

// eachAssociated runs f for the associated members of an administrator.
func eachAssociated(tx *store.Tx, admin store.Scope, f func(m *store.Member) error) error {
	const some = 500
	for after := ""; ; {
		members, err := store.Members.List(tx, admin, after, some, notAssociated...)
		if err != nil {
			return err
		}
		for i := range members {
			if err := f(&members[i]); err != nil {
				return err
			}
			after = members[i].ID
		}
		if len(members) < some {
			return nil
		}
	}
}

// disableAdmin takes the organization away from its administrator. GuardDuty
// goes on in its accounts, but they are nobody's members.
func (a *API) disableAdmin(ctx context.Context, in *wire.DisableOrganizationAdminAccountInput) (*wire.DisableOrganizationAdminAccountOutput, error) {
	org, err := a.managed(ctx)
	if err != nil {
		return nil, err
	}
	management := scopeOf(ctx)
	return &wire.DisableOrganizationAdminAccountOutput{}, a.db.Write(ctx, func(tx *store.Tx) error {
		err := store.Administrators.Delete(tx, management, *in.AdminAccountId)
		if errors.Is(err, fault.NotFound) {
			return errOutOfRange
		}
		if err != nil {
			return err
		}
		admin := store.Scope{Region: management.Region, Account: *in.AdminAccountId}
		if err := store.Organizations.DeleteAll(tx, admin); err != nil {
			return err
		}
		return release(tx, org, admin)
	})
}

// listAdmins lists the one administrator that there can be in a region.
func (a *API) listAdmins(ctx context.Context, in *wire.ListOrganizationAdminAccountsInput) (*wire.ListOrganizationAdminAccountsOutput, error) {
	if _, err := a.managed(ctx); err != nil {
		return nil, err
	}
	var after string
	if err := readToken("ListOrganizationAdminAccounts", in.NextToken, &after); err != nil {
		return nil, err
	}
	out := &wire.ListOrganizationAdminAccountsOutput{AdminAccounts: []wire.AdminAccount{}}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		named, err := store.Administrators.List(tx, scopeOf(ctx), after, 1)
		for i := range named {
			out.AdminAccounts = append(out.AdminAccounts, wire.AdminAccount{AdminAccountId: &named[i].ID, AdminStatus: new(wire.AdminStatus(named[i].Status))})
		}
		return err
	})
	return out, err
}

// settingsOf are the settings of a delegated administrator: until it has made
// any, nothing is enabled automatically.
func settingsOf(tx *store.Tx, admin store.Scope) (store.Organization, error) {
	set, err := store.Organizations.Get(tx, admin, admin.Account)
	if errors.Is(err, fault.NotFound) {
		return store.Organization{Meta: store.Meta{Scope: admin, ID: admin.Account}, AutoEnable: string(wire.AutoEnableMembersNone), Features: map[string]string{}}, nil
	}
	return set, err
}

// putSettings writes settings. With the first goes which accounts the
// organization has: those that join later are new.
func putSettings(tx *store.Tx, org *access.Organization, set *store.Organization) error {
	fresh := set.CreatedAt.IsZero()
	if err := store.Organizations.Put(tx, set); err != nil || !fresh {
		return err
	}
	return putKnown(tx, org, set.Scope)
}

// putKnown notes the accounts that an organization has now.
func putKnown(tx *store.Tx, org *access.Organization, admin store.Scope) error {
	b, err := json.Marshal(org.Accounts)
	if err != nil {
		return err
	}
	return store.Organizations.PutContent(tx, admin, admin.Account, b)
}

// known reads the accounts that were noted.
func known(tx *store.Tx, admin store.Scope) (accounts []string, err error) {
	b, err := store.Organizations.Content(tx, admin, admin.Account)
	if err == nil && b != nil {
		err = json.Unmarshal(b, &accounts)
	}
	return accounts, err
}
