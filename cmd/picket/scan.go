package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"picket/detectors"
	"picket/finding"
	"picket/geo"
	"picket/intel"
	"picket/internal/report"
	"picket/internal/scan"
)

type scanFlags struct {
	format   string
	out      string
	severity string
	threats  []string
	trusted  []string
	intel    []string
	intelDir string
	geo      []string
	account  string
	region   string
	workers  int
	shards   int
	quiet    bool
	to       string
	server   *sender // of to
}

func scanCommand() *cobra.Command {
	var f scanFlags
	cmd := &cobra.Command{
		Use:   "scan [flags] PATH...",
		Short: "Detect threats in logs and print the findings",
		Long: `Detect threats in logs and print the findings.

PATH is a file, a directory (walked), '-' for standard input, or s3://bucket/prefix. Every format is
recognised by its content: CloudTrail, VPC flow logs, Route 53 Resolver query logs and Kubernetes audit
logs; gzip, zstd, bzip2, zip and Parquet included.

With --to the findings also go to a server that 'picket serve' runs, signed with the access key that AWS clients would
use, which must be allowed picket:PutFindings and picket:GetLists. Findings go to the account and region of the logs,
which need a detector there; logs that were sent before count nothing twice. --region is the region whose lists are
used (default: that of the AWS configuration).

Exit code: 0 nothing found, 2 findings at or above --severity, 1 an error. A file that can't be read or has
bad records is reported on standard error and counted; the scan goes on.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, paths []string) error { return f.run(cmd.Context(), paths) },
	}
	fl := cmd.Flags()
	fl.StringVar(&f.format, "format", "table", "output format: table, json, ocsf or html")
	fl.StringVarP(&f.out, "out", "o", "", "write to `FILE` instead of standard output")
	fl.StringVar(&f.severity, "severity", "low", "report findings from this severity on: low, medium, high, critical or a number")
	fl.StringArrayVar(&f.threats, "threat-list", nil, "your own threat list: addresses, networks, domains (repeatable)")
	fl.StringArrayVar(&f.trusted, "trusted-list", nil, "your own trusted list; it wins over every threat list (repeatable)")
	fl.StringArrayVar(&f.intel, "intel", nil, "an intelligence list as `CATEGORY=FILE` (repeatable); 'picket intel list' shows the categories")
	fl.StringVar(&f.intelDir, "intel-dir", "", "a directory of lists whose names begin with a category; default: what 'picket intel update' fetched")
	fl.StringArrayVar(&f.geo, "geo", nil, "an MMDB database of countries, cities or networks (repeatable)")
	fl.StringVar(&f.account, "account", "", "the account of records that carry none")
	fl.StringVar(&f.region, "region", "", "the region of records that carry none")
	fl.IntVar(&f.workers, "workers", 0, "files decoded at once (default: one per processor)")
	fl.IntVar(&f.shards, "shards", 0, "goroutines that run detectors (default: half the workers)")
	fl.StringVar(&f.to, "to", "", "send findings and usage to the server at this `address`, http://host:port, and use the account's lists")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "print no progress and no problems")
	return cmd
}

// memoryLimit is what the runtime is told to stay under: well below the
// 512 MB that a scan may use, whatever the size of the input.
const memoryLimit = 384 << 20

// gcPercent lets the small live heap of a scan grow before it is collected;
// the memory limit caps it. Measured on 25 to 60 MB of logs of each kind: 800
// takes up to a tenth less time than 400, and 2 % more memory.
const gcPercent = 800

func (f *scanFlags) run(ctx context.Context, paths []string) error {
	min, err := parseSeverity(f.severity)
	if err != nil {
		return err
	}
	write, err := f.writer()
	if err != nil {
		return err
	}
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(memoryLimit)
	if err := f.connect(ctx); err != nil {
		return err
	}
	cfg, err := f.config(paths)
	if err != nil {
		return err
	}
	stop := func() {}
	if !f.quiet && term.IsTerminal(os.Stderr.Fd()) {
		cfg.Progress = new(scan.Progress)
		stop = showProgress(cfg.Progress)
	}
	res, err := scan.Run(ctx, cfg)
	stop()
	if err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	f.complain(res)
	res.Findings = atLeast(res.Findings, min)
	sent := f.send(res, os.Stderr)
	if err := f.emit(res, write); err != nil {
		return err
	}
	if sent != nil {
		return sent
	}
	return verdict(res)
}

// verdict is the exit code: findings are worth more than a broken file, but a
// scan that could read nothing has not looked.
func verdict(res *scan.Result) error {
	switch {
	case len(res.Findings) > 0:
		return exit(exitFound)
	case res.Files == 0, len(res.Health.Fenced) > 0, slices.ContainsFunc(res.Problems, func(p scan.Problem) bool { return !p.Minor }):
		return exit(exitError)
	}
	return nil
}

// config opens the databases the flags name and says how to read the lists.
func (f *scanFlags) config(paths []string) (scan.Config, error) {
	cfg := scan.Config{Paths: paths, Stdin: os.Stdin, Detectors: detectors.All(), Account: f.account, Region: f.region,
		Workers: f.workers, Shards: f.shards, Lists: f.lists}
	if f.account != "" && !isAccount(f.account) {
		return cfg, fmt.Errorf("--account %q: want 12 digits", f.account)
	}
	if f.server != nil {
		cfg.Used = f.server.Count
	}
	if len(f.geo) > 0 {
		var err error
		if cfg.Places, err = geo.Open(f.geo...); err != nil {
			return cfg, fmt.Errorf("--geo: %w", err)
		}
	}
	return cfg, nil
}

func isAccount(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil && len(s) == 12
}

func (f *scanFlags) lists() (*intel.Set, error) {
	var b intel.Builder
	if err := b.AddBuiltin(); err != nil {
		return nil, err
	}
	lists, err := f.named()
	if err != nil {
		return nil, err
	}
	fetched, err := f.fetched()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(b.AddFiles(append(lists, fetched...))...); err != nil {
		return nil, err
	}
	if err := f.addServed(&b); err != nil {
		return nil, err
	}
	return b.Build(), nil
}

// named are the lists that flags name one by one.
func (f *scanFlags) named() ([]intel.List, error) {
	var lists []intel.List
	for _, p := range f.threats {
		lists = append(lists, intel.ThreatList(listName(p), p))
	}
	for _, p := range f.trusted {
		lists = append(lists, intel.TrustedList(listName(p), p))
	}
	for _, arg := range f.intel {
		category, path, ok := strings.Cut(arg, "=")
		l, known := intel.CategoryList(category)
		if !ok || !known {
			return nil, fmt.Errorf("--intel %q: want CATEGORY=FILE with one of the categories that 'picket intel list' shows", arg)
		}
		l.Name, l.Path = listName(path), path
		lists = append(lists, l)
	}
	return lists, nil
}

// fetched are the lists of --intel-dir, or those that were fetched before.
func (f *scanFlags) fetched() ([]intel.List, error) {
	dir := f.intelDir
	if dir == "" {
		dir = defaultIntelDir()
		if _, err := os.Stat(dir); err != nil {
			return nil, nil
		}
	}
	return intel.Dir(dir)
}

// listName is what findings call a list: its file's name without endings.
func listName(path string) string {
	name := filepath.Base(path)
	for ext := filepath.Ext(name); ext != "" && len(ext) < len(name); ext = filepath.Ext(name) {
		name = strings.TrimSuffix(name, ext)
	}
	return name
}

func parseSeverity(s string) (float64, error) {
	switch strings.ToLower(s) {
	case "low":
		return finding.SeverityLow, nil
	case "medium":
		return finding.SeverityMedium, nil
	case "high":
		return finding.SeverityHigh, nil
	case "critical":
		return finding.SeverityCritical, nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v < 0 || v > 10 {
		return 0, fmt.Errorf("--severity %q: want low, medium, high, critical or a number from 0 to 10", s)
	}
	return v, nil
}

func atLeast(fs []finding.Finding, min float64) []finding.Finding {
	kept := fs[:0]
	for _, f := range fs {
		if f.Severity >= min {
			kept = append(kept, f)
		}
	}
	return kept
}

// maxComplaints is how many problems are printed one by one; the rest is counted.
const maxComplaints = 50

// complain prints the problems, one line each.
func (f *scanFlags) complain(res *scan.Result) {
	for _, d := range res.Health.Fenced {
		fmt.Fprintf(os.Stderr, "picket: detector %s failed and was switched off: %s\n", d.Detector, d.Panic)
	}
	if f.quiet {
		return
	}
	for i, p := range res.Problems {
		if i == maxComplaints {
			fmt.Fprintf(os.Stderr, "picket: and %d more problems\n", len(res.Problems)-i)
			break
		}
		fmt.Fprintln(os.Stderr, "picket:", p)
	}
}

type writer func(io.Writer, *scan.Result) error

func (f *scanFlags) writer() (writer, error) {
	switch f.format {
	case "table":
		return f.table, nil
	case "json":
		return report.JSON, nil
	case "ocsf":
		return report.OCSF, nil
	case "html":
		return report.HTML, nil
	}
	return nil, fmt.Errorf("--format %q: want table, json, ocsf or html", f.format)
}

// table writes the findings as a table, with as many colours as the place it
// goes to can show: none in a file.
func (f *scanFlags) table(w io.Writer, r *scan.Result) error {
	if f.out != "" {
		w = &colorprofile.Writer{Forward: w, Profile: colorprofile.NoTTY}
	}
	return report.Table(w, r, tableWidth())
}

// emit writes the result to --out or standard output. A file appears under
// its name only when it is complete.
func (f *scanFlags) emit(res *scan.Result, write writer) error {
	if f.out == "" {
		return write(colorprofile.NewWriter(os.Stdout, os.Environ()), res)
	}
	if info, err := os.Stat(f.out); err == nil && !info.Mode().IsRegular() {
		return writeDevice(f.out, res, write)
	}
	tmp, err := os.CreateTemp(filepath.Dir(f.out), filepath.Base(f.out)+".*")
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer os.Remove(tmp.Name())
	buf := bufio.NewWriter(tmp)
	if err := errors.Join(write(buf, res), buf.Flush(), tmp.Chmod(0o644), tmp.Close()); err != nil {
		return fmt.Errorf("write %s: %w", f.out, err)
	}
	return os.Rename(tmp.Name(), f.out)
}

// writeDevice writes to something that is no regular file, such as /dev/null.
func writeDevice(path string, res *scan.Result, write writer) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return errors.Join(write(f, res), f.Close())
}

// defaultWidth is the width of a table that goes to no terminal.
const defaultWidth = 100

func tableWidth() int {
	if w, _, err := term.GetSize(os.Stdout.Fd()); err == nil && w > 0 {
		return w
	}
	return defaultWidth
}
