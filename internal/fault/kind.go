package fault

import "fmt"

// Kind says what sort of error it is: what the caller may do about it. Each API
// maps kinds to its own exceptions and status codes in one table.
//
// A Kind is an error so that it can be the target of errors.Is; it is not
// returned on its own.
type Kind uint8

const (
	// Internal is everything that is the server's fault, and the zero value: a
	// fault without a kind is nobody else's. Retrying may help.
	Internal Kind = iota
	// Invalid is a request that is wrong in itself and will never be accepted.
	Invalid
	// NotFound is a request about something that does not exist, or not for this caller.
	NotFound
	// Conflict is a request that is refused for the state of things.
	Conflict
	// Denied is a known caller who may not do this.
	Denied
	// Unauthenticated is a caller who did not prove who they are.
	Unauthenticated
	// Throttled is a caller who asks too much at once, or in all: retry later, or
	// give something back.
	Throttled
	// TooLarge is a request, or a part of one, beyond its limit in size.
	TooLarge
	// Unsupported is a request that the imitated service would answer and picket does not.
	Unsupported
)

var kinds = [...]struct{ name, sentence string }{
	Internal:        {"internal", "Internal server error."},
	Invalid:         {"invalid", "The request is invalid."},
	NotFound:        {"not found", "The requested resource does not exist."},
	Conflict:        {"conflict", "The request conflicts with the state of the resource."},
	Denied:          {"denied", "The caller is not authorized to perform this action."},
	Unauthenticated: {"unauthenticated", "The caller could not be authenticated."},
	Throttled:       {"throttled", "Rate exceeded."},
	TooLarge:        {"too large", "The request is too large."},
	Unsupported:     {"unsupported", "The request is not supported."},
}

// String is the kind's name, as it stands in logs and metric labels.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k].name
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Error is String; it makes a Kind a target of errors.Is.
func (k Kind) Error() string { return k.String() }

func (k Kind) sentence() string {
	if int(k) < len(kinds) {
		return kinds[k].sentence
	}
	return kinds[Internal].sentence
}
