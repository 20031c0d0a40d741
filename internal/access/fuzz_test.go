package access

import (
	"fmt"
	"strings"
	"testing"
)

// FuzzMasterFile holds the reader of master key files to not panicking and to keys
// that work.
func FuzzMasterFile(f *testing.F) {
	f.Add("# comment\nm1 " + strings.Repeat("QUFB", 10) + "QUE=\n")
	f.Add("m1 " + strings.Repeat("A", 43) + "=\r\nm1 x\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseMaster([]byte(text))
		if (m == nil) != (err != nil) {
			t.Fatal("neither a key nor an error, or both")
		}
		if err != nil {
			return
		}
		if got, err := m.open(m.seal("secret", "me"), m.id, "me"); got != "secret" || err != nil {
			t.Errorf("a secret is %q after being sealed: %v", got, err)
		}
	})
}

// FuzzSeed holds the reader of seeds to not panicking, to keys that may be made
// and to never showing the secret.
func FuzzSeed(f *testing.F) {
	f.Add("111122223333:AKIATEST:", "s3cret!s3cret")
	f.Add("1:2:", ":::::::::::::")
	f.Fuzz(func(t *testing.T, head, secret string) {
		seed, err := ParseSeed(head + secret)
		if len(secret) >= 10 && !strings.Contains(head, secret) && strings.Count(head, ":") >= 2 {
			if shown := fmt.Sprintf("%v %v %+v", err, seed, []any{seed}); strings.Contains(shown, secret) {
				t.Errorf("%q shows the secret", shown)
			}
		}
		if err == nil && (!ValidAccount(seed.Account) || !validID(seed.ID) || !validSecret(*seed.secret)) {
			t.Errorf("accepted %q", head+secret)
		}
	})
}
