package scan

import (
	"context"
	"strings"
	"testing"
)

// FuzzFile scans any bytes as a file beside a good one: nothing may panic or
// hang, the good file is read, and one file has one problem at most (a member of
// an archive is a file).
func FuzzFile(f *testing.F) {
	flows := lines(flowRecord, 0, 30)
	for _, seed := range []string{flows, trailFile(0, 3), lines(dnsRecord, 0, 3), lines(auditRecord, 0, 3), gzipOf(f, flows), gzipOf(f, flows) + gzipOf(f, flows),
		zstdOf(f, flows), zipOf(f, "a", flows, "b/c", trailFile(0, 2)), "BZh91AY&SY", "PAR1PAR1", "\x50\x2a\x4d\x18\x01\x00\x00\x00x", ""} {
		f.Add([]byte(seed))
	}
	other := inMemory(&Object{Name: "good"}, []byte(lines(flowRecord, 100, 105)))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, eng, err := newScanner(Config{Detectors: probes, Lists: noLists, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		o := inMemory(&Object{Name: "bad"}, data)
		o.Once = true // what needs random access is spilled
		if err := s.run(context.Background(), eng, func() []*Object { return []*Object{o, other} }); err != nil {
			t.Fatal(err)
		}
		if s.res.Stats.Records < 5 || s.res.Files < 1 {
			t.Errorf("%d records of %d files", s.res.Stats.Records, s.res.Files)
		}
		seen := map[string]bool{}
		for _, p := range s.res.Problems {
			if seen[p.Path] && !strings.Contains(p.Path, "!") {
				t.Errorf("more than one problem with %s: %v", p.Path, s.res.Problems)
			}
			seen[p.Path] = true
		}
	})
}
