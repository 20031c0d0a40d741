package access

import (
	"fmt"
	"strings"
	"testing"
)

// FuzzMasterFile holds the reader of master key files to not panicking, to keys
// of the right length and to errors that show nothing of the file.
func FuzzMasterFile(f *testing.F) {
	f.Add("# comment\nm1 " + strings.Repeat("QUFB", 10) + "QUE=\n")
	f.Add("m1 " + strings.Repeat("A", 43) + "=\r\nm1 x\n")
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := parseMaster([]byte(text))
		if err == nil && len(keys) == 0 {
			t.Error("neither keys nor an error")
		}
		for _, k := range keys {
			if _, err := k.aead(); err != nil || len(k.bytes) != masterBytes {
				t.Errorf("a key of %d bytes: %v", len(k.bytes), err)
			}
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
