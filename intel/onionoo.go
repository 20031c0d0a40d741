package intel

import (
	"encoding/json"
	"errors"
	"io"
	"slices"

	"picket/event"
)

// Onionoo is the Tor network's directory in JSON.
var Onionoo = Format{
	Name: "ONIONOO",
	Doc: `The "details" document of Tor's Onionoo service. Every relay's addresses are tor_relay, those of exits tor_exit too,
and a guard's or directory authority's address is tor_guard on the ports it takes clients on, whatever the category given.`,
	Sniff: sniffObject("relays", "relays_published"),
	Parse: parseOnionoo,
}

type relay struct {
	OrAddresses   []string `json:"or_addresses"`
	ExitAddresses []string `json:"exit_addresses"`
	DirAddress    string   `json:"dir_address"`
	Flags         []string `json:"flags"`
}

func parseOnionoo(r io.Reader, add func(*Entry) error) (Stats, error) {
	o := onionoo{add: add}
	found := false
	err := eachElement(r, map[string]func(*json.Decoder) error{
		"relays": func(dec *json.Decoder) error {
			found = true
			var rl relay
			if err := dec.Decode(&rl); err != nil {
				return err
			}
			o.n++
			return o.relay(&rl)
		},
	}, nil)
	if err == nil && !found {
		err = errors.New("no relays member")
	}
	return o.st, err
}

type onionoo struct {
	add func(*Entry) error
	st  Stats
	n   int // number of the relay, from 1: what a line is in other formats
}

func (o *onionoo) relay(rl *relay) error {
	anyPort := event.MarkTorRelay
	if slices.Contains(rl.Flags, "Exit") {
		anyPort |= event.MarkTorExit
	}
	guard := slices.Contains(rl.Flags, "Guard") || slices.Contains(rl.Flags, "Authority")
	for _, addr := range rl.OrAddresses {
		if err := o.endpoint(addr, anyPort, guard); err != nil {
			return err
		}
	}
	for _, addr := range rl.ExitAddresses {
		if err := o.endpoint(addr, anyPort, false); err != nil {
			return err
		}
	}
	if rl.DirAddress != "" && guard {
		return o.endpoint(rl.DirAddress, 0, true)
	}
	return nil
}

// endpoint adds addr without its port for the marks in anyPort, and with it as
// a guard.
func (o *onionoo) endpoint(addr string, anyPort event.Marks, guard bool) error {
	var e Entry
	if err := indicator([]byte(addr), &e); err != nil || !e.Prefix.IsValid() {
		o.st.bad(o.n, errNotIndicator)
		return nil
	}
	port := e.Port
	for _, m := range []event.Marks{event.MarkTorRelay, event.MarkTorExit} {
		if anyPort&m == 0 {
			continue
		}
		e.Port, e.Marks = 0, m
		o.st.Entries++
		if err := o.add(&e); err != nil {
			return err
		}
	}
	if !guard || port == 0 {
		return nil
	}
	e.Port, e.Marks = port, event.MarkTorGuard
	o.st.Entries++
	return o.add(&e)
}
