package namescore

import "time"

// BurstParams are the bounds of Burst.Verdict. Windows go up to 24 h in steps
// of six minutes, the newest of which is still running.
type BurstParams struct {
	Window       time.Duration `doc:"time in which the domains of a burst are asked for, at most 24h" source:"host rule over scored names: 1 h; NXDOMAIN clusters per host after Pleiades (Antonakakis 2012)"`
	Odd          float64       `doc:"different domains in Window whose label scores 0.9 or more" source:"own: 10; as many as 1,000 ordinary domains may have, but those exist: see OddFailed"`
	OddFailed    float64       `doc:"share of those domains that do not exist" source:"own: 0.6; of a generator's names hardly any is registered"`
	Suffixes     int           `doc:"different public suffixes among them; SameLength or SameSuffix may stand in" source:"own: 3"`
	SameLength   float64       `doc:"share of them that have the commonest length" source:"own: 0.6; generators such as tinba and ramdo have one length"`
	SameSuffix   float64       `doc:"share of them that have the commonest suffix" source:"own: 0.9; half of ordinary names are under .com"`
	OddPlenty    float64       `doc:"different failed ones in Window that need no likeness" source:"own: 30, the daily bound met in an hour"`
	SlowWindow   time.Duration `doc:"time in which a slow generator is looked for, at most 24h" source:"own: 24 h"`
	OddSlow      float64       `doc:"different domains in SlowWindow whose label scores 0.9 or more" source:"own: 30"`
	Chains       float64       `doc:"different failed domains in Window, for generators that join words" source:"own: 40; typing errors stay below ten an hour"`
	ChainWords   int           `doc:"words that make a label a chain" source:"own: 3; matsnu joins 3 to 6, rovnix 3 to 7, 9 in 100 ordinary labels have so many"`
	ChainShare   float64       `doc:"share of the failed domains that are chains" source:"own: 0.5; five times that of ordinary labels"`
	ChainFailed  float64       `doc:"share of all domains in Window that do not exist" source:"own: 0.5; side information in place of letters, after Curtin 2018"`
	Alike        float64       `doc:"different failed domains in Window, for generators whose domains have one length or one suffix" source:"own: 40; honest hosts of public captures have eight at most"`
	AlikeFailed  float64       `doc:"share of all domains in Window that do not exist, for Alike" source:"own: 0.5; with less they may be a list that someone works through"`
	AlikeSuffix  float64       `doc:"share of the failed domains that have the commonest suffix, unless SameLength of them have one length" source:"own: 0.95; half of ordinary names are under .com"`
	Volume       float64       `doc:"different failed domains in Window that need no likeness at all, 0 for never" source:"own: 75; a host behind an allow list is denied some fifty sites"`
	VolumeFailed float64       `doc:"share of all domains in Window that do not exist, for Volume" source:"own: 0.95"`
	Slow         float64       `doc:"what Chains, Alike and Volume are multiplied by in SlowWindow" source:"own: 2"`
}

// DefaultBurst returns the bounds that detection ships with.
func DefaultBurst() BurstParams {
	return BurstParams{
		Window: time.Hour, Odd: 10, OddFailed: 0.6,
		Suffixes: 3, SameLength: 0.6, SameSuffix: 0.9, OddPlenty: 30,
		SlowWindow: 24 * time.Hour, OddSlow: 30,
		Chains: 40, ChainWords: 3, ChainShare: 0.5, ChainFailed: 0.5,
		Alike: 40, AlikeFailed: 0.5, AlikeSuffix: 0.95,
		Volume: 75, VolumeFailed: 0.95, Slow: 2,
	}
}

// BurstRule names what made a Burst's verdict.
type BurstRule uint8

// The rules, in the order they are tried.
const (
	NoBurst     BurstRule = iota
	OddBurst              // many generated-looking domains in Window
	OddTrickle            // enough of them in SlowWindow
	ChainBurst            // many failed domains made of several words each
	AlikeBurst            // many failed domains of one length or under one suffix
	VolumeBurst           // so many failed domains, and hardly any other, that letters do not matter
)

var burstRules = [...]string{"none", "odd-burst", "odd-trickle", "chain-burst", "alike-burst", "volume-burst"}

// String names the rule as evidence shows it.
func (r BurstRule) String() string { return burstRules[min(int(r), len(burstRules)-1)] }

// BurstVerdict is what a Burst decided and by what figures.
type BurstVerdict struct {
	Rule   BurstRule
	Score  float64 // how far beyond its bound the deciding count is: 0.5 at the bound, towards 1 far above; 0 for NoBurst
	Odd    float64 // different domains that score Certain or more, failed or found
	Failed float64 // different domains that do not exist
	Found  float64 // different domains that do
}

// Verdict decides whether the host asks for generated domains, and by which
// rule. The reason is returned even if there is none, with the counts of
// p.Window. It costs a few hundred nanoseconds: ask after an Add that returned
// true.
func (b *Burst) Verdict(p *BurstParams) (BurstVerdict, bool) {
	v := b.weigh(p)
	return v, v.Rule != NoBurst
}

func (b *Burst) weigh(p *BurstParams) BurstVerdict {
	c := b.census(ticksIn(p.Window), p.ChainWords)
	v := BurstVerdict{Odd: c.odd(), Failed: c.failed(), Found: c.found()}
	if v.Odd >= p.Odd && c.oddFailedShare() >= p.OddFailed &&
		(c.oddFailed() >= p.OddPlenty || c.alike(p)) {
		return v.decided(OddBurst, v.Odd, p.Odd)
	}
	if rule, bound := c.crowd(p, 1); rule != NoBurst {
		return v.decided(rule, v.Failed, bound)
	}
	day := b.census(ticksIn(p.SlowWindow), p.ChainWords)
	if n := day.odd(); n >= p.OddSlow && day.oddFailedShare() >= p.OddFailed {
		return v.decided(OddTrickle, n, p.OddSlow)
	}
	if rule, bound := day.crowd(p, p.Slow); rule != NoBurst {
		return v.decided(rule, day.failed(), bound)
	}
	return v
}

// decided is v with a rule whose count, n, has reached its bound.
func (v BurstVerdict) decided(rule BurstRule, n, bound float64) BurstVerdict {
	v.Rule, v.Score = rule, 1-bound/(2*n)
	return v
}

// crowd judges by the number of failed domains and by what they have in common
// beside odd letters. Bounds on numbers are multiplied by factor.
func (c *census) crowd(p *BurstParams, factor float64) (rule BurstRule, bound float64) {
	if c.foundUsed == foundCells {
		return NoBurst, 0 // more exist than can be counted: a busy host
	}
	failed := c.failed()
	among := share(failed, c.found())
	switch {
	case failed >= factor*p.Chains && among >= p.ChainFailed && c.chainShare() >= p.ChainShare:
		return ChainBurst, factor * p.Chains
	case failed >= factor*p.Alike && among >= p.AlikeFailed && c.uniform(p):
		return AlikeBurst, factor * p.Alike
	case p.Volume > 0 && failed >= factor*p.Volume && among >= p.VolumeFailed:
		return VolumeBurst, factor * p.Volume
	}
	return NoBurst, 0
}

// ticksIn is how many ticks d spans, one at least and a day at most.
func ticksIn(d time.Duration) int {
	return int(min(max(d.Milliseconds()/tickMillis, 1), dayTicks))
}

func share(a, b float64) float64 {
	if a+b == 0 {
		return 0
	}
	return a / (a + b)
}

// census counts the cells of a Burst that a window covers.
type census struct {
	failedUsed, foundUsed, oddFailedUsed, oddFoundUsed int

	chains    int
	all, odds likes // what the failed ones, and the odd among them, have in common
}

// likes counts domains by length and by suffix.
type likes struct {
	lengths  [maxLetters + 1]uint8
	suffixes [certainBit]uint8
}

func (l *likes) count(f *failedCell) {
	l.lengths[f.shape&maxLetters]++
	l.suffixes[f.kind&^certainBit]++
}

func (b *Burst) census(window, chainWords int) (c census) {
	now := b.clock.now()
	for i := range b.failed {
		if f := &b.failed[i]; within(now, f.code, window) {
			c.count(f, chainWords)
		}
	}
	for i := range b.found {
		if within(now, b.found[i].code, window) {
			c.foundUsed++
		}
	}
	for _, code := range b.odd {
		if within(now, code, window) {
			c.oddFoundUsed++
		}
	}
	return c
}

func (c *census) count(f *failedCell, chainWords int) {
	c.failedUsed++
	if int(f.shape>>5) >= chainWords {
		c.chains++
	}
	c.all.count(f)
	if f.kind&certainBit != 0 {
		c.oddFailedUsed++
		c.odds.count(f)
	}
}

func (c *census) failed() float64    { return distinct(c.failedUsed, failedCells) }
func (c *census) found() float64     { return distinct(c.foundUsed, foundCells) }
func (c *census) oddFailed() float64 { return distinct(c.oddFailedUsed, failedCells) }
func (c *census) odd() float64       { return c.oddFailed() + distinct(c.oddFoundUsed, oddCells) }

// oddFailedShare is the share of the odd domains that do not exist. When there
// are more odd ones that do than cells to count them in, it is no more than
// the share among all domains.
func (c *census) oddFailedShare() float64 {
	s := share(c.oddFailed(), distinct(c.oddFoundUsed, oddCells))
	if c.oddFoundUsed == oddCells {
		s = min(s, share(c.failed(), c.found()))
	}
	return s
}

func (c *census) chainShare() float64 {
	return float64(c.chains) / float64(max(c.failedUsed, 1))
}

// alike reports whether the odd domains look like one generator's: several
// suffixes in turn, or one length, or one suffix.
func (c *census) alike(p *BurstParams) bool {
	most, kinds := peak(c.odds.suffixes[:])
	longest, _ := peak(c.odds.lengths[:])
	n := float64(max(c.oddFailedUsed, 1))
	return kinds >= p.Suffixes || float64(longest) >= p.SameLength*n || float64(most) >= p.SameSuffix*n
}

// uniform reports whether the failed domains, odd or not, have one length or one
// suffix: people don't choose names so.
func (c *census) uniform(p *BurstParams) bool {
	most, _ := peak(c.all.suffixes[:])
	longest, _ := peak(c.all.lengths[:])
	n := float64(max(c.failedUsed, 1))
	return float64(longest) >= p.SameLength*n || float64(most) >= p.AlikeSuffix*n
}

// peak returns the greatest count and how many are not zero.
func peak(counts []uint8) (most uint8, kinds int) {
	for _, n := range counts {
		most = max(most, n)
		if n > 0 {
			kinds++
		}
	}
	return most, kinds
}
