// Package policy reads IAM policy documents and decides by them what a caller
// may do.
//
// It exists apart from access because it is a small language of its own: its
// words, limits and meaning are those of IAM's identity-based policies
// (IAM user guide, "IAM JSON policy reference" and "Policy evaluation logic"),
// and it knows nothing of keys and accounts. Reading is strict, since a
// misspelt element in a policy is a hole or an outage: what is not understood
// is an error that names the statement.
//
// Where IAM knows more than picket serves: there are no principals in a policy
// that hangs on a key, and no BinaryEquals.
//
// It imports picket/internal/fault and the standard library.
package policy
