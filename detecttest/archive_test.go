package detecttest

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"picket/finding"
)

func TestExpand(t *testing.T) {
	got, err := expand("head {t} {iso+60}\nbase 2026-02-01T00:00:00Z\nrepeat 3 90s: a{i} b{i+10} j{j} k{k} {t} {e} {iso}\ntail {t+1}\n")
	if err != nil {
		t.Fatal(err)
	}
	want := "head 1767571200 2026-01-05T00:01:00Z\n" +
		"a0 b10 j1 k0 1769904000 1769904030 2026-02-01T00:00:00Z\n" +
		"a1 b11 j2 k0 1769904090 1769904120 2026-02-01T00:01:30Z\n" +
		"a2 b12 j3 k0 1769904180 1769904210 2026-02-01T00:03:00Z\n" +
		"tail 1769904001\n"
	if got != want {
		t.Errorf("expanded to\n%s\nwant\n%s", got, want)
	}
	for _, bad := range []string{"base yesterday\n", "repeat 2 soon: x\n"} {
		if _, err := expand(bad); err == nil {
			t.Errorf("%q was expanded", bad)
		}
	}
	hex, _ := expand("repeat 2 1s: {hex}\n")
	if lines := strings.Fields(hex); len(lines[0]) != 60 || lines[0] == lines[1] {
		t.Errorf("{hex} gives %q", lines)
	}
}

func TestParseArchive(t *testing.T) {
	cases, err := parseArchive(txtar.Parse([]byte("-- a/x.log --\nline\n-- a/intel/c2.txt --\n198.51.100.7\n-- a/want --\n# a remark\nType:EC2/X count=2 \"title=two words\"\n-- b/want --\n")))
	if err != nil || len(cases) != 2 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	a := cases[0]
	if a.name != "a" || len(a.logs) != 1 || len(a.list) != 1 || a.list[0].category != "c2" || len(a.want) != 1 || len(cases[1].want) != 0 {
		t.Errorf("case %+v", a)
	}
	if w := a.want[0]; w.typ != "Type:EC2/X" || !slices.Equal(w.checks, [][2]string{{"count", "2"}, {"title", "two words"}}) {
		t.Errorf("wanted %+v", w)
	}
	for _, bad := range []string{"-- stray --\n", "-- a/want --\nType no-equals-sign\n"} {
		if _, err := parseArchive(txtar.Parse([]byte(bad))); err == nil {
			t.Errorf("%q was parsed", bad)
		}
	}
}

// TestWantedCanFail: a check that is not met is said, with both values.
func TestWantedCanFail(t *testing.T) {
	f := finding.Finding{Severity: 5, Service: finding.Service{Count: 3, ResourceRole: "ACTOR", AdditionalInfo: &finding.AdditionalInfo{Value: `{"unusual":"25"}`}},
		Resource: finding.Resource{S3BucketDetails: []finding.S3BucketDetail{{Name: "data"}}}}
	check := func(path, value string, want bool) {
		t.Helper()
		w := wanted{checks: [][2]string{{path, value}}}
		if why := w.check(&f); (why == "") != want {
			t.Errorf("%s=%s: %q", path, value, why)
		}
	}
	check("count", "3", true)
	check("count", "4", false)
	check("severity", "5", true)
	check("role", "TARGET", false)
	check("info.unusual", "25", true)
	check("info.unusual", "", false)
	check("resource.s3BucketDetails.0.name", "data", true)
	check("resource.s3BucketDetails.1.name", "data", false)
	check("no.such.path", "", true)
}
