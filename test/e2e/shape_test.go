package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
)

// compare holds an answer of success against the model: SDKs pass over what they
// do not know.
func compare(r *http.Request, status int, body []byte) {
	if status >= 300 {
		return
	}
	operation := awsmiddleware.GetOperationName(r.Context())
	for _, fault := range readModel().faults(operation, body) {
		if !slices.Contains(recorded, operation+fault) {
			shapeFaults.Store(operation+fault, true)
		}
	}
}

// recorded are the faults that the real service has: what does not exist is not
// there, although the model requires it.
var recorded = []string{
	"DescribePublishingDestination.publishingFailureStartTimestamp is missing",
	"GetAdministratorAccount.administrator is missing",
	"GetMasterAccount.master is missing",
}

// shapeFaults has each way once in which an answer was not the model's.
var shapeFaults sync.Map

func misshapen() (err error) {
	shapeFaults.Range(func(fault, _ any) bool {
		err = errors.Join(err, fmt.Errorf("an answer is not the model's: %v", fault))
		return true
	})
	return err
}

func (m *model) faults(operation string, body []byte) []string {
	output := m.Shapes[m.Operations[operation].Output]
	if output == nil || len(output.Members) == 0 {
		if len(body) > 0 {
			return []string{" has the body " + string(body)}
		}
		return nil
	}
	var v any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return []string{" is no JSON: " + string(body)}
	}
	return m.check(output, v)
}

// check lists how a value differs from its shape. Absent members may be null.
func (m *model) check(s *shape, v any) []string {
	switch v := v.(type) {
	case object:
		if s.Type == "map" {
			return m.checkMap(s, v)
		}
		if s.Type == "structure" {
			return m.checkObject(s, v)
		}
	case []any:
		if s.Type == "list" {
			var out []string
			for _, elem := range v {
				out = append(out, below("[]", m.check(m.Shapes[s.Elem], elem))...)
			}
			return out
		}
	case string:
		if s.Type == "string" && s.Enum != nil && !slices.Contains(s.Enum, v) {
			return []string{fmt.Sprintf(" is %q, none of its values", v)}
		}
		if s.Type == "string" || s.Type == "timestamp" && strings.HasSuffix(v, "Z") {
			return nil
		}
	case json.Number:
		whole := !strings.ContainsAny(v.String(), ".eE")
		if s.Type == "double" || s.Type == "timestamp" || whole && (s.Type == "integer" || s.Type == "long") {
			return nil
		}
	case bool:
		if s.Type == "boolean" {
			return nil
		}
	}
	return []string{fmt.Sprintf(" is %v, no %s", v, s.Type)}
}

func (m *model) checkMap(s *shape, v object) (out []string) {
	for key, elem := range v {
		out = append(out, below("{key}", m.check(m.Shapes[s.Key], key))...)
		out = append(out, below("{}", m.check(m.Shapes[s.Elem], elem))...)
	}
	return out
}

func (m *model) checkObject(s *shape, v object) (out []string) {
	left := maps.Clone(v)
	for name, member := range s.Members {
		value, given := v[member.Wire]
		delete(left, member.Wire)
		if value != nil {
			out = append(out, below("."+member.Wire, m.check(m.Shapes[member.Shape], value))...)
		}
		if (!given || value == nil) && slices.Contains(s.Required, name) {
			out = append(out, "."+member.Wire+" is missing")
		}
	}
	for name := range left {
		out = append(out, "."+name+" is unknown")
	}
	return out
}

func below(path string, faults []string) []string {
	for i := range faults {
		faults[i] = path + faults[i]
	}
	return faults
}
