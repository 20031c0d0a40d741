package ocsf

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/detectors"
	"picket/finding"
	"picket/internal/ocsf/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

// encode writes f as an event and fails unless the event is valid.
func encode(t *testing.T, f *finding.Finding) []byte {
	t.Helper()
	b, err := Detection(f).JSON()
	if err != nil {
		t.Fatal(err)
	}
	if err := Validate(b); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return b
}

// decode reads an event as a tree.
func decode(t *testing.T, b []byte) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestGolden holds each kind of finding to a file that was checked by hand
// against the definitions of OCSF 1.2.0.
func TestGolden(t *testing.T) {
	for name, f := range samples() {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := json.Indent(&got, encode(t, f), "", "  "); err != nil {
				t.Fatal(err)
			}
			got.WriteByte('\n')
			file := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestDetectionIsDeterministic(t *testing.T) {
	for name, f := range samples() {
		want := encode(t, f)
		for range 10 {
			if got := encode(t, f); !bytes.Equal(got, want) {
				t.Fatalf("%s differs between runs:\n%s\n%s", name, want, got)
			}
		}
	}
}

// TestSeverity holds severity_id to OCSF's numbers at the edges of GuardDuty's
// bands (user guide, severity levels).
func TestSeverity(t *testing.T) {
	for severity, want := range map[float64]string{1: "2 Low", 3.9: "2 Low", 4: "3 Medium", 6.9: "3 Medium", 7: "4 High", 8.9: "4 High", 9: "5 Critical", 10: "5 Critical"} {
		f := flowSample()
		f.Severity = severity
		doc := decode(t, encode(t, f))
		id, _ := json.Marshal(doc["severity_id"])
		if got := string(id) + " " + doc["severity"].(string); got != want {
			t.Errorf("severity %v: got %s, want %s", severity, got, want)
		}
	}
}

// TestUpdateIsAnEventOfItsOwn: consumers tell events apart by metadata.uid and
// findings by finding_info.uid.
func TestUpdateIsAnEventOfItsOwn(t *testing.T) {
	first, again, later := Detection(flowSample()), Detection(flowSample()), flowSample()
	later.UpdatedAt = "2026-01-05T03:00:00.000Z"
	updated := Detection(later)
	if first.Metadata.UID != again.Metadata.UID {
		t.Errorf("a repeated finding has metadata.uid %q, then %q", first.Metadata.UID, again.Metadata.UID)
	}
	if first.Metadata.UID == updated.Metadata.UID || updated.ActivityID != 2 || updated.TypeUID != 200402 {
		t.Errorf("an update has metadata.uid %q, activity_id %d, type_uid %d", updated.Metadata.UID, updated.ActivityID, updated.TypeUID)
	}
	if first.FindingInfo.UID != updated.FindingInfo.UID {
		t.Error("an update has another finding_info.uid")
	}
}

// TestTactics: only purposes that GuardDuty defines by ATT&CK have a tactic.
func TestTactics(t *testing.T) {
	for typ, want := range map[string]string{
		"CredentialAccess:IAMUser/AnomalousBehavior":    "TA0006",
		"DefenseEvasion:EC2/UnusualDoHActivity":         "TA0005",
		"Discovery:S3/TorIPCaller":                      "TA0007",
		"Execution:Kubernetes/ExecInKubeSystemPod":      "TA0002",
		"Exfiltration:S3/AnomalousBehavior":             "TA0010",
		"Impact:EC2/PortSweep":                          "TA0040",
		"InitialAccess:IAMUser/AnomalousBehavior":       "TA0001",
		"Persistence:Kubernetes/TorIPCaller":            "TA0003",
		"PrivilegeEscalation:IAMUser/AnomalousBehavior": "TA0004",
		"Recon:EC2/Portscan":                            "",
		"Trojan:EC2/DropPoint":                          "",
		"UnauthorizedAccess:EC2/TorClient":              "",
		"":                                              "",
	} {
		got := ""
		if a := attacks(typ); len(a) > 0 {
			got = a[0].Tactic.UID
		}
		if got != want {
			t.Errorf("%s: tactic %q, want %q", typ, got, want)
		}
	}
}

// TestResourceOrder: what the finding is about comes first.
func TestResourceOrder(t *testing.T) {
	for resourceType, want := range map[string]Text{finding.ResourceS3Bucket: "AWS::S3::Bucket", finding.ResourceAccessKey: "AWS::IAM::AccessKey"} {
		f := bucketSample()
		f.Resource.ResourceType = resourceType
		if r := Detection(f).Resources; len(r) != 2 || r[0].Type != want {
			t.Errorf("%s: got %d resources, the first %s; want 2, %s", resourceType, len(r), r[0].Type, want)
		}
	}
}

// TestUnknownDirection: without a direction, the side that acts is the source.
func TestUnknownDirection(t *testing.T) {
	for role, want := range map[string]string{finding.RoleActor: "10.0.0.5", finding.RoleTarget: "198.51.100.7"} {
		f := flowSample()
		f.Service.ResourceRole = role
		f.Service.Action.NetworkConnectionAction.ConnectionDirection = "UNKNOWN"
		ev := Detection(f).Evidences[0]
		if ev.SrcEndpoint.IP != want || ev.ConnectionInfo.DirectionID != 0 {
			t.Errorf("%s: source %s, direction %d; want %s, 0", role, ev.SrcEndpoint.IP, ev.ConnectionInfo.DirectionID, want)
		}
		encode(t, f)
	}
}

// TestProtocols: IANA's numbers and names.
func TestProtocols(t *testing.T) {
	for protocol, want := range map[string]caption{"UDP": {17, "udp"}, "ICMPv6": {58, "ipv6-icmp"}, "89": {89, ""}, "256": {}, "": {}, "nonsense": {}} {
		c := connection("", protocol, nil, nil)
		if got := (caption{c.ProtocolNum, c.ProtocolName}); got != want {
			t.Errorf("%q: got %v, want %v", protocol, got, want)
		}
	}
	// Every name a finding can have is known.
	for n := range 256 {
		c := connection("", finding.Protocol(uint8(n)), nil, nil)
		if c.ProtocolNum != n {
			t.Errorf("protocol %d became %d", n, c.ProtocolNum)
		}
	}
}

// TestHostileTextIsBounded: what comes out of a log can't make an event
// invalid, however long it is.
func TestHostileTextIsBounded(t *testing.T) {
	f := iamSample()
	f.Title, f.Description = long, long
	call := f.Service.Action.AwsAPICallAction
	call.API, call.ServiceName, call.ErrorCode, call.UserAgent = long, long, long, long
	f.Resource.AccessKeyDetails = &finding.AccessKeyDetails{AccessKeyID: long, PrincipalID: long + ":" + long, UserName: long, UserType: long}
	f.Records = []finding.Record{{Path: "a", Text: "x" + long}}
	doc := decode(t, encode(t, f))
	message := doc["message"].(string)
	if got := strings.Count(message, "é"); got != schema.MaxString {
		t.Errorf("message has %d characters, want %d", got, schema.MaxString)
	}
	raw := doc["evidences"].([]any)[0].(map[string]any)["data"].(map[string]any)["records"].([]any)[0].(map[string]any)
	// One byte, then two for each é: the cut must not fall inside one.
	if got := raw["text"].(string); len(got) != MaxRecord-1 || raw["truncated"] != true {
		t.Errorf("raw record has %d bytes, truncated %v; want %d, true", len(got), raw["truncated"], MaxRecord-1)
	}
}

// TestBadAddressesAreLeftOut: an address that is none must not become an ip.
func TestBadAddressesAreLeftOut(t *testing.T) {
	f := flowSample()
	n := f.Service.Action.NetworkConnectionAction
	n.RemoteIPDetails = &finding.RemoteIPDetails{IPAddressV4: "999.1.1.1"}
	n.RemotePortDetails = &finding.LocalPortDetails{Port: 70_000}
	n.LocalIPDetails = &finding.LocalIPDetails{IPAddressV6: "fe80::1%" + strings.Repeat("z", 50)}
	ev := Detection(f).Evidences[0]
	if ev.DstEndpoint != nil || ev.SrcEndpoint.IP != "fe80::1" {
		t.Errorf("got destination %+v and source %+v", ev.DstEndpoint, ev.SrcEndpoint)
	}
	encode(t, f)
}

// TestEmptyFinding: the least a finding can be is still a valid event.
func TestEmptyFinding(t *testing.T) { encode(t, new(finding.Finding)) }

func TestValidateNamesTheProblem(t *testing.T) {
	doc := decode(t, encode(t, dnsSample()))
	delete(doc, "finding_info")
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var invalid *schema.Invalid
	want := []schema.Problem{{Path: "finding_info", What: "required attribute is missing"}}
	if err := Validate(b); !errors.As(err, &invalid) || cmp.Diff(want, invalid.Problems) != "" {
		t.Errorf("got %v, want %v", err, want)
	}
}

// TestSchemaVersion: events name the version they are validated against.
func TestSchemaVersion(t *testing.T) {
	s, err := cut()
	if err != nil {
		t.Fatal(err)
	}
	if s.Version != Version {
		t.Errorf("schema.json has version %s, events say %s", s.Version, Version)
	}
}

// TestEveryType writes a finding of every type that picket can raise, made from
// each sample of a log that the type is found in.
func TestEveryType(t *testing.T) {
	n := 0
	for _, d := range detectors.All() {
		for _, typ := range d.Findings {
			for _, f := range samples() {
				if !slices.Contains(typ.Sources, f.Declared.Sources[0]) {
					continue
				}
				f.Type, f.Severity, f.Resource.ResourceType, f.Service.ResourceRole, f.Declared = typ.Name, typ.Severity, typ.Resource, typ.Role, typ
				f.Title, f.Description = finding.Fill(typ.Title, f, nil), finding.Fill(typ.Text, f, nil)
				encode(t, f)
				n++
			}
		}
	}
	if n < 100 {
		t.Errorf("only %d findings written", n)
	}
}

// FuzzDetection: no text in a finding makes an event invalid.
func FuzzDetection(f *testing.F) {
	f.Add("dns", "example.com", "198.51.100.7", "AROA:x", `{"a":1}`, 22)
	f.Add("iam", "", "2001:db8::1%eth0", ":", `{`, -1)
	f.Add("kubernetes", "\xff\x00", "::ffff:192.0.2.1", "\xf0", ``, 1<<20)
	f.Add("s3", "_", "1", "", `[1,"\ud800"]`, 65535)
	f.Fuzz(func(t *testing.T, kind, name, ip, id, info string, n int) {
		s := samples()[kind]
		if s == nil {
			s = flowSample()
		}
		spoil(s, name, ip, id, info, n)
		encode(t, s)
	})
}

// spoil puts text into every place of f that comes out of a log.
func spoil(f *finding.Finding, name, ip, id, info string, n int) {
	remote := &finding.RemoteIPDetails{IPAddressV4: ip, Country: &finding.Country{CountryCode: name}, City: &finding.City{CityName: id}, Organization: &finding.Organization{ASN: id, ASNOrg: name}}
	port := &finding.LocalPortDetails{Port: n}
	f.AccountID, f.Region, f.Type, f.Title, f.Service.EventLastSeen, f.Service.Count = id, name, name, id, info, n
	f.Service.AdditionalInfo.Value = info
	f.Records = []finding.Record{{Path: name, Offset: int64(n), Text: info}}
	a, r := &f.Service.Action, &f.Resource
	switch {
	case a.NetworkConnectionAction != nil:
		a.NetworkConnectionAction = &finding.NetworkConnectionAction{ConnectionDirection: name, Protocol: id, LocalIPDetails: &finding.LocalIPDetails{IPAddressV6: ip}, LocalPortDetails: port, RemoteIPDetails: remote, RemotePortDetails: port}
	case a.DNSRequestAction != nil:
		a.DNSRequestAction = &finding.DNSRequestAction{Domain: name, DomainWithSuffix: id, Protocol: id}
	case a.PortProbeAction != nil:
		a.PortProbeAction.PortProbeDetails = []finding.PortProbeDetail{{LocalPortDetails: port, RemoteIPDetails: remote}}
	case a.AwsAPICallAction != nil:
		a.AwsAPICallAction = &finding.AwsAPICallAction{API: name, ServiceName: id, ErrorCode: info, UserAgent: name, RemoteIPDetails: remote, DomainDetails: &finding.DomainDetails{Domain: name}}
		r.AccessKeyDetails = &finding.AccessKeyDetails{AccessKeyID: name, PrincipalID: id, UserName: name, UserType: info}
	case a.KubernetesAPICallAction != nil:
		a.KubernetesAPICallAction = &finding.KubernetesAPICallAction{Verb: name, UserAgent: id, RemoteIPDetails: remote, StatusCode: n}
		r.KubernetesDetails.KubernetesUserDetails = &finding.KubernetesUserDetails{Username: name, UID: id, Groups: []string{name, ""}}
		r.EksClusterDetails = &finding.EksClusterDetails{Name: name, ARN: id}
	}
	if d := r.InstanceDetails; d != nil {
		d.InstanceID, d.NetworkInterfaces[0].PrivateIPAddress, d.Tags = id, ip, []finding.Tag{{Key: "Name", Value: name}}
	}
}

func BenchmarkDetection(b *testing.B) {
	f := iamSample()
	b.ReportAllocs()
	for b.Loop() {
		out, err := Detection(f).JSON()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(out)))
	}
}

func BenchmarkValidate(b *testing.B) {
	out, err := Detection(iamSample()).JSON()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(out)))
	for b.Loop() {
		if err := Validate(out); err != nil {
			b.Fatal(err)
		}
	}
}
