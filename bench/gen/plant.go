package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// planted is one record worked out before its file is written.
type planted struct {
	t     int64
	line  []byte
	later bool // added after the first edition: it does not count towards a file's size
}

// planting says where and when a scenario or a decoy was put.
type planting struct {
	ID      string            `json:"id"`
	Log     string            `json:"log"`
	Account string            `json:"account"`
	Entity  map[string]string `json:"entity,omitempty"`
	Actor   map[string]string `json:"actor,omitempty"`
	First   string            `json:"first"`
	Last    string            `json:"last"`
	Records int               `json:"records"`
	Files   []string          `json:"files"`
	firstMS int64
	lastMS  int64
}

// finding is what has to be found. Key names the member of Entity that tells
// one issue of this type from another; with "account" there is one an account.
type finding struct {
	Type  string   `json:"type"`         // the GuardDuty finding type expected
	Or    []string `json:"or,omitempty"` // types that are right as well
	Needs needs    `json:"needs"`
	Key   string   `json:"key"`
	Role  string   `json:"role,omitempty"` // ACTOR or TARGET where the type knows both
	planting
}

// decoyNote is something that looks bad and is not.
type decoyNote struct {
	Name string `json:"name"`
	Why  string `json:"why"`
	planting
}

// needs says what a detector must have to find it.
type needs string

const (
	needsRecord   needs = "record"   // one record is enough
	needsList     needs = "list"     // one record and a threat list
	needsWindow   needs = "window"   // many records of one entity inside minutes or hours
	needsBaseline needs = "baseline" // what the entity did earlier, or whose an address is
)

// scenario is one kind of planted behaviour: it writes a handful to a few
// hundred records into one log of one account, and states the finding an
// analyst would expect.
type scenario struct {
	name  string // names the random stream of a later scenario
	typ   string
	or    []string
	needs needs
	key   string        // default: the log's own, see kind
	role  string        // see finding
	lasts time.Duration // room to leave before the end of the span
	run   func(*cx)
}

// decoy is one kind of planted behaviour that is ordinary after all.
type decoy struct {
	name, why string
	lasts     time.Duration
	run       func(*cx)
}

// cx is what a scenario works with: who it happens to, when, and where the records go.
type cx struct {
	r     *rng
	w     *world
	a     *account
	n     *network
	in    *instance
	t     int64 // when it begins, unix ms
	v5    bool
	later bool
	bad   string // a listed address
	tor   string // a Tor exit
	at    planting
	lines []planted
}

// emit adds a record; a scenario need not emit in time order.
func (c *cx) emit(t int64, line []byte) {
	c.lines = append(c.lines, planted{t, line, c.later})
	if c.at.Records == 0 || t < c.at.firstMS {
		c.at.firstMS = t
	}
	c.at.lastMS = max(c.at.lastMS, t)
	c.at.Records++
}

// on names what it happens to, and in pairs what is known of who does it.
func (c *cx) on(kind, id string, actor ...string) {
	c.at.Entity = map[string]string{kind: id}
	for i := 0; i+1 < len(actor); i += 2 {
		if c.at.Actor == nil {
			c.at.Actor = map[string]string{}
		}
		c.at.Actor[actor[i]] = actor[i+1]
	}
}

func (c *cx) onInstance(actor ...string) {
	c.on("instance", c.in.id, actor...)
	c.at.Entity["interface"] = c.in.eni
}

// listed is an entry of one of the later lists.
func (c *cx) listed(file string) string { return pick(c.r, c.w.later[file]) }

// slot is one log of one account, the place a planted record goes to.
type slot struct{ kind, account int }

// planner works every scenario out before anything is written.
type planner struct {
	w        *world
	c        corpus
	plan     map[slot][]planted
	findings []*finding
	decoys   []*decoyNote
	used     int // listed addresses the first edition has taken
}

// plant plans times copies of each scenario and a number of copies of each
// decoy. Threats start after 40% of the span, so that baselines can form first.
func plant(w *world, c corpus, times, decoys int) *planner {
	p := &planner{w: w, c: c, plan: map[slot][]planted{}}
	p.firstEdition(times)
	for li, k := range kinds {
		if !c.has(li) {
			continue
		}
		for i := range k.later {
			for n := range times {
				p.laterScenario(li, &k.later[i], n)
			}
		}
		for i := range k.decoys {
			for n := range decoys {
				p.decoy(li, &k.decoys[i], n)
			}
		}
	}
	p.inOrder()
	return p
}

// inOrder sorts the plan by time; records of one moment stay as planted.
func (p *planner) inOrder() {
	for _, lines := range p.plan {
		slices.SortStableFunc(lines, func(a, b planted) int { return cmp.Compare(a.t, b.t) })
	}
}

// firstEdition plants the scenarios whose random streams are numbered by
// position: their records are fixed, so the list they stand in is too.
func (p *planner) firstEdition(times int) {
	for li, k := range kinds {
		if !p.c.has(li) {
			continue
		}
		for si, s := range firstScenarios {
			if s.logs != k.logs {
				continue
			}
			for n := range times {
				r := newRNG(p.w.seed, streamScenario, uint64(li), uint64(si), uint64(n))
				c, ai := p.context(r, li)
				c.t = p.c.start + int64(float64(p.c.span)*(0.4+0.5*r.f()))
				c.bad, c.tor = p.w.badHosts[p.used%len(p.w.badHosts)], p.w.tor[p.used%len(p.w.tor)]
				p.used++
				c.at.ID = fmt.Sprintf("%s-%02d-%03d", k.name, si, n)
				p.addFinding(slot{li, ai}, c, &s.scenario)
			}
		}
	}
}

func (p *planner) laterScenario(li int, s *scenario, n int) {
	r := newRNG(p.w.seed, streamLater, uint64(li), nameHash(s.name), uint64(n))
	c, ai := p.context(r, li)
	if !p.begin(c, 0.4, s.lasts) {
		return
	}
	c.at.ID = fmt.Sprintf("%s-%s-%03d", kinds[li].name, s.name, n)
	p.addFinding(slot{li, ai}, c, s)
}

func (p *planner) decoy(li int, d *decoy, n int) {
	r := newRNG(p.w.seed, streamDecoy, uint64(li), nameHash(d.name), uint64(n))
	c, ai := p.context(r, li)
	if !p.begin(c, 0.02, d.lasts) {
		return
	}
	c.at.ID = fmt.Sprintf("%s-%s-%03d", kinds[li].name, d.name, n)
	d.run(c)
	p.settle(slot{li, ai}, c)
	p.decoys = append(p.decoys, &decoyNote{Name: d.name, Why: d.why, planting: c.at})
}

// context draws the account and the instance concerned.
func (p *planner) context(r *rng, li int) (*cx, int) {
	ai := r.n(len(p.w.accounts))
	a := &p.w.accounts[ai]
	n := &a.nets[kinds[li].net]
	c := &cx{r: r, w: p.w, a: a, n: n, in: &n.inst[r.n(len(n.inst))], v5: kinds[li].name == "flow5"}
	c.at.Log, c.at.Account = kinds[li].name, a.id
	return c, ai
}

// begin draws a start between earliest, as a share of the span, and 90% of it
// less the time needed. Without that much room it reports false.
func (p *planner) begin(c *cx, earliest float64, lasts time.Duration) bool {
	c.later, c.bad, c.tor = true, pick(c.r, p.w.badHosts), pick(c.r, p.w.tor)
	room := (0.9-earliest)*float64(p.c.span) - float64(lasts.Milliseconds())
	c.t = p.c.start + int64(earliest*float64(p.c.span)+c.r.f()*max(room, 0))
	return room > 0
}

func (p *planner) addFinding(s slot, c *cx, sc *scenario) {
	sc.run(c)
	p.settle(s, c)
	key := sc.key
	if key == "" {
		key = kinds[s.kind].key
	}
	p.findings = append(p.findings, &finding{Type: sc.typ, Or: sc.or, Needs: sc.needs, Key: key, Role: sc.role, planting: c.at})
}

// settle puts the records into their slot and notes the files they fall into.
func (p *planner) settle(s slot, c *cx) {
	c.at.First, c.at.Last = stampS(c.at.firstMS), stampS(c.at.lastMS)
	for _, f := range p.c.files {
		if f.slot == s && f.from <= c.at.lastMS && c.at.firstMS < f.to {
			c.at.Files = append(c.at.Files, f.Path)
		}
	}
	p.plan[s] = append(p.plan[s], c.lines...)
}
