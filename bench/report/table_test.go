package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrite(t *testing.T) {
	one := &Table{Title: "Speed", Head: []string{"log", "ratio"}}
	one.Add("flow|2", 1.5)
	one.Add("dns")
	empty := &Table{Title: "Misses", Head: []string{"id"}}
	for _, c := range []struct {
		name     string
		markdown bool
		want     string
	}{
		{"text", false, "Speed\n  log     ratio\n  flow|2  1.5\n  dns\n\n"},
		{"markdown", true, "## Speed\n\n| log | ratio |\n| --- | --- |\n| flow\\|2 | 1.5 |\n| dns |  |\n\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			if err := Write(&b, c.markdown, one, empty); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
