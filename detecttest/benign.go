package detecttest

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"picket/detect"
	"picket/intel"
)

// Benign runs detectors together over the gzip-ed logs that match pattern,
// with the built-in lists; every finding is an error.
func Benign(t *testing.T, ds []*detect.Detector, pattern string) {
	t.Helper()
	var b intel.Builder
	if err := b.AddBuiltin(); err != nil {
		t.Fatal(err)
	}
	lists := b.Build()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no logs match %q: %v", pattern, err)
	}
	c := testCase{name: "benign"}
	for _, f := range files {
		c.logs = append(c.logs, logFile{f, gunzip(t, f)})
	}
	for _, f := range c.detect(t, ds, lists, c.batches(t, lists), plan{shards: 2}) {
		j, _ := f.JSON()
		t.Errorf("law: a finding in benign logs: %s\n%s", f.Type, j)
	}
}

func gunzip(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return data
}
