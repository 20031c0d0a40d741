package samples

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"picket/detectors"
	"picket/internal/awsgen/guardduty"
	"picket/jsonview"
)

var everything = New(detectors.All())

var now = time.Date(2026, 11, 21, 15, 4, 5, 678e6, time.UTC)

// lines reads a file below testdata without comments and blank lines.
func lines(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Split(string(b), "\n"), func(l string) bool { return l == "" || l[0] == '#' })
}

// TestEveryTypeHasItsSamples compares with a call of the real service that named
// no types.
func TestEveryTypeHasItsSamples(t *testing.T) {
	var names []string
	for _, line := range lines(t, "types.tsv") {
		name, count, _ := strings.Cut(line, "\t")
		names = append(names, name)
		if got := len(everything.Findings("d", []string{name}, now)); strconv.Itoa(got) != count {
			t.Errorf("%s has %d samples, want %s", name, got, count)
		}
	}
	slices.Sort(names)
	if !slices.Equal(everything.Types(), names) {
		t.Errorf("the types are\n%q, want\n%q", everything.Types(), names)
	}
}

func TestEveryTypeIsDeclaredOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range detectors.All() {
		for _, ty := range d.Findings {
			seen[ty.Name] = true
		}
	}
	for _, k := range Undetected() {
		if seen[k.Name] {
			t.Errorf("%s is declared twice", k.Name)
		}
		if k.Family == "" || k.Needs == "" {
			t.Errorf("%s does not say what it needs", k.Name)
		}
		seen[k.Name] = true
	}
}

func TestIDs(t *testing.T) {
	all := everything.Types()
	first, second, other := everything.Findings("d1", all, now), everything.Findings("d1", append(all, all...), now.Add(time.Hour)), everything.Findings("d2", all, now)
	if len(second) != len(first) {
		t.Fatalf("types that are named twice made %d findings, want %d", len(second), len(first))
	}
	ids := map[string]bool{}
	for i := range first {
		id := jsonview.GetString(first[i], "id")
		if again := jsonview.GetString(second[i], "id"); id != again {
			t.Errorf("sample %d was %s, then %s", i, id, again)
		}
		if ids[id] || ids[jsonview.GetString(other[i], "id")] {
			t.Errorf("sample %d has the id of another", i)
		}
		ids[id], ids[jsonview.GetString(other[i], "id")] = true, true
		if len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" {
			t.Errorf("sample %d has the id %q", i, id)
		}
	}
}

func TestWhatAllHave(t *testing.T) {
	for _, doc := range everything.Findings("d", everything.Types(), now) {
		name, service := jsonview.GetString(doc, "type"), jsonview.Get(doc, "service")
		for path, want := range map[string]string{
			"eventFirstSeen": `"2026-11-21T15:04:05.000Z"`, "eventLastSeen": `"2026-11-21T15:04:05.000Z"`, "serviceName": `"guardduty"`,
		} {
			if got := jsonview.Get(service, path); got != want {
				t.Errorf("%s: service.%s is %s, want %s", name, path, got, want)
			}
		}
		var info struct{ Sample bool }
		if err := json.Unmarshal([]byte(jsonview.GetString(service, "additionalInfo", "value")), &info); err != nil || !info.Sample {
			t.Errorf("%s: no mark that it is a sample: %v", name, err)
		}
		for _, member := range []string{"title", "description"} {
			if s := jsonview.GetString(doc, member); s == "" || strings.ContainsAny(s, "{}") || strings.Contains(s, "unknown") || strings.Contains(s, "[SAMPLE]") {
				t.Errorf("%s: %s is %q", name, member, s)
			}
		}
	}
}

// TestSeverities: all as the declarations say; attack sequences alone are critical.
func TestSeverities(t *testing.T) {
	count := map[string]int{}
	for _, doc := range everything.Findings("d", everything.Types(), now) {
		s := jsonview.Get(doc, "severity")
		count[s]++
		if (s == "9.0") != strings.HasPrefix(jsonview.GetString(doc, "type"), "AttackSequence:") {
			t.Errorf("%s has severity %s", jsonview.GetString(doc, "type"), s)
		}
	}
	if want := map[string]int{"2.0": 68, "5.0": 176, "6.0": 4, "8.0": 175, "9.0": 21}; !maps.Equal(count, want) {
		t.Errorf("the samples by severity are %v, want %v", count, want)
	}
	for name, want := range map[string][]string{
		"Recon:EC2/PortProbeUnprotectedPort":         {"2.0"},
		"Trojan:EC2/DGADomainRequest.B":              {"8.0"},
		"Discovery:RDS/TorIPCaller":                  {"5.0", "5.0"},
		"Persistence:Kubernetes/TorIPCaller":         {"8.0"}, // detectors raise it with 5
		"UnauthorizedAccess:EC2/TorClient":           {"8.0"},
		"UnauthorizedAccess:Runtime/TorClient":       {"5.0", "5.0", "5.0", "5.0", "5.0"},
		"Execution:Kubernetes/SuspiciousFile":        {"6.0", "8.0"},
		"DefenseEvasion:Runtime/KernelModuleLoaded":  {"2.0", "2.0", "2.0", "2.0", "2.0"},
		"DefenseImpairment:EC2/DisableOrModifyTools": {"8.0"},
		// What follows is not as severe as documented.
		"CredentialAccess:RDS/AnomalousBehavior.FailedLogin":                                    {"8.0", "8.0"},
		"CredentialAccess:RDS/AnomalousBehavior.SuccessfulBruteForce":                           {"2.0", "2.0"},
		"Discovery:Kubernetes/AnomalousBehavior.PermissionChecked":                              {"5.0"},
		"PrivilegeEscalation:Kubernetes/AnomalousBehavior.WorkloadDeployed!PrivilegedContainer": {"5.0"},
		"PrivilegeEscalation:Runtime/ElevationToRoot":                                           {"2.0", "2.0", "2.0", "2.0", "2.0"},
		"UnauthorizedAccess:Runtime/TorRelay":                                                   {"5.0", "5.0", "5.0", "5.0", "5.0"},
	} {
		var got []string
		for _, doc := range everything.Findings("d", []string{name}, now) {
			got = append(got, jsonview.Get(doc, "severity"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has the severities %v, want %v", name, got, want)
		}
	}
}

// TestWhatSomeHave: values, or "" for members that must not be there.
func TestWhatSomeHave(t *testing.T) {
	for _, c := range []struct {
		name string
		path []string
		want string
	}{
		{"Recon:EC2/Portscan", []string{"service", "featureName"}, `"VpcFlowLogs"`},
		{"Policy:S3/BucketPublicAccessGranted", []string{"service", "featureName"}, `"S3DataEvents"`},
		{"Impact:S3/MaliciousIPCaller", []string{"service", "evidence"}, ""},
		{"Object:S3/MaliciousFile", []string{"service", "featureName"}, `"S3MalwareProtection"`},
		{"Object:S3/MaliciousFile", []string{"service", "resourceRole"}, ""},
		{"UnauthorizedAccess:Lambda/TorClient", []string{"service", "featureName"}, `"LambdaNetworkActivityMonitoring"`},
		{"UnauthorizedAccess:Lambda/TorClient", []string{"service", "action", "networkConnectionAction", "localPortDetails"}, ""},
		{"UnauthorizedAccess:Lambda/MaliciousIPCaller.Custom", []string{"service", "action", "networkConnectionAction", "connectionDirection"}, `"INBOUND"`},
		{"UnauthorizedAccess:Runtime/TorClient", []string{"service", "action", "networkConnectionAction", "localPortDetails", "port"}, "2000"},
		{"Execution:ECS/MaliciousFile", []string{"resource", "instanceDetails"}, ""},
		{"Policy:Kubernetes/ExposedDashboard", []string{"resource", "accessKeyDetails", "userType"}, `"Role"`},
		{"Discovery:Kubernetes/MaliciousIPCaller", []string{"resource", "accessKeyDetails"}, ""},
		{"Behavior:EC2/TrafficVolumeUnusual", []string{"service", "resourceRole"}, `"TARGET"`},
		{"Recon:EC2/Portscan", []string{"service", "resourceRole"}, `"ACTOR"`},
		{"Trojan:EC2/DNSDataExfiltration", []string{"service", "action", "dnsRequestAction", "domain"}, `"GeneratedFindingAdditionalDomainName"`},
		{"Trojan:EC2/DNSDataExfiltration", []string{"resource", "instanceDetails", "instanceType"}, `"t2.small"`},
		{"Trojan:EC2/DropPoint", []string{"service", "action", "networkConnectionAction", "remoteIpDetails", "country", "countryName"}, `"United States"`},
		{"Trojan:EC2/DGADomainRequest.B", []string{"resource", "instanceDetails", "launchTime"}, `"2016-03-11T21:23:34.000Z"`},
		{"Recon:EC2/Portscan", []string{"resource", "instanceDetails", "imageDescription"}, `"GeneratedFindingInstanceImageDescription"`},
		{"Discovery:S3/TorIPCaller", []string{"resource", "instanceDetails", "imageDescription"}, `"GeneratedFindingInstaceImageDescription"`},
		{"Exfiltration:IAMUser/AnomalousBehavior", []string{"resource", "instanceDetails", "imageDescription"}, `"GeneratedFindingInstaceImageDescription"`},
		{"Persistence:Runtime/SensitiveFileModified", []string{"service", "runtimeDetails", "process", "startTime"}, "1637012294.0"},
		{"UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.InsideAWS", []string{"resource", "ecsClusterDetails", "taskDetails", "launchType"}, `"FARGATE"`},
	} {
		if got := jsonview.Get(everything.Findings("d", []string{c.name}, now)[0], c.path...); got != c.want {
			t.Errorf("%s: %v is %s, want %q", c.name, c.path, got, c.want)
		}
	}
}

// TestEveryMemberIsKnown: a member that the model has not would be lost on the
// way to a client.
func TestEveryMemberIsKnown(t *testing.T) {
	for _, doc := range everything.Findings("d", everything.Types(), now) {
		var v any
		if err := json.Unmarshal([]byte(doc), &v); err != nil {
			t.Fatal(err)
		}
		known(t, jsonview.GetString(doc, "type"), reflect.TypeFor[guardduty.Finding](), v)
	}
}

// known checks a value against the shape that a client reads it as.
func known(t *testing.T, where string, shape reflect.Type, v any) {
	t.Helper()
	for shape.Kind() == reflect.Pointer {
		shape = shape.Elem()
	}
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			known(t, where+"."+name, memberOf(t, where+"."+name, shape, name), inner)
		}
	case []any:
		if shape.Kind() != reflect.Slice {
			t.Errorf("%s is a list, want %v", where, shape)
			return
		}
		for _, inner := range v {
			known(t, where, shape.Elem(), inner)
		}
	case string:
		if shape.Kind() != reflect.String {
			t.Errorf("%s is text, want %v", where, shape)
		}
	case bool:
		if shape.Kind() != reflect.Bool {
			t.Errorf("%s is a boolean, want %v", where, shape)
		}
	}
}

func memberOf(t *testing.T, where string, shape reflect.Type, name string) reflect.Type {
	t.Helper()
	if shape.Kind() == reflect.Map {
		return shape.Elem()
	}
	if shape.Kind() == reflect.Struct {
		for i := range shape.NumField() {
			tag, _, _ := strings.Cut(shape.Field(i).Tag.Get("aws"), ",")
			if tag == name {
				return shape.Field(i).Type
			}
		}
	}
	t.Errorf("%s is not in the model", where)
	return reflect.TypeFor[any]()
}

// TestMembers: samples have what those of the real service have.
func TestMembers(t *testing.T) {
	want, block := map[string][]string{}, ""
	for _, line := range lines(t, "members.txt") {
		if member, ok := strings.CutPrefix(line, "  "); !ok {
			block = line
		} else if set := want[member]; set != nil {
			want[block] = append(want[block], set...)
		} else {
			want[block] = append(want[block], member)
		}
	}
	for name, paths := range want {
		if name == "all" || name[0] == '@' {
			continue
		}
		have := map[string]bool{}
		for _, doc := range everything.Findings("d", []string{name}, now) {
			var v any
			if err := json.Unmarshal([]byte(doc), &v); err != nil {
				t.Fatal(err)
			}
			paths := map[string]bool{}
			collect(paths, "", v)
			for _, path := range want["all"] {
				if !paths[path] {
					t.Errorf("%s has no %s", name, path)
				}
			}
			for path := range paths {
				have[path] = true
			}
		}
		for _, path := range paths {
			if !have[path] {
				t.Errorf("%s has no %s", name, path)
			}
		}
	}
}

// collect notes the paths of all values; the names that an anomaly gives to
// scopes and features are stars.
func collect(paths map[string]bool, path string, v any) {
	join := func(name string) string {
		if strings.HasPrefix(name, "GeneratedFinding") {
			name = "*"
		}
		return strings.TrimPrefix(path+"."+name, ".")
	}
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			collect(paths, join(name), inner)
		}
		paths[path] = paths[path] || len(v) == 0
	case []any:
		for _, inner := range v {
			collect(paths, path, inner)
		}
		paths[path] = paths[path] || len(v) == 0
	default:
		paths[path] = true
	}
}
