package enrich

import (
	"strings"
	"testing"

	"picket/event"
	"picket/intel"
)

func lists(t testing.TB, byCategory map[string]string) *intel.Set {
	t.Helper()
	var b intel.Builder
	for id, text := range byCategory {
		l, ok := intel.CategoryList(id)
		switch id {
		case "threat":
			l, ok = intel.ThreatList(id, ""), true
		case "trusted":
			l, ok = intel.TrustedList(id, ""), true
		}
		if !ok {
			t.Fatalf("no category %q", id)
		}
		l.Name = id
		if _, err := b.Add(l, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	return b.Build()
}

func ip(t testing.TB, s string) event.IP {
	t.Helper()
	a, ok := event.ParseIP(s)
	if !ok {
		t.Fatalf("%q is no address", s)
	}
	return a
}

// flow is a decoded record: Local is still the source.
func flow(t testing.TB, src string, sport uint16, dst string, dport uint16, change ...func(*event.Flow)) event.Flow {
	f := event.Flow{At: event.Day, Interface: 1, Local: ip(t, src), LocalPort: sport, Remote: ip(t, dst), RemotePort: dport, Proto: 6, Packets: 10, Bytes: 1000, Traits: event.Accepted}
	for _, c := range change {
		c(&f)
	}
	return f
}

func flags(v uint8) func(*event.Flow)    { return func(f *event.Flow) { f.Flags = v } }
func on(eni uint64) func(*event.Flow)    { return func(f *event.Flow) { f.Interface = eni } }
func direction(c byte) func(*event.Flow) { return func(f *event.Flow) { f.Direction = c } }
func proto(p uint8) func(*event.Flow)    { return func(f *event.Flow) { f.Proto = p } }
func sized(packets, bytes uint64) func(*event.Flow) {
	return func(f *event.Flow) { f.Packets, f.Bytes = packets, bytes }
}
func rejected(f *event.Flow) { f.Traits = event.Rejected }

// TestOrientation: the local side is the interface's address, whichever side of
// the record it stands on (VPC flow log guide; detection reference, section 2).
func TestOrientation(t *testing.T) {
	check := func(name, local string, egress bool, rows ...event.Flow) {
		t.Helper()
		b := event.Batch{Flows: rows}
		New(lists(t, nil), nil).Enrich(&b, nil)
		f := b.Flows[0]
		if f.Local.String() != local || f.Traits&event.Egress != 0 != egress {
			t.Errorf("%s: local %s, egress %v, want %s, %v", name, f.Local, f.Traits&event.Egress != 0, local, egress)
		}
	}
	check("private to public", "10.0.0.5", true, flow(t, "10.0.0.5", 50000, "198.51.100.7", 443))
	check("public to private", "10.0.0.5", false, flow(t, "198.51.100.7", 443, "10.0.0.5", 50000))
	check("the record says ingress", "10.0.0.5", false, flow(t, "10.0.0.9", 443, "10.0.0.5", 50000, direction('i')))
	check("the record says egress", "10.0.0.9", true, flow(t, "10.0.0.9", 443, "10.0.0.5", 50000, direction('e')))
	check("both private, known from another record", "10.0.0.5", false,
		flow(t, "10.0.0.9", 40000, "10.0.0.5", 22), flow(t, "10.0.0.5", 50000, "198.51.100.7", 443))
	check("both private, known from a second peer", "10.0.0.5", false,
		flow(t, "10.0.0.9", 40000, "10.0.0.5", 22), flow(t, "10.0.0.5", 50000, "10.0.0.8", 443))
	check("both public, known from a second peer", "203.0.113.5", true,
		flow(t, "203.0.113.5", 40000, "198.51.100.7", 22), flow(t, "198.51.100.8", 50000, "203.0.113.5", 443))
	check("one peer, whose try was rejected", "10.0.0.5", false,
		flow(t, "10.0.0.9", 40000, "10.0.0.5", 50000), flow(t, "10.0.0.9", 40001, "10.0.0.5", 50001, rejected))
	check("one peer, tried by the other", "10.0.0.9", true, tries(t, 15, 1, "10.0.0.9", "10.0.0.5")...)
	check("one peer, tried by the other and refusing", "10.0.0.9", true,
		append(tries(t, 15, 1, "10.0.0.9", "10.0.0.5"), flow(t, "10.0.0.5", 20, "10.0.0.9", 40000, sized(1, 40)))...)
	check("one peer, tried by the other a little", "10.0.0.5", false, tries(t, 14, 1, "10.0.0.9", "10.0.0.5")...)
	check("one peer, talking", "10.0.0.5", false,
		append(tries(t, 15, 1, "10.0.0.9", "10.0.0.5"), tries(t, 4, 10, "10.0.0.9", "10.0.0.5")...)...)
	check("another interface's record says nothing", "10.0.0.5", false,
		flow(t, "10.0.0.9", 40000, "10.0.0.5", 22), flow(t, "10.0.0.9", 50000, "198.51.100.7", 443, on(2)))
}

// TestOrientationAcrossBatches: what the beginning of a file told of an
// interface holds for the rest, and nothing of another file does.
func TestOrientationAcrossBatches(t *testing.T) {
	e := New(lists(t, nil), nil)
	local := func(seen *Interfaces) string {
		b := event.Batch{Flows: []event.Flow{flow(t, "10.0.0.5", 40000, "10.0.0.9", 22)}}
		e.Enrich(&b, seen)
		return b.Flows[0].Local.String()
	}
	var seen Interfaces
	if got := local(&seen); got != "10.0.0.9" {
		t.Fatalf("nothing known: local %s, want the side that serves", got)
	}
	e.Enrich(&event.Batch{Flows: []event.Flow{flow(t, "10.0.0.5", 50000, "198.51.100.7", 443)}}, &seen)
	e.Enrich(&event.Batch{DNS: []event.DNS{{}}}, &seen)
	if got := local(&seen); got != "10.0.0.5" {
		t.Errorf("known from the batch before: local %s", got)
	}
	if got := local(new(Interfaces)); got != "10.0.0.9" {
		t.Errorf("another file: local %s", got)
	}
	if got := local(nil); got != "10.0.0.9" {
		t.Errorf("a batch alone: local %s", got)
	}
}

// TestInterfacesAreBounded: a file with very many interfaces does not make the
// memory of them grow.
func TestInterfacesAreBounded(t *testing.T) {
	e := New(lists(t, nil), nil)
	var seen Interfaces
	for i := range 20 {
		var b event.Batch
		for j := range maxInterfaces / 2 {
			b.Flows = append(b.Flows, flow(t, "10.0.0.5", 40000, "10.0.0.9", 22, on(uint64(i*maxInterfaces+j)<<7)))
		}
		e.Enrich(&b, &seen)
		if seen.used > maxInterfaces || len(seen.slots) > 4*maxInterfaces {
			t.Fatalf("after batch %d: %d interfaces in %d slots", i, seen.used, len(seen.slots))
		}
	}
}

// tries are n records of so many packets from src to as many low ports of dst.
func tries(t testing.TB, n int, packets uint64, src, dst string) (rows []event.Flow) {
	for i := range n {
		rows = append(rows, flow(t, src, 40000, dst, uint16(20+i), sized(packets, 44*packets)))
	}
	return rows
}

func TestOpener(t *testing.T) {
	const client, server, unknown = event.LocalClient, event.RemoteClient, event.Traits(0)
	check := func(name string, want event.Traits, f event.Flow) {
		t.Helper()
		b := event.Batch{Flows: []event.Flow{f}}
		New(lists(t, nil), nil).Enrich(&b, nil)
		if got := b.Flows[0].Traits & (event.LocalClient | event.RemoteClient); got != want {
			t.Errorf("%s: %b, want %b", name, got, want)
		}
	}
	out := func(sport, dport uint16, c ...func(*event.Flow)) event.Flow {
		return flow(t, "10.0.0.5", sport, "198.51.100.7", dport, c...)
	}
	in := func(sport, dport uint16, c ...func(*event.Flow)) event.Flow {
		return flow(t, "198.51.100.7", sport, "10.0.0.5", dport, c...)
	}
	check("SYN out", client, out(5000, 5001, flags(2)))
	check("SYN and FIN out, against the ports", client, out(443, 50000, flags(3)))
	check("SYN-ACK out", server, out(22, 50000, flags(18)))
	check("SYN in", server, in(50000, 22, flags(2)))
	check("SYN-ACK in", client, in(443, 50000, flags(19)))
	check("no flags: to a service", client, out(50000, 443))
	check("no flags: from a service", server, out(22, 50000))
	check("no flags: a registered service port", client, out(40000, 5432))
	check("no flags: ephemeral to low", client, out(50000, 5888))
	check("no flags: both service ports", unknown, out(53, 123, proto(17)))
	check("no flags: both ephemeral", unknown, out(50000, 60000))
	check("rejected in", server, in(443, 50000, rejected))
	check("crafted: from port 0", unknown, out(0, 50000))
	check("ICMP", unknown, out(0, 0, proto(1)))
}

func TestFlowTraits(t *testing.T) {
	l := lists(t, map[string]string{"threat": "198.51.100.7\n10.0.0.0/8\n", "aws_ranges": "203.0.113.0/24\n"})
	traits := func(f event.Flow) (event.Traits, event.Marks) {
		b := event.Batch{Flows: []event.Flow{f}}
		New(l, nil).Enrich(&b, nil)
		return b.Flows[0].Traits, b.Flows[0].Marks
	}
	want := func(name string, f event.Flow, has, lacks event.Traits) {
		t.Helper()
		if got, _ := traits(f); got&has != has || got&lacks != 0 {
			t.Errorf("%s: %b, wants %b and none of %b", name, got, has, lacks)
		}
	}
	want("a listed address", flow(t, "10.0.0.5", 50000, "198.51.100.7", 443), event.HasMarks|event.PublicRemote|event.TCP|event.Everyday|event.Accepted, event.Attempt|event.IPv6|event.Rejected)
	want("lists do not act on private addresses", flow(t, "10.0.0.5", 50000, "10.1.2.3", 443, direction('e')), event.Everyday, event.HasMarks|event.PublicRemote)
	want("an AWS address", flow(t, "10.0.0.5", 50000, "203.0.113.9", 443), event.ToAWS, 0)
	want("three packets", flow(t, "10.0.0.5", 50000, "198.51.100.7", 23, func(f *event.Flow) { f.Packets = 3 }), event.Attempt, event.Everyday)
	want("a SYN and six more", flow(t, "10.0.0.5", 50000, "198.51.100.7", 23, sized(7, 7*60)), event.Attempt, 0)
	want("seven packets with content", flow(t, "10.0.0.5", 50000, "198.51.100.7", 23, sized(7, 700)), 0, event.Attempt)
	want("eight bare packets", flow(t, "10.0.0.5", 50000, "198.51.100.7", 23, sized(8, 8*60)), 0, event.Attempt)
	want("seven small datagrams", flow(t, "10.0.0.5", 50000, "198.51.100.7", 23, proto(17), sized(7, 7*60)), 0, event.Attempt)
	want("mail", flow(t, "10.0.0.5", 50000, "198.51.100.9", 25), event.Mail, event.Login)
	want("an answer of a mail server", flow(t, "198.51.100.9", 25, "10.0.0.5", 50000), event.Mail, 0)
	want("ssh in", flow(t, "198.51.100.9", 50000, "10.0.0.5", 22), event.Login|event.RemoteClient, event.Mail)
	want("udp to 22 is no login", flow(t, "198.51.100.9", 50000, "10.0.0.5", 22, proto(17)), event.UDP, event.Login)
	want("IPv6", flow(t, "2001:db8::5", 50000, "2001:db8:1::9", 443), event.IPv6, 0)
	want("much", flow(t, "10.0.0.5", 50000, "198.51.100.9", 443, func(f *event.Flow) { f.Bytes, f.Packets = 1<<30, 1e6 }), event.Bulk|event.Flood, event.Attempt)
	if _, m := traits(flow(t, "10.0.0.5", 50000, "198.51.100.7", 443)); m != event.MarkThreat {
		t.Errorf("marks %b", m)
	}
}

func TestDNS(t *testing.T) {
	l := lists(t, map[string]string{"c2": "bad.example\n", "blackhole": "198.51.100.66\n", "trusted": "good.bad.example\n"})
	want := func(name string, d event.DNS, has, lacks event.Traits, marks, answers event.Marks) {
		t.Helper()
		b := event.Batch{DNS: []event.DNS{d}}
		New(l, nil).Enrich(&b, nil)
		got := b.DNS[0]
		if got.Traits&has != has || got.Traits&lacks != 0 || got.Marks != marks || got.AnswerMarks != answers || got.Entity == 0 {
			t.Errorf("%s: traits %b, marks %b, answers %b", name, got.Traits, got.Marks, got.AnswerMarks)
		}
	}
	a := func(rdata ...string) string {
		var out []string
		for _, r := range rdata {
			kind := "A"
			if strings.HasSuffix(r, ".") {
				kind = "CNAME"
			}
			out = append(out, `{"Rdata":"`+r+`","Type":"`+kind+`","Class":"IN"}`)
		}
		return "[" + strings.Join(out, ",") + "]"
	}
	want("a listed name", event.DNS{Name: "x.bad.example", Type: "A", Rcode: "NOERROR", Instance: "i-1", Answers: a("198.51.100.1")},
		event.Listed|event.Lookup|event.Answered|event.OnInstance, event.Internal|event.NXDomain|event.PrivateOnly, event.MarkC2, 0)
	want("a trusted name", event.DNS{Name: "good.bad.example", Type: "A"}, 0, event.Answered, event.MarkTrusted, 0)
	want("an alias of a listed name", event.DNS{Name: "www.fine.example", Type: "A", Rcode: "NOERROR", Answers: a("c.bad.example.", "198.51.100.1")}, event.Listed, 0, event.MarkC2, 0)
	want("a sinkhole's address", event.DNS{Name: "www.fine.example", Type: "A", Rcode: "NOERROR", Answers: a("198.51.100.66")}, event.Listed, 0, 0, event.MarkBlackhole)
	want("the metadata address", event.DNS{Name: "www.fine.example", Type: "A", Rcode: "NOERROR", Answers: a("169.254.169.254")}, event.Metadata|event.PrivateOnly, event.Listed, 0, 0)
	want("the metadata address, laid out otherwise", event.DNS{Name: "www.fine.example", Type: "A", Rcode: "NOERROR", Answers: `[ {"Class" : "IN", "Type": "A", "Rdata": "169.254.169.254"} ]`}, event.Metadata, 0, 0, 0)
	want("two layouts in one answer", event.DNS{Name: "www.fine.example", Type: "A", Rcode: "NOERROR",
		Answers: `[{"Rdata":"198.51.100.1","Type":"A","Class":"IN"}, {"Type":"A","Rdata":"169.254.169.254"}]`}, event.Metadata, event.PrivateOnly, 0, 0)
	want("the IPv6 metadata address", event.DNS{Name: "www.fine.example", Type: "AAAA", Rcode: "NOERROR", Answers: `[{"Rdata":"fd00:ec2::254","Type":"AAAA","Class":"IN"}]`}, event.Metadata, 0, 0, 0)
	want("an inside name", event.DNS{Name: "ip-10-0-0-1.ec2.internal", Type: "A"}, event.Internal, 0, 0, 0)
	want("a single label", event.DNS{Name: "wpad", Type: "A"}, event.Internal, 0, 0, 0)
	want("a reverse look-up", event.DNS{Name: "1.0.0.10.in-addr.arpa", Type: "PTR"}, event.Internal, event.Lookup, 0, 0)
	want("no such name", event.DNS{Name: "no.fine.example", Type: "A", Rcode: "NXDOMAIN", Firewall: "BLOCK", Answers: "[]"}, event.NXDomain|event.Blocked, event.Answered, 0, 0)
}

func TestTrail(t *testing.T) {
	l := lists(t, map[string]string{"tor_exit": "198.51.100.7\n"})
	want := func(name string, row event.Trail, has, lacks event.Traits) {
		t.Helper()
		b := event.Batch{Trails: []event.Trail{row}, Meta: event.Meta{Account: "999988887777"}}
		New(l, nil).Enrich(&b, nil)
		if got := b.Trails[0].Traits; got&has != has || got&lacks != 0 || b.Trails[0].Entity == 0 {
			t.Errorf("%s: %b, wants %b and none of %b", name, got, has, lacks)
		}
	}
	want("a call", event.Trail{Name: "GetObject", Source: "s3.amazonaws.com", Category: "Data", Account: "1", Caller: ip(t, "198.51.100.7"), User: event.Identity{Type: "IAMUser", Account: "1"}},
		event.Succeeded|event.S3|event.DataEvent|event.PublicCaller|event.OwnAccount, event.Failed|event.ByService|event.Root|event.InstanceRole)
	want("an object call of an old record", event.Trail{Name: "GetObject", Source: "s3.amazonaws.com"}, event.DataEvent, 0)
	want("an upload of an old record", event.Trail{Name: "UploadPart", Source: "s3.amazonaws.com"}, event.DataEvent, 0)
	want("a bucket call of an old record", event.Trail{Name: "PutObjectLockConfiguration", Source: "s3.amazonaws.com"}, event.S3, event.DataEvent)
	want("an object call that says it is management", event.Trail{Name: "GetObject", Source: "s3.amazonaws.com", Category: "Management"}, event.S3, event.DataEvent)
	want("another service's objects", event.Trail{Name: "GetObject", Source: "codecommit.amazonaws.com"}, 0, event.DataEvent)
	want("a refused call", event.Trail{Name: "ListUsers", Error: "AccessDenied"}, event.Failed, event.Succeeded|event.PublicCaller)
	want("a login", event.Trail{Name: "ConsoleLogin", Response: `{"ConsoleLogin":"Success"}`}, event.ConsoleLogin|event.Succeeded, event.Failed)
	want("a failed login", event.Trail{Name: "ConsoleLogin", Response: `{"ConsoleLogin":"Failure"}`}, event.ConsoleLogin|event.Failed, event.Succeeded)
	want("root", event.Trail{Name: "ListUsers", User: event.Identity{Type: "Root"}}, event.Root, event.ByService)
	want("a service for somebody", event.Trail{Name: "Decrypt", User: event.Identity{Type: "AssumedRole", InvokedBy: "s3.amazonaws.com"}}, event.ByService, 0)
	want("a person in the console, as logged until 2020", event.Trail{Name: "ListUsers", Caller: ip(t, "198.51.100.7"), User: event.Identity{Type: "IAMUser", InvokedBy: "signin.amazonaws.com"}}, event.PublicCaller, event.ByService)
	want("the sign-in service itself", event.Trail{Name: "ListUsers", CallerIP: "signin.amazonaws.com", User: event.Identity{Type: "IAMUser", InvokedBy: "signin.amazonaws.com"}}, event.ByService, 0)
	want("a service-linked role", event.Trail{User: event.Identity{Type: "AssumedRole", IssuerARN: "arn:aws:iam::1:role/aws-service-role/x.amazonaws.com/R"}}, event.ByService, 0)
	want("an instance", event.Trail{User: event.Identity{Type: "AssumedRole", PrincipalID: "AROA1:i-0123456789abcdef0"}}, event.InstanceRole, 0)
	want("an instance with an old id", event.Trail{User: event.Identity{Type: "AssumedRole", PrincipalID: "AROA1:i-0123abcd"}}, event.InstanceRole, 0)
	want("a session that is no instance", event.Trail{User: event.Identity{Type: "AssumedRole", PrincipalID: "AROA1:i-am-alice"}}, 0, event.InstanceRole)
	b := event.Batch{Trails: []event.Trail{{Caller: ip(t, "198.51.100.7")}}, Meta: event.Meta{Account: "999988887777"}}
	New(l, nil).Enrich(&b, nil)
	if got := b.Trails[0]; got.Marks != event.MarkTorExit || got.Account != "999988887777" {
		t.Errorf("marks %b, account %q", got.Marks, got.Account)
	}
}

func TestAudit(t *testing.T) {
	l := lists(t, map[string]string{"threat": "198.51.100.7\n"})
	want := func(name string, row event.Audit, has, lacks event.Traits) {
		t.Helper()
		b := event.Batch{Audits: []event.Audit{row}, Meta: event.Meta{Account: "999988887777", Cluster: "prod"}}
		New(l, nil).Enrich(&b, nil)
		if got := b.Audits[0]; got.Traits&has != has || got.Traits&lacks != 0 || got.Cluster != "prod" {
			t.Errorf("%s: %b, wants %b and none of %b", name, got.Traits, has, lacks)
		}
	}
	want("allowed", event.Audit{Verb: "create", Code: 201, Decision: "allow", User: "alice"}, event.Allowed|event.Write, event.Denied|event.Anonymous|event.ControlPlane)
	want("an exec", event.Audit{Verb: "get", Code: 101}, event.Allowed, event.Write)
	want("forbidden", event.Audit{Verb: "list", Code: 403, Decision: "forbid"}, event.Denied, event.Allowed)
	want("anonymous", event.Audit{User: "system:anonymous", Code: 200}, event.Anonymous, 0)
	want("unauthenticated", event.Audit{User: "x", Groups: `["a","system:unauthenticated"]`, Code: 200}, event.Anonymous, 0)
	want("a group of a like name", event.Audit{User: "x", Groups: `["not-system:unauthenticated"]`, Code: 200}, 0, event.Anonymous)
	want("a node", event.Audit{User: "system:node:ip-10-0-0-1", Code: 200}, event.ControlPlane, 0)
	want("a listed caller", event.Audit{User: "x", Caller: ip(t, "198.51.100.7")}, event.FromListed|event.FromPublic, 0)
	want("an inside caller", event.Audit{User: "x", Caller: ip(t, "10.0.0.1")}, 0, event.FromListed|event.FromPublic)
}

func TestNothingAllocated(t *testing.T) {
	b := event.Batch{}
	for i := range uint16(100) {
		b.Flows = append(b.Flows, flow(t, "10.0.0.5", 40000+i, "10.0.0.9", 443, on(uint64(i%7))))
		b.DNS = append(b.DNS, event.DNS{Name: "www.example.com", Type: "A", Rcode: "NOERROR", Answers: `[{"Rdata":"198.51.100.1","Type":"A","Class":"IN"}]`})
		b.Trails = append(b.Trails, event.Trail{Name: "ListUsers"})
		b.Audits = append(b.Audits, event.Audit{User: "alice", Groups: `["dev"]`})
	}
	flows := append([]event.Flow(nil), b.Flows...)
	e := New(lists(t, map[string]string{"c2": "bad.example\n198.51.100.66\n"}), nil)
	if n := testing.AllocsPerRun(10, func() { copy(b.Flows, flows); e.Enrich(&b, nil) }); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}
