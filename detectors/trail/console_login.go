package trail

import (
	"encoding/binary"
	"math"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

var consoleLoginSuccess = management("UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B", 5,
	"{userName} signed in to the console from several places at once.",
	"Successful console sign-ins by {userName} came from places too far apart for one person within a short time, the latest from {remoteIp}.",
	"Ask the user which sign-ins were theirs; end the sessions, reset the password and require MFA if any was not.")

// ConsoleLoginParams tunes ConsoleLogin.
type ConsoleLoginParams struct {
	MaxSpeed       float64       `doc:"Kilometres an hour that a traveller can make." source:"Panther's impossible-travel rule: 900, the speed of an airliner"`
	MinDistance    float64       `doc:"Kilometres below which places are too uncertain to compare." source:"ours: city databases are off by as much"`
	CountrySlack   float64       `doc:"Kilometres taken off when a place is known by its country only." source:"ours: about the radius of a large country"`
	Window         time.Duration `doc:"How far apart sign-ins are compared by place." source:"ours: a day covers any flight"`
	NetworkWindow  time.Duration `doc:"How far apart sign-ins are compared by network, where places are unknown." source:"ours: longer than a hand-over between networks, shorter than a journey"`
	NetworkOrigins int           `doc:"How many unrelated new networks within NetworkWindow are too many for one person." source:"ours: home, telephone and office make at most two at a time"`
}

// ConsoleLogin finds one user's sign-ins from places too far apart.
var ConsoleLogin = &detect.Detector{
	Name: "trail-console-login",
	Doc: `Looks at successful console sign-ins of one user. With a geo database it compares each with the user's earlier ones of a day and
raises a finding when the speed between the two places is more than an airliner makes, the places are far apart, and the networks
(ASN) differ. Without one it judges by distance in the network: three addresses from different /8 blocks (/16 of IPv6) within half an
hour, each new to the user and to everybody else in the account. An address where another user of the account was active, or the same user before the window,
is an office or a home: the first rule does not compare two of them, the second counts none. Addresses of trusted lists and the account's
own are left out.
It misses takeovers from a single place, or from two when there is no geo database, and sign-ins through an identity provider that CloudTrail does not record as console sign-ins. Known
false positives: users who change VPN exits, and mobile networks that leave the country elsewhere.`,
	Findings: []*finding.Type{consoleLoginSuccess},
	Params: &ConsoleLoginParams{MaxSpeed: 900, MinDistance: 500, CountrySlack: 1000, Window: 24 * time.Hour,
		NetworkWindow: 30 * time.Minute, NetworkOrigins: 3},
	New: newConsoleLogin,
}

// signIns are a user's latest sign-ins, oldest first.
type signIns struct {
	Last [8]signIn
	N    int64
}

type signIn struct {
	At       event.Time
	Net      uint64 // block of the address
	Lat, Lon float32
	ASN      uint32
	Known    bool // the place
	City     bool
	New      bool // the address was unknown to the account
}

// haunt is who was active at an address, to tell offices and homes.
type haunt struct {
	First event.Time
	User  uint64
	More  bool // a second user was there, too
}

type loginWatch struct {
	p      *ConsoleLoginParams
	logins *detect.Table[uint64, signIns] // by user
	haunts *detect.Table[event.IP, haunt]
}

// Bounds: a haunt not visited for three months is forgotten, as findings are.
const (
	hauntTTL = 90 * 24 * time.Hour
	hauntMax = 1 << 17
	loginMax = 1 << 16
)

func newConsoleLogin(s *detect.Setup) detect.Handlers {
	p := detect.Param[ConsoleLoginParams](s)
	w := &loginWatch{p, detect.NewTable[uint64, signIns](s, "logins", max(p.Window, p.NetworkWindow), loginMax),
		detect.NewTable[event.IP, haunt](s, "haunts", hauntTTL, hauntMax)}
	return detect.Handlers{
		When: []detect.When{{All: event.PublicCaller | event.Succeeded, None: event.DataEvent}},
		Trail: func(pass *detect.Pass, t *event.Trail) {
			if byService(t) {
				return
			}
			switch t.User.Type {
			case "IAMUser", "Root", "FederatedUser":
				w.see(pass, t)
			default:
				if t.Traits&event.ConsoleLogin != 0 {
					w.see(pass, t)
				}
			}
		},
	}
}

func (w *loginWatch) see(pass *detect.Pass, t *event.Trail) {
	if t.Marks&(event.MarkTrusted|event.MarkOwned) != 0 {
		return
	}
	user := event.Hash(0, t.User.PrincipalID)
	fresh := w.visit(pass, t.Caller, user)
	if t.Traits&event.ConsoleLogin == 0 {
		return
	}
	in := signIn{At: pass.Now, Net: block(t.Caller), Lat: t.Place.Lat, Lon: t.Place.Lon, ASN: t.Place.ASN,
		Known: t.Place.Known, City: t.Place.City, New: fresh}
	before := w.logins.At(pass, user)
	if w.tooFast(before, &in) || w.tooMany(before, &in) {
		pass.Report(consoleLoginSuccess, detect.Evidence{Key: detect.Key(t.User.PrincipalID),
			Info: finding.Info{{Key: "mfaUsed", Value: jsonview.GetString(t.Extra, "MFAUsed") == "Yes"}}})
	}
	before.add(in)
}

// visit notes the user at the address and reports whether the address is new
// to the account: nobody else was there before, and the user only just.
func (w *loginWatch) visit(pass *detect.Pass, ip event.IP, user uint64) bool {
	h := w.haunts.At(pass, ip)
	if h.First == 0 {
		*h = haunt{First: pass.Now, User: user}
	}
	if h.User != user {
		h.More = true
	}
	return !h.More && pass.Now-h.First <= event.Time(w.p.NetworkWindow.Milliseconds())
}

func (s *signIns) add(in signIn) {
	if s.N == int64(len(s.Last)) {
		copy(s.Last[:], s.Last[1:])
		s.N--
	}
	s.Last[s.N] = in
	s.N++
}

// tooFast reports whether the user would have had to travel faster than MaxSpeed.
func (w *loginWatch) tooFast(before *signIns, in *signIn) bool {
	for i := range before.N {
		b := &before.Last[i]
		gap := max(in.At-b.At, 0)
		if !b.New && !in.New || !b.Known || !in.Known || gap > event.Time(w.p.Window.Milliseconds()) || b.ASN != 0 && b.ASN == in.ASN {
			continue
		}
		km := distance(b, in)
		if !b.City || !in.City {
			km -= w.p.CountrySlack
		}
		hours := float64(gap) / float64(event.Hour)
		if km > w.p.MinDistance && km > w.p.MaxSpeed*hours {
			return true
		}
	}
	return false
}

// tooMany reports whether in is one of NetworkOrigins unrelated new networks
// in NetworkWindow. Where places are known, they decide.
func (w *loginWatch) tooMany(before *signIns, in *signIn) bool {
	if in.Known || !in.New {
		return false
	}
	var nets [len(before.Last) + 1]uint64
	nets[0] = in.Net
	n := 1
	for i := range before.N {
		b := &before.Last[i]
		if b.New && !b.Known && in.At-b.At <= event.Time(w.p.NetworkWindow.Milliseconds()) && !contains(nets[:n], b.Net) {
			nets[n] = b.Net
			n++
		}
	}
	return n >= w.p.NetworkOrigins
}

func contains(nets []uint64, net uint64) bool {
	for _, n := range nets {
		if n == net {
			return true
		}
	}
	return false
}

// block is the part of an address that different providers rarely share: the
// /8 of IPv4, the /16 of IPv6 (IANA assigns registries no smaller blocks of
// IPv4; the first 16 bits of IPv6 tell registries apart).
func block(ip event.IP) uint64 {
	if ip.Is4() {
		return uint64(ip.V4() >> 24)
	}
	return 1<<32 | uint64(binary.BigEndian.Uint16(ip[:2]))
}

// earthRadius is the mean radius in kilometres (IUGG).
const earthRadius = 6371.0

// distance is the great-circle distance in kilometres (haversine formula).
func distance(a, b *signIn) float64 {
	const degree = math.Pi / 180
	lat1, lat2 := float64(a.Lat)*degree, float64(b.Lat)*degree
	sinLat := math.Sin((lat2 - lat1) / 2)
	sinLon := math.Sin(float64(b.Lon-a.Lon) * degree / 2)
	h := sinLat*sinLat + math.Cos(lat1)*math.Cos(lat2)*sinLon*sinLon
	return 2 * earthRadius * math.Asin(math.Sqrt(min(h, 1)))
}
