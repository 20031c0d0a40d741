package flow

import (
	"math/bits"
	"slices"
	"strconv"
	"time"

	"picket/baseline"
	"picket/detect"
	"picket/event"
	"picket/finding"
)

// Scan raises Portscan and PortSweep.
var Scan = &detect.Detector{
	Name: "flow-scan",
	Doc: `Portscan: the instance tried many ports of one host in a short time, mostly without success; private hosts count.
PortSweep: it tried one port on many public hosts. A try is an outbound record of at most three packets, or of a few bare SYNs
more over TCP; it failed when it was rejected, when nothing came back, or when what came back was a bare refusal. Windows begin with the first try and do not
overlap. Where the log has no TCP flags, who opened a conversation is told by its ports, so a port scan must include some
system ports (below 1024) to be believed: the replies of a scanned server to its scanners' ephemeral ports look alike.
A port on which less than a given share of all hosts tried in the protocol was tried is no sweep but peer-to-peer traffic;
the ports of peer-to-peer networks, QUIC that a firewall swallows, and mail, which has a type of its own, are left out too.
Missed: ping sweeps, whose direction flow logs do not tell; tries that sent more packets; scans slower than the slow windows.
False positives: vulnerability scanners of your own; service discovery while the services are down. Logs that hold one
direction only make every short exchange look unanswered.`,
	Findings: []*finding.Type{portscan, portSweep},
	Params: &ScanParams{
		Window:      5 * time.Minute,
		Ports:       15,
		SystemPorts: 5,
		PortsFailed: 0.7,
		SlowWindow:  6 * time.Hour,
		SlowPorts:   60,
		Hosts:       50,
		HostsFailed: 0.6,
		FewHosts:    25,
		FewFailed:   0.9,
		SlowSweep:   time.Hour,
		SlowHosts:   100,
		Share:       0.15,
		PeerPorts: []uint16{4001, 4662, 4672, 6346, 6881, 6882, 6883, 6884, 6885, 6886, 6887, 6888, 6889,
			8333, 9333, 18080, 18333, 26656, 30303, 30333, 51413},
	},
	New: newScan,
}

// ScanParams tune Scan.
type ScanParams struct {
	Window      time.Duration `doc:"time in which tries are counted together" source:"Zeek scan policy"`
	Ports       int           `doc:"different ports of one host, at least (at most 32)" source:"Zeek scan policy: 15 in 5 minutes"`
	SystemPorts int           `doc:"ports below 1024 among them, where the log has no TCP flags" source:"own choice"`
	PortsFailed float64       `doc:"share of these ports that must have failed" source:"own default"`
	SlowWindow  time.Duration `doc:"time in which the tries of a slow port scan are counted together" source:"own default"`
	SlowPorts   int           `doc:"different ports of one host in a slow port scan" source:"own default"`
	Hosts       int           `doc:"different public hosts tried on one port" source:"own default"`
	HostsFailed float64       `doc:"share of these hosts that must have failed" source:"own default"`
	FewHosts    int           `doc:"different public hosts that suffice when nearly all failed, except on the ports of the web" source:"Zeek scan policy: 25 in 5 minutes"`
	FewFailed   float64       `doc:"what nearly all means" source:"own default"`
	SlowSweep   time.Duration `doc:"time in which the tries of a slow sweep are counted together" source:"own default"`
	SlowHosts   int           `doc:"different public hosts in a slow sweep, nearly all of which failed, except on the ports of the web" source:"own choice: twice Hosts"`
	Share       float64       `doc:"share that one port must have of all hosts tried in its protocol" source:"own choice: peer-to-peer networks use many ports"`
	PeerPorts   []uint16      `doc:"ports on which peer-to-peer programs try many dead hosts: never a sweep" source:"default ports of IPFS, eDonkey, Gnutella, BitTorrent, Bitcoin, Litecoin, Monero, Tendermint, Ethereum and Polkadot"`
}

var portscan = declare(finding.Type{
	Name: "Recon:EC2/Portscan", Severity: 5, Role: finding.RoleActor,
	Title:  "Instance {instanceId} is scanning ports on a remote host.",
	Text:   "{instanceId} tried many ports on {remoteIp} in a short time, and most did not answer.",
	Remedy: "Unless the instance is meant to scan, find the process that does: a scan of the inside is often an intruder's second step.",
})

var portSweep = declare(finding.Type{
	Name: "Impact:EC2/PortSweep", Severity: 8, Role: finding.RoleActor,
	Title:  "Instance {instanceId} is probing one port across many hosts.",
	Text:   "{instanceId} tried port {remotePort} on a large number of public addresses, most recently {remoteIp}.",
	Remedy: "Isolate the instance and look for a worm or a scanner on it; its address will soon be on blocklists.",
})

// maxPorts is how many ports of one host are remembered one by one.
const maxPorts = 32

// remote is what was tried on one host.
type remote struct {
	start    event.Time
	reported event.Time
	slow     tries[[8]uint64]
	ports    [maxPorts]uint16 // in the order they were tried
	answered uint32           // bit i: ports[i] answered
	n        uint8
	system   uint8 // ports below 1024 tried in the slow window, up to 255
	flagged  bool  // TCP flags said, in the slow window, that we opened
}

// tries are the different things that were tried since start, as sketches.
type tries[W baseline.Words] struct {
	start    event.Time
	fresh    uint64 // how many tries were new
	tried    baseline.Distinct[W]
	answered baseline.Distinct[W]
}

// roll begins anew when the window is over and reports whether it was.
func (t *tries[W]) roll(now, window event.Time) bool {
	past := over(now, t.start, window)
	if past {
		*t = tries[W]{start: now}
	}
	return past
}

// try notes a try and reports whether it is a new one.
func (t *tries[W]) try(h uint64) bool {
	if !t.tried.Add(h) {
		return false
	}
	t.fresh++
	return true
}

// failing reports whether at least n different things were tried and the share
// of them failed.
func (t *tries[W]) failing(n int, share float64) bool {
	if 2*float64(t.fresh) < share*float64(n) {
		return false // far from it: spare the estimates
	}
	all := t.tried.Union(&t.answered)
	return all >= n && float64(t.tried.Without(&t.answered)) >= share*float64(all)
}

// sweepKey is a port in a protocol; port 0 stands for all of them.
type sweepKey struct {
	Port  uint16
	Proto uint16
}

type sweep struct {
	reported event.Time
	hosts    tries[[16]uint64]
	slow     tries[[16]uint64]
}

func (s *sweep) roll(now event.Time, p *ScanParams) {
	s.hosts.roll(now, span(p.Window))
	s.slow.roll(now, span(p.SlowSweep))
}

// try notes a try of a host and reports whether it is a new one.
func (s *sweep) try(h uint64) bool {
	fresh := s.hosts.try(h)
	return s.slow.try(h) || fresh
}

// most reports whether t has at least a share of what all have tried.
func (t *tries[W]) most(all *tries[W], share float64) bool {
	return float64(t.tried.Count()) >= share*float64(all.tried.Count())
}

const (
	scanTTL   = 6 * time.Hour
	sweepTTL  = 2 * time.Hour
	maxRemote = 1 << 15
	maxSweeps = 1 << 14
)

type scan struct {
	p       *ScanParams
	remotes *detect.Table[event.IP, remote]
	sweeps  *detect.Table[sweepKey, sweep]
}

func newScan(s *detect.Setup) detect.Handlers {
	d := &scan{
		p:       detect.Param[ScanParams](s),
		remotes: detect.NewTable[event.IP, remote](s, "remotes", scanTTL, maxRemote),
		sweeps:  detect.NewTable[sweepKey, sweep](s, "sweeps", sweepTTL, maxSweeps),
	}
	return detect.Handlers{Flow: d.flow, When: []detect.When{
		{All: event.LocalClient | event.Egress | event.Attempt, Any: event.TCP | event.UDP},
		{All: event.LocalClient, None: event.Egress, Any: event.TCP | event.UDP},
	}}
}

func (d *scan) flow(p *detect.Pass, f *event.Flow) {
	switch {
	case trusted(f):
	case f.Traits&event.Egress != 0:
		d.tryPort(p, f)
		if f.Traits&event.PublicRemote != 0 && f.Traits&event.Mail == 0 && !quic(f) {
			d.tryHost(p, f)
		}
	case opened(f):
		d.answer(p, f)
	}
}

// quic reports whether f is QUIC: browsers try it on every host, and fall back
// to TCP where UDP is blocked.
func quic(f *event.Flow) bool {
	return f.Proto == protoUDP && (f.RemotePort == 443 || f.LocalPort == 443)
}

// web reports whether f goes to the web. When a browser is closed, or a log
// begins, the last packets of its many connections look like tries: a few dozen
// hosts prove nothing.
func web(f *event.Flow) bool { return f.RemotePort == 80 || f.RemotePort == 443 }

// answer notes that a server answered. Small answers are noted even before the
// try they belong to, whose record may come second; the bigger ones belong to
// sessions, which are no tries.
func (d *scan) answer(p *detect.Pass, f *event.Flow) {
	if f.Traits&event.PublicRemote != 0 {
		s := d.sweeps.At(p, sweepKey{f.RemotePort, uint16(f.Proto)})
		s.roll(p.Now, d.p)
		s.hosts.answered.Add(place(f))
		s.slow.answered.Add(place(f))
	}
	r := d.remotes.Get(p, f.Remote)
	if r == nil {
		if f.Packets > 2*event.AttemptPackets || f.Traits&event.Everyday != 0 {
			return
		}
		r = d.remotes.At(p, f.Remote)
	}
	r.roll(p.Now, d.p)
	if i := r.at(f.RemotePort); i >= 0 {
		r.answered |= 1 << i
	}
	r.slow.answered.Add(portPlace(f.RemotePort))
}

func (r *remote) roll(now event.Time, p *ScanParams) {
	if r.slow.roll(now, span(p.SlowWindow)) {
		r.system, r.flagged = 0, false
	}
	if over(now, r.start, span(p.Window)) {
		r.start, r.n, r.answered = now, 0, 0
	}
}

// at is the place of port among the ports tried, -1 when there is no room.
func (r *remote) at(port uint16) int {
	for i, have := range r.ports[:r.n] {
		if have == port {
			return i
		}
	}
	if r.n == maxPorts {
		return -1
	}
	r.ports[r.n] = port
	r.n++
	return int(r.n) - 1
}

// portPlace is where a port falls in a sketch: neighbours side by side, so that
// a range of ports has no collisions.
func portPlace(port uint16) uint64 { return uint64(port) << 32 }

func (d *scan) tryPort(p *detect.Pass, f *event.Flow) {
	r := d.remotes.Get(p, f.Remote)
	if r == nil {
		if f.Traits&event.Everyday != 0 {
			return // a scan has other ports; the web need not fill the table
		}
		r = d.remotes.At(p, f.Remote)
	}
	r.roll(p.Now, d.p)
	before := r.n
	r.at(f.RemotePort)
	r.flagged = r.flagged || f.Flags&flagSYN != 0
	fresh := r.slow.try(portPlace(f.RemotePort))
	if fresh && f.RemotePort < 1024 && r.system < 255 {
		r.system++
	}
	if r.n == before && !fresh || !r.believed(d.p) {
		return
	}
	if (r.failing(d.p) || r.slow.failing(d.p.SlowPorts, d.p.PortsFailed)) && due(p, &r.reported) {
		first := r.start
		if !r.failing(d.p) {
			first = r.slow.start
		}
		p.Report(portscan, detect.Evidence{First: first, Info: r.sample()})
	}
}

// believed reports whether it is certain enough that we opened what we tried.
func (r *remote) believed(p *ScanParams) bool { return r.flagged || int(r.system) >= p.SystemPorts }

func (r *remote) failing(p *ScanParams) bool {
	failed := int(r.n) - bits.OnesCount32(r.answered)
	return int(r.n) >= p.Ports && float64(failed) >= p.PortsFailed*float64(r.n)
}

// sampledPorts is how many ports a finding lists, as the real service's do.
const sampledPorts = 20

func (r *remote) sample() finding.Info {
	ports := make([]int, 0, sampledPorts)
	for _, port := range r.ports[:min(int(r.n), sampledPorts)] {
		ports = append(ports, int(port))
	}
	return finding.Info{{Key: "portsScannedSample", Value: ports}}
}

func (d *scan) tryHost(p *detect.Pass, f *event.Flow) {
	h, proto := place(f), uint16(f.Proto)
	all := d.sweeps.At(p, sweepKey{0, proto})
	all.roll(p.Now, d.p)
	all.try(h)

	s := d.sweeps.At(p, sweepKey{f.RemotePort, proto})
	s.roll(p.Now, d.p)
	if !s.try(h) || p.Now-s.reported < countEvery && s.reported != 0 || slices.Contains(d.p.PeerPorts, f.RemotePort) {
		return
	}
	all = d.sweeps.Get(p, sweepKey{0, proto}) // it may have moved
	if first, ok := d.sweeping(s, all, web(f)); ok && due(p, &s.reported) {
		p.Report(portSweep, detect.Evidence{Key: strconv.Itoa(int(f.RemotePort)), First: first})
	}
}

// sweeping judges the tries of one port beside those of all ports and says since
// when; all may be nil. Fewer hosts suffice when nearly all of them failed,
// but not on the ports of the web.
func (d *scan) sweeping(s, all *sweep, web bool) (since event.Time, ok bool) {
	t := &s.hosts
	if t.failing(d.p.Hosts, d.p.HostsFailed) || !web && t.failing(d.p.FewHosts, d.p.FewFailed) {
		return t.start, all == nil || t.most(&all.hosts, d.p.Share)
	}
	t = &s.slow
	return t.start, !web && t.failing(d.p.SlowHosts, d.p.FewFailed) && (all == nil || t.most(&all.slow, d.p.Share))
}
