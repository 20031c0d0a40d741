package awsrpc

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"picket/internal/awsrpc/sigv4"
	"picket/internal/fault"
)

// An Exception is an error exactly as it goes out. An operation returns one
// where a service answers otherwise than its Dialect says for a fault's kind,
// or with more members.
type Exception struct {
	Name       string // the class that clients raise
	Status     int
	Type       string // a second name, in the body only; empty: none is written
	Message    string
	Fields     map[string]any // further members of the body
	RetryAfter int            // seconds, in a header; 0: none
	Err        error          // the cause, for the log; may be nil
}

// Error is the text for the log.
func (e *Exception) Error() string {
	if e.Err == nil {
		return e.Name + ": " + e.Message
	}
	return e.Name + ": " + e.Message + ": " + e.Err.Error()
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Exception) Unwrap() error { return e.Err }

// stage is how far a request came before it failed.
type stage uint8

const (
	atFront     stage = iota // before the service: signature, permission, size
	atOperation              // its input, or the operation itself
)

// exception says how err is told by the service of d.
func (d *Dialect) exception(op *Operation, at stage, err error) *Exception {
	var e *Exception
	if errors.As(err, &e) {
		return e
	}
	k := fault.Of(err)
	told := d.told(k, at)
	var reason sigv4.Reason
	if k == fault.Unauthenticated && errors.As(err, &reason) {
		told.Name = string(reason) + "Exception"
	}
	if at == atOperation && op != nil && d.Otherwise.Name != "" && told.Status < 500 && !slices.Contains(op.Errors, told.Name) {
		told = d.Otherwise
	}
	return &Exception{Name: told.Name, Status: told.Status, Type: told.Type, Message: fault.Message(err),
		Fields: maps.Clone(told.Fields), Err: err}
}

func (d *Dialect) told(k fault.Kind, at stage) Told {
	if t, ok := d.Front[k]; ok && at == atFront {
		return t
	}
	if t, ok := d.Kinds[k]; ok {
		return t
	}
	return d.Kinds[fault.Internal]
}

// body is the JSON of e. The header names the class; of the body's members
// clients want message, and those that came first __type.
func (d *Dialect) body(e *Exception) []byte {
	fields := map[string]any{"message": e.Message}
	for name, v := range e.Fields {
		fields[name] = v
	}
	if e.Type != "" {
		for _, name := range d.TypeMembers {
			fields[name] = e.Type
		}
	}
	b, err := json.Marshal(fields)
	if err != nil { // a field of a type that JSON has not: the message must not be lost for it
		b, _ = json.Marshal(map[string]string{"message": e.Message})
	}
	return b
}

func (d *Dialect) writeException(w http.ResponseWriter, e *Exception) {
	h := w.Header()
	h.Set("Content-Type", d.ContentType)
	h.Set("X-Amzn-ErrorType", e.Name)
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(e.RetryAfter))
	}
	body := d.body(e)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(e.Status)
	w.Write(body) // an error here is a client that has gone
}
