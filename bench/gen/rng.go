package main

import (
	"hash/fnv"
	"math"
)

// rng is splitmix64: tiny, fast, and the same on every Go version, so that a
// seed names one data set for good.
type rng struct{ state uint64 }

// The first label of every stream says what the stream is for. A number that
// has been published stays: changing it changes every data set.
const (
	streamWorld      = 1 // accounts, instances, users
	streamLists      = 2 // the four lists of the first edition
	streamPath       = 3 // file names
	streamBackground = 4 // ordinary records of one file
	streamScenario   = 5 // first edition, by position
	streamLaterList  = 6 // later lists, by name
	streamLater      = 7 // later scenarios, by name
	streamDecoy      = 8 // decoys, by name
)

// newRNG derives an independent stream from a seed and any number of labels.
func newRNG(seed uint64, labels ...uint64) *rng {
	r := &rng{seed}
	for _, l := range labels {
		r.state ^= l * 0x9E3779B97F4A7C15
		r.state = r.next()
	}
	return r
}

func (r *rng) next() uint64 {
	r.state += 0x9E3779B97F4A7C15
	z := r.state
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// n picks 0..n-1, between picks a..b, f picks [0,1), p is true with that probability.
func (r *rng) n(n int) int          { return int((r.next() >> 33) % uint64(n)) }
func (r *rng) between(a, b int) int { return a + r.n(b-a+1) }
func (r *rng) f() float64           { return float64(r.next()>>11) / (1 << 53) }
func (r *rng) p(prob float64) bool  { return r.f() < prob }

// skew picks 0..n-1 with a long tail: small numbers are much more common.
func (r *rng) skew(n int) int {
	return int(math.Pow(float64(n), r.f())) - 1
}

func pick[T any](r *rng, s []T) T     { return s[r.n(len(s))] }
func pickSkew[T any](r *rng, s []T) T { return s[r.skew(len(s))] }

const (
	hexDigits = "0123456789abcdef"
	b32Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	b36Digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	b64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
)

func (r *rng) str(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.n(len(alphabet))]
	}
	return string(b)
}

func (r *rng) hex(n int) string { return r.str(hexDigits, n) }

func (r *rng) uuid() string {
	h := r.hex(32)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// nameHash turns a name into a stream label.
func nameHash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // a hash never fails
	return h.Sum64()
}

// b32Of and b36Of map a name or a number to the same identifier every time.
func b32Of(s string, n int) string { return newRNG(nameHash(s)).str(b32Digits, n) }
func b36Of(v, n int) string        { return newRNG(uint64(v), 77).str(b36Digits, n) }
