package awsrpc

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Shapes reads JSON that is kept as a service writes it, such as a finding, into
// the service's shape T.
type Shapes[T any] struct{ plan *structure }

// ShapesOf prepares reading T, one of s's shapes.
func ShapesOf[T any](s *Service) (*Shapes[T], error) {
	plan, err := newPlanner(s.Limits).structure(reflect.TypeFor[T]())
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", reflect.TypeFor[T](), err)
	}
	return &Shapes[T]{plan}, nil
}

// Read reads text, an object. Members that T has not are passed over, values are
// not checked against the limits of inputs.
func (s *Shapes[T]) Read(text string) (v T, err error) {
	violation := readBody([]byte(text), s.plan, reflect.ValueOf(&v).Elem())
	switch {
	case violation != nil && len(violation.Path) > 0:
		return v, fmt.Errorf("%s: %s", strings.Join(violation.Path, "."), violation.Detail)
	case violation != nil:
		return v, errors.New(violation.Detail)
	case strings.TrimSpace(text) == "":
		return v, errors.New("there is nothing")
	}
	return v, nil
}
