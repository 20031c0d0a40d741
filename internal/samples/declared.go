package samples

import (
	"cmp"
	"strings"

	"picket/finding"
)

// declared is the kind of a type that detectors raise.
func declared(t *finding.Type) kind {
	k := kind{name: t.Name, severity: cmp.Or(severities[t.Name], t.Severity), title: t.Title, text: t.Text}
	switch t.Sources[0] {
	case finding.VPCFlowLogs:
		k.samples = []look{ofFlow(t)}
	case finding.DNSLogs:
		k.samples = []look{ofQuery(t)}
	case finding.EKSAuditLogs:
		k.samples = []look{ofAudit(t)}
	default:
		k.samples = ofCall(t)
	}
	return k
}

// severities are those of samples that are not as severe as what detectors raise.
var severities = map[string]float64{
	"Persistence:Kubernetes/MaliciousIPCaller":        8,
	"Persistence:Kubernetes/MaliciousIPCaller.Custom": 8,
	"Persistence:Kubernetes/TorIPCaller":              8,
}

// roles are those of samples that have another than what detectors raise.
var roles = map[string]string{"Behavior:EC2/TrafficVolumeUnusual": finding.RoleTarget}

// facts are members of additionalInfo that tell what a type is about, where
// the name of a threat list does not.
var facts = map[string]members{
	"Backdoor:EC2/DenialOfService.UnusualProtocol": `"unusualProtocol":"GRE"`,
	"Backdoor:EC2/Spambot":                         `"unusual":25`,
	"Behavior:EC2/NetworkPortUnusual":              `"unusual":8080`,
	"Behavior:EC2/TrafficVolumeUnusual":            `"unusualProtocol":"UDP",` + onThreatList,
	"DefenseEvasion:EC2/UnusualDNSResolver":        `"unusual":"GeneratedFindingResolverName"`,
	"DefenseEvasion:EC2/UnusualDoHActivity":        `"unusual":"GeneratedFindingResolverName"`,
	"DefenseEvasion:EC2/UnusualDoTActivity":        `"unusual":"GeneratedFindingResolverName"`,
	"Impact:EC2/PortSweep":                         `"scannedPort":80,"additionalScannedPorts":[]`,
	"Recon:EC2/Portscan":                           `"portsScannedSample":[855,738,837,819,792,882,756,678,732,714,400,813,795,822,696,735,708,690,654,717]`,
	"Trojan:EC2/DGADomainRequest.B":                `"domain":"GeneratedFindingAdditionalDomainName"`,
	"Trojan:EC2/DNSDataExfiltration":               `"domain":"GeneratedFindingThreatListName"`,
	"Trojan:EC2/DropPoint":                         `"unusualProtocol":"UDP"`,
	"UnauthorizedAccess:EC2/MetadataDNSRebind":     onThreatList,

	"UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B": `"mfaUsed":false`,
}

// onList are words in the names of types that are found by threat
// intelligence: their samples have evidence.
var onList = []string{"MaliciousIPCaller", "Tor", "C&CActivity", "BitcoinTool", "Blackhole", "DropPoint", "PortProbe", "DGADomainRequest.C",
	"DriveBySource", "Phishing", "DomainRequest.Custom", "DomainRequest.Reputation"}

func listed(name string) bool {
	for _, word := range onList {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// threat adds to a look what threat intelligence says of it.
func threat(name string, l look) look {
	if listed(name) {
		l.service = append(l.service, part("evidence"))
		l.info = join(l.info, threatNames(name))
	}
	l.info = join(facts[name], l.info)
	return l
}

const (
	onThreatList members = `"threatListName":"GeneratedFindingThreatListName"`
	threatName   members = `"threatName":"GeneratedFindingThreatName"`
)

// threatNames are members of additionalInfo that name the threat of a type and
// the list that has it.
func threatNames(name string) members {
	switch {
	case strings.Contains(name, "Tor") && !strings.Contains(name, ":Kubernetes/"):
		return ""
	case name == "Trojan:EC2/BlackholeTraffic" || name == "Trojan:EC2/DropPoint":
		return onThreatList
	}
	return join(threatName, onThreatList)
}

// connections are the samples of flow logs that differ from web.
var connections = map[string]connection{
	"Backdoor:EC2/DenialOfService.Dns":                {"OUTBOUND", "UDP", 39677, 53},
	"Backdoor:EC2/DenialOfService.Udp":                {"OUTBOUND", "UDP", 39677, 2000},
	"Backdoor:EC2/DenialOfService.UdpOnTcpPorts":      {"OUTBOUND", "UDP", 39677, 80},
	"Backdoor:EC2/DenialOfService.UnusualProtocol":    {"OUTBOUND", "GRE", 0, 0},
	"Backdoor:EC2/Spambot":                            {"OUTBOUND", "TCP", 2000, 25},
	"Behavior:EC2/NetworkPortUnusual":                 {"OUTBOUND", "TCP", 2000, 8080},
	"Behavior:EC2/TrafficVolumeUnusual":               {"OUTBOUND", "TCP", 2000, 22},
	"DefenseEvasion:EC2/UnusualDNSResolver":           {"OUTBOUND", "UDP", 39677, 53},
	"DefenseEvasion:EC2/UnusualDoHActivity":           {"OUTBOUND", "TCP", 39677, 443},
	"DefenseEvasion:EC2/UnusualDoTActivity":           {"OUTBOUND", "TCP", 39677, 853},
	"Impact:EC2/PortSweep":                            {"OUTBOUND", "TCP", 24198, 80},
	"Impact:EC2/WinRMBruteForce":                      {"INBOUND", "TCP", 5985, 32794},
	"Recon:EC2/Portscan":                              {"OUTBOUND", "TCP", 24844, 797},
	"Trojan:EC2/BlackholeTraffic":                     {"OUTBOUND", "TCP", 37617, 80},
	"Trojan:EC2/DropPoint":                            {"OUTBOUND", "TCP", 2000, 22},
	"UnauthorizedAccess:EC2/MaliciousIPCaller.Custom": {"INBOUND", "TCP", 3389, 5711},
	"UnauthorizedAccess:EC2/RDPBruteForce":            {"INBOUND", "TCP", 3389, 1067},
	"UnauthorizedAccess:EC2/SSHBruteForce":            {"INBOUND", "TCP", 22, 32794},
}

var web = connection{"OUTBOUND", "TCP", 39677, 80}

func ofFlow(t *finding.Type) look {
	action := part("action-probe")
	if !strings.Contains(t.Name, "PortProbe") {
		c, ok := connections[t.Name]
		if !ok {
			c = web
		}
		action = c.action(ofInstance)
	}
	if t.Name == "Trojan:EC2/DropPoint" {
		action = action.with("GeneratedFindingCountryName", "United States")
	}
	return threat(t.Name, look{resource: t.Resource, of: all("instance"), feature: "VpcFlowLogs", role: cmp.Or(roles[t.Name], t.Role), service: []members{action}})
}

func ofQuery(t *finding.Type) look {
	action := "action-dns"
	if t.Role == finding.RoleActor && !listed(t.Name) {
		action = "action-dns-many"
	}
	l := look{resource: t.Resource, of: all("instance"), feature: "DnsQueryLogs", role: t.Role, service: all(action)}
	if older, ok := olderInstances[t.Name]; ok {
		l.of = []members{older.instance()}
	}
	if t.Name == "Trojan:EC2/DNSDataExfiltration" {
		l.service = []members{part(action).with("GeneratedFindingDomainName", "GeneratedFindingAdditionalDomainName")}
	}
	return threat(t.Name, l)
}

// changes are words in the names of types that are about calls which change a
// cluster.
var changes = []string{"Persistence:", "Impact:", "PrivilegeEscalation:", "Policy:", "DefenseEvasion:", "Execution:"}

func ofAudit(t *finding.Type) look {
	l := look{resource: t.Resource, of: all("cluster"), feature: "EKSAuditLogs", role: t.Role}
	switch {
	case strings.HasSuffix(t.Name, "/SuccessfulAnonymousAccess"):
		l.of = append(l.of, part("caller-anonymous"))
	case strings.Contains(t.Name, "Container") || strings.Contains(t.Name, "Pod"):
		l.of = append(l.of, part("caller-workload"))
	case strings.HasSuffix(t.Name, ".Custom") || strings.HasSuffix(t.Name, "/TorIPCaller") || strings.HasPrefix(t.Name, "Policy:"):
		l.of = append(l.of, all("role", "caller")...)
	default:
		l.of = append(l.of, part("caller"))
	}
	l.service = all("action-kubernetes")
	for _, word := range changes {
		if strings.HasPrefix(t.Name, word) {
			l.service = all("action-kubernetes-change")
		}
	}
	return threat(t.Name, l)
}

func ofCall(t *finding.Type) []look {
	l := look{resource: t.Resource, of: []members{part("user"), olderInstance.instance()}, feature: "CloudTrailManagementEvent", role: t.Role, service: all("action-api")}
	if strings.Contains(t.Name, ":S3/") {
		l.of, l.service, l.feature = append(l.of, buckets(t.Name)), all("action-api-bucket"), "S3DataEvents"
	}
	switch {
	case strings.HasSuffix(t.Name, "/ResourceCredentialExfiltration.InsideAWS"):
		l.of, l.service, l.info = all("user", "task"), all("action-api-task-account"), `"resource":"GeneratedFindingECSCluster"`
	case strings.HasSuffix(t.Name, "/ResourceCredentialExfiltration.OutsideAWS"):
		function, task := l, l
		function.of, function.service, function.info = all("user", "function"), all("action-api-function"), `"resource":"GeneratedFindingLambdaFunctionName"`
		task.of, task.service, task.info = all("user", "task"), all("action-api-task"), `"resource":"GeneratedFindingECSCluster"`
		return []look{function, task}
	case strings.HasSuffix(t.Name, ".InsideAWS"):
		l.service = all("action-api-account")
	case strings.HasSuffix(t.Name, "/CloudTrailLoggingDisabled"):
		l.service = all("action-api-trail")
	case listed(t.Name) && t.Resource == finding.ResourceS3Bucket:
		if strings.HasSuffix(t.Name, ".Custom") {
			l.info = onThreatList
		}
		return []look{l} // no evidence
	case listed(t.Name):
		l.info = calls
	}
	return []look{threat(t.Name, l)}
}

// buckets are the buckets of a type, which the public can reach when that is what
// the type is about.
func buckets(name string) members {
	b := part("buckets")
	if name != "Policy:S3/BucketPublicAccessGranted" {
		return b
	}
	return b.with(`"allowsPublicReadAccess":false`, `"allowsPublicReadAccess":true`, `"allowsPublicWriteAccess":false`, `"allowsPublicWriteAccess":true`,
		"NOT_PUBLIC", "PUBLIC")
}

// calls tells which calls were made.
const calls members = `"apiCalls":[` +
	`{"name":"GeneratedFindingAPIName1","count":2,"firstSeen":1513312082,"lastSeen":1513312096},` +
	`{"name":"GeneratedFindingAPIName2","count":2,"firstSeen":1513312081,"lastSeen":1513312095},` +
	`{"name":"GeneratedFindingAPIName3","count":3,"firstSeen":1513312080,"lastSeen":1513312094},` +
	`{"name":"GeneratedFindingAPIName4","count":4,"firstSeen":1513312079,"lastSeen":1513312093}]`
