package logformat

import (
	"bytes"

	"picket/event"
)

// eachLine calls read with every line of the chunk that is not empty, as
// [i, e) without its end. It stops in front of a line that read refuses, and
// returns how many bytes are done with.
func (st *State) eachLine(b *event.Batch, final bool, read func(st *State, i, e int) bool) int {
	data, i := b.Data, st.begin(b, final)
	if i < 0 {
		return 0
	}
	if st.skipping {
		n := bytes.IndexByte(data, '\n')
		if n < 0 {
			return len(data)
		}
		i, st.skipping = n+1, false
	}
	for i < len(data) {
		n := bytes.IndexByte(data[i:], '\n')
		if n < 0 {
			if !final {
				return st.unended(i)
			}
			n = len(data) - i
		}
		e := i + n
		if e > i && data[e-1] == '\r' {
			e--
		}
		if e > i && !read(st, i, e) {
			return i
		}
		i += n + 1
	}
	return len(data)
}

// unended deals with a line whose end is not in the chunk: it waits for the
// end, but not for ever.
func (st *State) unended(i int) int {
	if len(st.batch.Data)-i <= MaxRecord {
		return i
	}
	st.bad(i, tooLong)
	st.skipping = true
	return len(st.batch.Data)
}
