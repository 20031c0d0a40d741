//go:generate go run ./gen ../../docs/reference

// Package catalogue says what picket detects and what of GuardDuty's catalogue
// it does not, and how much of GuardDuty's API it serves, derived from the
// declarations: for the command line and for the pages under docs/reference. It
// imports what declares these things.
package catalogue

import (
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"picket/detect"
	"picket/finding"
	"picket/internal/samples"
)

// Missing lists GuardDuty's types that ds do not raise.
func Missing(ds []*detect.Detector) []samples.Kind {
	raised := map[string]bool{}
	for _, d := range ds {
		for _, t := range d.Findings {
			raised[t.Name] = true
		}
	}
	return slices.DeleteFunc(samples.Undetected(), func(k samples.Kind) bool { return raised[k.Name] })
}

// Raised is a finding type with the detector that raises it.
type Raised struct {
	*finding.Type
	Detector *detect.Detector
}

// Types lists all finding types of ds by name.
func Types(ds []*detect.Detector) []Raised {
	var out []Raised
	for _, d := range ds {
		for _, t := range d.Findings {
			out = append(out, Raised{t, d})
		}
	}
	slices.SortFunc(out, func(a, b Raised) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// List prints every finding type with its detector, then what is not covered.
func List(w io.Writer, ds []*detect.Detector) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	types := Types(ds)
	fmt.Fprintln(tw, "FINDING TYPE\tSEVERITY\tDETECTOR")
	for _, t := range types {
		fmt.Fprintf(tw, "%s\t%s\t%s\n", t.Name, finding.Band(t.Severity), t.Detector.Name)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	missing := Missing(ds)
	fmt.Fprintf(w, "\n%d finding types by %d detectors. Of GuardDuty's catalogue %d types are not covered:\n", len(types), len(ds), len(missing))
	for _, g := range byFamily(missing) {
		fmt.Fprintf(w, "  %-20s %3d  %s\n", g.family, len(g.types), g.why)
	}
	_, err := fmt.Fprintln(w, "\n'picket detectors show NAME' explains a detector or a finding type.")
	return err
}

type family struct {
	family, why string
	types       []samples.Kind
}

func byFamily(ks []samples.Kind) []family {
	groups := map[string]*family{}
	for _, k := range ks {
		g := groups[k.Family]
		if g == nil {
			g = &family{family: k.Family}
			groups[k.Family] = g
		}
		g.types = append(g.types, k)
	}
	var out []family
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		g := groups[name]
		needs := map[string]bool{}
		for _, t := range g.types {
			needs[t.Needs] = true
		}
		g.why = "need " + strings.Join(slices.Sorted(maps.Keys(needs)), ", ")
		out = append(out, *g)
	}
	return out
}

// Show prints a detector's page: what it decides, what it raises, its
// parameters with defaults and sources.
func Show(w io.Writer, d *detect.Detector) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n\n%s\n\nReads %s.\n\nRaises\n", d.Name, strings.Repeat("=", len(d.Name)), wrap(d.Doc, 100), Reads(d))
	for _, t := range d.Findings {
		fmt.Fprintf(&b, "  %s (severity %g, %s)\n%s\n", t.Name, t.Severity, t.Role, indent(wrap(t.Remedy, 94), "      "))
	}
	if ps := Params(d); len(ps) > 0 {
		b.WriteString("\nParameters\n")
		for _, p := range ps {
			fmt.Fprintf(&b, "  %s = %s\n%s\n      source: %s\n", p.Name, p.Default, indent(wrap(p.Doc, 94), "      "), p.Source)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Reads names the logs a detector reads.
func Reads(d *detect.Detector) string {
	set := map[string]bool{}
	for _, t := range d.Findings {
		for _, s := range t.Sources {
			set[string(s)] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(set)), ", ")
}

// A Param is one number or list that decides a detection.
type Param struct{ Name, Default, Doc, Source string }

// Params lists a detector's parameters; those of a nested struct are named
// Outer.Inner.
func Params(d *detect.Detector) []Param {
	if d.Params == nil {
		return nil
	}
	return params("", reflect.ValueOf(d.Params).Elem())
}

func params(prefix string, v reflect.Value) []Param {
	var out []Param
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Type.Kind() == reflect.Struct {
			out = append(out, params(prefix+f.Name+".", v.Field(i))...)
			continue
		}
		out = append(out, Param{prefix + f.Name, value(v.Field(i)), f.Tag.Get("doc"), f.Tag.Get("source")})
	}
	return out
}

func value(v reflect.Value) string {
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return fmt.Sprint(v.Interface())
	}
	parts := make([]string, v.Len())
	for i := range parts {
		parts[i] = fmt.Sprint(v.Index(i).Interface())
	}
	return strings.Join(parts, " ")
}

// wrap breaks text at blanks into lines of at most width characters; blank
// lines separate paragraphs.
func wrap(text string, width int) string {
	var out []string
	for _, para := range strings.Split(strings.TrimSpace(text), "\n\n") {
		line := ""
		for _, word := range strings.Fields(para) {
			if line != "" && len(line)+1+len(word) > width {
				out = append(out, line)
				line = ""
			}
			if line != "" {
				line += " "
			}
			line += word
		}
		out = append(out, line, "")
	}
	return strings.Join(out[:len(out)-1], "\n")
}

func indent(text, by string) string { return by + strings.ReplaceAll(text, "\n", "\n"+by) }
