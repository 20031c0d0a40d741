package guardduty

import (
	"encoding/base64"
	"encoding/json"

	"picket/internal/store"
)

// writeToken makes the token of the page that follows last, a place in the list
// that an operation gives. Clients are not meant to read it.
func writeToken(op string, last any) *string {
	b, _ := json.Marshal([]any{op, last}) // places are strings and numbers: never fails
	return new(base64.RawURLEncoding.EncodeToString(b))
}

// readToken reads the place out of a token into last, which stays as it is for
// the first page. Tokens of other operations are refused.
func readToken(op string, token *string, last any) error {
	if token == nil || *token == "" {
		return nil
	}
	var made string
	b, err := base64.RawURLEncoding.DecodeString(*token)
	if err == nil {
		err = json.Unmarshal(b, &[]any{&made, last})
	}
	if err != nil || made != op {
		return store.ErrToken
	}
	return nil
}
