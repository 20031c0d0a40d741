package namescore

// Both accumulators keep, instead of times, the tick in which something was
// last seen: one byte a cell. A tick is short against the hour that detections
// look back and a day of them fits a byte.
const (
	tickMillis = 6 * 60 * 1000
	hourTicks  = 10
	dayTicks   = 240
	tickCodes  = 255
)

// tickOf numbers the tick that at, Unix milliseconds, lies in.
func tickOf(at int64) int64 { return floorDiv(at, tickMillis) }

func floorDiv(a, n int64) int64 {
	q := a / n
	if a%n < 0 {
		q--
	}
	return q
}

// codeOf is how a cell writes tick; 0 is left for a cell never used.
func codeOf(tick int64) uint8 {
	return uint8((tick%tickCodes+tickCodes)%tickCodes) + 1
}

// older returns how many ticks before the one coded now the one coded cell is.
// It is right as long as no cell is older than a day, which expire sees to.
func older(now, cell uint8) int {
	age := int(now) - int(cell)
	if age < 0 {
		age += tickCodes
	}
	return age
}

// within reports whether cell was seen in the latest window ticks.
func within(now, cell uint8, window int) bool {
	return cell != 0 && older(now, cell) < window
}

// clock is the newest event time seen, in ticks; 0 before the first. (Tick 0
// itself, six minutes of 1970, is as good as none.)
type clock int64

// place admits a record of time at. It returns the code to write for it and by
// how many ticks the clock moved on. A record from before the latest day counts
// as one of its first tick.
func (c *clock) place(at int64) (code uint8, moved int64) {
	t, was := tickOf(at), int64(*c)
	switch {
	case was == 0:
		*c = clock(t)
	case t > was:
		*c, moved = clock(t), t-was
	}
	return codeOf(max(t, int64(*c)-dayTicks+1)), moved
}

// now is the code of the newest tick.
func (c clock) now() uint8 { return codeOf(int64(c)) }
