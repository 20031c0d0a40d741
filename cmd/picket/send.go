package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"

	"picket/intel"
	"picket/internal/lists"
	"picket/internal/remote"
	"picket/internal/scan"
)

// A sender is the server of --to, nil without it.
type sender struct {
	*remote.Server
	*remote.Delivery
	lists []remote.List // that the account's detection uses
}

// connect asks the server for its lists. Records that carry no account or region
// are the key's account's, in the region that is asked.
func (f *scanFlags) connect(ctx context.Context) error {
	if f.to == "" {
		return nil
	}
	s, err := remote.Dial(ctx, f.to, f.region)
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	account, served, err := s.Lists(ctx)
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	f.account, f.region = cmp.Or(f.account, account), cmp.Or(f.region, s.Region)
	f.server = &sender{s, s.Deliver(ctx), served}
	return nil
}

// addServed adds the server's lists. They were readable when they were
// activated: one that is not now is an error, for a scan without it would find
// something else than the account asked for.
func (f *scanFlags) addServed(b *intel.Builder) error {
	if f.server == nil {
		return nil
	}
	for _, l := range f.server.lists {
		for _, k := range []*lists.Kind{&lists.IPSet, &lists.ThreatIntelSet, &lists.TrustedEntitySet, &lists.ThreatEntitySet} {
			if k.Name != l.Kind {
				continue
			}
			if _, err := b.Add(k.Reading(l.Name, l.Format), bytes.NewReader(l.Content)); err != nil {
				return fmt.Errorf("--to: list %q of the server: %w", l.Name, err)
			}
		}
	}
	f.server.lists = nil // they may be large
	return nil
}

// send sends what was found. Whatever the server did not take is an error, which
// is worth more than that something was found.
func (f *scanFlags) send(res *scan.Result, errs io.Writer) error {
	if f.server == nil {
		return nil
	}
	d := f.server.Delivery
	err := d.Findings(res.Findings)
	if !f.quiet {
		fmt.Fprintln(errs, "picket:", d.Taken())
	}
	for _, line := range d.Refused() {
		fmt.Fprintln(errs, "picket:", line)
	}
	if err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	if len(d.Refused()) > 0 {
		return exit(exitError)
	}
	return nil
}
