// Package sigv4 decides on the server's side who signed a request with AWS
// Signature Version 4, in the Authorization header or in the query of a
// presigned URL.
//
// It exists apart from awsrpc because it is the one place where a mistake lets
// strangers in: it reads a request, calls back for one secret and answers with
// an identity or a refusal in the services' own words. It knows nothing of
// operations, policies or stores, starts nothing and logs nothing.
//
// It imports picket/internal/fault and the standard library.
package sigv4
