package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMain lets the test binary be the picket command: tests run it as a user
// runs picket, with arguments, standard streams and an exit code.
func TestMain(m *testing.M) {
	if os.Getenv("PICKET_BE_THE_COMMAND") != "" {
		os.Exit(run(os.Args[1:]))
	}
	os.Exit(m.Run())
}

type ran struct {
	code           int
	stdout, stderr string
}

func picket(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "PICKET_BE_THE_COMMAND=1", "XDG_DATA_HOME="+t.TempDir())
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		t.Fatal(err)
	}
	return ran{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// stopLogging is a CloudTrail record that must raise one low finding.
const stopLogging = `{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111122223333:user/mallory","accountId":"111122223333","accessKeyId":"AKIA1","userName":"mallory"},` +
	`"eventTime":"2026-01-05T00:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2","requestParameters":{"name":"main"},` +
	`"responseElements":null,"requestID":"r","eventID":"0f8fad5b-d9cb-469f-a165-70867728950e","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}]}`

const quietFlow = "2 111122223333 eni-0a1b2c3d4e5f60718 10.0.1.20 198.51.100.9 50122 443 6 14 2810 1700000000 1700000058 ACCEPT OK\n"

func types(t *testing.T, lines string) []string {
	t.Helper()
	var out []string
	for _, l := range strings.Split(strings.TrimSpace(lines), "\n") {
		if l == "" {
			continue
		}
		var f struct{ Type string }
		if err := json.Unmarshal([]byte(l), &f); err != nil {
			t.Fatalf("%v in %q", err, l)
		}
		out = append(out, f.Type)
	}
	return out
}

func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	found := write(t, dir, "found.json", stopLogging)
	quiet := write(t, dir, "quiet.log", quietFlow)
	broken := write(t, dir, "broken.gz", "\x1f\x8b\x08 this is no gzip file")
	note := write(t, dir, "note.txt", "not a log")
	code := func(want int, args ...string) {
		t.Helper()
		if r := picket(t, "", append([]string{"scan"}, args...)...); r.code != want {
			t.Errorf("scan %v exits with %d, want %d\n%s%s", args, r.code, want, r.stdout, r.stderr)
		}
	}
	code(2, found)
	code(0, quiet)
	code(0, "--severity", "medium", found)
	code(2, "--severity", "low", found)
	code(1, broken)
	code(1, quiet, broken)
	code(2, found, broken)
	code(0, quiet, note)
	code(1, note)
	code(1, filepath.Join(dir, "missing"))
	code(1, "--format", "xml", quiet)
	code(1, "--severity", "loud", quiet)
	code(1, "--account", "12", quiet)
	code(1, "--threat-list", filepath.Join(dir, "missing"), quiet)
	code(1, "--intel", "nonsense="+quiet, quiet)
	code(1, "--no-such-flag", quiet)
	code(1)
}

func TestJSONFinding(t *testing.T) {
	r := picket(t, "", "scan", "--format", "json", write(t, t.TempDir(), "a.json", stopLogging))
	if got := types(t, r.stdout); !slices.Equal(got, []string{"Stealth:IAMUser/CloudTrailLoggingDisabled"}) {
		t.Fatalf("findings %v\n%s", got, r.stderr)
	}
	for _, want := range []string{`"accountId":"111122223333"`, `"region":"eu-west-1"`, `"userName":"mallory"`, `"ipAddressV4":"198.51.100.7"`, `"api":"StopLogging"`, `"count":1`} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("no %s in %s", want, r.stdout)
		}
	}
}

func TestStandardInput(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	fmt.Fprint(w, stopLogging)
	w.Close()
	for name, in := range map[string]string{"plain": stopLogging, "gzip": z.String()} {
		if r := picket(t, in, "scan", "-q", "--format", "json", "-"); r.code != 2 || len(types(t, r.stdout)) != 1 {
			t.Errorf("%s: exit %d, %s%s", name, r.code, r.stdout, r.stderr)
		}
	}
}

// TestListsOfTheCustomer: a listed address is found, a trusted one is not,
// whichever list is wider (GuardDuty user guide: trusted wins).
func TestListsOfTheCustomer(t *testing.T) {
	dir := t.TempDir()
	logs := write(t, dir, "flow.log", quietFlow)
	threat := write(t, dir, "corp-deny.txt", "198.51.100.9\n")
	trusted := write(t, dir, "ours.txt", "198.51.100.0/24\n")
	r := picket(t, "", "scan", "-q", "--format", "json", "--threat-list", threat, logs)
	if got := types(t, r.stdout); !slices.Equal(got, []string{"UnauthorizedAccess:EC2/MaliciousIPCaller.Custom"}) || !strings.Contains(r.stdout, `"threatListName":"corp-deny"`) {
		t.Errorf("findings %v\n%s", got, r.stdout)
	}
	if r := picket(t, "", "scan", "-q", "--format", "json", "--threat-list", threat, "--trusted-list", trusted, logs); r.code != 0 || r.stdout != "" {
		t.Errorf("a trusted address gives exit %d: %s", r.code, r.stdout)
	}
	if r := picket(t, "", "scan", "-q", "--format", "json", "--intel", "c2="+threat, logs); !strings.Contains(r.stdout, "Backdoor:EC2/C&CActivity.B") {
		t.Errorf("--intel c2: %s", r.stdout)
	}
	intelDir := filepath.Join(dir, "intel")
	if err := os.Mkdir(intelDir, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, intelDir, "c2-mine.txt", "198.51.100.9\n")
	if r := picket(t, "", "scan", "-q", "--format", "json", "--intel-dir", intelDir, logs); !strings.Contains(r.stdout, `"threatListName":"c2-mine"`) {
		t.Errorf("--intel-dir: %s", r.stdout)
	}
}

func TestOutIsWrittenWhole(t *testing.T) {
	dir := t.TempDir()
	in := write(t, dir, "a.json", stopLogging)
	for _, format := range []string{"table", "json", "ocsf", "html"} {
		out := filepath.Join(dir, "out."+format)
		if r := picket(t, "", "scan", "-q", "--format", format, "--out", out, in); r.code != 2 || r.stdout != "" {
			t.Errorf("%s: exit %d, standard output %q, %s", format, r.code, r.stdout, r.stderr)
		}
		text, err := os.ReadFile(out)
		if err != nil || !bytes.Contains(text, []byte("CloudTrailLoggingDisabled")) {
			t.Errorf("%s: %v, %q", format, err, text)
		}
		if format == "table" && bytes.Contains(text, []byte("\x1b[")) {
			t.Error("a file holds colours")
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "out.*.*"))
	if err != nil || len(left) > 0 {
		t.Errorf("temporary files stay: %v %v", left, err)
	}
}

func TestProblemsAreSaidOnce(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.json", stopLogging)
	write(t, dir, "b.log", quietFlow+"2 111122223333 eni-1 not-an-address 10.0.0.1 1 2 6 1 1 1700000000 1700000001 ACCEPT OK\n")
	r := picket(t, "", "scan", "--format", "json", dir)
	lines := strings.Split(strings.TrimSpace(r.stderr), "\n")
	if len(lines) != 1 || !strings.Contains(lines[0], fmt.Sprintf("b.log: byte %d: ", len(quietFlow))) {
		t.Errorf("standard error:\n%s", r.stderr)
	}
	if quiet := picket(t, "", "scan", "-q", "--format", "json", dir); quiet.stderr != "" || quiet.stdout != r.stdout {
		t.Errorf("-q: %q", quiet.stderr)
	}
}

func TestAccountOfRecordsWithoutOne(t *testing.T) {
	audit := `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"1","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/kube-system/pods/x/exec","verb":"create",` +
		`"user":{"username":"alice","groups":["system:authenticated"]},"sourceIPs":["198.51.100.7"],"objectRef":{"resource":"pods","namespace":"kube-system","name":"x","subresource":"exec"},` +
		`"responseStatus":{"code":101},"requestReceivedTimestamp":"2026-01-05T00:00:00.000000Z","annotations":{"authorization.k8s.io/decision":"allow"}}` + "\n"
	r := picket(t, audit, "scan", "-q", "--format", "json", "--account", "444455556666", "--region", "eu-west-1", "-")
	if !strings.Contains(r.stdout, `"accountId":"444455556666","region":"eu-west-1"`) {
		t.Errorf("exit %d: %s%s", r.code, r.stdout, r.stderr)
	}
}

func TestDetectorPages(t *testing.T) {
	list := picket(t, "", "detectors", "list")
	if !strings.Contains(list.stdout, "101 finding types by ") || !strings.Contains(list.stdout, "types are not covered") {
		t.Errorf("detectors list:\n%s", list.stdout)
	}
	show := picket(t, "", "detectors", "show", "Recon:EC2/Portscan")
	for _, want := range []string{"Parameters", "source: ", "False positives"} {
		if !strings.Contains(show.stdout, want) {
			t.Errorf("detectors show lacks %q:\n%s", want, show.stdout)
		}
	}
	if r := picket(t, "", "detectors", "show", "nothing"); r.code != 1 || !strings.Contains(r.stderr, `"nothing"`) {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
	if r := picket(t, "", "version"); !strings.HasPrefix(r.stdout, "picket ") {
		t.Errorf("version: %s", r.stdout)
	}
	if r := picket(t, "", "intel", "list"); r.code != 0 || !strings.Contains(r.stdout, "tor_exit") {
		t.Errorf("intel list: exit %d %s", r.code, r.stderr)
	}
}
