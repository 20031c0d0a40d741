package detect

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

var nameForm = regexp.MustCompile(`^(flow|dns|trail|audit)-[a-z0-9]+(-[a-z0-9]+)*$`)

// Validate checks declarations: names, documentation, parameters with doc and
// source, finding types with all texts, and that no two detectors raise or are
// called the same.
func Validate(ds []*Detector) error {
	var errs []error
	names, types := map[string]bool{}, map[string]string{}
	for _, d := range ds {
		if !nameForm.MatchString(d.Name) {
			errs = append(errs, fmt.Errorf("detector %q: name must be flow-…, dns-…, trail-… or audit-…", d.Name))
		}
		if names[d.Name] {
			errs = append(errs, fmt.Errorf("detector %q declared twice", d.Name))
		}
		names[d.Name] = true
		if len(strings.Fields(d.Doc)) < 15 {
			errs = append(errs, fmt.Errorf("detector %q is undocumented", d.Name))
		}
		if d.New == nil || len(d.Findings) == 0 {
			errs = append(errs, fmt.Errorf("detector %q has no handlers or raises nothing", d.Name))
		}
		errs = append(errs, validParams(d)...)
		for _, t := range d.Findings {
			if by, ok := types[t.Name]; ok {
				errs = append(errs, fmt.Errorf("finding %s is raised by %s and %s", t.Name, by, d.Name))
			}
			types[t.Name] = d.Name
			if t.Title == "" || t.Text == "" || t.Remedy == "" || t.Resource == "" || t.Role == "" || len(t.Sources) == 0 || t.Severity < 1 || t.Severity > 10 {
				errs = append(errs, fmt.Errorf("finding %s of %s is declared incompletely", t.Name, d.Name))
			}
		}
	}
	return errors.Join(errs...)
}

func validParams(d *Detector) (errs []error) {
	if d.Params == nil {
		return nil
	}
	t := reflect.TypeOf(d.Params)
	if t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return []error{fmt.Errorf("detector %q: Params must point to a struct", d.Name)}
	}
	return undocumented(d.Name, "", t.Elem())
}

// undocumented complains about every field of a parameter struct, nested ones
// included, that lacks a doc or a source tag.
func undocumented(detector, prefix string, t reflect.Type) (errs []error) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("doc") == "" || f.Tag.Get("source") == "" {
			errs = append(errs, fmt.Errorf("detector %q: parameter %s%s needs a doc and a source tag", detector, prefix, f.Name))
		}
		if f.Type.Kind() == reflect.Struct {
			errs = append(errs, undocumented(detector, prefix+f.Name+".", f.Type)...)
		}
	}
	return errs
}
