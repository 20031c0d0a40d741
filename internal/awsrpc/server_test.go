package awsrpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	"github.com/google/go-cmp/cmp"

	"picket/internal/awsgen/appfabric"
	"picket/internal/awsgen/cwlogs"
	"picket/internal/awsgen/guardduty"
	"picket/internal/awsgen/wiretest"
	"picket/internal/awsrpc"
	"picket/internal/awsrpc/sigv4"
	"picket/internal/fault"
)

// harness is a server of three services whose operations answer as the test says.
type harness struct {
	*httptest.Server
	verify error
	permit error
	answer func(ctx context.Context) error // what operations return
	asked  awsrpc.Ask
	done   awsrpc.Call
	log    bytes.Buffer
}

func bind[In, Out any](h *harness, op awsrpc.Op[In, Out]) awsrpc.Route {
	return awsrpc.Bind(op, func(ctx context.Context, _ *In) (*Out, error) {
		if h.answer == nil {
			return nil, nil
		}
		return nil, h.answer(ctx)
	})
}

func newHarness(t *testing.T) *harness {
	h := &harness{}
	s, err := awsrpc.NewServer(awsrpc.Config{
		Verify: func(r *http.Request, _ []byte) (awsrpc.Caller, error) {
			return awsrpc.Caller{Account: "111122223333", Region: "eu-west-1", AccessKeyID: "AKIAIOSFODNN7EXAMPLE",
				Service: strings.Split(r.Header.Get("Authorization"), "/")[3]}, h.verify
		},
		Permit: func(_ context.Context, ask awsrpc.Ask) error { h.asked = ask; return h.permit },
		Log:    slog.New(slog.NewTextHandler(&h.log, nil)),
		Done:   func(c awsrpc.Call) { h.done = c },
	},
		awsrpc.Mount{Service: guardduty.API, Dialect: awsrpc.GuardDuty, Routes: []awsrpc.Route{
			bind(h, guardduty.CreateDetector), bind(h, guardduty.GetDetector), bind(h, guardduty.UpdateDetector), bind(h, guardduty.CreateFilter),
			bind(h, guardduty.UpdateFilter), bind(h, guardduty.GetFilter), bind(h, guardduty.ListDetectors), bind(h, guardduty.ListFindings),
			bind(h, guardduty.CreateIPSet), bind(h, guardduty.UpdateIPSet), bind(h, guardduty.TagResource), bind(h, guardduty.ArchiveFindings),
			bind(h, guardduty.CreatePublishingDestination), bind(h, guardduty.GetMalwareProtectionPlan), bind(h, guardduty.UpdateFindingsFeedback),
		}},
		awsrpc.Mount{Service: appfabric.API, Dialect: awsrpc.AppFabric, Routes: []awsrpc.Route{
			bind(h, appfabric.CreateAppAuthorization), bind(h, appfabric.GetIngestion), bind(h, appfabric.StartIngestion),
		}},
		awsrpc.Mount{Service: cwlogs.API, Dialect: awsrpc.CloudWatchLogs, Routes: []awsrpc.Route{
			bind(h, cwlogs.PutLogEvents), bind(h, cwlogs.PutSubscriptionFilter), bind(h, cwlogs.GetLogEvents), bind(h, cwlogs.CreateLogGroup),
			bind(h, cwlogs.PutDestination), bind(h, cwlogs.TagResource),
		}},
	)
	if err != nil {
		t.Fatal(err)
	}
	h.Server = httptest.NewServer(s)
	t.Cleanup(h.Close)
	return h
}

// reply is what came back.
type reply struct {
	status int
	class  string
	body   map[string]any
	text   string
	header http.Header
}

func (r reply) message() string { m, _ := r.body["message"].(string); return m }

// call sends a request; a method like Logs_20140328.X is a target.
func (h *harness) call(t *testing.T, service, method, path, body string, change ...func(*http.Request)) reply {
	t.Helper()
	target := ""
	if strings.Contains(method, ".") {
		target, method = method, "POST"
	}
	r, err := http.NewRequest(method, h.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if target != "" {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", target)
	}
	wiretest.Sign(r, service)
	for _, c := range change {
		c(r)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := reply{status: res.StatusCode, class: res.Header.Get("X-Amzn-ErrorType"), text: string(text), header: res.Header}
	json.Unmarshal(text, &out.body) // what is no JSON has no message
	return out
}

const logs = "Logs_20140328."

func TestFront(t *testing.T) {
	unsigned := func(r *http.Request) { r.Header.Del("Authorization") }
	contentType := func(v string) func(*http.Request) { return func(r *http.Request) { r.Header.Set("Content-Type", v) } }
	for _, tc := range []struct {
		name, service, method, path, body string
		change                            func(*http.Request)
		status                            int
		class                             string
	}{
		{"unsigned", "guardduty", "GET", "/detector", "", unsigned, 403, "MissingAuthenticationTokenException"},
		{"unsigned, of logs", "logs", logs + "PutLogEvents", "/", "{}", unsigned, 400, "MissingAuthenticationTokenException"},
		{"another service", "s3", "GET", "/detector", "", nil, 403, "InvalidSignatureException"},
		{"a scope that is none", "", "GET", "/detector", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, 403, "InvalidSignatureException"},
		{"HEAD", "guardduty", "HEAD", "/detector", "", nil, 404, "UnknownOperationException"},
		{"unknown method", "guardduty", "PATCH", "/detector", "{}", nil, 404, "UnknownOperationException"},
		{"unknown path", "guardduty", "GET", "/detectors", "", nil, 404, "UnknownOperationException"},
		{"unclean path", "guardduty", "GET", "/detector/../detector", "", nil, 404, "UnknownOperationException"},
		{"empty label", "guardduty", "GET", "/detector/", "", nil, 404, "UnknownOperationException"},
		{"unknown target", "logs", logs + "PutLogEvent", "/", "{}", nil, 400, "UnknownOperationException"},
		{"target of another service", "guardduty", logs + "PutLogEvents", "/", "{}", nil, 404, "UnknownOperationException"},
		{"target at a path", "logs", logs + "PutLogEvents", "/x", "{}", nil, 400, "UnknownOperationException"},
		{"path of another service", "appfabric", "GET", "/detector", "", nil, 404, "UnknownOperationException"},
		{"form", "guardduty", "POST", "/detector", "{}", contentType("application/x-www-form-urlencoded"), 415, "UnsupportedMediaTypeException"},
		{"CBOR", "logs", logs + "PutLogEvents", "/", "{}", contentType("application/cbor"), 415, "UnsupportedMediaTypeException"},
		{"too large", "guardduty", "POST", "/detector", strings.Repeat(" ", 256<<10+1), nil, 413, "RequestEntityTooLargeException"},
		{"too large, of logs", "logs", logs + "PutLogEvents", "/", strings.Repeat(" ", 8<<20+1), nil, 413, "RequestEntityTooLargeException"},
		{"chunks too large", "guardduty", "POST", "/detector", "", func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat(" ", 256<<10+1))), -1
		}, 413, "RequestEntityTooLargeException"},
		{"no content type", "guardduty", "POST", "/detector", `{"enable":true}`, func(r *http.Request) { r.Header.Del("Content-Type") }, 200, ""},
		{"with a charset", "guardduty", "POST", "/detector", `{"enable":true}`, contentType("application/json; charset=utf-8"), 200, ""},
		{"presigned", "guardduty", "GET", "/detector?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260304%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Signature=0", "", unsigned, 403, "InvalidSignatureException"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			change := tc.change
			if change == nil {
				change = func(*http.Request) {}
			}
			h := newHarness(t)
			got := h.call(t, tc.service, tc.method, tc.path, tc.body, change)
			if got.status != tc.status || got.class != tc.class {
				t.Errorf("%d %s, want %d %s: %s", got.status, got.class, tc.status, tc.class, got.text)
			}
			if tc.class != "" && tc.method != "HEAD" && got.message() == "" {
				t.Errorf("no message: %s", got.text)
			}
			if len(got.header.Get("X-Amzn-Requestid")) != 36 || h.done.RequestID != got.header.Get("X-Amzn-Requestid") || h.done.Status != tc.status || h.done.Exception != tc.class {
				t.Errorf("request id %q, told %+v", got.header.Get("X-Amzn-Requestid"), h.done)
			}
		})
	}
}

func TestVerifyAndPermitRefuse(t *testing.T) {
	h := newHarness(t)
	h.verify = fault.Wrap(fault.Unauthenticated, sigv4.UnrecognizedClient, "The security token included in the request is invalid.")
	for service, status := range map[string]int{"guardduty": 403, "appfabric": 403, "logs": 400} {
		got := h.call(t, service, logs+"CreateLogGroup", "/", "{")
		if got.status != status || got.class != "UnrecognizedClientException" || got.message() != "The security token included in the request is invalid." {
			t.Errorf("%s: %d %s %s", service, got.status, got.class, got.text)
		}
	}
	h.verify = errors.New("read keys: disk on fire")
	if got := h.call(t, "guardduty", "GET", "/detector", ""); got.status != 500 || strings.Contains(got.text, "disk") || !strings.Contains(h.log.String(), "disk on fire") {
		t.Errorf("%d %s; log %s", got.status, got.text, &h.log)
	}
	h.verify = nil
	h.permit = fault.New(fault.Denied, "User: x is not authorized to perform: y on resource: z")
	for _, tc := range []struct {
		service, method, path, body string
		status                      int
		types                       any
		action, resource            string
	}{
		// Who may not call is told so before what is wrong with the call.
		{"guardduty", "POST", "/detector", "{", 403, nil, "guardduty:CreateDetector", "arn:aws:guardduty:eu-west-1:111122223333:detector/*"},
		{"guardduty", "GET", "/detector/12/filter/f%2F1", "", 403, nil, "guardduty:GetFilter", "arn:aws:guardduty:eu-west-1:111122223333:detector/12/filter/f/1"},
		{"guardduty", "POST", "/detector/12/findings/archive", "{}", 403, nil, "guardduty:ArchiveFindings", "arn:aws:guardduty:eu-west-1:111122223333:detector/12"},
		{"guardduty", "POST", "/tags/arn%3Aaws%3Aguardduty%3Ax", "{}", 403, nil, "guardduty:TagResource", "arn:aws:guardduty:x"},
		{"guardduty", "GET", "/tags/arn:aws:guardduty:eu-west-1::detector%2F12", "", 403, nil, "guardduty:ListTagsForResource", "arn:aws:guardduty:eu-west-1:111122223333:detector/12"},
		{"guardduty", "GET", "/detector/12/investigation/i", "", 403, nil, "guardduty:GetInvestigation", "arn:aws:guardduty:eu-west-1:111122223333:detector/12/investigation/i"},
		{"appfabric", "GET", "/appbundles/b/ingestions/i", "", 403, nil, "appfabric:GetIngestion", "arn:aws:appfabric:eu-west-1:111122223333:appbundle/b/ingestion/i"},
		{"logs", logs + "PutLogEvents", "/", `{"logGroupName":"g","logStreamName":"s"}`, 400, "AccessDeniedException", "logs:PutLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group:g:log-stream:s"},
		{"logs", logs + "PutLogEvents", "/", `{}`, 400, "AccessDeniedException", "logs:PutLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group::log-stream:"},
		{"logs", logs + "PutDestination", "/", `{"destinationName":"d"}`, 400, "AccessDeniedException", "logs:PutDestination", "arn:aws:logs:eu-west-1:111122223333:destination:d"},
		{"logs", logs + "TagResource", "/", `{"resourceArn":"arn:aws:logs:x"}`, 400, "AccessDeniedException", "logs:TagResource", "arn:aws:logs:x"},
	} {
		got := h.call(t, tc.service, tc.method, tc.path, tc.body)
		if got.status != tc.status || got.class != "AccessDeniedException" || got.body["__type"] != tc.types {
			t.Errorf("%s: %d %s %s", tc.action, got.status, got.class, got.text)
		}
		if h.asked.Action != tc.action || h.asked.Resource != tc.resource {
			t.Errorf("asked for %s on %s, want %s on %s", h.asked.Action, h.asked.Resource, tc.action, tc.resource)
		}
	}
}

// TestFaults: how each service tells what an operation returns.
func TestFaults(t *testing.T) {
	h := newHarness(t)
	type told struct {
		status int
		class  string
		body   map[string]any
	}
	const m = "As it is."
	bad := told{400, "BadRequestException", map[string]any{"message": m, "__type": "InvalidInputException", "type": "InvalidInputException"}}
	logsTold := func(class string) told {
		return told{400, class, map[string]any{"message": m, "__type": class}}
	}
	for _, tc := range []struct {
		op   string
		err  error
		want told
	}{
		{"GetDetector", fault.New(fault.Invalid, m), bad},
		{"GetDetector", fmt.Errorf("get detector: %w", fault.New(fault.Invalid, m)), bad},
		{"GetDetector", fault.New(fault.NotFound, m), bad}, // the operation declares no ResourceNotFoundException
		{"GetDetector", fault.New(fault.Conflict, m), bad},
		{"GetDetector", fault.New(fault.Denied, m), bad},
		{"GetDetector", fault.New(fault.Unsupported, m), bad},
		{"CreateIPSet", fault.New(fault.Denied, m), told{403, "AccessDeniedException",
			map[string]any{"message": m, "__type": "AccessDeniedException", "type": "AccessDeniedException"}}},
		{"GetMalwareProtectionPlan", fault.New(fault.NotFound, m), told{404, "ResourceNotFoundException",
			map[string]any{"message": m, "__type": "ResourceNotFoundException", "type": "ResourceNotFoundException"}}},
		{"GetDetector", errors.New("secret cause"), told{500, "InternalServerErrorException",
			map[string]any{"message": "Internal server error.", "__type": "InternalException", "type": "InternalException"}}},
		{"GetDetector", &awsrpc.Exception{Name: "InternalServerErrorException", Status: 400, Type: "InvalidInputException", Message: m},
			told{400, "InternalServerErrorException", bad.body}},
		{"CreateLogGroup", fault.New(fault.Conflict, m), logsTold("ResourceAlreadyExistsException")},
		{"CreateLogGroup", fault.New(fault.NotFound, m), logsTold("ResourceNotFoundException")},
		{"CreateLogGroup", fault.New(fault.Invalid, m), logsTold("InvalidParameterException")},
		{"GetIngestion", fault.New(fault.NotFound, m), told{404, "ResourceNotFoundException", map[string]any{"message": m}}},
		{"GetIngestion", fault.New(fault.Invalid, m), told{400, "ValidationException", map[string]any{"message": m, "reason": "other"}}},
		{"GetIngestion", &awsrpc.Exception{Name: "ConflictException", Status: 409, Message: m, Fields: map[string]any{"resourceId": "i"}, RetryAfter: 7},
			told{409, "ConflictException", map[string]any{"message": m, "resourceId": "i"}}},
	} {
		h.answer = func(context.Context) error { return tc.err }
		got := h.operation(t, tc.op)
		if got.status != tc.want.status || got.class != tc.want.class {
			t.Errorf("%s, %v: %d %s, want %d %s", tc.op, tc.err, got.status, got.class, tc.want.status, tc.want.class)
		}
		if diff := cmp.Diff(tc.want.body, got.body); diff != "" {
			t.Errorf("%s, %v: -want +got\n%s", tc.op, tc.err, diff)
		}
		var e *awsrpc.Exception
		if errors.As(tc.err, &e) && e.RetryAfter == 7 && got.header.Get("Retry-After") != "7" {
			t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
		}
	}
	if strings.Count(h.log.String(), "level=ERROR") != 1 || !strings.Contains(h.log.String(), "secret cause") {
		t.Errorf("only the server's own fault is logged: %s", &h.log)
	}
}

// operation makes a good call.
func (h *harness) operation(t *testing.T, op string) reply {
	t.Helper()
	switch op {
	case "GetDetector":
		return h.call(t, "guardduty", "GET", "/detector/12", "")
	case "CreateIPSet":
		return h.call(t, "guardduty", "POST", "/detector/12/ipset", `{"name":"a","format":"TXT","location":"s3://b/k","activate":true}`)
	case "GetMalwareProtectionPlan":
		return h.call(t, "guardduty", "GET", "/malware-protection-plan/p", "")
	case "CreateLogGroup":
		return h.call(t, "logs", logs+"CreateLogGroup", "/", `{"logGroupName":"g"}`)
	}
	return h.call(t, "appfabric", "GET", "/appbundles/01234567-89ab-cdef-0123-456789abcdef/ingestions/01234567-89ab-cdef-0123-456789abcdef", "")
}

func TestPanicIsContained(t *testing.T) {
	h := newHarness(t)
	h.answer = func(context.Context) error { panic("a broken promise") }
	got := h.operation(t, "GetDetector")
	if got.status != 500 || got.message() != "Internal server error." {
		t.Errorf("%d %s", got.status, got.text)
	}
	if log := h.log.String(); !strings.Contains(log, "a broken promise") || !strings.Contains(log, "server_test.go") || !strings.Contains(log, h.done.RequestID) {
		t.Errorf("log without cause, place or request id: %s", log)
	}
	h.answer = nil
	if got := h.operation(t, "GetDetector"); got.status != 200 {
		t.Errorf("afterwards %d", got.status)
	}
}

func TestContext(t *testing.T) {
	h := newHarness(t)
	var caller awsrpc.Caller
	h.answer = func(ctx context.Context) error {
		caller = awsrpc.CallerFrom(ctx)
		return nil
	}
	h.operation(t, "CreateLogGroup")
	want := awsrpc.Caller{Account: "111122223333", Region: "eu-west-1", AccessKeyID: "AKIAIOSFODNN7EXAMPLE", Service: "logs"}
	if caller != want {
		t.Errorf("caller %+v, want %+v", caller, want)
	}
	if h.done.Service != "logs" || h.done.Operation != "CreateLogGroup" || h.done.Caller != want || h.done.Took <= 0 {
		t.Errorf("told %+v", h.done)
	}
	if awsrpc.CallerFrom(t.Context()) != (awsrpc.Caller{}) {
		t.Error("a caller out of nowhere")
	}
}

func TestUnboundOperation(t *testing.T) {
	got := newHarness(t).call(t, "guardduty", "GET", "/detector/12/investigation/i", "")
	if got.status != 400 || got.class != "BadRequestException" || got.message() != "The operation GetInvestigation is not supported by picket." {
		t.Errorf("%d %s %s", got.status, got.class, got.text)
	}
}

func TestNewServerRefuses(t *testing.T) {
	h := &harness{}
	type formless struct {
		C chan int `aws:"c"`
	}
	wrong := awsrpc.Op[formless, struct{}]{Operation: guardduty.GetDetector.Operation}
	mount := func(routes ...awsrpc.Route) awsrpc.Mount {
		return awsrpc.Mount{Service: guardduty.API, Dialect: awsrpc.GuardDuty, Routes: routes}
	}
	for name, mounts := range map[string][]awsrpc.Mount{
		"route of another service": {mount(bind(h, cwlogs.TagResource))},
		"two routes":               {mount(bind(h, guardduty.GetDetector), bind(h, guardduty.GetDetector))},
		"mounted twice":            {mount(), mount()},
		"a type without wire form": {mount(bind(h, wrong))},
	} {
		if _, err := awsrpc.NewServer(awsrpc.Config{}, mounts...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestSDKReadsErrors: the official client finds class, message and both names.
func TestSDKReadsErrors(t *testing.T) {
	h := newHarness(t)
	client := sdk.New(sdk.Options{BaseEndpoint: aws.String(h.URL), Region: "eu-west-1", Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret"}, nil
		})})
	h.answer = func(context.Context) error { return fault.New(fault.NotFound, "Gone.") }
	_, err := client.GetDetector(t.Context(), &sdk.GetDetectorInput{DetectorId: aws.String("12")})
	var bad *types.BadRequestException
	if !errors.As(err, &bad) || bad.ErrorMessage() != "Gone." || aws.ToString(bad.Type) != "InvalidInputException" {
		t.Errorf("%v", err)
	}
	_, err = client.GetMalwareProtectionPlan(t.Context(), &sdk.GetMalwareProtectionPlanInput{MalwareProtectionPlanId: aws.String("12")})
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) || missing.ErrorMessage() != "Gone." {
		t.Errorf("%v", err)
	}
}
