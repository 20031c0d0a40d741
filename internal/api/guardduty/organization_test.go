package guardduty

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/internal/access"
	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/store"
)

const (
	region     = "eu-west-1"
	management = "111111111111"
	delegated  = "222222222222"
)

// of is a call by an account.
func of(t *testing.T, account string) context.Context {
	return awsrpc.WithCaller(t.Context(), awsrpc.Caller{Account: account, Region: region})
}

// growing is an organization that accounts join.
type growing struct{ now access.Organization }

func (g *growing) Organization(context.Context) (*access.Organization, error) {
	o := g.now
	return &o, nil
}

func (g *growing) join(account string) {
	g.now.Accounts = append(slices.Clone(g.now.Accounts), account)
	slices.Sort(g.now.Accounts)
}

func TestAccountsThatJoin(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "picket.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	org := &growing{access.Organization{Management: management, Accounts: []string{management, delegated, "333333333333"}}}
	a := New(Config{DB: db, Organization: org})
	if _, err := a.enableAdmin(of(t, management), &wire.EnableOrganizationAdminAccountInput{AdminAccountId: new(delegated)}); err != nil {
		t.Fatal(err)
	}
	detectors, err := a.listDetectors(of(t, delegated), nil)
	if err != nil {
		t.Fatal(err)
	}
	id := &detectors.DetectorIds[0]
	check := func(want ...string) {
		t.Helper()
		if err := a.Enrol(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := a.listMembers(of(t, delegated), &wire.ListMembersInput{DetectorId: id})
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, m := range list.Members {
			got = append(got, *m.AccountId)
		}
		if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
			t.Errorf("members (-want +got):\n%s", diff)
		}
	}
	configure := func(members wire.AutoEnableMembers) {
		t.Helper()
		if _, err := a.updateOrganization(of(t, delegated), &wire.UpdateOrganizationConfigurationInput{DetectorId: id, AutoEnableOrganizationMembers: &members}); err != nil {
			t.Fatal(err)
		}
	}
	org.join("444444444444")
	check() // nothing is automatic
	configure(wire.AutoEnableMembersNew)
	check()
	org.join("555555555555")
	check("555555555555")
	if own, err := a.listDetectors(of(t, "555555555555"), nil); err != nil || len(own.DetectorIds) != 1 {
		t.Errorf("the detectors of an account that joined: %v, %v", own, err)
	}
	configure(wire.AutoEnableMembersNone)
	org.join("666666666666")
	check("555555555555")
	configure(wire.AutoEnableMembersNew)
	check("555555555555") // who joined in between is not new
	configure(wire.AutoEnableMembersAll)
	check("333333333333", "444444444444", "555555555555", "666666666666")
	org.now.Accounts = slices.DeleteFunc(slices.Clone(org.now.Accounts), func(account string) bool { return account == "444444444444" })
	check("333333333333", "555555555555", "666666666666")
}

func TestNoOrganization(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "picket.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, org := range map[string]Organizer{"none": nil, "no file": (*access.Organization)(nil)} {
		a := New(Config{DB: db, Organization: org})
		if _, err := a.listAdmins(of(t, management), &wire.ListOrganizationAdminAccountsInput{}); err == nil || err.Error() != errNotMaster.Msg {
			t.Errorf("%s: %v", name, err)
		}
		if err := a.Enrol(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
