package intel

import (
	"bytes"
	"io"
)

// TXT is the plain list.
var TXT = Format{
	Name: "TXT",
	Doc: `One indicator a line: address, network, address:port, domain, *.domain, URL (its host is taken). Comments begin
with # or ; at the start of a line or after white space. Taken as well are hosts-file lines (0.0.0.0 bad.example) and
"address<TAB>count", where count says on how many lists an address was seen. Lines that are no indicator are skipped.`,
	Sniff: func(head []byte) bool {
		line := firstLine(head, true)
		return len(line) > 0 && line[0] != '<' && line[0] != '{' && bytes.IndexByte(head, 0) < 0
	},
	Parse: parseTXT,
}

func parseTXT(r io.Reader, add func(*Entry) error) (st Stats, err error) {
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
		tok, rest := txtTokens(line)
		if len(tok) == 0 {
			continue
		}
		if nullRoute(tok) && len(rest) > 0 {
			err = hostsLine(rest, in.n, &e, &st, add)
		} else {
			err = txtEntry(tok, rest, in.n, &e, &st, add)
		}
		if err != nil {
			return st, err
		}
	}
}

// txtTokens cuts the comment off and parts the indicator from what follows.
func txtTokens(line []byte) (tok, rest []byte) {
	for i, c := range line {
		switch c {
		case '#', ';':
			if i == 0 {
				return nil, nil
			}
		case ' ', '\t':
			rest = line[i:]
			if cut := commentStart(rest); cut >= 0 {
				rest = rest[:cut]
			}
			return line[:i], bytes.TrimRight(rest, " \t")
		}
	}
	return line, nil
}

// commentStart finds a '#' or ';' after white space in b, -1 when there is none.
func commentStart(b []byte) int {
	for i := 1; i < len(b); i++ {
		if (b[i] == '#' || b[i] == ';') && (b[i-1] == ' ' || b[i-1] == '\t') {
			return i
		}
	}
	return -1
}

func txtEntry(tok, rest []byte, line int, e *Entry, st *Stats, add func(*Entry) error) error {
	if err := indicator(tok, e); err != nil {
		st.bad(line, err)
		return nil
	}
	e.Confidence = 0
	if len(rest) > 1 && rest[0] == '\t' {
		if n, ok := number(rest[1:], 1000); ok {
			e.Confidence = countConfidence(n)
		}
	}
	st.Entries++
	return add(e)
}

// countConfidence makes a confidence of the number of lists an address was seen
// on. The publishers of such feeds advise to act from three on, which this puts
// just above the middle.
func countConfidence(n int) uint8 { return uint8(min(max(n, 1)*20, 100)) }

// nullRoute tells the addresses hosts files point bad names at.
func nullRoute(tok []byte) bool {
	switch string(tok) {
	case "0.0.0.0", "127.0.0.1", "::", "::1":
		return true
	}
	return false
}

// hostsLine takes the names of a hosts-file line, each for itself alone: that
// is what a hosts file says. Names such as localhost are passed over.
func hostsLine(rest []byte, line int, e *Entry, st *Stats, add func(*Entry) error) error {
	for name := range bytes.FieldsSeq(rest) {
		*e = Entry{Domain: name, Scope: ScopeExact}
		if !domainName(name) {
			if bytes.IndexByte(name, '.') < 0 {
				st.Ignored++
			} else if !nullRoute(name) {
				st.bad(line, errNotIndicator)
			}
			continue
		}
		st.Entries++
		if err := add(e); err != nil {
			return err
		}
	}
	return nil
}
