package namescore

import "time"

// TunnelParams are the bounds of Tunnel.Verdict.
type TunnelParams struct {
	Names      float64 `doc:"different names under the domain in the latest hour" source:"own: 100; resolvers see a handful of names a domain and client"`
	Length     float64 `doc:"mean bytes left of the registrable domain" source:"own: 30; tunnels fill the 253 a name may have, content networks stay near 15"`
	Entropy    float64 `doc:"mean entropy of the longest label, bits a character" source:"own: 3.5; 30 characters of base32 have 4.2, of hexadecimal 3.6"`
	Unique     float64 `doc:"different names over queries in the latest hour" source:"own: 0.9; a tunnel never repeats a name, for the answer would come from a cache"`
	Carriers   float64 `doc:"share of queries of a type that Carries that supports a verdict" source:"own: 0.5"`
	Long       float64 `doc:"mean bytes left of the registrable domain that support a verdict as well" source:"own: 80; more than a hash and a host name fill"`
	Supported  float64 `doc:"what the bound on names is multiplied by when that share or that length is reached" source:"own: 0.5"`
	Polls      float64 `doc:"different names in the latest hour that need not be long, when nearly all queries are of those types: data comes back" source:"own: 200; twice Names"`
	PollTypes  float64 `doc:"what nearly all means, as a share" source:"own: 0.95"`
	PollBits   float64 `doc:"mean entropy of the longest label, for Polls, bits a character" source:"own: 2.2; ten digits have 2.7, the three of an address in a block list's name 1.6 at most"`
	Popular    float64 `doc:"what the bounds on names and data are multiplied by for a widely used domain" source:"own: 10"`
	Data       float64 `doc:"bytes carried in 24 h by names of a domain that no other client asks for" source:"4 kB a day and client-domain pair, Paxson 2013"`
	DataLength float64 `doc:"mean bytes left of the registrable domain, for Data" source:"own: 20; keeps out hosts that list an internal zone"`
	DataNames  float64 `doc:"different names in 24 h, for Data" source:"own: 20; a few very long names are tokens, not a stream"`
}

// DefaultTunnel returns the bounds that detection ships with.
func DefaultTunnel() TunnelParams {
	return TunnelParams{
		Names: 100, Length: 30, Entropy: 3.5, Unique: 0.9,
		Carriers: 0.5, Long: 80, Supported: 0.5, Popular: 10,
		Polls: 200, PollTypes: 0.95, PollBits: 2.2,
		Data: 4096, DataLength: 20, DataNames: 20,
	}
}

// TunnelContext is what a Tunnel's verdict has to know of the domain and can't
// learn from one client's queries.
type TunnelContext struct {
	Popular bool // the domain is widely used
	Sole    bool // no other client of the account asks for names under it
}

// TunnelVerdict is what a Tunnel decided by. All but Data is of the latest hour.
type TunnelVerdict struct {
	Names    float64 // different names
	Queries  float64
	Length   float64 // mean bytes left of the registrable domain
	Entropy  float64 // mean bits a character of the longest label
	Carriers float64 // share of queries whose answers carry data
	Data     float64 // bytes that names carried in the latest day
	Slow     bool    // only the day's data is over its bound
}

// Verdict decides whether the names carry data. The figures are returned
// either way. It costs about a hundred nanoseconds: ask after an Add that
// returned true.
func (t *Tunnel) Verdict(p *TunnelParams, c TunnelContext) (TunnelVerdict, bool) {
	hour, day := t.window(&t.hour, hourTicks), t.window(&t.day, dayTicks)
	dayNames := distinct(t.live(dayTicks), nameCells)
	v := TunnelVerdict{
		Names: distinct(t.live(hourTicks), nameCells), Queries: hour.queries,
		Length: hour.mean(hour.length), Entropy: hour.mean(hour.entropy),
		Carriers: hour.mean(hour.carriers), Data: dayNames * day.data / max(day.fresh, 1),
	}
	factor := 1.0
	if c.Popular {
		factor = p.Popular
	}
	names := p.Names * factor
	if v.Carriers >= p.Carriers || v.Length >= p.Long {
		names *= p.Supported
	}
	fresh := v.Names >= p.Unique*v.Queries
	if fresh && v.Names >= names && v.Length >= p.Length && v.Entropy >= p.Entropy {
		return v, true
	}
	if fresh && v.Names >= p.Polls*factor && v.Carriers >= p.PollTypes && v.Entropy >= p.PollBits {
		return v, true
	}
	v.Slow = c.Sole && v.Data >= p.Data*factor &&
		day.mean(day.length) >= p.DataLength && day.mean(day.entropy) >= p.Entropy &&
		dayNames >= p.DataNames
	return v, v.Slow
}

// live counts the cells of names seen in the latest window ticks.
func (t *Tunnel) live(window int) (n int) {
	now := t.clock.now()
	for _, code := range t.names {
		if within(now, code, window) {
			n++
		}
	}
	return n
}

// sums is a volume of the latest n ticks.
type sums struct{ queries, carriers, length, entropy, fresh, data float64 }

// window adds to the running stretch of n ticks the part of the one before
// that n ticks back from now still reach.
func (t *Tunnel) window(v *[2]volume, n int64) sums {
	gone := int64(t.clock) - floorDiv(int64(t.clock), n)*n + 1
	w := float64(n-gone) / float64(n)
	blend := func(now, before uint32) float64 { return float64(now) + w*float64(before) }
	return sums{
		queries:  blend(v[0].queries, v[1].queries),
		carriers: blend(v[0].carriers, v[1].carriers),
		length:   blend(v[0].length, v[1].length),
		entropy:  blend(v[0].entropy, v[1].entropy) / entropySteps,
		fresh:    blend(v[0].fresh, v[1].fresh),
		data:     blend(v[0].data, v[1].data),
	}
}

func (s *sums) mean(of float64) float64 {
	if s.queries == 0 {
		return 0
	}
	return of / s.queries
}

// Span is how long after the last query a Burst or a Tunnel may still matter:
// a table of them can forget an entry that much later.
const Span = 24 * time.Hour
