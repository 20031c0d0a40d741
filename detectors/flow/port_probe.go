package flow

import (
	"math/bits"
	"slices"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// PortProbe raises the two PortProbe types.
var PortProbe = &detect.Detector{
	Name: "flow-port-probe",
	Doc: `A known scanner, or an address on the customer's threat list, reached a port of the instance and the port answered:
no security group, network ACL or host firewall is in the way. The answer is the record of the other direction; the
refusal of a closed port does not count. Web ports are left out, for they are meant to be reached; only addresses of the
customer's list that connect there and say nothing count. An instance that has answered on two of the ports of Amazon EMR is taken for a cluster node, and probes of such ports are raised as the EMR type;
the first probed port is raised as the generic type.
Missed: scanners that no list knows; answers in a log that holds rejected traffic only. False positives: none in the
strict sense, but every public address is scanned all day: the finding says that a port is open, not that someone got in.`,
	Findings: []*finding.Type{portProbe, portProbeEMR},
	Params: &PortProbeParams{
		Web:      []uint16{80, 443},
		Severe:   []uint16{9200, 9300},
		EMRPorts: []uint16{8088, 8032, 8042, 9870, 50070, 9864, 18080, 8888, 8890, 11000, 16010, 8998, 9443},
		EMRLeast: 2,
	},
	New: newPortProbe,
}

// PortProbeParams tune PortProbe.
type PortProbeParams struct {
	Web      []uint16 `doc:"local ports that are meant to be reached" source:"GuardDuty user guide"`
	Severe   []uint16 `doc:"local ports that raise the severity to 8" source:"GuardDuty user guide (Elasticsearch)"`
	EMRPorts []uint16 `doc:"ports of the services of Amazon EMR" source:"8088: GuardDuty user guide; others: default ports of the services"`
	EMRLeast int      `doc:"different EMR ports that must have answered before an instance counts as an EMR node" source:"own choice: stands in for the instance's tags"`
}

var portProbe = declare(finding.Type{
	Name: "Recon:EC2/PortProbeUnprotectedPort", Severity: 2, Role: finding.RoleTarget,
	Title:  "An open port on {instanceId} is being probed.",
	Text:   "A known scanner, such as {remoteIp}, reached at least one port on {instanceId} that nothing blocks.",
	Remedy: "Close the port in the security group unless the internet is meant to reach it; where it is, restrict who may log in.",
})

var portProbeEMR = declare(finding.Type{
	Name: "Recon:EC2/PortProbeEMRUnprotectedPort", Severity: 8, Role: finding.RoleTarget,
	Title:  "An open EMR port on {instanceId} is being probed.",
	Text:   "A known scanner, such as {remoteIp}, reached an EMR service port on {instanceId} that nothing blocks.",
	Remedy: "Close the port in the security group: EMR's web interfaces have no login. Reach them through a tunnel.",
})

// probeKey is one scanner at one port.
type probeKey struct {
	Remote event.IP
	Port   uint16
}

// probe says which directions of it have been seen, since the last report.
type probe struct{ asked, answered bool }

// probed is what a finding lists: who reached which port.
type probed struct {
	pairs [maxProbes]probeKey
	n     uint8
	emr   uint16 // bit i: EMRPorts[i] has answered
}

// Bounds. A finding lists at most maxProbes pairs: own choice.
const (
	maxProbes   = 20
	probeTTL    = 20 * time.Minute // covers both records, with 10 minute aggregation
	probedTTL   = 90 * 24 * time.Hour
	maxProbing  = 1 << 16
	maxProbedBy = 1 << 14
)

// The sorts of ports, each with a finding of its own.
const (
	anyPort uint8 = iota
	emrPort
)

const proberMarks = event.MarkScanner | event.MarkThreat

type portProber struct {
	p       *PortProbeParams
	probes  *detect.Table[probeKey, probe]
	targets *detect.Table[uint8, probed] // by sort
}

func newPortProbe(s *detect.Setup) detect.Handlers {
	d := &portProber{
		p:       detect.Param[PortProbeParams](s),
		probes:  detect.NewTable[probeKey, probe](s, "probes", probeTTL, maxProbing),
		targets: detect.NewTable[uint8, probed](s, "targets", probedTTL, maxProbedBy),
	}
	return detect.Handlers{Flow: d.flow, When: []detect.When{
		{All: event.HasMarks | event.Accepted, None: event.LocalClient, Any: event.TCP | event.UDP, Marks: proberMarks}}}
}

func (d *portProber) flow(p *detect.Pass, f *event.Flow) {
	answer := f.Traits&event.Egress != 0
	if trusted(f) || answer && !opened(f) || !answer && !d.probing(f) {
		return
	}
	pr := d.probes.At(p, probeKey{f.Remote, f.LocalPort})
	pr.asked, pr.answered = pr.asked || !answer, pr.answered || answer
	if !pr.asked || !pr.answered {
		return
	}
	*pr = probe{}
	d.report(p, f)
}

// probing reports whether an inbound record can be a probe.
func (d *portProber) probing(f *event.Flow) bool {
	if !slices.Contains(d.p.Web, f.LocalPort) {
		return true
	}
	const silent = 64 // bytes of a SYN with all usual options, rounded up
	return f.Marks&event.MarkThreat != 0 && f.Bytes <= silent*f.Packets
}

func (d *portProber) report(p *detect.Pass, f *event.Flow) {
	t, sort := portProbe, anyPort
	if d.isEMR(p, f.LocalPort) {
		t, sort = portProbeEMR, emrPort
	}
	list := d.targets.At(p, sort)
	list.add(probeKey{f.Remote, f.LocalPort})
	e := detect.Evidence{
		Info:   finding.Info{{Key: "threatName", Value: "Scanner"}},
		Intel:  f.Marks & proberMarks,
		Action: list.action(),
	}
	if sort == anyPort && slices.Contains(d.p.Severe, f.LocalPort) {
		e.Severity = 8
	}
	p.Report(t, e)
}

// isEMR notes an answer on one of EMR's ports and reports whether the instance
// is taken for a node of EMR.
func (d *portProber) isEMR(p *detect.Pass, port uint16) bool {
	i := slices.Index(d.p.EMRPorts, port)
	if i < 0 || i >= 16 {
		return false
	}
	node := d.targets.At(p, emrPort)
	node.emr |= 1 << i
	return bits.OnesCount16(node.emr) >= d.p.EMRLeast
}

// add lists pair, unless it is or the list is full.
func (l *probed) add(pair probeKey) {
	if int(l.n) < len(l.pairs) && !slices.Contains(l.pairs[:l.n], pair) {
		l.pairs[l.n] = pair
		l.n++
	}
}

// action makes the action a port probe that lists all pairs.
func (l *probed) action() func(*finding.Action) {
	pairs := slices.Clone(l.pairs[:l.n])
	return func(a *finding.Action) {
		local := a.NetworkConnectionAction.LocalIPDetails
		probe := &finding.PortProbeAction{}
		for _, pair := range pairs {
			probe.PortProbeDetails = append(probe.PortProbeDetails, finding.PortProbeDetail{
				LocalPortDetails: finding.PortDetails(int(pair.Port)),
				LocalIPDetails:   local,
				RemoteIPDetails:  finding.RemoteIP(pair.Remote),
			})
		}
		*a = finding.Action{ActionType: finding.ActionPortProbe, PortProbeAction: probe}
	}
}
