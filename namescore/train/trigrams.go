package main

import (
	"math"

	"picket/namescore/internal/lexical"
)

// trigrams counts the letter sequences of ordinary labels.
type trigrams struct {
	three [lexical.TrigramSize]float64
	two   [lexical.Classes * lexical.Classes]float64
	one   [lexical.Classes]float64
	total float64
}

func (t *trigrams) add(label string) {
	lexical.EachTrigram(label, func(i int) {
		t.three[i]++
		t.two[i%len(t.two)]++
		t.one[i%len(t.one)]++
		t.total++
	})
}

// backoff is how many sightings the next shorter context counts for.
const backoff = 30

// costs gives the table of -log2 P(c | a b), smoothed by the shorter contexts.
func (t *trigrams) costs() []byte {
	const n = lexical.Classes
	out := make([]byte, lexical.TrigramSize)
	for ab := range n * n {
		nAB, nB := sum(t.three[ab*n:][:n]), sum(t.two[ab%n*n:][:n])
		for c := range n {
			p := (t.one[c] + 1) / (t.total + n)
			p = (t.two[ab%n*n+c] + backoff*p) / (nB + backoff)
			p = (t.three[ab*n+c] + backoff*p) / (nAB + backoff)
			out[ab*n+c] = byte(min(255, math.Round(-math.Log2(p)*lexical.CostUnit)))
		}
	}
	return out
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}
