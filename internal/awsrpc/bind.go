package awsrpc

import (
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"time"
)

// readRest fills the members of in that travel outside of the body.
func readRest(r *http.Request, labels map[string]string, s *structure, in reflect.Value) *Violation {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return &Violation{Rule: RuleSyntax, In: inQuery.String(), Detail: "the query is malformed"}
	}
	for _, m := range s.members {
		var values []string
		switch m.in {
		case inBody:
			continue
		case inURI:
			values = []string{labels[m.wire]}
		case inQuery:
			values = query[m.wire]
		case inHeader:
			values = r.Header.Values(m.wire)
		}
		if v := setText(m.value, values, in.Field(m.field)); v != nil {
			v.In = m.in.String()
			return below(m.wire, v)
		}
	}
	return nil
}

// setText sets a member from its textual values; none leaves it absent.
func setText(v *value, values []string, dst reflect.Value) *Violation {
	if len(values) == 0 {
		return nil
	}
	if v.kind != kindList {
		dst.Set(reflect.New(v.t))
		return setScalar(v, values[0], dst.Elem())
	}
	dst.Set(reflect.MakeSlice(v.t, len(values), len(values)))
	for i, text := range values {
		if violation := setScalar(v.elem, text, dst.Index(i)); violation != nil {
			return below(strconv.Itoa(i), violation)
		}
	}
	return nil
}

func setScalar(v *value, text string, dst reflect.Value) *Violation {
	var err error
	switch v.kind {
	case kindString:
		dst.SetString(text)
	case kindBool:
		var b bool
		if b, err = strconv.ParseBool(text); err == nil {
			dst.SetBool(b)
		}
	case kindTime: // outside of bodies always ISO 8601
		var t time.Time
		if t, err = parseTime(true, text); err == nil {
			dst.Set(reflect.ValueOf(t))
		}
	default:
		err = setNumber(v, text, dst)
	}
	if err != nil {
		return &Violation{Rule: RuleType, Value: abridged(text), Detail: err.Error()}
	}
	return nil
}
