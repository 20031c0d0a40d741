package scan

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"

	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

// Usage is what one file had of one data source.
type Usage struct {
	// ID names the file by what it holds and the members below that say of what
	// was counted, so that the same logs have it in every scan, wherever they lie.
	ID       string
	Account  string
	Region   string
	Source   finding.Source
	Resource string // the bucket of S3 data events, the cluster of audit events
	Records  int64
	Bytes    int64 // of the records, unpacked
}

// counted is what usage is counted by.
type counted struct {
	account, region string
	source          finding.Source
	resource        string
}

// maxCounted bounds what one file is counted by; what comes beyond is counted
// without its resource.
const maxCounted = 1000

// A tally counts one file.
type tally struct {
	content hash.Hash // is written all that is unpacked, in order
	counts  map[counted]*Usage
	last    counted // what was counted last, which most often comes next
	lastOf  *Usage
}

func newTally() *tally { return &tally{content: sha256.New(), counts: map[counted]*Usage{}} }

// add counts the rows of a batch.
func (t *tally) add(b *event.Batch) {
	for i := range b.Flows {
		f := &b.Flows[i]
		t.count(b, counted{account: b.FlowText(f, event.FieldAccountID), region: b.FlowText(f, event.FieldRegion), source: finding.VPCFlowLogs}, int(f.Line.Len))
	}
	for i := range b.DNS {
		d := &b.DNS[i]
		t.count(b, counted{account: d.Account, region: d.Region, source: finding.DNSLogs}, len(d.Raw))
	}
	for i := range b.Trails {
		r := &b.Trails[i]
		c := counted{account: r.Account, region: r.Region, source: finding.CloudTrail}
		if r.Traits&event.DataEvent != 0 {
			c.source, c.resource = finding.S3DataEvents, jsonview.GetString(r.Params, "bucketName")
		}
		t.count(b, c, len(r.Raw))
	}
	for i := range b.Audits {
		a := &b.Audits[i]
		t.count(b, counted{account: a.Account, region: a.Region, source: finding.EKSAuditLogs, resource: a.Cluster}, len(a.Raw))
	}
}

func (t *tally) count(b *event.Batch, c counted, size int) {
	if c.account == "" {
		c.account = b.Meta.Account
	}
	if c.region == "" {
		c.region = b.Meta.Region
	}
	u := t.lastOf
	if u == nil || c != t.last {
		u = t.of(c)
		t.last, t.lastOf = counted{u.Account, u.Region, u.Source, u.Resource}, u
	}
	u.Records++
	u.Bytes += int64(size)
}

// of is the count for c, whose strings are views.
func (t *tally) of(c counted) *Usage {
	if u := t.counts[c]; u != nil {
		return u
	}
	if len(t.counts) >= maxCounted {
		c.resource = ""
		if u := t.counts[c]; u != nil {
			return u
		}
	}
	c = counted{strings.Clone(c.account), strings.Clone(c.region), c.source, strings.Clone(c.resource)}
	u := &Usage{Account: c.account, Region: c.region, Source: c.source, Resource: c.resource}
	t.counts[c] = u
	return u
}

// usage is what was counted, when the file has been read.
func (t *tally) usage() []Usage {
	sum := t.content.Sum(nil)
	var all []Usage
	for c, u := range t.counts {
		id := sha256.Sum256([]byte(strings.Join([]string{string(sum), c.account, c.region, string(c.source), c.resource}, "\x00")))
		u.ID = hex.EncodeToString(id[:16])
		all = append(all, *u)
	}
	return all
}
