// Package awsrpc is the server's side of the wire protocols that AWS clients
// speak, restJson1 and awsJson1.1, for several services on one port. It exists
// so that an operation is a typed function and nothing else: routing, decoding,
// checks against the model's limits, permission, error shapes and request ids
// are done here, from declarations that package awsgen generates.
//
// A request takes one path: pick the service by credential scope, read the body
// up to its limit, verify the caller, find the operation, decode, ask for
// permission, check, call, write. Everything that can go wrong on it is told in
// the shape and the words of the service that was called (see Dialect).
//
// It imports fault, sigv4 and the standard library. It knows nothing of keys or
// policies: a Config's functions do.
package awsrpc
