package access

import (
	"context"
	"strings"
	"time"

	"picket/internal/fault"
)

// Status is whether an access key works.
type Status string

const (
	// Active keys work.
	Active Status = "active"
	// Inactive keys are refused and can be made active again.
	Inactive Status = "inactive"
	// Revoked keys are refused for good: their secret is gone.
	Revoked Status = "revoked"
)

// Record is an access key as it is kept.
type Record struct {
	ID       string // access key ID
	Account  string // 12 digits
	User     string // name in the user's ARN
	Sealed   []byte // the secret, encrypted; nil once revoked
	MasterID string // which master key Sealed is encrypted with
	Policy   string // IAM policy document
	Status   Status
	Created  time.Time
	LastUsed time.Time // to the hour; zero when never used
	Version  int64     // counts changes, from 1
}

// ARN names the user that the key belongs to.
func (r Record) ARN() string { return "arn:aws:iam::" + r.Account + ":user/" + r.User }

// Keys keeps records. Several processes may use the same ones at once; the
// contract is tested by accesstest.Keys.
type Keys interface {
	// Load returns all records, in any order. The caller may keep and change them.
	Load(ctx context.Context) ([]Record, error)
	// Put stores a record of version 1 if there is none with its ID, and one of a
	// later version in place of the version before; otherwise it changes nothing
	// and returns a fault of kind Conflict. LastUsed of a stored record stays as it is.
	Put(ctx context.Context, r Record) error
	// Touch sets LastUsed of a record if at is later. It does not count as a
	// change; a record that does not exist is no error.
	Touch(ctx context.Context, id string, at time.Time) error
	// Delete removes a record, or returns a fault of kind NotFound.
	Delete(ctx context.Context, id string) error
}

// ValidAccount says whether s is an AWS account ID: 12 digits.
func ValidAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// The lengths and characters are those of IAM's accessKeyIdType and
// existingUserNameType, except that a key ID may be short: scripts use such.
func validID(s string) bool {
	return 0 < len(s) && len(s) <= 128 && !strings.ContainsFunc(s, func(r rune) bool { return !wordRune(r) })
}

func validUser(s string) bool {
	return 0 < len(s) && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool { return !wordRune(r) && !strings.ContainsRune("+=,.@-", r) })
}

func wordRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
}

// validSecret takes what a client's configuration can hold on a line.
func validSecret(s string) bool {
	return 0 < len(s) && len(s) <= 128 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// ErrNoKey is what Keys say of a record that does not exist.
func ErrNoKey(id string) error {
	return fault.Newf(fault.NotFound, "there is no access key %q", id)
}

// ErrChanged is what Keys say of a record that is not of the version before.
func ErrChanged(id string) error {
	return fault.Newf(fault.Conflict, "access key %q exists, or was changed by somebody else at the same time", id)
}
