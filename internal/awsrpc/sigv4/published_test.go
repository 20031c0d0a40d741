package sigv4_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"picket/internal/awsrpc/sigv4"
	"picket/internal/fault"
)

// The credentials of AWS's documentation and of its signature test suite.
const (
	exampleKey    = "AKIDEXAMPLE"
	exampleSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	exampleToken  = "FwoGZXIvYXdzEXAMPLE/token+=="
)

// exampleKeys knows the example key, with the session token if there is one.
func exampleKeys(token string) func(string) (sigv4.Secret, error) {
	return func(id string) (sigv4.Secret, error) {
		if id != exampleKey {
			return sigv4.Secret{}, fault.New(fault.NotFound, "no such key")
		}
		return sigv4.NewSecret(exampleSecret, token), nil
	}
}

// received is what net/http's server makes of the bytes of a request, with its
// body read. Lines of raw end in \n.
func received(t testing.TB, raw string) (*http.Request, []byte) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n"))))
	if err != nil {
		t.Fatalf("the test's request: %v\n%s", err, raw)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, body
}

// The cases of AWS's Signature Version 4 test suite (service "service", region
// us-east-1) with its published signatures, and the worked example of the IAM
// user guide.
func TestPublishedSignatures(t *testing.T) {
	const slashSignature = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
	for _, tc := range []struct {
		name, line, headers, signed, body, signature string
	}{
		{name: "get-vanilla", line: "GET /", signature: slashSignature},
		{name: "get-slash", line: "GET //", signature: slashSignature},
		{name: "get-slash-dot-slash", line: "GET /./", signature: slashSignature},
		{name: "get-relative", line: "GET /example/..", signature: slashSignature},
		{name: "get-relative-relative", line: "GET /example1/example2/../..", signature: slashSignature},
		{name: "get-utf8", line: "GET /ሴ", signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
		{name: "get-unreserved", line: "GET /-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
			signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
		{name: "get-vanilla-query-order-key-case", line: "GET /?Param2=value2&Param1=value1",
			signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		{name: "get-vanilla-empty-query-key", line: "GET /?Param1=value1",
			signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
		{name: "post-vanilla", line: "POST /", signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{name: "post-x-www-form-urlencoded", line: "POST /", body: "Param1=value1",
			headers: "Content-Type: application/x-www-form-urlencoded\n", signed: "content-type;host;x-amz-date",
			signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
		{name: "get-header-key-duplicate", line: "GET /", headers: "My-Header1: value2\nMy-Header1: value2\nMy-Header1: value1\n",
			signed: "host;my-header1;x-amz-date", signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
		{name: "get-header-value-trim", line: "GET /", headers: "My-Header1:  value1\nMy-Header2:  \"a   b   c\"\n",
			signed: "host;my-header1;my-header2;x-amz-date", signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			signed := tc.signed
			if signed == "" {
				signed = "host;x-amz-date"
			}
			length := ""
			if tc.body != "" {
				length = "Content-Length: 13\n"
			}
			raw := tc.line + " HTTP/1.1\nHost: example.amazonaws.com\n" + tc.headers + length + "X-Amz-Date: 20150830T123600Z\n" +
				"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=" + signed +
				", Signature=" + tc.signature + "\n\n" + tc.body
			r, body := received(t, raw)
			got, err := sigv4.Verify(r, body, time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC), exampleKeys(""))
			if err != nil {
				t.Fatal(err)
			}
			want := sigv4.Identity{AccessKeyID: exampleKey, Date: "20150830", Region: "us-east-1", Service: "service",
				SignedAt: time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUserGuideExample(t *testing.T) {
	r, body := received(t, `GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1
Host: iam.amazonaws.com
Content-Type: application/x-www-form-urlencoded; charset=utf-8
X-Amz-Date: 20150830T123600Z
Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7

`)
	if _, err := sigv4.Verify(r, body, time.Date(2015, 8, 30, 12, 50, 0, 0, time.UTC), exampleKeys("")); err != nil {
		t.Error(err)
	}
}

// botocoreTime is when the requests below were signed.
var botocoreTime = time.Date(2026, 9, 20, 10, 11, 12, 0, time.UTC)

const botocoreScope = "AKIDEXAMPLE/20260920/eu-west-1/guardduty/aws4_request"

// Requests as botocore 1.43.11, which is what the AWS CLI and boto3 sign with,
// signs them with the example key.
var botocoreRequests = []struct {
	name, token, raw string
}{
	{name: "repeated query keys sorted as encoded", raw: `DELETE /tags/arn%3Aaws%3Aguardduty%3Aeu-west-1%3A111122223333%3Adetector%2F12abc?tagKeys=k%201&tagKeys=k%3D2&tagKeys=%C3%BC&tagKeys=~z&tagKeys=Z HTTP/1.1
Host: 127.0.0.1:4500
X-Amz-Date: 20260920T101112Z
Authorization: AWS4-HMAC-SHA256 Credential=` + botocoreScope + `, SignedHeaders=host;x-amz-date, Signature=161a5fb668b3d3c7c92887de183ace50453c9b2adf1f7f9d339a66038f1413c2

`},
	{name: "body, session token and spaces in a header", token: exampleToken, raw: `POST /detector HTTP/1.1
Host: 127.0.0.1:4500
Content-Type: application/json
Content-Length: 15
X-Odd:   a   b  c 
X-Amz-Date: 20260920T101112Z
X-Amz-Security-Token: ` + exampleToken + `
Authorization: AWS4-HMAC-SHA256 Credential=` + botocoreScope + `, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-odd, Signature=d244c52573e6104cc74d158a61a43aedf95c07126b658de38f7adf0085753402

{"enable":true}`},
	{name: "path cleaned before it is signed", raw: `GET /a//b/./c/../d/?x=1 HTTP/1.1
Host: 127.0.0.1:4500
X-Amz-Date: 20260920T101112Z
Authorization: AWS4-HMAC-SHA256 Credential=` + botocoreScope + `, SignedHeaders=host;x-amz-date, Signature=6062902df70300c9624fa5cac22be41180d82d4a63df279802cacfe54241d82f

`},
	{name: "presigned", raw: `GET /detector?maxResults=5&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260920%2Feu-west-1%2Fguardduty%2Faws4_request&X-Amz-Date=20260920T101112Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=c1f35eb5ed1d69409e547ced24bd6c98f1494adfbffb97905dc4b6cf79d8925e HTTP/1.1
Host: 127.0.0.1:4500

`},
	{name: "presigned for a week with a session token", token: exampleToken, raw: `GET /detector?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260920%2Feu-west-1%2Fguardduty%2Faws4_request&X-Amz-Date=20260920T101112Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host&X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE%2Ftoken%2B%3D%3D&X-Amz-Signature=02f9754d2dead66b0429cb200a9fc2daedc59e790e26cb6527bb7683fd7e68d2 HTTP/1.1
Host: 127.0.0.1:4500

`},
}

func TestSignedByBotocore(t *testing.T) {
	for _, tc := range botocoreRequests {
		t.Run(tc.name, func(t *testing.T) {
			r, body := received(t, tc.raw)
			got, err := sigv4.Verify(r, body, botocoreTime.Add(time.Minute), exampleKeys(tc.token))
			if err != nil {
				t.Fatal(err)
			}
			want := sigv4.Identity{AccessKeyID: exampleKey, Date: "20260920", Region: "eu-west-1", Service: "guardduty",
				SignedAt: botocoreTime, Presigned: strings.HasPrefix(tc.name, "presigned")}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
