package appfabric

import (
	"reflect"
	"testing"

	"picket/internal/awsgen/wiretest"
	"picket/internal/awsrpc"
)

// samples has a string for each pattern of the model.
var samples = map[string]string{
	"arn:.+": "arn:aws:s3:::bucket",
	"arn:.+$|^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}": "arn:aws:appfabric:eu-west-1:444455556666:appbundle/01234567-89ab-cdef-0123-456789abcdef",
	"[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}":          "01234567-89ab-cdef-0123-456789abcdef",
	API.Limits["Email"].Pattern:                                             "somebody@example.com",
	API.Limits["RedirectUri"].Pattern:                                       "https://app.example.com/back?x=1",
}

func newService() *wiretest.Service {
	r := &wiretest.Recorder{Fill: wiretest.Filler{Limits: API.Limits, Samples: samples, Unions: []reflect.Type{
		reflect.TypeFor[Credential](), reflect.TypeFor[Destination](),
		reflect.TypeFor[DestinationConfiguration](), reflect.TypeFor[ProcessingConfiguration](),
	}}}
	return &wiretest.Service{API: API, Dialect: awsrpc.AppFabric, Routes: bindAll(r), Inputs: inputs, Recorder: r}
}

func TestOperationCount(t *testing.T) {
	if len(Operations) != 26 {
		t.Errorf("%d operations, want 26", len(Operations))
	}
}

func TestRaw(t *testing.T) { newService().Raw(t) }

func TestRefusals(t *testing.T) {
	if n := newService().Refusals(t); n < 199 {
		t.Errorf("broke %d rules; the model has more", n)
	}
}
