package logformat

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"picket/event"
)

// flowRow is a VPC flow record as AWS writes it to Parquet: INT32 and INT64
// numbers, strings, and null for what is absent.
type flowRow struct {
	Version     int32   `parquet:"version"`
	AccountID   string  `parquet:"account_id,dict"`
	InterfaceID *string `parquet:"interface_id,optional"`
	SrcAddr     *string `parquet:"srcaddr,optional"`
	DstAddr     *string `parquet:"dstaddr,optional"`
	SrcPort     *int32  `parquet:"srcport,optional"`
	DstPort     *int32  `parquet:"dstport,optional"`
	Protocol    *int32  `parquet:"protocol,optional"`
	Packets     *int64  `parquet:"packets,optional"`
	Bytes       *int64  `parquet:"bytes,optional"`
	Start       int64   `parquet:"start"`
	End         int64   `parquet:"end"`
	Action      *string `parquet:"action,optional"`
	LogStatus   string  `parquet:"log_status"`
	VPC         string  `parquet:"vpc_id"`
	Extra       string  `parquet:"some_new_field"`
}

func parquetFile[T any](tb testing.TB, rows []T) []byte {
	var out bytes.Buffer
	w := parquet.NewGenericWriter[T](&out, parquet.Compression(&parquet.Gzip), parquet.MaxRowsPerRowGroup(7000))
	if _, err := w.Write(rows); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func ptr[T any](v T) *T { return &v }

func sampleRows(n int) []flowRow {
	rows := make([]flowRow, n)
	for i := range rows {
		rows[i] = flowRow{
			Version: 3, AccountID: "111122223333", InterfaceID: ptr("eni-1"), SrcAddr: ptr("203.0.113.9"),
			DstAddr: ptr("2001:db8::1"), SrcPort: ptr(int32(50122)), DstPort: ptr(int32(22)), Protocol: ptr(int32(6)),
			Packets: ptr(int64(i)), Bytes: ptr(int64(1) << 40), Start: 1772409600 + int64(i), End: 1772409658 + int64(i),
			Action: ptr("ACCEPT"), LogStatus: "OK", VPC: "vpc 1", Extra: "x",
		}
	}
	return rows
}

// readParquet decodes a whole file.
func readParquet(data []byte) (rows []string, lines []string, stats Stats, err error) {
	stats, err = eachBatch(data, func(b *event.Batch) {
		rows = slices.AppendSeq(rows, strings.Lines(dump(b)))
		lines = append(lines, raws(b)...)
	})
	return rows, lines, stats, err
}

// eachBatch decodes a whole file, checks the bounds of its batches and shows them.
func eachBatch(data []byte, show func(*event.Batch)) (Stats, error) {
	p, err := OpenParquet(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return Stats{}, err
	}
	defer p.Close()
	var st State
	var b event.Batch
	for more := true; more; {
		b.Reset()
		if more, err = p.Decode(&b, &st); err != nil {
			return st.Stats, err
		}
		if len(b.Flows) > parquetRows || len(b.Data) > parquetBytes+1<<20 {
			return st.Stats, fmt.Errorf("batch of %d rows, %d bytes", len(b.Flows), len(b.Data))
		}
		show(&b)
	}
	return st.Stats, nil
}

func TestParquet(t *testing.T) {
	if f := Detect(parquetFile(t, sampleRows(1))); f != &flowParquet {
		t.Fatalf("recognised as %v", f)
	}
	const n = 20_000
	in := sampleRows(n)
	in[5] = flowRow{Version: 3, AccountID: "111122223333", Start: 1772409600, End: 1772409658, LogStatus: "NODATA"}
	rows, lines, stats, err := readParquet(parquetFile(t, in))
	if err != nil {
		t.Fatal(err)
	}
	if want := (Stats{Records: n - 1, Skipped: [NumSkips]int{SkipNoData: 1}}); !cmp.Equal(want, stats) {
		t.Errorf("stats: %s", dumpStats(stats))
	}
	owner := event.Hash(0, "111122223333")
	want := fmt.Sprintf("flow At=2026-03-02T05:33:19.000Z Interface=%d Packets=19999 Bytes=1099511627776 Local=203.0.113.9 "+
		"Remote=2001:db8::1 Duration=58 Traits=%d LocalPort=50122 RemotePort=22 Proto=6\n", event.Hash(owner, "eni-1"), event.Accepted)
	if diff := cmp.Diff(want, rows[n-2]); diff != "" {
		t.Errorf("last row (-want +got):\n%s", diff)
	}
	wantLine := "3 111122223333 eni-1 203.0.113.9 2001:db8::1 50122 22 6 19999 1099511627776 1772429599 1772429657 ACCEPT OK vpc_1"
	if diff := cmp.Diff(wantLine, lines[n-2]); diff != "" {
		t.Errorf("last line (-want +got):\n%s", diff)
	}
}

// TestParquetText: the fields that only a finding needs can be cut out.
func TestParquetText(t *testing.T) {
	p := openParquet(t, parquetFile(t, sampleRows(1)))
	defer p.Close()
	var st State
	var b event.Batch
	if _, err := p.Decode(&b, &st); err != nil {
		t.Fatal(err)
	}
	if got := b.FlowText(&b.Flows[0], event.FieldVPCID); got != "vpc_1" {
		t.Errorf("vpc-id %q", got)
	}
}

func TestParquetOtherSchema(t *testing.T) {
	type order struct {
		ID    int64  `parquet:"order_id"`
		Buyer string `parquet:"buyer"`
		Items []struct {
			SKU string `parquet:"sku"`
		} `parquet:"items"`
	}
	_, _, _, err := readParquet(parquetFile(t, []order{{ID: 1}}))
	want := "open parquet: flow log without srcaddr and dstaddr; its columns are order_id, buyer, items.sku"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %q", err, want)
	}
}

// TestParquetRepeated: a list before the wanted columns does not shift them.
func TestParquetRepeated(t *testing.T) {
	type row struct {
		Tags []string `parquet:"a_tags"`
		Src  string   `parquet:"srcaddr"`
		Dst  string   `parquet:"dstaddr"`
		End  int64    `parquet:"end"`
	}
	rows, _, stats, err := readParquet(parquetFile(t, []row{{Tags: []string{"x", "y", "z"}, Src: "192.0.2.1", Dst: "192.0.2.2", End: 1772409600}}))
	if err != nil || stats.Records != 1 || !strings.Contains(rows[0], "Local=192.0.2.1 Remote=192.0.2.2") {
		t.Errorf("rows %q, error %v, %s", rows, err, dumpStats(stats))
	}
}

func TestParquetDamaged(t *testing.T) {
	data := parquetFile(t, sampleRows(3000))
	for name, damaged := range map[string][]byte{
		"empty":     nil,
		"magic":     []byte("PAR1"),
		"cut":       data[:len(data)/2],
		"no footer": append(bytes.Clone(data[:len(data)-40]), data[len(data)-8:]...),
		"zeroed":    append(append(bytes.Clone(data[:100]), make([]byte, 400)...), data[500:]...),
	} {
		if _, _, _, err := readParquet(damaged); err == nil || !strings.Contains(err.Error(), "parquet") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func FuzzParquet(f *testing.F) {
	f.Add(parquetFile(f, sampleRows(3)))
	f.Fuzz(func(t *testing.T, data []byte) {
		readParquet(data)
	})
}
