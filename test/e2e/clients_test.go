package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// These tests run real clients as their users do: `make clients`. The clients take
// minutes for what the SDK does in seconds, so they are no part of `make check`.
// They skip loudly where a client is not installed.

// withClients is the variable of the environment that asks for these tests.
const withClients = "PICKET_CLIENTS"

// needs skips the test when it was not asked for, or a program is missing.
func needs(t *testing.T, program string) {
	t.Helper()
	if os.Getenv(withClients) == "" {
		t.Skipf("%s is not set", withClients)
	}
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
}

// newSTS serves the one call of STS that clients make: which account a key is of.
func newSTS(t *testing.T) string {
	key := regexp.MustCompile(`Credential=AKIA(\d{12})/`)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := key.FindStringSubmatch(r.Header.Get("Authorization"))
		if m == nil {
			http.Error(w, "no key", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
			`<Arn>arn:aws:iam::%[1]s:user/test</Arn><UserId>AIDATEST</UserId><Account>%[1]s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, m[1])
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// script runs a program on a file of test/clients with the world in its
// environment, and wants it to end well.
func (w *world) script(t *testing.T, bucket, program, file string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, filepath.Join("../clients", file))
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL_GUARDDUTY="+w.url, "AWS_REGION="+w.region, "AWS_DEFAULT_REGION="+w.region,
		"AWS_ACCESS_KEY_ID="+keyOf(adminAccount), "AWS_SECRET_ACCESS_KEY="+secret, "AWS_MAX_ATTEMPTS=1", "AWS_PAGER=",
		"HOME="+t.TempDir(), "ADMIN="+adminAccount, "MEMBER="+memberAccount, "OTHER="+otherAccount, "SECRET="+secret, "BUCKET="+bucket)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s %s: %v\n%s", program, file, err, out)
	}
}

var listObjects = map[string]string{"trusted.txt": "198.51.100.0/24\n", "trusted-2.txt": "198.51.100.0/25\n", "threats.txt": "203.0.113.7\n"}

func TestBoto3(t *testing.T) {
	needs(t, "python3")
	each(t, func(t *testing.T, w *world) {
		if out, err := exec.Command("python3", "-c", "import boto3").CombinedOutput(); err != nil {
			t.Skipf("NOT TESTED: %v\n%s", err, out)
		}
		w.script(t, w.bucket(t, listObjects), "python3", "life.py")
	})
}

func TestAWSCLI(t *testing.T) {
	needs(t, "aws")
	each(t, func(t *testing.T, w *world) {
		w.script(t, w.bucket(t, listObjects), "bash", "life.sh")
	})
}

// TestTerraform runs on one store: a round takes the provider a minute.
func TestTerraform(t *testing.T) {
	t.Parallel()
	needs(t, "terraform")
	w := newWorld(t, "sqlite")
	tf := newTerraform(t, w)
	tf.settle(1)
	tf.settle(2)
	tf.reimport(2)
	tf.run("destroy", "-auto-approve", "-var=stage=2")
	for _, c := range []*client{w.admin, w.other, w.elsewhere(w.admin), w.elsewhere(w.member)} {
		if ids := c.listDetectors(t); len(ids) != 0 {
			t.Errorf("account %s still has detector %v", c.Account, ids)
		}
	}
}

type terraform struct {
	*testing.T
	dir string
	env []string
}

func newTerraform(t *testing.T, w *world) *terraform {
	tf := &terraform{T: t, dir: t.TempDir()}
	if err := os.CopyFS(tf.dir, os.DirFS("../clients/terraform")); err != nil {
		t.Fatal(err)
	}
	elsewhere := w.elsewhere(w.admin).Region
	tf.env = append(os.Environ(), "TF_IN_AUTOMATION=1", "TF_CLI_ARGS=-no-color", "TF_INPUT=0", "AWS_EC2_METADATA_DISABLED=true", "AWS_ENDPOINT_URL_S3=")
	for name, value := range map[string]string{"guardduty": w.url, "sts": newSTS(t), "region": w.region, "organization_region": elsewhere, "secret": secret,
		"admin": adminAccount, "member": memberAccount, "plain_member": inOrganization[0], "other": otherAccount, "bucket": w.bucket(t, listObjects)} {
		tf.env = append(tf.env, "TF_VAR_"+name+"="+value)
	}
	if out, err := tf.command("init", "-backend=false"); err != nil {
		t.Skipf("NOT TESTED: the provider is not there: %v\n%s", err, out)
	}
	return tf
}

func (tf *terraform) command(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(tf.Context(), 5*time.Minute) // it tries for long what it takes for slow
	defer cancel()
	cmd := exec.CommandContext(ctx, "terraform", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir, cmd.Env = tf.dir, tf.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (tf *terraform) run(args ...string) string {
	tf.Helper()
	out, err := tf.command(args...)
	if err != nil {
		tf.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// settle applies a stage, after which there must be nothing left to do.
func (tf *terraform) settle(stage int) {
	tf.Helper()
	tf.run("apply", "-auto-approve", fmt.Sprint("-var=stage=", stage))
	tf.settled(stage)
}

func (tf *terraform) settled(stage int) {
	tf.Helper()
	if out, err := tf.command("plan", "-detailed-exitcode", fmt.Sprint("-var=stage=", stage)); err != nil {
		tf.Errorf("stage %d drifts: %v\n%s", stage, err, out)
	}
}

// importable are the resources that the provider can import, each by its id.
var importable = []string{"aws_guardduty_detector.main", "aws_guardduty_detector.delegated", "aws_guardduty_filter.main", "aws_guardduty_ipset.main",
	"aws_guardduty_threatintelset.main", "aws_guardduty_publishing_destination.main", "aws_guardduty_malware_protection_plan.main",
	"aws_guardduty_invite_accepter.other", "aws_guardduty_member.plain", "aws_guardduty_organization_admin_account.main", "aws_guardduty_organization_configuration.main"}

// reimport forgets what can be imported and imports it again.
func (tf *terraform) reimport(stage int) {
	tf.Helper()
	ids := tf.ids()
	var blocks strings.Builder
	for _, address := range importable {
		fmt.Fprintf(&blocks, "import {\n  to = %s\n  id = %q\n}\n", address, ids[address])
	}
	if err := os.WriteFile(filepath.Join(tf.dir, "import.tf"), []byte(blocks.String()), 0o600); err != nil {
		tf.Fatal(err)
	}
	tf.run(append([]string{"state", "rm"}, importable...)...)
	out := tf.run("apply", "-auto-approve", fmt.Sprint("-var=stage=", stage))
	if want := fmt.Sprintf("Resources: %d imported, 0 added,", len(importable)); !strings.Contains(out, want) || !strings.Contains(out, " 0 destroyed") {
		tf.Errorf("the import made or destroyed something:\n%s", out)
	}
	tf.settled(stage)
}

// ids are those of all resources, by address.
func (tf *terraform) ids() map[string]string {
	tf.Helper()
	var state struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Address string
					Values  struct{ ID string }
				}
			} `json:"root_module"`
		}
	}
	if err := json.Unmarshal([]byte(tf.run("show", "-json")), &state); err != nil {
		tf.Fatal(err)
	}
	ids := map[string]string{}
	for _, r := range state.Values.RootModule.Resources {
		ids[r.Address] = r.Values.ID
	}
	return ids
}
