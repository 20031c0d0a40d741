package store

import "fmt"

// Token returns what was created in the scope under an idempotency token, ""
// when the token is new. what names the operation and whatever else makes two
// requests the same, such as the resource's name.
func (t *Tx) Token(s Scope, what, token string) (result string, err error) {
	_, err = t.row([]any{&result}, `SELECT result FROM tokens WHERE region = $1 AND account = $2 AND scope = $3 AND token = $4`,
		s.Region, s.Account, clean(what), clean(token))
	if err != nil {
		return "", fmt.Errorf("read token of %s: %w", what, err)
	}
	return result, nil
}

// PutToken notes what was created under a token. A later note replaces it.
func (t *Tx) PutToken(s Scope, what, token, result string) error {
	err := t.exec(`INSERT INTO tokens (region, account, scope, token, result, created) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (region, account, scope, token) DO UPDATE SET result = excluded.result, created = excluded.created`,
		s.Region, s.Account, clean(what), clean(token), result, millis(t.Now))
	if err != nil {
		return fmt.Errorf("write token of %s: %w", what, err)
	}
	return nil
}

func (t *Tx) deleteTokens(s Scope) error {
	return t.exec(`DELETE FROM tokens WHERE region = $1 AND account = $2`, s.Region, s.Account)
}
