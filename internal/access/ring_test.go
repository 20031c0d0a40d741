package access_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"

	"picket/internal/access"
	"picket/internal/access/accesstest"
	"picket/internal/access/policy"
	"picket/internal/awsrpc/sigv4"
	"picket/internal/fault"
)

const account = "111122223333"

var at = time.Date(2026, 9, 20, 10, 11, 12, 0, time.UTC)

func TestMemory(t *testing.T) {
	accesstest.Keys(t, func(*testing.T) access.Keys { return &accesstest.Memory{} })
}

func openRing(t testing.TB, keys access.Keys, master *access.Master) *access.Ring {
	t.Helper()
	r, err := access.Open(context.Background(), keys, master)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func newRing(t testing.TB) *access.Ring { return openRing(t, &accesstest.Memory{}, newMaster(t)) }

func create(t testing.TB, r *access.Ring, k access.NewKey) access.Issued {
	t.Helper()
	if k.Account == "" {
		k.Account = account
	}
	k.At = at
	issued, err := r.Create(context.Background(), k)
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

// signsIn has the Go SDK sign a request with the key as it was issued and the
// ring verify it.
func signsIn(t testing.TB, r *access.Ring, k access.Issued) error {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:4500/detector", nil)
	if err != nil {
		t.Fatal(err)
	}
	const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	creds := aws.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret}
	if err := v4.NewSigner().SignHTTP(context.Background(), creds, req, emptyHash, "guardduty", "eu-west-1", at); err != nil {
		t.Fatal(err)
	}
	req.Host = req.URL.Host
	_, err = sigv4.Verify(req, nil, at, r.Secret)
	return err
}

func TestCreatedKeyWorks(t *testing.T) {
	r := newRing(t)
	k := create(t, r, access.NewKey{})
	if !regexp.MustCompile(`^AKIA[A-Z2-7]{16}$`).MatchString(k.ID) || !regexp.MustCompile(`^[A-Za-z0-9+/]{40}$`).MatchString(k.Secret) {
		t.Errorf("%q or %d characters of secret do not look like AWS's", k.ID, len(k.Secret))
	}
	if err := signsIn(t, r, k); err != nil {
		t.Error(err)
	}
	if err := signsIn(t, r, access.Issued{ID: k.ID, Secret: k.Secret + "x"}); fault.Of(err) != fault.Unauthenticated {
		t.Errorf("a wrong secret: %v", err)
	}
	other := create(t, r, access.NewKey{})
	if other.ID == k.ID || other.Secret == k.Secret {
		t.Error("two keys are one")
	}
	want := access.Key{ID: k.ID, Account: account, User: "picket", Policy: policy.Admin, Status: access.Active, Created: at}
	got, err := r.Key(k.ID)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestSecretsAreEncryptedAndBound(t *testing.T) {
	var keys accesstest.Memory
	master := newMaster(t)
	r := openRing(t, &keys, master)
	a, b := create(t, r, access.NewKey{}), create(t, r, access.NewKey{})
	records, _ := keys.Load(t.Context())
	for _, rec := range records {
		for _, secret := range []string{a.Secret, b.Secret} {
			if strings.Contains(fmt.Sprintf("%+v %s", rec, rec.Sealed), secret) {
				t.Error("a record has its secret in clear")
			}
		}
	}
	records[0].Sealed, records[0].MasterID = records[1].Sealed, records[1].MasterID
	records[0].Version++
	if err := keys.Put(t.Context(), records[0]); err != nil {
		t.Fatal(err)
	}
	_, err := openRing(t, &keys, master).Secret(records[0].ID)
	if fault.Of(err) != fault.Internal || err == nil || fault.Hint(err) == "" {
		t.Errorf("another key's secret opens: %v", err)
	}
	if _, err := openRing(t, &keys, newMaster(t)).Secret(records[1].ID); fault.Of(err) != fault.Internal || err == nil {
		t.Errorf("opens with another master key: %v", err)
	}
}

func TestCreateRefuses(t *testing.T) {
	r := newRing(t)
	create(t, r, access.NewKey{ID: "AKIATAKEN"})
	for name, tc := range map[string]struct {
		key  access.NewKey
		kind fault.Kind
	}{
		"short account": {access.NewKey{Account: "11112222333"}, fault.Invalid},
		"letters":       {access.NewKey{Account: "11112222333a"}, fault.Invalid},
		"user":          {access.NewKey{Account: account, User: "a/b"}, fault.Invalid},
		"long user":     {access.NewKey{Account: account, User: strings.Repeat("a", 65)}, fault.Invalid},
		"id":            {access.NewKey{Account: account, ID: "AK/IA"}, fault.Invalid},
		"long id":       {access.NewKey{Account: account, ID: strings.Repeat("A", 129)}, fault.Invalid},
		"secret":        {access.NewKey{Account: account, Secret: "a b"}, fault.Invalid},
		"long secret":   {access.NewKey{Account: account, Secret: strings.Repeat("a", 129)}, fault.Invalid},
		"policy":        {access.NewKey{Account: account, Policy: "{}"}, fault.Invalid},
		"taken":         {access.NewKey{Account: account, ID: "AKIATAKEN"}, fault.Conflict},
	} {
		if _, err := r.Create(t.Context(), tc.key); err == nil || fault.Of(err) != tc.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(r.List()); n != 1 {
		t.Errorf("%d keys, refused ones among them", n)
	}
}

func TestStatus(t *testing.T) {
	var keys accesstest.Memory
	r := openRing(t, &keys, newMaster(t))
	k := create(t, r, access.NewKey{})
	set := func(s access.Status) error { return r.SetStatus(t.Context(), k.ID, s) }
	for _, step := range []struct {
		status access.Status
		kind   fault.Kind // of the error, Internal for none
		works  bool
	}{
		{access.Inactive, fault.Internal, false},
		{access.Active, fault.Internal, true},
		{"gone", fault.Invalid, true},
		{access.Revoked, fault.Internal, false},
		{access.Revoked, fault.Internal, false},
		{access.Active, fault.Conflict, false},
	} {
		if err := set(step.status); (err != nil) != (step.kind != fault.Internal) || err != nil && fault.Of(err) != step.kind {
			t.Errorf("to %s: %v", step.status, err)
		}
		if err := signsIn(t, r, k); (err == nil) != step.works {
			t.Errorf("as %s: %v", step.status, err)
		} else if err != nil && !errors.Is(err, sigv4.UnrecognizedClient) {
			t.Errorf("as %s: %v is not an unknown key's", step.status, err)
		}
		if err := r.Authorize(k.ID, access.Call{Action: "a:B", Resource: "*"}); (err == nil) != step.works || err != nil && fault.Of(err) != fault.Denied {
			t.Errorf("as %s: %v", step.status, err)
		}
	}
	if records, _ := keys.Load(t.Context()); records[0].Sealed != nil {
		t.Error("a revoked key has kept its secret")
	}
	if err := r.SetStatus(t.Context(), "AKIANONE", access.Revoked); fault.Of(err) != fault.NotFound {
		t.Errorf("revoke nothing: %v", err)
	}
}

func TestSetPolicyAndDelete(t *testing.T) {
	r := newRing(t)
	k := create(t, r, access.NewKey{})
	call := access.Call{Action: "guardduty:GetDetector", Resource: "*", At: at}
	if err := r.SetPolicy(t.Context(), k.ID, `{"Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}`); err != nil {
		t.Fatal(err)
	}
	if err := r.Authorize(k.ID, call); fault.Of(err) != fault.Denied {
		t.Errorf("the former policy still holds: %v", err)
	}
	if err := r.SetPolicy(t.Context(), k.ID, `{}`); fault.Of(err) != fault.Invalid {
		t.Errorf("a bad policy: %v", err)
	}
	if err := r.Delete(t.Context(), k.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Key(k.ID); fault.Of(err) != fault.NotFound {
		t.Errorf("still there: %v", err)
	}
	if err := r.Delete(t.Context(), k.ID); fault.Of(err) != fault.NotFound {
		t.Errorf("deleted twice: %v", err)
	}
}

// Two servers share a store: what one changes the other sees when it reloads,
// and neither overwrites the other.
func TestTwoRings(t *testing.T) {
	var keys accesstest.Memory
	master := newMaster(t)
	here, there := openRing(t, &keys, master), openRing(t, &keys, master)
	k := create(t, here, access.NewKey{})
	if _, err := there.Secret(k.ID); fault.Of(err) != fault.NotFound {
		t.Errorf("seen before a reload: %v", err)
	}
	if err := there.SetStatus(t.Context(), k.ID, access.Revoked); err != nil {
		t.Fatal(err)
	}
	if err := here.SetStatus(t.Context(), k.ID, access.Active); fault.Of(err) != fault.Conflict {
		t.Errorf("a revoked key was revived: %v", err)
	}
	if got, _ := here.Key(k.ID); got.Status != access.Revoked {
		t.Errorf("status %s", got.Status)
	}
}

func TestLastUse(t *testing.T) {
	var keys accesstest.Memory
	master := newMaster(t)
	r := openRing(t, &keys, master)
	k := create(t, r, access.NewKey{})
	lastUsed := func(r *access.Ring) time.Time {
		got, err := r.Key(k.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got.LastUsed
	}
	if !lastUsed(r).IsZero() {
		t.Error("used before it was")
	}
	hour := time.Date(2026, 9, 20, 10, 0, 0, 0, time.UTC)
	for _, use := range []time.Time{at, at.Add(-3 * time.Hour)} {
		_ = r.Authorize(k.ID, access.Call{Action: "a:B", Resource: "*", At: use})
	}
	if got := lastUsed(r); !got.Equal(hour) {
		t.Errorf("last used %v, want %v", got, hour)
	}
	if got := lastUsed(openRing(t, &keys, master)); !got.IsZero() {
		t.Errorf("stored %v without a flush", got)
	}
	if err := errors.Join(r.Flush(t.Context()), r.Flush(t.Context()), r.Reload(t.Context())); err != nil {
		t.Fatal(err)
	}
	if got := lastUsed(openRing(t, &keys, master)); !got.Equal(hour) {
		t.Errorf("stored %v, want %v", got, hour)
	}
}

func TestBootstrap(t *testing.T) {
	r := newRing(t)
	k, made, err := r.Bootstrap(t.Context(), account, at)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	if err := signsIn(t, r, k); err != nil {
		t.Error(err)
	}
	if err := r.Authorize(k.ID, access.Call{Action: "guardduty:DeleteDetector", Resource: "*", At: at}); err != nil {
		t.Error(err)
	}
	if _, made, err := r.Bootstrap(t.Context(), account, at); made || err != nil {
		t.Errorf("a second one: %v, %v", made, err)
	}
}

// The messages are those of AWS (IAM user guide, "Troubleshoot access denied
// error messages").
func TestAuthorize(t *testing.T) {
	r := newRing(t)
	k := create(t, r, access.NewKey{User: "ann", Policy: `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"guardduty:*","Resource":"arn:aws:guardduty:*:111122223333:*","Condition":{
			"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}, "Bool":{"aws:SecureTransport":"true"},
			"DateLessThan":{"aws:CurrentTime":"2027-01-01T00:00:00Z"}, "NumericGreaterThan":{"aws:EpochTime":"0"},
			"StringEquals":{"aws:RequestedRegion":["eu-west-1","us-east-1"],"aws:username":"ann","aws:PrincipalAccount":"${aws:ResourceAccount}","aws:PrincipalType":"User"},
			"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/*"},
			"StringLikeIfExists":{"aws:UserAgent":"aws-cli/*"},
			"StringEqualsIfExists":{"aws:ResourceTag/Team":"soc"},
			"ForAllValues:StringEquals":{"aws:TagKeys":["Team","Cost"]},
			"StringNotEqualsIfExists":{"aws:RequestTag/Cost":"none"}}},
		{"Sid":"NeverDelete","Effect":"Deny","Action":"guardduty:Delete*","Resource":"*"}]}`})
	const detector = "arn:aws:guardduty:eu-west-1:111122223333:detector/12abc"
	good := func() access.Call {
		return access.Call{Action: "guardduty:GetDetector", Resource: detector, At: at, Source: netip.MustParseAddr("::ffff:192.0.2.7"), TLS: true, Region: "eu-west-1"}
	}
	const unmatched = "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: guardduty:GetDetector on resource: " + detector +
		" because no identity-based policy allows the guardduty:GetDetector action"
	for name, tc := range map[string]struct {
		edit func(*access.Call)
		want string
	}{
		"allowed":          {func(*access.Call) {}, ""},
		"another network":  {func(c *access.Call) { c.Source = netip.MustParseAddr("198.51.100.1") }, unmatched},
		"unknown network":  {func(c *access.Call) { c.Source = netip.Addr{} }, unmatched},
		"no TLS":           {func(c *access.Call) { c.TLS = false }, unmatched},
		"too late":         {func(c *access.Call) { c.At = at.AddDate(1, 0, 0) }, unmatched},
		"another region":   {func(c *access.Call) { c.Region = "eu-west-2" }, unmatched},
		"another client":   {func(c *access.Call) { c.UserAgent = "curl/8" }, unmatched},
		"the right client": {func(c *access.Call) { c.UserAgent = "aws-cli/2" }, ""},
		"another's":        {func(c *access.Call) { c.ResourceTags = map[string]string{"Team": "dev"} }, unmatched},
		"ours":             {func(c *access.Call) { c.ResourceTags = map[string]string{"team": "soc"} }, ""},
		"tagging":          {func(c *access.Call) { c.RequestTags = map[string]string{"Team": "x", "Cost": "y"} }, ""},
		"tag value":        {func(c *access.Call) { c.RequestTags = map[string]string{"Cost": "none"} }, unmatched},
		"tag key":          {func(c *access.Call) { c.RequestTags = map[string]string{"Team": "x", "Owner": "y"} }, unmatched},
		"untagging":        {func(c *access.Call) { c.TagKeys = []string{"Owner"} }, unmatched},
		"denied": {func(c *access.Call) { c.Action = "guardduty:DeleteDetector" },
			"User: arn:aws:iam::111122223333:user/ann is not authorized to perform: guardduty:DeleteDetector on resource: " + detector +
				" with an explicit deny in an identity-based policy"},
	} {
		t.Run(name, func(t *testing.T) {
			c := good()
			tc.edit(&c)
			err := r.Authorize(k.ID, c)
			switch {
			case tc.want == "" && err != nil:
				t.Error(err)
			case tc.want != "" && (err == nil || fault.Of(err) != fault.Denied || fault.Message(err) != tc.want):
				t.Errorf("got %v, want %s", err, tc.want)
			}
			if name == "denied" && !strings.Contains(fault.Hint(err), "NeverDelete") {
				t.Errorf("the hint %q does not name the statement", fault.Hint(err))
			}
		})
	}
	if err := r.Authorize("AKIANONE", good()); fault.Of(err) != fault.Denied || err == nil {
		t.Errorf("an unknown key: %v", err)
	}
}

// A record that somebody else wrote with a broken policy denies everything, says
// so in the log, and keeps nobody else out.
func TestBrokenPolicyDenies(t *testing.T) {
	var keys accesstest.Memory
	r := openRing(t, &keys, newMaster(t))
	k := create(t, r, access.NewKey{})
	records, _ := keys.Load(t.Context())
	records[0].Policy, records[0].Version = `{"Statement":[]}`, 2
	if err := errors.Join(keys.Put(t.Context(), records[0]), r.Reload(t.Context())); err != nil {
		t.Fatal(err)
	}
	err := r.Authorize(k.ID, access.Call{Action: "a:B", Resource: "*"})
	if fault.Of(err) != fault.Denied || err == nil || !strings.Contains(err.Error(), "there is no Statement") {
		t.Errorf("%v", err)
	}
	if strings.Contains(fault.Message(err), "Statement") {
		t.Errorf("the caller is told: %s", fault.Message(err))
	}
}

func TestSeeds(t *testing.T) {
	for s, ok := range map[string]bool{
		"111122223333:AKIATEST:s3cret": true, "111122223333:test:s3cret:b:": true,
		"": false, "111122223333:AKIATEST": false, "111122223333:AKIATEST:": false, "111122223333::s3cret": false,
		"1111:AKIATEST:s3cret": false, "111122223333:AK IA:s3cret": false, "111122223333:AKIATEST:s3cret\n": false,
	} {
		seed, err := access.ParseSeed(s)
		if (err == nil) != ok || err != nil && fault.Of(err) != fault.Invalid {
			t.Errorf("%q: %v", s, err)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") || strings.Contains(fmt.Sprintf("%v %+v %#v", seed, seed, []any{seed}), "s3cret") {
			t.Errorf("%q: the secret shows", s)
		}
	}
}

func TestPlant(t *testing.T) {
	var keys accesstest.Memory
	master := newMaster(t)
	plant := func(r *access.Ring, s string) error {
		seed, err := access.ParseSeed(s)
		if err != nil {
			t.Fatal(err)
		}
		return r.Plant(t.Context(), seed, at)
	}
	stale := openRing(t, &keys, master)
	r := openRing(t, &keys, master)
	k := access.Issued{ID: "AKIATEST", Secret: "se:cret"}
	if err := plant(r, "111122223333:AKIATEST:se:cret"); err != nil {
		t.Fatal(err)
	}
	if err := signsIn(t, r, k); err != nil {
		t.Error(err)
	}
	for _, again := range []*access.Ring{r, stale, openRing(t, &keys, master)} {
		if err := plant(again, "111122223333:AKIATEST:se:cret"); err != nil {
			t.Errorf("planted again: %v", err)
		}
	}
	for _, other := range []string{"111122223333:AKIATEST:other", "444455556666:AKIATEST:se:cret"} {
		if err := plant(r, other); fault.Of(err) != fault.Conflict {
			t.Errorf("%s: %v", other, err)
		}
	}
	if err := r.SetStatus(t.Context(), k.ID, access.Revoked); err != nil {
		t.Fatal(err)
	}
	if err := plant(r, "111122223333:AKIATEST:se:cret"); err != nil {
		t.Errorf("planted when revoked: %v", err)
	}
	if err := signsIn(t, r, k); err == nil {
		t.Error("planting revived a revoked key")
	}
}

func TestListOrder(t *testing.T) {
	r := newRing(t)
	create(t, r, access.NewKey{Account: "444455556666", ID: "A1"})
	create(t, r, access.NewKey{ID: "B2"})
	create(t, r, access.NewKey{ID: "B1"})
	var got []string
	for _, k := range r.List() {
		got = append(got, k.ID)
	}
	if diff := cmp.Diff([]string{"B1", "B2", "A1"}, got); diff != "" {
		t.Error(diff)
	}
}

// Requests go on while keys change.
func TestConcurrentUse(t *testing.T) {
	r := newRing(t)
	k := create(t, r, access.NewKey{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if _, err := r.Secret(k.ID); err != nil {
					t.Error(err)
				}
				if err := r.Authorize(k.ID, access.Call{Action: "a:B", Resource: "*", At: time.Now()}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 5 {
		if err := errors.Join(r.Flush(t.Context()), r.Reload(t.Context())); err != nil {
			t.Error(err)
		}
		create(t, r, access.NewKey{})
	}
	wg.Wait()
}

func BenchmarkSecret(b *testing.B) {
	r := newRing(b)
	k := create(b, r, access.NewKey{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Secret(k.ID); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAuthorize(b *testing.B) {
	r := newRing(b)
	k := create(b, r, access.NewKey{})
	c := access.Call{Action: "guardduty:GetDetector", Resource: "arn:aws:guardduty:eu-west-1:111122223333:detector/12abc", At: at,
		Source: netip.MustParseAddr("192.0.2.7"), Region: "eu-west-1", UserAgent: "aws-cli/2"}
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Authorize(k.ID, c); err != nil {
			b.Fatal(err)
		}
	}
}

// TestCheck: a ring none of whose active keys opens has another installation's
// master key. One that opens is enough: the others may be left from a lost one.
func TestCheck(t *testing.T) {
	var keys accesstest.Memory
	if err := openRing(t, &keys, newMaster(t)).Check(); err != nil {
		t.Errorf("no keys: %v", err)
	}
	lost := openRing(t, &keys, newMaster(t))
	k := create(t, lost, access.NewKey{})
	if err := lost.Check(); err != nil {
		t.Errorf("its own master key: %v", err)
	}
	r := openRing(t, &keys, newMaster(t))
	if err := r.Check(); err == nil || !strings.Contains(fault.Hint(err), "master key file") {
		t.Errorf("another master key: %v", err)
	}
	create(t, r, access.NewKey{})
	if err := r.Check(); err != nil {
		t.Errorf("a key that opens: %v", err)
	}
	if err := lost.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := lost.SetStatus(t.Context(), k.ID, access.Revoked); err != nil {
		t.Fatal(err)
	}
	if err := lost.Check(); err == nil {
		t.Error("a revoked key counts")
	}
}

func TestEnv(t *testing.T) {
	if got, want := (access.Issued{Account: account, ID: "AKIA1", Secret: "s"}).Env(), "  AWS_ACCESS_KEY_ID=AKIA1\n  AWS_SECRET_ACCESS_KEY=s\n"; got != want {
		t.Errorf("got %q", got)
	}
}
