package engine

import (
	"math/bits"

	"picket/detect"
	"picket/event"
)

// The four loops below are the hot path: for each row the picker yields the
// set of interested detectors as bits, and only those are called.

func (s *shard) flows(r event.Run) {
	rows := r.Batch.Flows
	p := &s.pick[event.KindFlow]
	for i := r.Lo; i < r.Hi; i++ {
		f := &rows[i]
		if f.Entity == 0 || !s.owns(f.Entity) {
			continue
		}
		set := p.match(f.Traits, f.Marks, "")
		if set == 0 {
			continue
		}
		s.at = i
		s.pass.Entity, s.pass.Now = f.Entity, f.At
		for ; set != 0; set &= set - 1 {
			s.running = bits.TrailingZeros64(set)
			s.runners[s.running].h.Flow(&s.pass, f)
		}
		s.running = -1
	}
}

func (s *shard) dns(r event.Run) {
	rows := r.Batch.DNS
	p := &s.pick[event.KindDNS]
	for i := r.Lo; i < r.Hi; i++ {
		d := &rows[i]
		if d.Entity == 0 || !s.owns(d.Entity) {
			continue
		}
		set := p.match(d.Traits, d.Marks|d.AnswerMarks, "")
		if set == 0 {
			continue
		}
		s.at = i
		s.pass.Entity, s.pass.Now = d.Entity, d.At
		for ; set != 0; set &= set - 1 {
			s.running = bits.TrailingZeros64(set)
			s.runners[s.running].h.DNS(&s.pass, d)
		}
		s.running = -1
	}
}

func (s *shard) trails(r event.Run) {
	rows := r.Batch.Trails
	p := &s.pick[event.KindTrail]
	for i := r.Lo; i < r.Hi; i++ {
		t := &rows[i]
		if !s.owns(t.Entity) {
			continue
		}
		set := p.match(t.Traits, t.Marks, t.Name)
		if set == 0 || !s.enter(t.Entity, t.At, &t.ID) {
			continue
		}
		s.at = i
		for ; set != 0; set &= set - 1 {
			s.running = bits.TrailingZeros64(set)
			s.runners[s.running].h.Trail(&s.pass, t)
		}
		s.running = -1
	}
}

func (s *shard) audits(r event.Run) {
	rows := r.Batch.Audits
	p := &s.pick[event.KindAudit]
	for i := r.Lo; i < r.Hi; i++ {
		a := &rows[i]
		if !s.owns(a.Entity) {
			continue
		}
		set := p.match(a.Traits, a.Marks, a.Resource)
		if set == 0 || !s.enter(a.Entity, a.At, &a.ID) {
			continue
		}
		s.at = i
		for ; set != 0; set &= set - 1 {
			s.running = bits.TrailingZeros64(set)
			s.runners[s.running].h.Audit(&s.pass, a)
		}
		s.running = -1
	}
}

// A picker answers which detectors want a row.
type picker struct {
	rules   []rule
	always  uint64 // detectors without a choice
	byTrait []traitRule
	byName  map[string][]traitRule
	names   nameFilter // what byName may hold
	// memo holds the answers for rows without marks by their traits. Rows have
	// few combinations of traits: measured on flow logs, going through the rules
	// takes 45 ns a row and looking here 2.
	memo [256]answer
}

type answer struct {
	set    uint64
	traits event.Traits
	known  bool
}

type rule struct {
	bit  uint64
	when detect.When
}

type traitRule struct {
	bit            uint64
	all, none, any event.Traits
	marks          event.Marks
}

func (p *picker) add(i int, when []detect.When) {
	bit := uint64(1) << i
	if len(when) == 0 {
		p.always |= bit
	}
	for _, w := range when {
		p.rules = append(p.rules, rule{bit, w})
	}
}

// remove takes detector i out for good.
func (p *picker) remove(i int) {
	bit := uint64(1) << i
	p.always &^= bit
	kept := p.rules[:0]
	for _, r := range p.rules {
		if r.bit != bit {
			kept = append(kept, r)
		}
	}
	p.rules = kept
	p.compile()
}

func (p *picker) compile() {
	p.byTrait, p.byName, p.names, p.memo = nil, nil, nameFilter{}, [256]answer{}
	for _, r := range p.rules {
		t := traitRule{r.bit, r.when.All, r.when.None, r.when.Any, r.when.Marks}
		if len(r.when.Names) == 0 {
			p.byTrait = append(p.byTrait, t)
			continue
		}
		if p.byName == nil {
			p.byName = map[string][]traitRule{}
		}
		for _, n := range r.when.Names {
			p.byName[n] = append(p.byName[n], t)
			p.names.add(n)
		}
	}
}

func (p *picker) match(t event.Traits, m event.Marks, name string) uint64 {
	set := p.fitting(t, m)
	if p.names.has(name) {
		for _, r := range p.byName[name] {
			if r.fits(t, m) {
				set |= r.bit
			}
		}
	}
	return set
}

// nameFilter answers for most names that nobody asked for, without hashing
// them: hashing the name of each record was a tenth of the engine's time on S3
// data events.
type nameFilter [64]uint64

func (f *nameFilter) add(name string) {
	w, b := nameBit(name)
	f[w] |= b
}

func (f *nameFilter) has(name string) bool {
	w, b := nameBit(name)
	return f[w]&b != 0
}

// nameBit is a name's place: by its length and its first, middle and last letters.
func nameBit(name string) (word int, bit uint64) {
	n := len(name)
	if n == 0 {
		return 0, 1
	}
	return (n + int(name[n/2])) & 63, 1 << ((name[0] ^ name[n-1]<<1) & 63)
}

// fitting is the detectors that want a row of any name.
func (p *picker) fitting(t event.Traits, m event.Marks) uint64 {
	if m != 0 {
		return p.try(t, m)
	}
	a := &p.memo[(uint32(t)*0x9e3779b1)>>24]
	if !a.known || a.traits != t {
		*a = answer{p.try(t, 0), t, true}
	}
	return a.set
}

func (p *picker) try(t event.Traits, m event.Marks) uint64 {
	set := p.always
	for i := range p.byTrait {
		if p.byTrait[i].fits(t, m) {
			set |= p.byTrait[i].bit
		}
	}
	return set
}

func (r *traitRule) fits(t event.Traits, m event.Marks) bool {
	return t&r.all == r.all && t&r.none == 0 && (r.any == 0 || t&r.any != 0) && (r.marks == 0 || m&r.marks != 0)
}
