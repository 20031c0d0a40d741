// Package organizations knows the organization that AWS accounts form, as AWS
// Organizations tells it: which account manages it and which belong to it.
//
// It exists so that requests never depend on another server. A Source asks in
// the background, keeps the last answer and has requests wait for a moment at
// most. Where credentials, region and endpoint are found is the AWS SDK's
// business; where there are none, nobody is asked and no account is in an
// organization.
//
// It imports picket/internal/access, picket/internal/awscall, the AWS SDK's
// runtime, none of its clients, and the standard library.
package organizations
