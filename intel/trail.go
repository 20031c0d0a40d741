package intel

import (
	"bytes"
	"io"
)

// TrailTSV is maltrail's table of trails.
var TrailTSV = Format{
	Name: "TRAIL_TSV",
	Doc: `"family<TAB>trail" a line: the malware family, which is the threat name, and an address, address:port, domain or
URL. Trails that are only part of a URL path are passed over.`,
	Sniff: func(head []byte) bool {
		family, trail, ok := trailLine(firstLine(head, true))
		return ok && indicator(bytes.Clone(family), new(Entry)) != nil && indicator(trail, new(Entry)) == nil
	},
	Parse: parseTrailTSV,
}

func parseTrailTSV(r io.Reader, add func(*Entry) error) (st Stats, err error) {
	in := newLines(r)
	var e Entry
	for {
		line, err := in.next()
		if err == io.EOF {
			return st, nil
		}
		if err != nil {
			return st, err
		}
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		family, trail, ok := trailLine(line)
		if ok && trail[0] == '/' {
			st.Ignored++
			continue
		}
		if !ok || indicator(trail, &e) != nil {
			st.bad(in.n, errNotIndicator)
			continue
		}
		e.Threat = family
		st.Entries++
		if err := add(&e); err != nil {
			return st, err
		}
	}
}

func trailLine(line []byte) (family, trail []byte, ok bool) {
	family, trail, ok = bytes.Cut(line, []byte("\t"))
	trail = bytes.TrimSpace(trail)
	return family, trail, ok && len(family) > 0 && len(trail) > 0 && bytes.IndexByte(trail, '\t') < 0
}
