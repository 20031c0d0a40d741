package report

import (
	"bufio"
	"fmt"
	"io"

	"picket/internal/ocsf"
	"picket/internal/scan"
)

// OCSF writes one OCSF Detection Finding a line.
func OCSF(w io.Writer, r *scan.Result) error {
	buf := bufio.NewWriter(w)
	for i := range r.Findings {
		line, err := ocsf.Detection(&r.Findings[i]).JSON()
		if err != nil {
			return fmt.Errorf("encode finding %s: %w", r.Findings[i].ID, err)
		}
		buf.Write(line)
		buf.WriteByte('\n')
	}
	return buf.Flush()
}
