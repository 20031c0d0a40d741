package namescore

import "picket/namescore/internal/lexical"

const (
	failedCells = 128
	foundCells  = 48
	oddCells    = 24
)

// Burst remembers which registrable domains one host asked for in the latest
// day and decides whether an algorithm is making them up. It has a fixed size
// and no pointers; the zero Burst is ready for use.
//
// What it counts are different domains, not queries: a host that asks for its
// three hundred generated names also goes on asking for its few real ones over
// and over, and retries of one dead name are no burst. Counts are estimates,
// good to about 7 % between 10 and 200 domains; past some 600 failed and 180
// found domains they stay where they are.
type Burst struct {
	clock  clock
	failed [failedCells]failedCell // domains that do not exist
	found  [foundCells]foundCell   // domains that do
	odd    [oddCells]uint8         // tick codes of found domains that score Certain or more
}

// failedCell is the last domain that fell into it.
type failedCell struct {
	code  uint8 // tick last seen in, see codeOf; 0 is an empty cell
	shape uint8 // letters of the label, at most 31, and its words, at most 7, in the upper three bits
	kind  uint8 // hash of the suffix, and whether the label scores Certain or more
}

type foundCell struct {
	code  uint8
	print uint8 // part of the domain's hash, to know a domain that was just here
}

const (
	maxLetters = 31
	maxWords   = 7
	certainBit = 0x80
)

// Add counts a query for the registrable domain label.suffix ("example" and
// "co.uk"), lower case. failed says that the answer was NXDOMAIN. at is the
// query's own time in Unix milliseconds; queries may come in any order, one
// from before the latest day counts as one of its beginning.
//
// It reports whether the query can have changed the verdict to yes: it is
// enough to ask Verdict after those.
//
// Names that no one registers are not counted: single labels, private and
// reserved zones (.internal, .arpa) and those a hosting platform assigns. Add allocates nothing.
func (b *Burst) Add(label, suffix string, failed bool, at int64) bool {
	if !registered(label, suffix) {
		return false
	}
	code, moved := b.clock.place(at)
	if moved > 0 {
		b.expire(moved)
	}
	h := hashOf(label, suffix)
	if failed {
		return b.addFailed(h, label, suffix, code)
	}
	b.addFound(h, label, code)
	return false
}

func (b *Burst) addFailed(h uint64, label, suffix string, code uint8) bool {
	c := &b.failed[h%failedCells]
	if c.code != 0 && older(b.clock.now(), c.code) < older(b.clock.now(), code) {
		return false // a later domain is here already
	}
	next := failedCell{code: code, shape: shapeOf(label), kind: uint8(hashOf(suffix, "")) &^ certainBit}
	if certain(label, h) {
		next.kind |= certainBit
	}
	if c.code == code {
		next.kind |= c.kind & certainBit
	}
	changed := c.code == 0 || *c != next
	*c = next
	return changed
}

// shapeOf packs the length of label and, when they make up three quarters of
// it or more, the number of its words.
func shapeOf(label string) uint8 {
	shape := uint8(min(len(label), maxLetters))
	if letters, n := lexical.Cover(words, label); letters*4 >= len(label)*3 {
		shape |= uint8(min(n, maxWords)) << 5
	}
	return shape
}

func (b *Burst) addFound(h uint64, label string, code uint8) {
	c := &b.found[h%foundCells]
	next := foundCell{code, uint8(h >> 24)}
	if *c == next {
		return
	}
	if now := b.clock.now(); c.code == 0 || older(now, code) <= older(now, c.code) {
		*c = next
	}
	if certain(label, h) {
		b.odd[h>>32%oddCells] = code
	}
}

// expire forgets what is over a day old, after the clock moved on by moved.
func (b *Burst) expire(moved int64) {
	if moved >= dayTicks {
		*b = Burst{clock: b.clock}
		return
	}
	// Ages are taken from where the clock was: counted from where it is now, the
	// oldest would be past what a code can tell.
	was := codeOf(int64(b.clock) - moved)
	keep := dayTicks - int(moved)
	for i := range b.failed {
		if !within(was, b.failed[i].code, keep) {
			b.failed[i] = failedCell{}
		}
	}
	for i := range b.found {
		if !within(was, b.found[i].code, keep) {
			b.found[i] = foundCell{}
		}
	}
	for i := range b.odd {
		if !within(was, b.odd[i], keep) {
			b.odd[i] = 0
		}
	}
}
