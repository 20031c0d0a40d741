package samples

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"picket/finding"
	"picket/jsonview"
)

// A family is types that need the same data.
type family struct {
	name, needs string
	kinds       []kind
}

// families are the types that no detector raises.
func families() []family {
	return []family{
		sequences(), rules(), iam(), kubernetes(), lambda(), malware(), rds(), runtime(), s3(),
	}
}

// A kind is a type with all that its samples are made from. Title and text may
// have the placeholders of finding.Fill and those of words.
type kind struct {
	name     string
	severity float64
	title    string
	text     string
	samples  []look // a finding each
}

// members is JSON: members of an object without its braces.
type members string

// A look is what one sample has beside what all have.
type look struct {
	resource string    // resource.resourceType
	of       []members // of resource
	feature  string    // service.featureName
	role     string    // service.resourceRole; "" is none
	info     members   // of service.additionalInfo
	service  []members // of service
	also     []members // of the finding
	severity float64   // where it is not the kind's
	count    int       // service.count, 0 for 1
}

// document writes the sample as GuardDuty's JSON, but for what depends on whose
// it is and when it is made.
func (k *kind) document(l look) string {
	of := append([]members{text("resourceType", l.resource)}, l.of...)
	severity := cmp.Or(l.severity, k.severity)
	info := join(l.info, `"sample":true`)
	service := append([]members{text("serviceName", "guardduty"), text("featureName", l.feature), members(fmt.Sprintf(`"count":%d`, max(l.count, 1))),
		members(fmt.Sprintf(`"additionalInfo":{"value":%s,"type":"default"}`, quote("{"+string(info)+"}")))}, l.service...)
	if l.role != "" {
		service = append(service, text("resourceRole", l.role))
	}
	all := join(append([]members{`"schemaVersion":"2.0"`, text("type", k.name), object("resource", of...), object("service", service...),
		members(fmt.Sprintf(`"severity":%.1f`, severity))}, l.also...)...)
	doc := "{" + string(all) + "}"
	title, description := k.sentences(doc, l)
	return "{" + string(join(all, text("title", title), text("description", description))) + "}"
}

// sentences fills in the title and the text with what the sample has.
func (k *kind) sentences(doc string, l look) (title, description string) {
	var f finding.Finding
	if err := json.Unmarshal([]byte(doc), &f); err != nil {
		panic(fmt.Sprintf("sample of %s: %v", k.name, err)) // the parts are part of the program
	}
	f.Service.Count = 1
	var info finding.Info
	for name, v := range jsonview.Object("{" + string(l.info) + "}") {
		info = append(info, finding.InfoItem{Key: name, Value: jsonview.String(v)})
	}
	fill := func(s string) string {
		return finding.Fill(words.Replace(strings.ReplaceAll(s, "{resourceType}", l.resource)), &f, info)
	}
	return fill(k.title), fill(k.text)
}

// words are placeholders for what only samples tell of. They are values of the
// parts.
var words = strings.NewReplacer(
	"{account}", "123456789012",
	"{process}", "GeneratedFindingProcessName",
	"{function}", "GeneratedFindingLambdaFunctionName",
	"{databaseUser}", "GeneratedFindingUserName",
	"{databaseCaller}", "1.2.3.4",
	"{accessKey}", "GeneratedFindingAccessKeyId",
	"{threat}", "EICAR-Test-File",
)

func join(ms ...members) members {
	var out []string
	for _, m := range ms {
		if m != "" {
			out = append(out, string(m))
		}
	}
	return members(strings.Join(out, ","))
}

func object(name string, ms ...members) members {
	return members(quote(name) + ":{" + string(join(ms...)) + "}")
}

func text(name, value string) members { return members(quote(name) + ":" + quote(value)) }

// quote writes a JSON string, with <, > and & as they are.
func quote(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string can always be encoded
	return strings.TrimSuffix(b.String(), "\n")
}
