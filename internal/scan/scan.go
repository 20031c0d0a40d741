package scan

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"picket/detect"
	"picket/engine"
	"picket/enrich"
	"picket/event"
	"picket/finding"
	"picket/geo"
	"picket/intel"
	"picket/logformat"
)

// Config is what a scan needs.
type Config struct {
	Paths     []string
	Stdin     io.Reader
	Detectors []*detect.Detector
	Tuning    engine.Tuning
	Lists     *intel.Set
	Places    *geo.DB // may be nil
	Account   string  // for records that carry none
	Region    string
	// Workers is how many goroutines decode at once; 0: one per processor.
	Workers int
	// Shards is how many goroutines run detectors at once; 0: one per two
	// workers. Findings do not depend on either.
	Shards int
	// Progress, if not nil, is updated while the scan runs.
	Progress *Progress
}

// Progress counts a scan's work as it is done. Its fields may be read at any time.
type Progress struct {
	Files, FilesDone atomic.Int64
	Bytes, BytesDone atomic.Int64 // stored bytes; of what is known
	Records          atomic.Int64
}

// Result is what a scan found and what it read.
type Result struct {
	Findings []finding.Finding
	Files    int // read
	Copies   int // equal to a file that was read
	Bytes    int64
	Stats    logformat.Stats
	Formats  map[string]int // files by format
	Problems []Problem
	Health   engine.Health
	First    event.Time // of the earliest and the latest record
	Last     event.Time
	Took     time.Duration
}

// scanner is one scan at work.
type scanner struct {
	cfg Config
	res *Result
	mu  sync.Mutex // guards res.Problems
	pro *Progress
}

// Run scans. The error is non-nil only when the scan as a whole could not be
// done; what could not be read is in the result's problems.
func Run(ctx context.Context, cfg Config) (*Result, error) {
	begin := time.Now()
	if cfg.Workers <= 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	if cfg.Shards <= 0 {
		cfg.Shards = max(1, cfg.Workers/2)
	}
	if cfg.Progress == nil {
		cfg.Progress = new(Progress)
	}
	eng, err := engine.New(cfg.Detectors, cfg.Shards, cfg.Tuning)
	if err != nil {
		return nil, err
	}
	s := &scanner{cfg: cfg, pro: cfg.Progress, res: &Result{Formats: map[string]int{}}}
	files := s.files(ctx)
	set := finding.NewSet(naming(cfg.Lists, cfg.Places))
	err = s.read(ctx, files, eng, set)
	s.res.Findings = set.Findings()
	s.res.Health = eng.Health()
	s.res.Took = time.Since(begin)
	return s.res, err
}

func (s *scanner) problem(p Problem) {
	s.mu.Lock()
	s.res.Problems = append(s.res.Problems, p)
	s.mu.Unlock()
}

// files finds and sorts what there is to read.
func (s *scanner) files(ctx context.Context) []*file {
	objs := find(ctx, s.cfg.Paths, s.cfg.Stdin, s.problem)
	files := look(ctx, objs, event.Meta{Account: s.cfg.Account, Region: s.cfg.Region}, s.cfg.Workers, s.problem)
	files, s.res.Copies = copies(ctx, files)
	kept := files[:0]
	for _, f := range files {
		switch {
		case f.err != nil:
			s.problem(Problem{f.Name, -1, reason(f.err), errors.Is(f.err, errNotALog)})
		case f.empty:
			s.problem(Problem{f.Name, -1, "empty file", true})
		default:
			kept = append(kept, f)
			s.pro.Bytes.Add(max(f.Size, 0))
		}
	}
	s.pro.Files.Store(int64(len(kept)))
	return kept
}

// read reads the files and collects findings.
func (s *scanner) read(ctx context.Context, files []*file, eng *engine.Engine, set *finding.Set) error {
	ctx, cancel := context.WithCancel(ctx)
	w := workers{tokens: make(chan *enrich.Enricher, s.cfg.Workers),
		read: func(n int64) { s.pro.BytesDone.Add(n) },
		rows: func(n int) { s.pro.Records.Add(int64(n)) }}
	for range s.cfg.Workers {
		w.tokens <- enrich.New(s.cfg.Lists, s.cfg.Places)
	}
	var wg sync.WaitGroup
	defer func() {
		cancel() // first: readers wait for it when the scan ends early
		wg.Wait()
	}()
	m := merger{engine: eng, take: set.Add, closed: s.closed,
		open: func(src *source) { wg.Go(func() { src.run(ctx, &w) }) }}
	for i, f := range files {
		m.waiting = append(m.waiting, &source{file: f, order: i, chunks: make(chan *chunk)})
	}
	return m.run(ctx)
}

// closed adds a finished file to the result.
func (s *scanner) closed(src *source) {
	r := s.res
	r.Files++
	r.Bytes += max(src.Size, 0)
	addStats(&r.Stats, &src.stats)
	if src.first != 0 && (r.First == 0 || src.first < r.First) {
		r.First = src.first
	}
	r.Last = max(r.Last, src.last)
	if src.format != nil {
		r.Formats[src.format.Name]++
	}
	for _, p := range src.errors {
		s.problem(p)
	}
	if bad := src.stats.First; bad != nil {
		s.problem(Problem{Path: src.Name, Offset: bad.Offset, Reason: badText(&src.stats)})
	}
	s.pro.FilesDone.Add(1)
}

// addStats adds the counts of one file to the total.
func addStats(to, of *logformat.Stats) {
	to.Records += of.Records
	to.Bad += of.Bad
	for i, n := range of.Skipped {
		to.Skipped[i] += n
	}
}
