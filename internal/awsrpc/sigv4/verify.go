package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"picket/internal/fault"
)

// skew is how far a client's clock may be off, and how long a signed request
// may be replayed: 15 minutes, as for most AWS services.
const skew = 15 * time.Minute

// Identity is who signed a request and for what. Region and Service come from
// the credential scope: the caller of Verify decides whether it serves them.
type Identity struct {
	AccessKeyID string
	Date        string // YYYYMMDD, equal to the day of SignedAt
	Region      string
	Service     string
	SignedAt    time.Time
	Presigned   bool
}

// Unsigned says when a client may leave the body out of its signature with
// "x-amz-content-sha256: UNSIGNED-PAYLOAD".
type Unsigned uint8

const (
	// UnsignedOverTLS accepts unsigned bodies on connections that end here with TLS.
	UnsignedOverTLS Unsigned = iota
	// UnsignedNever refuses unsigned bodies.
	UnsignedNever
	// UnsignedAlways is for a server behind a proxy that ends TLS.
	UnsignedAlways
)

// Verifier checks signatures. It may be used from several goroutines when Key may.
type Verifier struct {
	// Key looks up the secret of an access key. A fault of kind NotFound, or any
	// that wraps one, is answered like the services answer an unknown key; any
	// other error is handed on to the caller of Verify as it is.
	Key func(accessKeyID string) (Secret, error)
	// Unsigned says when a body need not be signed.
	Unsigned Unsigned
}

// Verify is Verifier{Key: key}.Verify.
func Verify(r *http.Request, body []byte, now time.Time, key func(accessKeyID string) (Secret, error)) (Identity, error) {
	return Verifier{Key: key}.Verify(r, body, now)
}

// Verify says who signed r, a request as net/http's server hands it out, whose
// body has been read into body. It reads r and changes nothing. A refusal is a
// fault of kind Unauthenticated that wraps a Reason.
//
// What was verified is method, host, path, query, the signed headers and the
// body. The path is taken as it was sent or with empty and dot segments
// removed, since clients sign the one or the other: a router must not give two
// such paths two meanings.
func (v Verifier) Verify(r *http.Request, body []byte, now time.Time) (Identity, error) {
	path, rawQuery := target(r)
	query, err := parseQuery(rawQuery)
	if err != nil {
		return Identity{}, err
	}
	c, err := readClaim(r, query)
	if err != nil {
		return Identity{}, err
	}
	id, err := c.check(r, now)
	if err != nil {
		return Identity{}, err
	}
	hash, err := v.payloadHash(r, body)
	if err != nil {
		return Identity{}, err
	}
	secret, err := v.Key(id.AccessKeyID)
	if errors.Is(err, fault.NotFound) || err == nil && (secret.known == nil || secret.known.key == "") {
		return Identity{}, errUnrecognized()
	}
	if err != nil {
		return Identity{}, fmt.Errorf("look up access key %q: %w", id.AccessKeyID, err)
	}
	headers, err := canonicalHeaders(r, c.signed)
	if err != nil {
		return Identity{}, err
	}
	if !c.signedBy(secret.known.key, id, requests(r.Method, path, query, headers, strings.Join(c.signed, ";"), hash)) {
		return Identity{}, errMismatch()
	}
	if !hmac.Equal([]byte(secret.known.token), []byte(c.token)) {
		return Identity{}, errUnrecognized()
	}
	return id, nil
}

// check holds the claim against the clock and the rules of the scheme, in the
// order the services do.
func (c claim) check(r *http.Request, now time.Time) (Identity, error) {
	if err := c.checkTime(now.UTC()); err != nil {
		return Identity{}, err
	}
	if err := c.checkSignedHeaders(r); err != nil {
		return Identity{}, err
	}
	if c.algorithm != algorithm {
		return Identity{}, refuse(IncompleteSignature, "Unsupported AWS 'algorithm': '%s' (only %s for now).", c.algorithm, algorithm)
	}
	return c.identity()
}

func (c claim) checkTime(now time.Time) error {
	at := c.at.Format(stampLayout)
	if oldest := now.Add(-c.lifetime); c.at.Before(oldest.Truncate(time.Second)) {
		return refuse(InvalidSignature, "Signature expired: %s is now earlier than %s (%s - %s)",
			at, oldest.Format(stampLayout), now.Format(stampLayout), spell(c.lifetime))
	}
	if newest := now.Add(skew); c.at.After(newest) {
		return refuse(InvalidSignature, "Signature not yet current: %s is still later than %s (%s + %s)",
			at, newest.Format(stampLayout), now.Format(stampLayout), spell(skew))
	}
	return nil
}

func spell(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%d min.", d/time.Minute)
	}
	return fmt.Sprintf("%d sec.", d/time.Second)
}

// checkSignedHeaders demands that the list of signed headers is in order and
// has everything that decides what the request is: where it goes, when it was
// made, with which session and, for awsJson, which operation it calls.
func (c claim) checkSignedHeaders(r *http.Request) error {
	if !slices.Contains(c.signed, "host") {
		return refuse(InvalidSignature, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	for i, name := range c.signed {
		if name == "" || strings.ToLower(name) != name || i > 0 && name <= c.signed[i-1] {
			return refuse(IncompleteSignature, "The 'SignedHeaders' in the AWS Authorization must be lower case, sorted and unique.")
		}
	}
	required := []string{"X-Amz-Target"}
	if !c.presigned {
		required = append(required, "X-Amz-Security-Token", http.CanonicalHeaderKey(c.dateHeader))
	}
	for _, name := range required {
		if _, sent := r.Header[name]; sent && !slices.Contains(c.signed, strings.ToLower(name)) {
			return refuse(InvalidSignature, "'%s' must be a 'SignedHeader' in the AWS Authorization.", name)
		}
	}
	return nil
}

// identity takes the credential apart: key/date/region/service/aws4_request.
func (c claim) identity() (Identity, error) {
	parts := strings.Split(c.credential, "/")
	if len(parts) != 5 {
		return Identity{}, refuse(IncompleteSignature,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", c.credential)
	}
	id := Identity{AccessKeyID: parts[0], Date: parts[1], Region: parts[2], Service: parts[3], SignedAt: c.at, Presigned: c.presigned}
	var wrong []string
	if id.Region == "" {
		wrong = append(wrong, "Credential should be scoped to a valid region, not ''.")
	}
	if id.Service == "" {
		wrong = append(wrong, "Credential should be scoped to correct service.")
	}
	if parts[4] != terminator {
		wrong = append(wrong, fmt.Sprintf("Credential should be scoped with a valid terminator: '%s', not '%s'.", terminator, parts[4]))
	}
	if stamp := c.at.Format(stampLayout); id.Date != stamp[:8] {
		wrong = append(wrong, fmt.Sprintf("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'.",
			id.Date, stamp[:8], stamp))
	}
	if wrong != nil {
		return Identity{}, refuse(InvalidSignature, "%s", strings.Join(wrong, " "))
	}
	return id, nil
}

// payloadHash is the last line of the canonical request: the hash of the body
// that came, unless the client says it did not sign it and may do so.
func (v Verifier) payloadHash(r *http.Request, body []byte) (string, error) {
	declared := r.Header["X-Amz-Content-Sha256"]
	if len(declared) > 1 {
		return "", refuse(IncompleteSignature, "The request has more than one 'X-Amz-Content-Sha256' header.")
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	switch {
	case len(declared) == 0 || declared[0] == hash:
		return hash, nil
	case declared[0] == unsignedPayload:
		if v.Unsigned == UnsignedAlways || v.Unsigned == UnsignedOverTLS && r.TLS != nil {
			return unsignedPayload, nil
		}
		return "", refuse(InvalidSignature, "The payload must be signed: x-amz-content-sha256 must not be %s here.", unsignedPayload)
	case strings.HasPrefix(declared[0], "STREAMING-"):
		return "", refuse(InvalidSignature, "Payloads signed in chunks are not supported: x-amz-content-sha256 must be the hash of the whole body.")
	}
	return "", refuse(InvalidSignature, "The provided 'x-amz-content-sha256' header does not match what was computed.")
}

const unsignedPayload = "UNSIGNED-PAYLOAD"
