package access

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
)

// Identifiers and secrets have the form of AWS's long-term keys: 80 bits of
// randomness in base 32 after the prefix, 240 bits in base 64.
const (
	idPrefix    = "AKIA"
	idBytes     = 10 // 16 characters
	secretBytes = 30 // 40 characters
)

func generateID() string {
	b := make([]byte, idBytes)
	_, _ = rand.Read(b) // never fails
	return idPrefix + base32.StdEncoding.EncodeToString(b)
}

func generateSecret() string {
	b := make([]byte, secretBytes)
	_, _ = rand.Read(b) // never fails
	return base64.StdEncoding.EncodeToString(b)
}
