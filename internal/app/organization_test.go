package app

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
)

// playAWS is AWS Organizations, with the accounts it has; the first one
// manages the others.
func playAWS(t *testing.T) *atomic.Pointer[[]string] {
	t.Helper()
	accounts := new(atomic.Pointer[[]string])
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := *accounts.Load()
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".DescribeOrganization") {
			fmt.Fprintf(w, `{"Organization": {"MasterAccountId": %q}}`, now[0])
			return
		}
		var list []string
		for _, id := range now {
			list = append(list, fmt.Sprintf(`{"Id": %q, "State": "ACTIVE"}`, id))
		}
		fmt.Fprintf(w, `{"Accounts": [%s]}`, strings.Join(list, ","))
	}))
	t.Cleanup(server.Close)
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_ORGANIZATIONS": server.URL, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": secret,
		"AWS_PROFILE": "", "AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none} {
		t.Setenv(name, value)
	}
	return accounts
}

func TestAccountsOfAWSOrganizations(t *testing.T) {
	const newcomer = "777788889999"
	data, accounts := t.TempDir(), playAWS(t)
	accounts.Store(&[]string{firstAccount, otherAccount})
	a := serveWith(t, Config{Data: data, AskAWS: true})
	name := func(admin string) error {
		_, err := client(a.URL(), region, firstKey, secret).EnableOrganizationAdminAccount(t.Context(),
			&guardduty.EnableOrganizationAdminAccountInput{AdminAccountId: &admin})
		return err
	}
	if err := name(newcomer); err == nil || !strings.Contains(err.Error(), "admin account passed is not member of AWS Organizations") {
		t.Errorf("an account that is in no organization: %v", err)
	}
	if err := name(otherAccount); err != nil {
		t.Fatal(err)
	}
	admin := client(a.URL(), region, otherKey, secret)
	detectors, err := admin.ListDetectors(t.Context(), &guardduty.ListDetectorsInput{})
	if err != nil || len(detectors.DetectorIds) != 1 {
		t.Fatalf("detectors %v, %v", detectors, err)
	}
	id := detectors.DetectorIds[0]
	if _, err := admin.UpdateOrganizationConfiguration(t.Context(), &guardduty.UpdateOrganizationConfigurationInput{DetectorId: &id, AutoEnableOrganizationMembers: "NEW"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}

	accounts.Store(&[]string{firstAccount, otherAccount, newcomer})
	admin = client(serveWith(t, Config{Data: data, AskAWS: true}).URL(), region, otherKey, secret)
	var members []string
	for deadline := time.Now().Add(20 * time.Second); len(members) == 0 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		list, err := admin.ListMembers(t.Context(), &guardduty.ListMembersInput{DetectorId: aws.String(id)})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list.Members {
			members = append(members, *m.AccountId+" "+*m.RelationshipStatus)
		}
	}
	if !slices.Equal(members, []string{newcomer + " Enabled"}) {
		t.Errorf("members %v", members)
	}
}
