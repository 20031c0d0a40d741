package main

import (
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"
	"testing"
)

// eachPlanting works every scenario and decoy out once and shows its records.
func eachPlanting(t *testing.T, show func(t *testing.T, kind *kind, at planting, lines []planted)) {
	w, c := newTestWorld(tiny(t))
	for li := range kinds {
		k := &kinds[li]
		for _, s := range k.later {
			runOne(t, w, c, li, s.name, s.run, show)
		}
		for _, d := range k.decoys {
			runOne(t, w, c, li, d.name, d.run, show)
		}
		for i, s := range firstScenarios {
			if s.logs == k.logs {
				runOne(t, w, c, li, "first-"+strconv.Itoa(i), s.run, show)
			}
		}
	}
}

func runOne(t *testing.T, w *world, c corpus, li int, name string, run func(*cx), show func(*testing.T, *kind, planting, []planted)) {
	t.Run(kinds[li].name+"/"+name, func(t *testing.T) {
		p := &planner{w: w, c: c, plan: map[slot][]planted{}}
		x, _ := p.context(newRNG(7, nameHash(name)), li)
		p.begin(x, 0.4, 0)
		run(x)
		if len(x.lines) == 0 {
			t.Fatal("no records")
		}
		show(t, &kinds[li], x.at, x.lines)
	})
}

func TestPlantedRecordsParse(t *testing.T) {
	eachPlanting(t, func(t *testing.T, k *kind, at planting, lines []planted) {
		if at.Entity == nil {
			t.Error("names no entity")
		}
		for _, l := range lines {
			if strings.HasPrefix(k.name, "flow") {
				checkFlowLine(t, k, string(l.line))
				continue
			}
			checkJSONRecord(t, k, l.line)
		}
	})
}

// checkFlowLine holds a record to its header: as many fields, numbers where
// numbers belong, addresses where addresses do.
func checkFlowLine(t *testing.T, k *kind, line string) {
	t.Helper()
	names, fields := strings.Fields(k.prologue), strings.Split(strings.TrimSuffix(line, "\n"), " ")
	if len(fields) != len(names) {
		t.Fatalf("%d fields, header has %d: %q", len(fields), len(names), line)
	}
	for i, name := range names {
		var err error
		switch name {
		case "version", "srcport", "dstport", "protocol", "packets", "bytes", "start", "end", "tcp-flags":
			_, err = strconv.ParseUint(fields[i], 10, 63)
		case "srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr":
			_, err = netip.ParseAddr(fields[i])
		}
		if err != nil || fields[i] == "" {
			t.Fatalf("field %s: %q: %v", name, fields[i], err)
		}
	}
}

// required names members a record of the log always has.
var required = map[string][]string{
	"cloudtrail": {"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "eventID", "eventType", "recipientAccountId"},
	"s3data":     {"eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "eventID", "eventType", "recipientAccountId"},
	"dns":        {"version", "account_id", "region", "vpc_id", "query_timestamp", "query_name", "query_type", "rcode", "answers", "srcaddr", "srcids"},
	"k8s":        {"kind", "apiVersion", "level", "auditID", "stage", "requestURI", "verb", "user", "sourceIPs", "responseStatus", "requestReceivedTimestamp", "annotations"},
}

func checkJSONRecord(t *testing.T, k *kind, line []byte) {
	t.Helper()
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(line, &doc); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	for _, name := range required[k.name] {
		if len(doc[name]) == 0 {
			t.Fatalf("no %s in %s", name, line)
		}
	}
	if k.name == "dns" {
		checkName(t, doc["query_name"])
	}
}

// checkName holds a name to the limits of RFC 1035, 2.3.4.
func checkName(t *testing.T, quoted json.RawMessage) {
	t.Helper()
	name := strings.TrimSuffix(strings.Trim(string(quoted), `"`), ".")
	if len(name) > 253 {
		t.Fatalf("name of %d characters: %s", len(name), name)
	}
	for _, l := range strings.Split(name, ".") {
		if l == "" || len(l) > 63 {
			t.Fatalf("label of %d characters in %s", len(l), name)
		}
	}
}

// listIndex answers whether an address or name is on any list.
type listIndex struct {
	names    map[string]string // entry to file
	prefixes map[netip.Prefix]string
}

func indexLists(t *testing.T, w *world) listIndex {
	t.Helper()
	x := listIndex{map[string]string{}, map[netip.Prefix]string{}}
	for _, l := range w.lists() {
		for _, e := range l.entries {
			if other, twice := x.names[e]; twice && other != l.file {
				t.Errorf("%s is on %s and on %s", e, other, l.file)
			}
			x.names[e] = l.file
			if p, err := netip.ParsePrefix(e); err == nil {
				x.prefixes[p] = l.file
			}
		}
	}
	return x
}

func (x listIndex) find(s string) string {
	if ip, err := netip.ParseAddr(s); err == nil {
		for bits := 8; bits < 32; bits++ {
			if p, _ := ip.Prefix(bits); x.prefixes[p] != "" {
				return x.prefixes[p]
			}
		}
		return x.names[s]
	}
	for s = strings.TrimSuffix(s, "."); s != ""; _, s, _ = strings.Cut(s, ".") {
		if f := x.names[s]; f != "" {
			return f
		}
	}
	return ""
}

func TestListFindingsUseTheirLists(t *testing.T) {
	w, c := newTestWorld(tiny(t))
	x := indexLists(t, w)
	for _, f := range plant(w, c, 1, 0).findings {
		listed := x.find(f.Actor["ip"])
		if listed == "" {
			listed = x.find(f.Actor["domain"])
		}
		if got := listed != ""; got != (f.Needs == needsList) {
			t.Errorf("%s needs %s, its actor %v is on list %q", f.ID, f.Needs, f.Actor, listed)
		}
	}
}

func TestBackgroundIsOnNoList(t *testing.T) {
	w, c := newTestWorld(tiny(t))
	x := indexLists(t, w)
	for _, f := range c.files {
		for _, r := range records(t, f, f.render(w, nil, nil)) {
			for _, s := range strings.FieldsFunc(string(r), func(c rune) bool { return strings.ContainsRune(" \"\n[],", c) }) {
				if strings.Contains(s, ".") && x.find(s) != "" {
					t.Fatalf("%s: %s is on %s", f.Path, s, x.find(s))
				}
			}
		}
	}
}

func TestScenariosAreNamedApart(t *testing.T) {
	for _, k := range kinds {
		seen := map[string]bool{}
		for _, s := range k.later {
			if s.name == "" || s.typ == "" || s.needs == "" || seen[s.name] {
				t.Errorf("%s: scenario %q is unnamed, named twice or incomplete", k.name, s.name)
			}
			seen[s.name] = true
		}
		for _, d := range k.decoys {
			if d.name == "" || d.why == "" || seen[d.name] {
				t.Errorf("%s: decoy %q is unnamed, named twice or unexplained", k.name, d.name)
			}
			seen[d.name] = true
		}
	}
}

func TestLaterListsUseTheirOwnRanges(t *testing.T) {
	octets := map[int]string{10: "own networks", 169: "link-local", 171: "Tor exits"}
	for _, pool := range [][]int{goodOctets, badOctets, noiseOctets} {
		for _, o := range pool {
			octets[o] = "an ordinary or first-edition range"
		}
	}
	tlds := map[string]string{}
	for _, d := range strings.Fields("com net org io uk de biz info local internal example arpa top xyz ru click cc su pw") {
		tlds[d] = "other names"
	}
	for _, l := range laterLists {
		if l.tld == "" {
			if other := octets[l.octet]; other != "" {
				t.Errorf("%s: first octet %d is also that of %s", l.file, l.octet, other)
			}
			octets[l.octet] = l.file
			continue
		}
		if other := tlds[l.tld]; other != "" {
			t.Errorf("%s: top-level domain %s is also that of %s", l.file, l.tld, other)
		}
		tlds[l.tld] = l.file
	}
}
