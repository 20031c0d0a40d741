package samples

import (
	"slices"

	"picket/finding"
)

// An event is a type of Runtime Monitoring: what a process did.
type event struct {
	name     string
	severity float64
	did      string
	action   members // service.action
	context  members // of runtimeDetails.context
	plain    bool    // found without threat intelligence
}

// events are the types of Runtime Monitoring.
func events() []event {
	toMail := connection{"OUTBOUND", "TCP", 2000, 25}.action(ofProcess)
	query := part("action-dns")
	file := members(`"fileOperation":"GeneratedFileOperation","filePath":"GeneratedFilePath","relatedFilePaths":["GeneratedFilePath1","GeneratedFilePath2"]`)
	command := members(`"commandLineExample":"GeneratedCommandLineExample"`)
	service := join(`"serviceName":"GeneratedServiceName"`, command)
	threatFile := members(`"scriptPath":"GeneratedScriptPath","threatFilePath":"GeneratedFindingThreatFilePath"`)
	process := members(whole("process"))
	target, modifying := `"targetProcess":`+process, `"modifyingProcess":`+process+`,"modifiedAt":1637012294.0`
	return []event{
		{"Backdoor:Runtime/C&CActivity.B", 8, "is in contact with a command-and-control server", toMail, "", false},
		{"Backdoor:Runtime/C&CActivity.B!DNS", 8, "looked up the domain of a command-and-control server", query, "", false},
		{"CryptoCurrency:Runtime/BitcoinTool.B", 8, "is in contact with an address of a cryptocurrency", toMail, "", false},
		{"CryptoCurrency:Runtime/BitcoinTool.B!DNS", 8, "looked up a domain of a cryptocurrency", query, "", false},
		{"DefenseEvasion:Runtime/FilelessExecution", 5, "ran a program that is in memory only", "", "", false},
		{"DefenseEvasion:Runtime/KernelModuleLoaded", 2, "loaded a kernel module", "", `"moduleName":"GeneratedFindingModuleName","moduleFilePath":"GeneratedFindingModulePath","moduleSha256":"GeneratedFindingModuleHash"`, false},
		{"DefenseEvasion:Runtime/ProcessInjection.Proc", 8, "wrote into another process through the proc file system", "", target, false},
		{"DefenseEvasion:Runtime/ProcessInjection.Ptrace", 5, "wrote into another process with ptrace", "", target, false},
		{"DefenseEvasion:Runtime/ProcessInjection.VirtualMemoryWrite", 8, "wrote into the memory of another process", "", target, false},
		{"DefenseEvasion:Runtime/PtraceAntiDebugging", 2, "used ptrace so that nobody can debug it", "", "", false},
		{"DefenseEvasion:Runtime/SensitiveFileModified", 5, "changed a file that defence depends on", "", file, true},
		{"DefenseEvasion:Runtime/SuspiciousCommand", 5, "ran a command that switches off defence", "", service, true},
		{"Discovery:Runtime/SuspiciousCommand", 2, "ran a command that spies out the system", "", command, true},
		{"Execution:Runtime/MaliciousFileExecuted", 8, "ran a file that is known to be malicious", "", threatFile, false},
		{"Execution:Runtime/MaliciousFileExecuted.Custom", 8, "ran a file that is on a list of yours", "", threatFile, false},
		{"Execution:Runtime/NewBinaryExecuted", 5, "ran a program that was made or changed in the container", "", modifying, false},
		{"Execution:Runtime/NewLibraryLoaded", 5, "loaded a library that was made or changed in the container", "", join(modifying, `"libraryPath":"GeneratedFindingLibraryPath"`), false},
		{"Execution:Runtime/ReverseShell", 8, "gave a shell to somebody outside", part("action-network-local"), "", false},
		{"Execution:Runtime/SuspiciousCommand", 2, "ran a suspicious command", "", command, true},
		{"Execution:Runtime/SuspiciousShellCreated", 2, "started a shell although it serves the network", "", "", false},
		{"Execution:Runtime/SuspiciousTool", 2, "ran a tool that attackers use", "", `"toolName":"GeneratedToolName","toolCategory":"GeneratedToolCategory"`, false},
		{"Impact:Runtime/AbusedDomainRequest.Reputation", 5, "looked up a domain of an often abused kind", query, "", false},
		{"Impact:Runtime/BitcoinDomainRequest.Reputation", 5, "looked up a domain that has to do with a cryptocurrency", query, "", false},
		{"Impact:Runtime/CryptoMinerExecuted", 8, "mines a cryptocurrency", "", `"threatFilePath":"GeneratedFindingThreatFilePath"`, false},
		{"Impact:Runtime/MaliciousDomainRequest.Reputation", 5, "looked up a domain tied to malicious hosts", query, "", false},
		{"Impact:Runtime/SuspiciousDomainRequest.Reputation", 2, "looked up a suspicious domain", query, "", false},
		{"Persistence:Runtime/SensitiveFileModified", 5, "changed a file by which programs are started", "", file, true},
		{"Persistence:Runtime/SuspiciousCommand", 2, "ran a command that makes an intruder stay", "", command, true},
		{"PrivilegeEscalation:Runtime/CGroupsReleaseAgentModified", 8, "changed the release agent of a control group", "", `"releaseAgentPath":"GeneratedFindingReleaseAgentPath"`, false},
		{"PrivilegeEscalation:Runtime/ContainerMountsHostDirectory", 5, "mounted a directory of its host", "",
			`"mountSource":"GeneratedFindingMountSource","mountTarget":"GeneratedFindingMountTarget","fileSystemType":"GeneratedFindingFileSystemType"`, false},
		{"PrivilegeEscalation:Runtime/DockerSocketAccessed", 5, "talked to the socket of Docker from a container", "", `"socketPath":"GeneratedFindingSocketPath"`, false},
		{"PrivilegeEscalation:Runtime/ElevationToRoot", 2, "became root", "", "", false},
		{"PrivilegeEscalation:Runtime/RuncContainerEscape", 8, "tried to break out of its container through runc", "", `"runcBinaryPath":"GeneratedFindingRuncBinaryPath"`, false},
		{"PrivilegeEscalation:Runtime/SensitiveFileModified", 5, "changed a file that gives privileges", "", file, true},
		{"PrivilegeEscalation:Runtime/SuspiciousCommand", 2, "ran a command that gains privileges", "", command, true},
		{"PrivilegeEscalation:Runtime/UserfaultfdUsage", 5, "handled page faults itself", "", "", false},
		{"Trojan:Runtime/BlackholeTraffic", 5, "is in contact with a black-holed address", toMail, "", false},
		{"Trojan:Runtime/BlackholeTraffic!DNS", 5, "looked up a black-holed domain", query, "", false},
		{"Trojan:Runtime/DGADomainRequest.C!DNS", 8, "looked up a domain that malware generates", query, "", false},
		{"Trojan:Runtime/DriveBySourceTraffic!DNS", 8, "looked up a domain that spreads malware", query, "", false},
		{"Trojan:Runtime/DropPoint", 5, "is in contact with a drop point for stolen data", toMail, "", false},
		{"Trojan:Runtime/DropPoint!DNS", 5, "looked up the domain of a drop point", query, "", false},
		{"Trojan:Runtime/PhishingDomainRequest!DNS", 8, "looked up a phishing domain", query, "", false},
		{"UnauthorizedAccess:Runtime/MetadataDNSRebind", 8, "resolved a public name to the metadata service", query, "", false},
		{"UnauthorizedAccess:Runtime/TorClient", 5, "is in contact with a Tor entry node", toMail, "", false},
		{"UnauthorizedAccess:Runtime/TorRelay", 5, "behaves like a Tor relay", toMail, "", false},
	}
}

// runtime are the types of Runtime Monitoring, each with a sample for every kind
// of resource that is monitored.
func runtime() family {
	f := family{name: "Runtime", needs: "RUNTIME_EVENTS"}
	for _, e := range events() {
		f.kinds = append(f.kinds, kind{
			name: e.name, severity: e.severity,
			title:   "A process on a resource of type {resourceType} " + e.did + ".",
			text:    "Process {process} on a resource of type {resourceType} " + e.did + ".",
			samples: e.looks(),
		})
	}
	return f
}

func (e *event) looks() []look {
	details := `"process":` + members(whole("process"))
	if e.context != "" {
		details = join(details, object("context", e.context))
	}
	l := look{
		feature: "RuntimeMonitoring", role: finding.RoleTarget,
		info:    `"threatListName":"GeneratedFindingThreatListName","agentDetails":{"agentVersion":"1","agentId":"GeneratedFindingAgentId"}`,
		service: []members{e.action, object("runtimeDetails", details)},
	}
	if !e.plain {
		l.service = append(l.service, part("evidence"))
	}
	var out []look
	for _, m := range monitored {
		l.resource, l.of = m.resource, all(m.of...)
		l.service = slices.Clone(l.service)
		out = append(out, l)
	}
	return out
}

// monitored are the resources on which processes are watched.
var monitored = []struct {
	resource string
	of       []string
}{
	{"Instance", []string{"node"}},
	{"ECSCluster", []string{"node", "ecs"}},
	{"EKSCluster", []string{"instance", "eks-node", "workload", "container-brief"}},
	{"KubernetesCluster", []string{"node", "workload", "container"}},
	{"Container", []string{"node", "container"}},
}
