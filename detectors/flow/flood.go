package flow

import (
	"slices"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// Flood raises the five DenialOfService types.
var Flood = &detect.Detector{
	Name: "flow-flood",
	Doc: `The instance sends far more packets to one public host than come back. Packets are counted by the minute, for each
host and kind of traffic; a record longer than a minute counts with its rate. It is a flood from Packets a minute when the
other side sends hardly anything, from Heavy a minute even when some comes back, and over TCP when very many conversations
are opened that never carry anything, or a few send and send although nothing at all comes back. Over TCP only packets with next
to no content count: full ones are a transfer. What the
other side opened does not count, nor do trusted hosts. TCP volume, and UDP on ports of tunnels and QUIC, is judged when the
minute is over, because the record of the acknowledgements may come second; other UDP is judged at once.
Missed: ICMP floods, for which GuardDuty has no type; floods of requests with content over TCP; a flood of few conversations
over TCP, or of a tunnel, that ends within its first minute; floods spread over many victims. False positives: one-way media
streams and log shippers over UDP; load tests.`,
	Findings: []*finding.Type{floodDNS, floodTCP, floodUDP, floodUDPOnTCP, floodOther},
	Params: &FloodParams{
		Packets:      100_000,
		Ratio:        20,
		Heavy:        20_000 * 60,
		HeavyRatio:   5,
		Opened:       50_000,
		Unanswered:   10_000,
		TCPBytes:     80,
		CountAfter:   10_000,
		TCPPorts:     []uint16{20, 21, 22, 23, 25, 110, 135, 139, 143, 445, 465, 587, 993, 995, 1433, 1521, 3306, 5432, 6379, 9200, 27017},
		TunnelPorts:  []uint16{443, 500, 1194, 1701, 3478, 4500, 51820},
		UsualOfOther: []uint8{protoICMP, protoIPv4, protoIPv6, protoGRE, protoESP, protoAH, protoICMPv6},
	},
	New: newFlood,
}

// FloodParams tune Flood.
type FloodParams struct {
	Packets      uint64   `doc:"packets a minute to one host that make a flood" source:"own default"`
	Ratio        uint64   `doc:"how many packets must go out for each that comes in" source:"own default"`
	Heavy        uint64   `doc:"packets a minute that make a flood even when some come back" source:"FastNetMon: 20000 packets a second for each host"`
	HeavyRatio   uint64   `doc:"how many packets must then go out for each that comes in" source:"own default"`
	Opened       uint32   `doc:"TCP conversations opened to one host in a minute that make a flood" source:"own default"`
	Unanswered   uint64   `doc:"packets a minute to one host, over TCP in few conversations, that make a flood when nothing comes back" source:"own choice: a tenth of Packets; a TCP stack sends a few packets unanswered"`
	TCPBytes     uint64   `doc:"most bytes a TCP packet of a flood has on average, headers included" source:"own default"`
	CountAfter   uint32   `doc:"small outbound records of the instance in a minute before they are counted for each host" source:"own choice: a tenth of the least flood"`
	TCPPorts     []uint16 `doc:"ports of services that speak TCP only" source:"IANA service names; 80 and 443 are left out as QUIC and the GuardDuty tester use them"`
	TunnelPorts  []uint16 `doc:"UDP ports whose traffic is acknowledged inside: judged by whole minutes" source:"IANA service names: QUIC, IPsec, OpenVPN, L2TP, TURN, WireGuard"`
	UsualOfOther []uint8  `doc:"protocols beside TCP and UDP that are not unusual" source:"GuardDuty user guide names IGMP as unusual; IANA protocol numbers"`
}

const floodRemedy = "Isolate the instance: it takes part in an attack on others. Look for the program that sends, and rebuild the instance."

var floodDNS = declare(finding.Type{
	Name: "Backdoor:EC2/DenialOfService.Dns", Severity: 8, Role: finding.RoleActor,
	Title:  "Instance {instanceId} appears to be flooding a host with DNS traffic.",
	Text:   "{instanceId} is sending an abnormal volume of DNS packets to {remoteIp}.",
	Remedy: floodRemedy,
})

var floodTCP = declare(finding.Type{
	Name: "Backdoor:EC2/DenialOfService.Tcp", Severity: 8, Role: finding.RoleActor,
	Title:  "Instance {instanceId} appears to be flooding a host over TCP.",
	Text:   "{instanceId} is sending an abnormal volume of TCP packets to {remoteIp}.",
	Remedy: floodRemedy,
})

var floodUDP = declare(finding.Type{
	Name: "Backdoor:EC2/DenialOfService.Udp", Severity: 8, Role: finding.RoleActor,
	Title:  "Instance {instanceId} appears to be flooding a host over UDP.",
	Text:   "{instanceId} is sending an abnormal volume of UDP packets to {remoteIp}.",
	Remedy: floodRemedy,
})

var floodUDPOnTCP = declare(finding.Type{
	Name: "Backdoor:EC2/DenialOfService.UdpOnTcpPorts", Severity: 8, Role: finding.RoleActor,
	Title:  "Instance {instanceId} appears to be flooding a TCP service port with UDP.",
	Text:   "{instanceId} is sending an abnormal volume of UDP packets to {remoteIp} on port {remotePort}, normally a TCP service.",
	Remedy: floodRemedy,
})

var floodOther = declare(finding.Type{
	Name: "Backdoor:EC2/DenialOfService.UnusualProtocol", Severity: 8, Role: finding.RoleActor,
	Title:  "Instance {instanceId} appears to be flooding a host using an uncommon IP protocol.",
	Text:   "{instanceId} is sending an abnormal volume of {protocol} packets to {remoteIp}.",
	Remedy: floodRemedy,
})

// floodKind is a kind of traffic; each has a finding type.
type floodKind uint8

const (
	noFlood floodKind = iota
	dnsFlood
	tcpFlood
	udpFlood
	udpOnTCPFlood
	otherFlood
)

var floodTypes = [...]*finding.Type{dnsFlood: floodDNS, tcpFlood: floodTCP, udpFlood: floodUDP, udpOnTCPFlood: floodUDPOnTCP, otherFlood: floodOther}

// victim is one host under one kind of traffic.
type victim struct {
	Remote event.IP
	Kind   floodKind
}

// volume is what went to and came from a victim in one minute.
type volume struct {
	minute  event.Time // since 1970, in minutes
	out, in uint64     // packets
	bare    uint64     // of out: those over TCP in conversations of very many
	opened  uint32     // TCP conversations without content
	judged  bool
}

type barrage struct {
	now, before volume
	reported    event.Time
}

// turnout counts an instance's small outbound records in a minute.
type turnout struct {
	minute event.Time
	n      uint32
}

const (
	floodTTL    = 20 * time.Minute
	maxVictims  = 1 << 14
	maxTurnouts = 1 << 14
)

type flood struct {
	p        *FloodParams
	victims  *detect.Table[victim, barrage]
	turnouts *detect.Table[self, turnout]
}

func newFlood(s *detect.Setup) detect.Handlers {
	d := &flood{
		p:        detect.Param[FloodParams](s),
		victims:  detect.NewTable[victim, barrage](s, "victims", floodTTL, maxVictims),
		turnouts: detect.NewTable[self, turnout](s, "turnouts", floodTTL, maxTurnouts),
	}
	return detect.Handlers{Flow: d.flow, When: []detect.When{
		{All: event.PublicRemote, None: event.RemoteClient, Any: event.Attempt | event.Flood}}}
}

func (d *flood) flow(p *detect.Pass, f *event.Flow) {
	kind := d.kind(f)
	if kind == noFlood || trusted(f) {
		return
	}
	key := victim{f.Remote, kind}
	if f.Traits&event.Egress == 0 {
		d.comesIn(p, f, key)
		return
	}
	if kind == tcpFlood && f.Bytes > d.p.TCPBytes*f.Packets || f.Traits&event.Flood == 0 && !d.busy(p) {
		return
	}
	b := d.victims.At(p, key)
	v := b.at(p.Now / event.Minute)
	if v == nil {
		return
	}
	v.out += rate(f)
	switch {
	case kind != tcpFlood:
	case f.Traits&event.Attempt != 0:
		v.opened++
	case f.Traits&event.Flood != 0:
		v.bare += rate(f)
	}
	if d.floods(b, d.atOnce(f, kind)) && due(p, &b.reported) {
		d.report(p, f, kind)
	}
}

func (d *flood) comesIn(p *detect.Pass, f *event.Flow, key victim) {
	b := d.victims.Get(p, key)
	if b == nil {
		if f.Traits&event.Flood == 0 {
			return
		}
		b = d.victims.At(p, key)
	}
	if v := b.at(p.Now / event.Minute); v != nil {
		v.in += rate(f)
	}
}

// busy counts a small outbound record and reports whether the instance sends
// so many that each host's share matters.
func (d *flood) busy(p *detect.Pass) bool {
	t := d.turnouts.At(p, self{})
	if minute := p.Now / event.Minute; minute != t.minute {
		*t = turnout{minute: minute}
	}
	t.n++
	return t.n > d.p.CountAfter
}

// rate is how many of f's packets belong to its first minute.
func rate(f *event.Flow) uint64 {
	if f.Duration <= 60 {
		return f.Packets
	}
	return f.Packets * 60 / uint64(f.Duration)
}

// at is where a record of a minute is counted; nil when that minute is long over.
func (b *barrage) at(minute event.Time) *volume {
	if minute > b.now.minute {
		b.before, b.now = b.now, volume{minute: minute}
	}
	switch minute {
	case b.now.minute:
		return &b.now
	case b.before.minute:
		return &b.before
	}
	return nil
}

func (d *flood) kind(f *event.Flow) floodKind {
	switch {
	case f.Proto == protoTCP:
		return tcpFlood
	case f.Proto == protoUDP && f.RemotePort == 53:
		return dnsFlood
	case f.Proto == protoUDP && slices.Contains(d.p.TCPPorts, f.RemotePort):
		return udpOnTCPFlood
	case f.Proto == protoUDP:
		return udpFlood
	case slices.Contains(d.p.UsualOfOther, f.Proto):
		return noFlood
	}
	return otherFlood
}

// atOnce reports whether traffic of this kind is not acknowledged, so that the
// running minute can be judged before it is over.
func (d *flood) atOnce(f *event.Flow, kind floodKind) bool {
	switch kind {
	case tcpFlood:
		return false
	case udpFlood:
		return f.Traits&event.LocalClient != 0 && !slices.Contains(d.p.TunnelPorts, f.RemotePort)
	}
	return true
}

// floods judges the running minute, as far as that can be done, and once the
// minute before. What came back just after that minute counts for it, too.
func (d *flood) floods(b *barrage, atOnce bool) bool {
	if b.now.opened >= d.p.Opened || atOnce && d.oneWay(b.now.out, b.now.in+b.before.in) {
		return true
	}
	if b.before.judged || b.before.minute == 0 {
		return false
	}
	b.before.judged = true
	in := b.before.in + b.now.in
	return d.oneWay(b.before.out, in) || b.before.bare >= d.p.Unanswered && in == 0
}

func (d *flood) oneWay(out, in uint64) bool {
	return out >= d.p.Packets && out >= d.p.Ratio*in || out >= d.p.Heavy && out >= d.p.HeavyRatio*in
}

func (d *flood) report(p *detect.Pass, f *event.Flow, kind floodKind) {
	var e detect.Evidence
	if kind == otherFlood {
		e.Info = finding.Info{{Key: "unusualProtocol", Value: finding.Protocol(f.Proto)}}
	}
	p.Report(floodTypes[kind], e)
}
