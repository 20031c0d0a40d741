package fault_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"picket/internal/fault"
)

func TestReaders(t *testing.T) {
	cause := fmt.Errorf("select from findings: %w", io.ErrUnexpectedEOF)
	for _, tc := range []struct {
		name               string
		err                error
		kind               fault.Kind
		message, log, hint string
	}{
		{"plain error", cause, fault.Internal,
			"Internal server error.", "select from findings: unexpected EOF", ""},
		{"no cause", fault.New(fault.NotFound, "No such thing."), fault.NotFound,
			"No such thing.", "No such thing.", ""},
		{"formatted", fault.Newf(fault.Invalid, "rank %d", 7), fault.Invalid, "rank 7", "rank 7", ""},
		{"cause stays in the log", fault.Wrap(fault.Conflict, cause, "Taken."), fault.Conflict,
			"Taken.", "Taken.: select from findings: unexpected EOF", ""},
		{"wrapped", fmt.Errorf("read filter: %w", fault.New(fault.Denied, "Not yours.")), fault.Denied,
			"Not yours.", "read filter: Not yours.", ""},
		{"no message", &fault.Error{Kind: fault.Throttled, Err: cause}, fault.Throttled,
			"Rate exceeded.", "throttled: select from findings: unexpected EOF", ""},
		{"zero value", &fault.Error{}, fault.Internal, "Internal server error.", "internal", ""},
		{"hint", fault.New(fault.Invalid, "Bad key file.").WithHint("chmod %o it", 0o600), fault.Invalid,
			"Bad key file.", "Bad key file.", "chmod 600 it"},
		{"outermost wins", fault.Wrap(fault.Internal, fault.New(fault.NotFound, "inner").WithHint("look"), "outer"), fault.Internal,
			"outer", "outer: inner", "look"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := fault.Of(tc.err); got != tc.kind {
				t.Errorf("Of = %v, want %v", got, tc.kind)
			}
			if got := fault.Message(tc.err); got != tc.message {
				t.Errorf("Message = %q, want %q", got, tc.message)
			}
			if got := tc.err.Error(); got != tc.log {
				t.Errorf("Error = %q, want %q", got, tc.log)
			}
			if got := fault.Hint(tc.err); got != tc.hint {
				t.Errorf("Hint = %q, want %q", got, tc.hint)
			}
		})
	}
}

func TestIsAndAs(t *testing.T) {
	err := fmt.Errorf("outside: %w", fault.Wrap(fault.Internal, fault.Wrap(fault.NotFound, io.EOF, "inner"), "outer"))
	for target, want := range map[error]bool{fault.Internal: true, fault.NotFound: true, io.EOF: true, fault.Denied: false, io.ErrShortWrite: false} {
		if got := errors.Is(err, target); got != want {
			t.Errorf("errors.Is(err, %v) = %v, want %v", target, got, want)
		}
	}
	var e *fault.Error
	if !errors.As(err, &e) || e.Msg != "outer" {
		t.Errorf("errors.As found %v, want the outer fault", e)
	}
}

func TestWithHintCopies(t *testing.T) {
	e := fault.New(fault.Invalid, "x")
	if e.WithHint("do this"); e.Hint != "" {
		t.Errorf("the original got the hint %q", e.Hint)
	}
}

func TestEveryKindIsNamed(t *testing.T) {
	seen := map[string]bool{}
	for k := fault.Internal; k <= fault.Unsupported; k++ {
		if name := k.String(); name == "" || strings.HasPrefix(name, "kind ") || seen[name] {
			t.Errorf("kind %d has the name %q", k, name)
		}
		seen[k.String()] = true
		if fault.Message(&fault.Error{Kind: k}) == "" {
			t.Errorf("%v has no sentence", k)
		}
	}
	if got := (fault.Unsupported + 1).String(); got != "kind 9" {
		t.Errorf("an undeclared kind is %q", got)
	}
}
