package jsonview

import (
	"encoding/json"
	"strings"
)

// Set returns object with the member at the end of path replaced by the raw
// value. The order of members stays; what is new comes last, and objects that
// are missing on the way are made. What path finds and is no object is replaced
// by one. Without a path it is raw itself.
func Set(object, raw string, path ...string) string {
	if len(path) == 0 {
		return raw
	}
	var b strings.Builder
	b.Grow(len(object) + len(raw) + len(path[0]) + 8)
	b.WriteByte('{')
	write := func(name, value string) {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(quote(name))
		b.WriteByte(':')
		b.WriteString(value)
	}
	found := false
	for name, value := range Object(object) {
		if name == path[0] {
			if found {
				continue // of repeated members the first counts
			}
			found, value = true, Set(value, raw, path[1:]...)
		}
		write(name, value)
	}
	if !found {
		write(path[0], Set("{}", raw, path[1:]...))
	}
	b.WriteByte('}')
	return b.String()
}

func quote(s string) string {
	b, _ := json.Marshal(s) // a string can always be written
	return string(b)
}
