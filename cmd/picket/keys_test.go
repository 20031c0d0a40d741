package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"picket/internal/access/policy"
)

func TestKeys(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	keys := func(args ...string) ran { return picket(t, "", append([]string{"keys", "--data", data}, args...)...) }
	if r := keys("list"); r.code != 1 || !strings.Contains(r.stderr, "--data must be the server's data directory") {
		t.Errorf("before there are any: exit %d, %s", r.code, r.stderr)
	}
	made := keys("create", "--account", "111122223333", "--user", "ann")
	m := regexp.MustCompile(`AWS_ACCESS_KEY_ID=(AKIA[A-Z2-7]{16})\n  AWS_SECRET_ACCESS_KEY=(\S{40})\n`).FindStringSubmatch(made.stdout)
	if made.code != 0 || m == nil {
		t.Fatalf("exit %d\n%s%s", made.code, made.stdout, made.stderr)
	}
	policy := write(t, t.TempDir(), "policy.json", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"guardduty:List*","Resource":"*"}]}`)
	if r := keys("create", "--account", "444455556666", "--access-key-id", "MYKEY", "--secret", "my-secret", "--policy", policy); r.code != 0 || !strings.Contains(r.stdout, "my-secret") {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	list := keys("list")
	for _, want := range []string{
		`(?m)^ACCESS KEY ID +ACCOUNT +USER +STATUS +CREATED +LAST USED$`,
		`(?m)^` + m[1] + ` +111122223333 +ann +active +20\d\d-\d\d-\d\d \d\d:\d\d +never$`,
		`(?m)^MYKEY +444455556666 +picket +active `,
	} {
		if !regexp.MustCompile(want).MatchString(list.stdout) {
			t.Errorf("no %s in\n%s%s", want, list.stdout, list.stderr)
		}
	}
	if strings.Contains(list.stdout, m[2]) || strings.Contains(list.stdout, "my-secret") {
		t.Errorf("the list shows a secret:\n%s", list.stdout)
	}
	if r := keys("revoke", "MYKEY"); r.code != 0 || !strings.Contains(r.stdout, "MYKEY is revoked") {
		t.Errorf("exit %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	if list := keys("list"); !regexp.MustCompile(`(?m)^MYKEY +444455556666 +picket +revoked `).MatchString(list.stdout) {
		t.Errorf("after revoking:\n%s", list.stdout)
	}
}

// TestKeysChange: a key can be switched off and on, get another policy, and be
// deleted, each of which the next command sees.
func TestKeysChange(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	const old = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"guardduty:List*","Resource":"*"}]}`
	changed := strings.Replace(old, "List", "Get", 1)
	dir := t.TempDir()
	for _, step := range []struct {
		args []string
		want string
	}{
		{[]string{"create", "--account", "111122223333", "--access-key-id", "K", "--secret", "my-secret", "--policy", write(t, dir, "old.json", old)}, "my-secret"},
		{[]string{"policy", "K"}, old},
		{[]string{"policy", "K", "--policy", write(t, dir, "new.json", changed)}, "Access key K has another policy."},
		{[]string{"policy", "K"}, changed},
		{[]string{"deactivate", "K"}, "Access key K is inactive."},
		{[]string{"list"}, "  inactive  "},
		{[]string{"activate", "K"}, "Access key K is active."},
		{[]string{"list"}, "  active  "},
		{[]string{"delete", "K"}, "Access key K is deleted."},
	} {
		if r := picket(t, "", append([]string{"keys", "--data", data}, step.args...)...); r.code != 0 || !strings.Contains(r.stdout, step.want) {
			t.Errorf("%v: exit %d, want %q in\n%s%s", step.args, r.code, step.want, r.stdout, r.stderr)
		}
	}
	if r := picket(t, "", "keys", "--data", data, "list"); strings.Count(r.stdout, "\n") != 1 {
		t.Errorf("after it was deleted:\n%s", r.stdout)
	}
}

func TestKeysRefused(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	broken := write(t, dir, "policy.json", `{"Statement":[{"Effect":"Maybe"}]}`)
	for _, args := range [][]string{
		{"create", "--account", "111122223333", "--access-key-id", "TAKEN", "--secret", "first-secret"},
		{"create", "--account", "111122223333", "--access-key-id", "GONE", "--secret", "first-secret"},
		{"revoke", "GONE"},
	} {
		if r := picket(t, "", append([]string{"keys", "--data", data}, args...)...); r.code != 0 {
			t.Fatal(r.stderr)
		}
	}
	for want, args := range map[string][]string{
		`required flag(s) "account" not set`:     {"create"},
		`account "12" is not 12 digits`:          {"create", "--account", "12"},
		"belong together":                        {"create", "--account", "111122223333", "--access-key-id", "K"},
		`access key "TAKEN" exists`:              {"create", "--account", "111122223333", "--access-key-id", "TAKEN", "--secret", "x-secret"},
		"--policy: open ":                        {"create", "--account", "111122223333", "--policy", filepath.Join(dir, "missing")},
		"Effect is neither Allow nor Deny":       {"create", "--account", "111122223333", "--policy", broken},
		`there is no access key "NONE"`:          {"revoke", "NONE"},
		`no access key "NOBODY"`:                 {"policy", "NOBODY"},
		`no access key "NOT"`:                    {"policy", "NOT", "--policy", write(t, dir, "good.json", policy.Admin)},
		`no access key "NEVER"`:                  {"delete", "NEVER"},
		`"GONE" is revoked for good`:             {"activate", "GONE"},
		"policy: statement 1: Effect is neither": {"policy", "TAKEN", "--policy", broken},
		"missing: no such file":                  {"policy", "TAKEN", "--policy", filepath.Join(dir, "missing")},
		"accepts 1 arg(s), received 0":           {"revoke"},
		`user name "a b"`:                        {"create", "--account", "111122223333", "--user", "a b"},
		"the secret is not 1 to 128 printable ":  {"create", "--account", "111122223333", "--access-key-id", "K", "--secret", "x y"},
		"open configuration":                     {"list", "--config", filepath.Join(dir, "missing")},
	} {
		r := picket(t, "", append([]string{"keys", "--data", data}, args...)...)
		if r.code != 1 || !strings.Contains(r.stderr, want) || strings.Contains(r.stderr, "x-secret") {
			t.Errorf("%v: exit %d, %s\nwant %s", args, r.code, r.stderr, want)
		}
	}
}

// TestKeysForAnotherMasterKey: a key that no server could use is not made.
func TestKeysForAnotherMasterKey(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if r := picket(t, "", "keys", "create", "--data", data, "--account", "111122223333"); r.code != 0 {
		t.Fatal(r.stderr)
	}
	if err := os.Rename(filepath.Join(data, "master.key"), filepath.Join(dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	if r := picket(t, "", "keys", "create", "--data", data, "--account", "111122223333"); r.code != 1 || !strings.Contains(r.stderr, "bring it back") {
		t.Errorf("exit %d, %s%s", r.code, r.stdout, r.stderr)
	}
}
