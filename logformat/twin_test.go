package logformat

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/event"
)

// dataEnv names a directory of real logs (.gz) on which the decoders are
// compared with their twins too.
const dataEnv = "PICKET_DATA"

// TestTwin compares each decoder with one that is written with encoding/json
// and strings.Fields, on the samples that have no faults and on real logs.
func TestTwin(t *testing.T) {
	inputs := samples(t)
	maps.DeleteFunc(inputs, func(name string, data []byte) bool {
		var b event.Batch
		stats, _ := DecodeAll(&b, data, event.Meta{})
		return stats.Bad > 0 || strings.HasPrefix(name, "cloudwatch") || strings.Contains(name, "eventbridge")
	})
	if len(inputs) < 40 {
		t.Fatalf("only %d samples", len(inputs))
	}
	for name, data := range inputs {
		t.Run(name, func(t *testing.T) { compareWithTwin(t, data) })
	}
	root := os.Getenv(dataEnv)
	if root == "" {
		return
	}
	filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && (strings.HasSuffix(path, ".json.gz") || strings.HasSuffix(path, ".jsonl.gz") || strings.HasSuffix(path, ".log.gz")) {
			t.Run(filepath.Base(path), func(t *testing.T) { compareWithTwin(t, gunzip(t, path)) })
		}
		return err
	})
}

func gunzip(tb testing.TB, path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

func compareWithTwin(t *testing.T, data []byte) {
	var got, want event.Batch
	stats, err := DecodeAll(&got, data, event.Meta{})
	if err != nil {
		t.Fatal(err)
	}
	if stats.Bad > 0 {
		t.Fatalf("bad record: %+v", stats.First)
	}
	twin(t, &want, data)
	if want.Len() != stats.Records {
		t.Errorf("%d records counted, want %d", stats.Records, want.Len())
	}
	if diff := cmp.Diff(strings.Split(dump(&want), "\n"), strings.Split(dump(&got), "\n")); diff != "" {
		t.Errorf("rows (-twin +decoder):\n%s", diff)
	}
}

func twin(t *testing.T, b *event.Batch, data []byte) {
	data = bytes.TrimPrefix(data, byteOrderMark)
	if first := bytes.TrimSpace(data); len(first) == 0 || first[0] != '{' && first[0] != '[' {
		twinFlows(b, string(data))
		return
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	for {
		var v json.RawMessage
		if err := dec.Decode(&v); err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		twinValue(b, v)
	}
}

func twinValue(b *event.Batch, v json.RawMessage) {
	if v[0] == '[' {
		var elements []json.RawMessage
		json.Unmarshal(v, &elements)
		for _, e := range elements {
			twinValue(b, e)
		}
		return
	}
	o := objectOf(v)
	for _, list := range []string{"Records", "items"} {
		if inner, ok := o[list]; ok {
			twinValue(b, inner)
			return
		}
	}
	switch {
	case o["query_name"] != nil:
		b.DNS = append(b.DNS, twinDNS(o))
	case o["requestURI"] != nil:
		if a, ok := twinAudit(o); ok {
			b.Audits = append(b.Audits, a)
		}
	case o["eventName"] != nil:
		if r, ok := twinTrail(o); ok {
			b.Trails = append(b.Trails, r)
		}
	}
}

// members is an object; a nil one has none.
type members map[string]json.RawMessage

func objectOf(v json.RawMessage) (o members) {
	json.Unmarshal(v, &o)
	return o
}

func (o members) object(name string) members { return objectOf(o[name]) }

// text is a string member, or the text of a number or a boolean.
func (o members) text(name string) string {
	var v any
	if json.Unmarshal(o[name], &v) != nil {
		return ""
	}
	switch v := v.(type) {
	case string:
		return v
	case float64, bool:
		return string(o[name])
	}
	return ""
}

func (o members) raw(name string) string {
	if string(o[name]) == "null" {
		return ""
	}
	return string(o[name])
}

func twinTime(text string) event.Time {
	t, _ := event.ParseTime(text)
	return t
}

func twinIP(text string) event.IP {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return event.IP{}
	}
	return event.IPFrom(a)
}

func twinTrail(o members) (event.Trail, bool) {
	user := o.object("userIdentity")
	session := user.object("sessionContext")
	issuer, attributes := session.object("sessionIssuer"), session.object("attributes")
	t := event.Trail{
		At: twinTime(o.text("eventTime")), ID: event.HashID(o.text("eventID")), Name: o.text("eventName"),
		Source: o.text("eventSource"), Region: o.text("awsRegion"), CallerIP: o.text("sourceIPAddress"),
		UserAgent: o.text("userAgent"), Error: o.text("errorCode"), Message: o.text("errorMessage"),
		EventID: o.text("eventID"), EventType: o.text("eventType"), Category: o.text("eventCategory"),
		Account: o.text("recipientAccountId"), Params: o.raw("requestParameters"), Response: o.raw("responseElements"),
		Extra: o.raw("additionalEventData"), Resources: o.raw("resources"), Endpoint: o.text("vpcEndpointId"),
		EndpointAccount: o.text("vpcEndpointAccountId"), Caller: twinIP(o.text("sourceIPAddress")),
		User: event.Identity{
			Type: user.text("type"), PrincipalID: user.text("principalId"), ARN: user.text("arn"),
			Account: user.text("accountId"), AccessKey: user.text("accessKeyId"), Name: user.text("userName"),
			InvokedBy: user.text("invokedBy"), IssuerType: issuer.text("type"), IssuerID: issuer.text("principalId"),
			IssuerARN: issuer.text("arn"), IssuerName: issuer.text("userName"), Created: attributes.text("creationDate"),
			MFA: attributes.text("mfaAuthenticated"), RoleDelivery: session.text("ec2RoleDelivery"),
			AssumedRoot: session.text("assumedRoot"), Scope: user.raw("inScopeOf"),
		},
	}
	if t.Account == "" {
		t.Account = t.User.Account
	}
	if t.Category == "" {
		t.Category = map[string]string{"true": "Management", "false": "Data"}[o.text("managementEvent")]
	}
	return t, t.Category == "" || t.Category == "Management" || t.Category == "Data"
}

func twinDNS(o members) event.DNS {
	client := o.object("srcids")
	return event.DNS{
		At: twinTime(o.text("query_timestamp")), Name: strings.ToLower(strings.TrimSuffix(o.text("query_name"), ".")),
		Type: o.text("query_type"), Rcode: o.text("rcode"), Answers: o.raw("answers"), Account: o.text("account_id"),
		Region: o.text("region"), VPC: o.text("vpc_id"), Source: o.text("srcaddr"), Instance: client.text("instance"),
		Resolver: client.text("resolver_endpoint"), Firewall: o.text("firewall_rule_action"),
		Protocol: o.text("transport"), Src: twinIP(o.text("srcaddr")), Registrable: -1,
	}
}

func twinAudit(o members) (event.Audit, bool) {
	user, ref := o.object("user"), o.object("objectRef")
	code, _ := strconv.Atoi(o.object("responseStatus").text("code"))
	a := event.Audit{
		ID: event.HashID(o.text("auditID")), Stage: o.text("stage"), Level: o.text("level"), Verb: o.text("verb"),
		URI: o.text("requestURI"), UserAgent: o.text("userAgent"), User: user.text("username"), UID: user.text("uid"),
		Groups: user.raw("groups"), Extra: user.raw("extra"), Impersonated: o.object("impersonatedUser").text("username"),
		SourceIPs: o.raw("sourceIPs"), Resource: ref.text("resource"), Subresource: ref.text("subresource"),
		Namespace: ref.text("namespace"), Object: ref.text("name"), APIGroup: ref.text("apiGroup"),
		Request: o.raw("requestObject"), Response: o.raw("responseObject"), Annotations: o.raw("annotations"),
		Decision: o.object("annotations").text("authorization.k8s.io/decision"), Code: int32(code),
	}
	for _, name := range []string{"requestReceivedTimestamp", "stageTimestamp", "timestamp"} {
		if a.At == 0 {
			a.At = twinTime(o.text(name))
		}
	}
	var sources []string
	json.Unmarshal(o["sourceIPs"], &sources)
	for _, s := range sources {
		if ip := twinIP(s); a.Caller.IsZero() || !a.Caller.Public() && ip.Public() {
			a.Caller = ip
		}
	}
	long := slices.Contains([]string{"exec", "attach", "portforward", "proxy"}, a.Subresource) || code == 101
	return a, a.Stage != "RequestReceived" && (a.Stage != "ResponseStarted" || long)
}

func twinFlows(b *event.Batch, text string) {
	columns := strings.Fields(defaultColumns)
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if slices.ContainsFunc(fields, func(s string) bool { return s == "srcaddr" }) {
			columns = strings.Fields(strings.ReplaceAll(line, "_", "-"))
			continue
		}
		get := func(name string) string {
			i := slices.Index(columns, name)
			if i < 0 || fields[i] == "-" {
				return ""
			}
			return fields[i]
		}
		if s := get("log-status"); s == "NODATA" || s == "SKIPDATA" {
			continue
		}
		b.Flows = append(b.Flows, twinFlow(get))
	}
}

func twinFlow(get func(string) string) event.Flow {
	number := func(name string) uint64 {
		n, _ := strconv.ParseUint(get(name), 10, 64)
		return n
	}
	owner := event.Hash(0, get("account-id"))
	f := event.Flow{
		At: event.Time(number("start")) * event.Second, Packets: number("packets"), Bytes: number("bytes"),
		Local: twinIP(get("srcaddr")), Remote: twinIP(get("dstaddr")), Duration: uint32(number("end") - number("start")),
		Interface: event.Hash(owner, get("interface-id")+get("resource-id")), LocalPort: uint16(number("srcport")),
		RemotePort: uint16(number("dstport")), Proto: uint8(number("protocol")), Flags: uint8(number("tcp-flags")),
		Traits: map[string]event.Traits{"ACCEPT": event.Accepted, "REJECT": event.Rejected}[get("action")],
	}
	if d := get("flow-direction"); d != "" {
		f.Direction = d[0]
	}
	if id := get("instance-id"); id != "" {
		f.Entity = event.Hash(owner, id)
	}
	return f
}
