package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"picket/finding"
	"picket/internal/scan"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{"breaks": breaks}).Parse(pageText))

// breaks lets a browser break a long name after its punctuation.
func breaks(name string) template.HTML {
	return template.HTML(breakAfter.Replace(template.HTMLEscapeString(name)))
}

var breakAfter = strings.NewReplacer(":", ":<wbr>", "/", "/<wbr>", ".", ".<wbr>", "-", "-<wbr>")

// page is what the HTML template shows.
type page struct {
	Made     string
	Totals   []bandCount
	Findings []pageFinding
	Accounts int
	Chart    chart
	Read     string
	Skipped  string
	Problems []scan.Problem
	More     int // problems that are not listed
	Types    []string
}

type bandCount struct {
	Band string
	N    int
}

type pageFinding struct {
	*finding.Finding
	Band, Resource, Actor, Period string
	Facts                         []fact
	Remedy                        string
	JSON                          string
	Raw                           []rawRecord
}

type fact struct{ Name, Value string }

type rawRecord struct {
	Where, Text string
}

// maxListed is how many problems the page lists.
const maxListed = 200

// HTML writes one page that needs nothing else: summary, a chart of the
// findings over time, a table that can be filtered, and for each finding its
// facts, the raw log records behind it and its GuardDuty JSON.
func HTML(w io.Writer, r *scan.Result) error {
	p := page{Made: time.Now().UTC().Format("2006-01-02 15:04 UTC"), Skipped: skipped(r), Chart: newChart(r.Findings),
		Read: readText(r), Problems: r.Problems[:min(len(r.Problems), maxListed)], More: max(0, len(r.Problems)-maxListed)}
	for _, band := range bands {
		n := 0
		for i := range r.Findings {
			if finding.Band(r.Findings[i].Severity) == band {
				n++
			}
		}
		p.Totals = append(p.Totals, bandCount{band, n})
	}
	accounts, types := map[string]bool{}, map[string]bool{}
	for i := range r.Findings {
		f, err := newPageFinding(&r.Findings[i])
		if err != nil {
			return err
		}
		p.Findings = append(p.Findings, f)
		accounts[f.AccountID], types[f.Type] = true, true
	}
	p.Accounts = len(accounts)
	for t := range types {
		p.Types = append(p.Types, t)
	}
	slices.Sort(p.Types)
	return pageTemplate.Execute(w, p)
}

func newPageFinding(f *finding.Finding) (pageFinding, error) {
	line, err := f.JSON()
	if err != nil {
		return pageFinding{}, err
	}
	p := pageFinding{Finding: f, Band: finding.Band(f.Severity), Resource: Resource(f), Actor: Actor(f), Period: seen(f), JSON: indentJSON(line), Facts: facts(f)}
	if f.Declared != nil {
		p.Remedy = finding.Fill(f.Declared.Remedy, f, nil)
	}
	for _, rec := range f.Records {
		p.Raw = append(p.Raw, rawRecord{scan.Problem{Path: rec.Path, Offset: rec.Offset}.Place(), prettyRecord(rec.Text)})
	}
	return p, nil
}

// seen is when a finding's events were; the day is said once.
func seen(f *finding.Finding) string {
	from, to := period(f)
	if to == "" {
		return from
	}
	return from + " – " + strings.TrimPrefix(to, from[:len("2006-01-02 ")])
}

// facts are the members of a finding that an analyst looks for first.
func facts(f *finding.Finding) []fact {
	var out []fact
	add := func(name, value string) {
		if value != "" {
			out = append(out, fact{name, value})
		}
	}
	add("Account", f.AccountID)
	add("Region", f.Region)
	add("Role", f.Service.ResourceRole)
	if k := f.Resource.AccessKeyDetails; k != nil {
		add("User", strings.TrimSpace(k.UserType+" "+k.UserName))
		add("Access key", k.AccessKeyID)
		add("Principal", k.PrincipalID)
	}
	if r := f.Service.Action.Remote(); r != nil {
		add("Remote address", r.Address())
		if r.Country != nil {
			add("Country", r.Country.CountryName)
		}
		if r.Organization != nil && r.Organization.ASNOrg != "" {
			add("Network", "AS"+r.Organization.ASN+" "+r.Organization.ASNOrg)
		}
	}
	if a := f.Service.Action.AwsAPICallAction; a != nil {
		add("API", a.ServiceName+" "+a.API)
		add("Error", a.ErrorCode)
		add("User agent", a.UserAgent)
	}
	if a := f.Service.Action.KubernetesAPICallAction; a != nil {
		add("Request", a.Verb+" "+a.RequestURI)
		add("User agent", a.UserAgent)
	}
	if e := f.Service.Evidence; e != nil {
		for _, d := range e.ThreatIntelligenceDetails {
			add("Threat list", strings.TrimSpace(d.ThreatListName+" "+strings.Join(d.ThreatNames, ", ")))
		}
	}
	if v := f.Service.AdditionalInfo; v != nil && v.Value != "{}" {
		add("Additional info", v.Value)
	}
	add("First seen", f.Service.EventFirstSeen)
	add("Last seen", f.Service.EventLastSeen)
	return out
}

func indentJSON(line []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, line, "", "  ") != nil {
		return string(line)
	}
	return b.String()
}

// prettyRecord indents a record that is JSON and leaves others as they are.
func prettyRecord(text string) string {
	if strings.HasPrefix(strings.TrimSpace(text), "{") && json.Valid([]byte(text)) {
		return indentJSON([]byte(text))
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
