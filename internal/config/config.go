package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// Config has a field for each setting. Its yaml tag is the key in a file and,
// with dashes for underscores, the flag; doc is the flag's help, in which arg
// names the value. A setting tagged secret is never shown in an error.
type Config struct {
	Listen        string    `yaml:"listen" arg:"address" doc:"address to serve on"`
	TLSCert       string    `yaml:"tls_cert" arg:"file" doc:"file with the certificate chain in PEM; with --tls-key, HTTPS is served"`
	TLSKey        string    `yaml:"tls_key" arg:"file" doc:"file with the certificate's private key in PEM"`
	MetricsListen string    `yaml:"metrics_listen" arg:"address" doc:"address to serve /metrics on, and nothing else; without it /metrics is answered beside the APIs"`
	Data          string    `yaml:"data" arg:"directory" doc:"directory of everything that is kept"`
	Store         string    `yaml:"store" arg:"file" doc:"SQLite file or postgres:// URL; without it, picket.db in the data directory" secret:"yes"`
	SeedKeys      Seeds     `yaml:"seed_keys" flag:"seed-key" arg:"ACCOUNT:ACCESS_KEY_ID:SECRET" doc:"ACCOUNT:ACCESS_KEY_ID:SECRET to have from the start; may be given repeatedly" secret:"yes"`
	Organization  string    `yaml:"organization" arg:"file" doc:"YAML file that says which accounts form an organization and which of them manages it; without it AWS Organizations is asked, if AWS credentials are configured"`
	ListFiles     string    `yaml:"list_files" arg:"directory" doc:"directory whose files lists may name as file:// addresses; without it, none"`
	ListHTTPS     bool      `yaml:"list_https" doc:"let lists name https:// addresses of any host, not only of S3"`
	LogFormat     LogFormat `yaml:"log_format" arg:"format" doc:"format of the log on standard error: text or json"`
}

// Default is the configuration of a server that was told nothing.
func Default() Config {
	return Config{Listen: "127.0.0.1:4500", Data: "picket-data", LogFormat: LogText}
}

// AddFlags adds flags that set c, whose values are the defaults: those of the
// keys that are named, or all.
func (c *Config) AddFlags(flags *pflag.FlagSet, keys ...string) {
	for i := range settings.NumField() {
		f := settings.Field(i)
		if len(keys) > 0 && !slices.Contains(keys, f.Tag.Get("yaml")) {
			continue
		}
		name, doc := flagName(f), strings.Replace(f.Tag.Get("doc"), f.Tag.Get("arg"), "`"+f.Tag.Get("arg")+"`", 1)
		switch p := reflect.ValueOf(c).Elem().Field(i).Addr().Interface().(type) {
		case *string:
			flags.StringVar(p, name, *p, doc)
		case *bool:
			flags.BoolVar(p, name, *p, doc)
		case pflag.Value:
			flags.Var(p, name, doc)
		}
	}
}

var settings = reflect.TypeFor[Config]()

func flagName(f reflect.StructField) string {
	if name := f.Tag.Get("flag"); name != "" {
		return name
	}
	return strings.ReplaceAll(f.Tag.Get("yaml"), "_", "-")
}

// Load reads a file into the settings whose flags were not given.
func (c *Config) Load(path string, flags *pflag.FlagSet) error {
	file, err := read(path)
	if err != nil {
		return err
	}
	for i := range settings.NumField() {
		if !flags.Changed(flagName(settings.Field(i))) {
			reflect.ValueOf(c).Elem().Field(i).Set(reflect.ValueOf(file).Elem().Field(i))
		}
	}
	return nil
}

// FlagError is what to say of a flag that could not be read: not its value,
// which may be a secret.
func FlagError(err error) error {
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) {
		return fmt.Errorf("--%s: %w", bad.GetFlag().Name, errors.Unwrap(bad))
	}
	return err
}
