package awsrpc_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGuardDutyMessages: what the real service was recorded or documented to
// say. Statuses are all 400.
func TestGuardDutyMessages(t *testing.T) {
	h := newHarness(t)
	const (
		bad, internal   = "BadRequestException", "InternalServerErrorException"
		json            = "The request is rejected because the JSON could not be processed."
		outOfRange      = "The request is rejected because an invalid or out-of-range value is specified as an input parameter."
		filter, set     = "/detector/12/filter", "/detector/12/ipset"
		criteria        = `"findingCriteria":{"criterion":{}}`
		goodSet         = `"name":"a","format":"TXT","location":"s3://b/k","activate":true`
		destination     = "/detector/12/publishingDestination"
		tagged          = "/tags/arn%3Aaws%3Aguardduty%3Aeu-west-1%3A111122223333%3Adetector%2F0123456789abcdef0123456789abcdef"
		frequency       = "Invalid parameter findingPublishingFrequency. Valid values include: [FIFTEEN_MINUTES, SIX_HOURS, ONE_HOUR]"
		feature, status = "The request failed because one or more provided feature names are invalid.", "The request failed because 'status' field was not specified."
	)
	for _, tc := range []struct{ method, path, body, class, message string }{
		{"POST", "/detector", `{"enable":`, bad, json},
		{"POST", "/detector", `{"enable":"true"}`, bad, json},
		{"POST", "/detector", `{}`, bad, "The request is rejected because required query or path parameters are not specified."},
		{"POST", "/detector", `{"enable":true,"findingPublishingFrequency":"DAILY"}`, bad, frequency},
		{"POST", "/detector", `{"enable":true,"features":[{"name":"NONE","status":"ENABLED"}]}`, bad, feature},
		{"POST", "/detector/12", `{"features":[{"name":"RDS_LOGIN_EVENTS","status":"ON"}]}`, bad, status},
		{"POST", "/detector", `{"enable":true,"clientToken":"` + strings.Repeat("a", 65) + `"}`, bad, outOfRange},
		{"POST", "/detector", `{"enable":true,"tags":{"AWS:x":""}}`, bad, "Invalid tag key. Customers cannot set tag keys starting with aws: (case insensitive)"},
		{"GET", "/detector?maxResults=x", ``, bad, "The request is rejected because the parameter maxResults has an invalid value."},
		{"GET", "/detector?maxResults=0", ``, bad, "The request is rejected because the parameter maxResults is out-of-bounds."},
		{"GET", "/detector?maxResults=51", ``, bad, "The request is rejected because the parameter maxResults is out-of-bounds."},
		{"POST", "/detector/12/findings", `{"maxResults":51}`, bad, "The request is rejected because the parameter maxResults is out-of-bounds."},
		{"POST", "/detector/12/findings", `{"sortCriteria":{"orderBy":"UP"}}`, bad, "The request is rejected because the parameter sortCriteria has an invalid value."},
		{"GET", "/detector/" + strings.Repeat("a", 301), ``, bad, "The request is rejected because the parameter detectorId has an invalid value."},
		{"POST", filter, `{"name":"a b",` + criteria + `}`, bad, "The request is rejected because the given filter name is invalid."},
		{"POST", filter, `{"name":"ab",` + criteria + `}`, bad, "The request is rejected because the given filter name is invalid."},
		{"POST", filter, `{"name":"abc","rank":0,` + criteria + `}`, bad, "The request is rejected because the one or more input parameters have invalid values."},
		{"POST", filter + "/abc", `{"rank":101}`, bad, "The request is rejected because the one or more input parameters have invalid values."},
		{"POST", filter, `{"name":"abc","action":"DROP",` + criteria + `}`, bad, json},
		{"POST", filter, `{"name":"abc","description":"100%",` + criteria + `}`, bad, "The request is rejected because the parameter description has an invalid value."},
		{"POST", set, `{"name":"a","format":"CSV","location":"s3://b/k","activate":true}`, bad, json},
		{"POST", set, `{"name":"a","format":"TXT","location":"s3://b/k"}`, bad, json},
		{"POST", set, `{"name":"","format":"CSV","location":"","activate":true}`, bad, json},
		{"POST", filter, `{"action":"DROP"}`, bad, json},
		{"POST", "/detector", `{"findingPublishingFrequency":"DAILY"}`, bad, "The request is rejected because required query or path parameters are not specified."},
		{"POST", set, `{"name":"a*b","format":"TXT","location":"s3://b/k","activate":true}`, bad, "The request is rejected because the parameter ipSetName has an invalid value."},
		{"POST", set, `{"name":"a","format":"TXT","location":"","activate":true}`, bad, "The request is rejected because the parameter ipSetLocation has an invalid value."},
		{"POST", set, `{` + goodSet + `,"expectedBucketOwner":"1"}`, bad, "The request failed because the 'accountId' was formatted incorrectly."},
		{"POST", set + "/1", `{"name":"a*b"}`, internal, outOfRange},
		{"POST", "/detector/12/findings/archive", `{"findingIds":["` + strings.Repeat(`a","`, 50) + `a"]}`, bad, "The request is rejected because the number of requested finding Ids is out of bounds."},
		{"POST", "/detector/12/findings/feedback", `{"findingIds":[],"feedback":"GOOD"}`, bad, json},
		{"POST", destination, `{"destinationProperties":{}}`, bad, "The request failed because no destinationType parameter was included in the request."},
		{"POST", destination, `{"destinationType":"S3"}`, bad, "The request failed because no destinationProperties parameter was included in the request."},
		{"POST", destination, `{"destinationType":"SNS","destinationProperties":{}}`, bad, json},
		{"POST", "/tags/nothing", `{"tags":{"a":"b"}}`, bad, "Invalid input resource arn"},
		{"POST", tagged, `{"tags":{"aws:a":"b"}}`, bad, "Invalid tag key. Customers cannot set tag keys starting with aws: (case insensitive)"},
		{"POST", tagged, `{"tags":{"a":"` + strings.Repeat("b", 257) + `"}}`, bad, outOfRange},
	} {
		got := h.call(t, "guardduty", tc.method, tc.path, tc.body)
		if got.status != 400 || got.class != tc.class || got.message() != tc.message {
			t.Errorf("%s %s %.80s: %d %s %q\nwant %s %q", tc.method, tc.path, tc.body, got.status, got.class, got.message(), tc.class, tc.message)
		}
		wantType := any("InvalidInputException")
		if strings.HasPrefix(tc.message, "Invalid tag") || strings.HasPrefix(tc.message, "Invalid input resource") {
			wantType = nil
		}
		if got.body["__type"] != wantType || got.body["type"] != wantType {
			t.Errorf("%s %s: types %v and %v", tc.method, tc.path, got.body["__type"], got.body["type"])
		}
	}
}

func TestLogsMessages(t *testing.T) {
	h := newHarness(t)
	const (
		invalid = "InvalidParameterException"
		sub     = `"logGroupName":"g","filterName":"f","filterPattern":"","destinationArn":"arn:aws:x"`
	)
	for _, tc := range []struct{ op, body, class, message string }{
		{"GetLogEvents", `{"logStreamName":"s","limit":10001}`, invalid,
			"1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000"},
		{"PutSubscriptionFilter", `{` + sub + `,"distribution":"Even"}`, invalid,
			"1 validation error detected: Value at 'distribution' failed to satisfy constraint: Member must satisfy enum value set: [Random, ByLogStream]"},
		{"CreateLogGroup", `{}`, invalid,
			"1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be null"},
		{"CreateLogGroup", `{"logGroupName":""}`, invalid,
			`2 validation errors detected: Value '' at 'logGroupName' failed to satisfy constraint: Member must have length greater than or equal to 1; ` +
				`Value '' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`},
		{"PutLogEvents", `{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"m"},{"timestamp":1}]}`, invalid,
			"1 validation error detected: Value null at 'logEvents.2.member.message' failed to satisfy constraint: Member must not be null"},
		{"PutLogEvents", `{"logGroupName":7}`, "SerializationException", "Value '7' at 'logGroupName': expected a string"},
		{"PutLogEvents", `{`, "SerializationException", "expected a name at byte 1"},
	} {
		got := h.call(t, "logs", logs+tc.op, "/", tc.body)
		want := map[string]any{"__type": tc.class, "message": tc.message}
		if diff := cmp.Diff(want, got.body); diff != "" || got.status != 400 || got.class != tc.class {
			t.Errorf("%s %s: %d %s -want +got\n%s", tc.op, tc.body, got.status, got.class, diff)
		}
	}
}

func TestAppFabricMessages(t *testing.T) {
	h := newHarness(t)
	const path = "/appbundles/01234567-89ab-cdef-0123-456789abcdef/appauthorizations"
	got := h.call(t, "appfabric", "POST", path, `{"app":"","credential":{"apiKeyCredential":{"apiKey":"k"}},"tenant":{"tenantIdentifier":"t","tenantDisplayName":"d"}}`)
	length := "Value at '/app' failed to satisfy constraint: Member must have length between 1 and 255, inclusive"
	missing := "Value at '/authType' failed to satisfy constraint: Member must not be null"
	want := map[string]any{"reason": "fieldValidationFailed", "message": "2 validation errors detected. " + length + "; " + missing,
		"fieldList": []any{map[string]any{"name": "/app", "message": length}, map[string]any{"name": "/authType", "message": missing}}}
	if diff := cmp.Diff(want, got.body); diff != "" || got.status != 400 || got.class != "ValidationException" {
		t.Errorf("%d %s -want +got\n%s", got.status, got.class, diff)
	}
	got = h.call(t, "appfabric", "POST", path, `{"app":{}}`)
	want = map[string]any{"reason": "cannotParse", "message": "Value at '/app': expected a string"}
	if diff := cmp.Diff(want, got.body); diff != "" || got.status != 400 {
		t.Errorf("%d -want +got\n%s", got.status, diff)
	}
}
