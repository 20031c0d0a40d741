package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"picket/bench/report"
	"picket/bench/testbed"
)

// limit is picket's CPU time over zcat's on the same files. Must is about half
// the speed of off-the-shelf gunzip and a one-pass scan, so it leaves detection
// as much as those two cost together; goal is about half the speed that plain Go
// was measured to reach. Both were taken on the medium corpus with threats 10.
type limit struct {
	kind       string
	must, goal float64
}

var limits = []limit{
	{"cloudtrail", 0.96, 0.66},
	{"s3data", 0.88, 0.62},
	{"flow2", 1.16, 0.88},
	{"flow5", 0.86, 0.62},
	{"dns", 0.96, 0.75},
	{"k8s", 0.75, 0.62},
}

const (
	mustSpeedup = 1.8       // wall time of one core over that of two
	mustPeak    = 512 << 20 // peak resident bytes, at any size of corpus
)

// result is one log's samples; a result has at least one.
type result struct {
	kind    string
	records int
	planted int
	samples []sample
}

func limitOf(kind string) limit {
	return limits[slices.IndexFunc(limits, func(l limit) bool { return l.kind == kind })]
}

// median of pairs: each sample gives one figure.
func (r *result) median(figure func(sample) float64) float64 {
	fs := make([]float64, len(r.samples))
	for i, s := range r.samples {
		fs[i] = figure(s)
	}
	slices.Sort(fs)
	mid := len(fs) / 2
	if len(fs)%2 == 1 {
		return fs[mid]
	}
	return (fs[mid-1] + fs[mid]) / 2
}

func (r *result) ratio() float64 {
	return r.median(func(s sample) float64 { return over(s.one.cpu, s.zcat.cpu) })
}

// perCore is records a second of CPU time.
func (r *result) perCore() float64 {
	return r.median(func(s sample) float64 { return float64(r.records) / max(s.one.cpu.Seconds(), 1e-9) })
}

// speedup is the wall time of one core over that of two, 0 when there is one core only.
func (r *result) speedup() float64 {
	return r.median(func(s sample) float64 {
		if s.two.wall == 0 {
			return 0
		}
		return over(s.one.wall, s.two.wall)
	})
}

func over(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }

func (r *result) peak() int64 {
	var most int64
	for _, s := range r.samples {
		most = max(most, s.one.rss, s.two.rss)
	}
	return most
}

// findings prints how many findings the runs made; runs of one program on the
// same bytes that differ are shown as such.
func (r *result) findings() string {
	var all []int
	for _, s := range r.samples {
		all = append(all, s.findings)
		if s.two.wall != 0 {
			all = append(all, s.findingsTwo)
		}
	}
	if lo, hi := slices.Min(all), slices.Max(all); lo != hi {
		return fmt.Sprintf("%d to %d: RUNS DIFFER", lo, hi)
	}
	return fmt.Sprint(all[0])
}

func (r *result) steady() bool {
	for _, s := range r.samples {
		if s.findings != r.samples[0].findings || s.two.wall != 0 && s.findingsTwo != s.findings {
			return false
		}
	}
	return true
}

// met says whether the log keeps to its limits, and whether its runs agree.
func (r *result) met() bool {
	speedup := r.speedup()
	return r.ratio() <= limitOf(r.kind).must && r.peak() <= mustPeak && (speedup == 0 || speedup >= mustSpeedup) && r.steady()
}

func costTable(spec testbed.Spec, results []*result) *report.Table {
	t := &report.Table{Title: fmt.Sprintf("CPU time over zcat's, one core (%s)", spec),
		Head: []string{"log", "records", "ratio", "must", "goal", "", "records/s/core", "zcat s", "picket s", "peak MB", "findings", "planted"}}
	for _, r := range results {
		l := limitOf(r.kind)
		t.Add(r.kind, r.records, fmt.Sprintf("%.2f", r.ratio()), l.must, l.goal, verdict(r.ratio(), l), fmt.Sprintf("%.0f", r.perCore()),
			fmt.Sprintf("%.2f", r.median(func(s sample) float64 { return s.zcat.cpu.Seconds() })),
			fmt.Sprintf("%.2f", r.median(func(s sample) float64 { return s.one.cpu.Seconds() })),
			r.peak()/1e6, r.findings(), r.planted)
	}
	return t
}

func verdict(ratio float64, l limit) string {
	switch {
	case ratio <= l.goal:
		return "goal met"
	case ratio <= l.must:
		return "must met"
	}
	return "MISSED"
}

func coresTable(spec testbed.Spec, results []*result) *report.Table {
	t := &report.Table{Title: fmt.Sprintf("Wall time, one core and two of %d (%s)", runtime.NumCPU(), spec),
		Head: []string{"log", "one s", "two s", "speed-up", "must", ""}}
	for _, r := range results {
		up := r.speedup()
		if up == 0 {
			continue
		}
		mark := "met"
		if up < mustSpeedup {
			mark = "MISSED"
		}
		t.Add(r.kind, fmt.Sprintf("%.2f", r.median(func(s sample) float64 { return s.one.wall.Seconds() })),
			fmt.Sprintf("%.2f", r.median(func(s sample) float64 { return s.two.wall.Seconds() })), fmt.Sprintf("%.2f", up), mustSpeedup, mark)
	}
	return t
}
