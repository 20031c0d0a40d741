package guardduty

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"picket/internal/access"
	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
	"picket/internal/store"
)

// organization is what its delegated administrator has a say over.
type organization struct {
	*access.Organization
	administrator store.Detector
	settings      store.Organization
}

// organizationOf is nil when the detector's account is not delegated.
func organizationOf(tx *store.Tx, org *access.Organization, administrator store.Detector) (*organization, error) {
	delegated, err := isDelegated(tx, org, administrator.Scope)
	if err != nil || !delegated {
		return nil, err
	}
	set, err := settingsOf(tx, administrator.Scope)
	return &organization{org, administrator, set}, err
}

func (o *organization) has(account string) bool { return o != nil && o.Has(account) }

// enrol makes an account of the organization a member without asking it, with
// GuardDuty and the protection plans enabled that new members get. why says
// that it can't be one.
func (o *organization) enrol(tx *store.Tx, m *store.Member) (why string, err error) {
	at := store.Scope{Region: m.Region, Account: m.ID}
	if free, err := o.free(tx, at); err != nil || !free {
		return elsewhere, err
	}
	d, err := tx.DetectorOf(at)
	switch {
	case errors.Is(err, fault.NotFound) && m.ID == o.Management:
		return managementOff, nil
	case errors.Is(err, fault.NotFound):
		d = newDetector(at, enabled, tx.Now)
		for name, f := range d.Features {
			f.Status = disabled
			d.Features[name] = f
		}
	case err != nil:
		return "", err
	}
	d.Frequency = o.administrator.Frequency
	if _, err := o.enable(&d, true, tx.Now); err != nil {
		return "", err
	}
	if err := store.Detectors.Put(tx, &d); err != nil {
		return "", err
	}
	m.Status, m.DetectorID, m.ByOrganization = store.MemberEnabled, d.ID, true
	return "", store.Members.Put(tx, m)
}

// free says whether an account is nobody else's member and administers none.
func (o *organization) free(tx *store.Tx, at store.Scope) (bool, error) {
	above, err := tx.MembershipOf(at)
	if err != nil || above != nil && above.Account != o.administrator.Account {
		return false, err
	}
	own, err := administers(tx, at)
	return !own, err
}

// enable enables a member's detector and the plans that the settings say: for
// all accounts, or also for new ones. It tells whether anything was off.
func (o *organization) enable(d *store.Detector, newcomer bool, now time.Time) (changed bool, err error) {
	var changes []change
	for _, p := range orgPlans {
		if c := o.change(p, d.Features[string(p.name)], newcomer); c != nil {
			changes = append(changes, *c)
		}
	}
	changed = d.Status != enabled || len(changes) > 0
	d.Status = enabled
	return changed, apply(d, changes, now)
}

// change is what the settings change about a plan, nil when nothing.
func (o *organization) change(p *plan, f store.Feature, newcomer bool) *change {
	on := func(key string) bool {
		v := o.settings.Features[key]
		return v == string(wire.OrgFeatureStatusAll) || newcomer && v == string(wire.OrgFeatureStatusNew)
	}
	if !on(string(p.name)) {
		return nil
	}
	c := change{feature: string(p.name), status: enabled, options: map[string]string{}}
	for _, option := range p.options() {
		if on(optionKey(p.name, option)) && f.Options[string(option)].Status != enabled {
			c.options[string(option)] = enabled
		}
	}
	if f.Status == enabled && len(c.options) == 0 {
		return nil
	}
	return &c
}

// Enrol brings the members of all delegated administrators up to date with the
// organization and their settings: to be called at start, and when accounts may
// have joined.
func (a *API) Enrol(ctx context.Context) error {
	for after := (store.Meta{}); ; {
		var some []store.Organization
		err := a.db.Read(ctx, func(tx *store.Tx) (err error) {
			some, err = store.Organizations.Everywhere(tx, after, 100)
			return err
		})
		if err != nil || len(some) == 0 {
			return err
		}
		for _, set := range some {
			if err := a.enrolAll(ctx, set.Scope); err != nil {
				return fmt.Errorf("enrol accounts with %s in %s: %w", set.Account, set.Region, err)
			}
			after = set.Meta
		}
	}
}

// enrolAll goes through the organization's accounts, some in a transaction, so
// that a large organization does not keep others from writing.
func (a *API) enrolAll(ctx context.Context, admin store.Scope) error {
	org, err := a.organization(ctx)
	if err != nil || org == nil {
		return err
	}
	var old []string
	err = a.db.Write(ctx, func(tx *store.Tx) (err error) {
		if err := release(tx, org, admin); err != nil {
			return err
		}
		old, err = known(tx, admin)
		return err
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(org.Accounts, 100) {
		err := a.db.Write(ctx, func(tx *store.Tx) error { return enrolSome(tx, org, admin, some, old) })
		if err != nil {
			return err
		}
	}
	if slices.Equal(old, org.Accounts) {
		return nil
	}
	return a.db.Write(ctx, func(tx *store.Tx) error { return putKnown(tx, org, admin) })
}

// release lets go of members that have left the organization; of all, when the
// administrator has.
func release(tx *store.Tx, org *access.Organization, admin store.Scope) error {
	delegated, err := isDelegated(tx, org, admin)
	if err != nil {
		return err
	}
	return eachAssociated(tx, admin, func(m *store.Member) error {
		if !m.ByOrganization || delegated && org.Has(m.ID) {
			return nil
		}
		m.Status = store.MemberRemoved
		return store.Members.Put(tx, m)
	})
}

func enrolSome(tx *store.Tx, org *access.Organization, admin store.Scope, accounts, old []string) error {
	d, err := tx.DetectorOf(admin)
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := newNovices(tx, org, d)
	if err != nil || n.organization == nil {
		return err
	}
	for _, account := range accounts {
		_, joined := slices.BinarySearch(old, account)
		if err := n.attend(tx, account, !joined); err != nil {
			return err
		}
	}
	return nil
}

// attend does for an account what the settings say is done without being asked.
func (n *novices) attend(tx *store.Tx, account string, newcomer bool) error {
	o := n.organization
	if account == n.administrator.Account {
		return nil
	}
	m, err := memberOf(tx, o.administrator.Scope, account)
	if err != nil {
		return err
	}
	all := o.settings.AutoEnable == string(wire.AutoEnableMembersAll)
	if m == nil || !m.Associated() {
		if all || newcomer && o.settings.AutoEnable == string(wire.AutoEnableMembersNew) {
			email := ""
			if m != nil {
				email = m.Email
			}
			_, err = n.create(tx, account, email) // who can't be enrolled is left alone
		}
		return err
	}
	if m.Status == store.MemberDisabled && !all {
		return nil
	}
	if _, err := monitor(tx, m, store.MemberEnabled); err != nil {
		return err
	}
	d, err := tx.DetectorOf(store.Scope{Region: m.Region, Account: m.ID})
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if changed, err := o.enable(&d, false, tx.Now); err != nil || !changed {
		return err
	}
	return store.Detectors.Put(tx, &d)
}
