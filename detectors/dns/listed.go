package dns

import (
	"strings"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// category is one kind of list and what a match on it is called.
type category struct {
	mark event.Marks
	t    *finding.Type
}

func listedType(name string, severity float64, title, text, remedy string) *finding.Type {
	return declare(finding.Type{Name: name, Severity: severity, Role: finding.RoleTarget, Title: title, Text: text, Remedy: remedy})
}

const isolate = "Isolate {instanceId}, find the process that asks for the name, and rebuild the instance from a known image if it is malware."

// categories stand in the order in which they are tried: of several matches the
// one that says most about the instance is told.
var categories = []category{
	{event.MarkDGA, listedType("Trojan:EC2/DGADomainRequest.C!DNS", 8,
		"Instance {instanceId} looked up a domain that malware is known to generate.",
		"{instanceId} asked for {domain}, which is known to come from a domain generation algorithm of malware.", isolate)},
	{event.MarkC2, listedType("Backdoor:EC2/C&CActivity.B!DNS", 8,
		"Instance {instanceId} looked up a command-and-control domain.",
		"{instanceId} asked for {domain}, which malware takes its orders from.", isolate)},
	{event.MarkDropPoint, listedType("Trojan:EC2/DropPoint!DNS", 5,
		"Instance {instanceId} looked up a drop point for stolen data.",
		"{instanceId} asked for {domain}, where malware is known to leave what it steals.",
		"Isolate {instanceId}, and treat every credential on it as stolen: change them and review their use.")},
	{event.MarkMining, listedType("CryptoCurrency:EC2/BitcoinTool.B!DNS", 8,
		"Instance {instanceId} looked up a cryptocurrency domain.",
		"{instanceId} asked for {domain}, which serves cryptocurrency mining.",
		"If {instanceId} is not meant to mine or to take part in a blockchain, find how the miner came onto it and rebuild it.")},
	{event.MarkPhishing, listedType("Trojan:EC2/PhishingDomainRequest!DNS", 8,
		"Instance {instanceId} looked up a phishing domain.",
		"{instanceId} asked for {domain}, which is used in phishing.",
		"Find out whether a person followed a link on {instanceId} or whether it serves the phishing, and change credentials that were entered.")},
	{event.MarkDriveBy, listedType("Trojan:EC2/DriveBySourceTraffic!DNS", 8,
		"Instance {instanceId} looked up a domain that spreads malware.",
		"{instanceId} asked for {domain}, a known source of malicious downloads.", isolate)},
	{event.MarkBlackhole, listedType("Trojan:EC2/BlackholeTraffic!DNS", 5,
		"Instance {instanceId} looked up a sinkholed domain.",
		"{instanceId} asked for {domain}, which has been taken from malware and leads nowhere now.", isolate)},
}

const hardMarks = event.MarkDGA | event.MarkC2 | event.MarkDropPoint | event.MarkMining | event.MarkPhishing | event.MarkDriveBy | event.MarkBlackhole

// classify returns the category of a query, nil when it has none. Addresses in
// the answers count only as sinkholes: others are shared by too many names.
func classify(d *event.DNS) *category {
	marks := d.Marks | d.AnswerMarks&event.MarkBlackhole
	for i := range categories {
		if marks&categories[i].mark != 0 {
			return &categories[i]
		}
	}
	return nil
}

// ListedDomain reports queries for names on threat intelligence lists.
var ListedDomain = &detect.Detector{
	Name: "dns-listed-domain",
	Doc: `A query for a name that is, or lies under, an entry of a built-in or downloaded list, or whose answer is an alias
for such a name. The category of the longest entry gives the type; of several categories one is told, in the order generated,
command and control, drop point, mining, phishing, malware download, sinkhole. An answer that is a sinkhole's address counts
as a sinkholed name. The query alone counts, whether answered or not.

Misses names no list has and queries past the VPC's resolver. False positives are the lists': security tools that check
names, mail servers that look at links, and domains that were cleaned up. Domains on a trusted entity list are never
reported; trusted addresses have no say.`,
	Findings: categoryTypes(),
	New: func(*detect.Setup) detect.Handlers {
		return detect.Handlers{
			When: []detect.When{{All: event.Listed, Marks: hardMarks}},
			DNS: func(p *detect.Pass, d *event.DNS) {
				if elsewhere(d) {
					return
				}
				if c := classify(d); c != nil {
					p.Report(c.t, matched(d, c.mark))
				}
			},
		}
	},
}

func categoryTypes() (ts []*finding.Type) {
	for _, c := range categories {
		ts = append(ts, c.t)
	}
	return ts
}

// matched is the evidence of a match on lists of one mark.
func matched(d *event.DNS, mark event.Marks) detect.Evidence {
	name := d.Matched
	if d.Marks&mark == 0 || name == "" {
		name = d.Name
	}
	return detect.Evidence{
		Key: keyOf(d, d.Domain()), Intel: mark,
		Info: finding.Info{{Key: "domain", Value: strings.Clone(name)}},
	}
}

var customType = listedType("Impact:EC2/MaliciousDomainRequest.Custom", 5,
	"Instance {instanceId} looked up a domain on your threat list.",
	"{instanceId} asked for {domain}, which is on list {threatListName}.",
	"Check why the name is on the list, and find the process on {instanceId} that asks for it.")

// CustomDomain reports queries for names on the customer's threat lists.
var CustomDomain = &detect.Detector{
	Name: "dns-custom-domain",
	Doc: `A query for a name that is, or lies under, a domain on one of the customer's threat lists, or whose answer is
an alias for such a name. It is independent of what other lists say.

Misses queries past the VPC's resolver. False positives are the list's. A domain on a trusted entity list is never
reported.`,
	Findings: []*finding.Type{customType},
	New: func(*detect.Setup) detect.Handlers {
		return detect.Handlers{
			When: []detect.When{{All: event.Listed, Marks: event.MarkThreat}},
			DNS: func(p *detect.Pass, d *event.DNS) {
				if !elsewhere(d) && d.Marks&event.MarkThreat != 0 {
					p.Report(customType, matched(d, event.MarkThreat))
				}
			},
		}
	},
}
