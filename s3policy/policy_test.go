package s3policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// allow is a policy with one grant of GetObject under a condition.
func allow(principal, condition string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal +
		`,"Action":"s3:GetObject","Resource":"arn:aws:s3:::example-bucket/*","Condition":` + condition + `}]}`
}

var (
	anyoneReads = Access{Anonymous: Read, Authenticated: Read}
	awsReads    = Access{Authenticated: Read}
	nobody      = Access{}
)

func TestEvaluatePolicyPrincipal(t *testing.T) {
	for _, c := range []struct {
		principal string
		want      Access
	}{
		{`"*"`, anyoneReads},
		{`{"AWS":"*"}`, anyoneReads},
		{`{"AWS":["arn:aws:iam::111122223333:root","*"]}`, anyoneReads},
		{`{"AWS":"arn:aws:iam::111122223333:root"}`, nobody},
		{`{"AWS":"111122223333"}`, nobody},
		{`{"Service":"cloudtrail.amazonaws.com"}`, nobody},
		{`{"CanonicalUser":"79a59df900b949e55d96a1e698fbaced"}`, nobody},
		{`{"Federated":"cognito-identity.amazonaws.com"}`, nobody},
	} {
		if got := EvaluatePolicy(allow(c.principal, "{}")); got != c.want {
			t.Errorf("principal %s: got %+v, want %+v", c.principal, got, c.want)
		}
	}
}

func TestEvaluatePolicyCondition(t *testing.T) {
	for _, c := range []struct {
		condition string
		want      Access
	}{
		// Where from.
		{`{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, nobody},
		{`{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]}}`, nobody},
		{`{"IpAddress":{"aws:SourceIp":"203.0.113.7"}}`, nobody},
		{`{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`, anyoneReads},
		{`{"IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}}`, anyoneReads},
		{`{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","16.0.0.0/7"]}}`, anyoneReads},
		{`{"IpAddress":{"aws:SourceIp":"16.0.0.0/8"}}`, nobody},
		{`{"IpAddress":{"aws:SourceIp":"::/0"}}`, anyoneReads},
		{`{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, anyoneReads},
		{`{"StringEquals":{"aws:SourceVpc":"vpc-0123456789abcdef0"}}`, nobody},
		{`{"StringEquals":{"aws:sourceVpce":["vpce-1a2b3c4d","vpce-5e6f7a8b"]}}`, nobody},
		{`{"StringLike":{"aws:SourceVpce":"vpce-*"}}`, anyoneReads},
		{`{"StringEqualsIfExists":{"aws:SourceVpce":"vpce-1a2b3c4d"}}`, anyoneReads},
		// Who.
		{`{"StringEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}`, nobody},
		{`{"StringEquals":{"AWS:PRINCIPALORGID":"o-exampleorgid"}}`, nobody},
		{`{"StringLike":{"aws:PrincipalOrgID":"o-*"}}`, awsReads},
		{`{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2c3d4e5/*"}}`, nobody},
		{`{"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2c3d4e5/*"}}`, anyoneReads},
		{`{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}`, nobody},
		{`{"StringLike":{"aws:PrincipalAccount":"*"}}`, awsReads},
		{`{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*"}}`, awsReads},
		{`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/deploy"}}`, awsReads},
		{`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}`, nobody},
		{`{"StringLikeIfExists":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}`, anyoneReads},
		{`{"StringLike":{"aws:userid":["AROAEXAMPLEID:*","111122223333"]}}`, nobody},
		{`{"StringLike":{"aws:userid":"*"}}`, awsReads},
		{`{"StringEquals":{"aws:PrincipalTag/team":"blue"}}`, nobody},
		{`{"Null":{"aws:PrincipalArn":"false"}}`, awsReads},
		{`{"Bool":{"aws:PrincipalIsAWSService":"true"}}`, nobody},
		// On behalf of what.
		{`{"StringEquals":{"aws:SourceAccount":"111122223333"}}`, nobody},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:cloudfront::111122223333:distribution/*"}}`, nobody},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::source-bucket"}}`, nobody},
		{`{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}`, anyoneReads},
		{`{"ArnLike":{"aws:SourceArn":"*"}}`, anyoneReads},
		{`{"StringEquals":{"s3:DataAccessPointAccount":"111122223333"}}`, nobody},
		// What the caller chooses.
		{`{"StringLike":{"aws:Referer":"https://www.example.com/*"}}`, anyoneReads},
		{`{"StringEquals":{"aws:UserAgent":"secret"}}`, anyoneReads},
		{`{"Bool":{"aws:SecureTransport":"true"}}`, anyoneReads},
		{`{"StringEquals":{"s3:prefix":"public/"}}`, anyoneReads},
		// Together: one that restricts is enough.
		{`{"Bool":{"aws:SecureTransport":true},"StringEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}`, nobody},
		{`{"StringLike":{"aws:PrincipalArn":"*"},"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`, awsReads},
	} {
		if got := EvaluatePolicy(allow(`"*"`, c.condition)); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.condition, got, c.want)
		}
	}
}

func TestEvaluatePolicyAction(t *testing.T) {
	both := Access{Anonymous: Read | Write, Authenticated: Read | Write}
	writes := Access{Anonymous: Write, Authenticated: Write}
	for _, c := range []struct {
		action string
		want   Access
	}{
		{`"Action":"*"`, both},
		{`"Action":"s3:*"`, both},
		{`"Action":"s3:*Object"`, both},
		{`"Action":["s3:GetObject","s3:ListBucket"]`, anyoneReads},
		{`"Action":"S3:getobject"`, anyoneReads},
		{`"Action":"s3:Put*"`, writes},
		{`"Action":"s3:Delete????ct"`, writes},
		{`"Action":"s3:ListAllMyBuckets"`, nobody},
		{`"Action":"sqs:*"`, nobody},
		{`"NotAction":"s3:Get*"`, both},
		{`"NotAction":["s3:Get*","s3:List*"]`, writes},
		{`"NotAction":"s3:*"`, nobody},
	} {
		doc := `{"Statement":{"Effect":"Allow","Principal":"*",` + c.action + `,"Resource":"*"}}`
		if got := EvaluatePolicy(doc); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.action, got, c.want)
		}
	}
}

func TestEvaluatePolicyDeny(t *testing.T) {
	const grant = `{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::example-bucket/*"}`
	deny := func(rest string) string { return `{"Effect":"Deny",` + rest + `}` }
	const whole = `"Action":"s3:*","Resource":["arn:aws:s3:::example-bucket","arn:aws:s3:::example-bucket/*"]`
	for _, c := range []struct {
		deny string
		want Access
	}{
		{deny(`"Principal":"*",` + whole), nobody},
		{deny(`"Principal":{"AWS":"*"},` + whole), nobody},
		{deny(`"NotPrincipal":{"AWS":"arn:aws:iam::111122223333:root"},` + whole), nobody},
		{deny(`"Principal":{"AWS":"arn:aws:iam::111122223333:root"},` + whole), anyoneReads},
		{deny(`"Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::example-bucket/*"`), anyoneReads},
		{deny(`"Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::example-bucket/private/*"`), anyoneReads},
		{deny(`"Principal":"*","Action":"s3:GetObject","Resource":"*"`), nobody},
		{deny(`"Principal":"*","Action":"s3:GetObject","NotResource":"arn:aws:s3:::example-bucket/public/*"`), anyoneReads},
		{deny(`"Principal":"*",` + whole + `,"Condition":{"Bool":{"aws:SecureTransport":"false"}}`), anyoneReads},
		{deny(`"Principal":"*",` + whole + `,"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}`), nobody},
		{deny(`"Principal":"*",` + whole + `,"Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}}`), nobody},
		{deny(`"Principal":"*",` + whole + `,"Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}}`), anyoneReads},
		{deny(`"Principal":"*",` + whole + `,"Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`), nobody},
		{deny(`"Principal":"*",` + whole + `,"Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`), anyoneReads},
		{deny(`"Principal":"*",` + whole + `,"Condition":{"ForAnyValue:StringNotLike":{"aws:PrincipalOrgPaths":"o-a1b2c3d4e5/*"}}`), anyoneReads},
		{deny(`"Principal":"*",` + whole + `,"Condition":{"Null":{"aws:PrincipalArn":"true"}}`), awsReads},
		{deny(`"Principal":"*",` + whole + `,"Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-exampleorgid"},"Bool":{"aws:SecureTransport":"false"}}`), anyoneReads},
	} {
		doc := `{"Statement":[` + grant + `,` + c.deny + `]}`
		if got := EvaluatePolicy(doc); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.deny, got, c.want)
		}
	}
}

func TestEvaluatePolicyForms(t *testing.T) {
	object := allow(`"*"`, "{}")
	quoted := `"` + strings.ReplaceAll(object, `"`, `\"`) + `"`
	unknown := Access{Unknown: true}
	for _, c := range []struct {
		name, doc string
		want      Access
	}{
		{"string", quoted, anyoneReads},
		{"no document", "", nobody},
		{"empty object", "{}", nobody},
		{"empty list", `{"Statement":[]}`, nobody},
		{"not a policy", `{"Id":"x"}`, unknown},
		{"no effect", `{"Statement":[{"Principal":"*"}]}`, unknown},
		{"statement is text", `{"Statement":"Allow"}`, unknown},
		{"too many statements", `{"Statement":[` + strings.Repeat(`{"Effect":"Deny"},`, 500) + `{"Effect":"Deny"}]}`, unknown},
		{"too long", `{"Statement":[` + strings.Repeat(" ", maxDocument) + `]}`, unknown},
		{"all but one principal", `{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"*"}}`, anyoneReads},
		{"all but one resource", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","NotResource":"arn:aws:s3:::example-bucket/private/*"}}`, anyoneReads},
	} {
		if got := EvaluatePolicy(c.doc); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

// A document made to be slow is given up, not computed.
func TestEvaluatePolicyBounded(t *testing.T) {
	pattern := strings.Repeat("*a", 2000)
	text := strings.Repeat("a", 4000)
	var allows, denies strings.Builder
	for i := range 5 {
		fmt.Fprintf(&allows, `{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"%s%d"},`, text, i)
		fmt.Fprintf(&denies, `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"%sb"},`, pattern)
	}
	doc := `{"Statement":[` + allows.String() + strings.TrimSuffix(denies.String(), ",") + `]}`
	if got := EvaluatePolicy(doc); !got.Unknown {
		t.Errorf("got %+v, want Unknown", got)
	}
}

func TestEvaluateACL(t *testing.T) {
	grants := func(uri, perm string) string {
		return `{"AccessControlPolicy":{"AccessControlList":{"Grant":[
			{"Grantee":{"xsi:type":"CanonicalUser","ID":"79a59df900b949e55d96a1e698fbaced"},"Permission":"FULL_CONTROL"},
			{"Grantee":{"xsi:type":"Group","URI":"` + uri + `"},"Permission":"` + perm + `"}]}}}`
	}
	type result struct {
		Access Access
		Stated bool
	}
	for _, c := range []struct {
		params string
		want   result
	}{
		{`{"bucketName":"b"}`, result{}},
		{`{"bucketName":"b","acl":""}`, result{}},
		{`null`, result{}},
		{`{"x-amz-acl":"private"}`, result{nobody, true}},
		{`{"x-amz-acl":"public-read"}`, result{anyoneReads, true}},
		{`{"x-amz-acl":["public-read"]}`, result{anyoneReads, true}},
		{`{"x-amz-acl":"public-read-write"}`, result{Access{Read | Write, Read | Write, false}, true}},
		{`{"x-amz-acl":"authenticated-read"}`, result{awsReads, true}},
		{`{"x-amz-acl":"log-delivery-write"}`, result{nobody, true}},
		{`{"x-amz-grant-read":"uri=\"http://acs.amazonaws.com/groups/global/AllUsers\""}`, result{anyoneReads, true}},
		{`{"x-amz-grant-write":"id=\"79a5\", uri=\"http://acs.amazonaws.com/groups/global/AuthenticatedUsers\""}`, result{Access{Authenticated: Write}, true}},
		{`{"x-amz-grant-full-control":"id=79a5"}`, result{nobody, true}},
		{`{"accessControlList":{"x-amz-grant-read":"uri=\"http://acs.amazonaws.com/groups/global/AllUsers\""}}`, result{anyoneReads, true}},
		{`{"accessControlList":{"x-amz-grant-read":"id=79a5"},"x-amz-acl":"private"}`, result{nobody, true}},
		{`{"accessControlList":""}`, result{}},
		{grants(allUsers, "READ"), result{anyoneReads, true}},
		{grants(allUsers, "WRITE_ACP"), result{Access{Write, Write, false}, true}},
		{grants(authenticatedUsers, "FULL_CONTROL"), result{Access{0, Read | Write, false}, true}},
		{grants("http://acs.amazonaws.com/groups/s3/LogDelivery", "WRITE"), result{nobody, true}},
		{`{"AccessControlPolicy":{"AccessControlList":{"Grant":{"Grantee":{"URI":"` + allUsers + `"},"Permission":"READ"}}}}`, result{anyoneReads, true}},
	} {
		var got result
		got.Access, got.Stated = EvaluateACL(c.params)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.params, d)
		}
	}
}

func TestEvaluatePolicyAllocations(t *testing.T) {
	doc := allow(`{"AWS":["*"]}`, `{"StringEquals":{"aws:PrincipalOrgID":"o-exampleorgid"},"Bool":{"aws:SecureTransport":true}}`)
	if n := testing.AllocsPerRun(100, func() { EvaluatePolicy(doc) }); n > 0 {
		t.Errorf("%.0f allocations, want none", n)
	}
}

func FuzzEvaluatePolicy(f *testing.F) {
	f.Add(allow(`"*"`, `{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","x"]}}`))
	f.Add(allow(`{"AWS":["*",1]}`, `{"ForAllValues:StringNotLikeIfExists":{"aws:PrincipalOrgPaths":["o-*"]},"Null":{"aws:x":true}}`))
	f.Add(`{"Statement":{"Effect":"Deny","NotPrincipal":"*","NotAction":"s3:*","NotResource":["*"]}}`)
	f.Add(`"{\"Statement\":[]}"`)
	f.Fuzz(func(t *testing.T, doc string) {
		a := EvaluatePolicy(doc)
		if a.Anonymous&^a.Authenticated != 0 {
			t.Errorf("anonymous callers may do what principals may not: %+v", a)
		}
		if a.Unknown && a != (Access{Unknown: true}) {
			t.Errorf("unknown and yet known: %+v", a)
		}
	})
}

func FuzzEvaluateACL(f *testing.F) {
	f.Add(`{"x-amz-acl":["public-read",{}],"x-amz-grant-read":"uri=,uri"}`)
	f.Add(`{"AccessControlPolicy":{"AccessControlList":{"Grant":[{"Grantee":{"URI":"` + allUsers + `"},"Permission":"READ"},[]]}}}`)
	f.Fuzz(func(t *testing.T, params string) {
		a, stated := EvaluateACL(params)
		if a.Public() && !stated {
			t.Errorf("grants without a grant: %+v", a)
		}
	})
}

func BenchmarkEvaluatePolicy(b *testing.B) {
	doc := allow(`"*"`, `{"StringEquals":{"aws:PrincipalOrgID":"o-exampleorgid"},"Bool":{"aws:SecureTransport":"true"}}`)
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		EvaluatePolicy(doc)
	}
}
