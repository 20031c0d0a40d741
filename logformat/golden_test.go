package logformat

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"picket/event"
)

// TestGolden decodes the samples in testdata. An archive holds pairs of files,
// X and X.want; X.want begins with the format's name and the counts, and has
// a line for each row. A field that is not named is zero.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range archives {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			want, ok := fileIn(a, f.Name+".want")
			if !ok {
				continue
			}
			t.Run(filepath.Base(path)+"/"+f.Name, func(t *testing.T) { golden(t, f.Data, want) })
		}
	}
}

func golden(t *testing.T, data, want []byte) {
	var b event.Batch
	f := Detect(data)
	if f == nil {
		t.Fatal("not recognised")
	}
	stats, err := DecodeAll(&b, data, event.Meta{})
	if err != nil {
		t.Fatal(err)
	}
	got := f.Name + ", " + dumpStats(stats) + dump(&b)
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func fileIn(a *txtar.Archive, name string) ([]byte, bool) {
	for _, f := range a.Files {
		if f.Name == name {
			return f.Data, true
		}
	}
	return nil, false
}

// samples are the inputs of all archives, for tests that need input of every shape.
func samples(tb testing.TB) map[string][]byte {
	out := map[string][]byte{}
	archives, _ := filepath.Glob("testdata/*.txtar")
	for _, path := range archives {
		a, err := txtar.ParseFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		for _, f := range a.Files {
			if _, ok := fileIn(a, f.Name+".want"); ok {
				out[filepath.Base(path)+"/"+f.Name] = f.Data
			}
		}
	}
	return out
}
