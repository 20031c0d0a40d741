package awsrpc

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// A Config is what a Server asks of the rest of the house.
type Config struct {
	// Verify says who signed a request whose body has been read into body. Its
	// error is a fault, of kind Unauthenticated when the signature is no good.
	Verify func(r *http.Request, body []byte) (Caller, error)
	// Permit returns nil when the caller may do what it asks, otherwise a fault
	// of kind Denied with the message for the caller.
	Permit func(context.Context, Ask) error
	Log    *slog.Logger // of what is the server's own fault; nil: nowhere
	Done   func(Call)   // is told of every request when it has been answered; may be nil
}

// An Ask is what permission is asked for.
type Ask struct {
	Caller   Caller
	Action   string // guardduty:CreateDetector
	Resource string // an ARN
	Request  *http.Request
	Input    any // the operation's input, a pointer, not checked yet; nil for an unbound operation
}

// A Call is one request that was answered.
type Call struct {
	RequestID string
	Caller    Caller // zero when it was not verified
	Service   string // empty when none was found
	Operation string // empty when none was found
	Status    int
	Exception string // empty for success
	Took      time.Duration
}

// A Mount is one service of a Server. Operations of the service without a route
// are answered as unsupported.
type Mount struct {
	Service Service
	Dialect *Dialect
	Routes  []Route
}

// A Server answers the requests of several services. It may serve any number of
// requests at once; it starts no goroutine.
type Server struct {
	config   Config
	services map[string]*mounted
	front    *Dialect // answers when there is no service to answer
}

// mounted is a service made ready.
type mounted struct {
	Mount
	paths   paths
	targets map[string]*operation
}

// operation is an operation made ready; in and out are nil without a route.
type operation struct {
	Operation
	route   *Route
	in, out *structure
}

// NewServer makes the server of mounts. An error is a wrong declaration: a
// route of another service, two for one operation, a struct without wire form.
func NewServer(c Config, mounts ...Mount) (*Server, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{config: c, services: map[string]*mounted{}, front: GuardDuty}
	for _, m := range mounts {
		ready, err := mount(m)
		if err != nil {
			return nil, fmt.Errorf("mount service %s: %w", m.Service.Name, err)
		}
		if s.services[m.Service.Name] != nil {
			return nil, fmt.Errorf("mount service %s: it is mounted already", m.Service.Name)
		}
		s.services[m.Service.Name] = ready
	}
	return s, nil
}

func mount(m Mount) (*mounted, error) {
	ready := &mounted{Mount: m, targets: map[string]*operation{}}
	ops := map[string]*operation{}
	for _, op := range m.Service.Operations {
		o := &operation{Operation: op}
		ops[op.Name] = o
		if m.Service.Protocol == AWSJSON {
			ready.targets[m.Service.Target+"."+op.Name] = o
		} else if err := ready.paths.add(o); err != nil {
			return nil, err
		}
	}
	plan := newPlanner(m.Service.Limits)
	for i := range m.Routes {
		r := &m.Routes[i]
		o := ops[r.op.Name]
		if r.op.Service != m.Service.Name || o == nil {
			return nil, fmt.Errorf("operation %s of %s is none of its", r.op.Name, r.op.Service)
		}
		if o.route != nil {
			return nil, fmt.Errorf("operation %s has two routes", r.op.Name)
		}
		if err := o.bind(plan, r); err != nil {
			return nil, fmt.Errorf("operation %s: %w", r.op.Name, err)
		}
	}
	return ready, nil
}

func (o *operation) bind(plan *planner, r *Route) (err error) {
	o.route = r
	if o.in, err = plan.structure(r.in); err == nil {
		o.out, err = plan.structure(r.out)
	}
	return err
}
