package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"

	"picket/bench/testbed"
)

// found is the part of a finding that scoring looks at. An empty member is one
// the finding does not have.
type found struct {
	typ, account, role string
	instance, user     string
	interfaces         []string
	buckets            []string
}

// wire is a finding as GuardDuty's API spells it.
type wire struct {
	Type      string `json:"type"`
	AccountID string `json:"accountId"`
	Resource  struct {
		InstanceDetails struct {
			InstanceID        string `json:"instanceId"`
			NetworkInterfaces []struct {
				NetworkInterfaceID string `json:"networkInterfaceId"`
			} `json:"networkInterfaces"`
		} `json:"instanceDetails"`
		AccessKeyDetails struct {
			UserName string `json:"userName"`
		} `json:"accessKeyDetails"`
		S3BucketDetails []struct {
			Name string `json:"name"`
		} `json:"s3BucketDetails"`
	} `json:"resource"`
	Service struct {
		ResourceRole string `json:"resourceRole"`
	} `json:"service"`
}

func (w *wire) found() found {
	f := found{typ: w.Type, account: w.AccountID, role: w.Service.ResourceRole,
		instance: w.Resource.InstanceDetails.InstanceID, user: w.Resource.AccessKeyDetails.UserName}
	for _, n := range w.Resource.InstanceDetails.NetworkInterfaces {
		if n.NetworkInterfaceID != "" {
			f.interfaces = append(f.interfaces, n.NetworkInterfaceID)
		}
	}
	for _, b := range w.Resource.S3BucketDetails {
		f.buckets = append(f.buckets, b.Name)
	}
	return f
}

// who prints what a finding is about.
func (f found) who() string {
	parts := slices.Concat([]string{f.instance}, f.interfaces, []string{f.user}, f.buckets)
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// readFindings reads findings, one JSON document after the other.
func readFindings(r io.Reader) ([]found, error) {
	var out []found
	d := json.NewDecoder(r)
	for {
		var w wire
		if err := d.Decode(&w); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return out, fmt.Errorf("read finding %d: %w", len(out)+1, err)
		}
		if w.Type == "" {
			return out, fmt.Errorf("read finding %d: it has no type", len(out)+1)
		}
		out = append(out, w.found())
	}
}

// scanner runs the program that is scored.
type scanner struct {
	program string
	always  []string // flags of every scan
}

// Exit codes of picket scan.
const (
	scanNothing  = 0
	scanFindings = 2
)

// scan runs picket over paths. A scan that ran and failed is no error of
// eval's: its findings count, and failure says what went wrong.
func (s scanner) scan(ctx context.Context, args ...string) (fs []found, failure string, err error) {
	args = slices.Concat([]string{"scan", "--format", "json", "--quiet"}, s.always, args)
	cmd := exec.CommandContext(ctx, s.program, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	runErr := cmd.Run()
	var exit *exec.ExitError
	if runErr != nil && !errors.As(runErr, &exit) || ctx.Err() != nil {
		return nil, "", fmt.Errorf("run picket: %w", errors.Join(runErr, ctx.Err()))
	}
	fs, err = readFindings(&out)
	switch code := cmd.ProcessState.ExitCode(); {
	case err != nil:
		return fs, err.Error(), nil
	case code != scanNothing && code != scanFindings:
		return fs, fmt.Sprintf("exit status %d: %s", code, testbed.Tail(errs.String(), 300)), nil
	case (code == scanFindings) != (len(fs) > 0):
		return fs, fmt.Sprintf("exit status %d with %d findings", code, len(fs)), nil
	}
	return fs, "", nil
}
