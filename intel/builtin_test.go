package intel

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/event"
)

func builtin(t *testing.T) *Set {
	t.Helper()
	var b Builder
	if err := b.AddBuiltin(); err != nil {
		t.Fatal(err)
	}
	return b.Build()
}

// The names and categories are those of amazon-guardduty-tester.
func TestTesterDomains(t *testing.T) {
	s := builtin(t)
	for name, want := range map[string]event.Marks{
		"guarddutyc2activityb.com":                event.MarkC2,
		"c2.guarddutyc2activityb.com":             event.MarkC2,
		"other.guarddutyc2activityb.com":          event.MarkC2,
		"crypto.guarddutyc2activityb.com":         event.MarkMining,
		"abused-rep.guarddutyc2activityb.com":     event.MarkAbused,
		"crypto-rep.guarddutyc2activityb.com":     event.MarkRepMining,
		"malicious-rep.guarddutyc2activityb.com":  event.MarkRepMalicious,
		"suspicious-rep.guarddutyc2activityb.com": event.MarkRepSuspicious,
		"guarddutyblackholeactivity.com":          event.MarkBlackhole,
		"guarddutydroppointactivity.com":          event.MarkDropPoint,
		"guarddutyphishingactivity.com":           event.MarkPhishing,
		"guarddutydrivebyactivity.com":            event.MarkDriveBy,
		"guarddutydgaactivity.com":                event.MarkDGA,
	} {
		if got, _ := s.Domain(name); got != want {
			t.Errorf("%s: marks %b, want %b", name, got, want)
		}
		m := s.DomainMatches(name)
		if len(m) != 1 || m[0].ListName != TesterList {
			t.Errorf("%s: matches %+v, want one of %s", name, m, TesterList)
		}
	}
}

func TestBuiltinLists(t *testing.T) {
	s := builtin(t)
	for name, want := range map[string]event.Marks{
		"xmr-eu1.nanopool.org": event.MarkMining,
		"pool.supportxmr.com":  event.MarkMining,
		"rat.duckdns.org":      event.MarkAbused,
		"x.hopto.org":          event.MarkAbused,
		"duckdns.org":          0,
		"www.duckdns.org":      0,
	} {
		if got, _ := s.Domain(name); got != want {
			t.Errorf("%s: marks %b, want %b", name, got, want)
		}
	}
	google := s.IPMatches(ip(t, "8.8.8.8"), 53)
	var names []string
	for _, m := range google {
		names = append(names, m.ThreatNames...)
	}
	if diff := cmp.Diff([]string{"GOOGLE", "GOOGLE", "GOOGLE"}, names); diff != "" {
		t.Errorf("8.8.8.8 is a plain, a DoH and a DoT resolver of (-want +got):\n%s", diff)
	}
	if got := s.Lookup(ip(t, "4.2.2.1"), 53); got != event.MarkResolver {
		t.Errorf("4.2.2.1: marks %b, want a plain resolver's", got)
	}
	if s.Lookup(ip(t, "131.188.40.189"), 443) != event.MarkTorGuard || s.Lookup(ip(t, "131.188.40.189"), 22) != 0 {
		t.Error("a directory authority is one on its ports, and there alone")
	}
}

// Every line of a built-in file is an entry, and no file names one twice.
func TestBuiltinFilesAreClean(t *testing.T) {
	files, err := filepath.Glob("builtin/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no built-in files: %v", err)
	}
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		st, err := Read(f, "", DefaultMaxBytes, func(e *Entry) error {
			if line := text(e); seen[line] {
				t.Errorf("%s: %s is there twice", path, line)
			} else {
				seen[line] = true
			}
			return nil
		})
		if err != nil || st.Bad > 0 || st.Ignored > 0 {
			t.Errorf("%s: %+v, %v; want entries only", path, st, err)
		}
		_ = f.Close()
	}
}

// Names that machines in any cloud ask for must be on no built-in list.
func TestBenignNamesAreOnNoBuiltinList(t *testing.T) {
	s := builtin(t)
	for name := range strings.FieldsSeq(`
		example.com www.google.com google.com storage.googleapis.com s3.amazonaws.com ec2.eu-west-1.amazonaws.com
		sts.amazonaws.com ssm.us-east-1.amazonaws.com github.com raw.githubusercontent.com pages.github.io user.github.io
		myapp.herokuapp.com blog.blogspot.com cdn.jsdelivr.net registry.npmjs.org pypi.org files.pythonhosted.org
		deb.debian.org security.ubuntu.com archive.ubuntu.com mirror.centos.org registry-1.docker.io auth.docker.io quay.io
		api.slack.com hooks.slack.com sentry.io o1.ingest.sentry.io api.datadoghq.com login.microsoftonline.com
		outlook.office365.com api.stripe.com d111111abcdef8.cloudfront.net e1.a.akamaiedge.net ocsp.digicert.com
		time.aws.com pool.ntp.org 0.amazon.pool.ntp.org ntp.ubuntu.com bitcoin.org coinbase.com api.coinbase.com binance.com
		dns.google one.one.one.one cloudflare-dns.com dyn.com www.no-ip.com noip.com dynu.com mail.example.org
		nas.synology.me 1.0.0.127.in-addr.arpa`) {
		if m, matched := s.Domain(name); m != 0 {
			t.Errorf("%s is listed as %q (marks %b)", name, matched, m)
		}
	}
}

func TestDir(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"c2-feodo.csv":      formatCases[10].in,
		"tor_exit-bulk.txt": "198.51.100.20\n",
		"dyn_dns.txt":       "dyn.example\n",
		"threat-corp.txt":   "192.0.2.1\n",
		"README.md":         "not a list",
		".c2.txt":           "hidden",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lists, err := Dir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lists {
		got = append(got, l.Name)
	}
	if diff := cmp.Diff([]string{"c2-feodo", "dyn_dns", "threat-corp", "tor_exit-bulk"}, got); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
	var b Builder
	if err := errors.Join(b.AddFiles(lists)...); err != nil {
		t.Fatal(err)
	}
	s := b.Build()
	if got := s.Lookup(ip(t, "198.51.100.20"), 1); got != event.MarkTorExit {
		t.Errorf("address of tor_exit-bulk.txt has marks %b", got)
	}
	if got, _ := s.Domain("a.dyn.example"); got != event.MarkAbused {
		t.Errorf("name below a zone of dyn_dns.txt has marks %b", got)
	}
	if m := s.IPMatches(ip(t, "192.0.2.1"), 1); len(m) != 1 || !m[0].Custom {
		t.Errorf("threat-corp.txt is not a customer's list: %+v", m)
	}
}

func TestDirRefusesUnknownCategory(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "c3-typo.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Dir(dir); err == nil || !strings.Contains(err.Error(), `"c3-typo.txt"`) {
		t.Errorf("error %v, want one that names the file", err)
	}
}

func TestBrokenListsAreReportedAndTheOthersKept(t *testing.T) {
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good"), filepath.Join(dir, "bad")
	if err := os.WriteFile(good, []byte("192.0.2.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bad, []byte("<html>\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var b Builder
	err := errors.Join(b.AddFiles([]List{ThreatList("broken", bad), TrustedList("missing", dir+"/none"), ThreatList("good", good)})...)
	s := b.Build()
	if err == nil || !strings.Contains(err.Error(), `"broken"`) || !strings.Contains(err.Error(), `"missing"`) {
		t.Errorf("error %v, want both lists in it", err)
	}
	if s.Lookup(ip(t, "192.0.2.1"), 0) != event.MarkThreat {
		t.Error("the good list was not loaded")
	}
}
