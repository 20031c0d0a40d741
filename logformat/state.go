package logformat

import (
	"bytes"
	"fmt"

	"picket/event"
)

// MaxRecord is the longest record that is read, in bytes. CloudTrail caps its
// records at 256 KB, CloudWatch Logs its payloads at about 6 MB unpacked. A
// longer one is a bad record, and its bytes are dropped as they come.
const MaxRecord = 16 << 20

// A State carries what a decoder must remember between the chunks of one file.
// The zero State is ready for a file; Reset makes it ready for the next.
// A State belongs to one goroutine.
type State struct {
	Stats Stats

	scan    scanner
	batch   *event.Batch
	flow    flowPlan
	header  []byte   // the last header line of a flow log
	headed  flowPlan // and what it says
	cut     cutter
	clock   clock
	guess   guess // the kind the last JSON record was of
	wrapped guess // and the last message of an envelope
	source  origin

	nest     nesting
	opening  []byte // how the first record of the file begins, up to its first name
	lines    bool   // every record stands on one line: the first one did
	skipping bool   // dropping bytes until the next record begins
	refused  bool   // the rest of the file is not for us
	wasted   int    // bytes read in vain looking for the ends of broken records
	good     int    // bytes of whole records
}

// origin is what an envelope says of the messages in it.
type origin struct{ account, cluster string }

// Reset forgets the file and keeps memory and what was learned that makes
// reading the next one faster.
func (st *State) Reset() {
	*st = State{opening: st.opening[:0], scan: st.scan, cut: st.cut, header: st.header, headed: st.headed}
}

// Stats is what became of the records of a file.
type Stats struct {
	Records int           // rows appended
	Skipped [NumSkips]int // whole records that are left out on purpose
	Bad     int           // records that could not be read
	First   *Bad          // the first of them
	// Abandoned is set when so much of the file was broken that its rest was
	// not read.
	Abandoned bool
}

// Bad describes a record that could not be read.
type Bad struct {
	Offset int64  // in the uncompressed file
	Reason string // lower case, without file or offset
	Sample string // how the record begins, at most SampleLen bytes, any bytes
}

// SampleLen is the most bytes of a bad record that are kept for display.
const SampleLen = 120

// Skip says why a record that could be read gave no row.
type Skip uint8

// The reasons.
const (
	SkipDigest          Skip = iota // CloudTrail digest files
	SkipInsight                     // CloudTrail Insights
	SkipNetworkActivity             // CloudTrail network activity: the call has a record of its own
	SkipOther                       // other services' events and streams inside an envelope
	SkipControl                     // CloudWatch Logs control messages
	SkipNoData                      // flow records of an interval without traffic
	SkipSkipData                    // flow records that stand for records AWS lost
	SkipStage                       // audit events of a stage that a later one repeats
	SkipRefused                     // records of a flow log that was refused as a whole
	NumSkips
)

var skipNames = [NumSkips]string{
	"digest", "insight", "network activity", "other source", "control message", "nodata", "skipdata", "stage",
	"refused log",
}

func (s Skip) String() string { return skipNames[s] }

func (st *State) skip(s Skip) { st.Stats.Skipped[s]++ }

// bad counts a bad record that begins at i of the chunk, and keeps the first.
func (st *State) bad(i int, reason string) {
	st.Stats.Bad++
	if st.Stats.First != nil {
		return
	}
	data := st.batch.Data
	sample := data[i:min(len(data), i+SampleLen)]
	if nl := bytes.IndexByte(sample, '\n'); nl > 0 {
		sample = sample[:nl]
	}
	st.Stats.First = &Bad{Offset: st.batch.Meta.Offset + int64(i), Reason: reason, Sample: string(sample)}
}

// badText is bad for a reason about one text; it is put together only for the
// record that is kept.
func (st *State) badText(i int, format, text string) {
	reason := ""
	if st.Stats.First == nil {
		reason = fmt.Sprintf(format, text[:min(len(text), SampleLen)])
	}
	st.bad(i, reason)
}

// tooLong is the reason for records longer than MaxRecord.
const tooLong = "record longer than 16 MiB"

// begin points the scanner at the batch's chunk and returns where its text
// begins: behind the byte order mark of a file that has one. It returns -1
// when more bytes must tell.
func (st *State) begin(b *event.Batch, final bool) int {
	st.batch = b
	st.scan.on(b.Data)
	switch {
	case b.Meta.Offset > 0:
		return 0
	case bytes.HasPrefix(b.Data, byteOrderMark):
		return len(byteOrderMark)
	case !final && len(b.Data) > 0 && bytes.HasPrefix(byteOrderMark, b.Data):
		return -1
	}
	return 0
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// DecodeAll decodes a whole file that is in memory into b, which it resets
// first. It is for tests and for library users with small files: a flow log
// whose columns change half-way and a Parquet file need the longer way.
func DecodeAll(b *event.Batch, data []byte, meta event.Meta) (Stats, error) {
	f := Detect(data)
	switch {
	case f == nil:
		return Stats{}, fmt.Errorf("decode %q: unknown format", meta.Path)
	case f.Decode == nil:
		return Stats{}, fmt.Errorf("decode %q: format %s is not read from memory", meta.Path, f.Name)
	}
	b.Reset()
	b.Data = append(b.Data, data...)
	b.Meta = meta
	var st State
	if used := f.Decode(b, &st, true); used < len(data) {
		return st.Stats, fmt.Errorf("decode %q: columns change at offset %d", meta.Path, used)
	}
	return st.Stats, nil
}

// grow appends a zero row and returns it.
func grow[R any](rows *[]R) *R {
	n := len(*rows)
	if n < cap(*rows) {
		*rows = (*rows)[:n+1]
	} else {
		*rows = append(*rows, *new(R))
	}
	r := &(*rows)[n]
	*r = *new(R)
	return r
}
