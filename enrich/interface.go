package enrich

import "picket/event"

// Interfaces is what the flow records of a file have told so far about each
// interface's own address. The zero value knows nothing. It is for one
// goroutine.
type Interfaces struct {
	slots []iface
	used  int
}

// maxInterfaces is how many interfaces are remembered from one batch to the
// next, in 120 kB at most: more are forgotten together and learnt anew, so that
// a scan with a hundred files open stays within 12 MB. AWS delivers files of
// one interface, subnet or VPC.
const maxInterfaces = 1024

type iface struct {
	id     uint64
	a, b   event.IP // the addresses all records so far have in common
	byA    uint32   // tries of services by a
	byB    uint32   // the same by b
	talk   uint32   // records of sessions
	known  bool     // a is the interface's address
	denied bool     // b sent what was rejected: its own interface would have let it out
}

func (t *Interfaces) reset() {
	clear(t.slots)
	t.used = 0
}

// trim keeps memory bounded.
func (t *Interfaces) trim() {
	if t.used > maxInterfaces {
		*t = Interfaces{}
	}
}

func (t *Interfaces) at(id uint64) *iface {
	if t.used*2 >= len(t.slots) {
		t.grow()
	}
	id |= 1 // zero marks a free slot
	mask := uint64(len(t.slots) - 1)
	for i := id >> 7 & mask; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.id == id {
			return s
		}
		if s.id == 0 {
			s.id = id
			t.used++
			return s
		}
	}
}

func (t *Interfaces) grow() {
	old := t.slots
	t.slots, t.used = make([]iface, max(32, 2*len(old))), 0
	for i := range old {
		if old[i].id != 0 {
			*t.at(old[i].id) = old[i]
		}
	}
}

func (t *Interfaces) learn(id uint64, own event.IP) {
	if s := t.at(id); !s.known {
		s.a, s.known = own, true
	}
}

// saw narrows an interface's address down with a record whose source is still in
// Local.
func (t *Interfaces) saw(f *event.Flow) {
	s, src, dst := t.at(f.Interface), f.Local, f.Remote
	if s.known {
		return
	}
	if s.a.IsZero() {
		s.a, s.b = src, dst
	}
	a, b := s.a == src || s.a == dst, s.b == src || s.b == dst
	switch {
	case a && b:
		s.weigh(f)
	case a:
		s.known = true
	case b:
		s.a, s.known = s.b, true
	default:
		*s = iface{id: s.id, a: src, b: dst} // addresses moved: begin again
	}
}

// weigh counts a record between a and b. Whose records are rejected is taken
// for b: security groups mostly guard what comes in.
func (s *iface) weigh(f *event.Flow) {
	if f.Traits&event.Rejected != 0 {
		if f.Local == s.a {
			s.a, s.b, s.byA, s.byB = s.b, s.a, s.byB, s.byA
		}
		s.denied = true
	}
	switch {
	case f.Proto != protoTCP:
	case f.Packets > event.AttemptPackets:
		s.talk++
	case serves(f.LocalPort) || !serves(f.RemotePort):
	case f.Local == s.a:
		s.byA++
	default:
		s.byB++
	}
}

// own is the side of a one-peer interface that its records speak for, zero if
// they don't: the one whose peer was denied, else the one that tries service
// after service of the other and hardly ever gets to talk. At the other's
// interface most of that would be rejected; and where it is not, the scan is
// real and its addresses are told right.
func (s *iface) own() event.IP {
	const plenty, far = 15, 4
	switch {
	case s.denied, s.byA >= plenty && s.byA >= far*(s.byB+s.talk):
		return s.a
	case s.byB >= plenty && s.byB >= far*(s.byA+s.talk):
		return s.b
	}
	return event.IP{}
}

// isSource reports whether the source of f (still in Local) is the protected
// side. When the interface has had one peer only and nothing else speaks for a
// side, the one that serves is taken: to claim an attack by the own side wrongly
// is the worse error.
func (t *Interfaces) isSource(f *event.Flow) bool {
	s := t.at(f.Interface)
	if s.known && (s.a == f.Local || s.a == f.Remote) {
		return s.a == f.Local
	}
	if own := s.own(); own == f.Local || own == f.Remote {
		return own == f.Local
	}
	if src, dst := serves(f.LocalPort), serves(f.RemotePort); src != dst {
		return src
	}
	return f.LocalPort < f.RemotePort
}
