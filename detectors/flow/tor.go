package flow

import (
	"slices"
	"time"

	"picket/baseline"
	"picket/detect"
	"picket/event"
	"picket/finding"
)

// Tor raises TorClient and TorRelay.
var Tor = &detect.Detector{
	Name: "flow-tor",
	Doc: `TorClient: the instance opened a conversation with a Tor guard or directory authority on any port (their own ports
are often 443, so the port alone says nothing), or with another relay on a port that relays use. TorRelay: within a day the
instance had sessions opened to one of its ports by several different relays and opened sessions to many different relays
itself; a client talks to one to three guards.
Missed: bridges and pluggable transports, which no public list names; a relay in its first hours. False positives: a host
that runs a relay and a service the instance really uses; a web server does not become a relay by visitors from Tor, for it
does not open sessions to relays.`,
	Findings: []*finding.Type{torClient, torRelay},
	Params: &TorParams{
		RelayPorts:   []uint16{9001, 9002, 9003, 9030, 9031, 9040, 9050, 9051, 9090, 9100, 9101, 9150},
		RelaysCalled: 10,
		RelaysCaller: 3,
	},
	New: newTor,
}

// TorParams tune Tor.
type TorParams struct {
	RelayPorts   []uint16 `doc:"ports on which a relay that is no guard is taken for an entry into Tor" source:"usual ORPort, DirPort and control ports of relays (Tor manual); own choice"`
	RelaysCalled int      `doc:"different relays a relay opens sessions to in a day, at least" source:"own default"`
	RelaysCaller int      `doc:"different relays that open sessions to one port of a relay in a day, at least" source:"own default"`
}

var torClient = declare(finding.Type{
	Name: "UnauthorizedAccess:EC2/TorClient", Severity: 8, Role: finding.RoleTarget,
	Title:  "Instance {instanceId} is communicating with a Tor entry node.",
	Text:   "{instanceId} connected to {remoteIp} on port {remotePort}, a Tor guard, authority or relay: somebody uses the instance to act unseen.",
	Remedy: "Unless Tor is meant to run there, find and stop the client, and treat the instance as compromised.",
})

var torRelay = declare(finding.Type{
	Name: "UnauthorizedAccess:EC2/TorRelay", Severity: 8, Role: finding.RoleTarget,
	Title:  "Instance {instanceId} behaves like a Tor relay.",
	Text:   "{instanceId} exchanges traffic with Tor nodes as a relay would, most recently with {remoteIp}.",
	Remedy: "Unless you run a relay there on purpose, stop it: it carries other people's traffic under your address.",
})

// relays are the Tor relays that called one port of the instance, or that the
// instance called, since start.
type relays struct {
	start    event.Time
	reported event.Time
	seen     baseline.Distinct[[4]uint64]
	port     uint16 // with the calls: the port that enough relays called
}

const (
	torMarks  = event.MarkTorExit | event.MarkTorGuard | event.MarkTorRelay
	relayDay  = event.Day
	relayTTL  = 48 * time.Hour
	maxTor    = 1 << 13
	callsPort = 0 // the key under which a relay's own calls are kept: no service has port 0
)

type tor struct {
	p     *TorParams
	ports *detect.Table[uint16, relays]
}

func newTor(s *detect.Setup) detect.Handlers {
	d := &tor{p: detect.Param[TorParams](s), ports: detect.NewTable[uint16, relays](s, "ports", relayTTL, maxTor)}
	return detect.Handlers{Flow: d.flow, When: []detect.When{{All: event.HasMarks, Marks: torMarks}}}
}

func (d *tor) flow(p *detect.Pass, f *event.Flow) {
	if trusted(f) || !byOpener(f) {
		return
	}
	called := f.Traits&event.LocalClient != 0
	if called && (f.Marks&event.MarkTorGuard != 0 || slices.Contains(d.p.RelayPorts, f.RemotePort)) {
		p.Report(torClient, detect.Evidence{Intel: f.Marks & torMarks})
	}
	if f.Traits&event.Accepted == 0 || f.Traits&event.Attempt != 0 {
		return
	}
	switch {
	case called:
		calls := d.note(p, f, callsPort)
		if r := d.ports.Get(p, calls.port); calls.port != callsPort && r != nil {
			d.judge(p, f, calls, r)
		}
	case f.Traits&event.RemoteClient != 0:
		r := d.note(p, f, f.LocalPort)
		if r.seen.Count() < d.p.RelaysCaller {
			return
		}
		// Both are in one table: what r points to may have moved when the calls
		// were made a place.
		calls := d.ports.At(p, callsPort)
		calls.port = f.LocalPort
		if r = d.ports.Get(p, f.LocalPort); r != nil {
			d.judge(p, f, calls, r)
		}
	}
}

// note counts the remote address with the relays under port.
func (d *tor) note(p *detect.Pass, f *event.Flow, port uint16) *relays {
	r := d.ports.At(p, port)
	if over(p.Now, r.start, relayDay) {
		*r = relays{start: p.Now, reported: r.reported, port: r.port}
	}
	r.seen.Add(place(f))
	return r
}

// judge reports an instance that both calls many relays and, on one port, is
// called by several: a client is never called.
func (d *tor) judge(p *detect.Pass, f *event.Flow, calls, r *relays) {
	if over(p.Now, calls.start, relayDay) || over(p.Now, r.start, relayDay) ||
		r.seen.Count() < d.p.RelaysCaller || calls.seen.Count() < d.p.RelaysCalled {
		return
	}
	if due(p, &r.reported) {
		p.Report(torRelay, detect.Evidence{First: min(r.start, calls.start), Intel: f.Marks & torMarks})
	}
}
