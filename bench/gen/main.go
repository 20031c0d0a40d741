// Command gen writes a deterministic set of AWS and Kubernetes logs with a
// little planted malicious behaviour, and the ground truth that goes with it.
// Detection and throughput are both measured on what it writes; real labelled
// logs are few and can't be scaled. It imports the standard library only, and
// nothing of picket: it would otherwise share the decoders' misreadings.
// README.md describes the files.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// options are the command's flags, checked.
type options struct {
	out       string
	seed      uint64
	size      string
	logs      []string // empty: all
	mb        float64
	fileMB    float64
	gzip      bool
	threats   int
	decoys    int
	accounts  int
	instances int
	listIPs   int
	listDoms  int
	start     time.Time
	span      time.Duration
	workers   int
	given     map[string]string // the flags as written in truth.json
}

func (o options) flags() map[string]string { return o.given }

func (o options) writes(log string) bool { return len(o.logs) == 0 || slices.Contains(o.logs, log) }

func parseFlags(args []string) (options, error) {
	var o options
	fs := flag.NewFlagSet("gen", flag.ContinueOnError)
	fs.StringVar(&o.out, "out", "logs", "directory to write")
	fs.Uint64Var(&o.seed, "seed", 1, "names the data set; the same flags and seed give the same records")
	fs.StringVar(&o.size, "size", "small", "tiny, small, medium or large: raw MB per log (see README)")
	logs := fs.String("logs", "", "comma-separated logs to write (default all): "+strings.Join(kindNames(), ","))
	fs.Float64Var(&o.mb, "mb", 0, "raw MB for each log written, instead of -size")
	fs.Float64Var(&o.fileMB, "file-mb", 3, "raw MB in one file")
	fs.BoolVar(&o.gzip, "gz", true, "compress files with gzip")
	fs.IntVar(&o.threats, "threats", 1, "times each scenario is planted per log (0: none)")
	fs.IntVar(&o.decoys, "decoys", 1, "times each decoy is planted per log (0: none)")
	fs.IntVar(&o.accounts, "accounts", 3, "AWS accounts")
	fs.IntVar(&o.instances, "instances", 60, "instances in each of an account's two VPCs")
	fs.IntVar(&o.listIPs, "list-ips", 250000, "entries on the bad IP list")
	fs.IntVar(&o.listDoms, "list-domains", 50000, "entries on the bad domain list")
	start := fs.String("start", "2026-03-02T00:00:00Z", "first moment")
	fs.DurationVar(&o.span, "span", 24*time.Hour, "time the logs cover")
	fs.IntVar(&o.workers, "workers", runtime.NumCPU(), "files written at once (does not change what is written)")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	o.given = map[string]string{}
	fs.VisitAll(func(f *flag.Flag) {
		if f.Name != "out" && f.Name != "workers" {
			o.given[f.Name] = f.Value.String()
		}
	})
	if *logs != "" {
		o.logs = strings.Split(*logs, ",")
	}
	var err error
	if o.start, err = time.Parse(time.RFC3339, *start); err != nil {
		return o, fmt.Errorf("read -start: %w", err)
	}
	return o, o.check()
}

func (o options) check() error {
	for _, l := range o.logs {
		if !slices.Contains(kindNames(), l) {
			return fmt.Errorf("no such log: %q", l)
		}
	}
	if kinds[0].megabytes[o.size] == 0 {
		return fmt.Errorf("no such size: %q", o.size)
	}
	if o.accounts < 1 || o.instances < 2 || o.listIPs < 1 || o.listDoms < 1 || o.workers < 1 || o.fileMB <= 0 || o.span <= 0 {
		return fmt.Errorf("accounts, lists, workers, file-mb and span must be above zero, instances above one")
	}
	return nil
}

// generate writes the whole data set and prints what it wrote.
func generate(o options, report io.Writer) error {
	w := newWorld(o.seed, o.accounts, o.instances, o.listIPs, o.listDoms)
	p := plant(w, layout(w, o), o.threats, o.decoys)
	if err := writeLists(w, o.out); err != nil {
		return err
	}
	if err := writeFiles(w, p, o); err != nil {
		return err
	}
	t := newTruth(w, p, o)
	if err := t.write(o.out); err != nil {
		return err
	}
	return t.summarise(report)
}

func main() {
	o, err := parseFlags(os.Args[1:])
	if err == nil {
		err = generate(o, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}
