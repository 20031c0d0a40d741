package access

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"picket/internal/fault"
	"picket/internal/yamlfile"
)

// maxOrganizationBytes bounds the file: room for 50,000 accounts, more than an
// organization of AWS may have.
const maxOrganizationBytes = 1 << 20

// Organization says which accounts belong together and which of them manages
// the others. It is immutable.
type Organization struct {
	Management string
	Accounts   []string // sorted, the management account among them
}

// Has says whether an account belongs to the organization. A nil Organization
// has none.
func (o *Organization) Has(account string) bool {
	if o == nil {
		return false
	}
	_, found := slices.BinarySearch(o.Accounts, account)
	return found
}

// Organization is o: one that was read from a file stays as it is.
func (o *Organization) Organization(context.Context) (*Organization, error) { return o, nil }

// LoadOrganization reads an organization from a YAML file:
//
//	management_account: "111122223333"
//	accounts: ["111122223333", "444455556666"]
//
// The management account need not stand among the accounts. Errors show the
// place in the file.
func LoadOrganization(path string) (*Organization, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open organization: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxOrganizationBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read organization %q: %w", path, err)
	}
	o, err := ParseOrganization(b)
	if err != nil {
		return nil, fmt.Errorf("read organization %q: %w", path, err)
	}
	return o, nil
}

// ParseOrganization reads the content of such a file.
func ParseOrganization(b []byte) (*Organization, error) {
	if len(b) > maxOrganizationBytes {
		return nil, fault.Newf(fault.Invalid, "it has more than %d bytes", maxOrganizationBytes)
	}
	var file struct {
		Management account   `yaml:"management_account"`
		Accounts   []account `yaml:"accounts"`
	}
	if err := yamlfile.Decode(b, &file); err != nil {
		return nil, fault.Newf(fault.Invalid, "%v", err)
	}
	if file.Management == "" {
		return nil, fault.New(fault.Invalid, "management_account is missing")
	}
	o := &Organization{Management: string(file.Management), Accounts: []string{string(file.Management)}}
	for _, a := range file.Accounts {
		o.Accounts = append(o.Accounts, string(a))
	}
	slices.Sort(o.Accounts)
	o.Accounts = slices.Compact(o.Accounts)
	return o, nil
}

// account is an account ID in YAML, quoted or not.
type account string

// UnmarshalYAML takes the text as it stands: as a number, an ID would lose its
// leading zeros.
func (a *account) UnmarshalYAML(node ast.Node) error {
	token := node.GetToken()
	if !ValidAccount(token.Value) {
		return &yaml.SyntaxError{Message: fmt.Sprintf("%q is not an account: 12 digits", token.Value), Token: token}
	}
	*a = account(token.Value)
	return nil
}
