package scan

import (
	"context"
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
	// Lists reads the lists. It is called once, on a goroutine of its own: the
	// files are looked into meanwhile, which needs none.
	Lists   func() (*intel.Set, error)
	Places  *geo.DB // may be nil
	Account string  // for records that carry none
	Region  string
	// Workers is how many goroutines decode at once; 0: one per processor.
	Workers int
	// Shards is how many goroutines run detectors at once; 0: one per two
	// workers. Findings do not depend on either.
	Shards int
	// Progress, if not nil, is updated while the scan runs.
	Progress *Progress
	// Used, if not nil, is told what was read of each file, by one goroutine.
	Used func([]Usage)
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
	cfg   Config
	res   *Result
	pro   *Progress
	mu    sync.Mutex  // guards what follows
	found []Problem   // so far
	open  []io.Closer // until the scan ends
}

// Run scans. The error is non-nil only when the scan as a whole could not be
// done; what could not be read is in the result's problems. When the context
// ends the result has what was found until then.
func Run(ctx context.Context, cfg Config) (*Result, error) {
	begin := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // readers of pipes wait for it
	s, eng, err := newScanner(cfg)
	if err != nil {
		return nil, err
	}
	err = s.run(ctx, eng, func() []*Object { return find(ctx, cfg.Paths, cfg.Stdin, s.problem) })
	s.res.Took = time.Since(begin)
	return s.res, err
}

func newScanner(cfg Config) (*scanner, *engine.Engine, error) {
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
	return &scanner{cfg: cfg, pro: cfg.Progress, res: &Result{Formats: map[string]int{}}}, eng, err
}

// run scans the objects that find finds.
func (s *scanner) run(ctx context.Context, eng *engine.Engine, find func() []*Object) error {
	defer s.closeAll()
	lists, files, err := s.prepare(ctx, find)
	if err != nil {
		return err
	}
	set := finding.NewSet(naming(lists, s.cfg.Places))
	err = s.read(ctx, files, eng, lists, set)
	s.res.Findings = set.Findings()
	s.res.Health = eng.Health()
	s.res.Problems = s.found
	sortProblems(s.res.Problems)
	return err
}

// prepare reads the lists and looks into the objects, at once.
func (s *scanner) prepare(ctx context.Context, find func() []*Object) (lists *intel.Set, files []*file, err error) {
	var wg sync.WaitGroup
	wg.Go(func() { lists, err = s.cfg.Lists() })
	files = s.files(ctx, find())
	wg.Wait()
	return lists, files, err
}

func (s *scanner) problem(p Problem) {
	s.mu.Lock()
	s.found = append(s.found, p)
	s.mu.Unlock()
}

// keep takes what must stay open until the scan ends.
func (s *scanner) keep(c io.Closer) {
	s.mu.Lock()
	s.open = append(s.open, c)
	s.mu.Unlock()
}

func (s *scanner) closeAll() {
	for _, c := range s.open {
		c.Close()
	}
}

// files looks into the objects and returns those to read, in their order.
func (s *scanner) files(ctx context.Context, objs []*Object) []*file {
	l := looker{given: event.Meta{Account: s.cfg.Account, Region: s.cfg.Region}, report: s.problem, keep: s.keep}
	files, dropped := copies(ctx, l.look(ctx, objs, s.cfg.Workers))
	s.res.Copies = dropped
	kept := files[:0]
	for _, f := range files {
		if f.err != nil {
			s.problem(Problem{f.Name, -1, reason(f.err), minor(f.err)})
			continue
		}
		kept = append(kept, f)
		s.pro.Bytes.Add(max(f.Size, 0))
	}
	s.pro.Files.Store(int64(len(kept)))
	return kept
}

// read reads the files and collects findings.
func (s *scanner) read(ctx context.Context, files []*file, eng *engine.Engine, lists *intel.Set, set *finding.Set) error {
	ctx, cancel := context.WithCancel(ctx)
	w := workers{tokens: make(chan *enrich.Enricher, s.cfg.Workers),
		read: func(n int64) { s.pro.BytesDone.Add(n) },
		rows: func(n int) { s.pro.Records.Add(int64(n)) }}
	for range s.cfg.Workers {
		w.tokens <- enrich.New(lists, s.cfg.Places)
	}
	var wg sync.WaitGroup
	defer func() {
		cancel() // first: readers wait for it when the scan ends early
		wg.Wait()
	}()
	m := merger{engine: eng, take: set.Add, closed: s.closed, waiting: files,
		open: func(src *source) {
			if s.cfg.Used != nil {
				src.tally = newTally()
			}
			wg.Go(func() { src.run(ctx, &w) })
		}}
	return m.run(ctx)
}

// closed adds a finished file to the result.
func (s *scanner) closed(src *source) {
	s.count(src)
	if p, ok := src.problem(); ok {
		s.problem(p)
	}
	if src.Size >= 0 { // a file that was not read to its end is done with all the same
		s.pro.BytesDone.Add(src.Size - src.read)
	}
	s.pro.FilesDone.Add(1)
}

func (s *scanner) count(src *source) {
	r := s.res
	if !src.opened {
		return
	}
	if src.tally != nil {
		s.cfg.Used(src.tally.usage())
	}
	r.Files++
	r.Bytes += src.read
	r.Formats[src.format.Name]++
	addStats(&r.Stats, &src.stats)
	if src.first != 0 && (r.First == 0 || src.first < r.First) {
		r.First = src.first
	}
	r.Last = max(r.Last, src.last)
}

// addStats adds the counts of one file to the total.
func addStats(to, of *logformat.Stats) {
	to.Records += of.Records
	to.Bad += of.Bad
	for i, n := range of.Skipped {
		to.Skipped[i] += n
	}
}
