package logformat

import "bytes"

// broken deals with what begins at i and is no record: it waits for more bytes
// when that may help, by returning i. Otherwise it counts a bad record and
// returns where the next one may begin.
func (st *State) broken(i int, final bool) int {
	data := st.batch.Data
	ended := final
	if st.lines {
		if n := bytes.IndexByte(data[i:], '\n'); n >= 0 {
			data, ended = data[:i+n], true
		}
	}
	ext := extentOf(data, i)
	switch {
	case ext.whole:
		st.bad(i, "malformed JSON")
		return ext.end
	case ext.malformed:
		st.bad(i, "malformed JSON")
	case ended:
		st.bad(i, "truncated record")
	case len(data)-i > MaxRecord:
		st.bad(i, tooLong)
	default:
		return i
	}
	if st.wasted += ext.end - i; st.wasted > wasteFloor+wasteShare*st.good {
		st.Stats.Abandoned = true
		st.refused = true
		return len(st.batch.Data)
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
	if n := st.nextOpening(data[i:at]); n >= 0 {
		at = i + n
	}
	if st.skipping = at == len(data); !st.skipping {
		return at
	}
	if final {
		st.nest.depth = 0 // the list's end was dropped
		return at
	}
	// The mark may have been cut in two.
	return max(i, len(data)-maxOpening)
}

var lineStart = []byte("\n{")

// nextOpening finds the next record that begins as the first did. What follows
// a colon is no record but a member's value.
func (st *State) nextOpening(data []byte) int {
	if len(st.opening) == 0 {
		return failed
	}
	for from := 0; ; {
		n := bytes.Index(data[from:], st.opening)
		if n < 0 {
			return failed
		}
		if before := bytes.TrimRight(data[:from+n], " "); len(before) == 0 || before[len(before)-1] != ':' {
			return from + n
		}
		from += n + 1
	}
}

// extent is how far a value reaches.
type extent struct {
	end       int  // behind the value, or where reading it ended
	whole     bool // it is complete as far as brackets and quotes tell
	malformed bool // more bytes would not mend it
}

// extentOf measures the value, or the member with its value, at i. Unlike the
// scanner it takes a line's end inside a string for an error, which tells a
// record that was cut off from one that continues in the next chunk.
func extentOf(data []byte, i int) extent {
	switch data[i] {
	case '{', '[':
		return nestedExtent(data, i)
	case '"':
		return memberExtent(data, i)
	}
	return extent{end: i + 1, malformed: true}
}

func nestedExtent(data []byte, i int) extent {
	depth := 0
	for at := i; at < len(data); {
		c := data[at]
		if c == '"' {
			s := stringExtent(data, at)
			if !s.whole {
				return s
			}
			at = s.end
			continue
		}
		at++
		if depth += int(bracket[c]); depth == 0 {
			return extent{end: at, whole: true}
		}
	}
	return extent{end: len(data)}
}

func stringExtent(data []byte, i int) extent {
	e := quote(data, i+1)
	in := data[i:]
	if e >= 0 {
		in = data[i:e]
	}
	switch {
	case bytes.IndexByte(in, '\n') >= 0:
		return extent{end: i + 1, malformed: true}
	case e < 0:
		return extent{end: len(data)}
	}
	return extent{end: e + 1, whole: true}
}

// memberExtent measures a name, a colon and a value.
func memberExtent(data []byte, i int) extent {
	name := stringExtent(data, i)
	if !name.whole {
		return name
	}
	at := space(data, name.end)
	if at < len(data) && data[at] == ':' {
		if at = space(data, at+1); at < len(data) {
			switch data[at] {
			case '{', '[':
				return nestedExtent(data, at)
			case '"':
				return stringExtent(data, at)
			}
			for at < len(data) && scalarByte[data[at]] {
				at++
			}
		}
	} else if at < len(data) {
		return extent{end: at, malformed: true}
	}
	if at == len(data) {
		return extent{end: at}
	}
	return extent{end: at, malformed: true}
}
