// Package access knows who may call what: accounts, their access keys and the
// policy that hangs on each key, and which accounts form an organization.
//
// It exists so that authentication and authorization have one answer and one
// place. awsrpc verifies a signature with Ring.Secret and asks Ring.Authorize
// before it dispatches; neither awsrpc nor the operations know keys. Where the
// keys are kept is behind the small interface Keys, which the store implements.
// Secrets are kept encrypted with a master key that is not in the store.
//
// It imports picket/internal/access/policy, picket/internal/awsrpc/sigv4,
// picket/internal/fault, a YAML reader and the standard library.
package access
