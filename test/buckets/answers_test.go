package buckets

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

var ids = http.Header{"X-Amz-Request-Id": {"4442587FB7D0A2F9"}, "X-Amz-Id-2": {"vlR7PnpV2Ce81l0PRw6jlUpck7Jo5ZsQjryTjKlc5aLWGVHPZLj5NeC6qMa0emYBDXOo6QBU0Wo="}}

// refused is an answer of failure as S3 gives it.
func refused(status int, code string, more ...string) answer {
	h := ids.Clone()
	for i := 0; i < len(more); i += 2 {
		h.Set(more[i], more[i+1])
	}
	return answer{status, h, `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code + "</Code><Message>For a reason &amp; another.</Message><RequestId>no</RequestId></Error>"}
}

func bare(status int) answer { return answer{status: status, header: ids} }

// An outcome is how a call ended: what callers can learn of its error, how many
// requests it took and by what clock they were signed, to the hour.
type outcome struct {
	Failed                    bool
	Code, Message, Region, ID string
	Service                   string
	Status                    int
	Response, Cancelled       bool
	Hours                     []string
}

func ended(err error, sent []*http.Request) outcome {
	o := outcome{Failed: err != nil}
	for _, r := range sent {
		o.Hours = append(o.Hours, r.Header.Get("X-Amz-Date")[:11])
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		o.Code, o.Message = api.ErrorCode(), api.ErrorMessage()
	}
	var response *awshttp.ResponseError
	if o.Response = errors.As(err, &response); o.Response {
		o.ID, o.Status, o.Region = response.ServiceRequestID(), response.HTTPStatusCode(), response.Response.Header.Get("X-Amz-Bucket-Region")
	}
	var operation *smithy.OperationError
	if errors.As(err, &operation) {
		o.Service = operation.Service()
	}
	var cancelled interface{ CanceledError() bool }
	o.Cancelled = errors.As(err, &cancelled)
	return o
}

// TestAnswers: what the SDK's client makes of an answer picket makes of it, too.
func TestAnswers(t *testing.T) {
	good, patient := region("us-east-1"), region("us-east-1", "AWS_MAX_ATTEMPTS=5")
	object := calls("logs/a")
	everywhere := []call{object[0], object[4], object[7]} // get, list, put
	head := []call{object[6]}
	late := time.Date(2000, 1, 1, 3, 0, 0, 0, time.UTC).Format(http.TimeFormat)
	for _, c := range []struct {
		name    string
		in      environment
		of      []call
		answers []answer
		silent  bool // no message is to be compared: the SDK has none
	}{
		{"no leave", good, everywhere, []answer{refused(403, "AccessDenied")}, false},
		{"no bucket", good, everywhere, []answer{refused(404, "NoSuchBucket")}, false},
		{"no object", good, everywhere[:1], []answer{refused(404, "NoSuchKey")}, false},
		{"another version", good, everywhere[:1], []answer{refused(412, "PreconditionFailed")}, false},
		{"no range", good, everywhere[:1], []answer{refused(416, "InvalidRange")}, false},
		{"in the archive", good, everywhere[:1], []answer{refused(403, "InvalidObjectState")}, false},
		{"another region", good, everywhere, []answer{refused(301, "PermanentRedirect", "X-Amz-Bucket-Region", "ap-south-1")}, false},
		{"busy once", good, everywhere, []answer{refused(503, "SlowDown"), empty}, false},
		{"busy twice", good, everywhere, []answer{refused(503, "SlowDown"), refused(500, "InternalError"), empty}, false},
		{"always busy", good, everywhere, []answer{refused(503, "SlowDown")}, false},
		{"always busy, with more patience", patient, everywhere, []answer{refused(503, "SlowDown")}, false},
		{"slow", good, everywhere, []answer{refused(400, "RequestTimeout"), empty}, false},
		{"another clock", good, everywhere, []answer{refused(403, "RequestTimeTooSkewed", "Date", late), empty}, false},
		{"another clock, as is", region("us-east-1", "AWS_DISABLE_CLOCK_SKEW_CORRECTION=true"), everywhere, []answer{refused(403, "RequestTimeTooSkewed", "Date", late)}, false},
		{"gateway", good, everywhere, []answer{bare(502), empty}, true},
		{"nothing", good, everywhere, []answer{bare(400)}, true},
		{"head: no object", good, head, []answer{bare(404)}, true},
		{"head: no leave", good, head, []answer{bare(403)}, true},
		{"head: moved", good, head, []answer{{301, http.Header{"X-Amz-Bucket-Region": {"ap-south-1"}}, ""}}, true},
		{"head: busy", good, head, []answer{bare(503), empty}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.in.enter(t)
			for _, call := range c.of {
				outcomes := [2]outcome{}
				for i := range outcomes { // one after the other: each has its time
					synctest.Test(t, func(t *testing.T) {
						theirs, ours, network, err := c.in.clients(t.Context(), c.answers...)
						if err != nil {
							t.Fatal(err)
						}
						if i == 0 {
							err = call.theirs(t.Context(), theirs, "example-bucket")
						} else {
							err = call.ours(t.Context(), ours, "example-bucket")
						}
						if outcomes[i] = ended(err, network[i].requests); c.silent {
							outcomes[i].Message = ""
						}
					})
				}
				if diff := cmp.Diff(outcomes[0], outcomes[1]); diff != "" {
					t.Errorf("%s: the SDK's (-) and picket's (+):\n%s", call.name, diff)
				}
			}
		})
	}
}

// TestClockStays: later requests are signed by the clock that the server showed.
func TestClockStays(t *testing.T) {
	e := region("us-east-1")
	e.enter(t)
	synctest.Test(t, func(t *testing.T) {
		late := http.Header{"Date": {time.Now().Add(3 * time.Hour).Format(http.TimeFormat)}}
		theirs, ours, network, err := e.clients(t.Context(), answer{200, late, empty.body})
		if err != nil {
			t.Fatal(err)
		}
		get := calls("a")[0]
		for range 2 {
			if err := errors.Join(get.theirs(t.Context(), theirs, "example-bucket"), get.ours(t.Context(), ours, "example-bucket")); err != nil {
				t.Fatal(err)
			}
		}
		want, got := ended(nil, network[0].requests), ended(nil, network[1].requests)
		if diff := cmp.Diff(want, got); diff != "" || got.Hours[0] == got.Hours[1] {
			t.Errorf("the SDK's (-) and picket's (+) of %v:\n%s", got.Hours, diff)
		}
	})
}
