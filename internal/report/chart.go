package report

import (
	"fmt"
	"time"

	"picket/finding"
)

// bands in the order in which they are shown, the worst first.
var bands = []string{"Critical", "High", "Medium", "Low"}

// chart is a histogram of findings over time, ready to be drawn as SVG.
type chart struct {
	Width, Height int
	Bars          []bar
	From, To      string
	Top           int // most findings active in one slot
	Empty         bool
}

type bar struct {
	X, Y, W, H float64
	Band, Tip  string
}

const (
	chartWidth  = 960
	chartHeight = 120
	chartSlots  = 96
)

// newChart counts, for each slot of time, the findings active in it.
func newChart(fs []finding.Finding) chart {
	c := chart{Width: chartWidth, Height: chartHeight, Empty: len(fs) == 0}
	if c.Empty {
		return c
	}
	from, to := span(fs)
	c.From, c.To = from.Format("2006-01-02 15:04"), to.Format("2006-01-02 15:04")
	step := max(to.Sub(from)/chartSlots, time.Second)
	var counts [chartSlots][4]int
	for i := range fs {
		first, last := times(&fs[i])
		for s := slot(first, from, step); s <= slot(last, from, step); s++ {
			counts[s][bandIndex(fs[i].Severity)]++
		}
	}
	for _, n := range counts {
		c.Top = max(c.Top, n[0]+n[1]+n[2]+n[3])
	}
	unit := float64(chartHeight) / float64(c.Top)
	w := float64(chartWidth) / chartSlots
	for s, n := range counts {
		y := float64(chartHeight)
		for b := len(bands) - 1; b >= 0; b-- { // the worst on top
			if n[b] == 0 {
				continue
			}
			h := float64(n[b]) * unit
			y -= h
			c.Bars = append(c.Bars, bar{X: float64(s) * w, Y: y, W: w - 1, H: h, Band: bands[b],
				Tip: fmt.Sprintf("%s: %d %s", from.Add(time.Duration(s)*step).Format("2006-01-02 15:04"), n[b], bands[b])})
		}
	}
	return c
}

func bandIndex(severity float64) int {
	for i, b := range bands {
		if finding.Band(severity) == b {
			return i
		}
	}
	return len(bands) - 1
}

func slot(t, from time.Time, step time.Duration) int {
	return min(max(int(t.Sub(from)/step), 0), chartSlots-1)
}

func times(f *finding.Finding) (first, last time.Time) {
	first, _ = time.Parse(time.RFC3339, f.Service.EventFirstSeen)
	last, _ = time.Parse(time.RFC3339, f.Service.EventLastSeen)
	return first, last
}

func span(fs []finding.Finding) (from, to time.Time) {
	from, to = times(&fs[0])
	for i := range fs {
		f, l := times(&fs[i])
		if f.Before(from) {
			from = f
		}
		if l.After(to) {
			to = l
		}
	}
	return from, to
}
