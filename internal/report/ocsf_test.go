package report

import (
	"bytes"
	"testing"

	"picket/internal/ocsf"
)

// TestOCSF: one valid event a line, in the order of the findings.
func TestOCSF(t *testing.T) {
	var b bytes.Buffer
	r := result()
	if err := OCSF(&b, r); err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), []byte{'\n'})
	if len(lines) != len(r.Findings) {
		t.Fatalf("%d lines for %d findings", len(lines), len(r.Findings))
	}
	for i, line := range lines {
		if err := ocsf.Validate(line); err != nil {
			t.Errorf("%v\n%s", err, line)
		}
		if !bytes.Contains(line, []byte(r.Findings[i].Type)) {
			t.Errorf("line %d is not about %s: %s", i, r.Findings[i].Type, line)
		}
	}
}
