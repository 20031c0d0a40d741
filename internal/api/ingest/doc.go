// Package ingest serves picket's own service, named "picket": senders such as
// 'picket scan --to' put findings and counts of what they processed into an
// account, and get the lists that the account's detection uses.
//
// It exists because the imitated services have no way in for findings. Requests
// are signed and permitted like theirs, for the actions picket:PutFindings and
// picket:GetLists on arn:aws:picket:REGION:ACCOUNT:*. The account is the
// caller's, or one that it administers.
//
// The shapes are also what senders write and read, as JSON with the members'
// wire names.
//
// It imports awsrpc, fault, intake, lists, store and finding of the house.
package ingest
