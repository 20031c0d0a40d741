package intel

import (
	"bytes"
	"io"
)

// RankCSV is a list of popular names.
var RankCSV = Format{
	Name: "RANK_CSV",
	Doc: `"rank,domain" a line without header, as Tranco and Umbrella publish. Ranks beyond 100000 are passed over: that is
as far as being popular says something about a name.`,
	Sniff: func(head []byte) bool {
		_, name, ok := rankLine(firstLine(head, false))
		return ok && indicator(name, new(Entry)) == nil
	},
	Parse: parseRankCSV,
}

// rankCut is the last rank that counts as popular, the bound the tunnelling
// rules use.
const rankCut = 100_000

func parseRankCSV(r io.Reader, add func(*Entry) error) (st Stats, err error) {
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
		rank, name, ok := rankLine(line)
		switch {
		case len(line) == 0:
		case !ok || indicator(name, &e) != nil:
			st.bad(in.n, errNotIndicator)
		case rank > rankCut:
			st.Ignored++
		default:
			st.Entries++
			if err := add(&e); err != nil {
				return st, err
			}
		}
	}
}

func rankLine(line []byte) (rank int, name []byte, ok bool) {
	digits, name, ok := bytes.Cut(line, []byte(","))
	if !ok || len(digits) == 0 || len(digits) > 9 {
		return 0, nil, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, nil, false
		}
		rank = rank*10 + int(c-'0')
	}
	return rank, name, true
}
