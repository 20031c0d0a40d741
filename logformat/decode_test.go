package logformat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"picket/event"
)

// decodeChunks decodes data as a caller that sees it in chunks of the sizes
// that next returns. It checks the contract of Format.Decode on the way.
func decodeChunks(t testing.TB, f *Format, data []byte, next func() int) (rows string, raw []string, stats Stats) {
	var st State
	var b event.Batch
	var carry []byte
	read, offset := 0, int64(0)
	for {
		n := min(max(next(), 1), len(data)-read)
		chunk := append(bytes.Clone(carry), data[read:read+n]...)
		read += n
		final := read == len(data)
		b.Reset()
		b.Data, b.Meta.Offset = chunk, offset
		used := f.Decode(&b, &st, final)
		if used < 0 || used > len(chunk) {
			t.Fatalf("Decode is done with %d of %d bytes", used, len(chunk))
		}
		if rest := len(chunk) - used; rest > MaxRecord {
			t.Fatalf("Decode leaves %d bytes", rest)
		}
		rows += dump(&b)
		raw = append(raw, raws(&b)...)
		offset += int64(used)
		carry = bytes.Clone(chunk[used:])
		if final && (used == 0 || len(carry) == 0) {
			return rows, raw, st.Stats
		}
	}
}

// withoutSample: a sample ends with its chunk.
var withoutSample = cmpopts.IgnoreFields(Bad{}, "Sample")

func whole(data []byte) func() int { return func() int { return len(data) } }

// TestChunks: wherever a file is cut, the rows are the same.
func TestChunks(t *testing.T) {
	for name, data := range samples(t) {
		t.Run(name, func(t *testing.T) {
			f := Detect(data)
			rows, raw, stats := decodeChunks(t, f, data, whole(data))
			for _, size := range []int{1, 2, 3, 7, 64, 211, 1000} {
				gotRows, gotRaw, gotStats := decodeChunks(t, f, data, func() int { return size })
				if diff := cmp.Diff(sortedByKind(rows), sortedByKind(gotRows)); diff != "" {
					t.Fatalf("rows in chunks of %d (-whole +chunks):\n%s", size, diff)
				}
				if diff := cmp.Diff(stats, gotStats, withoutSample); diff != "" {
					t.Fatalf("stats in chunks of %d (-whole +chunks):\n%s", size, diff)
				}
				if len(raw) != len(gotRaw) {
					t.Fatalf("%d raw records, want %d", len(gotRaw), len(raw))
				}
			}
		})
	}
}

// sortedByKind brings a dump into the order of one batch: kind by kind.
func sortedByKind(rows string) []string {
	var out []string
	for _, kind := range []string{"flow ", "dns ", "trail ", "audit "} {
		for line := range strings.Lines(rows) {
			if strings.HasPrefix(line, kind) {
				out = append(out, line)
			}
		}
	}
	return out
}

// TestRaw: a row leads back to its record, and to where that stands in the file.
func TestRaw(t *testing.T) {
	for name, data := range samples(t) {
		if strings.HasPrefix(name, "cloudwatch-payload") {
			continue // unwrapped messages stand nowhere as they are
		}
		var b event.Batch
		if _, err := DecodeAll(&b, data, event.Meta{Offset: 0}); err != nil {
			t.Fatal(err)
		}
		for _, r := range b.Runs(nil) {
			for i := r.Lo; i < r.Hi; i++ {
				raw, at := b.Raw(r.Kind, i)
				if at < 0 || !bytes.HasPrefix(data[at:], []byte(raw)) || len(raw) < 40 {
					t.Errorf("%s: raw record %d of kind %s is not at %d: %.60q", name, i, r.Kind, at, raw)
				}
			}
		}
	}
}

func TestDetect(t *testing.T) {
	for _, c := range []struct{ head, want string }{
		{"", ""},
		{"\n", ""},
		{"\x00\x01\x02\x03binary\xff\xfe", ""},
		{"hello world, this is no log\n", ""},
		{`{"level":"info","msg":"hello"}`, ""},
		{`["a","b"]`, ""},
		{"PAR1\x15\x04", "vpc-flow-parquet"},
		{`{"Records":[`, "cloudtrail"},
		{`{"junk":1}` + "\n" + `{"eventVersion":"1.08","eventName":"X"`, "cloudtrail"},
		{`{"requestParameters":{"query_name":"x","logEvents":1},"eventName":"X"}`, "cloudtrail"},
		{`{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[`, "kubernetes-audit"},
		{`{"kind":"Event","requestObject":{"eventName":"x"},"auditID":"y"`, "kubernetes-audit"},
		{`{"version":"1.100000","query_name":"a.example.com."`, "route53-resolver"},
		{`{"messageType":"CONTROL_MESSAGE"`, "cloudwatch-payload"},
		{"version account-id srcaddr dstaddr start end\n", "vpc-flow"},
		{"version resource-type account-id tgw-id srcaddr", "vpc-flow"},
		{"2 111122223333 eni-1 - - - - - - - 1772409600 1772409658 - NODATA\n", "vpc-flow"},
		{"2 111122223333 eni-1 - - - - - - - 1772409600 1772409658 -\n", ""},
		{"2026-03-02T00:00:00.000Z 2 111122223333 eni-1 - - - - - - - 1772409600 1772409658 - NODATA\n", "cloudwatch-export"},
		{"2026-03-02T00:00:00.000Z something else\n", ""},
	} {
		got := ""
		if f := Detect([]byte(c.head)); f != nil {
			got = f.Name
		}
		if got != c.want {
			t.Errorf("Detect(%q) = %q, want %q", c.head, got, c.want)
		}
	}
}

// TestTruncated: a file that is cut off anywhere gives the rows of its whole
// records and at most one bad record.
func TestTruncated(t *testing.T) {
	for name, data := range samples(t) {
		f := Detect(data)
		full, _, all := decodeChunks(t, f, data, whole(data))
		if all.Bad > 0 || strings.HasPrefix(name, "cloudwatch-payload") {
			continue
		}
		rows := sortedByKind(full)
		for n := 1; n < len(data); n += 1 + n/97 {
			got, _, stats := decodeChunks(t, f, data[:n], whole(data))
			kept := sortedByKind(got)
			if stats.Bad > 1 || len(kept) > len(rows) {
				t.Fatalf("%s cut at %d: %d rows, %s", name, n, len(kept), dumpStats(stats))
			}
			if f.Kind == event.KindFlow && len(kept) > 0 {
				kept = kept[:len(kept)-1] // a cut number is a number
			}
			if diff := cmp.Diff(strings.Join(rows[:len(kept)], ""), strings.Join(kept, "")); diff != "" {
				t.Fatalf("%s cut at %d (-whole +cut):\n%s", name, n, diff)
			}
		}
	}
}

// TestEndlessRecord feeds a record without end, as from a file of a gigabyte in
// one line: the decoder must not ask to keep more than MaxRecord, must report
// it once and must find the record behind it.
func TestEndlessRecord(t *testing.T) {
	line := func(name string) string {
		return strings.TrimSpace(string(samples(t)[name]))
	}
	trail := line("cloudtrail.txtar/concatenated")
	trail = trail[:len(trail)/2]
	flows := strings.Split(line("vpc-flow.txtar/default"), "\n")
	for _, c := range []struct{ name, before, endless, after string }{
		{"string", trail + "\n", `{"eventVersion":"` + strings.Repeat("x", 1000), "\n" + trail + "\n"},
		{"array", trail + "\n", `{"eventVersion":[` + strings.Repeat("1,", 500), "\n" + trail + "\n"},
		{"first", "", `{"eventName":["` + strings.Repeat(`a",{"`, 200), "\n" + trail + "\n"},
		{"in a file", `{"Records":[` + trail + ",", `{"eventVersion":"` + strings.Repeat("x", 1000), "\"}," + trail + "]}"},
		{"flow", flows[0] + "\n" + flows[1] + "\n", strings.Repeat("7", 1000), "\n" + flows[2] + "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := Detect([]byte(c.before + c.endless + c.after))
			var st State
			var b event.Batch
			var carry []byte
			records, offset := 0, int64(0)
			feed := func(p []byte, final bool) {
				b.Reset()
				b.Data, b.Meta.Offset = append(carry, p...), offset
				used := f.Decode(&b, &st, final)
				records += b.Len()
				offset += int64(used)
				carry = bytes.Clone(b.Data[used:])
				if len(carry) > MaxRecord+1<<20 {
					t.Fatalf("%d bytes are kept", len(carry))
				}
			}
			feed([]byte(c.before), false)
			body := []byte(c.endless)
			if i := strings.LastIndexAny(c.endless, "x,{7"); i > 0 {
				body = bytes.Repeat([]byte(c.endless[i-5:i+1]), MaxRecord/4/6)
			}
			feed([]byte(c.endless), false)
			for range 8 {
				feed(body, false)
			}
			feed([]byte(c.after), true)
			want := 1
			if c.before != "" {
				want = 2
			}
			if records != want || st.Stats.Bad != 1 {
				t.Errorf("%d records, want %d; %s", records, want, dumpStats(st.Stats))
			}
			if st.Stats.First == nil || st.Stats.First.Offset != int64(len(c.before)) {
				t.Errorf("bad record is not at %d: %s", len(c.before), dumpStats(st.Stats))
			}
		})
	}
}

// TestHostile: text that is nothing but beginnings costs no more than so much
// reading, and is given up.
func TestHostile(t *testing.T) {
	for _, piece := range []string{`{"eventName":[`, `{"eventName":{"a":`, `{"Records":[{`, `[`, `{`, `{"eventName":"`, "{\n", `{"messageType":"x","logEvents":[`} {
		data := []byte(`{"eventName":1}` + "\n" + strings.Repeat(piece, 1<<20/len(piece)))
		_, _, stats := decodeChunks(t, &cloudTrail, data, whole(data))
		if stats.Bad == 0 {
			t.Errorf("%q: nothing bad", piece)
		}
	}
}

// TestAllocations: once a batch has grown, a quiet record allocates nothing.
func TestAllocations(t *testing.T) {
	for _, name := range []string{"cloudtrail.txtar/file", "cloudtrail.txtar/lines", "cloudtrail.txtar/eventbridge",
		"vpc-flow.txtar/v5", "vpc-flow.txtar/no-data", "route53-resolver.txtar/answers", "route53-resolver.txtar/case-and-dots",
		"kubernetes-audit.txtar/lines", "kubernetes-audit.txtar/event-list", "cloudwatch-export.txtar/audit",
		"cloudwatch-payload.txtar/audit", "cloudwatch-payload.txtar/concatenated"} {
		data := samples(t)[name]
		if data == nil {
			t.Fatalf("no sample %q", name)
		}
		f := Detect(data)
		var b event.Batch
		var st State
		decode := func() {
			for range 20 {
				b.Reset()
				b.Data = append(b.Data, data...)
				for used := 0; used < len(data); {
					used += f.Decode(&b, &st, true)
				}
			}
		}
		decode()
		if n := testing.AllocsPerRun(20, decode); n > 0 {
			t.Errorf("%s: %v allocations in 20 files", name, n)
		}
	}
}

// FuzzDecode: whatever the bytes, each decoder keeps its contract, and where
// the file is cut changes nothing. Only what becomes of malformed JSON may hang
// on it: there, how far a broken record reaches is a guess.
func FuzzDecode(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data, uint64(1))
		f.Add(data[:len(data)*2/3], uint64(7))
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		Detect(data)
		wellFormed := validJSON(data)
		for _, format := range Formats {
			if format.Decode == nil {
				continue
			}
			rows, _, stats := decodeChunks(t, format, data, whole(data))
			rng := rand.New(rand.NewPCG(seed, 1))
			size := 1 + len(data)/100 + int(seed%300) // every cut reads the open record again
			gotRows, _, gotStats := decodeChunks(t, format, data, func() int { return 1 + rng.IntN(size) })
			if format != &flowLog && !wellFormed {
				continue
			}
			if diff := cmp.Diff(sortedByKind(rows), sortedByKind(gotRows)); diff != "" {
				t.Fatalf("%s: rows (-whole +chunks):\n%s", format.Name, diff)
			}
			if diff := cmp.Diff(stats, gotStats, withoutSample); diff != "" {
				t.Fatalf("%s: stats (-whole +chunks):\n%s", format.Name, diff)
			}
		}
	})
}

// validJSON reports whether data is a sequence of JSON objects and arrays.
func validJSON(data []byte) bool {
	for dec := json.NewDecoder(bytes.NewReader(data)); ; {
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return err == io.EOF
		}
		if v[0] != '{' && v[0] != '[' {
			return false
		}
	}
}

// TestStringers: every reason has a name.
func TestStringers(t *testing.T) {
	seen := map[string]bool{}
	for s := range NumSkips {
		if name := fmt.Sprint(s); name == "" || seen[name] {
			t.Errorf("skip %d is called %q", s, name)
		}
		seen[fmt.Sprint(s)] = true
	}
}
