package finding

import (
	"strconv"
	"strings"

	"picket/event"
	"picket/jsonview"
)

// A Value is one value that a finding has for an attribute.
type Value struct {
	Attribute *Attribute
	Text      string  // of a string or bool attribute
	Number    float64 // of a numeric attribute
}

// Values are what criteria can ask about one finding; an attribute within a
// list has a value for each element.
type Values []Value

// maxValues bounds the values of one finding. A real finding has about 100;
// what is beyond the bound is not found by criteria.
const maxValues = 4096

// ValuesOf reads the values out of a finding's JSON, which may be of a type
// whose members this package does not model. The values may be views of doc.
func ValuesOf(doc string) Values {
	vs := make(Values, 0, 96)
	vs.object(attributeTree, doc)
	return vs
}

func (vs *Values) object(n *attributeNode, raw string) {
	for name, member := range jsonview.Object(raw) {
		child := n.children[strings.ToLower(name)]
		if child == nil {
			continue
		}
		vs.element(child, member)
		if jsonview.IsArray(member) {
			for e := range jsonview.Array(member) {
				vs.element(child, e)
			}
		}
	}
}

func (vs *Values) element(n *attributeNode, raw string) {
	if !jsonview.IsObject(raw) {
		vs.scalar(n.attributes, raw)
		return
	}
	vs.object(n, raw)
	if n == additionalInfo {
		vs.object(n, jsonview.GetString(raw, "value")) // the API carries the details as text
	}
	if len(n.attributes) == 0 {
		return
	}
	for _, v := range jsonview.Object(raw) { // a map with free keys, such as affectedResources
		vs.scalar(n.attributes, v)
	}
}

var additionalInfo = attributeTree.children["service"].children["additionalinfo"]

func (vs *Values) scalar(as []*Attribute, raw string) {
	for _, a := range as {
		if v, ok := a.read(raw); ok && len(*vs) < maxValues {
			*vs = append(*vs, v)
		}
	}
}

// read makes a value of a raw JSON scalar; not ok for null, for objects and
// arrays, and for what is not of the attribute's kind.
func (a *Attribute) read(raw string) (v Value, ok bool) {
	v.Attribute = a
	if raw == "" || raw == "null" || jsonview.IsObject(raw) || raw[0] == '[' {
		return v, false
	}
	text := raw
	quoted := jsonview.IsString(raw)
	if quoted {
		text = jsonview.String(raw)
	}
	switch a.Kind {
	case KindString:
		v.Text = text
		return v, true
	case KindBool:
		v.Text = text
		return v, text == "true" || text == "false"
	case KindTime:
		v.Number, ok = readTime(text, quoted)
		return v, ok
	}
	n, err := strconv.ParseFloat(text, 64)
	v.Number = n
	return v, err == nil && isFinite(n)
}

func isFinite(n float64) bool { return n-n == 0 }

// readTime reads a time of a finding: a string is ISO 8601, a number Unix
// seconds, as the wire has both.
func readTime(text string, quoted bool) (ms float64, ok bool) {
	if quoted {
		t, ok := event.ParseTime(text)
		return float64(t), ok
	}
	s, err := strconv.ParseFloat(text, 64)
	return s * 1000, err == nil && isFinite(s)
}
