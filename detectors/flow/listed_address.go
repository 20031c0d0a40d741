package flow

import (
	"slices"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// ListedAddress raises the finding types that follow from an address on a list.
var ListedAddress = &detect.Detector{
	Name: "flow-listed-address",
	Doc: `An address on a list of command-and-control servers, mining pools, sinkholes or drop points counts when the
instance opened the conversation, even when a security group refused it, or when nobody can tell who opened it and both
sides sent at least a KiB. What the other side opened does not count: scanners are on such lists too. An address on the
customer's own threat list counts in either direction, once traffic was accepted.
Missed: conversations with a listed host that connects to a service of the instance (use a threat list of your own for
those), and hosts that no list knows. False positives: shared hosts and recycled addresses on stale lists; peers of a
cryptocurrency network, unless they use a port of NodePorts.`,
	Findings: []*finding.Type{commandAndControl, bitcoinTool, blackhole, dropPoint, maliciousIPCaller},
	Params: &ListedAddressParams{
		BothWays:  1 << 10,
		NodePorts: []uint16{8333, 18333, 9333, 9999, 22556, 18080, 30303},
	},
	New: newListedAddress,
}

// ListedAddressParams tune ListedAddress.
type ListedAddressParams struct {
	BothWays  uint64   `doc:"bytes each side must have sent when it is unknown who opened the conversation" source:"own default"`
	NodePorts []uint16 `doc:"remote ports of peer-to-peer nodes, which are no mining pools: never BitcoinTool" source:"default ports of the Bitcoin, Litecoin, Dash, Dogecoin, Monero and Ethereum nodes"`
}

var commandAndControl = declare(finding.Type{
	Name: "Backdoor:EC2/C&CActivity.B", Severity: 8, Role: finding.RoleTarget,
	Title:  "Instance {instanceId} contacted a listed command-and-control address.",
	Text:   "{instanceId} exchanged traffic with {remoteIp} on port {remotePort}, an address recorded as botnet control infrastructure.",
	Remedy: "Isolate the instance, keep its memory and disk for analysis, and rebuild it from a trusted image.",
})

var bitcoinTool = declare(finding.Type{
	Name: "CryptoCurrency:EC2/BitcoinTool.B", Severity: 8, Role: finding.RoleTarget,
	Title:  "Instance {instanceId} contacted a cryptocurrency-related address.",
	Text:   "{instanceId} exchanged traffic with {remoteIp} on port {remotePort}, an address listed for cryptocurrency activity.",
	Remedy: "If the instance is not meant to mine, look for the miner's process and for how it got there; otherwise suppress the finding for this instance.",
})

var blackhole = declare(finding.Type{
	Name: "Trojan:EC2/BlackholeTraffic", Severity: 5, Role: finding.RoleTarget,
	Title:  "Instance {instanceId} contacted a black-holed address.",
	Text:   "{instanceId} sent traffic to {remoteIp}, a known sinkhole or null-routed address, on port {remotePort}.",
	Remedy: "Find the process that calls the address: malware often keeps calling after its server was seized.",
})

var dropPoint = declare(finding.Type{
	Name: "Trojan:EC2/DropPoint", Severity: 5, Role: finding.RoleTarget,
	Title:  "Instance {instanceId} contacted a drop point.",
	Text:   "{instanceId} exchanged traffic with {remoteIp}, known to hold data stolen by malware.",
	Remedy: "Isolate the instance and assume that what it could read has been stolen: rotate its credentials.",
})

var maliciousIPCaller = declare(finding.Type{
	Name: "UnauthorizedAccess:EC2/MaliciousIPCaller.Custom", Severity: 5, Role: finding.RoleTarget,
	Title:  "Instance {instanceId} communicated with an address on a customer threat list.",
	Text:   "{instanceId} exchanged traffic with {remoteIp}, which is on threat list {threatListName}.",
	Remedy: "Check why your threat list names the address and what the instance exchanged with it.",
})

// contact is what both sides sent in a conversation that nobody is known to
// have opened.
type contact struct{ in, out uint64 }

const (
	maxContacts = 1 << 14
	contactTTL  = 24 * time.Hour
)

type listedAddress struct {
	p        *ListedAddressParams
	contacts *detect.Table[event.IP, contact]
}

func newListedAddress(s *detect.Setup) detect.Handlers {
	d := &listedAddress{
		p:        detect.Param[ListedAddressParams](s),
		contacts: detect.NewTable[event.IP, contact](s, "contacts", contactTTL, maxContacts),
	}
	return detect.Handlers{Flow: d.flow, When: []detect.When{{All: event.HasMarks,
		Marks: event.MarkC2 | event.MarkMining | event.MarkBlackhole | event.MarkDropPoint | event.MarkThreat}}}
}

func (d *listedAddress) flow(p *detect.Pass, f *event.Flow) {
	if trusted(f) || !byOpener(f) {
		return
	}
	if f.Marks&event.MarkThreat != 0 && f.Traits&event.Accepted != 0 {
		p.Report(maliciousIPCaller, detect.Evidence{Intel: event.MarkThreat})
	}
	const builtIn = event.MarkC2 | event.MarkMining | event.MarkBlackhole | event.MarkDropPoint
	if f.Marks&builtIn == 0 || !d.meant(p, f) {
		return
	}
	if f.Marks&event.MarkC2 != 0 {
		p.Report(commandAndControl, detect.Evidence{Key: f.Remote.String(), Intel: event.MarkC2})
	}
	if f.Marks&event.MarkMining != 0 && !slices.Contains(d.p.NodePorts, f.RemotePort) {
		p.Report(bitcoinTool, detect.Evidence{Intel: event.MarkMining})
	}
	if f.Marks&event.MarkBlackhole != 0 {
		p.Report(blackhole, detect.Evidence{Intel: event.MarkBlackhole})
	}
	if f.Marks&event.MarkDropPoint != 0 {
		p.Report(dropPoint, detect.Evidence{Intel: event.MarkDropPoint})
	}
}

// byOpener reports whether f is the record of the side that opened the
// conversation, so that each conversation counts once. When the opener is
// unknown both records are.
func byOpener(f *event.Flow) bool {
	switch {
	case f.Traits&event.LocalClient != 0:
		return f.Traits&event.Egress != 0
	case f.Traits&event.RemoteClient != 0:
		return f.Traits&event.Egress == 0
	}
	return true
}

// meant reports whether the instance itself sought the listed address.
func (d *listedAddress) meant(p *detect.Pass, f *event.Flow) bool {
	switch {
	case f.Traits&event.LocalClient != 0:
		return true
	case f.Traits&event.RemoteClient != 0 || f.Traits&event.Accepted == 0:
		return false
	}
	c := d.contacts.At(p, f.Remote)
	if f.Traits&event.Egress != 0 {
		c.out += f.Bytes
	} else {
		c.in += f.Bytes
	}
	return c.in >= d.p.BothWays && c.out >= d.p.BothWays
}
