package sigv4

import (
	"strings"

	"picket/internal/fault"
)

// Reason is why a request is not authenticated, by the name the services give
// it. Every refusal of this package is a fault of kind Unauthenticated whose
// cause is a Reason, so errors.As finds it; a protocol adds its own suffix
// ("Exception" in JSON) and status code.
type Reason string

// The reasons, in the order in which they are looked for. API Gateway, which
// stands before the real GuardDuty, answers each with status 403; services with
// awsJson1.1 answer 400.
const (
	MissingToken        Reason = "MissingAuthenticationToken" // the request is not signed
	IncompleteSignature Reason = "IncompleteSignature"        // the signature's parts are missing or malformed
	InvalidSignature    Reason = "InvalidSignature"           // the signature is too old, or not of this request
	UnrecognizedClient  Reason = "UnrecognizedClient"         // there is no such key, or not with this session token
)

// Error is the reason's name.
func (r Reason) Error() string { return string(r) }

func refuse(r Reason, format string, args ...any) *fault.Error {
	e := fault.Newf(fault.Unauthenticated, format, args...)
	e.Err = r
	return e
}

// The services go on after these words with the header itself, or its hash.
// This package does not: who reads the message in a log could replay a request.
func incomplete(missing []string) error {
	return refuse(IncompleteSignature, "%s", strings.Join(missing, " "))
}

func errMissingToken() error { return refuse(MissingToken, "Missing Authentication Token") }

func errUnrecognized() error {
	return refuse(UnrecognizedClient, "The security token included in the request is invalid.")
}

func errMismatch() error {
	return refuse(InvalidSignature, "The request signature we calculated does not match the signature you provided. "+
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.").
		WithHint("if every client is refused so, a proxy changes the Host header or the path: pass both on as they came")
}
