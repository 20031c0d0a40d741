// Package flow holds the detectors over VPC flow records: traffic with listed
// addresses, scans, floods, password guessing, spam, and traffic that an
// instance's own history makes unusual. It exists so that each of these can be
// read, tuned and tested by itself. It imports detect, event, finding, baseline
// and the standard library.
package flow

import (
	"strconv"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// All lists the detectors of this package.
var All = []*detect.Detector{
	ListedAddress,
	Tor,
	PortProbe,
	Scan,
	Flood,
	BruteForce,
	Spambot,
	PortUnusual,
	VolumeUnusual,
	UnusualResolver,
}

// declare fills in what all types of this package have in common.
func declare(t finding.Type) *finding.Type {
	t.Sources = []finding.Source{finding.VPCFlowLogs}
	t.Resource = finding.ResourceInstance
	return &t
}

// self is the key of what is known of the entity as a whole.
type self struct{}

// countEvery is how often a rule that goes on holding adds to a finding's
// count: GuardDuty's brute-force findings grow by about one in ten minutes.
const countEvery = 10 * event.Minute

// due reports whether a rule that holds now is to be reported, given when it
// last was (zero: never), and notes it.
func due(p *detect.Pass, last *event.Time) bool {
	if *last != 0 && p.Now-*last < countEvery {
		return false
	}
	*last = p.Now
	return true
}

// over reports whether a window that began at start does not hold now: it is
// past, or now is a record so late that it belongs to an earlier one.
func over(now, start, window event.Time) bool { return now-start > window || start-now > window }

// span converts a parameter to event time.
func span(d time.Duration) event.Time { return event.Time(d.Milliseconds()) }

// trusted reports whether the customer trusts the remote side, or owns it.
func trusted(f *event.Flow) bool {
	return f.Marks&(event.MarkTrusted|event.MarkOwned) != 0
}

// place is where the remote address falls in a sketch of addresses.
func place(f *event.Flow) uint64 { return event.Hash(0, f.Remote[:]) }

// traffic is the part of additionalInfo that findings about unusual traffic have
// in common; the real service writes these numbers as strings.
func traffic(in, out uint64, unusual string) finding.Info {
	return finding.Info{
		{Key: "inBytes", Value: strconv.FormatUint(in, 10)},
		{Key: "outBytes", Value: strconv.FormatUint(out, 10)},
		{Key: "unusual", Value: unusual},
	}
}

// fromPort adds the local port to the traffic of one conversation.
func fromPort(info finding.Info, f *event.Flow) finding.Info {
	return info.Set("localPort", strconv.Itoa(int(f.LocalPort)))
}

// TCP flag bits, and what the two answers of a closed port weigh.
const (
	flagSYN = 2
	flagRST = 4
	flagACK = 16

	bareTCP4 = 40 // bytes of an IPv4 packet with a TCP header and nothing else
	bareTCP6 = 60 // the same for IPv6
)

// opened reports whether a record from a server to its client shows that
// somebody serves there. A closed port refuses with packets that are a bare TCP
// header, while the answer of an open one carries options at least; flags, where
// the log has them, say it outright. UDP has no refusal but ICMP.
func opened(f *event.Flow) bool {
	if f.Proto != protoTCP || f.Packets > event.AttemptPackets {
		return true
	}
	if f.Flags&flagSYN != 0 {
		return true
	}
	if f.Flags&flagRST != 0 {
		return false
	}
	bare := uint64(bareTCP4)
	if f.Traits&event.IPv6 != 0 {
		bare = bareTCP6
	}
	return f.Bytes > bare*f.Packets
}

// IANA protocol numbers.
const (
	protoICMP   = 1
	protoTCP    = 6
	protoUDP    = 17
	protoIPv4   = 4
	protoIPv6   = 41
	protoGRE    = 47
	protoESP    = 50
	protoAH     = 51
	protoICMPv6 = 58
)
