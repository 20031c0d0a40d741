package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"picket/namescore/internal/lexical"
)

// TestFitRecoversWeights draws outcomes from known weights and wants them back.
func TestFitRecoversWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	want := map[int]float64{lexical.Bias: -1, lexical.Length: 2, lexical.Entropy: -0.5}
	samples := make([]sample, 40000)
	for i := range samples {
		x := &samples[i].x
		z := 0.0
		for j := range x {
			x[j] = r.NormFloat64()
			if j == lexical.Bias {
				x[j] = 1
			}
			z += want[j] * x[j]
		}
		samples[i].weight = 1
		samples[i].generated = r.Float64() < 1/(1+math.Exp(-z))
	}
	got, err := fit(samples, 0, 25)
	if err != nil {
		t.Fatal(err)
	}
	for j := range got {
		if math.Abs(got[j]-want[j]) > 0.1 {
			t.Errorf("weight %d is %.3f, want %.3f", j, got[j], want[j])
		}
	}
}

func TestFamiliesKeepToDNS(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, f := range families {
		for range 200 {
			if label := f.draw(r); len(label) < 4 || len(label) > lexical.MaxLabel {
				t.Errorf("%s draws %q, no label of a domain", f.name, label)
			}
		}
	}
}

func TestTrigramCosts(t *testing.T) {
	var c trigrams
	for range 1000 {
		c.add("ab")
	}
	costs := c.costs()
	lexical.EachTrigram("ab", func(i int) {
		// Probability near 1, so near no cost.
		if costs[i] > lexical.CostUnit/4 {
			t.Errorf("a sequence seen always costs %d", costs[i])
		}
	})
	lexical.EachTrigram("zq", func(i int) {
		if costs[i] < 2*lexical.CostUnit && i%lexical.Classes != 0 {
			t.Errorf("a sequence never seen costs only %d", costs[i])
		}
	})
}
