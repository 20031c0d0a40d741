package namescore

import (
	_ "embed"
	"math"

	"picket/namescore/internal/lexical"
)

//go:embed trigrams.bin
var trigrams string

//go:embed words.bin
var words string

var tables = lexical.Tables{Trigrams: trigrams, Words: words}

// Certain is the score from which on a label counts as generated. The model's
// bias is set so that 2 in 1,000 of the ordinary labels it is trained with reach
// it; of real sites' labels, in all languages, up to 1 in 100 do.
const Certain = 0.9

// neutralScore is for labels whose letters tell nothing.
const neutralScore = 0.5

// DGA returns the probability, 0 to 1, that label was made by a domain
// generation algorithm. label is the one left of the public suffix, lower case
// ("example" of www.example.co.uk); bytes past 63 are not looked at. Encoded
// international names (xn--…) and the empty label score 0.5, which is to say
// nothing.
//
// It sees letters only: algorithms that join dictionary words score like the
// ordinary names they imitate, and about one ordinary label in a hundred scores
// Certain or more. Never alert on one label; Burst weighs many.
//
// DGA allocates nothing and may be called from any goroutine.
func DGA(label string) float64 {
	if lexical.Neutral(label) {
		return neutralScore
	}
	var v lexical.Vector
	tables.Measure(label, &v)
	return sigmoid(&v)
}

func sigmoid(v *lexical.Vector) float64 { return 1 / (1 + math.Exp(-weigh(v))) }

func weigh(v *lexical.Vector) (z float64) {
	for i := range v {
		z += v[i] * weights[i]
	}
	return z
}

// certainWeight is what the features of a label that scores Certain weigh.
var certainWeight = math.Log(Certain / (1 - Certain))

// scoresCertain is DGA(label) >= Certain. The letters of most labels settle
// it: what the words could add at most is not enough.
func scoresCertain(label string) bool {
	if lexical.Neutral(label) {
		return false
	}
	var v lexical.Vector
	tables.MeasureLetters(label, &v)
	most := weigh(&v)
	for _, f := range lexical.WordFeatures {
		most += max(0, weights[f]) * v[lexical.Length]
	}
	if most < certainWeight {
		return false
	}
	tables.MeasureWords(label, &v)
	return sigmoid(&v) >= Certain
}
