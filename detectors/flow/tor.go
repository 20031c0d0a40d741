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

// relays are the Tor relays that a side of the instance dealt with since start.
type relays struct {
	start    event.Time
	reported event.Time
	seen     baseline.Distinct[[4]uint64]
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
		d.note(p, f, callsPort)
	case f.Traits&event.RemoteClient != 0:
		d.relay(p, f)
	}
}

func (d *tor) note(p *detect.Pass, f *event.Flow, port uint16) *relays {
	r := d.ports.At(p, port)
	if over(p.Now, r.start, relayDay) {
		*r = relays{start: p.Now, reported: r.reported}
	}
	r.seen.Add(place(f))
	return r
}

// relay judges when a relay opened a session to us, which a client never sees.
func (d *tor) relay(p *detect.Pass, f *event.Flow) {
	r := d.note(p, f, f.LocalPort)
	calls := d.ports.Get(p, callsPort)
	if calls == nil || over(p.Now, calls.start, relayDay) || r.seen.Count() < d.p.RelaysCaller || calls.seen.Count() < d.p.RelaysCalled {
		return
	}
	if due(p, &r.reported) {
		p.Report(torRelay, detect.Evidence{First: min(r.start, calls.start), Intel: f.Marks & torMarks})
	}
}
