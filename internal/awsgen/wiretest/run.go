package wiretest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/internal/awsrpc"
)

// A Recorder serves operations: it keeps their inputs and answers with outputs
// that have every member.
type Recorder struct {
	Fill    Filler
	In, Out reflect.Value // structs
}

// Bind makes a route that r serves.
func Bind[In, Out any](r *Recorder, op awsrpc.Op[In, Out]) awsrpc.Route {
	return awsrpc.Bind(op, func(ctx context.Context, in *In) (*Out, error) {
		out := new(Out)
		fill := r.Fill
		fill.All = true
		fill.Fill(reflect.ValueOf(out).Elem())
		r.In, r.Out = reflect.ValueOf(in).Elem(), reflect.ValueOf(out).Elem()
		return out, nil
	})
}

// A Service is what is tested.
type Service struct {
	API      awsrpc.Service
	Dialect  *awsrpc.Dialect
	Routes   []awsrpc.Route // all bound to Recorder
	Inputs   map[string]any // a zero input of each operation, by its name
	Recorder *Recorder
}

// NewServer serves s without verifying signatures.
func (s *Service) NewServer(t *testing.T) *httptest.Server {
	t.Helper()
	h, err := awsrpc.NewServer(awsrpc.Config{
		Verify: func(r *http.Request, _ []byte) (awsrpc.Caller, error) {
			return awsrpc.Caller{Account: account, Region: region, AccessKeyID: accessKey, Service: s.API.Name}, nil
		},
		Permit: func(context.Context, awsrpc.Ask) error { return nil },
	}, awsrpc.Mount{Service: s.API, Dialect: s.Dialect, Routes: s.Routes})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server
}

// Raw calls every operation with hand-made requests, once with the required
// members and once with all, and compares what arrived and what came back.
func (s *Service) Raw(t *testing.T) {
	server := s.NewServer(t)
	for _, op := range s.API.Operations {
		for _, all := range []bool{false, true} {
			t.Run(op.Name+map[bool]string{true: "/all", false: "/required"}[all], func(t *testing.T) {
				want := s.input(op.Name, all)
				r, err := NewRequest(&s.API, op, server.URL, want)
				if err != nil {
					t.Fatal(err)
				}
				s.exchange(t, op, r, want)
			})
		}
	}
}

func (s *Service) input(op string, all bool) reflect.Value {
	in := reflect.New(reflect.TypeOf(s.Inputs[op])).Elem()
	fill := s.Recorder.Fill
	fill.All = all
	fill.Fill(in)
	return in
}

func (s *Service) exchange(t *testing.T, op awsrpc.Operation, r *http.Request, want reflect.Value) {
	t.Helper()
	s.Recorder.In, s.Recorder.Out = reflect.Value{}, reflect.Value{}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != op.Status {
		t.Fatalf("status %d, want %d: %s", res.StatusCode, op.Status, body)
	}
	if len(res.Header.Get("X-Amzn-Requestid")) != 36 {
		t.Errorf("request id %q", res.Header.Get("X-Amzn-Requestid"))
	}
	if diff := cmp.Diff(want.Interface(), s.Recorder.In.Interface()); diff != "" {
		t.Errorf("input: -sent +got\n%s", diff)
	}
	wantBody := Tree(s.Recorder.Out)
	if len(wantBody) == 0 {
		if len(body) != 0 {
			t.Errorf("body %q of an operation without output", body)
		}
		return
	}
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("read %q: %v", body, err)
	}
	if diff := cmp.Diff(wantBody, got); diff != "" {
		t.Errorf("output: -want +got\n%s", diff)
	}
}

// SDK calls every operation that client, a pointer to a client of the official
// SDK for Go, has a method for. Both directions are compared member by member,
// so far as the SDK knows the members. It returns how many operations it called.
func (s *Service) SDK(t *testing.T, client any, unions []reflect.Type) (called int) {
	for _, op := range s.API.Operations {
		method := reflect.ValueOf(client).MethodByName(op.Name)
		if !method.IsValid() {
			continue
		}
		called++
		for _, all := range []bool{false, true} {
			t.Run(op.Name+map[bool]string{true: "/all", false: "/required"}[all], func(t *testing.T) {
				s.callSDK(t, method, s.input(op.Name, all), unions)
			})
		}
	}
	return called
}

func (s *Service) callSDK(t *testing.T, method reflect.Value, in reflect.Value, unions []reflect.Type) {
	t.Helper()
	s.Recorder.In, s.Recorder.Out = reflect.Value{}, reflect.Value{}
	arg := reflect.New(method.Type().In(1).Elem())
	Copy(arg.Elem(), in, unions)
	result := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), arg})
	if err, _ := result[1].Interface().(error); err != nil {
		t.Fatal(err)
	}
	want := reflect.New(in.Type()).Elem()
	Copy(want, arg.Elem(), unions)
	if diff := cmp.Diff(want.Interface(), s.Recorder.In.Interface()); diff != "" {
		t.Errorf("input: -sent +got\n%s", diff)
	}
	known := reflect.New(result[0].Type().Elem()) // what the SDK's type can hold of the output
	Copy(known.Elem(), s.Recorder.Out, unions)
	wantOut, gotOut := reflect.New(s.Recorder.Out.Type()).Elem(), reflect.New(s.Recorder.Out.Type()).Elem()
	Copy(wantOut, known.Elem(), unions)
	Copy(gotOut, result[0].Elem(), unions)
	if diff := cmp.Diff(wantOut.Interface(), gotOut.Interface()); diff != "" {
		t.Errorf("output: -want +got\n%s", diff)
	}
	if lost := missing(reflect.TypeOf(in.Interface()), method.Type().In(1).Elem()); len(lost) > 0 {
		t.Logf("the SDK does not know %s", strings.Join(lost, ", "))
	}
}

// missing lists the fields of ours that theirs lacks.
func missing(ours, theirs reflect.Type) (names []string) {
	for i := range ours.NumField() {
		if _, ok := theirs.FieldByName(ours.Field(i).Name); !ok {
			names = append(names, ours.Field(i).Name)
		}
	}
	return names
}
