package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"picket/bench/testbed"
)

// usage is what one run of a program took, its children included.
type usage struct {
	cpu  time.Duration // user and system
	wall time.Duration
	rss  int64 // peak resident bytes
}

// sample is one round: the programs in turn, so that all meet the same noise.
type sample struct {
	zcat, one, two usage // two is zero on a machine of one core
	findings       int   // of the run on one core
	findingsTwo    int
}

// bench runs picket and zcat on one corpus.
type bench struct {
	picket string
	work   string   // for output files
	always []string // flags of every scan
	corpus *testbed.Corpus
}

// measure takes rounds samples of one log.
func (b *bench) measure(ctx context.Context, kind string, rounds int) (*result, error) {
	files, err := b.corpus.Files(kind)
	if err != nil {
		return nil, err
	}
	r := &result{kind: kind, records: b.corpus.Truth.Totals[kind].Records}
	for _, p := range b.corpus.Truth.Findings {
		if p.Log == kind {
			r.planted++
		}
	}
	for range rounds {
		var s sample
		if s.zcat, err = runProgram(ctx, nil, "zcat", files...); err != nil {
			return nil, err
		}
		if s.one, s.findings, err = b.scan(ctx, kind, 1); err != nil {
			return nil, err
		}
		if runtime.NumCPU() > 1 {
			if s.two, s.findingsTwo, err = b.scan(ctx, kind, 2); err != nil {
				return nil, err
			}
		}
		r.samples = append(r.samples, s)
	}
	return r, nil
}

// customerLists are the lists the limits were set with: 250,000 addresses,
// the Tor exits and 50,000 names.
var customerLists = []testbed.ListUse{
	{File: "bad-ips.txt", Use: "threat-list"},
	{File: "tor-exits.txt", Use: "tor_exit"},
	{File: "bad-domains.txt", Use: "c2"},
}

// scan runs picket over one log on so many cores and counts its findings.
func (b *bench) scan(ctx context.Context, kind string, cores int) (usage, int, error) {
	out := filepath.Join(b.work, "findings.jsonl")
	args := append([]string{"scan", "--quiet", "--format", "json", "--out", out}, b.always...)
	args = append(args, b.corpus.ListArgs(func(u testbed.ListUse) bool { return slices.Contains(customerLists, u) })...)
	env := append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", cores))
	u, err := runProgram(ctx, env, b.picket, append(args, filepath.Join(b.corpus.Dir, kind))...)
	if err != nil {
		return u, 0, err
	}
	found, err := os.ReadFile(out)
	if err != nil {
		return u, 0, fmt.Errorf("count findings: %w", err)
	}
	return u, bytes.Count(found, []byte("\n")), os.Remove(out)
}

// scanFindings is picket's exit code when it found something.
const scanFindings = 2

// runProgram runs a program to its end, its output thrown away. A nil env is our own.
func runProgram(ctx context.Context, env []string, name string, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = env
	var errs bytes.Buffer
	cmd.Stderr = &errs
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != scanFindings) {
		return usage{}, fmt.Errorf("run %s: %w: %s", filepath.Base(name), err, testbed.Tail(errs.String(), 500))
	}
	state := cmd.ProcessState
	return usage{cpu: state.UserTime() + state.SystemTime(), wall: wall, rss: peak(state)}, nil
}

// peak is the peak resident size; Linux counts it in KiB, Darwin in bytes.
func peak(state *os.ProcessState) int64 {
	r, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return r.Maxrss
	}
	return r.Maxrss * 1024
}
