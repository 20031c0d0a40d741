package intel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// MISPWarningList is one list of the MISP project.
var MISPWarningList = Format{
	Name: "MISP",
	Doc: `A list.json of misp-warninglists. Type hostname covers the names and what is below them, string the names alone, cidr
is addresses and networks; substring and regex lists can't be looked up and are refused.`,
	Sniff: sniffObject("list", "matching_attributes"),
	Parse: parseMISP,
}

func parseMISP(r io.Reader, add func(*Entry) error) (st Stats, err error) {
	// The type usually follows the list, so the list waits in one buffer.
	var list []byte
	var kind string
	err = eachElement(r, map[string]func(*json.Decoder) error{
		"list": func(dec *json.Decoder) error {
			var s string
			err := dec.Decode(&s)
			list = append(append(list, s...), '\n')
			return err
		},
	}, map[string]any{"type": &kind})
	if err != nil {
		return st, err
	}
	scope := ScopeTree
	switch kind {
	case "string":
		scope = ScopeExact
	case "hostname", "cidr", "":
	default:
		return st, fmt.Errorf("type %q can't be looked up", kind)
	}
	return mispEntries(list, scope, add)
}

func mispEntries(list []byte, scope Scope, add func(*Entry) error) (st Stats, err error) {
	var e Entry
	n := 0
	for line := range bytes.Lines(list) {
		n++
		if err := indicator(bytes.TrimSpace(line), &e); err != nil {
			st.bad(n, err)
			continue
		}
		if e.Domain != nil && scope == ScopeExact {
			e.Scope = ScopeExact
		}
		st.Entries++
		if err := add(&e); err != nil {
			return st, err
		}
	}
	return st, nil
}
