package logformat

import (
	"bytes"

	"picket/event"
)

// A Format is one wire format. It is a constant.
type Format struct {
	Name string
	Doc  string
	// Kind is the kind of rows the format gives; NumKinds for an envelope that
	// can hold any.
	Kind event.Kind
	// Sniff reports whether a file that begins with head is of this format.
	Sniff func(head []byte) bool
	// Decode reads the whole records at the beginning of b.Data and appends
	// their rows to b. It returns how many bytes it is done with; the caller puts
	// the rest in front of the next chunk. Chunks may be cut anywhere.
	//
	// final says that the file ends with this chunk: an incomplete rest is then
	// a bad record. Decode leaves bytes in spite of final only where a flow log
	// changes its columns, which takes another batch: the caller calls again.
	// The rest is never longer than MaxRecord.
	//
	// Decode may rewrite bytes it is done with. b.Data must be shorter than 2 GiB.
	//
	// A nil Decode is a file that must be read from its end: see OpenParquet.
	Decode func(b *event.Batch, st *State, final bool) (used int)
}

// Formats are all formats, in the order they are tried.
var Formats = []*Format{
	&flowParquet,
	&flowLog,
	&cloudWatchExport,
	&cloudWatchPayload,
	&cloudTrail,
	&resolverQueries,
	&kubernetesAudit,
}

// HeadLen is how many bytes of a file Detect wants to see, unless the file is
// shorter. Most files tell in the first kilobyte; a CloudTrail record can have
// 100 KB of parameters before its name.
const HeadLen = 256 << 10

// Detect recognises the format of a file by its first bytes. It returns nil for
// a file that is of none.
func Detect(head []byte) *Format {
	for _, f := range Formats {
		if f.Sniff(head) {
			return f
		}
	}
	return nil
}

// firstLine returns the first line of head that is not blank.
func firstLine(head []byte) []byte {
	head = bytes.TrimPrefix(head, byteOrderMark)
	head = bytes.TrimLeft(head, "\r\n")
	if n := bytes.IndexByte(head, '\n'); n >= 0 {
		head = head[:n]
	}
	return bytes.TrimSuffix(head, carriageReturn)
}

var carriageReturn = []byte{'\r'}
