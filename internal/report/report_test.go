package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"picket/event"
	"picket/finding"
	"picket/internal/scan"
)

var update = flag.Bool("update", false, "write the golden files anew")

// result has one finding for each way a resource and an actor are shown, and
// texts that try to break out of a page.
func result() *scan.Result {
	at := event.Time(1_767_571_200_000) // 2026-01-05T00:00:00Z
	net := func(dir string) finding.Action {
		return finding.Action{ActionType: finding.ActionNetworkConnection, NetworkConnectionAction: &finding.NetworkConnectionAction{
			ConnectionDirection: dir, Protocol: "TCP", LocalPortDetails: finding.PortDetails(22), RemotePortDetails: finding.PortDetails(4444),
			LocalIPDetails: &finding.LocalIPDetails{IPAddressV4: "10.0.0.5"}, RemoteIPDetails: &finding.RemoteIPDetails{IPAddressV4: "198.51.100.7"}}}
	}
	instance := finding.Resource{ResourceType: finding.ResourceInstance, InstanceDetails: &finding.InstanceDetails{InstanceID: "i-0123456789abcdef0"}}
	declared := &finding.Type{Remedy: "Look at {instanceId}."}
	f := func(typ string, severity float64, last event.Time, r finding.Resource, a finding.Action) finding.Finding {
		return finding.Finding{Type: typ, Severity: severity, AccountID: "111122223333", Region: "us-east-1", ID: "0", Resource: r, Title: "t", Description: "d", Declared: declared,
			Service: finding.Service{Action: a, Count: 1234, EventFirstSeen: at.String(), EventLastSeen: last.String()},
			Records: []finding.Record{{Path: "a.log", Offset: 10, Text: `</pre><script>alert(1)</script>`}}}
	}
	return &scan.Result{
		Findings: []finding.Finding{
			f("UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS", 8, at, finding.Resource{ResourceType: finding.ResourceAccessKey,
				AccessKeyDetails: &finding.AccessKeyDetails{UserName: "<b>mallory</b>"}}, finding.Action{AwsAPICallAction: &finding.AwsAPICallAction{API: "GetObject",
				DomainDetails: &finding.DomainDetails{Domain: "AWS Internal"}}}),
			f("Recon:EC2/Portscan", 5, at+event.Hour, instance, net("OUTBOUND")),
			f("UnauthorizedAccess:EC2/SSHBruteForce", 2, at+3*event.Day, instance, net("INBOUND")),
			f("Trojan:EC2/DGADomainRequest.B", 8, at, instance, finding.Action{DNSRequestAction: &finding.DNSRequestAction{Domain: strings.Repeat("x", 90) + ".example"}}),
		},
		Files: 2, Bytes: 2_500_000, Took: 1500 * time.Millisecond, First: at, Last: at + event.Day,
		Problems: []scan.Problem{{Path: "broken.gz", Offset: 99, Reason: "unpack: <i>truncated</i>"}},
	}
}

// TestTable compares with a golden of what reads well at 100 columns; see it
// with: go test ./internal/report -run TestTable -update && cat internal/report/testdata/table.txt
func TestTable(t *testing.T) {
	var b bytes.Buffer
	r := result()
	r.Stats.Records = 3_000_000
	if err := Table(&b, r, 100); err != nil {
		t.Fatal(err)
	}
	got := ansi.Strip(b.String())
	for i, line := range strings.Split(got, "\n") {
		if w := ansi.StringWidth(line); w > 100 {
			t.Errorf("line %d is %d columns wide: %q", i+1, w, line)
		}
	}
	golden(t, "testdata/table.txt", got)
	if !strings.Contains(b.String(), "\x1b[") {
		t.Error("no colours")
	}
}

// TestLogsCannotSteerTheTerminal: an escape sequence in a user's name must not
// reach the terminal.
func TestLogsCannotSteerTheTerminal(t *testing.T) {
	r := result()
	r.Findings[0].Resource.AccessKeyDetails.UserName = "a\x1b]0;owned\x07\nb"
	var b bytes.Buffer
	if err := Table(&b, r, 100); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "\x1b]") || !strings.Contains(b.String(), "a?]0;owned??b") {
		t.Errorf("the name is printed as it stands: %q", b.String())
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (- want, + got):\n%s", name, diff)
	}
}

func TestTableOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := Table(&b, &scan.Result{}, 100); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "No findings.\n0 records in 0 files") {
		t.Errorf("%q", b.String())
	}
}

func TestJSONLines(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, result()); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		if !json.Valid([]byte(l)) {
			t.Errorf("no JSON: %s", l)
		}
	}
}

// TestHTMLIsSelfContained: no network, nothing that a log says becomes markup.
func TestHTMLIsSelfContained(t *testing.T) {
	var b bytes.Buffer
	if err := HTML(&b, result()); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, bad := range []string{"<script>alert", "<b>mallory", "<i>truncated", "http://", "https://", "<link", "src="} {
		if strings.Contains(page, bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	for _, want := range []string{"default-src 'none'", "&lt;/pre&gt;&lt;script&gt;alert(1)", "a.log: byte 10", "Look at i-0123456789abcdef0.", "prefers-color-scheme: dark",
		"2026-01-05 00:00 – 01:00", "2026-01-05 00:00 – 2026-01-08 00:00"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := len(regexp.MustCompile(`<details class="f"`).FindAllString(page, -1)); n != 4 {
		t.Errorf("%d findings on the page", n)
	}
	if n := strings.Count(page, "<rect"); n == 0 {
		t.Error("the chart has no bars")
	}
}

func TestHTMLOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := HTML(&b, &scan.Result{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "Nothing was found.") {
		t.Error("an empty result does not say so")
	}
}
