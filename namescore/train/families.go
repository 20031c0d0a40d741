package main

import (
	"math/rand/v2"
	"strconv"
)

// family draws labels the way one kind of domain generation algorithm does.
// Each is written from public descriptions of the family's output: alphabet,
// lengths and the pattern of its letters. None reproduces the sequence that a
// real seed gives, only its distribution.
type family struct {
	name   string
	weight int // labels a round
	draw   func(*rand.Rand) string
}

const (
	letters    = "abcdefghijklmnopqrstuvwxyz"
	letters25  = "abcdefghijklmnopqrstuvwxy" // generators that take a remainder by 25
	consonants = "bcdfghjklmnpqrstvwxz"
	vowels     = "aeiou"
	base36     = "0123456789abcdefghijklmnopqrstuvwxyz"
	hexDigits  = "0123456789abcdef"
	everyOther = "acegikmoqsuwy" // generators that step through the alphabet by two
)

var families = []family{
	{"uniform-short", 5, spread(letters, 6, 9)},
	{"uniform-medium", 4, spread(letters, 10, 14)},
	{"uniform-long", 3, spread(letters, 15, 24)},
	{"conficker", 5, spread(letters, 5, 11)},
	{"cryptolocker", 4, spread(letters25, 12, 15)},
	{"tinba", 3, spread(letters25, 12, 12)},
	{"ranbyus", 2, spread(letters25, 14, 17)},
	{"necurs", 2, spread(letters25, 7, 21)},
	{"qakbot", 2, spread(letters, 8, 25)},
	{"gameover", 3, spread(letters, 20, 30)},
	{"ramdo", 3, spread(everyOther, 16, 16)},
	{"consonants", 3, leaning(consonants, vowels, 0.9, 7, 16)},
	{"vowels", 1, leaning(vowels, consonants, 0.7, 9, 16)},
	{"new-gameover", 3, base36Chunks},
	{"zeus-p2p", 2, letterFirst(base36, 24, 40)},
	{"corebot", 2, spread(base36, 12, 23)},
	{"alphanumeric", 2, spread(base36, 8, 14)},
	{"hex-digest", 2, spread(hexDigits, 32, 32)},
	{"hex", 2, spread(hexDigits, 8, 20)},
	// Weighs more than the others because it is the hardest to tell from words.
	{"pushdo", 14, syllablePairs},
	{"alternating", 3, alternating},
	{"syllables", 2, syllables},
}

func pick(r *rand.Rand, from string) byte { return from[r.IntN(len(from))] }

func between(r *rand.Rand, lo, hi int) int { return lo + r.IntN(hi-lo+1) }

// spread draws every character evenly.
func spread(from string, lo, hi int) func(*rand.Rand) string {
	return func(r *rand.Rand) string {
		b := make([]byte, between(r, lo, hi))
		for i := range b {
			b[i] = pick(r, from)
		}
		return string(b)
	}
}

// leaning draws from mostly with probability p, else from rest.
func leaning(mostly, rest string, p float64, lo, hi int) func(*rand.Rand) string {
	return func(r *rand.Rand) string {
		b := make([]byte, between(r, lo, hi))
		for i := range b {
			b[i] = pick(r, rest)
			if r.Float64() < p {
				b[i] = pick(r, mostly)
			}
		}
		return string(b)
	}
}

func letterFirst(from string, lo, hi int) func(*rand.Rand) string {
	tail := spread(from, lo-1, hi-1)
	return func(r *rand.Rand) string { return string(pick(r, letters)) + tail(r) }
}

// base36Chunks writes the four words of a 128-bit digest in base 36.
func base36Chunks(r *rand.Rand) string {
	var b []byte
	for range 4 {
		b = strconv.AppendUint(b, uint64(r.Uint32()), 36)
	}
	return string(b)
}

// syllablePairs joins two-letter pieces, consonant-vowel or vowel-consonant in
// any order, so that consonants meet as they never do in words.
func syllablePairs(r *rand.Rand) string {
	var b []byte
	for range between(r, 4, 5) {
		c, v := pick(r, consonants), pick(r, vowels)
		if r.IntN(3) == 0 {
			c, v = v, c
		}
		b = append(b, c, v)
	}
	return string(b)
}

// alternating goes consonant, vowel, consonant to the end.
func alternating(r *rand.Rand) string {
	b := make([]byte, between(r, 8, 13))
	for i := range b {
		b[i] = pick(r, consonants)
		if i%2 == 1 {
			b[i] = pick(r, vowels)
		}
	}
	return string(b)
}

// syllables joins consonant-vowel-consonant pieces.
func syllables(r *rand.Rand) string {
	var b []byte
	for range between(r, 2, 4) {
		b = append(b, pick(r, consonants), pick(r, vowels), pick(r, consonants))
	}
	return string(b)
}
