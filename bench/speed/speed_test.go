package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"picket/bench/testbed"
)

// took is a usage of so many milliseconds of CPU and of wall time.
func took(cpu, wall int) usage {
	return usage{cpu: time.Duration(cpu) * time.Millisecond, wall: time.Duration(wall) * time.Millisecond, rss: 100e6}
}

func TestMedianOfPairs(t *testing.T) {
	r := &result{kind: "dns", records: 1000, planted: 3, samples: []sample{
		{zcat: took(100, 100), one: took(80, 90), two: took(90, 50), findings: 3, findingsTwo: 3}, // 0.8, 1.8
		{zcat: took(200, 200), one: took(100, 100), two: took(90, 50), findings: 3, findingsTwo: 3},
		{zcat: took(100, 100), one: took(900, 900), two: took(90, 100), findings: 3, findingsTwo: 3},
	}}
	if got := r.ratio(); got != 0.8 {
		t.Errorf("ratio %v, want that of the middle pair, 0.8", got)
	}
	if got := r.speedup(); got != 2 {
		t.Errorf("speed-up %v, want 2", got)
	}
	if got := r.perCore(); got != 10000 {
		t.Errorf("records a CPU second %v, want 10000", got)
	}
	if !r.met() {
		t.Error("a ratio of 0.8 misses dns's must of 0.96")
	}
	want := []string{"dns", "1000", "0.80", "0.96", "0.75", "must met", "10000", "0.10", "0.10", "100", "3", "3"}
	if diff := cmp.Diff(want, costTable(testbed.Spec{}, []*result{r}).Rows[0]); diff != "" {
		t.Error(diff)
	}
	r.samples = r.samples[:2]
	if got := r.ratio(); got != (0.8+0.5)/2 {
		t.Errorf("ratio of two pairs %v, want their mean", got)
	}
}

func TestLimitsAreMissed(t *testing.T) {
	good := sample{zcat: took(100, 100), one: took(50, 100), two: took(50, 50), findings: 1, findingsTwo: 1}
	for name, spoil := range map[string]func(*sample){
		"slow":        func(s *sample) { s.one.cpu = 97 * time.Millisecond },
		"one-track":   func(s *sample) { s.two.wall = 60 * time.Millisecond },
		"large":       func(s *sample) { s.one.rss = 600 << 20 },
		"cores vary":  func(s *sample) { s.findingsTwo = 2 },
		"rounds vary": func(s *sample) { s.findings, s.findingsTwo = 2, 2 },
	} {
		t.Run(name, func(t *testing.T) {
			r := &result{kind: "dns", samples: []sample{good, good}}
			if !r.met() {
				t.Fatal("the good sample misses a limit")
			}
			bad := good
			spoil(&bad)
			r.samples[1] = bad
			if name == "slow" || name == "one-track" {
				r.samples[0] = bad
			}
			if r.met() {
				t.Error("limits met")
			}
		})
	}
}

func TestOneCoreHasNoSpeedup(t *testing.T) {
	r := &result{kind: "dns", samples: []sample{{zcat: took(100, 100), one: took(50, 100)}}}
	if !r.met() || len(coresTable(testbed.Spec{}, []*result{r}).Rows) != 0 {
		t.Error("two cores are judged where there is one")
	}
}

// fakePicket writes two findings to the file after --out and burns little.
func fakePicket(t *testing.T) string {
	t.Helper()
	const script = `#!/bin/sh
echo "$GOMAXPROCS $*" >> "$0.args"
while [ $# -gt 0 ]; do
	[ "$1" = --out ] && printf '{}\n{}\n' > "$2"
	shift
done
exit 2
`
	path := filepath.Join(t.TempDir(), "picket")
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRunEndToEnd(t *testing.T) {
	program := fakePicket(t)
	o, err := parseFlags([]string{"-size", "tiny", "-threats", "1", "-kinds", "dns,k8s", "-rounds", "2", "-picket", program, "-cache", t.TempDir(), "-md"})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if _, err := run(t.Context(), o, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "| dns |") || !strings.Contains(out.String(), "| k8s |") || strings.Contains(out.String(), "| flow2 |") {
		t.Errorf("report:\n%s", out.String())
	}
	args, err := os.ReadFile(program + ".args")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 scan --quiet --format json --out ", "--intel-dir ", "--threat-list ", "--intel tor_exit=", "--intel c2="} {
		if !strings.Contains(string(args), want) {
			t.Errorf("arguments lack %q:\n%s", want, args)
		}
	}
	if strings.Contains(string(args), "scanner=") || strings.Contains(string(args), "c2-ips") {
		t.Errorf("lists beyond those the limits were set with:\n%s", args)
	}
}

func TestRunProgramReportsFailure(t *testing.T) {
	_, err := runProgram(t.Context(), nil, "sh", "-c", "echo no such list >&2; exit 1")
	if err == nil || !strings.Contains(err.Error(), "no such list") {
		t.Errorf("error %v", err)
	}
	u, err := runProgram(t.Context(), nil, "sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exit 2")
	if err != nil {
		t.Fatal(err)
	}
	if u.cpu <= 0 || u.wall <= 0 || u.rss < 1<<18 {
		t.Errorf("usage %+v", u)
	}
}

func TestFlagsAreChecked(t *testing.T) {
	for _, bad := range []string{"-kinds=mail", "-rounds=0"} {
		if _, err := parseFlags([]string{bad}); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}
