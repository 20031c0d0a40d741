package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

const (
	seedSecret = "S3cretOfTheSeed"
	dbPassword = "p4sswordOfTheDb"
)

const whole = `# everything
listen: 0.0.0.0:8443
tls_cert: cert.pem
tls_key: key.pem
metrics_listen: 127.0.0.1:9100
data: /var/lib/picket
store: postgres://picket:` + dbPassword + `@db/picket
seed_keys:
  - 111122223333:AKIAONE:` + seedSecret + `
  - "444455556666:AKIATWO:` + seedSecret + `"
organization: organization.yaml
list_files: lists
list_https: true
log_format: json
`

func load(t *testing.T, text string, args ...string) (Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "picket.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := Default()
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c.AddFlags(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return c, c.Load(path, flags)
}

// plain is a configuration as text, without secrets.
func plain(c Config) string { return fmt.Sprintf("%+v %s", c, &c.SeedKeys) }

func TestFile(t *testing.T) {
	c, err := load(t, whole)
	if err != nil {
		t.Fatal(err)
	}
	seeds := c.SeedKeys.String()
	c.SeedKeys = nil
	want := Config{Listen: "0.0.0.0:8443", TLSCert: "cert.pem", TLSKey: "key.pem", MetricsListen: "127.0.0.1:9100", Data: "/var/lib/picket",
		Store: "postgres://picket:" + dbPassword + "@db/picket", Organization: "organization.yaml", ListFiles: "lists", ListHTTPS: true, LogFormat: LogJSON}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	if want := "111122223333:AKIAONE:[redacted] 444455556666:AKIATWO:[redacted]"; seeds != want {
		t.Errorf("seeds %s", seeds)
	}
	for _, empty := range []string{"", "# nothing\n", "---\n"} {
		if c, err := load(t, empty); err != nil || plain(c) != plain(Default()) {
			t.Errorf("%q: %v, %v", empty, plain(c), err)
		}
	}
}

func TestFlagsWin(t *testing.T) {
	c, err := load(t, whole, "--listen", "127.0.0.1:1", "--seed-key", "777788889999:AKIATHREE:x", "--list-https=false", "--log-format=text")
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:1" || c.SeedKeys.String() != "777788889999:AKIATHREE:[redacted]" || c.ListHTTPS || c.LogFormat != LogText || c.Data != "/var/lib/picket" {
		t.Errorf("%s", plain(c))
	}
}

// TestEverySettingIsBoth: the whole file sets each key, and each is a flag with
// a help text.
func TestEverySettingIsBoth(t *testing.T) {
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c := Default()
	c.AddFlags(flags)
	for i := range settings.NumField() {
		key := settings.Field(i).Tag.Get("yaml")
		if !strings.Contains(whole, "\n"+key+":") {
			t.Errorf("the test's file lacks %s", key)
		}
		f := flags.Lookup(strings.ReplaceAll(key, "_", "-"))
		if key == "seed_keys" {
			f = flags.Lookup("seed-key") // given once for each
		}
		if f == nil || f.Usage == "" {
			t.Errorf("%s is no flag, or one without a help text", key)
		}
	}
}

// TestSettingsAreDocumented: the page of the documentation has each of them.
func TestSettingsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/serving.md")
	if err != nil {
		t.Fatal(err)
	}
	for i := range settings.NumField() {
		if key := "`" + settings.Field(i).Tag.Get("yaml") + "`"; !strings.Contains(string(page), key) {
			t.Errorf("docs/serving.md lacks %s", key)
		}
	}
}

func TestMistakesAreShown(t *testing.T) {
	for text, want := range map[string]string{
		"data: a\nlisten_on: b\n":     "[2:1] unknown field \"listen_on\"\n   2 | listen_on: …\n       ^",
		"log_format: xml\n":           "[1:13] \"xml\" is neither text nor json\n   1 | log_format: xml\n                   ^",
		"data: a\nlisten: [1]\n":      "[2:9] ",
		"data: a\ndata: b\n":          "[2:1] mapping key \"data\" already defined",
		"data: {a\n":                  "[1:8] ",
		"seed_keys:\n- 12:K:secret\n": "[2:3] account \"12\" is not 12 digits\n   2 | …\n         ^",
		"seed_keys: 1:2:3\n":          "[1:12] a list of ACCOUNT:ACCESS_KEY_ID:SECRET is wanted\n   1 | seed_keys: …",
		"- a\n":                       "[1:1] ",
	} {
		_, err := load(t, text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q\ngot  %v\nwant %s", text, err, want)
		}
	}
	if _, err := load(t, strings.Repeat("#", maxBytes+1)); err == nil || !strings.Contains(err.Error(), "more than 1048576 bytes") {
		t.Errorf("too long: %v", err)
	}
	c := Default()
	if err := c.Load(filepath.Join(t.TempDir(), "missing"), pflag.NewFlagSet("", 0)); err == nil {
		t.Error("loaded from nothing")
	}
}

// TestErrorsShowNoSecret: whatever is broken in a file, what is said about it
// has no secret in it.
func TestErrorsShowNoSecret(t *testing.T) {
	broken := 0
	for i := range len(whole) {
		for _, text := range []string{whole[:i] + whole[i+1:], whole[:i] + "{" + whole[i:], whole[:i] + "\n" + whole[i:], whole[:i] + ": " + whole[i:], whole[:i]} {
			c, err := Parse([]byte(text))
			if err == nil {
				continue
			}
			broken++
			if c != nil {
				t.Error("both a configuration and an error")
			}
			for _, secret := range []string{seedSecret, dbPassword} {
				for _, part := range []string{secret[:8], secret[7:]} {
					if strings.Contains(err.Error(), part) {
						t.Fatalf("a secret is shown:\n%v\nfor\n%s", err, text)
					}
				}
			}
		}
	}
	if broken < 100 {
		t.Errorf("only %d of the files were broken", broken)
	}
}

func TestFlagErrorShowsNoSecret(t *testing.T) {
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	c := Default()
	c.AddFlags(flags)
	err := FlagError(flags.Parse([]string{"--seed-key", "12:AKIA:" + seedSecret}))
	if want := `--seed-key: account "12" is not 12 digits`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// FuzzParse holds the reader to not panicking.
func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("seed_keys: &a [*a]\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := Parse(b); (c == nil) == (err == nil) {
			t.Errorf("configuration %v, error %v", c, err)
		}
	})
}
