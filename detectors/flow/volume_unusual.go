package flow

import (
	"strconv"
	"time"

	"picket/baseline"
	"picket/detect"
	"picket/event"
	"picket/finding"
)

// VolumeUnusual raises TrafficVolumeUnusual.
var VolumeUnusual = &detect.Detector{
	Name: "flow-volume-unusual",
	Doc: `Within an hour the instance moves more to or from one public host than its history predicts: more than a robust bound
over the largest amounts that it moved with any one host in each hour so far, at least a gibibyte, and, if the host is known,
more than ten times what it moved with that host in an hour before, so that a backup is unusual once only. AWS services and
trusted hosts do not count. Sending is judged after a few hours of
history, receiving after days, for large downloads are everyday and leaks are not. Records under 256 KiB are
left out, and so is what runs over neither TCP nor QUIC: tunnels, media and floods.
Missed: slow leaks, leaks to AWS services, and leaks from hosts that move as much all day. False positives: a first backup
to a new place; a move of data between clouds.`,
	Findings: []*finding.Type{volumeUnusual},
	Params: &VolumeUnusualParams{
		Least:    1 << 30,
		Bound:    6,
		Spread:   0.3,
		HoursOut: 8,
		HoursIn:  72,
		Known:    10,
		Remember: 30 * 24,
	},
	New: newVolumeUnusual,
}

// VolumeUnusualParams tune VolumeUnusual.
type VolumeUnusualParams struct {
	Least    uint64  `doc:"bytes with one host in an hour, at least" source:"own default"`
	Bound    float64 `doc:"how many deviations above the median is unusual" source:"own default"`
	Spread   float64 `doc:"least deviation assumed, as a natural logarithm" source:"own choice: a third up or down means nothing"`
	HoursOut int     `doc:"hours of history before sending is judged" source:"own choice"`
	HoursIn  int     `doc:"hours of history before receiving is judged" source:"own choice"`
	Known    uint64  `doc:"how many times the most that was moved with a known host before" source:"own default"`
	Remember int     `doc:"hours of history that count in full" source:"own default: 30 days"`
}

var volumeUnusual = declare(finding.Type{
	Name: "Behavior:EC2/TrafficVolumeUnusual", Severity: 5, Role: finding.RoleActor,
	Title:  "Instance {instanceId} moved an unusually large amount of data.",
	Text:   "{instanceId} exchanged far more bytes with {remoteIp} than its history predicts.",
	Remedy: "Find out which program moved the data, and what it was. If it is a new backup or a migration, nothing needs to be done.",
})

// partner is what was moved with one host: in the running hour, and the most in
// any hour before.
type partner struct {
	hour            event.Time // since 1970, in hours
	in, out         uint64
	mostIn, mostOut uint64
	reported        event.Time
}

// mover is the history of an instance: for each hour the most that it moved
// with any one host.
type mover struct {
	hour    event.Time
	in, out uint64 // of the running hour
	ins     baseline.Histogram
	outs    baseline.Histogram
}

const (
	volumeTTL   = 30 * 24 * time.Hour
	maxPartners = 1 << 16
	maxMovers   = 1 << 14
	// longestGap is how many hours without a record are taken for quiet ones.
	longestGap = 24
)

type unusualVolume struct {
	p        *VolumeUnusualParams
	partners *detect.Table[event.IP, partner]
	movers   *detect.Table[self, mover]
}

func newVolumeUnusual(s *detect.Setup) detect.Handlers {
	d := &unusualVolume{
		p:        detect.Param[VolumeUnusualParams](s),
		partners: detect.NewTable[event.IP, partner](s, "partners", volumeTTL, maxPartners),
		movers:   detect.NewTable[self, mover](s, "movers", volumeTTL, maxMovers),
	}
	return detect.Handlers{Flow: d.flow, When: []detect.When{
		{All: event.Bulk | event.PublicRemote | event.Accepted, None: event.ToAWS}, anyActivity}}
}

func (d *unusualVolume) flow(p *detect.Pass, f *event.Flow) {
	hour := p.Now / event.Hour
	m := d.movers.At(p, self{})
	m.roll(hour, d.p.Remember)
	const chosen = event.Bulk | event.PublicRemote | event.Accepted
	if f.Traits&chosen != chosen || f.Traits&event.ToAWS != 0 || !transfer(f) || trusted(f) {
		return
	}
	h := d.partners.At(p, f.Remote)
	if !h.roll(hour) {
		return
	}
	if f.Traits&event.Egress != 0 {
		h.out += f.Bytes
	} else {
		h.in += f.Bytes
	}
	out := h.out >= d.p.Least && m.unusual(&m.outs, h.out, h.mostOut, d.p.HoursOut, d.p)
	in := h.in >= d.p.Least && m.unusual(&m.ins, h.in, h.mostIn, d.p.HoursIn, d.p)
	m.in, m.out = max(m.in, h.in), max(m.out, h.out)
	if (out || in) && due(p, &h.reported) {
		d.report(p, f, h, out)
	}
}

// transfer reports whether f can be one of data: over TCP or QUIC. The volume of
// other protocols is tunnels, media and floods.
func transfer(f *event.Flow) bool { return f.Traits&event.TCP != 0 || quic(f) }

// roll closes the hours up to hour, which now runs.
func (m *mover) roll(hour event.Time, remember int) {
	if m.hour == 0 {
		m.hour = hour
	}
	for gap := 0; m.hour < hour && gap <= longestGap; gap++ {
		m.ins.Add(float64(m.in), remember)
		m.outs.Add(float64(m.out), remember)
		m.in, m.out = 0, 0
		m.hour++
	}
	m.hour = max(m.hour, hour)
}

// roll begins a new hour and reports whether hour is now the running one; late
// records of closed hours don't count.
func (h *partner) roll(hour event.Time) bool {
	if hour > h.hour {
		h.mostIn, h.mostOut = max(h.mostIn, h.in), max(h.mostOut, h.out)
		h.hour, h.in, h.out = hour, 0, 0
	}
	return hour == h.hour
}

// unusual judges an amount against the instance's history and the host's own.
func (m *mover) unusual(history *baseline.Histogram, bytes, most uint64, hours int, p *VolumeUnusualParams) bool {
	return history.N() >= hours && bytes > p.Known*most && float64(bytes) > history.Bound(p.Bound, p.Spread)
}

func (d *unusualVolume) report(p *detect.Pass, f *event.Flow, h *partner, out bool) {
	unusual := h.in
	if out {
		unusual = h.out
	}
	p.Report(volumeUnusual, detect.Evidence{
		Key:  f.Remote.String(),
		Info: fromPort(traffic(h.in, h.out, strconv.FormatUint(unusual, 10)), f),
	})
}
