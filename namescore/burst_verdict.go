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
	ChainFailed  float64       `doc:"share of all domains in Window that do not exist" source:"own: 0.8; side information in place of letters, after Curtin 2018"`
	Volume       float64       `doc:"different failed domains in Window that need no likeness at all, 0 for never" source:"own: 200; five times Chains"`
	VolumeFailed float64       `doc:"share of all domains in Window that do not exist, for Volume" source:"own: 0.95"`
}

// DefaultBurst returns the bounds that detection ships with.
func DefaultBurst() BurstParams {
	return BurstParams{
		Window: time.Hour, Odd: 10, OddFailed: 0.6,
		Suffixes: 3, SameLength: 0.6, SameSuffix: 0.9, OddPlenty: 30,
		SlowWindow: 24 * time.Hour, OddSlow: 30,
		Chains: 40, ChainWords: 3, ChainShare: 0.5, ChainFailed: 0.8,
		Volume: 200, VolumeFailed: 0.95,
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
	VolumeBurst           // so many failed domains, and hardly any other, that letters do not matter
)

var burstRules = [...]string{"none", "odd-burst", "odd-trickle", "chain-burst", "volume-burst"}

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
	failedShare := share(v.Failed, v.Found)
	decide := func(rule BurstRule, n, bound float64) BurstVerdict {
		v.Rule, v.Score = rule, 1-bound/(2*n)
		return v
	}
	if v.Odd >= p.Odd && c.oddFailedShare() >= p.OddFailed &&
		(c.oddFailed() >= p.OddPlenty || c.alike(p)) {
		return decide(OddBurst, v.Odd, p.Odd)
	}
	if v.Failed >= p.Chains && failedShare >= p.ChainFailed && c.chainShare() >= p.ChainShare {
		return decide(ChainBurst, v.Failed, p.Chains)
	}
	if p.Volume > 0 && v.Failed >= p.Volume && failedShare >= p.VolumeFailed {
		return decide(VolumeBurst, v.Failed, p.Volume)
	}
	day := b.census(ticksIn(p.SlowWindow), p.ChainWords)
	if n := day.odd(); n >= p.OddSlow && day.oddFailedShare() >= p.OddFailed {
		return decide(OddTrickle, n, p.OddSlow)
	}
	return v
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

	chains   int
	lengths  [maxLetters + 1]uint8 // of the odd failed ones
	suffixes [certainBit]uint8     // likewise
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
	if f.kind&certainBit != 0 {
		c.oddFailedUsed++
		c.lengths[f.shape&maxLetters]++
		c.suffixes[f.kind&^certainBit]++
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
	most, kinds := peak(c.suffixes[:])
	longest, _ := peak(c.lengths[:])
	n := float64(max(c.oddFailedUsed, 1))
	return kinds >= p.Suffixes || float64(longest) >= p.SameLength*n || float64(most) >= p.SameSuffix*n
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
