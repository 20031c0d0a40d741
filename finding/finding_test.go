package finding

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/google/go-cmp/cmp"

	"picket/event"
)

var probe = &Type{Name: "Recon:EC2/PortProbeUnprotectedPort", Severity: 2, Sources: []Source{VPCFlowLogs}, Resource: ResourceInstance, Role: RoleTarget,
	Title: "An open port on {instanceId} is probed.", Text: "{remoteIp} probed {instanceId}, port {localPort}, {nonsense}.", Remedy: "Close it."}

// rows is a batch with one row of each kind, as a decoder and enrichment leave it.
func rows() *event.Batch {
	line := "5 111122223333 eni-0a1b 10.0.0.5 198.51.100.7 443 50000 6 1 40 1700000000 1700000058 ACCEPT OK vpc-1 subnet-1 i-0abc us-east-1"
	b := &event.Batch{Data: []byte(line)}
	b.Columns.N = 18
	for i, f := range []event.Field{event.FieldVersion, event.FieldAccountID, event.FieldInterfaceID, event.FieldSrcAddr, event.FieldDstAddr, event.FieldSrcPort,
		event.FieldDstPort, event.FieldProtocol, event.FieldPackets, event.FieldBytes, event.FieldStart, event.FieldEnd, event.FieldAction, event.FieldLogStatus,
		event.FieldVPCID, event.FieldSubnetID, event.FieldInstanceID, event.FieldRegion} {
		b.Columns.Field[i] = f
	}
	local, _ := event.ParseIP("10.0.0.5")
	remote, _ := event.ParseIP("198.51.100.7")
	b.Flows = []event.Flow{{At: event.Day, Local: local, Remote: remote, LocalPort: 443, RemotePort: 50000, Proto: 6,
		Line: event.Span{Len: uint32(len(line))}, Traits: event.RemoteClient | event.Accepted}}
	b.DNS = []event.DNS{{At: event.Day, Name: "a.bad.example", Registrable: 2, Account: "111122223333", Region: "us-east-1", Instance: "i-0abc", VPC: "vpc-1", Src: local, Protocol: "UDP"}}
	b.Trails = []event.Trail{{At: event.Day, Name: "PutBucketPolicy", Source: "s3.amazonaws.com", Region: "us-east-1", Account: "111122223333", CallerIP: "198.51.100.7",
		Caller: remote, UserAgent: "aws-cli/2", Traits: event.S3, Params: `{"bucketName":"data"}`,
		User: event.Identity{Type: "AssumedRole", PrincipalID: "AROA1:session", AccessKey: "ASIA1", Account: "444455556666", IssuerName: "admin"}}}
	b.Audits = []event.Audit{{At: event.Day, Verb: "create", URI: "/api/v1/pods", User: "alice", Groups: `["dev"]`, SourceIPs: `["198.51.100.7"]`, Caller: remote, Resource: "pods",
		Account: "111122223333", Region: "us-east-1", Cluster: "prod", Code: 201, Namespace: "default",
		Request: `{"metadata":{"name":"p"},"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"reg.example/team/c:1","securityContext":{"privileged":true},"volumeMounts":[{"name":"v","mountPath":"/host"}]}],"volumes":[{"name":"v","hostPath":{"path":"/"}}]}}`,
		Extra:   `{"arn":["arn:aws:sts::111122223333:assumed-role/ops/alice"],"canonicalArn":["arn:aws:iam::111122223333:role/ops"],"accessKeyId":["ASIA2"],"principalId":["AROA2"],"sessionName":["alice"]}`}}
	return b
}

func typeOf(k event.Kind) *Type {
	t := *probe
	t.Resource = []string{ResourceInstance, ResourceInstance, ResourceAccessKey, ResourceCluster}[k]
	t.Name += fmt.Sprint(k)
	return &t
}

// TestOfficialSDKLosesNothing decodes a finding of each kind with the AWS SDK,
// encodes it again by the SDK's member names and compares.
func TestOfficialSDKLosesNothing(t *testing.T) {
	set := NewSet(Naming{
		Lists: func(Indicator) []ListMatch { return []ListMatch{{List: "corp", Threats: []string{"Scanner"}}} },
		Where: func(_ event.IP, d *RemoteIPDetails) {
			d.Country = &Country{CountryName: "Germany", CountryCode: "DE"}
			d.City, d.GeoLocation = &City{CityName: "Kiel"}, &GeoLocation{Lat: 54.3, Lon: 10.1}
			d.Organization = &Organization{ASN: "64500", ASNOrg: "EXAMPLE", ISP: "EXAMPLE", Org: "EXAMPLE"}
		},
	})
	b := rows()
	for k := range event.NumKinds {
		h := Subject(b, k, 0, typeOf(k), event.MarkThreat)
		h.First, h.Last, h.Count, h.Severity, h.Role = event.Day, event.Day, 1, 2, RoleTarget
		if k == event.KindFlow {
			h.Action = Action{ActionType: ActionPortProbe, PortProbeAction: &PortProbeAction{PortProbeDetails: []PortProbeDetail{{
				LocalPortDetails: PortDetails(443), LocalIPDetails: LocalIP(b.Flows[0].Local), RemoteIPDetails: RemoteIP(b.Flows[0].Remote)}}}}
		}
		set.Add(h)
	}
	for _, f := range set.Findings() {
		line, err := f.JSON()
		if err != nil {
			t.Fatal(err)
		}
		got := throughSDK(t, line)
		if diff := cmp.Diff(members(t, line), members(t, got)); diff != "" {
			t.Errorf("%s: what the SDK read differs (- sent, + read):\n%s", f.Type, diff)
		}
	}
}

// throughSDK serves line as the answer to GetFindings and returns what the SDK
// made of it, as JSON with the wire's member names.
func throughSDK(t *testing.T, line []byte) []byte {
	t.Helper()
	client := guardduty.New(guardduty.Options{Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, HTTPClient: answer(`{"findings":[` + string(line) + `]}`)})
	out, err := client.GetFindings(context.Background(), &guardduty.GetFindingsInput{DetectorId: aws.String("d"), FindingIds: []string{"f"}})
	if err != nil {
		t.Fatalf("the SDK refuses %s: %v", line, err)
	}
	j, err := json.Marshal(out.Findings[0])
	if err != nil {
		t.Fatal(err)
	}
	return j
}

type answer string

func (a answer) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

// members flattens a JSON document to path = value, with names in lower case
// and without what is empty, so that wire and SDK spellings can be compared.
func members(t *testing.T, doc []byte) map[string]string {
	t.Helper()
	var v any
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	flatten(out, "", v)
	return out
}

func flatten(out map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			flatten(out, path+"/"+strings.ToLower(k), m)
		}
	case []any:
		for i, m := range v {
			flatten(out, fmt.Sprintf("%s/%d", path, i), m)
		}
	case nil:
	case bool:
		if v {
			out[path] = "true"
		}
	default:
		if s := fmt.Sprint(v); s != "" {
			out[path] = s
		}
	}
}

func hit(at event.Time, count int, remote string) Hit {
	ip, _ := event.ParseIP(remote)
	b := rows()
	b.Flows[0].Remote = ip
	h := Subject(b, event.KindFlow, 0, probe, 0)
	h.First, h.Last, h.Count, h.Severity, h.Role = at, at, count, 2, RoleTarget
	h.Records = []Record{{Path: "a", Offset: int64(at), Text: remote}}
	return h
}

// TestAggregation: the same issue is counted, its action is the latest one's,
// first and last seen span all (GuardDuty user guide, finding aggregation).
func TestAggregation(t *testing.T) {
	day := 20000 * event.Day
	set := NewSet(Naming{})
	set.Add(hit(day+2*event.Hour, 2, "198.51.100.8"))
	set.Add(hit(day, 1, "198.51.100.7")) // late
	set.Add(hit(day+event.Hour, 4, "198.51.100.9"))
	fs := set.Findings()
	if len(fs) != 1 {
		t.Fatalf("%d findings, want 1", len(fs))
	}
	f := fs[0]
	if f.Service.Count != 7 || f.Service.EventFirstSeen != day.String() || f.Service.EventLastSeen != (day+2*event.Hour).String() {
		t.Errorf("count %d, %s to %s", f.Service.Count, f.Service.EventFirstSeen, f.Service.EventLastSeen)
	}
	if got := f.Service.Action.Remote().Address(); got != "198.51.100.8" {
		t.Errorf("shows %s, want the latest", got)
	}
	if len(f.ID) != 32 || !strings.HasSuffix(f.ARN, "/finding/"+f.ID) || len(f.Records) != 3 {
		t.Errorf("id %q, arn %q, %d records", f.ID, f.ARN, len(f.Records))
	}
}

func TestIdentity(t *testing.T) {
	id := func(change func(*Hit)) string {
		h := hit(event.Day, 1, "198.51.100.7")
		change(&h)
		set := NewSet(Naming{})
		set.Add(h)
		return set.Findings()[0].ID
	}
	same := id(func(*Hit) {})
	if same != id(func(h *Hit) { h.First, h.Last, h.Count, h.Action = 1, 2, 99, Action{} }) {
		t.Error("the id depends on time, count or action")
	}
	for name, change := range map[string]func(*Hit){
		"account": func(h *Hit) { h.Account = "2" }, "region": func(h *Hit) { h.Region = "eu-west-1" }, "key": func(h *Hit) { h.Key = "k" },
		"entity": func(h *Hit) { h.Entity = 9 }, "type": func(h *Hit) { t := *h.Type; t.Name = "x"; h.Type = &t },
	} {
		if same == id(change) {
			t.Errorf("the id does not depend on the %s", name)
		}
	}
}

// TestRetention: what comes more than 90 days after the last activity opens a
// new finding (GuardDuty user guide: findings are kept for 90 days).
func TestRetention(t *testing.T) {
	set := NewSet(Naming{})
	set.Add(hit(event.Day, 1, "198.51.100.7"))
	set.Add(hit(91*event.Day, 1, "198.51.100.7"))
	if n := len(set.Findings()); n != 1 {
		t.Errorf("after 90 days: %d findings, want 1", n)
	}
	set.Add(hit(91*event.Day+Retention+1, 1, "198.51.100.7"))
	fs := set.Findings()
	if len(fs) != 2 || fs[0].ID == fs[1].ID || set.Len() != 2 {
		t.Errorf("after 90 days and a millisecond: %d findings", len(fs))
	}
}

func TestNoisyFindingStaysSmall(t *testing.T) {
	set := NewSet(Naming{})
	for i := range 10_000 {
		h := hit(event.Day+event.Time(i), 1, fmt.Sprintf("198.51.%d.%d", 100+i/250%50, i%250))
		h.Action = Action{ActionType: ActionPortProbe, PortProbeAction: &PortProbeAction{PortProbeDetails: []PortProbeDetail{{
			LocalPortDetails: PortDetails(i % 60000), RemoteIPDetails: h.Action.Remote()}}}}
		set.Add(h)
	}
	f := set.Findings()[0]
	if n := len(f.Service.Action.PortProbeAction.PortProbeDetails); n != maxProbes {
		t.Errorf("%d probes", n)
	}
	if len(f.Records) != maxRecords || f.Records[0].Offset != int64(event.Day) || f.Records[maxRecords-1].Offset != int64(event.Day)+9999 {
		t.Errorf("records: %+v", f.Records)
	}
	if f.Service.Count != 10_000 {
		t.Errorf("count %d", f.Service.Count)
	}
}

func TestTexts(t *testing.T) {
	set := NewSet(Naming{})
	set.Add(hit(event.Day, 1, "198.51.100.7"))
	f := set.Findings()[0]
	if f.Title != "An open port on i-0abc is probed." || f.Description != "198.51.100.7 probed i-0abc, port 443, unknown." {
		t.Errorf("title %q, description %q", f.Title, f.Description)
	}
	if got := Fill("{unclosed", &f, nil); got != "{unclosed" {
		t.Errorf("%q", got)
	}
}

// TestInfoOnTheWire: additionalInfo is a JSON document as text (behaviour of
// the real service), with the list's name in it, in a stable order.
func TestInfoOnTheWire(t *testing.T) {
	set := NewSet(Naming{Lists: func(Indicator) []ListMatch { return []ListMatch{{List: "corp", Threats: nil}} }})
	h := hit(event.Day, 1, "198.51.100.7")
	h.Intel = []Indicator{{Mark: event.MarkThreat}}
	h.Info = Info{{"unusual", "<5060>"}, {"inBytes", "1"}}
	set.Add(h)
	f := set.Findings()[0]
	if got := f.Service.AdditionalInfo.Value; got != `{"threatListName":"corp","unusual":"<5060>","inBytes":"1"}` {
		t.Errorf("additionalInfo.value is %s", got)
	}
	line, _ := f.JSON()
	if !bytes.Contains(line, []byte(`"threatIntelligenceDetails":[{"threatListName":"corp","threatNames":[]}]`)) {
		t.Errorf("evidence in %s", line)
	}
}

func TestSubjectOutlivesTheBatch(t *testing.T) {
	b := rows()
	var hits []Hit
	for k := range event.NumKinds {
		hits = append(hits, Subject(b, k, 0, typeOf(k), 0))
	}
	before := fmt.Sprintf("%+v", dump(t, hits))
	clear(b.Data)
	if after := fmt.Sprintf("%+v", dump(t, hits)); after != before {
		t.Errorf("hits changed with the batch:\n%s\n%s", before, after)
	}
}

func dump(t *testing.T, v any) string {
	t.Helper()
	j, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(j)
}
