package flow

import (
	"slices"
	"strconv"
	"time"

	"picket/baseline"
	"picket/detect"
	"picket/event"
	"picket/finding"
)

// PortUnusual raises NetworkPortUnusual.
var PortUnusual = &detect.Detector{
	Name: "flow-port-unusual",
	Doc: `An instance that has been watched, and active, for two weeks calls a public host on a server port that it has not used
in the last three months, and the host answers or the calls repeat. Everyday ports (80, 443, 53, 123), AWS services,
exchanges of a few packets and conversations whose opener is unknown never count. Ports 389 and 1389 are raised with severity 8: they are where exploits of
Log4j call back to. The records of the first hour count; then the port belongs to the instance's profile.
Missed: everything in the first two weeks, so a scan of a few days of logs never raises it; ports that other traffic of the
instance has made usual. False positives: new software. Instances of one group are not compared with each other.`,
	Findings: []*finding.Type{portUnusual},
	Params: &PortUnusualParams{
		Watched: 14 * 24 * time.Hour,
		Days:    5,
		Records: 3,
		Alert:   time.Hour,
		PerDay:  3,
		Log4j:   []uint16{389, 1389},
	},
	New: newPortUnusual,
}

// PortUnusualParams tune PortUnusual.
type PortUnusualParams struct {
	Watched time.Duration `doc:"for how long an instance must have been watched" source:"own default"`
	Days    int           `doc:"on how many different days it must have been active" source:"own default"`
	Records uint32        `doc:"unanswered records that count like an answered one" source:"own default"`
	Alert   time.Duration `doc:"for how long after its first use a port stays unusual" source:"own choice"`
	PerDay  uint16        `doc:"ports raised for an instance in a day, at most" source:"own default"`
	Log4j   []uint16      `doc:"ports raised with severity 8" source:"GuardDuty user guide"`
}

var portUnusual = declare(finding.Type{
	Name: "Behavior:EC2/NetworkPortUnusual", Severity: 5, Role: finding.RoleActor,
	Title:  "Instance {instanceId} used a remote server port it never used before: {port}.",
	Text:   "{instanceId} communicated with {remoteIp} on server port {port}, which is absent from what it was seen to use so far.",
	Remedy: "Find the program that uses the port. If it is new software of yours, nothing needs to be done: the port is usual from now on.",
})

type portKey struct {
	Port  uint16
	Proto uint16
}

// usage is how an instance uses a remote port.
type usage struct {
	first   event.Time
	in, out uint64 // bytes in the first hour
	records uint32
	alert   bool // new to an instance that was known well
	counted bool // among the day's ports
}

// profile is what is known of the instance as a whole.
type profile struct {
	watched baseline.Tenure
	day     event.Time // since 1970, in days
	raised  uint16     // different ports on that day
}

const (
	usageTTL    = 90 * 24 * time.Hour // the horizon of the profile: own choice
	maxUsages   = 1 << 17
	maxProfiles = 1 << 16
)

type unusualPort struct {
	p        *PortUnusualParams
	usages   *detect.Table[portKey, usage]
	profiles *detect.Table[self, profile]
}

func newPortUnusual(s *detect.Setup) detect.Handlers {
	d := &unusualPort{
		p:        detect.Param[PortUnusualParams](s),
		usages:   detect.NewTable[portKey, usage](s, "usages", usageTTL, maxUsages),
		profiles: detect.NewTable[self, profile](s, "profiles", usageTTL, maxProfiles),
	}
	return detect.Handlers{Flow: d.flow, When: []detect.When{
		{All: event.LocalClient | event.PublicRemote | event.Accepted, None: event.Attempt | event.Everyday | event.ToAWS}, anyActivity}}
}

func (d *unusualPort) flow(p *detect.Pass, f *event.Flow) {
	pr := d.profiles.At(p, self{})
	if f.Traits&event.Attempt == 0 && !trusted(f) {
		d.uses(p, f, pr)
	}
	pr.watched.See(int64(p.Now))
}

func (d *unusualPort) uses(p *detect.Pass, f *event.Flow, pr *profile) {
	u := d.usages.At(p, portKey{f.RemotePort, uint16(f.Proto)})
	if u.first == 0 {
		u.first = p.Now
		u.alert = event.Time(pr.watched.Age(int64(p.Now))) >= span(d.p.Watched) && pr.watched.Days() >= d.p.Days
	}
	if !u.alert || p.Now-u.first > span(d.p.Alert) {
		return
	}
	answered := f.Traits&event.Egress == 0
	if answered {
		u.in += f.Bytes
	} else {
		u.out += f.Bytes
		u.records++
	}
	if u.records == 0 || u.in == 0 && u.records < d.p.Records || answered && u.records > 1 {
		return // not answered yet; or an answer to what was counted when it was asked
	}
	if pr.admit(u, p.Now, d.p.PerDay) {
		d.report(p, f, u)
	}
}

// admit reports whether the day's share of ports has room for u.
func (pr *profile) admit(u *usage, now event.Time, perDay uint16) bool {
	if u.counted {
		return true
	}
	if day := now / event.Day; day != pr.day {
		pr.day, pr.raised = day, 0
	}
	if pr.raised >= perDay {
		return false
	}
	pr.raised++
	u.counted = true
	return true
}

func (d *unusualPort) report(p *detect.Pass, f *event.Flow, u *usage) {
	port := strconv.Itoa(int(f.RemotePort))
	e := detect.Evidence{Key: port, First: u.first, Info: fromPort(traffic(u.in, u.out, port), f)}
	if slices.Contains(d.p.Log4j, f.RemotePort) {
		e.Severity = 8
		e.Info = e.Info.Set("context", "Possible log4j callback")
	}
	p.Report(portUnusual, e)
}
