package namescore

import (
	"math/rand/v2"
	"testing"
)

// TestCertainIsDGA: the short way to the verdict and the memory of it agree
// with the score itself, on labels of every make.
func TestCertainIsDGA(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	parts := []string{"news", "shop", "bank", "qx", "zvk", "7f3", "a", "ing", "xn--", "-", "9", "tion", "strength"}
	for range 50_000 {
		label := ""
		for range r.IntN(6) {
			if r.IntN(2) == 0 {
				label += parts[r.IntN(len(parts))]
			} else {
				label += string(rune('a' + r.IntN(26)))
			}
		}
		want := DGA(label) >= Certain
		if got := scoresCertain(label); got != want {
			t.Fatalf("%q: %v, its score is %v", label, got, DGA(label))
		}
		for range 2 {
			if got := certain(label, hashOf(label, "com")); got != want {
				t.Fatalf("%q: remembered as %v", label, got)
			}
		}
	}
}

func BenchmarkScoresCertain(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		scoresCertain("cedarledger")
	}
}
