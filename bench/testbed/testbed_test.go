package testbed

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func openCache(t *testing.T, dir string) *Cache {
	t.Helper()
	root, err := Root(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := OpenCache(t.Context(), root, t.TempDir(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCorpusIsGeneratedOnce(t *testing.T) {
	cache := openCache(t, t.TempDir())
	first, err := cache.Corpus(t.Context(), Spec{Size: "tiny", Threats: 1, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Truth.Findings) == 0 || len(first.Truth.ListUse) == 0 || first.Truth.Totals["dns"].Records == 0 {
		t.Fatalf("truth is empty: %d findings, %d lists", len(first.Truth.Findings), len(first.Truth.ListUse))
	}
	mark := filepath.Join(first.Dir, "mark")
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := cache.Corpus(t.Context(), Spec{Size: "tiny", Threats: 1, Seed: 3}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mark); err != nil {
		t.Error("the corpus was generated again")
	}
	other, err := cache.Corpus(t.Context(), Spec{Size: "tiny", Threats: 0, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if other.Dir == first.Dir || len(other.Truth.Findings) != 0 {
		t.Errorf("another specification gave %s with %d findings", other.Dir, len(other.Truth.Findings))
	}
	left, err := filepath.Glob(filepath.Join(cache.dir, "new-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestBadSpecFails(t *testing.T) {
	cache := openCache(t, t.TempDir())
	_, err := cache.Corpus(t.Context(), Spec{Size: "huge"})
	if err == nil || !strings.Contains(err.Error(), "no such size") {
		t.Errorf("error %v, want the generator's own words", err)
	}
}

func TestSourceKeyFollowsTheSource(t *testing.T) {
	dir := t.TempDir()
	key := func(name, text string) string {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := sourceKey(dir)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first := key("a.go", "package a")
	if key("a_test.go", "package a") != first {
		t.Error("a test changes the key")
	}
	if key("a.go", "package b") == first {
		t.Error("a change of source keeps the key")
	}
}

func TestListArgs(t *testing.T) {
	c := &Corpus{Dir: "d", Truth: Truth{ListUse: []ListUse{{"bad.txt", "threat-list"}, {"bad.txt", "scanner"}, {"c2.txt", "c2"}}}}
	want := []string{"--threat-list", "d/lists/bad.txt", "--intel", "c2=d/lists/c2.txt"}
	got := c.ListArgs(func(u ListUse) bool { return u.Use != "scanner" })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if n := len(c.ListArgs(nil)); n != 6 {
		t.Errorf("all lists give %d arguments, want 6", n)
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	if got := Tail("abcdef\n", 3); got != "…def" {
		t.Errorf("got %q", got)
	}
}
