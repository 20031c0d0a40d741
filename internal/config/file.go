package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"

	"picket/internal/fault"
	"picket/internal/yamlfile"
)

// maxBytes bounds a file.
const maxBytes = 1 << 20

// read reads a configuration from a YAML file.
func read(path string) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open configuration: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err == nil && len(b) > maxBytes {
		err = fmt.Errorf("it has more than %d bytes", maxBytes)
	}
	var c *Config
	if err == nil {
		c, err = Parse(b)
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration %q: %w", path, err)
	}
	return c, nil
}

// Parse reads the content of such a file. What it does not set is as in
// Default; a key that is no setting is an error. An error shows the line, but
// nothing that may be a secret.
func Parse(b []byte) (*Config, error) {
	c := Default()
	err := yamlfile.Decode(b, &c)
	if reflect.ValueOf(c).IsZero() { // nothing but comments, which the decoder takes for null
		c = Default()
	}
	var at yaml.Error
	switch {
	case err == nil:
		return &c, nil
	case errors.As(err, &at) && at.GetToken() != nil:
		pos := at.GetToken().Position
		return nil, fault.Newf(fault.Invalid, "[%d:%d] %s\n%s", pos.Line, pos.Column, at.GetMessage(), excerpt(b, pos.Line, pos.Column))
	}
	return nil, fault.New(fault.Invalid, "it is not YAML")
}

// excerpt is a line of the file with a mark below the column.
func excerpt(b []byte, line, column int) string {
	lines := bytes.Split(b, []byte("\n"))
	if line < 1 || line > len(lines) {
		return ""
	}
	head := fmt.Sprintf("%4d | ", line)
	return head + shown(string(lines[line-1])) + "\n" + strings.Repeat(" ", len(head)+max(column-1, 0)) + "^"
}

var keyed = regexp.MustCompile(`^\s*(\w+)\s*:`)

// shown is what may be shown of a line: all of one that sets a setting which is
// no secret, the key of any other.
func shown(line string) string {
	m := keyed.FindStringSubmatch(line)
	if m == nil {
		return "…"
	}
	known := false
	for i := range settings.NumField() {
		f := settings.Field(i)
		key := f.Tag.Get("yaml")
		if f.Tag.Get("secret") != "" && strings.Contains(line, key) {
			return m[0] + " …"
		}
		known = known || m[1] == key
	}
	if !known {
		return m[0] + " …"
	}
	return strings.TrimRight(line, "\r")
}
