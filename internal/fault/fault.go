// Package fault is the house's one error type for errors that somebody else
// must act upon: a kind that decides wire code and retry, a message for the
// caller, a cause for the log and a hint for the operator.
//
// It exists because the four have different readers. The caller of an API may
// see Msg and nothing else; Err may name tables, files and hosts; Hint speaks to
// whoever runs the server. An error that is not a fault is an internal one, so
// that forgetting to classify never tells a caller too much.
//
// It imports the standard library only.
package fault

import (
	"errors"
	"fmt"
)

// Error is an error with its kind. Its Error text is for the log: it has the
// message and the cause, but not the hint. Use Message for what a caller is
// told. An Error is not written to once it has been returned.
type Error struct {
	Kind Kind
	Msg  string // for the caller; whole sentences as the imitated service words them
	Hint string // for the operator: what to do about it; empty when there is nothing to do
	Err  error  // the cause, for the log; may be nil
}

// New returns a fault of kind k that tells the caller msg.
func New(k Kind, msg string) *Error { return &Error{Kind: k, Msg: msg} }

// Newf is New with a format. Everything formatted in is shown to the caller;
// a cause belongs into Wrap.
func Newf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Msg: fmt.Sprintf(format, args...)}
}

// Wrap returns a fault of kind k that tells the caller msg and keeps err, which
// may be nil, as its cause.
func Wrap(k Kind, err error, msg string) *Error { return &Error{Kind: k, Msg: msg, Err: err} }

// WithHint returns a copy of e with a hint for the operator.
func (e *Error) WithHint(format string, args ...any) *Error {
	c := *e
	c.Hint = fmt.Sprintf(format, args...)
	return &c
}

// Error is the text for the log.
func (e *Error) Error() string {
	msg := e.Msg
	if msg == "" {
		msg = e.Kind.String()
	}
	if e.Err == nil {
		return msg
	}
	return msg + ": " + e.Err.Error()
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// Is lets errors.Is(err, fault.NotFound) ask for a kind. errors.Is looks through
// the whole chain of causes; Of answers for the outermost fault alone.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.Kind
}

// Of returns the kind of the outermost fault in err's chain, Internal when there
// is none. Of(nil) is Internal too: ask whether there is an error first.
func Of(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Message returns what the caller may see of err: the message of the outermost
// fault. An error that is no fault, and a fault without a message, says no more
// than its kind.
func Message(err error) string {
	var e *Error
	if errors.As(err, &e) {
		if e.Msg != "" {
			return e.Msg
		}
		return e.Kind.sentence()
	}
	return Internal.sentence()
}

// Hint returns what the operator should do about err: the outermost hint of its
// chain, empty when there is none.
func Hint(err error) string {
	for e := (*Error)(nil); errors.As(err, &e); err = e.Err {
		if e.Hint != "" {
			return e.Hint
		}
	}
	return ""
}
