package namescore

import (
	"math/rand/v2"
	"strings"
	"testing"

	"picket/namescore/internal/lexical"
)

// letterDraw makes a generator's label: n letters drawn evenly from alphabet.
func letterDraw(r *rand.Rand, alphabet string, lo, hi int) string {
	b := make([]byte, lo+r.IntN(hi-lo+1))
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

const (
	allLetters = "abcdefghijklmnopqrstuvwxyz"
	digits36   = "0123456789abcdefghijklmnopqrstuvwxyz"
)

func TestDGAFindsGenerated(t *testing.T) {
	f := func(name, alphabet string, lo, hi int, want float64) {
		t.Helper()
		r := rand.New(rand.NewPCG(7, 7))
		const n = 2000
		hits := 0
		for range n {
			if DGA(letterDraw(r, alphabet, lo, hi)) >= Certain {
				hits++
			}
		}
		if got := float64(hits) / n; got < want {
			t.Errorf("%s: %.2f score %v or more, want %.2f", name, got, Certain, want)
		}
	}
	// The host rule needs ten different names in an hour; at 0.6 a generator
	// that tries 20 has shown them.
	f("short", allLetters, 5, 11, 0.6)
	f("twelve", allLetters, 12, 12, 0.8)
	f("long", allLetters, 20, 28, 0.95)
	f("every other letter", "acegikmoqsuwy", 16, 16, 0.8)
	f("base 36", digits36, 20, 28, 0.95)
	f("hexadecimal", "0123456789abcdef", 12, 32, 0.95)
}

func TestDGAKeepsOrdinaryNames(t *testing.T) {
	for _, label := range strings.Fields(`example wikipedia cloudfront stackoverflow githubusercontent bankofamerica 163 12306 360 bbc
		xkcd9 hdfcbank mercadolivre sueddeutsche deutschebank przelewy24 novinky hepsiburada nytimes washingtonpost t-online
		coca-cola gov k8s s3 3m office365 windowsupdate googletagmanager datadoghq internationalairport maps4news www`) {
		if got := DGA(label); got >= Certain {
			t.Errorf("DGA(%q) = %.3f, want below %v", label, got, Certain)
		}
	}
}

func TestDGANeutral(t *testing.T) {
	for _, label := range []string{"", "xn--mnchen-3ya", "xn--fiqs8s"} {
		if got := DGA(label); got != neutralScore {
			t.Errorf("DGA(%q) = %v, want %v", label, got, neutralScore)
		}
	}
}

func TestDGAAllocatesNothing(t *testing.T) {
	label := "informationtechnologies"
	if n := testing.AllocsPerRun(100, func() { DGA(label) }); n != 0 {
		t.Errorf("DGA allocates %v times", n)
	}
}

func TestModelFitsTables(t *testing.T) {
	if len(trigrams) != lexical.TrigramSize || len(words) != lexical.WordsSize {
		t.Errorf("tables have %d and %d bytes, want %d and %d: run go generate", len(trigrams), len(words), lexical.TrigramSize, lexical.WordsSize)
	}
}

func FuzzDGA(f *testing.F) {
	f.Add("example")
	f.Add("xjwkqzrvth")
	f.Add("xn--mnchen-3ya")
	f.Add("a-b_c\x00\xff")
	f.Add(strings.Repeat("z9", 200))
	f.Fuzz(func(t *testing.T, label string) {
		if got := DGA(label); !(got >= 0 && got <= 1) {
			t.Errorf("DGA(%q) = %v", label, got)
		}
	})
}
