// Package yamlfile reads the settings that operators write in YAML.
//
// It exists so that all of them are read by the same rules: strictly, and with
// an error for whatever a file holds. It imports nothing of the house.
package yamlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
)

// Decode reads text into the struct that into points to. A key that is no field
// is an error; an empty text is none. Errors of type yaml.Error say where in the
// text they are.
func Decode(text []byte, into any) (err error) {
	// The library does not expect everything that YAML allows: a list that is "!"
	// makes it panic (found by fuzzing, v1.19.2).
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("this YAML can't be read: %v", p)
		}
	}()
	err = yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
