package report

import (
	"io"

	"picket/internal/scan"
)

func OCSF(w io.Writer, r *scan.Result) error { return nil }
