package cwlogs

import (
	"testing"

	"picket/internal/awsgen/wiretest"
	"picket/internal/awsrpc"
)

// samples has a string for each pattern of the model.
var samples = map[string]string{
	`^\d{12}$`:                        "444455556666",
	`[\w+=/:,.@-]*`:                   "arn:aws:logs:eu-west-1:444455556666:log-group:g",
	`[\w#+=/:,.@-]*`:                  "arn:aws:logs:eu-west-1:444455556666:log-group:g#1",
	`[^:*]*`:                          "a stream/of-mine",
	`[\.\-_/#A-Za-z0-9]+`:             "/a/group_of-mine.1#2",
	`[\.\-_/#A-Za-z0-9]*`:             "group",
	`[\w+=/:,.@\-\*]*`:                "arn:aws:logs:eu-west-1:444455556666:log-group:*",
	`^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$`: "a kéy",
	`^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$`: "a välue",
}

func newService() *wiretest.Service {
	r := &wiretest.Recorder{Fill: wiretest.Filler{Limits: API.Limits, Samples: samples}}
	return &wiretest.Service{API: API, Dialect: awsrpc.CloudWatchLogs, Routes: bindAll(r), Inputs: inputs, Recorder: r}
}

func TestRaw(t *testing.T) { newService().Raw(t) }

func TestRefusals(t *testing.T) {
	if n := newService().Refusals(t); n < 277 {
		t.Errorf("broke %d rules; the model has more", n)
	}
}
