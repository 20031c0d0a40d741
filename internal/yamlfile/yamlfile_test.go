package yamlfile

import (
	"errors"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

type settings struct {
	Name string   `yaml:"name"`
	List []string `yaml:"list"`
}

func TestDecode(t *testing.T) {
	var s settings
	if err := Decode([]byte("name: a\nlist: [b, c]\n"), &s); err != nil || s.Name != "a" || strings.Join(s.List, "") != "bc" {
		t.Errorf("%+v, %v", s, err)
	}
	for _, empty := range []string{"", "# nothing\n"} {
		if err := Decode([]byte(empty), &s); err != nil {
			t.Errorf("%q: %v", empty, err)
		}
	}
	var at yaml.Error
	if err := Decode([]byte("name: a\nnames: b\n"), &s); !errors.As(err, &at) || at.GetToken().Position.Line != 2 {
		t.Errorf("a key that is no field: %v", err)
	}
	if err := Decode([]byte("list: ! "), &s); err == nil {
		t.Error("what the library panics at is taken")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("name: &a b\nlist: [*a, !!str 1]\n")
	f.Add("list: ! ")
	f.Fuzz(func(_ *testing.T, text string) {
		var s settings
		_ = Decode([]byte(text), &s) // does not panic
	})
}
