package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/bench/testbed"
)

// fakePicket answers a scan with what lies in PATH.found, PATH being the last
// argument, and notes its arguments beside it. Nothing there: nothing found.
func fakePicket(t *testing.T) scanner {
	t.Helper()
	const script = `#!/bin/sh
for last; do :; done
echo "$*" > "$last.args"
[ -f "$last.error" ] && { cat "$last.error" >&2; exit 1; }
[ -s "$last.found" ] || exit 0
cat "$last.found"
exit 2
`
	path := filepath.Join(t.TempDir(), "picket")
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return scanner{program: path, always: []string{"--intel-dir", "none"}}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func findingJSON(typ, account string) string {
	return fmt.Sprintf(`{"type":%q,"accountId":%q,"resource":{"instanceDetails":null},"service":{"count":1}}`+"\n", typ, account)
}

const openLabels = `{"units":{
 "a.log":{"account":"111122223333","must":[{"type":"T:High","confidence":"high"},{"type":"T:Medium","confidence":"medium"}],"may":["T:May"]},
 "b.log":{"account":null,"must":[{"type":"T:High","or":["T:Other"],"confidence":"high"}],"may":[]},
 "c.log":{"account":"111122223333","must":[],"may":[]}}}`

func TestScoreOpen(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "labels-open.json"), openLabels)
	write(t, filepath.Join(dir, "a.log.found"), findingJSON("T:High", "")+findingJSON("T:High", "")+findingJSON("T:May", ""))
	write(t, filepath.Join(dir, "b.log.found"), findingJSON("T:Other", ""))
	write(t, filepath.Join(dir, "c.log.found"), findingJSON("T:High", ""))
	got, err := scoreOpen(t.Context(), fakePicket(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	wantGoals := []goal{
		{"open data, high confidence", ">= 100%", "2 of 2 (100.0%)", true},
		{"open data, medium confidence", ">= 95%", "0 of 1 (0.0%)", false},
		{"open data, false positives", "0", "1", false},
		{"open data, failed scans", "0", "0", true},
	}
	if diff := cmp.Diff(wantGoals, got.goals(), cmp.AllowUnexported(goal{})); diff != "" {
		t.Error(diff)
	}
	opt := cmp.AllowUnexported(note{})
	if diff := cmp.Diff([]note{{"a.log", "T:Medium", "medium"}}, got.misses, opt); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]note{{"c.log", "T:High", "1 findings"}}, got.wrong, opt); diff != "" {
		t.Error(diff)
	}
	wantRows := [][]string{{"T:High", "2/2", "-", "0", "1"}, {"T:May", "-", "-", "1", "0"}, {"T:Medium", "-", "0/1", "0", "0"}}
	if diff := cmp.Diff(wantRows, got.tables()[0].Rows); diff != "" {
		t.Error(diff)
	}
	for unit, want := range map[string]bool{"a.log": false, "b.log": true} {
		args, err := os.ReadFile(filepath.Join(dir, unit+".args"))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(args), "--account 000000000000"); got != want {
			t.Errorf("%s: stand-in account given %t, want %t: %s", unit, got, want, args)
		}
		if !strings.HasPrefix(string(args), "scan --format json --quiet --intel-dir none ") {
			t.Errorf("%s: arguments %s", unit, args)
		}
	}
}

func TestFailedScanIsReportedAndScored(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "labels-open.json"), openLabels)
	write(t, filepath.Join(dir, "a.log.error"), "no such format")
	write(t, filepath.Join(dir, "b.log.found"), "{not json")
	got, err := scoreOpen(t.Context(), fakePicket(t), dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.failures) != 2 || !strings.Contains(got.failures[0].text, "exit status 1: no such format") || !strings.Contains(got.failures[1].text, "read finding 1") {
		t.Errorf("failures %v", got.failures)
	}
	if allMet(got.goals()) {
		t.Error("failed scans meet the targets")
	}
}

func TestExitCodeMustAgreeWithFindings(t *testing.T) {
	for script, want := range map[string]string{
		"exit 0":                          "",
		"exit 2":                          "exit status 2 with 0 findings",
		`echo '{"type":"T"}'; exit 0`:     "exit status 0 with 1 findings",
		`echo '{"type":"T"}'; exit 2`:     "",
		"echo broken >&2; exit 1":         "exit status 1: broken",
		`echo '{"type":"T"}'; kill -9 $$`: "exit status -1: ",
	} {
		program := filepath.Join(t.TempDir(), "picket")
		write(t, program, "#!/bin/sh\n"+script+"\n")
		if err := os.Chmod(program, 0o700); err != nil {
			t.Fatal(err)
		}
		_, failure, err := scanner{program: program}.scan(t.Context(), "a.log")
		if err != nil || failure != want {
			t.Errorf("%s: failure %q, %v; want %q", script, failure, err, want)
		}
	}
	if _, _, err := (scanner{program: "/nonexistent/picket"}).scan(t.Context()); err == nil {
		t.Error("a program that does not exist: no error")
	}
}

func TestLabelsAreChecked(t *testing.T) {
	for name, text := range map[string]string{
		"not JSON":           `{`,
		"no units":           `{"units":{}}`,
		"unknown confidence": `{"units":{"a":{"must":[{"type":"T","confidence":"low"}]}}}`,
		"outside":            `{"units":{"../a":{}}}`,
	} {
		if _, err := parseLabels([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestMatches(t *testing.T) {
	entity := map[string]string{"instance": "i-1", "interface": "eni-1", "user": "alice", "bucket": "logs"}
	p := func(key, role string) testbed.Planted {
		return testbed.Planted{Type: "T", Or: []string{"U"}, Account: "1", Key: key, Role: role, Entity: entity}
	}
	for _, c := range []struct {
		name string
		f    found
		p    testbed.Planted
		want bool
	}{
		{"type and account", found{typ: "T", account: "1"}, p("account", ""), true},
		{"alternative type", found{typ: "U", account: "1"}, p("account", ""), true},
		{"other type", found{typ: "V", account: "1"}, p("account", ""), false},
		{"other account", found{typ: "T", account: "2"}, p("account", ""), false},
		{"same instance", found{typ: "T", account: "1", instance: "i-1"}, p("instance", ""), true},
		{"other instance", found{typ: "T", account: "1", instance: "i-2"}, p("instance", ""), false},
		{"no instance named", found{typ: "T", account: "1"}, p("instance", ""), true},
		{"same interface", found{typ: "T", account: "1", interfaces: []string{"eni-1"}}, p("instance", ""), true},
		{"other interface", found{typ: "T", account: "1", interfaces: []string{"eni-2"}}, p("instance", ""), false},
		{"interface as instance", found{typ: "T", account: "1", instance: "eni-1"}, p("instance", ""), true},
		{"same bucket", found{typ: "T", account: "1", buckets: []string{"x", "logs"}}, p("bucket", ""), true},
		{"other bucket", found{typ: "T", account: "1", buckets: []string{"x"}}, p("bucket", ""), false},
		{"same user", found{typ: "T", account: "1", user: "alice"}, p("user", ""), true},
		{"other user", found{typ: "T", account: "1", user: "bob"}, p("user", ""), false},
		{"other user, keyed by account", found{typ: "T", account: "1", user: "bob"}, p("account", ""), true},
		{"same role", found{typ: "T", account: "1", role: "ACTOR"}, p("account", "ACTOR"), true},
		{"other role", found{typ: "T", account: "1", role: "TARGET"}, p("account", "ACTOR"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := matches(c.f, c.p); got != c.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestScoreCorpus(t *testing.T) {
	truth := testbed.Truth{
		Findings: []testbed.Planted{
			{ID: "r", Type: "T:R", Needs: "record", Account: "1", Key: "account"},
			{ID: "l", Type: "T:L", Needs: "list", Account: "1", Key: "account"},
			{ID: "b", Type: "T:B", Needs: "baseline", Account: "1", Key: "account"},
		},
		Decoys: []testbed.Decoy{{Name: "looks-bad", Account: "1", Entity: map[string]string{"user": "alice"}}},
	}
	fs := []found{{typ: "T:R", account: "1"}, {typ: "T:L", account: "2"}, {typ: "T:X", account: "1", user: "alice"}}
	s := scoreCorpus("small", truth, fs)
	want := []goal{
		{"generated, small, failed scans", "0", "0", true},
		{"generated, small, needs record", ">= 100%", "1 of 1 (100.0%)", true},
		{"generated, small, needs list", ">= 100%", "0 of 1 (0.0%)", false},
		{"generated, small, needs window", ">= 100%", "none asked for", true},
	}
	if diff := cmp.Diff(want, s.goals(), cmp.AllowUnexported(goal{})); diff != "" {
		t.Error(diff)
	}
	if len(s.misses) != 2 || s.misses[0].ID != "l" || s.misses[1].ID != "b" {
		t.Errorf("misses %v, want l and b", s.misses)
	}
	if diff := cmp.Diff([][]string{{"T:L", "1", ""}, {"T:X", "1", "looks-bad"}}, s.extraTable().Rows); diff != "" {
		t.Error(diff)
	}
}

func TestAnyFindingOnACleanCorpusIsAMistake(t *testing.T) {
	s := scoreCorpus("small", testbed.Truth{}, []found{{typ: "T:X", account: "1", instance: "i-1"}})
	if allMet(s.goals()) {
		t.Error("a false positive meets the targets")
	}
	if diff := cmp.Diff([][]string{{"T:X", "1", "i-1", ""}}, s.extraTable().Rows); diff != "" {
		t.Error(diff)
	}
	if !allMet(scoreCorpus("small", testbed.Truth{}, nil).goals()) {
		t.Error("silence on a clean corpus misses a target")
	}
}

func TestScanCorpusScansEachClusterAccount(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "k8s", "111111111111", "c", "a.log"), "")
	write(t, filepath.Join(dir, "k8s", "222222222222", "c", "a.log"), "")
	write(t, filepath.Join(dir, "dns.found"), findingJSON("T:D", "1"))
	c := &testbed.Corpus{Dir: dir, Truth: testbed.Truth{ListUse: []testbed.ListUse{{File: "c2.txt", Use: "c2"}}}}
	fs, failures, err := scanCorpus(t.Context(), fakePicket(t), c)
	if err != nil || len(failures) > 0 {
		t.Fatal(err, failures)
	}
	if len(fs) != 1 || fs[0].typ != "T:D" {
		t.Errorf("found %v", fs)
	}
	args, err := os.ReadFile(filepath.Join(dir, "k8s", "222222222222.args"))
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("scan --format json --quiet --intel-dir none --intel c2=%s --account 222222222222 %s\n", filepath.Join(dir, "lists", "c2.txt"), filepath.Join(dir, "k8s", "222222222222"))
	if diff := cmp.Diff(want, string(args)); diff != "" {
		t.Error(diff)
	}
}

func TestReadFindings(t *testing.T) {
	const text = `{"type":"T","accountId":"1","resource":{"instanceDetails":{"instanceId":"i-1","networkInterfaces":[{"networkInterfaceId":"eni-1"},{}]},` +
		`"accessKeyDetails":{"userName":"alice"},"s3BucketDetails":[{"name":"logs"}]},"service":{"resourceRole":"TARGET"}}` + "\n" +
		`{"type":"U","resource":{"accessKeyDetails":null}}`
	got, err := readFindings(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []found{
		{typ: "T", account: "1", role: "TARGET", instance: "i-1", user: "alice", interfaces: []string{"eni-1"}, buckets: []string{"logs"}},
		{typ: "U"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(found{})); diff != "" {
		t.Error(diff)
	}
	if _, err := readFindings(strings.NewReader(`{"type":"T"}{}`)); err == nil {
		t.Error("a finding without a type: no error")
	}
}

func FuzzReadFindings(f *testing.F) {
	f.Add(findingJSON("T", "1"))
	f.Add(`{"type":"T","resource":{"s3BucketDetails":[{}]}}{`)
	f.Fuzz(func(t *testing.T, text string) {
		fs, err := readFindings(strings.NewReader(text))
		for _, x := range fs {
			if x.typ == "" {
				t.Errorf("finding without a type, error %v", err)
			}
		}
	})
}

func FuzzParseLabels(f *testing.F) {
	f.Add([]byte(openLabels))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := parseLabels(b)
		if err != nil {
			return
		}
		if _, err := json.Marshal(l); err != nil || len(l.Units) == 0 {
			t.Errorf("accepted %d units, %v", len(l.Units), err)
		}
	})
}

func TestRunEndToEnd(t *testing.T) {
	var out strings.Builder
	o, err := parseFlags([]string{"-gen", "tiny", "-picket", fakePicket(t).program, "-cache", t.TempDir(), "-md"})
	if err != nil {
		t.Fatal(err)
	}
	met, err := run(t.Context(), o, &out)
	if err != nil {
		t.Fatal(err)
	}
	if met {
		t.Error("a program that finds nothing meets the targets")
	}
	for _, want := range []string{"## Targets", "| generated, tiny, threats 0, seed 1, false positives | 0 | 0 | met |", "needs record | >= 100% | 0 of "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("report lacks %q:\n%s", want, out.String())
		}
	}
}

func TestFlagsNeedSomethingToScore(t *testing.T) {
	if _, err := parseFlags([]string{"-gen", ""}); err == nil {
		t.Error("no error")
	}
}
