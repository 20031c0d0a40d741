package catalogue

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"picket/internal/api/guardduty"
	wire "picket/internal/awsgen/guardduty"
)

// known says of each of GuardDuty's operations in which list it is first: the
// API reference of June 2022, the AWS SDK for Go v2 of 2026, or neither.
//
//go:embed operations.tsv
var known string

// generations are those lists, in the words of the page.
var generations = []struct{ since, title, doc string }{
	{"2022", "The API reference of June 2022", ""},
	{"SDK", "Added since, in the AWS SDKs of 2026",
		"Malware scans and coverage of agents need eyes inside of workloads, which logs are not: their settings and plans are kept, and their lists are empty."},
	{"later", "In the service's newest model only",
		"No released SDK has these. Custom detection rules are a catalogue that AWS writes and that only AWS can serve, and investigations are " +
			"written by a language model: there is nothing honest to answer, so each is refused as not supported by picket."},
}

// Served lists the operations of GuardDuty's API that picket has.
func Served() []string {
	var names []string
	for _, r := range guardduty.New(guardduty.Config{}).Routes() {
		names = append(names, r.Operation().Name)
	}
	slices.Sort(names)
	return names
}

// An Operation is one of GuardDuty's.
type Operation struct {
	Name, Since  string
	Method, Path string
	Served       bool
}

// Operations lists all of them by name.
func Operations() []Operation {
	since := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(known), "\n")[1:] {
		name, list, _ := strings.Cut(line, "\t")
		since[name] = list
	}
	served := Served()
	var ops []Operation
	for _, op := range wire.Operations {
		ops = append(ops, Operation{op.Name, since[op.Name], op.Method, op.Path, slices.Contains(served, op.Name)})
	}
	return ops
}

func apiPage() string {
	var b strings.Builder
	ops := Operations()
	have22, all22 := count(ops, "2022")
	haveSDK, allSDK := count(ops, "2022", "SDK")
	fmt.Fprintf(&b, "%s# GuardDuty's API\n\npicket serves %d of the %d operations of the API reference of June 2022, and %d of the %d of the AWS SDK for Go v2 of 2026. "+
		"The tests in `test/e2e` call every operation that is served through the SDK, on both stores, and fail when they leave one out.\n", generated, have22, all22, haveSDK, allSDK)
	for _, g := range generations {
		fmt.Fprintf(&b, "\n## %s\n\n", g.title)
		if g.doc != "" {
			fmt.Fprintf(&b, "%s\n\n", g.doc)
		}
		b.WriteString("| operation | request | served |\n|---|---|---|\n")
		for _, op := range ops {
			if op.Since == g.since {
				fmt.Fprintf(&b, "| %s | `%s %s` | %s |\n", op.Name, op.Method, op.Path, map[bool]string{true: "yes", false: "no"}[op.Served])
			}
		}
	}
	return b.String()
}

// count counts the operations of some lists, and those of them that are served.
func count(ops []Operation, since ...string) (served, all int) {
	for _, op := range ops {
		if !slices.Contains(since, op.Since) {
			continue
		}
		all++
		if op.Served {
			served++
		}
	}
	return served, all
}
