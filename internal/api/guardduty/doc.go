// Package guardduty is the meaning of GuardDuty's operations: what each one does
// to the store and says in return. It exists so that the wire, permission and
// storage know nothing of GuardDuty's rules, and the rules nothing of them.
//
// An operation runs in one transaction and is refused in the words of the real
// service, on which clients rely. Generated shapes go no further than here.
//
// It imports access, awsgen/guardduty, awsrpc, fault, lists, publish, store, finding and the
// standard library.
package guardduty
