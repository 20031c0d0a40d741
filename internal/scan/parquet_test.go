package scan

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// flowRow is a flow record as AWS writes it to Parquet (VPC user guide, flow
// log records: fields with underscores).
type flowRow struct {
	Version     int32  `parquet:"version"`
	AccountID   string `parquet:"account_id"`
	InterfaceID string `parquet:"interface_id"`
	SrcAddr     string `parquet:"srcaddr"`
	DstAddr     string `parquet:"dstaddr"`
	SrcPort     int32  `parquet:"srcport"`
	DstPort     int32  `parquet:"dstport"`
	Protocol    int64  `parquet:"protocol"`
	Packets     int64  `parquet:"packets"`
	Bytes       int64  `parquet:"bytes"`
	Start       int64  `parquet:"start"`
	End         int64  `parquet:"end"`
	Action      string `parquet:"action"`
	LogStatus   string `parquet:"log_status"`
}

func parquetFlows(t *testing.T, from, to int) string {
	t.Helper()
	var rows []flowRow
	for i := from; i < to; i++ {
		at := logBegin.Unix() + int64(i)
		f := strings.Fields(flowRecord(i))
		rows = append(rows, flowRow{2, f[1], f[2], f[3], f[4], int32(1024 + i%60000), 443, 6, 10, 8400, at, at + 59, "ACCEPT", "OK"})
	}
	return parquetOf(t, rows)
}

func parquetOf[R any](t *testing.T, rows []R) string {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[R](&b, parquet.Compression(&parquet.Gzip), parquet.MaxRowsPerRowGroup(5000))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestParquet: a Parquet file gives what the same records as text give, alone,
// in an archive and from a pipe, in order with other files.
func TestParquet(t *testing.T) {
	const n = 10_000 // more than a batch
	text := folder(t, map[string]string{"a": lines(flowRecord, 0, n), "b": lines(flowRecord, 5000, 7000)})
	want := findingsText(t, run(t, Config{Paths: []string{text}}))
	data := parquetFlows(t, 0, n)
	for name, dir := range map[string]string{
		"file":    folder(t, map[string]string{"x": data, "b": lines(flowRecord, 5000, 7000)}),
		"archive": folder(t, map[string]string{"x": zipOf(t, "y/z", data), "b": lines(flowRecord, 5000, 7000)}),
		"pipe":    folder(t, map[string]string{"b": lines(flowRecord, 5000, 7000)}),
	} {
		var p Progress
		cfg := Config{Paths: []string{dir}, Workers: 2, Progress: &p}
		if name == "pipe" {
			cfg.Paths, cfg.Stdin = append(cfg.Paths, Stdin), slowly(data)
		}
		res := run(t, cfg)
		if res.Stats.Records != n+2000 || len(res.Problems) > 0 || res.Formats["vpc-flow-parquet"] != 1 {
			t.Errorf("%s: %d records, formats %v, problems %v", name, res.Stats.Records, res.Formats, res.Problems)
		}
		sameFindings(t, name, res, want)
	}
}

// TestBadParquet: what is no flow log, or is damaged, is one problem.
func TestBadParquet(t *testing.T) {
	type person struct{ Name, Town string }
	data := parquetFlows(t, 0, 20_000)
	for name, c := range map[string]struct {
		data   string
		reason string
	}{
		"another schema": {parquetOf(t, []person{{"a", "b"}}), "Name, Town"},
		"cut":            {data[:len(data)-100], "footer"},
		"in gzip":        {gzipOf(t, data), "Parquet file inside another compression"},
		"damaged pages":  {data[:2000] + strings.Repeat("\xff", 5000) + data[7000:], ""},
	} {
		dir := folder(t, map[string]string{"good": lines(flowRecord, 0, 100), "x": c.data})
		res := run(t, Config{Paths: []string{dir}})
		if len(res.Problems) != 1 || res.Problems[0].Path != filepath.Join(dir, "x") || !strings.Contains(res.Problems[0].Reason, c.reason) || res.Problems[0].Minor {
			t.Errorf("%s: problems %v", name, res.Problems)
		}
		if res.Stats.Records < 100 {
			t.Errorf("%s: %d records", name, res.Stats.Records)
		}
	}
}
