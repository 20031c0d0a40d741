package enrich

import "picket/event"

// flows orients each record: Local becomes the protected side.
//
// A record that carries flow-direction says which side that is. Otherwise, if
// exactly one address is private, it is that one. Where both are private (or
// both public) the interface's own address decides: it is the one that
// interface's other records agree on, of this batch and of those before it.
func (e *Enricher) flows(rows []event.Flow, seen *Interfaces) {
	if len(rows) == 0 {
		return
	}
	e.unsure = e.unsure[:0]
	for i := range rows {
		f := &rows[i]
		if f.Direction == 0 {
			src, dst := f.Local.Private(), f.Remote.Private()
			if src == dst {
				seen.saw(f)
				e.unsure = append(e.unsure, int32(i))
				continue
			}
			e.orient(f, src)
			seen.learn(f.Interface, f.Local)
			continue
		}
		e.orient(f, f.Direction == 'e')
	}
	for _, i := range e.unsure {
		f := &rows[i]
		e.orient(f, seen.isSource(f))
	}
	seen.trim()
}

// orient finishes a record whose protected side is known.
func (e *Enricher) orient(f *event.Flow, egress bool) {
	f.Traits &= event.Accepted | event.Rejected
	if egress {
		f.Traits |= event.Egress
	} else {
		f.Local, f.Remote = f.Remote, f.Local
		f.LocalPort, f.RemotePort = f.RemotePort, f.LocalPort
	}
	if f.Entity == 0 {
		f.Entity = f.Interface
	}
	f.Traits |= opener(f) | size(f)
	f.Traits |= ports(f)
	if !f.Local.Is4() || !f.Remote.Is4() {
		f.Traits |= event.IPv6
	}
	if f.Remote.Public() {
		f.Traits |= event.PublicRemote
		if f.Marks = e.lists.Lookup(f.Remote, f.RemotePort); f.Marks != 0 {
			f.Traits |= event.HasMarks
			if f.Marks&event.MarkAWS != 0 {
				f.Traits |= event.ToAWS
			}
		}
	}
}

func size(f *event.Flow) (t event.Traits) {
	switch f.Proto {
	case protoTCP:
		t = event.TCP
	case protoUDP:
		t = event.UDP
	}
	if f.Packets <= event.AttemptPackets || retries(f) {
		t |= event.Attempt
	}
	if f.Bytes >= event.BulkBytes {
		t |= event.Bulk
	}
	if f.Packets >= event.FloodPackets {
		t |= event.Flood
	}
	return t
}

// retries reports whether f may be one try over and over: as many SYNs as common
// systems send at most (Linux 7), with all usual options and nothing else.
func retries(f *event.Flow) bool {
	const most, bareSYN = 7, 64
	return f.Proto == protoTCP && f.Packets <= most && f.Bytes <= bareSYN*f.Packets
}

// IANA protocol numbers and TCP flag bits.
const (
	protoTCP = 6
	protoUDP = 17
	flagSYN  = 2
	flagACK  = 16
)

// opener tells which side opened the conversation a record belongs to: by TCP
// flags, then by a rejected inbound record, then by which port is a service's.
func opener(f *event.Flow) event.Traits {
	egress := f.Traits&event.Egress != 0
	if f.Proto == protoTCP && f.Flags&flagSYN != 0 {
		return client(egress == (f.Flags&flagACK == 0))
	}
	if f.Traits&event.Rejected != 0 && !egress {
		return event.RemoteClient
	}
	if f.Proto != protoTCP && f.Proto != protoUDP || f.LocalPort == 0 || f.RemotePort == 0 {
		return 0 // port 0 is reserved: the packets are crafted, or the ports unknown
	}
	switch local, remote := serves(f.LocalPort), serves(f.RemotePort); {
	case local != remote:
		return client(remote)
	case local && remote:
		return 0
	}
	// Ephemeral ports of common systems begin at 32768 (Linux) or 49152 (RFC 6335).
	const ephemeral = 32768
	if lo, hi := f.LocalPort >= ephemeral, f.RemotePort >= ephemeral; lo != hi {
		return client(lo)
	}
	return 0
}

func client(local bool) event.Traits {
	if local {
		return event.LocalClient | event.ServerPort
	}
	return event.RemoteClient | event.ServerPort
}

// ports sets the traits that hang on the service's port.
func ports(f *event.Flow) (t event.Traits) {
	port := f.LocalPort
	switch {
	case f.Traits&event.LocalClient != 0:
		port = f.RemotePort
	case f.Traits&event.RemoteClient == 0:
		return 0
	}
	switch port {
	case 80, 443, 53, 123:
		return event.Everyday
	case 25:
		if f.Proto == protoTCP {
			return event.Mail
		}
	case 22, 3389, 5985, 5986:
		if f.Proto == protoTCP {
			return event.Login
		}
	}
	return 0
}

// servicePorts are registered service ports above 1023 that are common in
// clouds (IANA service names registry, default ports of the products).
var servicePorts = [...]uint16{1080, 1194, 1433, 1434, 1521, 1723, 1883, 2049, 2181, 2375, 2376, 2379, 2380, 3000, 3128, 3268, 3269,
	3306, 3333, 3389, 4333, 4444, 5000, 5060, 5061, 5222, 5432, 5555, 5601, 5672, 5671, 5900, 5901, 5938, 5985, 5986, 6379, 6443, 6667, 6881, 7000,
	7001, 7777, 8000, 8008, 8009, 8020, 8032, 8042, 8080, 8081, 8086, 8088, 8089, 8333, 8443, 8500, 8545, 8834, 8883, 8888, 8983, 9000,
	9001, 9030, 9042, 9090, 9092, 9093, 9100, 9200, 9300, 9418, 9864, 9870, 9999, 10250, 10255, 10443, 11211, 15672, 16010, 18080,
	25565, 27017, 27018, 28017, 30303}

var serviceBits = func() (b [1 << 16 / 64]uint64) {
	for p := range 1024 {
		b[p/64] |= 1 << (p % 64)
	}
	for _, p := range servicePorts {
		b[p/64] |= 1 << (p % 64)
	}
	return b
}()

func serves(port uint16) bool { return serviceBits[port/64]>>(port%64)&1 != 0 }
