package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"sync"
)

// rendering is a file being filled.
type rendering struct {
	b       []byte
	sep     string
	begun   bool // some record is in
	records int

	// size is what the file would measure without the records added after the
	// first edition. Only it decides how many ordinary records there are and
	// when, so that new scenarios add to a data set and change nothing in it.
	size       int
	sizedBegun bool
}

// add appends one record, or the records write appends.
func (o *rendering) add(later bool, write func([]byte) ([]byte, int)) {
	if o.begun {
		o.b = append(o.b, o.sep...)
	}
	before := len(o.b)
	var n int
	o.b, n = write(o.b)
	o.begun = true
	o.records += n
	if later {
		return
	}
	o.size += len(o.b) - before
	if o.sizedBegun {
		o.size += len(o.sep)
	}
	o.sizedBegun = true
}

func (o *rendering) addLine(p planted) {
	o.add(p.later, func(b []byte) ([]byte, int) { return append(b, p.line...), 1 })
}

// render fills a file to its size, merging planted records by time. It
// appends to b[:0] and returns it; plan holds the records of the file's slot.
func (f *file) render(w *world, plan []planted, b []byte) []byte {
	k := &kinds[f.slot.kind]
	r := newRNG(w.seed, streamBackground, uint64(f.slot.kind), uint64(f.slot.account), uint64(f.n))
	a := &w.accounts[f.slot.account]
	o := rendering{b: append(b[:0], k.prologue...), sep: k.sep, size: len(k.prologue)}
	next := sort.Search(len(plan), func(i int) bool { return plan[i].t >= f.from })
	flush := func(until int64) {
		for ; next < len(plan) && plan[next].t < until; next++ {
			o.addLine(plan[next])
		}
	}
	for o.size < f.want {
		t := f.from + (f.to-f.from)*int64(o.size)/int64(f.want)
		flush(t)
		o.add(false, func(b []byte) ([]byte, int) { return k.background(r, w, a, t, b) })
	}
	flush(f.to)
	f.Records = o.records
	return append(o.b, k.epil...)
}

// writer writes files one after the other, reusing its buffers.
type writer struct {
	dir  string
	gzip bool
	raw  []byte
	zbuf bytes.Buffer
}

func (wr *writer) write(w *world, f *file, plan []planted) error {
	wr.raw = f.render(w, plan, wr.raw)
	data := wr.raw
	if wr.gzip {
		var err error
		if data, err = wr.compress(); err != nil {
			return fmt.Errorf("compress %s: %w", f.Path, err)
		}
	}
	f.Raw, f.Stored = len(wr.raw), len(data)
	p := filepath.Join(wr.dir, filepath.FromSlash(f.Path))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		return fmt.Errorf("write log: %w", err)
	}
	if err := os.WriteFile(p, data, 0o644); err != nil {
		return fmt.Errorf("write log: %w", err)
	}
	return nil
}

func (wr *writer) compress() ([]byte, error) {
	wr.zbuf.Reset()
	z := gzip.NewWriter(&wr.zbuf)
	if _, err := z.Write(wr.raw); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return wr.zbuf.Bytes(), nil
}

// writeFiles writes every file of the plan, some at once; the workers' number
// does not change what is written. It returns one error when any file failed.
func writeFiles(w *world, p *planner, o options) error {
	jobs := make(chan *file)
	errs := make([]error, o.workers)
	var wg sync.WaitGroup
	for i := range o.workers {
		wg.Go(func() {
			wr := writer{dir: o.out, gzip: o.gzip}
			for f := range jobs {
				if errs[i] == nil { // after an error the queue is only drained
					errs[i] = wr.write(w, f, p.plan[f.slot])
				}
			}
		})
	}
	for _, f := range p.c.files {
		jobs <- f
	}
	close(jobs)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
