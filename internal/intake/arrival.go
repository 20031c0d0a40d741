package intake

import (
	"picket/event"
	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
)

// An arrival is a finding that has come, read as far as this package needs.
type arrival struct {
	issue string
	doc   string
	span  span
	fault string // why it can't be taken; "" when it can
}

// maxID is the most characters of a finding's id (the service's model).
const maxID = 300

// shape reads findings as clients will: what it can't read no client could.
var shape = mustShape()

// mustShape panics when the shape has a wrong declaration: it is part of the program.
func mustShape() *awsrpc.Shapes[wire.Finding] {
	s, err := awsrpc.ShapesOf[wire.Finding](&wire.API)
	if err != nil {
		panic(err)
	}
	return s
}

// read reads a finding.
func read(doc string) *arrival {
	a := &arrival{doc: doc}
	f, err := shape.Read(doc)
	if err != nil {
		a.fault = "it is no finding: " + err.Error()
		return a
	}
	if f.Id != nil {
		a.issue = *f.Id
	}
	switch {
	case !validID(a.issue):
		a.fault = "its id is not 1 to 300 letters, digits, hyphens, dots and underscores"
	case f.Type == nil || *f.Type == "":
		a.fault = "it has no type"
	case f.Resource == nil:
		a.fault = "it has no resource"
	case f.Severity == nil || !(*f.Severity > 0 && *f.Severity <= 10): // the negation is for what is no number
		a.fault = "its severity is not above 0 and up to 10"
	default:
		a.span, a.fault = readSpan(f.Service)
	}
	return a
}

func validID(id string) bool {
	for _, c := range []byte(id) {
		if (c < '0' || '9' < c) && (c < 'A' || 'Z' < c) && (c < 'a' || 'z' < c) && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return id != "" && len(id) <= maxID
}

func readSpan(f *wire.Service) (s span, fault string) {
	if f == nil {
		f = &wire.Service{}
	}
	first, ok1 := readTime(f.EventFirstSeen)
	last, ok2 := readTime(f.EventLastSeen)
	if !ok1 || !ok2 || first > last {
		return s, "its service.eventFirstSeen and eventLastSeen are not the times of a first and a last event"
	}
	if f.Count == nil || *f.Count < 1 {
		return s, "its service.count is not above 0"
	}
	return span{First: first, Last: last, Count: int64(*f.Count)}, ""
}

func readTime(text *string) (event.Time, bool) {
	if text == nil {
		return 0, false
	}
	return event.ParseTime(*text)
}
