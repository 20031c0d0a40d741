package engine

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/bits"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// Engine runs a set of detectors. Its methods must not be called concurrently.
type Engine struct {
	detectors []*detect.Detector
	shards    []*shard
}

// Tuning replaces detectors' parameters: by detector name, a pointer to a
// struct of the type of that detector's Params.
type Tuning map[string]any

// MaxDetectors is how many detectors one engine can run: a row's interested
// detectors are one machine word.
const MaxDetectors = 64

// New makes an engine. The results do not depend on the number of shards, which
// is how many goroutines a call of Process uses.
func New(ds []*detect.Detector, shards int, tune Tuning) (*Engine, error) {
	if err := detect.Validate(ds); err != nil {
		return nil, err
	}
	if len(ds) > MaxDetectors {
		return nil, fmt.Errorf("%d detectors, at most %d can run", len(ds), MaxDetectors)
	}
	e := &Engine{detectors: ds}
	for i := range max(shards, 1) {
		e.shards = append(e.shards, newShard(ds, tune, uint64(i), uint64(max(shards, 1))))
	}
	return e, nil
}

// Process shows the rows of runs to the detectors, in the order given, and
// appends what they report to dst, in an order that does not depend on the
// number of shards. Rows of one entity must come in time order as far as
// possible. The batches may be reset when Process returns.
func (e *Engine) Process(dst []finding.Hit, runs []event.Run) []finding.Hit {
	from := len(dst)
	if len(e.shards) == 1 {
		dst = e.shards[0].process(dst, runs)
	} else {
		dst = e.spread(dst, runs)
	}
	slices.SortStableFunc(dst[from:], func(a, b finding.Hit) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last), cmp.Compare(a.Type.Name, b.Type.Name),
			cmp.Compare(a.Account, b.Account), cmp.Compare(a.Key, b.Key))
	})
	return dst
}

func (e *Engine) spread(dst []finding.Hit, runs []event.Run) []finding.Hit {
	var wg sync.WaitGroup
	for _, s := range e.shards {
		wg.Go(func() { s.hits = s.process(s.hits[:0], runs) })
	}
	wg.Wait()
	for _, s := range e.shards {
		dst = append(dst, s.hits...)
	}
	return dst
}

// Health says how the detectors fare.
type Health struct {
	// Fenced are detectors that panicked and were switched off on a shard.
	Fenced []Fence
	// Evicted counts live entries dropped from full tables, by "detector/table".
	Evicted map[string]int
	// Duplicates counts rows skipped because their event had been seen.
	Duplicates int
}

// TableSize says how full a table of one shard is.
type TableSize struct {
	Detector, Table string
	Len, Max        int
}

// Tables lists all tables of all shards.
func (e *Engine) Tables() []TableSize {
	var out []TableSize
	for _, s := range e.shards {
		for _, t := range s.tables() {
			out = append(out, TableSize{t.detector, t.TableName(), t.Len(), t.Max()})
		}
	}
	return out
}

// Fence is one detector switched off on one shard.
type Fence struct {
	Detector string
	Shard    int
	Panic    string // the panic's value and stack
}

// Health reports on the detectors.
func (e *Engine) Health() Health {
	h := Health{Evicted: map[string]int{}}
	for _, s := range e.shards {
		h.Fenced = append(h.Fenced, s.fenced...)
		h.Duplicates += s.duplicates
		for i := range s.runners {
			for _, t := range s.runners[i].tables {
				if n := t.Evicted(); n > 0 {
					h.Evicted[s.runners[i].d.Name+"/"+t.TableName()] += n
				}
			}
		}
	}
	return h
}

// The memory of event identifiers, by which a record that is delivered twice
// is counted once. CloudTrail and Kubernetes events carry identifiers; a
// repeated delivery comes within minutes, at most days (CloudTrail guide). 64
// bits of an identifier are kept: that two of a million events share them has a
// chance of 3e-8.
const (
	seenTTL = 48 * time.Hour
	seenMax = 1 << 20
)

// A shard owns all state about the entities that hash to it.
type shard struct {
	index, of uint64
	runners   []runner
	pick      [event.NumKinds]picker
	seen      *detect.Table[uint64, struct{}]
	setup     detect.Setup // holds the shard's own tables
	pass      detect.Pass
	joiner    joiner
	hits      []finding.Hit

	running    int // the detector at work, for the fence; -1: none
	at         int // the row at work
	fenced     []Fence
	duplicates int
}

type runner struct {
	d      *detect.Detector
	h      detect.Handlers
	tables []detect.Stored
}

func newShard(ds []*detect.Detector, tune Tuning, index, of uint64) *shard {
	s := &shard{index: index, of: of}
	s.seen = detect.NewTable[uint64, struct{}](&s.setup, "seen", seenTTL, seenMax)
	for i, d := range ds {
		set := detect.Setup{Params: d.Params}
		if p, ok := tune[d.Name]; ok {
			set.Params = p
		}
		r := runner{d: d, h: d.New(&set)}
		r.tables = set.Tables()
		s.runners = append(s.runners, r)
		for k := range event.NumKinds {
			if handles(&r.h, k) {
				s.pick[k].add(i, r.h.When)
			}
		}
	}
	for k := range s.pick {
		s.pick[k].compile()
	}
	s.pass.Sink = &s.joiner
	return s
}

func handles(h *detect.Handlers, k event.Kind) bool {
	switch k {
	case event.KindFlow:
		return h.Flow != nil
	case event.KindDNS:
		return h.DNS != nil
	case event.KindTrail:
		return h.Trail != nil
	default:
		return h.Audit != nil
	}
}

func (s *shard) process(dst []finding.Hit, runs []event.Run) []finding.Hit {
	s.joiner.begin(s)
	for _, r := range runs {
		for lo := r.Lo; lo < r.Hi; {
			lo = s.fence(event.Run{Batch: r.Batch, Kind: r.Kind, Lo: lo, Hi: r.Hi})
		}
	}
	return s.joiner.end(dst)
}

// fence shows the rows of r to the detectors. When one panics it is switched
// off on this shard, and the row after the one it panicked at is returned.
func (s *shard) fence(r event.Run) (next int) {
	s.running, s.at = -1, r.Lo
	defer func() {
		if s.running < 0 {
			return // no detector was at work: not ours to stop
		}
		if v := recover(); v != nil {
			d := s.running
			s.fenced = append(s.fenced, Fence{s.runners[d].d.Name, int(s.index), fmt.Sprintf("%v\n%s", v, debug.Stack())})
			for k := range s.pick {
				s.pick[k].remove(d)
			}
			next = s.at + 1
		}
	}()
	s.pass.Batch = r.Batch
	s.joiner.kind = r.Kind
	switch r.Kind {
	case event.KindFlow:
		s.flows(r)
	case event.KindDNS:
		s.dns(r)
	case event.KindTrail:
		s.trails(r)
	default:
		s.audits(r)
	}
	s.running = -1
	return r.Hi
}

func (s *shard) owns(entity uint64) bool { return s.of == 1 || entity%s.of == s.index }

// enter sets the pass to a row; it reports false when the row is another
// shard's or was seen before.
func (s *shard) enter(entity uint64, at event.Time, id *[16]byte) bool {
	s.pass.Entity, s.pass.Now = entity, at
	if *id == ([16]byte{}) {
		return true
	}
	if !s.seen.Add(&s.pass, short(id)) {
		s.duplicates++
		return false
	}
	return true
}

// short is 64 bits of an identifier that hang on all of its bits.
func short(id *[16]byte) uint64 {
	hi, lo := bits.Mul64(binary.LittleEndian.Uint64(id[:8])^0x9e3779b97f4a7c15, binary.LittleEndian.Uint64(id[8:])^0xd6e8feb86659fd93)
	return hi ^ lo
}
