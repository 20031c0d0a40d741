package intel

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// eachElement reads a JSON object from r and calls, for every element of the
// arrays named in arrays, that array's function, which must decode one value.
// Members named in values are decoded into their pointers; all others are
// skipped. Memory is that of one element.
func eachElement(r io.Reader, arrays map[string]func(*json.Decoder) error, values map[string]any) error {
	dec := json.NewDecoder(r)
	if err := expect(dec, json.Delim('{')); err != nil {
		return err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return jsonError(dec, err)
		}
		name, _ := key.(string) // the decoder lets nothing else stand here
		if take := arrays[name]; take != nil {
			err = eachIn(dec, take)
		} else if into := values[name]; into != nil {
			err = dec.Decode(into)
		} else {
			err = skipValue(dec)
		}
		if err != nil {
			return jsonError(dec, err)
		}
	}
	return expect(dec, json.Delim('}'))
}

func eachIn(dec *json.Decoder, take func(*json.Decoder) error) error {
	if err := expect(dec, json.Delim('[')); err != nil {
		return err
	}
	for dec.More() {
		if err := take(dec); err != nil {
			return err
		}
	}
	return expect(dec, json.Delim(']'))
}

func expect(dec *json.Decoder, want json.Delim) error {
	tok, err := dec.Token()
	if err != nil {
		return jsonError(dec, err)
	}
	if tok != want {
		return jsonError(dec, fmt.Errorf("found %v where %v should be", tok, want))
	}
	return nil
}

func skipValue(dec *json.Decoder) error {
	depth := 0
	for {
		tok, err := dec.Token()
		if err != nil {
			return err
		}
		switch tok {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// jsonError says where in the file an error lies; a file that ends too early
// is an error like any other.
func jsonError(dec *json.Decoder, err error) error {
	if located := new(locatedError); errors.As(err, &located) {
		return err
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return &locatedError{dec.InputOffset(), err}
}

type locatedError struct {
	offset int64
	err    error
}

func (e *locatedError) Error() string { return fmt.Sprintf("byte %d: %v", e.offset, e.err) }
func (e *locatedError) Unwrap() error { return e.err }

// sniffObject makes a Sniff for a JSON object with one of the given members.
func sniffObject(members ...string) func([]byte) bool {
	return func(head []byte) bool {
		line := firstLine(head, false)
		if len(line) == 0 || line[0] != '{' {
			return false
		}
		for _, m := range members {
			if containsMember(head, m) {
				return true
			}
		}
		return false
	}
}

func containsMember(head []byte, name string) bool {
	return bytes.Contains(head, []byte(`"`+name+`"`))
}
