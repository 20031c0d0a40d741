package awsrpc

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
)

// A place is where a member travels.
type place uint8

const (
	inBody place = iota
	inURI
	inQuery
	inHeader
)

// A structure is what the codecs need to know of a Go struct, read once from
// its tags.
type structure struct {
	members []*member
	body    map[string]*member
}

type member struct {
	field    int
	wire     string
	in       place
	required bool
	null     bool // written as null when absent
	value    *value
}

type kind uint8

const (
	kindString kind = iota
	kindInt32
	kindInt64
	kindFloat
	kindBool
	kindTime
	kindBlob
	kindList
	kindMap
	kindStruct
)

// A value is what the codecs need to know of a type, pointers taken off.
type value struct {
	kind   kind
	t      reflect.Type
	iso    bool       // of a time: written as text, else as seconds since 1970
	elem   *value     // of a list or map
	fields *structure // of a structure
	rule   *rule      // nil when there is none
	key    *rule      // of a map
}

// A rule is a Limit made ready.
type rule struct {
	Limit
	pattern *regexp.Regexp
}

// A planner reads the tags of one service's structs. A field's tag is
//
//	aws:"wireName[,uri|query|header][,required][,null][,iso8601][,limit=Shape]"
//
// A struct that it can't read is a wrong declaration: an error at start.
type planner struct {
	limits     map[string]Limit
	rules      map[string]*rule
	structures map[reflect.Type]*structure
}

func newPlanner(limits map[string]Limit) *planner {
	return &planner{limits: limits, rules: map[string]*rule{}, structures: map[reflect.Type]*structure{}}
}

func (p *planner) structure(t reflect.Type) (*structure, error) {
	if s := p.structures[t]; s != nil {
		return s, nil
	}
	s := &structure{body: map[string]*member{}}
	p.structures[t] = s // before its members, which may lead back to it
	for i := range t.NumField() {
		m, err := p.member(t.Field(i))
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, t.Field(i).Name, err)
		}
		m.field = i
		s.members = append(s.members, m)
		if m.in == inBody {
			s.body[m.wire] = m
		}
	}
	return s, nil
}

func (p *planner) member(f reflect.StructField) (*member, error) {
	tag, ok := f.Tag.Lookup("aws")
	if !ok {
		return nil, fmt.Errorf("no aws tag")
	}
	wire, options, _ := strings.Cut(tag, ",")
	m := &member{wire: wire}
	limit, iso := "", false
	for option := range strings.SplitSeq(options, ",") {
		switch name, arg, _ := strings.Cut(option, "="); name {
		case "":
		case "uri":
			m.in = inURI
		case "query":
			m.in = inQuery
		case "header":
			m.in = inHeader
		case "required":
			m.required = true
		case "null":
			m.null = true
		case "iso8601":
			iso = true
		case "limit":
			limit = arg
		default:
			return nil, fmt.Errorf("option %q is unknown", option)
		}
	}
	var err error
	if m.value, err = p.value(f.Type, limit); err == nil {
		m.value.iso = iso
	}
	return m, err
}

var (
	timeType = reflect.TypeFor[time.Time]()
	blobType = reflect.TypeFor[[]byte]()
)

func (p *planner) value(t reflect.Type, limit string) (*value, error) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	v := &value{t: t}
	var err error
	if v.rule, err = p.rule(limit); err != nil {
		return nil, err
	}
	switch {
	case t == timeType:
		v.kind = kindTime
	case t == blobType:
		v.kind = kindBlob
	default:
		err = p.nested(v, t)
	}
	return v, err
}

func (p *planner) nested(v *value, t reflect.Type) (err error) {
	limits := Limit{}
	if v.rule != nil {
		limits = v.rule.Limit
	}
	switch t.Kind() {
	case reflect.String:
		v.kind = kindString
	case reflect.Int32:
		v.kind = kindInt32
	case reflect.Int64:
		v.kind = kindInt64
	case reflect.Float64:
		v.kind = kindFloat
	case reflect.Bool:
		v.kind = kindBool
	case reflect.Slice:
		v.kind = kindList
		v.elem, err = p.value(t.Elem(), limits.Elem)
	case reflect.Map:
		v.kind = kindMap
		if t.Key().Kind() != reflect.String {
			return fmt.Errorf("a map of %s", t.Key())
		}
		if v.key, err = p.rule(limits.Key); err == nil {
			v.elem, err = p.value(t.Elem(), limits.Elem)
		}
	case reflect.Struct:
		v.kind = kindStruct
		v.fields, err = p.structure(t)
	default:
		err = fmt.Errorf("type %s has no form on the wire", t)
	}
	return err
}

func (p *planner) rule(shape string) (*rule, error) {
	if shape == "" {
		return nil, nil
	}
	if r := p.rules[shape]; r != nil {
		return r, nil
	}
	limit, ok := p.limits[shape]
	if !ok {
		return nil, fmt.Errorf("limit %q is unknown", shape)
	}
	r := &rule{Limit: limit}
	if limit.Pattern != "" {
		var err error
		if r.pattern, err = regexp.Compile(`\A(?:` + limit.Pattern + `)\z`); err != nil {
			return nil, fmt.Errorf("limit %q: %w", shape, err)
		}
	}
	p.rules[shape] = r
	return r, nil
}
