package detecttest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"picket/detect"
	"picket/engine"
	"picket/event"
	"picket/logformat"
)

// hostileRows is how many rows of each kind a detector is shown.
const hostileRows = 20_000

// Hostile shows a detector rows that no honest log holds: every combination of
// traits and marks, times that jump, names and documents made to confuse. The
// detector must not panic and its tables must stay within their bounds.
func Hostile(t *testing.T, d *detect.Detector, rows int) {
	t.Helper()
	eng, err := engine.New([]*detect.Detector{d}, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	const step = 1000
	for done := 0; done < rows; done += step {
		b := hostileBatch(r, step)
		eng.Process(nil, b.Runs(nil))
	}
	if h := eng.Health(); len(h.Fenced) > 0 {
		t.Errorf("law: panics on hostile rows: %s", h.Fenced[0].Panic)
	}
	for _, ts := range eng.Tables() {
		if ts.Len > ts.Max {
			t.Errorf("law: table %s/%s holds %d entries, at most %d", ts.Detector, ts.Table, ts.Len, ts.Max)
		}
	}
}

func hostileBatch(r *rand.Rand, n int) *event.Batch {
	b := &event.Batch{Data: []byte("2 111122223333 eni-1 - - - - - - - - - - -")}
	b.Columns = defaultColumns()
	for range n {
		b.Flows = append(b.Flows, hostileFlow(r, len(b.Data)))
		b.DNS = append(b.DNS, hostileDNS(r))
		b.Trails = append(b.Trails, hostileTrail(r))
		b.Audits = append(b.Audits, hostileAudit(r))
	}
	return b
}

// defaultColumns are those of a version 2 record.
func defaultColumns() event.Columns {
	var b event.Batch
	logformat.DecodeAll(&b, []byte("2 111122223333 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 1 1700000000 1700000001 ACCEPT OK\n"), event.Meta{})
	return b.Columns
}

func hostileTime(r *rand.Rand) event.Time {
	t := 20_000*event.Day + event.Time(r.Int64N(int64(30*event.Day)))
	switch r.IntN(50) {
	case 0:
		return 1
	case 1:
		return 47_000 * event.Day
	}
	return t
}

func hostileIP(r *rand.Rand) event.IP {
	switch r.IntN(4) {
	case 0:
		return event.IPv4(0x0a000000 | uint32(r.IntN(8)))
	case 1:
		return event.IP{0: 0x20, 1: 0x01, 15: byte(r.IntN(256))}
	}
	return event.IPv4(r.Uint32())
}

func hostileFlow(r *rand.Rand, line int) event.Flow {
	ports := []uint16{0, 22, 25, 53, 80, 389, 443, 853, 3389, 5985, 9001, 9200, uint16(r.IntN(1 << 16))}
	sizes := []uint64{0, 1, 3, 12, 5000, 1 << 20, 1 << 40, 1<<64 - 1}
	return event.Flow{At: hostileTime(r), Entity: uint64(1 + r.IntN(5)), Local: hostileIP(r), Remote: hostileIP(r),
		LocalPort: ports[r.IntN(len(ports))], RemotePort: ports[r.IntN(len(ports))],
		Packets: sizes[r.IntN(len(sizes))], Bytes: sizes[r.IntN(len(sizes))], Duration: r.Uint32(), Proto: uint8(r.IntN(256)), Flags: uint8(r.IntN(64)),
		Traits: event.Traits(r.Uint32()), Marks: hostileMarks(r), Line: event.Span{Len: uint32(line)}}
}

func hostileMarks(r *rand.Rand) event.Marks {
	if r.IntN(3) > 0 {
		return 0
	}
	return event.Marks(r.Uint32()) & (1<<len(event.Categories) - 1)
}

// hostileTexts are values that have broken parsers before.
var hostileTexts = []string{"", " ", ".", "..", "a", "\x00", "\xff\xfe", "-", "|", "i-0123456789abcdef0", "arn:aws:iam::111122223333:role/x", "*", "{", "[]", "null", "true",
	"system:anonymous", "kube-system", "AROA1:i-0123456789abcdef0", "xn--", "a.b.c.d.e.f.g.h.example", "1.2.3.4", "root", "Success", "kali", "cluster-admin",
	string(make([]byte, 300))}

// hostileDocs stand where JSON documents are expected.
var hostileDocs = []string{"", "{}", "[]", "null", "\"\"", "{\"bucketName\":7}", "{\"bucketName\":\"b\",\"bucketPolicy\":{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\"}}}",
	"{\"bucketPolicy\":\"{\\\"Statement\\\":[[[[\"}", "{\"spec\":{\"containers\":[null,{},[],{\"securityContext\":{\"privileged\":\"true\"}}],\"volumes\":{}}}",
	"{\"subjects\":[{\"kind\":\"User\",\"name\":\"system:anonymous\"}],\"roleRef\":null}", "{\"a\":", "[[[[[[[[[[[[", "{\"x\":\"\\ud800\"}", "{\"minimumPasswordLength\":-1e99}",
	"{\"name\":\"t\",\"eventSelectors\":[{\"includeManagementEvents\":false}]}", "{\"spec\":{\"type\":\"LoadBalancer\",\"selector\":[]},\"metadata\":{\"name\":\"kubernetes-dashboard\"}}"}

func text(r *rand.Rand) string { return hostileTexts[r.IntN(len(hostileTexts))] }
func doc(r *rand.Rand) string  { return hostileDocs[r.IntN(len(hostileDocs))] }

func hostileDNS(r *rand.Rand) event.DNS {
	name := text(r)
	if r.IntN(2) == 0 {
		name = fmt.Sprintf("%x.%s.example", r.Uint64(), base32Text(r.Uint64N(100))[:1+r.IntN(59)])
	}
	return event.DNS{At: hostileTime(r), Entity: uint64(1 + r.IntN(5)), Name: name, Registrable: int32(r.IntN(len(name)+1)) - 1, Type: text(r), Rcode: []string{"NOERROR", "NXDOMAIN", ""}[r.IntN(3)],
		Answers: doc(r), Account: text(r), Instance: text(r), VPC: text(r), Source: text(r), Traits: event.Traits(r.Uint32()), Marks: hostileMarks(r), AnswerMarks: hostileMarks(r), Matched: text(r)}
}

var hostileCalls = []string{"StopLogging", "PutEventSelectors", "PutBucketPolicy", "PutBucketAcl", "PutBucketLogging", "PutBucketPublicAccessBlock", "PutAccountPublicAccessBlock",
	"UpdateAccountPasswordPolicy", "ConsoleLogin", "GetObject", "ListBuckets", "DeleteBucket", "CreateBucket", "PutModelInvocationLoggingConfiguration", "DeleteTrail", "UpdateTrail"}

func hostileTrail(r *rand.Rand) event.Trail {
	return event.Trail{At: hostileTime(r), Entity: uint64(1 + r.IntN(5)), Name: hostileCalls[r.IntN(len(hostileCalls))], Source: text(r), Region: text(r), CallerIP: text(r), UserAgent: text(r),
		Error: text(r), EventType: text(r), Category: text(r), Account: text(r), Params: doc(r), Response: doc(r), Extra: doc(r), Resources: doc(r), Endpoint: text(r), EndpointAccount: text(r),
		User: event.Identity{Type: text(r), PrincipalID: text(r), ARN: text(r), Account: text(r), AccessKey: text(r), Name: text(r), InvokedBy: text(r), IssuerARN: text(r), IssuerName: text(r), IssuerID: text(r),
			Created: text(r), AssumedRoot: text(r), RoleDelivery: text(r)},
		Caller: hostileIP(r), Traits: event.Traits(r.Uint32()), Marks: hostileMarks(r)}
}

var hostileResources = []string{"pods", "services", "clusterrolebindings", "rolebindings", "deployments", "cronjobs", "secrets", ""}

func hostileAudit(r *rand.Rand) event.Audit {
	return event.Audit{At: hostileTime(r), Entity: uint64(1 + r.IntN(5)), Stage: text(r), Verb: []string{"create", "patch", "get", "list", "delete", ""}[r.IntN(6)], URI: text(r), User: text(r), UID: text(r),
		Groups: doc(r), Extra: doc(r), SourceIPs: doc(r), Resource: hostileResources[r.IntN(len(hostileResources))], Subresource: text(r), Namespace: text(r), Object: text(r), Request: doc(r), Response: doc(r),
		Annotations: doc(r), Account: text(r), Cluster: text(r), Caller: hostileIP(r), Code: int32(r.IntN(700)) - 50, Traits: event.Traits(r.Uint32()), Marks: hostileMarks(r)}
}
