package access_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/internal/access"
	"picket/internal/fault"
)

func TestOrganization(t *testing.T) {
	for name, text := range map[string]string{
		"as documented":    "management_account: \"111122223333\"\naccounts: [\"111122223333\", \"012345678901\"]\n",
		"without quotes":   "management_account: 111122223333\naccounts:\n- 012345678901\n",
		"single quotes":    "accounts: ['012345678901', '012345678901']\nmanagement_account: '111122223333' # the payer\n",
		"JSON, being YAML": `{"management_account": "111122223333", "accounts": ["012345678901"]}`,
	} {
		got, err := access.ParseOrganization([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := &access.Organization{Management: "111122223333", Accounts: []string{"012345678901", "111122223333"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if !got.Has("012345678901") || !got.Has("111122223333") || got.Has("444455556666") || (*access.Organization)(nil).Has("111122223333") {
			t.Errorf("%s: Has is wrong", name)
		}
	}
}

func TestOrganizationRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":          "management_account is missing",
		"accounts:": "management_account is missing",
		"management_account: \"111122223333\"\naccount: [\"444455556666\"]":          "[2:1] unknown field \"account\"",
		"management_account: \"1111\"":                                               `[1:21] "1111" is not an account: 12 digits`,
		"management_account: \"111122223333\"\naccounts: [\"44445555666a\"]":         `[2:12] "44445555666a" is not an account: 12 digits`,
		"management_account: [\"111122223333\"]":                                     "is not an account",
		"management_account: \"111122223333\"\nmanagement_account: \"444455556666\"": "already defined",
		"management_account: \"111122223333\"\naccounts: {":                          "[2:11]",
		strings.Repeat("#", 1<<20+1):                                                 "more than 1048576 bytes",
	} {
		_, err := access.ParseOrganization([]byte(text))
		if err == nil || fault.Of(err) != fault.Invalid || !strings.Contains(fault.Message(err), want) {
			t.Errorf("%.80q\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func TestLoadOrganization(t *testing.T) {
	path := filepath.Join(t.TempDir(), "organization.yaml")
	if _, err := access.LoadOrganization(path); err == nil {
		t.Error("loaded from nothing")
	}
	if err := os.WriteFile(path, []byte("management_account: \"111122223333\""), 0o600); err != nil {
		t.Fatal(err)
	}
	if o, err := access.LoadOrganization(path); err != nil || !o.Has("111122223333") {
		t.Errorf("%v, %v", o, err)
	}
	if err := os.WriteFile(path, []byte("management: x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := access.LoadOrganization(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the error does not name the file: %v", err)
	}
}

// FuzzOrganization holds the reader to not panicking and to accounts of 12 digits.
func FuzzOrganization(f *testing.F) {
	f.Add("management_account: \"111122223333\"\naccounts: [\"111122223333\", 012345678901]\n")
	f.Add("management_account: &a \"111122223333\"\naccounts: [*a, !!str 1]\n")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := access.ParseOrganization([]byte(text))
		if err != nil {
			return
		}
		for _, a := range o.Accounts {
			if !access.ValidAccount(a) || !o.Has(a) {
				t.Errorf("account %q", a)
			}
		}
	})
}
