package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// request writes an input as the protocol has it. ok is false when it can't be
// sent: a label of the path is missing or no text.
func (m *model) request(operation string, in object) (c httpCall, ok bool) {
	op := m.Operations[operation]
	body, query := object{}, url.Values{}
	c.method, c.path = op.Method, op.Path
	if op.Input == "" {
		return c, true
	}
	for _, member := range m.Shapes[op.Input].Members {
		value, given := in[member.Wire]
		switch member.In {
		case "uri":
			text, isText := value.(string)
			if !given || !isText || text == "" {
				return c, false
			}
			c.path = strings.Replace(c.path, "{"+member.Wire+"}", url.PathEscape(text), 1)
		case "querystring":
			if list, isList := value.([]any); isList {
				for _, v := range list {
					query.Add(member.Wire, fmt.Sprint(v))
				}
			} else if given {
				query.Add(member.Wire, fmt.Sprint(value))
			}
		default:
			if given {
				body[member.Wire] = value
			}
		}
	}
	if len(query) > 0 {
		c.path += "?" + query.Encode()
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	if len(body) > 0 || c.method != "GET" && c.method != "DELETE" {
		c.body = string(text)
	}
	return c, true
}

// TestModelRefusals breaks every rule of the model for the input of every served
// operation, one by one.
func TestModelRefusals(t *testing.T) { each(t, testModelRefusals) }

func testModelRefusals(t *testing.T, w *world) {
	m := readModel()
	operations, err := served()
	if err != nil {
		t.Fatal(err)
	}
	id := w.admin.detector(t)
	broken := 0
	for _, operation := range operations {
		input := m.Operations[operation].Input
		if input == "" {
			continue
		}
		t.Run(operation, func(t *testing.T) {
			for _, b := range m.breaches(input) {
				in := b.value.(object)
				if strings.HasPrefix(b.rule, ".detectorId") == false && in["detectorId"] != nil {
					in["detectorId"] = id
				}
				c, ok := m.request(operation, in)
				if !ok || textInQuery(m, input, b) {
					continue
				}
				broken++
				if got := w.send(t, c); got.status != 400 || got.class != "BadRequestException" && got.class != "InternalServerErrorException" || got.message == "" {
					t.Errorf("%s: %d %s %s\nrequest: %.300s %.300s", b.rule, got.status, got.class, got.body, c.path, c.body)
				}
			}
		})
	}
	if broken < 1600 {
		t.Errorf("only %d rules were broken; the model has more", broken)
	}
	if got := w.admin.getDetector(t, id); got.Status != "ENABLED" || len(got.Tags) != 0 || *got.UpdatedAt != *got.CreatedAt {
		t.Errorf("a refused request changed the detector: %+v", got)
	}
	w.admin.hasNothing(t, id)
}

// textInQuery says whether a breach of type can't be seen: in a query all is text.
func textInQuery(m *model, input string, b breach) bool {
	for _, member := range m.Shapes[input].Members {
		if member.In == "querystring" && strings.HasPrefix(b.rule, "."+member.Wire) && strings.HasSuffix(b.rule, "of another type") {
			return m.Shapes[member.Shape].Type == "string" || m.Shapes[member.Shape].Type == "list"
		}
	}
	return false
}

// lists are the requests that list all that an account can have below a detector.
var lists = map[string]string{
	"filterNames": "filter", "ipSetIds": "ipset", "threatIntelSetIds": "threatintelset", "trustedEntitySetIds": "trustedentityset",
	"threatEntitySetIds": "threatentityset", "destinations": "publishingDestination", "members": "member?onlyAssociated=false",
}

// hasNothing checks that nothing was created below the detector and that it is
// the only one.
func (c *client) hasNothing(t *testing.T, id string) {
	t.Helper()
	w := &world{url: *c.Options().BaseEndpoint, region: c.Region}
	for _, member := range slices.Sorted(maps.Keys(lists)) {
		got := w.send(t, httpCall{method: "GET", path: "/detector/" + id + "/" + lists[member], account: c.Account})
		var members map[string]any
		if err := json.Unmarshal([]byte(got.body), &members); err != nil || got.status != 200 {
			t.Errorf("list %s: %d %s", lists[member], got.status, got.body)
		}
		if list, ok := members[member].([]any); !ok || len(list) != 0 {
			t.Errorf("%s: %s", lists[member], got.body)
		}
	}
	for path, want := range map[string]string{"/detector": `{"detectorIds":["` + id + `"]}`, "/malware-protection-plan": "[]", "/admin": "[]"} {
		if got := w.send(t, httpCall{method: "GET", path: path, account: c.Account}); !strings.Contains(got.body, want) {
			t.Errorf("%s: %s", path, got.body)
		}
	}
}

// TestNobodyElsesDetector calls every operation on a detector with one that the
// caller does not own, and with what is no detector at all.
func TestNobodyElsesDetector(t *testing.T) { each(t, testNobodyElsesDetector) }

func testNobodyElsesDetector(t *testing.T, w *world) {
	m := readModel()
	operations, err := served()
	if err != nil {
		t.Fatal(err)
	}
	id := w.admin.detector(t)
	own := w.other.detector(t)
	called := 0
	for _, operation := range operations {
		input := m.Shapes[m.Operations[operation].Input]
		if input == nil || input.Members["DetectorId"].In != "uri" {
			continue
		}
		called++
		for detector, want := range map[string]string{id: notOwned, unknownID: notOwned, strings.ToUpper(own): invalidDetector, own + "0": invalidDetector} {
			in := m.validObject(input, []string{m.Operations[operation].Input})
			in["detectorId"] = detector
			c, _ := m.request(operation, in)
			c.account = otherAccount
			if got := w.send(t, c); got.status != 400 || got.class != "BadRequestException" || got.message != want {
				t.Errorf("%s of detector %s: %d %s %s", operation, detector, got.status, got.class, got.body)
			}
		}
	}
	if called < 60 {
		t.Errorf("only %d operations are about a detector", called)
	}
	w.admin.hasNothing(t, id)
}
