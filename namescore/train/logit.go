package main

import (
	"errors"
	"math"

	"picket/namescore/internal/lexical"
)

// sample is one label's features, whether it was generated, and how much it
// counts.
type sample struct {
	x         lexical.Vector
	generated bool
	weight    float64
}

// fit finds the weights of a logistic regression by Newton's method, with a
// penalty of ridge on the square of each weight but the bias. The features are
// scaled to unit deviation for the fit and the weights scaled back, so the
// penalty does not depend on units.
func fit(samples []sample, ridge float64, rounds int) (lexical.Vector, error) {
	scale := deviations(samples)
	var w lexical.Vector
	for range rounds {
		var grad lexical.Vector
		var hess [lexical.Count]lexical.Vector
		for i := range samples {
			accumulate(&samples[i], &scale, &w, &grad, &hess)
		}
		for i := 1; i < lexical.Count; i++ {
			grad[i] -= ridge * w[i]
			hess[i][i] += ridge
		}
		step, ok := solve(hess, grad)
		if !ok {
			return w, errors.New("logistic regression: the features depend on one another")
		}
		for i := range w {
			w[i] += step[i]
		}
	}
	for i := range w {
		w[i] /= scale[i]
	}
	return w, nil
}

func accumulate(s *sample, scale, w, grad *lexical.Vector, hess *[lexical.Count]lexical.Vector) {
	var x lexical.Vector
	z := 0.0
	for i := range x {
		x[i] = s.x[i] / scale[i]
		z += w[i] * x[i]
	}
	p := 1 / (1 + math.Exp(-z))
	d := -p
	if s.generated {
		d = 1 - p
	}
	h := s.weight * (p*(1-p) + 1e-9)
	for i := range x {
		grad[i] += s.weight * d * x[i]
		for j := range i + 1 {
			hess[i][j] += h * x[i] * x[j]
		}
	}
}

func deviations(samples []sample) (d lexical.Vector) {
	var mean lexical.Vector
	n := float64(len(samples))
	for i := range samples {
		for j, v := range samples[i].x {
			mean[j] += v / n
			d[j] += v * v / n
		}
	}
	for j := range d {
		d[j] = math.Sqrt(max(d[j]-mean[j]*mean[j], 1e-12))
	}
	d[lexical.Bias] = 1
	return d
}

// solve solves h·x = g for the symmetric, positive h whose lower half is given,
// by Cholesky's decomposition.
func solve(h [lexical.Count]lexical.Vector, g lexical.Vector) (x lexical.Vector, ok bool) {
	for i := range h {
		for j := range i + 1 {
			sum := h[i][j]
			for k := range j {
				sum -= h[i][k] * h[j][k]
			}
			if i != j {
				h[i][j] = sum / h[j][j]
			} else if sum <= 0 {
				return x, false
			} else {
				h[i][i] = math.Sqrt(sum)
			}
		}
	}
	for i := range h {
		x[i] = g[i]
		for k := range i {
			x[i] -= h[i][k] * x[k]
		}
		x[i] /= h[i][i]
	}
	for i := lexical.Count - 1; i >= 0; i-- {
		for k := i + 1; k < lexical.Count; k++ {
			x[i] -= h[k][i] * x[k]
		}
		x[i] /= h[i][i]
	}
	return x, true
}
