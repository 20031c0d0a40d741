package sigv4

import (
	"fmt"
	"log/slog"
)

// Secret is what the owner of an access key knows and nobody else: the secret
// access key and, of temporary credentials, the session token. However it is
// printed, logged or encoded, it shows nothing, not even as an unexported field
// of something else, whose methods fmt cannot call: hence the pointer. The zero
// Secret verifies no request.
type Secret struct{ known *credentials }

type credentials struct{ key, token string }

// NewSecret makes a Secret of a secret access key and the session token that
// belongs to it, which is empty for long-term keys.
func NewSecret(key, token string) Secret { return Secret{&credentials{key, token}} }

const redacted = "[redacted]"

// Format prints that there is a secret, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalText keeps a secret out of JSON, YAML and XML.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue keeps a secret out of logs.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
