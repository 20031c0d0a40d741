package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
)

// withKey is a client with a key of its own.
func (w *world) withKey(account, id, secret string) *client {
	c := *w.client(account)
	options := c.Options()
	options.Credentials = credentials.NewStaticCredentialsProvider(id, secret, "")
	c.Client = guardduty.New(options)
	return &c
}

func (c *client) works(t *testing.T) error {
	_, err := c.ListDetectors(t.Context(), &guardduty.ListDetectorsInput{})
	return err
}

// keys runs picket keys on the store of servers that were started with args.
func keys(t *testing.T, command, data string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, append([]string{"keys", command, "--data", data}, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("keys %s: %v\n%s", command, err, &errs)
	}
	return out.String()
}

// TestServersShareKeys: servers on one database have the same keys, which are
// made and revoked while they run and outlive them.
func TestServersShareKeys(t *testing.T) {
	t.Parallel()
	for _, store := range stores {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			where, err := newStore(store)
			if err != nil || where == nil {
				t.Skip("NOT TESTED: no server on", store, err)
			}
			data := t.TempDir()
			var servers []*server
			for range 2 {
				s, err := start(data, where...)
				if err != nil {
					t.Fatal(err)
				}
				servers = append(servers, s)
			}
			policy := filepath.Join(t.TempDir(), "policy.json")
			document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"guardduty:List*","Resource":"arn:aws:guardduty:*:` + otherAccount + `:*"}]}`
			if err := os.WriteFile(policy, []byte(document), 0o600); err != nil {
				t.Fatal(err)
			}
			printed := keys(t, "create", data, append(where, "--account", otherAccount, "--user", "reader", "--policy", policy)...)
			m := regexp.MustCompile(`AWS_ACCESS_KEY_ID=(\S+)\n\s*AWS_SECRET_ACCESS_KEY=(\S+)`).FindStringSubmatch(printed)
			if m == nil {
				t.Fatalf("no key in %s", printed)
			}
			for i, s := range servers {
				c := worldOf(s, store).withKey(otherAccount, m[1], m[2])
				if err := c.works(t); err != nil {
					t.Errorf("server %d: %v", i, err)
				}
				_, err := c.CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true)})
				refused(t, err, "AccessDeniedException", fmt.Sprintf("User: arn:aws:iam::%s:user/reader is not authorized to perform: guardduty:CreateDetector on resource: "+
					"arn:aws:guardduty:%s:%s:detector/* because no identity-based policy allows the guardduty:CreateDetector action", otherAccount, c.Region, otherAccount))
			}
			if list := keys(t, "list", data, where...); strings.Contains(list, m[2]) || !regexp.MustCompile(m[1]+` +`+otherAccount+` +reader +active`).MatchString(list) {
				t.Errorf("the list:\n%s", list)
			}
			narrower := filepath.Join(t.TempDir(), "policy.json")
			if err := os.WriteFile(narrower, []byte(strings.Replace(document, "List*", "Get*", 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			keys(t, "policy", data, append(where, m[1], "--policy", narrower)...)
			for _, s := range servers {
				c := worldOf(s, store).withKey(otherAccount, m[1], m[2])
				refused(t, c.works(t), "AccessDeniedException", fmt.Sprintf("User: arn:aws:iam::%s:user/reader is not authorized to perform: guardduty:ListDetectors on resource: "+
					"arn:aws:guardduty:%s:%s:detector/* because no identity-based policy allows the guardduty:ListDetectors action", otherAccount, c.Region, otherAccount))
			}
			if shown := keys(t, "policy", data, append(where, m[1])...); shown != strings.Replace(document, "List*", "Get*", 1)+"\n" {
				t.Errorf("the policy shown is %s", shown)
			}
			keys(t, "policy", data, append(where, m[1], "--policy", policy)...)
			for _, step := range []struct{ command, class string }{{"deactivate", "UnrecognizedClientException"}, {"activate", ""}} {
				keys(t, step.command, data, append(where, m[1])...)
				for i, s := range servers {
					err := worldOf(s, store).withKey(otherAccount, m[1], m[2]).works(t)
					if step.class != "" {
						refused(t, err, step.class, "The security token included in the request is invalid.")
					} else if err != nil {
						t.Errorf("server %d after %s: %v", i, step.command, err)
					}
				}
			}
			keys(t, "revoke", data, append(where, m[1])...)
			for i, s := range servers {
				refused(t, worldOf(s, store).withKey(otherAccount, m[1], m[2]).works(t), "UnrecognizedClientException", "The security token included in the request is invalid.")
				if err := s.stop(); err != nil {
					t.Errorf("server %d: %v", i, err)
				}
			}
		})
	}
}

// TestPermissionToSend: sending takes the two actions on the account, and no more.
func TestPermissionToSend(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s, err := start(data)
	if err != nil {
		t.Fatal(err)
	}
	w := worldOf(s, "sqlite")
	w.admin.detector(t)
	dir := logs(t, "a.json", records(stopLogging(adminAccount, w.region, 1)))
	try := func(id, action string) scanned {
		t.Helper()
		policy := filepath.Join(t.TempDir(), "policy.json")
		document := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[%s],"Resource":"arn:aws:picket:%s:%s:*"}}`, action, w.region, adminAccount)
		if err := os.WriteFile(policy, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
		keys(t, "create", data, "--account", adminAccount, "--access-key-id", id, "--secret", secret, "--policy", policy)
		return w.scanWith(t, id, secret, dir)
	}
	where := fmt.Sprintf(" on resource: arn:aws:picket:%s:%s:* because no identity-based policy allows", w.region, adminAccount)
	try("LISTSONLY", `"picket:GetLists"`).want(t, 1, "is not authorized to perform: picket:PutFindings"+where)
	try("PUTONLY", `"picket:PutFindings"`).want(t, 1, "is not authorized to perform: picket:GetLists"+where)
	try("BOTH", `"picket:PutFindings","picket:GetLists"`).want(t, 2, "took 1 new finding")
	if err := w.withKey(adminAccount, "BOTH", secret).works(t); err == nil {
		t.Error("a key for sending may read detectors")
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
}
