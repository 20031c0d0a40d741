package finding

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	"github.com/google/go-cmp/cmp"
)

// seen is a finding with lists, numbers, times and details as text.
func seen() *Finding {
	return &Finding{
		SchemaVersion: "2.0", AccountID: "111122223333", Region: "us-east-1", ID: "a1", Type: "Recon:EC2/Portscan", Severity: 7.5,
		CreatedAt: "2026-03-01T00:00:00.000Z", UpdatedAt: "2026-03-02T00:00:00.000Z",
		Resource: Resource{ResourceType: ResourceInstance, InstanceDetails: &InstanceDetails{
			InstanceID: "i-0abc", Tags: []Tag{{"team", "red"}, {"stage", "prod"}},
			NetworkInterfaces: []NetworkInterface{
				{PublicIP: "198.51.100.1", SecurityGroups: []SecurityGroup{{GroupID: "sg-1"}, {GroupID: "sg-2"}}},
				{PublicIP: "198.51.100.2", Ipv6Addresses: []string{"2001:db8::1", "2001:db8::2"}},
			}},
			S3BucketDetails:   []S3BucketDetail{{Name: "data", PublicAccess: &PublicAccess{EffectivePermission: "PUBLIC"}}},
			KubernetesDetails: &KubernetesDetails{KubernetesWorkloadDetails: &KubernetesWorkloadDetails{HostIPC: new(bool)}},
		},
		Service: Service{Count: 3, Archived: false, EventFirstSeen: "2026-03-01T00:00:00.000Z", EventLastSeen: "2026-03-02T00:00:00.000Z",
			AdditionalInfo: &AdditionalInfo{Type: "default", Value: `{"threatListName":"corp","sample":true,"inBytes":"4096","unusual":{"asnOrg":"EXAMPLE"}}`},
			Action: Action{ActionType: ActionNetworkConnection, NetworkConnectionAction: &NetworkConnectionAction{
				Protocol: "TCP", Blocked: true, RemotePortDetails: &LocalPortDetails{Port: 443},
				RemoteIPDetails: &RemoteIPDetails{Country: &Country{CountryName: "Germany"}, GeoLocation: &GeoLocation{Lat: 54.3}},
			}, AwsAPICallAction: &AwsAPICallAction{AffectedResources: map[string]string{"AWS::S3::Bucket": "data"}}}},
	}
}

func criteria(t *testing.T, text string) Criteria {
	t.Helper()
	var c Criteria
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMatch follows the recorded rules for finding criteria: conditions and
// operators are AND-ed, values OR-ed, an empty list of values matches nothing,
// whole severities are bands, any element of a list will do.
func TestMatch(t *testing.T) {
	ms := func(s string) int64 {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return at.UnixMilli()
	}
	day1, day2 := ms("2026-03-01T00:00:00Z"), ms("2026-03-02T00:00:00Z")
	for _, tc := range []struct {
		want bool
		text string
	}{
		{true, `{}`},
		{true, `{"type":{"eq":["x","Recon:EC2/Portscan"]}}`},
		{false, `{"type":{"equals":["recon:ec2/portscan"]}}`},
		{false, `{"type":{"equals":[]}}`},
		{true, `{"type":{"notEquals":[]}}`},
		{true, `{"type":{"notEquals":["x"]}}`},
		{false, `{"type":{"neq":["x","Recon:EC2/Portscan"]}}`},
		{false, `{"type":{"eq":["x"],"equals":["Recon:EC2/Portscan"]}}`},
		{false, `{"type":{"equals":["Recon:EC2/Portscan"],"notEquals":["Recon:EC2/Portscan"]}}`},
		{false, `{"type":{"equals":["Recon:EC2/Portscan"]},"region":{"equals":["eu-west-1"]}}`},
		{true, `{"severity":{"equals":["7"]}}`},
		{false, `{"severity":{"equals":["8","6"]}}`},
		{true, `{"severity":{"equals":["7.5"]}}`},
		{false, `{"severity":{"notEquals":["7"]}}`},
		{true, `{"severity":{"gte":7,"lt":8}}`},
		{false, `{"severity":{"gt":7,"lte":7}}`},
		{false, `{"severity":{"greaterThan":7,"gt":8}}`},
		{true, `{"service.archived":{"equals":["false"]}}`},
		{false, `{"service.archived":{"equals":["TRUE"]}}`},
		{true, `{"service.archived":{"equals":["true","FALSE"]}}`},
		{true, `{"updatedAt":{"equals":["2026-03-02T00:00:00Z"]}}`},
		{true, fmt.Sprintf(`{"updatedAt":{"equals":["%d"]}}`, day2)},
		{true, fmt.Sprintf(`{"updatedAt":{"greaterThan":%d,"lessThanOrEqual":%d}}`, day1, day2)},
		{false, fmt.Sprintf(`{"createdAt":{"greaterThan":%d}}`, day1)},
		{true, fmt.Sprintf(`{"service.eventFirstSeen":{"greaterThanOrEqual":%d}}`, day1)},
		{true, `{"resource.instanceDetails.networkInterfaces.securityGroups.groupId":{"equals":["sg-2"]}}`},
		{false, `{"resource.instanceDetails.networkInterfaces.securityGroups.groupId":{"notEquals":["sg-2"]}}`},
		{true, `{"resource.instanceDetails.networkInterfaces.securityGroups.groupId":{"notEquals":["sg-3"]}}`},
		{true, `{"resource.instanceDetails.networkInterfaces.ipv6Addresses":{"equals":["2001:db8::2"]}}`},
		{true, `{"resource.instanceDetails.tags.value":{"equals":["prod"]}}`},
		{true, `{"resource.instanceDetails.outpostArn":{"notEquals":["arn"]}}`},
		{false, `{"resource.instanceDetails.outpostArn":{"equals":["arn",""]}}`},
		{true, `{"resource.s3BucketDetails.publicAccess.effectivePermissions":{"equals":["PUBLIC"]}}`},
		{true, `{"resource.s3BucketDetails.publicAccess.effectivePermission":{"equals":["PUBLIC"]}}`},
		{true, `{"resource.kubernetesDetails.kubernetesWorkloadDetails.hostIpc":{"equals":["false"]}}`},
		{true, `{"service.action.networkConnectionAction.remotePortDetails.port":{"equals":["80","443"]}}`},
		{true, `{"service.action.networkConnectionAction.remotePortDetails.port":{"gte":443,"lte":443}}`},
		{true, `{"service.action.networkConnectionAction.remoteIpDetails.geoLocation.lat":{"gt":54,"lt":55}}`},
		{true, `{"service.action.networkConnectionAction.blocked":{"equals":["true"]}}`},
		{true, `{"service.action.awsApiCallAction.affectedResources":{"equals":["data"]}}`},
		{true, `{"service.additionalInfo.threatListName":{"equals":["corp"]}}`},
		{true, `{"service.additionalInfo.sample":{"equals":["true"]}}`},
		{true, `{"service.additionalInfo.inBytes":{"gte":4096}}`},
		{true, `{"service.additionalInfo.unusual.asnOrg":{"equals":["EXAMPLE"]}}`},
		{true, `{"service.additionalInfo.type":{"equals":["default"]}}`},
		{true, `{"type":{"matches":["Recon:*/Port????"]}}`},
		{false, `{"type":{"matches":["Recon:*/port*"]}}`},
		{false, `{"type":{"notMatches":["nothing","*Portscan"]}}`},
		{true, `{"title":{"notMatches":["?*"]}}`},
	} {
		c := criteria(t, tc.text)
		if err := c.validate(); err != nil {
			t.Errorf("%s is refused: %v", tc.text, err)
		}
		if got := c.Match(seen()); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.text, got, tc.want)
		}
	}
}

func TestValidate(t *testing.T) {
	many := func(n int) string { return `["` + strings.Repeat(`x","`, n-1) + `x"]` }
	conditions := func(n int) string {
		var b []string
		for _, a := range Attributes()[:n] {
			b = append(b, fmt.Sprintf(`%q:{"notEquals":[]}`, a.Path))
		}
		return "{" + strings.Join(b, ",") + "}"
	}
	for _, tc := range []struct {
		text          string
		filter, query string
	}{
		{`{}`, MsgNoCriteria, ""},
		{`{"type":{"eq":["x"]}}`, "", ""},
		{`{"type":{}}`, MsgBadCriteria, MsgBadCriteria},
		{`{"Type":{"eq":["x"]}}`, MsgBadCriteria, MsgBadCriteria},
		{`{"resource":{"eq":["x"]}}`, MsgBadCriteria, MsgBadCriteria},
		{`{"type":{"gt":1}}`, MsgBadCriteria, MsgBadCriteria},
		{`{"severity":{"eq":["high"]}}`, MsgBadCriteria, MsgBadCriteria},
		{`{"severity":{"eq":["NaN"]}}`, MsgBadCriteria, MsgBadCriteria},
		{`{"severity":{"eq":["0x1p3"]}}`, MsgBadCriteria, MsgBadCriteria},
		{`{"severity":{"eq":["1_0"]}}`, MsgBadCriteria, MsgBadCriteria},
		{`{"severity":{"eq":["8.0"]}}`, "", ""},
		{`{"severity":{"matches":["7"]}}`, MsgBadCriteria, MsgBadCriteria},
		{`{"service.archived":{"eq":["maybe"]}}`, MsgBadCriteria, MsgBadCriteria},
		{`{"updatedAt":{"eq":["yesterday"]}}`, MsgBadCriteria, MsgBadCriteria},
		{`{"type":{"matches":["x*"]}}`, "", MsgBadCriteria},
		{`{"type":{"notMatches":[]}}`, MsgOutOfRange, MsgBadCriteria},
		{`{"type":{"matches":["*?*?*"]}}`, "", MsgBadCriteria},
		{`{"type":{"matches":["*?*?*?"]}}`, MsgBadCriteria, MsgBadCriteria},
		{`{"type":{"matches":[""]}}`, MsgOutOfRange, MsgBadCriteria},
		{`{"type":{"matches":` + many(6) + `}}`, MsgOutOfRange, MsgBadCriteria},
		{`{"type":{"matches":["` + strings.Repeat("ä", 512) + `"]}}`, "", MsgBadCriteria},
		{`{"type":{"matches":["` + strings.Repeat("ä", 513) + `"]}}`, MsgOutOfRange, MsgBadCriteria},
		{`{"type":{"equals":` + many(50) + `}}`, "", ""},
		{`{"type":{"notEquals":` + many(51) + `}}`, MsgOutOfRange, MsgOutOfRange},
		{conditions(50), "", ""},
		{conditions(51), MsgOutOfRange, MsgOutOfRange},
	} {
		c := criteria(t, tc.text)
		for _, v := range []struct {
			who, want string
			err       error
		}{{"filter", tc.filter, c.ValidateFilter()}, {"query", tc.query, c.ValidateQuery()}} {
			got := ""
			if v.err != nil {
				got = v.err.Error()
				if ce := (*CriteriaError)(nil); !errors.As(v.err, &ce) || ce.Reason == "" {
					t.Errorf("%s: %v gives no reason", tc.text, v.err)
				}
			}
			if got != v.want {
				t.Errorf("%s %.80s: %q, want %q", v.who, tc.text, got, v.want)
			}
		}
	}
}

// TestEcho: answers carry both spellings of an operator that was sent under
// one, and leave two different ones as they are.
func TestEcho(t *testing.T) {
	c := criteria(t, `{"type":{"eq":["x"],"gte":5,"neq":[]},"id":{"equals":["a"],"eq":["b"]}}`)
	want := `{"id":{"eq":["b"],"equals":["a"]},"type":{"eq":["x"],"equals":["x"],"neq":[],"notEquals":[],"gte":5,"greaterThanOrEqual":5}}`
	got, err := json.Marshal(c.Echo())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	if c["type"].Equals != nil {
		t.Error("Echo wrote to its receiver")
	}
}

// TestAttributesAreTheSDKs resolves each attribute in the official SDK's
// Finding, an independent statement of what a finding holds, and compares kinds.
func TestAttributesAreTheSDKs(t *testing.T) {
	known := 0
	for _, a := range Attributes() {
		want, ok := sdkKind(a.members)
		if !ok {
			continue
		}
		known++
		if got := a.Kind; got != want && !(want == KindString && got == KindTime) && !(want == KindNumber && got == KindSeverity) {
			t.Errorf("%s: kind %d, the SDK's member says %d", a.Path, got, want)
		}
	}
	if known < 550 {
		t.Errorf("only %d of %d attributes are members of the SDK's Finding", known, len(Attributes()))
	}
}

// TestLongAttributes: the model's documentation breaks the lines of names that
// are this long.
func TestLongAttributes(t *testing.T) {
	for path, want := range map[string]Kind{
		"resource.accessKeyDetails.userIdentity.sessionContext.sessionIssuer.principalId":                                         KindString,
		"resource.accessKeyDetails.userIdentity.sessionContext.attributes.mfaAuthenticated":                                       KindBool,
		"resource.kubernetesDetails.kubernetesWorkloadDetails.containers.containerRuntime":                                        KindString,
		"resource.s3BucketDetails.publicAccess.permissionConfiguration.bucketLevelPermissions.blockPublicAccess.ignorePublicAcls": KindBool,
		"service.action.portProbeAction.portProbeDetails.remoteIpDetails.geoLocation.lat":                                         KindNumber,
	} {
		if a := LookupAttribute(path); a == nil || a.Kind != want {
			t.Errorf("%s is %+v, want kind %d", path, a, want)
		}
	}
}

func sdkKind(path string) (Kind, bool) {
	typ := reflect.TypeFor[types.Finding]()
	elem := func() {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
	}
	for name := range strings.SplitSeq(path, ".") {
		elem()
		if typ.Kind() != reflect.Struct {
			return 0, false
		}
		f, ok := typ.FieldByNameFunc(func(s string) bool { return strings.EqualFold(s, name) })
		if !ok {
			return 0, false
		}
		typ = f.Type
	}
	elem()
	switch {
	case typ == reflect.TypeFor[time.Time]():
		return KindTime, true
	case typ.Kind() == reflect.Bool:
		return KindBool, true
	case typ.Kind() == reflect.String, typ.Kind() == reflect.Map:
		return KindString, true
	}
	return KindNumber, typ.Kind() != reflect.Struct
}

// TestEpochSeconds: times that the wire writes as numbers are Unix seconds.
func TestEpochSeconds(t *testing.T) {
	vs := ValuesOf(`{"resource":{"s3BucketDetails":[{"createdAt":1486685375.5}]}}`)
	c := criteria(t, `{"resource.s3BucketDetails.createdAt":{"equals":["1486685375500"]}}`)
	if !c.MatchValues(vs) {
		t.Errorf("no match in %v", vs)
	}
}

func TestValuesAreBounded(t *testing.T) {
	doc := `{"resource":{"instanceDetails":{"networkInterfaces":[{"ipv6Addresses":[` + strings.Repeat(`"2001:db8::1",`, 3*maxValues) + `""]}]}}}`
	if n := len(ValuesOf(doc)); n != maxValues {
		t.Errorf("%d values", n)
	}
	ValuesOf(`{"service":` + strings.Repeat("[", 1<<20)) // must not take stack for it
}

func FuzzWildcard(f *testing.F) {
	for _, s := range [][2]string{{"a*b?c", "axxbyc"}, {"*", ""}, {"??", "äö"}, {"**a", "aa"}, {"a*a*a", "aaaa"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 40 || !utf8.ValidString(pattern) || !utf8.ValidString(s) {
			t.Skip()
		}
		re := regexp.QuoteMeta(pattern)
		re = strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(re)
		want := regexp.MustCompile(`(?s)\A` + re + `\z`).MatchString(s)
		if got := wildcard(pattern, s); got != want {
			t.Errorf("wildcard(%q, %q) = %v", pattern, s, got)
		}
	})
}

// FuzzCriteria: no criteria and no document make Match panic, and what is
// valid has tests.
func FuzzCriteria(f *testing.F) {
	doc, err := seen().JSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(`{"type":{"eq":["x"]},"severity":{"gte":4},"updatedAt":{"lt":5}}`, string(doc))
	f.Add(`{"title":{"matches":["*"]}}`, `{"service":{"additionalInfo":{"value":"{\"a\":[[{}]]}"}}}`)
	f.Fuzz(func(t *testing.T, text, doc string) {
		var c Criteria
		if json.Unmarshal([]byte(text), &c) != nil {
			t.Skip()
		}
		if _, err := c.Tests(); c.validate() == nil && err != nil {
			t.Errorf("valid, but: %v", err)
		}
		c.MatchValues(ValuesOf(doc))
	})
}

func BenchmarkValuesOf(b *testing.B) {
	doc, err := seen().JSON()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		ValuesOf(string(doc))
	}
}
