package flow

import (
	"time"

	"picket/baseline"
	"picket/detect"
	"picket/event"
	"picket/finding"
)

// Spambot raises Spambot.
var Spambot = &detect.Detector{
	Name: "flow-spambot",
	Doc: `An instance begins to send mail, to port 25 of several public hosts, although it has not done so in the last two
weeks and has been watched for a while. Amazon's own mail service does not count, nor do private hosts. Where the instance
has sent mail from the first hour it was watched, or nothing of it is accepted, only a burst to many hosts within minutes
counts, and only if the instance does not take mail in, as a mail server does. Mail that goes on for a day is then taken for
the instance's habit.
Missed: spam from instances that always sent mail, and spam through port 587 or 465. False positives: a mail server or a
newsletter in its first day, and a mail server whose inbound mail comes another way, in the first day it is watched.`,
	Findings: []*finding.Type{spambot},
	Params: &SpambotParams{
		Sessions:     5,
		Hosts:        3,
		Watched:      time.Hour,
		Forget:       14 * 24 * time.Hour,
		Learn:        24 * time.Hour,
		BurstHosts:   20,
		BurstMinutes: 10 * time.Minute,
	},
	New: newSpambot,
}

// SpambotParams tune Spambot.
type SpambotParams struct {
	Sessions     int           `doc:"sessions to port 25 in an hour" source:"own default"`
	Hosts        int           `doc:"different hosts among them" source:"own default"`
	Watched      time.Duration `doc:"for how long the instance must have been watched without mail" source:"own choice"`
	Forget       time.Duration `doc:"after how long without mail it counts as new again (at most 30 days)" source:"own default"`
	Learn        time.Duration `doc:"after how long new mail is taken for a habit" source:"own choice"`
	BurstHosts   int           `doc:"different hosts in a burst, answered or not" source:"own default"`
	BurstMinutes time.Duration `doc:"how long a burst may take" source:"own choice"`
}

var spambot = declare(finding.Type{
	Name: "Backdoor:EC2/Spambot", Severity: 5, Role: finding.RoleActor,
	Title:  "Instance {instanceId} started unusual outbound mail traffic on port 25.",
	Text:   "{instanceId} is talking to remote hosts on port 25, most recently {remoteIp}, although it has no history of doing so.",
	Remedy: "If the instance is not meant to send mail, block outbound port 25 and look for the program that sends.",
})

// mailer is what is known of an instance's mail.
type mailer struct {
	watched  baseline.Tenure
	last     event.Time // of the latest mail
	began    event.Time // of the present run of mail
	received event.Time // of the latest session from outside to the instance's own port 25
	reported event.Time
	hour     mails
	burst    mails
	novel    bool // the instance was watched without mail before the run began
}

// mails are the sessions since start.
type mails struct {
	start    event.Time
	sessions uint64
	hosts    baseline.Distinct[[4]uint64]
}

const (
	mailTTL   = 30 * 24 * time.Hour
	maxMailer = 1 << 16
)

type spam struct {
	p       *SpambotParams
	mailers *detect.Table[self, mailer]
}

func newSpambot(s *detect.Setup) detect.Handlers {
	d := &spam{p: detect.Param[SpambotParams](s), mailers: detect.NewTable[self, mailer](s, "mailers", mailTTL, maxMailer)}
	return detect.Handlers{Flow: d.flow, When: []detect.When{{All: event.Mail}, anyActivity}}
}

// anyActivity chooses a few records that every instance has now and then, by
// which detectors that learn know that it is there and watched.
var anyActivity = detect.When{All: event.Egress | event.Attempt}

func (d *spam) flow(p *detect.Pass, f *event.Flow) {
	m := d.mailers.At(p, self{})
	switch {
	case f.Traits&event.Mail == 0:
	case f.Traits&event.RemoteClient != 0:
		if f.Traits&(event.Accepted|event.Attempt) == event.Accepted {
			m.received = p.Now
		}
	case f.Traits&event.Egress != 0 && f.Traits&event.PublicRemote != 0 && f.Traits&event.ToAWS == 0 && !trusted(f):
		d.sent(p, f, m)
	}
	m.watched.See(int64(p.Now))
}

func (d *spam) sent(p *detect.Pass, f *event.Flow, m *mailer) {
	if m.last == 0 || p.Now-m.last > span(d.p.Forget) {
		m.began, m.hour, m.burst = p.Now, mails{}, mails{}
		m.novel = event.Time(m.watched.Age(int64(p.Now))) >= span(d.p.Watched)
	}
	m.last = p.Now
	if p.Now-m.began > span(d.p.Learn) {
		return
	}
	m.burst.add(p.Now, span(d.p.BurstMinutes), f)
	if f.Traits&(event.Accepted|event.Attempt) == event.Accepted {
		m.hour.add(p.Now, event.Hour, f)
	}
	if (d.fresh(m) || d.bursts(m)) && due(p, &m.reported) {
		p.Report(spambot, detect.Evidence{First: m.began, Info: finding.Info{{Key: "unusual", Value: int(f.RemotePort)}}})
	}
}

func (m *mails) add(now, window event.Time, f *event.Flow) {
	if over(now, m.start, window) {
		*m = mails{start: now}
	}
	m.sessions++
	m.hosts.Add(place(f))
}

func (d *spam) fresh(m *mailer) bool {
	return m.novel && int(m.hour.sessions) >= d.p.Sessions && m.hour.hosts.Count() >= d.p.Hosts
}

func (d *spam) bursts(m *mailer) bool {
	return m.received == 0 && m.burst.hosts.Count() >= d.p.BurstHosts
}
