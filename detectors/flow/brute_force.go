package flow

import (
	"time"

	"picket/baseline"
	"picket/detect"
	"picket/event"
	"picket/finding"
)

// BruteForce raises SSHBruteForce, RDPBruteForce and WinRMBruteForce.
var BruteForce = &detect.Detector{
	Name: "flow-brute-force",
	Doc: `One client opens many short, complete and alike sessions to a login service: each guess is a session of its own, with
about the same number of packets. A session counts when it was answered, stayed small and was soon over; sessions to SSH and
WinRM must also be smaller, on average, than those that run a command or move data. The client may be public or private. Guessing that
is spread over hours, or over many clients, is looked for among public clients only, where no one administers hosts that way.
Seen from the guessing instance it is ACTOR with severity 8, seen from the attacked one TARGET with severity 2.
Missed: guesses in few long sessions; services on other ports; less than the slow rates. False positives: monitoring that
logs in every few seconds and is refused each time. Load balancers' checks are too short to count.`,
	Findings: []*finding.Type{sshBruteForce, rdpBruteForce, winRMBruteForce},
	Params: &BruteForceParams{
		Sessions:     20,
		LeastPackets: 5,
		MostPackets:  60,
		MostBytes:    20_000,
		MostSeconds:  90,
		Variation:    0.5,
		SSHMean:      5_000,
		WinRMMean:    6_000,
		DaySessions:  100,
		HourSessions: 8,
		Hours:        6,
		Spread:       100,
		SpreadOver:   20,
	},
	New: newBruteForce,
}

// BruteForceParams tune BruteForce.
type BruteForceParams struct {
	Sessions     int     `doc:"sessions of one client in 5 to 10 minutes" source:"own default"`
	LeastPackets uint64  `doc:"packets a guess takes the client, at least" source:"SSHCure (Hellemons 2012) puts the phase at 11 to 51 packets; lowered for RDP"`
	MostPackets  uint64  `doc:"packets a guess takes the client, at most" source:"SSHCure (Hellemons 2012), raised"`
	MostBytes    uint64  `doc:"bytes a guess takes the client, at most" source:"own default"`
	MostSeconds  uint32  `doc:"how long a guess lasts, at most" source:"own default"`
	Variation    float64 `doc:"coefficient of variation of the client's packets, at most" source:"own default"`
	SSHMean      float64 `doc:"mean bytes of the client's side of an SSH session, at most" source:"own choice: refused logins take 2000 to 4000 with headers, a command with a key over 5000"`
	WinRMMean    float64 `doc:"mean bytes of the client's side of a WinRM session, at most" source:"own choice: a refused login is three short requests, a query carries a document as well"`
	DaySessions  int     `doc:"sessions of one public client in 24 hours" source:"own default"`
	HourSessions int     `doc:"sessions of one public client in each of several hours in a row" source:"own default"`
	Hours        uint8   `doc:"how many hours in a row" source:"own default"`
	Spread       int     `doc:"sessions of all public clients in an hour, when spread over many" source:"own default"`
	SpreadOver   int     `doc:"how many clients are many" source:"own default"`
}

var sshBruteForce = declare(finding.Type{
	Name: "UnauthorizedAccess:EC2/SSHBruteForce", Severity: 2, Role: finding.RoleTarget,
	Title:  "{attacker} is guessing SSH credentials on {victim}.",
	Text:   "Repeated short SSH sessions from {attacker} to {victim} indicate password guessing.",
	Remedy: "On the victim, allow SSH from known addresses only and turn passwords off. If your own instance guesses, isolate it.",
})

var rdpBruteForce = declare(finding.Type{
	Name: "UnauthorizedAccess:EC2/RDPBruteForce", Severity: 2, Role: finding.RoleTarget,
	Title:  "{attacker} is guessing RDP credentials on {victim}.",
	Text:   "Repeated short RDP sessions from {attacker} to {victim} indicate password guessing.",
	Remedy: "On the victim, allow RDP from known addresses only and lock accounts after failed logins. If your own instance guesses, isolate it.",
})

var winRMBruteForce = declare(finding.Type{
	Name: "Impact:EC2/WinRMBruteForce", Severity: 2, Role: finding.RoleTarget,
	Title:  "{attacker} is guessing WinRM credentials on {victim}.",
	Text:   "Repeated short WinRM sessions from {attacker} to {victim} indicate password guessing.",
	Remedy: "On the victim, allow WinRM from management hosts only. If your own instance guesses, isolate it.",
})

// guesser is one client at one service, as the instance sees it.
type guesser struct {
	Remote event.IP
	Port   uint16
	Actor  bool // the instance is the client
	_      uint8
}

// sessions are short sessions since start.
type sessions struct {
	start   event.Time
	packets baseline.Moments
	bytes   baseline.Moments
	sources baseline.Distinct[[4]uint64] // source ports of one client, addresses of a crowd
}

// crowd are the sessions of all public clients of a service in an hour.
type crowd struct {
	sessions
	reported event.Time
}

// guesses are the sessions of a guesser: of the running five minutes and the
// five before, and of the day.
type guesses struct {
	now, before sessions
	day         sessions
	reported    event.Time
	hour        event.Time // since 1970, in hours
	inHour      uint32
	streak      uint8 // hours in a row, before this one, with enough sessions
}

const (
	guessPane   = 5 * event.Minute
	guessTTL    = 25 * time.Hour
	maxGuessers = 1 << 15
	portSSH     = 22
	portRDP     = 3389
)

type bruteForce struct {
	p        *BruteForceParams
	guessers *detect.Table[guesser, guesses]
	crowds   *detect.Table[uint16, crowd]
}

func newBruteForce(s *detect.Setup) detect.Handlers {
	d := &bruteForce{
		p:        detect.Param[BruteForceParams](s),
		guessers: detect.NewTable[guesser, guesses](s, "guessers", guessTTL, maxGuessers),
		crowds:   detect.NewTable[uint16, crowd](s, "crowds", guessTTL, maxGuessers),
	}
	return detect.Handlers{Flow: d.flow, When: []detect.When{{All: event.Login | event.Accepted, None: event.Attempt}}}
}

func (d *bruteForce) flow(p *detect.Pass, f *event.Flow) {
	if !byOpener(f) || !d.short(f) || trusted(f) {
		return
	}
	actor := f.Traits&event.Egress != 0
	g := d.guessers.At(p, guesser{Remote: f.Remote, Port: service(f), Actor: actor})
	g.add(p.Now, f)
	g.count(p.Now/event.Hour, d.p.HourSessions)
	first, ok := d.guessing(g, f)
	if ok && due(p, &g.reported) {
		report(p, f, first)
		return
	}
	if !actor && f.Traits&event.PublicRemote != 0 {
		d.crowd(p, f)
	}
}

// service is the port of the login service.
func service(f *event.Flow) uint16 {
	if f.Traits&event.LocalClient != 0 {
		return f.RemotePort
	}
	return f.LocalPort
}

// short reports whether the client's side of the session looks like a guess. A
// mean above a bare SYN says that the server answered.
func (d *bruteForce) short(f *event.Flow) bool {
	const bareSYN = 64 // bytes of a SYN with all usual options, rounded up
	return f.Packets >= d.p.LeastPackets && f.Packets <= d.p.MostPackets && f.Bytes <= d.p.MostBytes &&
		f.Duration <= d.p.MostSeconds && f.Bytes > bareSYN*f.Packets
}

func (s *sessions) add(f *event.Flow, h uint64) {
	s.packets.Add(float64(f.Packets))
	s.bytes.Add(float64(f.Bytes))
	s.sources.Add(h)
}

func (g *guesses) add(now event.Time, f *event.Flow) {
	client := f.RemotePort
	if f.Traits&event.Egress != 0 {
		client = f.LocalPort
	}
	if over(now, g.now.start, guessPane) {
		if g.before = g.now; over(now, g.now.start, 2*guessPane) {
			g.before = sessions{}
		}
		g.now = sessions{start: now}
	}
	if over(now, g.day.start, event.Day) {
		g.day = sessions{start: now}
	}
	g.now.add(f, portPlace(client))
	g.day.add(f, portPlace(client))
}

// count keeps the streak of hours with at least enough sessions.
func (g *guesses) count(hour event.Time, enough int) {
	switch {
	case hour <= g.hour: // the running hour, or a late record
	case hour == g.hour+1 && int(g.inHour) >= enough:
		g.hour, g.inHour, g.streak = hour, 0, min(g.streak, 254)+1
	default:
		g.hour, g.inHour, g.streak = hour, 0, 0
	}
	g.inHour++
}

// guessing judges a client and says since when.
func (d *bruteForce) guessing(g *guesses, f *event.Flow) (since event.Time, ok bool) {
	both, first := g.now, g.now.start
	if g.before.packets.N() > 0 {
		both.packets.Join(g.before.packets)
		both.bytes.Join(g.before.bytes)
		first = g.before.start
	}
	// Each session has a source port of its own, but for a few that recur.
	if both.packets.N() >= d.p.Sessions && 5*both.sources.Union(&g.before.sources) >= 4*d.p.Sessions && d.alike(&both, f) {
		return first, true
	}
	if f.Traits&event.PublicRemote == 0 {
		return 0, false
	}
	slow := g.day.packets.N() >= d.p.DaySessions || g.streak >= d.p.Hours-1 && int(g.inHour) >= d.p.HourSessions
	return g.day.start, slow && d.alike(&g.day, f)
}

// alike reports whether sessions are as uniform and as small as guesses are.
func (d *bruteForce) alike(s *sessions, f *event.Flow) bool {
	most := d.p.WinRMMean
	switch service(f) {
	case portSSH:
		most = d.p.SSHMean
	case portRDP:
		most = float64(d.p.MostBytes)
	}
	return s.packets.Variation() <= d.p.Variation && s.bytes.Mean() <= most
}

// crowd judges all public clients of a service together.
func (d *bruteForce) crowd(p *detect.Pass, f *event.Flow) {
	c := d.crowds.At(p, f.LocalPort)
	if over(p.Now, c.start, event.Hour) {
		c.sessions = sessions{start: p.Now}
	}
	c.add(f, place(f))
	if c.packets.N() < d.p.Spread || c.sources.Count() < d.p.SpreadOver || !d.alike(&c.sessions, f) {
		return
	}
	if due(p, &c.reported) {
		report(p, f, c.start)
	}
}

func report(p *detect.Pass, f *event.Flow, first event.Time) {
	t := winRMBruteForce
	switch service(f) {
	case portSSH:
		t = sshBruteForce
	case portRDP:
		t = rdpBruteForce
	}
	e := detect.Evidence{Key: finding.RoleTarget, First: first}
	if f.Traits&event.Egress != 0 {
		e = detect.Evidence{Key: finding.RoleActor, First: first, Role: finding.RoleActor, Severity: 8}
	}
	p.Report(t, e)
}
