package remote

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"picket/finding"
	"picket/internal/api/ingest"
	"picket/internal/scan"
)

// A Delivery sends what a scan found and how much it read, and keeps count of
// what became of it. It is for one goroutine at a time.
type Delivery struct {
	ctx    context.Context
	server *Server
	counts map[place][]ingest.Count
	err    error // why nothing more is sent

	States  map[string]int // findings by state
	Records int64          // that were counted now
	refused map[refusal]refused
}

// A place is whose findings they are.
type place struct{ account, region string }

type refusal struct {
	place
	reason string
}

type refused struct {
	findings int
	records  int64
}

// Deliver begins a delivery, which ends with ctx.
func (s *Server) Deliver(ctx context.Context) *Delivery {
	return &Delivery{ctx: ctx, server: s, counts: map[place][]ingest.Count{}, States: map[string]int{}, refused: map[refusal]refused{}}
}

const (
	// batchBytes is how much of findings a request has, at most, but for one that
	// is larger by itself.
	batchBytes = 300 << 10
	// batchCounts is how many counts a request has; with names as long as can be
	// they stay below ingest.MaxBytes.
	batchCounts = 500
	maxName     = 200 // of a resource, in characters; real ones are shorter
)

// features are the sources by the names of the detector's features.
var features = map[finding.Source]string{
	finding.CloudTrail: "CLOUD_TRAIL", finding.DNSLogs: "DNS_LOGS", finding.VPCFlowLogs: "FLOW_LOGS",
	finding.S3DataEvents: "S3_DATA_EVENTS", finding.EKSAuditLogs: "EKS_AUDIT_LOGS",
}

// Count takes what was read of a file, and sends when there is enough. The first
// error is Findings' too.
func (d *Delivery) Count(us []scan.Usage) {
	for _, u := range us {
		p := place{u.Account, u.Region}
		c := ingest.Count{ID: &u.ID, Source: new(features[u.Source]), Records: &u.Records, Bytes: &u.Bytes}
		if u.Resource != "" {
			c.Resource = new(cut(u.Resource))
		}
		if d.counts[p] = append(d.counts[p], c); len(d.counts[p]) == batchCounts {
			d.sendCounts(p)
		}
	}
}

// cut keeps a name as long as it may be.
func cut(s string) string {
	if r := []rune(s); len(r) > maxName {
		return string(r[:maxName])
	}
	return s
}

func (d *Delivery) sendCounts(p place) {
	counts := d.counts[p]
	delete(d.counts, p)
	d.put(p, &ingest.PutFindingsInput{Counts: counts})
}

// Findings sends findings and what else there is to send.
func (d *Delivery) Findings(fs []finding.Finding) error {
	for p := range d.counts {
		d.sendCounts(p)
	}
	batches, size := map[place][]string{}, map[place]int{}
	for i := range fs {
		doc, err := fs[i].JSON()
		if err != nil {
			return fmt.Errorf("encode finding %s: %w", fs[i].ID, err)
		}
		p, n := place{fs[i].AccountID, fs[i].Region}, quoted(doc)
		if len(batches[p]) > 0 && (size[p]+n > batchBytes || len(batches[p]) == ingest.MaxFindings) {
			d.put(p, &ingest.PutFindingsInput{Findings: batches[p]})
			batches[p], size[p] = nil, 0
		}
		batches[p], size[p] = append(batches[p], string(doc)), size[p]+n
	}
	for p, docs := range batches {
		d.put(p, &ingest.PutFindingsInput{Findings: docs})
	}
	return d.err
}

// quoted is how long a document is as a JSON string.
func quoted(doc []byte) int {
	b, _ := json.Marshal(string(doc)) // a string has a form
	return len(b) + 1
}

// put sends one request and notes its results.
func (d *Delivery) put(p place, in *ingest.PutFindingsInput) {
	if d.err != nil {
		return
	}
	in.Account = &p.account
	out, err := d.ask(p, in)
	var no *Refusal
	switch {
	case errors.As(err, &no): // others may be taken all the same
		out = refuseAll(in, no)
	case err != nil:
		d.err = err
		return
	}
	for _, r := range out.Findings {
		d.States[aws.ToString(r.State)]++
		d.note(p, r, refused{findings: 1})
	}
	for i, r := range out.Counts {
		if aws.ToString(r.State) == ingest.Counted {
			d.Records += *in.Counts[i].Records
		}
		d.note(p, r, refused{records: *in.Counts[i].Records})
	}
}

// regionName is what a region can be. Logs may say anything.
var regionName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

func (d *Delivery) ask(p place, in *ingest.PutFindingsInput) (*ingest.PutFindingsOutput, error) {
	if !regionName.MatchString(p.region) {
		return nil, &Refusal{Message: "that is no region"}
	}
	return d.server.Put(d.ctx, p.region, in)
}

// refuseAll is the results of a request that was refused as a whole.
func refuseAll(in *ingest.PutFindingsInput, no *Refusal) *ingest.PutFindingsOutput {
	r := ingest.Result{State: new(ingest.Refused), Reason: &no.Message}
	return &ingest.PutFindingsOutput{Findings: slices.Repeat([]ingest.Result{r}, len(in.Findings)), Counts: slices.Repeat([]ingest.Result{r}, len(in.Counts))}
}

// note keeps the reason of a refusal.
func (d *Delivery) note(p place, r ingest.Result, what refused) {
	if aws.ToString(r.State) != ingest.Refused {
		return
	}
	k := refusal{p, aws.ToString(r.Reason)}
	sum := d.refused[k]
	d.refused[k] = refused{sum.findings + what.findings, sum.records + what.records}
}

// Taken says in a sentence what the server took.
func (d *Delivery) Taken() string {
	verb := "were"
	if d.Records == 1 {
		verb = "was"
	}
	return fmt.Sprintf("%s took %s, %d that go on and %d that it knew; %s %s counted", d.server, several(int64(d.States[ingest.Created]), "new finding"),
		d.States[ingest.Updated], d.States[ingest.Repeated], several(d.Records, "record"), verb)
}

// several is a number of things.
func several(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// Refused says what the server refused and why, a sentence each.
func (d *Delivery) Refused() []string {
	var all []string
	for _, k := range slices.SortedFunc(maps.Keys(d.refused), func(a, b refusal) int {
		return cmp.Or(strings.Compare(a.account, b.account), strings.Compare(a.region, b.region), strings.Compare(a.reason, b.reason))
	}) {
		n := d.refused[k]
		all = append(all, fmt.Sprintf("%s refused %s and %s of account %q in %q: %s", d.server, several(int64(n.findings), "finding"), several(n.records, "record"),
			k.account, k.region, k.reason))
	}
	return all
}
