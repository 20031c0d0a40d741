package enrich

import (
	"strings"

	"picket/event"
	"picket/jsonview"
)

func (e *Enricher) trail(t *event.Trail, meta *event.Meta) {
	if t.Account == "" {
		t.Account = meta.Account
	}
	t.Entity = event.Hash(2, t.Account)
	t.Traits = outcome(t) | who(t)
	switch t.Source {
	case "s3.amazonaws.com", "s3control.amazonaws.com", "s3express.amazonaws.com", "s3-outposts.amazonaws.com":
		t.Traits |= event.S3
	}
	if t.Category == "Data" || t.Category == "" && t.Traits&event.S3 != 0 && onObject(t.Name) {
		t.Traits |= event.DataEvent
	}
	if t.User.Account == t.Account {
		t.Traits |= event.OwnAccount
	}
	if t.Caller.Public() {
		t.Traits |= event.PublicCaller
		t.Marks = e.lists.Lookup(t.Caller, 0)
	}
	if t.Traits&event.ConsoleLogin != 0 && e.places != nil {
		t.Place = e.place(t.Caller)
	}
}

// onObject tells the object-level calls of S3 by name, for records from before
// CloudTrail said which are data events (CloudTrail guide, S3 object-level
// actions).
func onObject(name string) bool {
	if strings.HasSuffix(name, "ObjectLockConfiguration") {
		return false // a setting of the bucket
	}
	return strings.Contains(name, "Object") || strings.Contains(name, "Multipart") || strings.HasPrefix(name, "UploadPart") || name == "ListParts"
}

// outcome tells success from failure: an error code, or a console sign-in that
// says Failure in its response (CloudTrail guide, console sign-in events).
func outcome(t *event.Trail) (tr event.Traits) {
	ok := t.Error == ""
	if t.Name == "ConsoleLogin" {
		tr |= event.ConsoleLogin
		ok = ok && jsonview.GetString(t.Response, "ConsoleLogin") == "Success"
	}
	if ok {
		return tr | event.Succeeded
	}
	return tr | event.Failed
}

// who tells root, instances and services from other identities.
func who(t *event.Trail) (tr event.Traits) {
	u := &t.User
	switch u.Type {
	case "Root":
		tr |= event.Root
	case "AWSService":
		tr |= event.ByService
	case "AssumedRole":
		if u.RoleDelivery != "" || InstanceSession(u.Session()) {
			tr |= event.InstanceRole
		}
		if strings.Contains(u.IssuerARN, ":role/aws-service-role/") {
			tr |= event.ByService
		}
	}
	if u.InvokedBy != "" && !console(t) || t.EventType == "AwsServiceEvent" {
		tr |= event.ByService
	}
	return tr
}

// console reports whether a person made the call in the console: records up to
// 2020 name the console's sign-in as what invoked it (CloudTrail guide, examples
// of version 1.05), and the call then has the person's address.
func console(t *event.Trail) bool {
	return t.User.InvokedBy == "signin.amazonaws.com" && !t.Caller.IsZero()
}

// InstanceSession reports whether a role session's name is an instance id,
// which is how EC2 names the sessions of instance profiles.
func InstanceSession(name string) bool {
	if len(name) < 10 || len(name) > 19 || name[0] != 'i' || name[1] != '-' {
		return false
	}
	for i := 2; i < len(name); i++ {
		if c := name[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return false
		}
	}
	return true
}

func (e *Enricher) place(ip event.IP) event.Place {
	p, ok := e.places.Lookup(ip)
	if !ok {
		return event.Place{}
	}
	out := event.Place{Lat: float32(p.Lat), Lon: float32(p.Lon), ASN: p.ASN, Known: p.HasLocation, City: !p.Approximate}
	copy(out.Country[:], p.CountryCode)
	return out
}
