package lexical

import (
	"math"
	"strings"
	"testing"
)

func wordSet(t testing.TB, ws string) string {
	t.Helper()
	set, ok := BuildWords(strings.Fields(ws))
	if !ok {
		t.Fatal("words do not fit")
	}
	return string(set)
}

func TestCover(t *testing.T) {
	set := wordSet(t, "the their and alone into one lone theme market marketing")
	f := func(label string, letters, words int) {
		t.Helper()
		if l, w := Cover(set, label); l != letters || w != words {
			t.Errorf("Cover(%q) = %d letters, %d words, want %d, %d", label, l, w, letters, words)
		}
	}
	f("", 0, 0)
	f("th", 0, 0)
	f("the", 3, 1)
	f("theirtheandaloneinto", 20, 5)
	f("marketing", 9, 1) // not market + ing
	f("xxthemexx", 5, 1)
	f("the-and", 6, 2)
	f("qzx7", 0, 0)
	f(strings.Repeat("and", 40), MaxLabel, MaxLabel/3) // bytes past MaxLabel do not count
}

func TestBuildWordsRefusesTooMany(t *testing.T) {
	if _, ok := BuildWords(make([]string, buckets*bucketSize)); ok {
		t.Error("a full table was built: searches in it would not end early")
	}
}

func TestBits(t *testing.T) {
	f := func(label string, want float64) {
		t.Helper()
		if got := Bits(label); math.Abs(got-want) > 1e-9 {
			t.Errorf("Bits(%q) = %v, want %v", label, got, want)
		}
	}
	f("", 0)
	f("aaaa", 0)
	f("abab", 1)
	f("abcd", 2)
	f("abcdefghijklmnop", 4)
	f("aab", math.Log2(3)-2.0/3)
}

func TestMeasure(t *testing.T) {
	even := strings.Repeat(string(rune(5*CostUnit)), TrigramSize) // every trigram costs 5 bits
	tables := Tables{Trigrams: even, Words: wordSet(t, "cat")}
	var v Vector
	tables.Measure("cat12-xyzzt", &v)
	want := map[int]float64{
		Bias: 1, BitsPerLetter: 5, ExcessBits: 5*12 - 4.70*11, WorstBits: 20, RareShare: 0, Length: 11,
		ShortBy: 0, LongBy: 0, DigitShare: 2.0 / 11, Switches: 1.0 / 11, AllDigits: 0,
		VowelOff:     math.Abs(2.0/8 - vowelShare), // a and y of eight letters
		ConsonantRun: 1,                            // zzt
		VowelRun:     0, Hyphens: 1.0 / 11, HexDigits: 0, Covered: 3.0 / 11, LongWords: 0, CoveredByLength: 3,
		Distinct: 9.0 / 11, // c a t 1 2 - x y z
	}
	for i, w := range want {
		if math.Abs(v[i]-w) > 1e-9 {
			t.Errorf("feature %d is %v, want %v", i, v[i], w)
		}
	}
	tables.Measure("deadbeef01", &v)
	if v[HexDigits] != 1 {
		t.Error("deadbeef01 is not seen as hexadecimal")
	}
}

func TestEachTrigramMatchesMeasure(t *testing.T) {
	// A table in which one trigram of the label is dear must show in its cost.
	costs := make([]byte, TrigramSize)
	EachTrigram("ab", func(i int) { costs[i] = 16 })
	tables := Tables{Trigrams: string(costs), Words: wordSet(t, "cat")}
	var v Vector
	tables.Measure("ab", &v)
	if got := v[BitsPerLetter]; got != 1 {
		t.Errorf("ab costs %v bits a letter, want 1: trainer and scorer read the table differently", got)
	}
}

func FuzzCover(f *testing.F) {
	f.Add("theirtheandalone")
	f.Add("\xff\x00---")
	set := wordSet(f, "the their and alone into one")
	f.Fuzz(func(t *testing.T, label string) {
		if letters, words := Cover(set, label); letters < 0 || letters > len(label) || words*MinWord > letters {
			t.Errorf("Cover(%q) = %d letters in %d words", label, letters, words)
		}
	})
}
