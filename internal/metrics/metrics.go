// Package metrics counts what a server does and writes it in Prometheus' text
// format, version 0.0.4.
//
// It exists because the three kinds of metrics that a server needs are small,
// while a client library is not. It imports the standard library.
package metrics

import (
	"bufio"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// ContentType is that of what Set.Write writes.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// A Set is all metrics of a server. Metrics are declared before it is used, with
// names and labels that Prometheus takes; they are counted and written from any
// goroutine. The values of labels must come from a small, closed choice: each
// combination is kept for good.
type Set struct{ families []*family }

// A family is the series of one name.
type family struct {
	name, help, kind string
	labels           []string
	buckets          []float64 // of a histogram, rising
	read             func(emit func(value float64, labels ...string))

	mu     sync.Mutex
	series map[string]*series // by the values of labels
}

type series struct {
	labels []string
	sum    float64
	counts []uint64 // of a histogram: observations by bucket, the last above all
}

func (s *Set) add(f *family) *family {
	f.series = map[string]*series{}
	s.families = append(s.families, f)
	return f
}

// A Counter counts up.
type Counter struct{ f *family }

// Counter declares a counter; its name ends in _total.
func (s *Set) Counter(name, help string, labels ...string) Counter {
	return Counter{s.add(&family{name: name, help: help, kind: "counter", labels: labels})}
}

// Add counts n more for the labels' values.
func (c Counter) Add(n float64, values ...string) {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	c.f.at(values).sum += n
}

// A Histogram counts observations by their size.
type Histogram struct{ f *family }

// Histogram declares a histogram with the buckets' upper bounds, rising.
func (s *Set) Histogram(name, help string, buckets []float64, labels ...string) Histogram {
	return Histogram{s.add(&family{name: name, help: help, kind: "histogram", labels: labels, buckets: buckets})}
}

// Observe counts an observation of v for the labels' values.
func (h Histogram) Observe(v float64, values ...string) {
	h.f.mu.Lock()
	defer h.f.mu.Unlock()
	s := h.f.at(values)
	s.sum += v
	i, _ := slices.BinarySearch(h.f.buckets, v)
	s.counts[i]++
}

// at is the series of the labels' values. The caller holds the lock.
func (f *family) at(values []string) *series {
	key := strings.Join(values, "\x00")
	s := f.series[key]
	if s == nil {
		s = &series{labels: slices.Clone(values), counts: make([]uint64, len(f.buckets)+1)}
		f.series[key] = s
	}
	return s
}

// Gauge declares values that are read when they are asked for: read calls emit
// for each, with the labels' values.
func (s *Set) Gauge(name, help string, read func(emit func(value float64, labels ...string)), labels ...string) {
	s.add(&family{name: name, help: help, kind: "gauge", labels: labels, read: read})
}

// Write writes all metrics.
func (s *Set) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, f := range s.families {
		b.WriteString("# HELP " + f.name + " " + escapedHelp.Replace(f.help) + "\n# TYPE " + f.name + " " + f.kind + "\n")
		f.write(b)
	}
	return b.Flush()
}

func (f *family) write(b *bufio.Writer) {
	if f.read != nil {
		f.read(func(v float64, values ...string) { line(b, f.name, f.labels, values, v) })
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	keys := make([]string, 0, len(f.series))
	for k := range f.series {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		if s := f.series[k]; f.buckets == nil {
			line(b, f.name, f.labels, s.labels, s.sum)
		} else {
			f.writeHistogram(b, s)
		}
	}
}

// writeHistogram writes the buckets, each with all smaller observations.
func (f *family) writeHistogram(b *bufio.Writer, s *series) {
	labels, values := append(slices.Clone(f.labels), "le"), append(slices.Clone(s.labels), "")
	var n uint64
	for i, bound := range append(slices.Clone(f.buckets), math.Inf(1)) {
		n += s.counts[i]
		values[len(values)-1] = number(bound)
		line(b, f.name+"_bucket", labels, values, float64(n))
	}
	line(b, f.name+"_sum", f.labels, s.labels, s.sum)
	line(b, f.name+"_count", f.labels, s.labels, float64(n))
}

var (
	escapedHelp  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	escapedValue = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

func line(b *bufio.Writer, name string, labels, values []string, v float64) {
	b.WriteString(name)
	for i, l := range labels {
		b.WriteByte("{,"[min(i, 1)])
		b.WriteString(l + `="` + escapedValue.Replace(values[i]) + `"`)
	}
	if len(labels) > 0 {
		b.WriteByte('}')
	}
	b.WriteString(" " + number(v) + "\n")
}

// number writes a value; infinity is +Inf, as Prometheus wants it.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
