package logformat

import (
	"fmt"
	"reflect"
	"strings"

	"picket/event"
)

// dump writes every row of b as one line: its kind, its time and each field
// that is not zero, in the order of declaration. Raw records are left out.
func dump(b *event.Batch) string {
	var out strings.Builder
	for i := range b.Flows {
		f := b.Flows[i]
		f.Line = event.Span{}
		dumpRow(&out, "flow", f)
	}
	for i := range b.DNS {
		d := b.DNS[i]
		d.Raw = ""
		dumpRow(&out, "dns", d)
	}
	for i := range b.Trails {
		t := b.Trails[i]
		t.Raw = ""
		dumpRow(&out, "trail", t)
	}
	for i := range b.Audits {
		a := b.Audits[i]
		a.Raw = ""
		dumpRow(&out, "audit", a)
	}
	return out.String()
}

func dumpRow(out *strings.Builder, kind string, row any) {
	out.WriteString(kind)
	dumpFields(out, "", reflect.ValueOf(row))
	out.WriteByte('\n')
}

func dumpFields(out *strings.Builder, prefix string, v reflect.Value) {
	for i := range v.NumField() {
		f, name := v.Field(i), prefix+v.Type().Field(i).Name
		switch value := f.Interface().(type) {
		case event.Identity:
			dumpFields(out, name+".", f)
		case string:
			if value != "" {
				fmt.Fprintf(out, " %s=%q", name, value)
			}
		case [16]byte:
			if !f.IsZero() {
				fmt.Fprintf(out, " %s=%x", name, value)
			}
		case event.IP, event.Time:
			if !f.IsZero() {
				fmt.Fprintf(out, " %s=%v", name, value)
			}
		default:
			if !f.IsZero() {
				fmt.Fprintf(out, " %s=%v", name, value)
			}
		}
	}
}

// raws lists the raw records of b in order, which dump leaves out.
func raws(b *event.Batch) (out []string) {
	for _, r := range b.Runs(nil) {
		for i := r.Lo; i < r.Hi; i++ {
			raw, _ := b.Raw(r.Kind, i)
			out = append(out, strings.Clone(raw))
		}
	}
	return out
}

// dumpStats writes what is not rows.
func dumpStats(s Stats) string {
	var out strings.Builder
	fmt.Fprintf(&out, "records %d", s.Records)
	for why, n := range s.Skipped {
		if n > 0 {
			fmt.Fprintf(&out, ", %s %d", Skip(why), n)
		}
	}
	if s.Bad > 0 {
		fmt.Fprintf(&out, ", bad %d: %s at %d: %q", s.Bad, s.First.Reason, s.First.Offset, s.First.Sample)
	}
	if s.Abandoned {
		out.WriteString(", abandoned")
	}
	return out.String() + "\n"
}
