package samples

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"picket/detect"
	"picket/jsonview"
)

// A Kind is a type of GuardDuty's that picket makes samples of and does not
// detect.
type Kind struct{ Name, Family, Needs string }

// Undetected lists the kinds, by family.
func Undetected() []Kind {
	var out []Kind
	for _, f := range families() {
		for _, k := range f.kinds {
			out = append(out, Kind{Name: k.name, Family: f.name, Needs: f.needs})
		}
	}
	return out
}

// A Catalogue has the samples of all types. It is safe for concurrent use.
type Catalogue struct {
	names   []string
	samples map[string][]string // documents by type
}

// New makes the catalogue of the types that detectors declare and those that
// none does.
func New(ds []*detect.Detector) *Catalogue {
	c := &Catalogue{samples: map[string][]string{}}
	for _, d := range ds {
		for _, t := range d.Findings {
			c.add(declared(t))
		}
	}
	for _, f := range families() {
		for _, k := range f.kinds {
			c.add(k)
		}
	}
	slices.Sort(c.names)
	return c
}

// add takes a kind that the catalogue does not have: a detector's declaration
// comes before the one here.
func (c *Catalogue) add(k kind) {
	if c.samples[k.name] != nil {
		return
	}
	c.names = append(c.names, k.name)
	for _, l := range k.samples {
		c.samples[k.name] = append(c.samples[k.name], k.document(l))
	}
}

// Types lists the names of all types, in order.
func (c *Catalogue) Types() []string { return c.names }

// Has reports whether there is a type of that name.
func (c *Catalogue) Has(name string) bool { return c.samples[name] != nil }

// Findings makes the samples of types that Has knows, each type once, as
// findings of one activity at a moment. Their ids are the same each time for
// a detector, and no other's.
func (c *Catalogue) Findings(detector string, types []string, at time.Time) []string {
	moment := strconv.Quote(at.UTC().Truncate(time.Second).Format("2006-01-02T15:04:05.000Z"))
	var out []string
	for _, name := range slices.Compact(slices.Sorted(slices.Values(types))) {
		for i, doc := range c.samples[name] {
			service := jsonview.Set(jsonview.Get(doc, "service"), moment, "eventFirstSeen")
			doc = jsonview.Set(doc, jsonview.Set(service, moment, "eventLastSeen"), "service")
			out = append(out, jsonview.Set(doc, strconv.Quote(id(detector, name, i)), "id"))
		}
	}
	return out
}

// id is an id in the form of the service's, a UUID without dashes.
func id(parts ...any) string {
	var text strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			text.WriteString(p)
		case int:
			text.WriteString(strconv.Itoa(p))
		}
		text.WriteByte(0)
	}
	sum := sha256.Sum256([]byte(text.String()))
	sum[6] = sum[6]&0x0f | 0x40
	sum[8] = sum[8]&0x3f | 0x80
	return hex.EncodeToString(sum[:16])
}
