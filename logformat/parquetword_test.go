package logformat

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	library "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"

	"picket/event"
)

// required are columns without which a file is no flow log.
type required struct {
	Src string `parquet:"srcaddr"`
	Dst string `parquet:"dstaddr"`
	End int64  `parquet:"end"`
}

var anyFlow = required{"192.0.2.1", "198.51.100.2", 1772429599}

// lastWord returns the last field of the line that a file of one row makes.
func lastWord[T any](t *testing.T, row T) string {
	t.Helper()
	p := openParquet(t, parquetFile(t, []T{row}))
	defer p.Close()
	var st State
	var b event.Batch
	if _, err := p.Decode(&b, &st); err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(b.Data))
	return words[len(words)-1]
}

// TestParquetNumbers: whatever tool wrote a file, its numbers are read.
func TestParquetNumbers(t *testing.T) {
	// 2026-03-02 05:33:19.5 UTC, 1,772,429,599.5 seconds after 1970; Julian day 2,461,102.
	at := time.UnixMilli(1772429599500)
	const nanos = (5*3600 + 33*60 + 19.5) * 1e9
	for name, c := range map[string]struct{ got, want string }{
		"int32": {lastWord(t, struct {
			required
			V int32 `parquet:"bytes"`
		}{anyFlow, -7}), "-7"},
		"uint32": {lastWord(t, struct {
			required
			V uint32 `parquet:"bytes"`
		}{anyFlow, math.MaxUint32}), "4294967295"},
		"int64": {lastWord(t, struct {
			required
			V int64 `parquet:"bytes,delta"`
		}{anyFlow, math.MinInt64}), "-9223372036854775808"},
		"uint64": {lastWord(t, struct {
			required
			V uint64 `parquet:"bytes,dict"`
		}{anyFlow, math.MaxUint64}), "18446744073709551615"},
		"double": {lastWord(t, struct {
			required
			V float64 `parquet:"start"`
		}{anyFlow, 1772429599}), "1772429599"},
		"float": {lastWord(t, struct {
			required
			V float32 `parquet:"dstport"`
		}{anyFlow, 443}), "443"},
		"NaN": {lastWord(t, struct {
			required
			V float64 `parquet:"dstport"`
		}{anyFlow, math.NaN()}), "-"},
		"boolean": {lastWord(t, struct {
			required
			V bool `parquet:"tcp_flags"`
		}{anyFlow, true}), "true"},
		"milliseconds": {lastWord(t, struct {
			required
			V time.Time `parquet:"start,timestamp(millisecond)"`
		}{anyFlow, at}), "1772429599"},
		"microseconds": {lastWord(t, struct {
			required
			V time.Time `parquet:"start,timestamp(microsecond)"`
		}{anyFlow, at}), "1772429599"},
		"nanoseconds": {lastWord(t, struct {
			required
			V time.Time `parquet:"start,timestamp(nanosecond)"`
		}{anyFlow, at}), "1772429599"},
		"before 1970": {lastWord(t, struct {
			required
			V time.Time `parquet:"start,timestamp(millisecond)"`
		}{anyFlow, time.UnixMilli(-1)}), "-1"},
		"INT96": {lastWord(t, struct {
			required
			V deprecated.Int96 `parquet:"start"`
		}{anyFlow, deprecated.Int96{uint32(uint64(nanos) & math.MaxUint32), uint32(uint64(nanos) >> 32), 2461102}}), "1772429599"},
		"fixed": {lastWord(t, struct {
			required
			V [6]byte `parquet:"action"`
		}{anyFlow, [6]byte([]byte("ACCEPT"))}), "ACCEPT"},
		"blanks": {lastWord(t, struct {
			required
			V string `parquet:"vpc_id"`
		}{anyFlow, "a b\tc\n"}), "a_b_c_"},
		"empty": {lastWord(t, struct {
			required
			V string `parquet:"vpc_id,dict"`
		}{anyFlow, ""}), "-"},
		"long": {lastWord(t, struct {
			required
			V string `parquet:"vpc_id"`
		}{anyFlow, strings.Repeat("x", 1<<20)}), strings.Repeat("x", maxWord)},
	} {
		if c.got != c.want {
			t.Errorf("%s: %.40q of %d bytes, want %.40q", name, c.got, len(c.got), c.want)
		}
	}
}

// TestParquetDictionaries: a dictionary changes nothing, however large it is.
func TestParquetDictionaries(t *testing.T) {
	type plain struct {
		required
		Iface *string `parquet:"interface_id,optional"`
		Start int64   `parquet:"start"`
	}
	type dictionary struct {
		required
		Iface *string `parquet:"interface_id,optional,dict"`
		Start int64   `parquet:"start,dict"`
	}
	const rows = maxSpelled/10 + 5000 // each value has more than 10 characters
	var plains []plain
	var dictionaries []dictionary
	for i := range rows {
		p := plain{anyFlow, ptr(fmt.Sprintf("eni-%08d", i*7919%rows)), int64(1772409600 + i*31%rows)}
		if i%9 == 0 {
			p.Iface = nil
		}
		plains, dictionaries = append(plains, p), append(dictionaries, dictionary(p))
	}
	var b bytes.Buffer
	w := library.NewGenericWriter[dictionary](&b)
	if _, err := w.Write(dictionaries); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	const few = 20_000
	want := parquetLines(t, parquetFile(t, plains))
	if len(want) != rows {
		t.Fatalf("%d lines of %d rows", len(want), rows)
	}
	if got := parquetLines(t, b.Bytes()); !slices.Equal(want, got) { // one row group, large dictionaries
		t.Errorf("%d lines that differ from the %d of a file without dictionaries", len(got), rows)
	}
	if got := parquetLines(t, parquetFile(t, dictionaries[:few])); !slices.Equal(want[:few], got) { // several
		t.Errorf("%d lines of row groups that differ from the %d of a file without dictionaries", len(got), few)
	}
}

// parquetLines are the records of a file as text.
func parquetLines(t *testing.T, data []byte) (lines []string) {
	if _, err := eachBatch(data, func(b *event.Batch) { lines = append(lines, raws(b)...) }); err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestParquetNested: columns that repeat or are inside others are not taken for
// those of a flow log, whatever their names.
func TestParquetNested(t *testing.T) {
	type row struct {
		required
		Flags []int32  `parquet:"tcp_flags"`
		Extra required `parquet:"extra"`
		Note  []struct {
			Proto int32 `parquet:"protocol"`
		} `parquet:"notes"`
		Port int32 `parquet:"dstport"`
	}
	in := row{required: anyFlow, Flags: []int32{1, 2, 3}, Extra: required{Src: "203.0.113.1"}, Port: 443}
	_, lines, _, err := readParquet(parquetFile(t, []row{in, in}))
	want := "192.0.2.1 198.51.100.2 1772429599 443"
	if diff := cmp.Diff([]string{want, want}, lines); diff != "" || err != nil {
		t.Errorf("error %v, lines (-want +got):\n%s", err, diff)
	}
}

// TestParquetRowsBeforeDamage: what was read before an error is given.
func TestParquetRowsBeforeDamage(t *testing.T) {
	const n = 16_000 // row groups of 7,000
	data := parquetFile(t, sampleRows(n))
	copy(data[len(data)*6/10:], make([]byte, len(data)/10))
	p := openParquet(t, data)
	defer p.Close()
	var st State
	var b event.Batch
	var err error
	for more := true; more; {
		b.Reset()
		more, err = p.Decode(&b, &st)
	}
	if err == nil || st.Stats.Records < 7000 || st.Stats.Records > 14_000 || !strings.Contains(err.Error(), fmt.Sprintf("read parquet row %d: column ", st.Stats.Records)) {
		t.Errorf("%d records, error %v", st.Stats.Records, err)
	}
}

// TestParquetAllocations: once batch and reader have grown, rows take no memory.
func TestParquetAllocations(t *testing.T) {
	p := openParquet(t, parquetFile(t, sampleRows(7000)))
	defer p.Close()
	var st State
	var b event.Batch
	row := func() {
		for range 100 {
			if p.row == p.inside {
				if err := p.fill(); err != nil {
					t.Fatal(err)
				}
			}
			p.decodeRow(&b, &st)
		}
	}
	b.Data, b.Flows = make([]byte, 0, 2<<20), make([]event.Flow, 0, 7000)
	st.batch = &b
	row()
	if n := testing.AllocsPerRun(50, row); n > 0 {
		t.Errorf("%v allocations in 100 rows", n)
	}
}
