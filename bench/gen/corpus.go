package main

import (
	"fmt"
	"strings"
	"time"
)

// kind declares one log: how big it is at each size, how its files are named
// and framed, who writes its ordinary records and what is planted in it.
// The position in kinds labels random streams: append only.
type kind struct {
	name                string
	logs                string             // which first-edition scenarios it takes
	key                 string             // entity member that tells its findings apart
	net                 int                // which of an account's networks it watches
	megabytes           map[string]float64 // raw, by size
	path                func(a *account, day, minute, tail string) string
	prologue, sep, epil string
	background          func(r *rng, w *world, a *account, t int64, b []byte) ([]byte, int)
	later               []scenario
	decoys              []decoy
}

var kinds = []kind{
	{name: "cloudtrail", logs: "cloudtrail", key: "user", megabytes: megabytes(1, 6, 400), path: trailPath("cloudtrail"),
		prologue: `{"Records":[`, sep: ",", epil: "]}", background: ctBackground, later: laterTrail, decoys: trailDecoys},
	{name: "s3data", logs: "s3data", key: "bucket", megabytes: megabytes(0.5, 3, 200), path: trailPath("s3data"), // S3 data events are a second trail
		prologue: `{"Records":[`, sep: ",", epil: "]}", background: s3Background, later: laterS3, decoys: s3Decoys},
	{name: "flow2", logs: "flow", key: "instance", megabytes: megabytes(0.5, 3, 400), path: flowPath("flow2", 0),
		prologue: header2, background: flow2Background, later: laterFlow, decoys: flowDecoys},
	{name: "flow5", logs: "flow", key: "instance", net: 1, megabytes: megabytes(0.5, 3, 400), path: flowPath("flow5", 1),
		prologue: header5, background: flow5Background, later: laterFlow, decoys: flowDecoys},
	{name: "dns", logs: "dns", key: "instance", megabytes: megabytes(0.5, 3, 300), path: dnsPath,
		background: dnsBackground, later: laterDNS, decoys: dnsDecoys},
	{name: "k8s", logs: "k8s", key: "account", megabytes: megabytes(0.5, 3, 300), path: k8sPath,
		background: k8sBackground, later: laterK8s, decoys: k8sDecoys},
}

func megabytes(tiny, small, medium float64) map[string]float64 {
	return map[string]float64{"tiny": tiny, "small": small, "medium": medium, "large": 4 * medium}
}

func kindNames() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

func trailPath(top string) func(*account, string, string, string) string {
	return func(a *account, day, minute, tail string) string {
		return fmt.Sprintf("%s/AWSLogs/%s/CloudTrail/%s/%s/%s_CloudTrail_%s_%s_%s.json", top, a.id, a.region, day, a.id, a.region, minute, tail)
	}
}

func flowPath(top string, net int) func(*account, string, string, string) string {
	return func(a *account, day, minute, tail string) string {
		return fmt.Sprintf("%s/AWSLogs/%s/vpcflowlogs/%s/%s/%s_vpcflowlogs_%s_%s_%s_%s.log", top, a.id, a.region, day, a.id, a.region, a.nets[net].flowLog, minute, strings.ToLower(tail[:8]))
	}
}

func dnsPath(a *account, day, minute, tail string) string {
	vpc := a.nets[0].vpc
	return fmt.Sprintf("dns/AWSLogs/%s/vpcdnsquerylogs/%s/%s/%s_vpcdnsquerylogs_%s_%s_%s.log", a.id, vpc, day, vpc, a.id, minute, strings.ToLower(tail[:8]))
}

func k8sPath(a *account, _, minute, tail string) string {
	return fmt.Sprintf("k8s/%s/%s/kube-apiserver-audit-%s-%s.log", a.id, a.cluster, minute, strings.ToLower(tail[:8]))
}

// file is one log file. The counts are filled in when it is written.
type file struct {
	Path    string `json:"path"`
	Log     string `json:"log"`
	Account string `json:"account"`
	From    string `json:"from"`
	To      string `json:"to"`
	Records int    `json:"records"`
	Raw     int    `json:"raw_bytes"`
	Stored  int    `json:"stored_bytes"`

	slot     slot
	n        int // position among the files of its slot
	from, to int64
	want     int // raw bytes to fill
}

// corpus is the layout of a data set: which files, and the time each covers.
type corpus struct {
	start, span int64 // unix ms, ms
	files       []*file
}

func (c corpus) has(kind int) bool {
	for _, f := range c.files {
		if f.slot.kind == kind {
			return true
		}
	}
	return false
}

// layout cuts each account's share of each log into files of about fileMB.
func layout(w *world, o options) corpus {
	c := corpus{start: o.start.UnixMilli(), span: o.span.Milliseconds()}
	for li, k := range kinds {
		if !o.writes(k.name) {
			continue
		}
		want := k.megabytes[o.size]
		if o.mb > 0 {
			want = o.mb
		}
		perAcct := max(1, int(want/o.fileMB/float64(o.accounts)+0.5))
		for a := range w.accounts {
			for i := range perAcct {
				f := &file{Log: k.name, slot: slot{li, a}, n: i, Account: w.accounts[a].id,
					from: c.start + c.span*int64(i)/int64(perAcct), to: c.start + c.span*int64(i+1)/int64(perAcct),
					want: int(want * 1e6 / float64(perAcct*o.accounts))}
				f.From, f.To = stampS(f.from), stampS(f.to)
				f.Path = f.path(w, o.gzip)
				c.files = append(c.files, f)
			}
		}
	}
	return c
}

func (f *file) path(w *world, gz bool) string {
	r := newRNG(w.seed, streamPath, uint64(f.slot.kind), uint64(f.slot.account), uint64(f.n))
	at := time.UnixMilli(f.from).UTC()
	p := kinds[f.slot.kind].path(&w.accounts[f.slot.account], at.Format("2006/01/02"), at.Format("20060102T1504Z"), r.str(b32Digits, 16))
	if gz {
		p += ".gz"
	}
	return p
}
