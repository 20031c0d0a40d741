package awsrpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"picket/internal/awsrpc/sigv4"
	"picket/internal/fault"
)

// exchange is one request on its way through the server.
type exchange struct {
	*http.Request
	ctx     context.Context
	started time.Time
	call    Call
	dialect *Dialect
	service *mounted
	op      *operation
	labels  map[string]string
	body    []byte
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{Request: r, started: time.Now(), ctx: r.Context(), call: Call{RequestID: newRequestID()}, dialect: s.front}
	w.Header().Set("X-Amzn-RequestId", x.call.RequestID)
	out, at, err := s.answer(w, x)
	if err != nil {
		s.fail(w, x, at, err)
	} else {
		x.succeed(w, out)
	}
	if s.config.Done != nil {
		x.call.Took = time.Since(x.started)
		s.config.Done(x.call)
	}
}

// answer takes the request through all steps. It returns the operation's
// output, or how far it came and why no further.
func (s *Server) answer(w http.ResponseWriter, x *exchange) (out any, at stage, err error) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			err = fault.Wrap(fault.Internal, fmt.Errorf("panic: %v\n%s", p, debug.Stack()), "Internal server error.")
		}
	}()
	if err := s.pick(x); err != nil {
		return nil, atFront, err
	}
	if err := x.read(w); err != nil {
		return nil, atFront, err
	}
	if x.call.Caller, err = s.config.Verify(x.Request, x.body); err != nil {
		return nil, atFront, err
	}
	x.ctx = WithCaller(x.ctx, x.call.Caller)
	if err := x.find(); err != nil {
		return nil, atFront, err
	}
	return s.perform(x)
}

// perform decodes, asks, checks and calls. What can't be decoded is told after
// permission: who may not call is not told how.
func (s *Server) perform(x *exchange) (any, stage, error) {
	op := x.op
	ask := Ask{Caller: x.call.Caller, Action: op.Service + ":" + op.Name, Request: x.Request}
	var in reflect.Value
	var bad *Violation
	if op.route != nil {
		in = reflect.New(op.route.in)
		ask.Input = in.Interface()
		bad = x.decode(in.Elem())
	}
	ask.Resource = x.dialect.Resource(ask.Caller, &op.Operation, func(wire string) string { return x.member(in, wire) })
	if err := s.config.Permit(x.ctx, ask); err != nil {
		return nil, atFront, err
	}
	if op.route == nil {
		return nil, atOperation, fault.Newf(fault.Unsupported, "The operation %s is not supported by picket.", op.Name)
	}
	if bad != nil {
		return nil, atOperation, x.dialect.Refuse(&op.Operation, []Violation{*bad})
	}
	if vs := check(op.in, in.Elem()); len(vs) > 0 {
		return nil, atOperation, x.dialect.Refuse(&op.Operation, vs)
	}
	out, err := op.route.call(x.ctx, ask.Input)
	return out, atOperation, err
}

// pick finds the service in the credential scope, which Verify proves later:
// what fails on the way there is told in that service's words.
func (s *Server) pick(x *exchange) error {
	scope, signed := scopeService(x.Request)
	if !signed {
		if m := s.byTarget(x.Header.Get("X-Amz-Target")); m != nil {
			x.dialect = m.Dialect
		}
		return fault.Wrap(fault.Unauthenticated, sigv4.MissingToken, "Missing Authentication Token")
	}
	m := s.services[scope]
	if m == nil {
		return fault.Wrap(fault.Unauthenticated, sigv4.InvalidSignature,
			"Credential should be scoped to a service that is served here, not '"+abridged(scope)+"'.")
	}
	x.service, x.dialect, x.call.Service = m, m.Dialect, scope
	return nil
}

func (s *Server) byTarget(target string) *mounted {
	prefix, _, _ := strings.Cut(target, ".")
	for _, m := range s.services {
		if m.Service.Target != "" && m.Service.Target == prefix {
			return m
		}
	}
	return nil
}

// scopeService returns the service that a request says it is signed for, in
// the Authorization header or in the query. A scope that can't be read is empty.
func scopeService(r *http.Request) (service string, signed bool) {
	credential := ""
	if auth := r.Header.Get("Authorization"); auth != "" {
		signed = true
		_, rest, _ := strings.Cut(auth, "Credential=")
		credential, _, _ = strings.Cut(rest, ",")
	} else if q := r.URL.Query(); q.Has("X-Amz-Signature") || q.Has("X-Amz-Credential") {
		signed = true
		credential = q.Get("X-Amz-Credential")
	}
	parts := strings.Split(strings.TrimSpace(credential), "/")
	if len(parts) < 5 {
		return "", signed
	}
	return parts[len(parts)-2], signed
}

// mostDiscarded is how much of a request that is too large is still read. A
// client that is cut off while it sends never sees the answer.
const mostDiscarded = 16 << 20

// read reads the body, which has at most the service's limit.
func (x *exchange) read(w http.ResponseWriter) error {
	most := x.dialect.MaxBody
	tooLarge := func(err error) error {
		_, _ = io.CopyN(io.Discard, x.Body, mostDiscarded)
		return fault.Wrap(fault.TooLarge, err, "The request is larger than "+strconv.FormatInt(most, 10)+" bytes.")
	}
	if x.ContentLength > most {
		return tooLarge(nil)
	}
	var err error
	if x.body, err = io.ReadAll(http.MaxBytesReader(w, x.Body, most)); err != nil {
		var limit *http.MaxBytesError
		if errors.As(err, &limit) {
			return tooLarge(err)
		}
		return &Exception{Name: "RequestTimeoutException", Status: http.StatusRequestTimeout,
			Message: "The request's body did not arrive.", Err: err}
	}
	return nil
}

// find finds the operation.
func (x *exchange) find() error {
	if x.service.Service.Protocol == AWSJSON {
		if x.Method == http.MethodPost && x.URL.Path == "/" {
			x.op = x.service.targets[x.Header.Get("X-Amz-Target")]
		}
	} else {
		x.op, x.labels = x.service.paths.find(x.Method, x.URL.EscapedPath())
		completeARNs(x.labels, x.call.Caller)
	}
	if x.op == nil {
		u := x.dialect.Unknown
		return &Exception{Name: u.Name, Status: u.Status, Type: u.Type,
			Message: "Unable to determine service/operation name to be authorized"}
	}
	x.call.Operation = x.op.Name
	if kind := x.Header.Get("Content-Type"); len(x.body) > 0 && !isJSON(kind) {
		return &Exception{Name: "UnsupportedMediaTypeException", Status: http.StatusUnsupportedMediaType,
			Message: "The content type '" + abridged(kind) + "' is not supported. Send " + x.dialect.ContentType + "."}
	}
	return nil
}

// completeARNs puts the caller's account into ARNs of the service that have none,
// before anybody is asked for permission. Terraform sends such when it is told
// not to look up its account, as it mostly is before servers other than AWS.
func completeARNs(labels map[string]string, c Caller) {
	for name, text := range labels {
		if part := strings.SplitN(text, ":", 6); len(part) == 6 && part[0] == "arn" && part[2] == c.Service && part[4] == "" {
			part[4] = c.Account
			labels[name] = strings.Join(part, ":")
		}
	}
}

// isJSON takes the types that SDKs send, and none: old ones leave it out.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && (t == "application/json" || t == "application/x-amz-json-1.1" || t == "application/x-amz-json-1.0")
}

// decode fills the input. A body that belongs to no member is not looked at:
// with GET and DELETE it means nothing.
func (x *exchange) decode(in reflect.Value) *Violation {
	if x.service.Service.Protocol == RestJSON {
		if v := readRest(x.Request, x.labels, x.op.in, in); v != nil {
			return v
		}
		if len(x.op.in.body) == 0 && (x.Method == http.MethodGet || x.Method == http.MethodDelete) {
			return nil
		}
	}
	v := readBody(x.body, x.op.in, in)
	if v != nil {
		v.In = inBody.String()
	}
	return v
}

// member reads a string of the input, or a label, by its wire name.
func (x *exchange) member(in reflect.Value, wire string) string {
	if text := x.labels[wire]; text != "" || !in.IsValid() {
		return text
	}
	for _, m := range x.op.in.members {
		if f := in.Elem().Field(m.field); m.wire == wire && m.value.kind == kindString && !f.IsNil() {
			return f.Elem().String()
		}
	}
	return ""
}

// fail tells err and logs what is the server's own fault.
func (s *Server) fail(w http.ResponseWriter, x *exchange, at stage, err error) {
	var op *Operation
	if x.op != nil {
		op = &x.op.Operation
	}
	e := x.dialect.exception(op, at, err)
	x.call.Status, x.call.Exception = e.Status, e.Name
	if e.Status >= 500 {
		s.config.Log.Error("request failed", "request", x.call.RequestID, "service", x.call.Service, "operation", x.call.Operation,
			"account", x.call.Caller.Account, "error", err, "hint", fault.Hint(err))
	}
	x.dialect.writeException(w, e)
}

// succeed writes the output. An operation whose output has no members answers
// with an empty body.
func (x *exchange) succeed(w http.ResponseWriter, out any) {
	h := w.Header()
	v := reflect.ValueOf(out).Elem()
	var body []byte
	for _, m := range x.op.out.members {
		if f := v.Field(m.field); m.in == inHeader && !f.IsNil() {
			h.Set(m.wire, fmt.Sprint(f.Elem().Interface()))
		}
	}
	if len(x.op.out.body) > 0 {
		body = appendStruct(nil, x.op.out, v)
	}
	x.call.Status = x.op.Status
	if x.op.Status != http.StatusNoContent {
		h.Set("Content-Type", x.dialect.ContentType)
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(x.op.Status)
	w.Write(body) // an error here is a client that has gone
}
