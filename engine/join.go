package engine

import (
	"strings"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// A joiner collects one shard's reports during one Process call and joins
// those of the same issue, so that a noisy issue costs one hit a call and the
// row behind it is turned into a resource and an action once.
type joiner struct {
	s       *shard
	kind    event.Kind
	pending []pending
	index   map[issue]int
}

type issue struct {
	t      *finding.Type
	entity uint64
	key    string
}

// pending is a report whose row has not been read out yet.
type pending struct {
	issue
	detector    string
	batch       *event.Batch
	kind        event.Kind
	row         int // the latest row
	first, last event.Time
	count       int
	ev          detect.Evidence
	firstRecord finding.Record
	marks       event.Marks
	calls       []finding.Call
}

// call counts the API call of the row at work.
func (w *pending) call(p *detect.Pass, row, count int) {
	if w.kind == event.KindTrail {
		name := strings.Clone(p.Batch.Trails[row].Name)
		w.calls = finding.AddCall(w.calls, finding.Call{API: name, Count: count, First: p.Now, Last: p.Now})
	}
}

func (j *joiner) begin(s *shard) {
	j.s = s
	j.pending = j.pending[:0]
	clear(j.index)
}

// Report takes a detector's report.
func (j *joiner) Report(p *detect.Pass, t *finding.Type, e *detect.Evidence) {
	first, count := e.First, max(e.Count, 1)
	if first == 0 || first > p.Now {
		first = p.Now
	}
	is := issue{t, p.Entity, e.Key}
	if i, ok := j.index[is]; ok {
		j.pending[i].again(p, j, first, count, e)
		return
	}
	if j.index == nil {
		j.index = map[issue]int{}
	}
	j.index[is] = len(j.pending)
	j.pending = append(j.pending, pending{issue: is, detector: j.s.runners[j.s.running].d.Name, batch: p.Batch, kind: j.kind, row: j.s.at,
		first: first, last: p.Now, count: count, ev: *e, firstRecord: record(p.Batch, j.kind, j.s.at), marks: e.Intel})
	j.pending[len(j.pending)-1].call(p, j.s.at, count)
}

func (w *pending) again(p *detect.Pass, j *joiner, first event.Time, count int, e *detect.Evidence) {
	w.first = min(w.first, first)
	w.count += count
	w.marks |= e.Intel
	w.call(p, j.s.at, count)
	if p.Now >= w.last {
		w.last, w.batch, w.row, w.ev = p.Now, p.Batch, j.s.at, *e
	}
}

// end turns the reports into hits while their batches are still alive.
func (j *joiner) end(dst []finding.Hit) []finding.Hit {
	for i := range j.pending {
		dst = append(dst, j.pending[i].hit())
	}
	clear(j.pending)
	return dst
}

func (w *pending) hit() finding.Hit {
	h := finding.Subject(w.batch, w.kind, w.row, w.t, w.marks)
	h.Detector, h.Entity, h.Key = w.detector, w.entity, w.key
	h.First, h.Last, h.Count = w.first, w.last, w.count
	h.Severity, h.Role, h.Info = w.t.Severity, w.t.Role, w.ev.Info
	if w.ev.Severity != 0 {
		h.Severity = w.ev.Severity
	}
	if w.ev.Role != "" {
		h.Role = w.ev.Role
	}
	if w.ev.Resource != nil {
		w.ev.Resource(&h.Resource)
	}
	if w.ev.Action != nil {
		w.ev.Action(&h.Action)
	}
	h.Calls = w.calls
	last := record(w.batch, w.kind, w.row)
	h.Records = append(h.Records, w.firstRecord)
	if last != w.firstRecord {
		h.Records = append(h.Records, last)
	}
	return h
}

// maxRecordText is how much of a raw record a finding keeps: enough for nearly
// every CloudTrail record, and a bound on memory.
const maxRecordText = 16 << 10

func record(b *event.Batch, k event.Kind, i int) finding.Record {
	text, off := b.Raw(k, i)
	if len(text) > maxRecordText {
		text = text[:maxRecordText]
	}
	return finding.Record{Path: b.Meta.Path, Offset: off, Text: strings.Clone(text)}
}
