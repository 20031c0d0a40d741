package finding

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"picket/event"
)

// Set collects hits into findings: hits of one issue are counted in one
// finding, which shows its latest activity (GuardDuty user guide, finding
// aggregation). It is not safe for concurrent use.
type Set struct {
	issues map[issue]*collected
	name   Naming
}

// Naming resolves what a hit knows only by number: which lists matched, where
// an address is. The zero Naming leaves both out.
type Naming struct {
	// Lists names the lists an indicator is on.
	Lists func(Indicator) []ListMatch
	// Where fills in country, city, place and organization of an address.
	Where func(event.IP, *RemoteIPDetails)
	// Now is the processing time that createdAt and updatedAt show; zero: the
	// time of the finding's last event, which makes scans repeatable.
	Now time.Time
}

// ListMatch is one list an indicator is on.
type ListMatch struct {
	List    string
	Threats []string
}

type issue struct {
	account, region, typ, key string
	entity                    uint64
}

type collected struct {
	Hit
	latest event.Time // of the hit whose action is shown
	gen    int
	next   *collected // the generation before
	probes []PortProbeDetail
	calls  []Call
}

// Retention is how long a finding takes up new activity after its last
// (90 days: user guide); what comes later opens a new finding.
const Retention = 90 * event.Day

// Bounds on what one finding accumulates, so that a noisy issue stays small.
const (
	maxProbes  = 20
	maxRecords = 6
)

// NewSet makes an empty set.
func NewSet(n Naming) *Set { return &Set{issues: map[issue]*collected{}, name: n} }

// Len counts the findings.
func (s *Set) Len() int {
	n := 0
	for _, c := range s.issues {
		for ; c != nil; c = c.next {
			n++
		}
	}
	return n
}

// Add takes a hit. Hits should come in time order; the finding shows the hit
// with the latest time whatever the order.
func (s *Set) Add(h Hit) {
	k := issue{h.Account, h.Region, h.Type.Name, h.Key, h.Entity}
	c := s.issues[k]
	if c == nil || h.First > c.Last+Retention {
		n := &collected{Hit: h, latest: h.Last, next: c}
		if c != nil {
			n.gen = c.gen + 1
		}
		n.note(&h)
		s.issues[k] = n
		return
	}
	c.merge(&h)
}

func (c *collected) merge(h *Hit) {
	c.First = min(c.First, h.First)
	c.Count += h.Count
	if h.Last >= c.latest {
		first, count, records := c.First, c.Count, c.Records
		info := c.Info
		last := max(c.Last, h.Last)
		c.Hit, c.latest = *h, h.Last
		c.First, c.Count, c.Last, c.Records = first, count, last, records
		if len(c.Info) == 0 {
			c.Info = info
		}
	}
	c.Records = keepRecords(c.Records, h.Records)
	c.note(h)
}

// keepRecords keeps the earliest half and the latest half of all records.
func keepRecords(have, more []Record) []Record {
	for _, r := range more {
		if slices.Contains(have, r) {
			continue
		}
		if len(have) == maxRecords {
			have = slices.Delete(have, maxRecords/2, maxRecords/2+1)
		}
		have = append(have, r)
	}
	return have
}

// note accumulates what a finding lists over several hits.
func (c *collected) note(h *Hit) {
	if p := h.Action.PortProbeAction; p != nil {
		for _, d := range p.PortProbeDetails {
			c.addProbe(d)
		}
	}
	for _, call := range h.Calls {
		c.calls = AddCall(c.calls, call)
	}
}

func (c *collected) addProbe(d PortProbeDetail) {
	same := func(o PortProbeDetail) bool {
		return o.LocalPortDetails.Port == d.LocalPortDetails.Port && o.RemoteIPDetails.Address() == d.RemoteIPDetails.Address()
	}
	if len(c.probes) < maxProbes && !slices.ContainsFunc(c.probes, same) {
		c.probes = append(c.probes, d)
	}
}

// Findings makes the findings, worst first, then latest first.
func (s *Set) Findings() []Finding {
	var out []Finding
	for _, c := range s.issues {
		for ; c != nil; c = c.next {
			out = append(out, s.make(c))
		}
	}
	slices.SortFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Service.EventLastSeen, a.Service.EventLastSeen),
			cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func (s *Set) make(c *collected) Finding {
	region := cmp.Or(c.Region, "us-east-1")
	partition := Partition(region)
	detector := DetectorID(c.Account, region)
	id := c.id()
	f := Finding{
		SchemaVersion: "2.0", AccountID: c.Account, Region: region, Partition: partition, ID: id, Type: c.Type.Name,
		ARN:      "arn:" + partition + ":guardduty:" + region + ":" + c.Account + ":detector/" + detector + "/finding/" + id,
		Resource: c.Resource, Severity: c.Severity, CreatedAt: s.stamp(c.Last), UpdatedAt: s.stamp(c.Last),
		Records: c.Records, Declared: c.Type,
		Service: Service{
			ServiceName: "guardduty", DetectorID: detector, Action: c.Action, ResourceRole: c.Role,
			EventFirstSeen: c.First.String(), EventLastSeen: c.Last.String(), Count: c.Count,
			FeatureName: c.Type.Sources[0].Feature(),
		},
	}
	if len(c.Type.Sources) > 1 && c.Resource.ResourceType == ResourceS3Bucket {
		f.Service.FeatureName = S3DataEvents.Feature()
	}
	if len(c.probes) > 0 {
		f.Service.Action.PortProbeAction = &PortProbeAction{Blocked: c.Action.PortProbeAction.Blocked, PortProbeDetails: c.probes}
	}
	info := s.lists(c, &f)
	if strings.HasSuffix(c.Type.Name, "/TorIPCaller") && len(c.calls) > 0 {
		info = info.Set("apiCalls", callList(c.calls))
	}
	f.Service.AdditionalInfo = additional(info)
	s.locate(&f.Service.Action)
	f.Title, f.Description = Fill(c.Type.Title, &f, info), Fill(c.Type.Text, &f, info)
	return f
}

func (s *Set) stamp(last event.Time) string {
	if s.name.Now.IsZero() {
		return last.String()
	}
	return event.TimeOf(s.name.Now).String()
}

// id is the first 128 bits of SHA-256 over what makes the issue itself and its
// generation, so that the same logs give the same finding.
func (c *collected) id() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"finding", c.Account, c.Region, c.Type.Name,
		strconv.FormatUint(c.Entity, 16), c.Key, strconv.Itoa(c.gen)}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// DetectorID is the detector that findings of an account and region carry when
// no detector was made through the API: derived, so that it never changes.
func DetectorID(account, region string) string {
	sum := sha256.Sum256([]byte("detector\x00" + account + "\x00" + region))
	return hex.EncodeToString(sum[:16])
}

// lists fills evidence and the list names in additionalInfo.
func (s *Set) lists(c *collected, f *Finding) Info {
	info := slices.Clone(c.Info)
	if s.name.Lists == nil {
		return info
	}
	if s.nameThreats(info, c.Intel) {
		return info
	}
	var ev Evidence
	for _, in := range c.Intel {
		for _, m := range s.name.Lists(in) {
			ev.ThreatIntelligenceDetails = append(ev.ThreatIntelligenceDetails,
				ThreatIntelligenceDetail{ThreatListName: m.List, ThreatNames: append([]string{}, m.Threats...)})
		}
	}
	if len(ev.ThreatIntelligenceDetails) == 0 {
		return info
	}
	f.Service.Evidence = &ev
	d := ev.ThreatIntelligenceDetails[0]
	if len(d.ThreatNames) > 0 && info.Get("threatName") == nil {
		info = append(Info{{"threatName", d.ThreatNames[0]}}, info...)
	}
	return append(Info{{"threatListName", d.ThreatListName}}, info...)
}

// nameThreats replaces ThreatName values by what the lists call the
// indicator. It reports whether there was any: lists that only name things are
// no evidence.
func (s *Set) nameThreats(info Info, intel []Indicator) (any bool) {
	for i := range info {
		if _, ok := info[i].Value.(ThreatName); !ok {
			continue
		}
		any = true
		for _, in := range intel {
			for _, m := range s.name.Lists(in) {
				if len(m.Threats) > 0 {
					info[i].Value = m.Threats[0]
				}
			}
		}
	}
	return any
}

func callList(calls []Call) []Info {
	var out []Info
	for _, a := range calls {
		out = append(out, Info{{"count", a.Count}, {"firstSeen", int64(a.First / event.Second)}, {"lastSeen", int64(a.Last / event.Second)}, {"name", a.API}})
	}
	return out
}

func additional(info Info) *AdditionalInfo {
	b, err := info.MarshalJSON()
	if err != nil {
		b = []byte("{}") // a detector put in what JSON can't hold; the finding still counts
	}
	return &AdditionalInfo{Value: string(b), Type: "default"}
}

// locate fills in where the remote addresses of an action are.
func (s *Set) locate(a *Action) {
	if s.name.Where == nil {
		return
	}
	details := []*RemoteIPDetails{a.Remote()}
	if p := a.PortProbeAction; p != nil {
		for i := range p.PortProbeDetails {
			details = append(details, p.PortProbeDetails[i].RemoteIPDetails)
		}
	}
	for _, d := range details {
		if ip, ok := event.ParseIP(d.Address()); ok && d.Country == nil {
			s.name.Where(ip, d)
		}
	}
}
