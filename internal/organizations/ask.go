package organizations

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"

	"picket/internal/access"
	"picket/internal/awscall"
)

const (
	callTime = 10 * time.Second // for one answer
	tries    = 5                // of a call that is throttled or that nobody answers, unless AWS_MAX_ATTEMPTS says

	// maxAccounts is more than an organization of AWS may have.
	maxAccounts = 100_000
)

// errNotConfigured says that there is nobody to ask.
var errNotConfigured = errors.New("neither AWS credentials nor an endpoint are configured")

// ask asks AWS Organizations, with what is configured now.
func ask(ctx context.Context) (*access.Organization, error) {
	cfg, err := awscall.Configure(ctx, awshttp.NewBuildableClient().WithTimeout(callTime))
	if err != nil {
		return nil, fmt.Errorf("configure AWS client: %w", err)
	}
	return Ask(ctx, cfg)
}

// Ask asks AWS Organizations, by a configuration that has a region, credentials
// and an HTTP client. An organization without accounts means that there is none.
func Ask(ctx context.Context, cfg aws.Config) (*access.Organization, error) {
	client, err := connect(ctx, cfg)
	if err != nil {
		return nil, err
	}
	org, err := describe(ctx, client)
	if awscall.Is(err, "AWSOrganizationsNotInUseException") {
		return &access.Organization{}, nil
	}
	return org, err
}

// connect makes a client. The credentials that a machine in EC2 has for itself
// are what the SDK falls back to, so without them nothing was configured.
func connect(ctx context.Context, cfg aws.Config) (*awscall.Client, error) {
	cfg.RetryMaxAttempts = cmp.Or(cfg.RetryMaxAttempts, tries)
	client, err := awscall.New(ctx, service, cfg)
	if err != nil {
		return nil, fmt.Errorf("configure AWS client: %w", err)
	}
	if client.Server().Own == nil && aws.IsCredentialsProvider(cfg.Credentials, (*ec2rolecreds.Provider)(nil)) {
		if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
			return nil, errNotConfigured
		}
	}
	return client, nil
}

// A description is the answer to DescribeOrganization, as far as it is of use.
type description struct {
	Organization struct {
		MasterAccountID string `json:"MasterAccountId"`
	}
}

// A page is the answer to ListAccounts.
type page struct {
	Accounts  []member
	NextToken string
}

type member struct {
	ID            string `json:"Id"`
	State, Status string
}

// from is the input of ListAccounts.
type from struct {
	NextToken string `json:",omitempty"`
}

// describe reads the organization, all pages of its accounts.
func describe(ctx context.Context, client *awscall.Client) (*access.Organization, error) {
	var about description
	if err := call(ctx, client, "DescribeOrganization", struct{}{}, &about); err != nil {
		return nil, fmt.Errorf("describe the organization: %w", awscall.Explain(err))
	}
	management := about.Organization.MasterAccountID
	if !access.ValidAccount(management) {
		return nil, errors.New("describe the organization: the answer has no management account")
	}
	accounts, err := list(ctx, client, []string{management})
	if err != nil {
		return nil, fmt.Errorf("list the organization's accounts: %w", err)
	}
	slices.Sort(accounts)
	return &access.Organization{Management: management, Accounts: slices.Compact(accounts)}, nil
}

// list appends the active accounts of all pages. Of the tokens that it saw it
// keeps one, each time twice as long, which finds a circle of any length.
func list(ctx context.Context, client *awscall.Client, accounts []string) ([]string, error) {
	token, kept := "", ""
	for n := 1; ; n++ {
		var p page
		err := call(ctx, client, "ListAccounts", from{token}, &p)
		if err != nil {
			return nil, awscall.Explain(err)
		}
		if accounts, err = appendActive(accounts, p.Accounts); err != nil {
			return nil, err
		}
		switch token = p.NextToken; {
		case token == "":
			return accounts, nil
		case token == kept:
			return nil, errors.New("the server's listing goes round in a circle")
		case n&(n-1) == 0: // a power of two
			kept = token
		}
	}
}

func appendActive(accounts []string, page []member) ([]string, error) {
	for _, m := range page {
		if !access.ValidAccount(m.ID) {
			return nil, fmt.Errorf("%.50q is not an account: 12 digits", m.ID)
		}
		if m.active() {
			accounts = append(accounts, m.ID)
		}
	}
	if len(accounts) > maxAccounts {
		return nil, fmt.Errorf("there are more than %d", maxAccounts)
	}
	return accounts, nil
}

// active reads an account's state, which older servers call its status.
func (m member) active() bool { return cmp.Or(m.State, m.Status) == "ACTIVE" }
