package config

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"picket/internal/access"
	"picket/internal/fault"
)

// Seeds are the keys to have from the start. Printed, they don't show secrets.
type Seeds []access.Seed

// Set adds one, given as ACCOUNT:ACCESS_KEY_ID:SECRET.
func (s *Seeds) Set(text string) error {
	seed, err := access.ParseSeed(text)
	if err != nil {
		return err
	}
	*s = append(*s, seed)
	return nil
}

// String implements pflag.Value.
func (s *Seeds) String() string {
	var all []string
	for _, seed := range *s {
		all = append(all, seed.String())
	}
	return strings.Join(all, " ")
}

// Type implements pflag.Value.
func (s *Seeds) Type() string { return "key" }

// UnmarshalYAML takes a list of texts.
func (s *Seeds) UnmarshalYAML(node ast.Node) error {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		return wrong(node, "a list of ACCOUNT:ACCESS_KEY_ID:SECRET is wanted")
	}
	for _, v := range list.Values {
		if _, scalar := v.(ast.ScalarNode); !scalar {
			return wrong(v, "ACCOUNT:ACCESS_KEY_ID:SECRET is wanted")
		}
		if err := s.Set(v.GetToken().Value); err != nil {
			return wrong(v, fault.Message(err))
		}
	}
	return nil
}

// LogFormat is how the log is written.
type LogFormat string

// The formats.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Set takes a format by its name.
func (f *LogFormat) Set(text string) error {
	if !slices.Contains([]LogFormat{LogText, LogJSON}, LogFormat(text)) {
		return fmt.Errorf("%q is neither %s nor %s", text, LogText, LogJSON)
	}
	*f = LogFormat(text)
	return nil
}

// String implements pflag.Value.
func (f *LogFormat) String() string { return string(*f) }

// Type implements pflag.Value.
func (f *LogFormat) Type() string { return "format" }

// UnmarshalYAML takes a format by its name.
func (f *LogFormat) UnmarshalYAML(node ast.Node) error {
	if err := f.Set(node.GetToken().Value); err != nil {
		return wrong(node, err.Error())
	}
	return nil
}

// Handler is what writes log lines of the format.
func (f LogFormat) Handler(w interface{ Write([]byte) (int, error) }) slog.Handler {
	if f == LogJSON {
		return slog.NewJSONHandler(w, nil)
	}
	return slog.NewTextHandler(w, nil)
}

// wrong is an error at a place in the file.
func wrong(node ast.Node, message string) error {
	return &yaml.SyntaxError{Message: message, Token: node.GetToken()}
}
