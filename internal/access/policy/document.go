package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"
)

// Limits of a document. IAM takes 6,144 characters for a managed policy and does
// not count white space (IAM and STS quotas); 131,072 is the longest
// policyDocument of its API. A document that has a meaning is seven deep.
const (
	maxChars = 6144
	maxBytes = 131072
	maxDepth = 8
)

// object is a JSON object with its members as they stand, repeated ones too:
// encoding/json would take the last and say nothing.
type object []member

type member struct {
	name  string
	value any // string, bool, json.Number, nil, []any or object
}

// readDocument parses a document within the limits.
func readDocument(b []byte) (object, error) {
	if len(b) > maxBytes {
		return nil, fmt.Errorf("the document has %d bytes, at most %d", len(b), maxBytes)
	}
	if !utf8.Valid(b) {
		return nil, errors.New("the document is not UTF-8")
	}
	chars := 0
	for _, r := range string(b) {
		if !unicode.IsSpace(r) {
			chars++
		}
	}
	if chars > maxChars {
		return nil, fmt.Errorf("the document has %d characters without white space, at most %d", chars, maxChars)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	v, err := readValue(dec, 0)
	if err != nil {
		return nil, fmt.Errorf("the document is not JSON, near byte %d: %w", dec.InputOffset(), err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows the document, near byte %d", dec.InputOffset())
	}
	doc, ok := v.(object)
	if !ok {
		return nil, errors.New("the document is not a JSON object")
	}
	return doc, nil
}

func readValue(dec *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested more than %d deep", maxDepth)
	}
	token, err := dec.Token()
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return readObject(dec, depth)
	case json.Delim('['):
		return readArray(dec, depth)
	}
	return token, nil
}

func readObject(dec *json.Decoder, depth int) (object, error) {
	o := object{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		v, err := readValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		o = append(o, member{name.(string), v}) // the decoder takes nothing else for a name
	}
	_, err := dec.Token()
	return o, err
}

func readArray(dec *json.Decoder, depth int) ([]any, error) {
	a := []any{}
	for dec.More() {
		v, err := readValue(dec, depth+1)
		if err != nil {
			return nil, err
		}
		a = append(a, v)
	}
	_, err := dec.Token()
	return a, err
}

// stringList reads an element that is a string or a list of strings, at least one.
func stringList(name string, v any) ([]string, error) {
	return list(name, v, func(v any) (string, bool) { s, ok := v.(string); return s, ok })
}

// valueList reads the value of a condition key: strings, and the booleans and
// numbers that stand for the strings they are written as.
func valueList(name string, v any) ([]string, error) {
	return list(name, v, func(v any) (string, bool) {
		switch v := v.(type) {
		case string:
			return v, true
		case json.Number:
			return v.String(), true
		case bool:
			return fmt.Sprint(v), true
		}
		return "", false
	})
}

func list(name string, v any, text func(any) (string, bool)) ([]string, error) {
	values, ok := v.([]any)
	if !ok {
		values = []any{v}
	}
	if len(values) == 0 {
		return nil, fmt.Errorf("%s is an empty list", name)
	}
	texts := make([]string, len(values))
	for i, v := range values {
		if texts[i], ok = text(v); !ok {
			return nil, fmt.Errorf("%s has a value of the wrong type", name)
		}
	}
	return texts, nil
}
