// Package s3policy reads S3 bucket policies and access control lists as they
// stand in CloudTrail records and says whom they let in: anyone, any AWS
// principal, or nobody but whom they name. It exists because a finding about a
// public bucket must be made from the text of the grant alone, without asking
// AWS. It imports jsonview and the standard library.
//
// The evaluation is static and errs towards "restricted" only where a condition
// names who or where the caller must be: what a caller can freely choose (a
// referrer, a user agent, a prefix, TLS) restricts nothing. Block Public Access
// is not considered. Documents are read within fixed bounds; one that exceeds
// them is reported as Unknown, as is one that is malformed.
package s3policy

// Permission is what an audience may do with a bucket, as bits.
type Permission uint8

// The permissions that GuardDuty's publicAccess tells apart.
const (
	Read  Permission = 1 << iota // get objects, list, or read settings
	Write                        // put or delete objects, or change settings
)

// Access is what a document grants to callers that it does not single out.
type Access struct {
	// Anonymous is what anyone may do, without credentials.
	Anonymous Permission
	// Authenticated is what any AWS principal of any account may do. It includes
	// Anonymous.
	Authenticated Permission
	// Unknown says that the document could not be evaluated.
	Unknown bool
}

// Union is what a and b grant together.
func (a Access) Union(b Access) Access {
	return Access{a.Anonymous | b.Anonymous, a.Authenticated | b.Authenticated, a.Unknown || b.Unknown}
}

// Public reports whether a grants anything to callers it does not single out.
func (a Access) Public() bool { return a.Authenticated != 0 }
