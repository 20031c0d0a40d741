package trail

import (
	"fmt"
	"testing"
	"time"

	"picket/detect"
	"picket/engine"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

// start is when made-up events begin: 2026-01-05T00:00:00Z.
const start event.Time = 1_767_571_200_000

// hits shows rows to one detector with the given parameters, nil for its own.
func hits(t *testing.T, d *detect.Detector, params any, rows ...event.Trail) []finding.Hit {
	t.Helper()
	tune := engine.Tuning{}
	if params != nil {
		tune[d.Name] = params
	}
	e, err := engine.New([]*detect.Detector{d}, 1, tune)
	if err != nil {
		t.Fatal(err)
	}
	b := &event.Batch{Trails: rows}
	for i := range rows {
		rows[i].Account, rows[i].Region, rows[i].Entity = "111122223333", "us-east-1", 1
	}
	return e.Process(nil, b.Runs(nil))
}

func addr(t *testing.T, s string) event.IP {
	t.Helper()
	ip, ok := event.ParseIP(s)
	if !ok {
		t.Fatalf("bad address %q", s)
	}
	return ip
}

// Places of sign-ins, in degrees.
var (
	berlin  = event.Place{Lat: 52.52, Lon: 13.40, ASN: 64496, Known: true, City: true}
	munich  = event.Place{Lat: 48.14, Lon: 11.58, ASN: 64497, Known: true, City: true} // 504 km from Berlin
	hamburg = event.Place{Lat: 53.55, Lon: 9.99, ASN: 64499, Known: true, City: true}  // 255 km from Berlin
	sydney  = event.Place{Lat: -33.87, Lon: 151.21, ASN: 64498, Known: true, City: true}
	poland  = event.Place{Lat: 52.0, Lon: 19.4, ASN: 64500, Known: true}   // a country's centroid, 415 km from Berlin
	france  = event.Place{Lat: 46.2, Lon: 2.2, ASN: 64502, Known: true}    // a country's centroid, 1,070 km from Berlin
	oceania = event.Place{Lat: -25.0, Lon: 133.0, ASN: 64501, Known: true} // a country's centroid, 14,000 km from Berlin
)

func at(place event.Place, asn uint32) event.Place {
	place.ASN = asn
	return place
}

func TestConsoleLoginPlaces(t *testing.T) {
	const a, b = "192.0.2.10", "192.0.2.99"
	login := func(ip string, after time.Duration, p event.Place) event.Trail {
		return event.Trail{At: start + event.Time(after.Milliseconds()), Name: "ConsoleLogin", Source: "signin.amazonaws.com", Caller: addr(t, ip),
			Place: p, User: event.Identity{Type: "IAMUser", PrincipalID: "AIDAALICE", Name: "alice"},
			Traits: event.ConsoleLogin | event.Succeeded | event.PublicCaller}
	}
	other := func(r event.Trail) event.Trail {
		r.User.PrincipalID = "AIDABOB"
		return r
	}
	call := func(r event.Trail) event.Trail {
		r.Name, r.Traits = "ListUsers", r.Traits&^event.ConsoleLogin
		return r
	}
	listed := func(r event.Trail, m event.Marks) event.Trail {
		r.Marks = m
		return r
	}
	for _, c := range []struct {
		name string
		rows []event.Trail
		want int
	}{
		{"two continents in an hour", []event.Trail{login(a, 0, berlin), login(b, time.Hour, sydney)}, 1},
		{"two continents in a day", []event.Trail{login(a, 0, berlin), login(b, 23*time.Hour, sydney)}, 0},
		{"504 km in half an hour", []event.Trail{login(a, 0, berlin), login(b, 30*time.Minute, munich)}, 1},
		{"504 km in 34 minutes", []event.Trail{login(a, 0, berlin), login(b, 34*time.Minute, munich)}, 0},
		{"255 km at once", []event.Trail{login(a, 0, berlin), login(b, time.Minute, hamburg)}, 0},
		{"one provider", []event.Trail{login(a, 0, berlin), login(b, time.Hour, at(sydney, berlin.ASN))}, 0},
		{"neighbouring countries", []event.Trail{login(a, 0, berlin), login(b, time.Minute, poland)}, 0},
		{"a country that may be near", []event.Trail{login(a, 0, berlin), login(b, time.Minute, france)}, 0},
		{"countries far apart", []event.Trail{login(a, 0, berlin), login(b, time.Hour, oceania)}, 1},
		{"two users", []event.Trail{login(a, 0, berlin), other(login(b, time.Hour, sydney))}, 0},
		{"to an office", []event.Trail{call(other(login(a, 0, berlin))), call(other(login(b, 0, sydney))), login(a, 40*time.Minute, berlin), login(b, time.Hour, sydney)}, 0},
		{"the intruder first", []event.Trail{login(a, 0, berlin), login(b, 48*time.Hour, sydney), login(a, 49*time.Hour, berlin)}, 1},
		{"a trusted exit", []event.Trail{login(a, 0, berlin), listed(login(b, time.Hour, sydney), event.MarkTrusted)}, 0},
	} {
		if got := len(hits(t, ConsoleLogin, nil, c.rows...)); got != c.want {
			t.Errorf("%s: %d hits, want %d", c.name, got, c.want)
		}
	}
}

// instanceRow is a call with an instance's credentials.
func instanceRow(t *testing.T, ip string, after time.Duration) event.Trail {
	return event.Trail{At: start + event.Time(after.Milliseconds()), Name: "DescribeInstances", Source: "ec2.amazonaws.com", Caller: addr(t, ip),
		User:   event.Identity{Type: "AssumedRole", PrincipalID: "AROAWEB:i-0123456789abcdef0", AccessKey: "ASIAEXAMPLE", Account: "111122223333"},
		Traits: event.InstanceRole | event.PublicCaller | event.Succeeded}
}

func TestInsideAWSStrict(t *testing.T) {
	var rows []event.Trail
	for i := range 5 {
		rows = append(rows, instanceRow(t, "198.51.100.7", time.Duration(i)*20*time.Minute))
	}
	foreign := instanceRow(t, "203.0.113.50", 90*time.Minute)
	foreign.Marks = event.MarkAWS
	rows = append(rows, foreign)
	strict := credentialParams()
	strict.Strict = true
	got := hits(t, InstanceCredentials, strict, rows...)
	if len(got) != 1 || got[0].Type != instanceInside || got[0].Action.AwsAPICallAction.RemoteAccountDetails.AccountID != "unknown" {
		t.Errorf("strict: got %+v, want one %s by account unknown", got, instanceInside.Name)
	}
	if got := hits(t, InstanceCredentials, nil, rows...); len(got) != 0 {
		t.Errorf("not strict: got %+v, want nothing", got)
	}
}

// A task at an address of AWS that the account has not seen is a task with an
// address of its own, not a stranger, in strict mode either.
func TestResourceAtNewAddressOfAWS(t *testing.T) {
	call := func(role, session, ip string, after time.Duration) event.Trail {
		return event.Trail{At: start + event.Time(after.Milliseconds()), Name: "ListTables", Source: "dynamodb.amazonaws.com", Caller: addr(t, ip),
			User:   event.Identity{Type: "AssumedRole", PrincipalID: role + ":" + session, IssuerID: role, AccessKey: "ASIAEXAMPLE" + role},
			Traits: event.PublicCaller | event.Succeeded}
	}
	var rows []event.Trail
	for i := range 100 {
		role := []string{"AROATASK", "AROABLUE", "AROAGREEN", "AROARED"}[i%4]
		rows = append(rows, call(role, "other", "198.51.100.7", time.Duration(i)*3*time.Minute))
	}
	task := call("AROATASK", "0123456789abcdef0123456789abcdef", "203.0.113.50", 6*time.Hour)
	task.User.Scope = `{"credentialsIssuedTo":"arn:aws:ecs:us-east-1:111122223333:task/main/0123456789abcdef0123456789abcdef"}`
	strict := credentialParams()
	strict.Strict = true
	if got := hits(t, ResourceCredentials, strict, append(rows, task)...); len(got) != 1 {
		t.Errorf("not of AWS: got %+v, want one hit", got)
	}
	task.Marks = event.MarkAWS
	if got := hits(t, ResourceCredentials, strict, append(rows, task)...); len(got) != 0 {
		t.Errorf("of AWS: got %+v, want nothing", got)
	}
}

func TestInsideAWSAccounts(t *testing.T) {
	row := instanceRow(t, "10.1.2.3", 0)
	row.Traits &^= event.PublicCaller
	row.Endpoint, row.EndpointAccount = "vpce-0123456789abcdef0", "444455556666"
	affiliated, own := credentialParams(), credentialParams()
	affiliated.Affiliated, own.OwnAccounts = []string{"444455556666"}, []string{"444455556666"}
	got := hits(t, InstanceCredentials, affiliated, row)
	if len(got) != 1 || got[0].Severity != 5 || !got[0].Action.AwsAPICallAction.RemoteAccountDetails.Affiliated {
		t.Errorf("affiliated: got %+v, want severity 5 and affiliated", got)
	}
	if got := hits(t, InstanceCredentials, own, row); len(got) != 0 {
		t.Errorf("own: got %+v, want nothing", got)
	}
}

// Whatever a record holds, no detector panics.
func FuzzRecord(f *testing.F) {
	f.Add("PutEventSelectors", `{"trailName":"a","advancedEventSelectors":[{"fieldSelectors":[{"field":"readOnly","equals":[1]}]}]}`, "os/linux#kali", "1")
	f.Add("UpdateTrail", `{"name":"`+fmt.Sprint(make([]byte, 200))+`/","s3BucketName":"b"}`, "", "2")
	f.Add("PutBucketPolicy", `{"bucketName":"b","bucketPolicy":"{\"Statement\":[]}"}`, "", "3")
	f.Add("UpdateAccountPasswordPolicy", `{"minimumPasswordLength":-1,"maxPasswordAge":99999999}`, "", "4")
	f.Add("CopyObject", `{"bucketName":"b","x-amz-copy-source":"/%2f%zz"}`, "", "5")
	f.Add("PutBucketPublicAccessBlock", `{"bucketName":"","PublicAccessBlockConfiguration":{}}`, `{"sourceArn":"arn:"}`, "6")
	f.Fuzz(func(t *testing.T, name, params, other, who string) {
		e, err := engine.New(All, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		var rows []event.Trail
		for i, source := range []string{"cloudtrail", "s3", "iam", "ec2", "bedrock", "signin"} {
			rows = append(rows, event.Trail{At: start + event.Time(i), Entity: 1, Name: name, Source: source + ".amazonaws.com", Params: jsonview.Get(params),
				Raw: other, UserAgent: other, Caller: event.IPv4(uint32(0xcb007100 + i)), EndpointAccount: who,
				User:   event.Identity{Type: []string{"AssumedRole", "IAMUser", "Root"}[i%3], PrincipalID: who + ":" + other, AccessKey: who, Scope: jsonview.Get(other)},
				Traits: event.Succeeded | event.PublicCaller | event.S3 | event.Traits(len(other))<<5&(event.InstanceRole|event.DataEvent|event.ConsoleLogin),
				Marks:  callerMarks})
		}
		e.Process(nil, (&event.Batch{Trails: rows}).Runs(nil))
		if h := e.Health(); len(h.Fenced) > 0 {
			t.Errorf("%s panicked: %s", h.Fenced[0].Detector, h.Fenced[0].Panic)
		}
	})
}

// BenchmarkAll shows ordinary rows to all detectors of the room: users in an
// office, instances and roles behind their own addresses.
func BenchmarkAll(b *testing.B) {
	e, err := engine.New(All, 1, nil)
	if err != nil {
		b.Fatal(err)
	}
	batch := &event.Batch{}
	for i := range 4096 {
		batch.Trails = append(batch.Trails, ordinaryRow(i))
	}
	runs := batch.Runs(nil)
	var got []finding.Hit
	b.ReportAllocs()
	for b.Loop() {
		got = e.Process(got[:0], runs)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(batch.Trails)), "ns/row")
	if len(got) > 0 {
		b.Errorf("ordinary rows raise %s", got[0].Type.Name)
	}
}

// ordinaryRow is a row of a quiet account; Raw is as long as records are.
func ordinaryRow(i int) event.Trail {
	n := i % 50
	r := event.Trail{At: start + event.Time(i)*event.Second, Entity: 1, Name: "DescribeInstances", Source: "ec2.amazonaws.com",
		UserAgent: fmt.Sprintf("aws-sdk-java/2.26.%d Linux/5.10.219-208.866.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.11+9-LTS Java/17.0.11", n%8),
		Raw:       `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole"},"requestParameters":"` + fmt.Sprintf("%01300d", i) + `"}`,
		Caller:    event.IPv4(uint32(0xc6336401 + n)), Traits: event.Succeeded | event.PublicCaller | event.OwnAccount}
	switch i % 8 {
	case 0:
		r.User = event.Identity{Type: "IAMUser", PrincipalID: fmt.Sprintf("AIDA%016d", n), AccessKey: fmt.Sprintf("AKIA%016d", n)}
		r.Caller = event.IPv4(uint32(0xc0000201 + n%4))
	case 1, 2, 3:
		r.User = event.Identity{Type: "AssumedRole", PrincipalID: fmt.Sprintf("AROA%016d:i-%017x", n, n), AccessKey: fmt.Sprintf("ASIA%016d", n), IssuerID: fmt.Sprintf("AROA%016d", n)}
		r.Traits |= event.InstanceRole
	default:
		r.User = event.Identity{Type: "AssumedRole", PrincipalID: fmt.Sprintf("AROB%016d:job-%d", n, i), AccessKey: fmt.Sprintf("ASIB%016d", i), IssuerID: fmt.Sprintf("AROB%016d", n%20)}
	}
	return r
}
