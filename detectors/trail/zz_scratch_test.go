package trail

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"picket/engine"
	"picket/enrich"
	"picket/event"
	"picket/finding"
	"picket/intel"
	"picket/logformat"
)

func TestScratch(t *testing.T) {
	paths := strings.Fields(os.Getenv("SCRATCH"))
	var b intel.Builder
	for _, kv := range strings.Fields(os.Getenv("INTEL")) {
		cat, f, _ := strings.Cut(kv, "=")
		l, ok := intel.CategoryList(cat)
		if cat == "threat" {
			l, ok = intel.ThreatList("threat", ""), true
		}
		if !ok {
			t.Fatal(cat)
		}
		l.Name = f
		data, _ := os.ReadFile(f)
		if _, err := b.Add(l, bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	lists := b.Build()
	one := os.Getenv("ONE") != ""
	var all []*event.Batch
	for _, p := range paths {
		ms, _ := filepath.Glob(p)
		for _, m := range ms {
			f, _ := os.Open(m)
			var r io.Reader = f
			if strings.HasSuffix(m, ".gz") {
				z, err := gzip.NewReader(f)
				if err != nil {
					t.Fatal(err)
				}
				r = z
			}
			data, _ := io.ReadAll(r)
			bt := new(event.Batch)
			st, err := logformat.DecodeAll(bt, data, event.Meta{Path: m})
			if err != nil {
				t.Fatal(m, err)
			}
			if st.Bad > 0 {
				fmt.Println("bad", m, st.Bad, st.First)
			}
			enrich.New(lists, nil).Enrich(bt)
			bt.Sort()
			if one {
				all = append(all, bt)
			} else {
				report(t, filepath.Base(m), []*event.Batch{bt})
			}
		}
	}
	if one {
		report(t, "all", all)
	}
}

func report(t *testing.T, name string, bs []*event.Batch) {
	eng, err := engine.New(All, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	var rows []event.Run
	n := 0
	for _, b := range bs {
		for i := range b.Trails {
			rows = append(rows, event.Run{Batch: b, Kind: event.KindTrail, Lo: i, Hi: i + 1})
		}
		n += len(b.Trails)
	}
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].Batch.Trails[rows[i].Lo].At < rows[j].Batch.Trails[rows[j].Lo].At })
	if len(bs) == 1 {
		rows = bs[0].Runs(nil)
	}
	set := finding.NewSet(finding.Naming{})
	start := time.Now()
	hits := eng.Process(nil, rows)
	d := time.Since(start)
	for _, h := range hits {
		set.Add(h)
	}
	h := eng.Health()
	for _, f := range h.Fenced {
		t.Fatal(f.Panic)
	}
	fmt.Printf("== %s rows=%d %.0f ns/row\n", name, n, float64(d.Nanoseconds())/float64(max(n, 1)))
	for _, f := range set.Findings() {
		a := f.Service.Action.AwsAPICallAction
		u := f.Resource.AccessKeyDetails
		fmt.Printf("   %s %s x%d %s %s %s %v | %s\n", f.Type, f.AccountID, f.Service.Count, a.API, u.UserName, a.RemoteIPDetails.Address(), f.Severity, f.Title)
	}
}
