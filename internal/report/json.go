package report

import (
	"bufio"
	"fmt"
	"io"

	"picket/internal/scan"
)

// JSON writes one GuardDuty finding a line.
func JSON(w io.Writer, r *scan.Result) error {
	buf := bufio.NewWriter(w)
	for i := range r.Findings {
		line, err := r.Findings[i].JSON()
		if err != nil {
			return fmt.Errorf("encode finding %s: %w", r.Findings[i].ID, err)
		}
		buf.Write(line)
		buf.WriteByte('\n')
	}
	return buf.Flush()
}
