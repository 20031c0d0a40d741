package logformat

import "bytes"

// broken deals with what begins at i and is no record: it waits for more bytes
// when that may help, by returning i. Otherwise it counts a bad record and
// returns where the next one begins.
func (st *State) broken(i int, final bool) int {
	data := st.batch.Data
	ext := extentOf(data, i)
	line := st.lines && bytes.IndexByte(data[i:], '\n') >= 0
	switch {
	case ext.whole:
		st.bad(i, "malformed JSON")
		st.careful = st.lines
		return ext.end
	case ext.malformed:
		st.bad(i, "malformed JSON")
	case len(data)-i > MaxRecord:
		st.bad(i, tooLong)
	case line:
		st.bad(i, "truncated record")
	case final:
		st.bad(i, "truncated record")
		st.nest.depth = 0
	default:
		return i
	}
	st.careful = st.lines
	if st.wasted += ext.end - i; st.wasted > wasteFloor+wasteShare*st.good {
		st.Stats.Abandoned = true
		st.refused = true
		return len(data)
	}
	return st.resync(i+1, final)
}

// A file of nothing but openings without ends would be read again from each of
// them. So a file is given up when looking for ends has cost more than this
// many bytes, plus so many times the bytes of its whole records.
const (
	wasteFloor = 64 << 20
	wasteShare = 16
)

// resync returns the place at or behind i where a record is likely to begin: an
// object at the beginning of a line, or the way the file's first record begins.
// If there is none it drops the bytes, and the state stays skipping.
func (st *State) resync(i int, final bool) int {
	data := st.batch.Data
	i = min(i, len(data))
	at := len(data)
	if n := bytes.Index(data[i:], lineStart); n >= 0 {
		at = i + n + 1
	}
	if len(st.opening) > 0 {
		if n := bytes.Index(data[i:at], st.opening); n >= 0 {
			at = i + n
		}
	}
	if st.skipping = at == len(data); !st.skipping || final {
		return at
	}
	// The mark may have been cut in two.
	return max(i, len(data)-maxOpening)
}

var lineStart = []byte("\n{")

// extent is how far a value reaches.
type extent struct {
	end       int  // behind the value, or where reading it ended
	whole     bool // its brackets are closed
	malformed bool // more bytes would not mend it
}

// extentOf measures the object or array at i. Unlike the scanner it takes a
// line's end inside a string for an error, which tells a record that was cut
// off from one that continues in the next chunk.
func extentOf(data []byte, i int) extent {
	if data[i] != '{' && data[i] != '[' {
		if data[i] == '"' {
			// A member of an object around records, or junk: only more bytes tell.
			return extent{end: len(data), malformed: bytes.IndexByte(data[i:], '\n') >= 0}
		}
		return extent{end: i + 1, malformed: true}
	}
	s := scanner{text: data}
	depth := 0
	for at := i; at < len(data); {
		c := data[at]
		at++
		if c == '"' {
			e := s.quote(at)
			in := data[at:]
			if e >= 0 {
				in = data[at:e]
			}
			if bytes.IndexByte(in, '\n') >= 0 {
				return extent{end: at, malformed: true}
			}
			if e < 0 {
				break
			}
			at = e + 1
			continue
		}
		if depth += int(bracket[c]); depth == 0 {
			return extent{end: at, whole: true}
		}
	}
	return extent{end: len(data)}
}
