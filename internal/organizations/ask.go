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
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/smithy-go/logging"

	"picket/internal/access"
	"picket/internal/buckets"
)

const (
	callTime = 10 * time.Second // for one answer
	tries    = 5                // of a call that is throttled or that nobody answers, unless AWS_MAX_ATTEMPTS says

	// maxAccounts is more than an organization of AWS may have.
	maxAccounts = 100_000
)

// errNotConfigured says that there is nobody to ask.
var errNotConfigured = errors.New("neither AWS credentials nor an endpoint are configured")

// ask asks AWS Organizations, with what is configured now. An organization
// without accounts means that there is none.
func ask(ctx context.Context) (*access.Organization, error) {
	client, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	org, err := describe(ctx, client)
	var none *types.AWSOrganizationsNotInUseException
	if errors.As(err, &none) {
		return &access.Organization{}, nil
	}
	return org, err
}

// connect makes a client. The credentials that a machine in EC2 has for itself
// are what the SDK falls back to, so without them nothing was configured.
func connect(ctx context.Context) (*organizations.Client, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithDefaultRegion("us-east-1"), config.WithLogger(logging.Nop{}),
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(callTime)))
	if err != nil {
		return nil, fmt.Errorf("configure AWS client: %w", err)
	}
	client := organizations.NewFromConfig(cfg, func(o *organizations.Options) { o.RetryMaxAttempts = cmp.Or(o.RetryMaxAttempts, tries) })
	if client.Options().BaseEndpoint == nil && aws.IsCredentialsProvider(cfg.Credentials, (*ec2rolecreds.Provider)(nil)) {
		if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
			return nil, errNotConfigured
		}
	}
	return client, nil
}

// describe reads the organization, all pages of its accounts.
func describe(ctx context.Context, client *organizations.Client) (*access.Organization, error) {
	about, err := client.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	if err != nil {
		return nil, fmt.Errorf("describe the organization: %w", buckets.Explain(err))
	}
	if about.Organization == nil || !access.ValidAccount(aws.ToString(about.Organization.MasterAccountId)) {
		return nil, errors.New("describe the organization: the answer has no management account")
	}
	management := *about.Organization.MasterAccountId
	accounts := []string{management}
	for pages := organizations.NewListAccountsPaginator(client, &organizations.ListAccountsInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the organization's accounts: %w", buckets.Explain(err))
		}
		if accounts, err = appendActive(accounts, page.Accounts); err != nil {
			return nil, fmt.Errorf("list the organization's accounts: %w", err)
		}
	}
	slices.Sort(accounts)
	return &access.Organization{Management: management, Accounts: slices.Compact(accounts)}, nil
}

func appendActive(accounts []string, page []types.Account) ([]string, error) {
	for _, a := range page {
		if !access.ValidAccount(aws.ToString(a.Id)) {
			return nil, fmt.Errorf("%.50q is not an account: 12 digits", aws.ToString(a.Id))
		}
		if active(a) {
			accounts = append(accounts, *a.Id)
		}
	}
	if len(accounts) > maxAccounts {
		return nil, fmt.Errorf("there are more than %d", maxAccounts)
	}
	return accounts, nil
}

// active reads an account's state, which older servers call its status.
func active(a types.Account) bool {
	if a.State != "" {
		return a.State == types.AccountStateActive
	}
	return a.Status == types.AccountStatusActive
}
