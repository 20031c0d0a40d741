package organizations

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"picket/internal/access"
)

const (
	management = "111122223333"
	described  = `{"Organization": {"Id": "o-exampleorgid", "FeatureSet": "ALL", "MasterAccountId": "111122223333",
		"MasterAccountArn": "arn:aws:organizations::111122223333:account/o-exampleorgid/111122223333", "MasterAccountEmail": "root@example.com"}}`
)

// amazon answers as AWS Organizations does, in awsJson1.1.
type amazon struct {
	t        *testing.T
	describe string   // the answer to DescribeOrganization
	pages    []string // of ListAccounts: the accounts in JSON
	refuse   map[string][]refusal

	mu    sync.Mutex
	calls []string
}

// A refusal is the answer to one call.
type refusal struct {
	status         int
	class, message string
}

var (
	notInUse  = refusal{400, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."}
	denied    = refusal{400, "AccessDeniedException", "You don't have permissions to access this resource."}
	throttled = refusal{400, "TooManyRequestsException", "AWS Organizations can't complete your request because another request is already in progress. Try again later."}
)

func (a *amazon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := r.Header.Get("X-Amz-Target")
	call, ours := strings.CutPrefix(target, "AWSOrganizationsV20161128.")
	if r.Method != "POST" || r.URL.Path != "/" || !ours || r.Header.Get("Content-Type") != "application/x-amz-json-1.1" ||
		!strings.Contains(r.Header.Get("Authorization"), "/us-east-1/organizations/aws4_request") {
		a.t.Errorf("%s %s for %q of type %q, signed %q", r.Method, r.URL, target, r.Header.Get("Content-Type"), r.Header.Get("Authorization"))
	}
	var in struct{ NextToken string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		a.t.Error(err)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, call+in.NextToken)
	if no := a.refuse[call]; len(no) > 0 {
		a.refuse[call] = no[1:]
		w.WriteHeader(no[0].status)
		fmt.Fprintf(w, `{"__type": %q, "Message": %q}`, no[0].class, no[0].message)
		return
	}
	if call == "DescribeOrganization" {
		fmt.Fprint(w, a.describe)
		return
	}
	a.list(w, in.NextToken)
}

// list takes the number of a page as its token.
func (a *amazon) list(w http.ResponseWriter, token string) {
	page, _ := strconv.Atoi(token)
	next := ""
	if page+1 < len(a.pages) {
		next = fmt.Sprintf(`, "NextToken": "%d"`, page+1)
	}
	fmt.Fprintf(w, `{"Accounts": [%s]%s}`, a.pages[page], next)
}

// account is one in ListAccounts' answer. The times and addresses are of no use here.
func account(id, state, status string) string {
	out := fmt.Sprintf(`{"Id": %q, "Arn": "arn:aws:organizations::111122223333:account/o-exampleorgid/%s", "Name": "one", "JoinedMethod": "CREATED",
		"JoinedTimestamp": 1481835795.536`, id, id)
	if state != "" {
		out += fmt.Sprintf(`, "State": %q`, state)
	}
	if status != "" {
		out += fmt.Sprintf(`, "Status": %q`, status)
	}
	return out + "}"
}

// isolate hides what is configured where the tests run. Nothing is.
func isolate(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": "", "AWS_DEFAULT_REGION": "",
		"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_ORGANIZATIONS": "", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "",
		"AWS_ROLE_ARN": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "",
		"AWS_MAX_ATTEMPTS": "", "AWS_RETRY_MODE": "", "AWS_DEFAULTS_MODE": "",
	} {
		t.Setenv(name, value)
	}
}

// configure has the SDK's clients talk to the server.
func configure(t *testing.T, h http.Handler) *httptest.Server {
	isolate(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL_ORGANIZATIONS", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "a-secret-for-tests")
	return server
}

func TestAsk(t *testing.T) {
	all := []string{
		account("444455556666", "ACTIVE", "ACTIVE") + "," + account("222222222222", "SUSPENDED", "SUSPENDED"),
		"", // a page may be empty and not the last
		account("333333333333", "", "ACTIVE") + "," + account("555555555555", "", "PENDING_CLOSURE") + "," + account(management, "ACTIVE", ""),
		account("666666666666", "PENDING_ACTIVATION", "") + "," + account("777777777777", "CLOSED", "SUSPENDED") + "," + account("000000000001", "ACTIVE", ""),
	}
	want := &access.Organization{Management: management, Accounts: []string{"000000000001", management, "333333333333", "444455556666"}}
	calls := []string{"DescribeOrganization", "ListAccounts", "ListAccounts1", "ListAccounts2", "ListAccounts3"}
	for _, c := range []struct {
		name   string
		pages  []string
		refuse map[string][]refusal
		want   *access.Organization
		calls  []string
	}{
		{"pages", all, nil, want, calls},
		{"throttled", all, map[string][]refusal{"ListAccounts": {throttled, throttled}}, want, slices.Insert(slices.Clone(calls), 1, "ListAccounts", "ListAccounts")},
		{"only the management account, which the list may lack", []string{""}, nil, &access.Organization{Management: management, Accounts: []string{management}}, calls[:2]},
		{"in no organization", all, map[string][]refusal{"DescribeOrganization": {notInUse}}, &access.Organization{}, calls[:1]},
		{"the organization was just deleted", all, map[string][]refusal{"ListAccounts": {notInUse}}, &access.Organization{}, calls[:2]},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := &amazon{t: t, describe: described, pages: c.pages, refuse: c.refuse}
			configure(t, server)
			got, err := ask(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("organization (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.calls, server.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAskFails(t *testing.T) {
	for name, c := range map[string]struct {
		server *amazon
		want   string
	}{
		"denied":                {&amazon{describe: described, refuse: map[string][]refusal{"DescribeOrganization": {denied}}}, "AccessDeniedException: You don't have permissions to access this resource."},
		"denied to members":     {&amazon{describe: described, refuse: map[string][]refusal{"ListAccounts": {denied}}}, "list the organization's accounts: AccessDeniedException"},
		"throttled all along":   {&amazon{describe: described, refuse: map[string][]refusal{"ListAccounts": {throttled, throttled}}}, "TooManyRequestsException"},
		"no organization in it": {&amazon{describe: `{}`}, "no management account"},
		"a strange account":     {&amazon{describe: described, pages: []string{account("1234", "ACTIVE", "")}}, `"1234" is not an account`},
		"not JSON":              {&amazon{describe: "<html>"}, "describe the organization"},
	} {
		t.Run(name, func(t *testing.T) {
			c.server.t = t
			configure(t, c.server)
			t.Setenv("AWS_MAX_ATTEMPTS", "2")
			org, err := ask(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, error %v\nwant %s", org, err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "a-secret") {
				t.Errorf("the error has the secret: %v", err)
			}
		})
	}
}

func TestAskSlowServer(t *testing.T) {
	release := make(chan struct{})
	configure(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(func() { close(release) }) // before the server is closed, which waits for it
	s := New(Config{Log: discard})
	s.Start()
	began := time.Now()
	org, err := s.Organization(t.Context())
	if took := time.Since(began); org != nil || err != nil || took < patience/2 || took > 2*patience {
		t.Errorf("%v, %v after %v", org, err, took)
	}
	began = time.Now()
	if s.Organization(t.Context()); time.Since(began) > patience/4 {
		t.Errorf("the second request waits %v", time.Since(began))
	}
	s.Stop()
	if time.Since(began) > patience {
		t.Errorf("Stop waits for the answer")
	}
}

func TestNobodyToAsk(t *testing.T) {
	isolate(t)
	if org, err := ask(t.Context()); !errors.Is(err, errNotConfigured) {
		t.Errorf("%v, %v", org, err)
	}
}

func TestEndpointWithoutCredentials(t *testing.T) {
	configure(t, &amazon{t: t})
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	if org, err := ask(t.Context()); err == nil || !strings.Contains(err.Error(), "no AWS credentials") {
		t.Errorf("%v, %v", org, err)
	}
}

func TestNobodyThere(t *testing.T) {
	server := configure(t, &amazon{t: t})
	server.Close()
	t.Setenv("AWS_MAX_ATTEMPTS", "2")
	_, err := ask(t.Context())
	if err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("error %v", err)
	}
}
