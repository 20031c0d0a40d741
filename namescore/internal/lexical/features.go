package lexical

import (
	"math"
	"strings"
)

// MaxLabel is the longest label looked at, the longest DNS allows; of a longer
// one the first MaxLabel bytes count.
const MaxLabel = 63

// Tables is what the features look letters and words up in.
type Tables struct {
	Trigrams string // TrigramSize costs, see TrigramIndex and CostUnit
	Words    string // made by BuildWords
}

// The features, in the order Measure writes them.
const (
	Bias            = iota // always 1
	BitsPerLetter          // mean trigram cost
	ExcessBits             // trigram cost over that of an evenly drawn letter, summed; at most 40 either way
	WorstBits              // the costliest four trigrams in a row
	RareShare              // share of rare trigrams
	RareCount              // number of rare trigrams, at most 8
	Length                 // letters
	ShortBy                // letters missing to 8
	LongBy                 // letters over 16
	Entropy                // bits per letter of the label's own distribution
	Distinct               // distinct characters over length
	DigitShare             // digits over length
	Switches               // changes between digit and letter over length
	AllDigits              // 1 if there is no letter
	VowelOff               // distance of the vowel share from that of English text
	ConsonantRun           // longest run of consonants over 2
	VowelRun               // longest run of vowels over 2
	Hyphens                // hyphens over length
	HexDigits              // 1 if only 0-9a-f with both kinds, and 8 or more
	Covered                // share of letters that are in words
	LongWords              // letters in words less 3 a word, over length
	CoveredByLength        // Covered × Length
	BitsByLength           // BitsPerLetter × Length
	Count
)

// Vector is one label's features.
type Vector [Count]float64

// evenBits is what a letter costs when all 26 are drawn evenly, log2 26.
const evenBits = 4.70

// vowelShare is the share of a, e, i, o, u, y among the letters of English
// text (38.1 % without y, 40.0 % with it).
const vowelShare = 0.40

var nLogN = func() (t [MaxLabel + 1]float64) {
	for n := 2; n <= MaxLabel; n++ {
		t[n] = float64(n) * math.Log2(float64(n))
	}
	return t
}()

var vowel = [Classes]bool{1: true, 5: true, 9: true, 15: true, 21: true, 25: true}

// shape is what one walk over a label counts.
type shape struct {
	cost, worst, rare                 int
	digits, hyphens, vowels, switches int
	consonantRun, vowelRun            int
	distinct                          int
	sumNLogN                          float64
	hex                               bool
}

// Measure computes the features of label, lower case and not empty.
func (t *Tables) Measure(label string, v *Vector) {
	t.MeasureLetters(label, v)
	t.MeasureWords(label, v)
}

// WordFeatures are those that MeasureWords computes. They lie between 0 and
// the label's length, and between 0 and 1 but for CoveredByLength.
var WordFeatures = [...]int{Covered, LongWords, CoveredByLength}

// MeasureWords computes the features that need the words, which take most of
// the time.
func (t *Tables) MeasureWords(label string, v *Vector) {
	label = label[:min(len(label), MaxLabel)]
	letters, words := Cover(t.Words, label)
	n := float64(len(label))
	v[Covered] = float64(letters) / n
	v[LongWords] = float64(letters-3*words) / n
	v[CoveredByLength] = float64(letters)
}

// MeasureLetters computes the features that need the letters only and leaves
// the others as they are.
func (t *Tables) MeasureLetters(label string, v *Vector) {
	label = label[:min(len(label), MaxLabel)]
	var s shape
	t.walk(label, &s)
	distribution(label, &s)
	n := float64(len(label))
	alpha := max(len(label)-s.digits-s.hyphens, 1)

	bits := float64(s.cost) / CostUnit
	v[Bias] = 1
	v[BitsPerLetter] = bits / (n + 1)
	v[ExcessBits] = min(max(bits-evenBits*n, -40), 40)
	v[WorstBits] = float64(s.worst) / CostUnit
	v[RareShare] = float64(s.rare) / n
	v[RareCount] = float64(min(s.rare, 8))
	v[Length] = n
	v[ShortBy] = max(8-n, 0)
	v[LongBy] = max(n-16, 0)
	v[Entropy] = math.Log2(n) - s.sumNLogN/n
	v[Distinct] = float64(s.distinct) / n
	v[DigitShare] = float64(s.digits) / n
	v[Switches] = float64(s.switches) / n
	v[AllDigits] = flag(s.digits+s.hyphens == len(label))
	v[VowelOff] = math.Abs(float64(s.vowels)/float64(alpha) - vowelShare)
	v[ConsonantRun] = float64(max(s.consonantRun-2, 0))
	v[VowelRun] = float64(max(s.vowelRun-2, 0))
	v[Hyphens] = float64(s.hyphens) / n
	v[HexDigits] = flag(s.hex && s.digits > 0 && s.digits < len(label) && len(label) >= 8)
	v[BitsByLength] = bits * n / (n + 1)
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// walk sums the trigram costs and finds the runs.
func (t *Tables) walk(label string, s *shape) {
	var a, b uint8 = boundary, boundary
	var last [4]int // the latest four costs, to find the worst stretch
	window, cons, vows := 0, 0, 0
	s.hex = true
	for i := 0; i <= len(label); i++ {
		c := uint8(boundary)
		if i < len(label) {
			c = classes[label[i]]
		}
		cost := int(t.Trigrams[TrigramIndex(a, b, c)])
		s.cost += cost
		window += cost - last[i&3]
		last[i&3] = cost
		s.worst = max(s.worst, window)
		if cost >= RareCost {
			s.rare++
		}
		switch {
		case c == boundary:
			return
		case c == digit:
			s.digits++
			cons, vows = 0, 0
		case c == other:
			s.hyphens++
			s.hex = false
			cons, vows = 0, 0
		case vowel[c]:
			s.vowels++
			cons, vows = 0, vows+1
		default:
			cons, vows = cons+1, 0
		}
		if c > 6 && c < digit {
			s.hex = false
		}
		if b != boundary && (b == digit) != (c == digit) && b != other && c != other {
			s.switches++
		}
		s.consonantRun = max(s.consonantRun, cons)
		s.vowelRun = max(s.vowelRun, vows)
		a, b = b, c
	}
}

// distribution counts how often each character comes, for the entropy.
func distribution(label string, s *shape) {
	var counts [128]uint8
	for i := range len(label) {
		n := counts[label[i]&127]
		counts[label[i]&127] = n + 1
		if n == 0 {
			s.distinct++
		}
		s.sumNLogN += nLogN[n+1] - nLogN[n]
	}
}

// Bits is the entropy of the first MaxLabel characters of label, in bits a
// character: what it would cost to write them knowing how often each comes.
func Bits(label string) float64 {
	if label == "" {
		return 0
	}
	label = label[:min(len(label), MaxLabel)]
	var s shape
	distribution(label, &s)
	n := float64(len(label))
	return max(0, math.Log2(n)-s.sumNLogN/n)
}

// Neutral reports whether label says nothing about how it was made: it is
// empty or an encoded international name.
func Neutral(label string) bool {
	return label == "" || strings.HasPrefix(label, "xn--")
}
