package awsrpc

import (
	"context"
	"reflect"
)

// A Protocol is how a service's requests and answers are written.
type Protocol uint8

const (
	RestJSON Protocol = iota // restJson1: method and path, members also in path, query and headers
	AWSJSON                  // awsJson1.1: POST / with the operation in X-Amz-Target
)

// A Service is one service's model. Its declarations are generated and are not
// written to.
type Service struct {
	Name       string // in credential scopes and actions: guardduty, appfabric, logs
	Protocol   Protocol
	Target     string           // what X-Amz-Target begins with, before the dot; AWSJSON only
	Exceptions map[string]int   // the errors clients know by name, with their statuses
	Limits     map[string]Limit // by shape name
	Operations []Operation
}

// A Limit is the rule for the values of one shape. Lengths of strings count
// code points, those of lists and maps their entries.
type Limit struct {
	Min, Max *int64 // of the length, or of a number's value
	Pattern  string // a regular expression for the whole string
	NoPrefix string // what a string must not begin with, in any case
	Enum     []string
	Key      string // the shape that limits a map's keys
	Elem     string // the shape that limits the elements of a list or the values of a map
}

// An Operation is one call of a service, without its Go types.
type Operation struct {
	Service, Name string
	Method, Path  string   // of labels like {detectorId}; of AWSJSON always POST /
	Status        int      // of success
	Errors        []string // the exceptions that the model declares for it
}

// An Op is an operation with the types of its input and output. Their fields
// carry tags for which see the planner in shape.go.
type Op[In, Out any] struct{ Operation }

// A Route is an operation with the function that serves it. Bind makes one.
type Route struct {
	op      Operation
	in, out reflect.Type
	call    func(ctx context.Context, in any) (any, error)
}

// Operation is the operation that the route serves.
func (r Route) Operation() Operation { return r.op }

// Bind makes fn the server of op; the compiler checks that its types are the
// operation's. fn owns its input, which satisfies the limits of the model, and
// gives away its output. The input's strings share the memory of the request's
// body: to keep one for long, clone it. An error that is a *fault.Error or an *Exception is
// told to the caller; any other one is an internal error and is only logged.
func Bind[In, Out any](op Op[In, Out], fn func(context.Context, *In) (*Out, error)) Route {
	return Route{
		op: op.Operation, in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](),
		call: func(ctx context.Context, in any) (any, error) {
			out, err := fn(ctx, in.(*In))
			if out == nil && err == nil {
				out = new(Out)
			}
			return out, err
		},
	}
}
