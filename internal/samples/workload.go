package samples

import (
	"strings"

	"picket/finding"
)

// lambda are the types about the traffic of functions.
func lambda() family {
	f := family{name: "Lambda", needs: "LAMBDA_NETWORK"}
	for _, c := range []struct {
		name     string
		severity float64
		with     string
	}{
		{"Backdoor:Lambda/C&CActivity.B", 8, "a command-and-control server"},
		{"CryptoCurrency:Lambda/BitcoinTool.B", 8, "an address of a cryptocurrency"},
		{"Trojan:Lambda/BlackholeTraffic", 5, "a black-holed address"},
		{"Trojan:Lambda/DropPoint", 5, "a drop point for stolen data"},
		{"UnauthorizedAccess:Lambda/MaliciousIPCaller.Custom", 5, "an address on a threat list of yours"},
		{"UnauthorizedAccess:Lambda/TorClient", 8, "a Tor entry node"},
		{"UnauthorizedAccess:Lambda/TorRelay", 8, "Tor nodes as a relay would be"},
	} {
		traffic := web
		if strings.HasSuffix(c.name, ".Custom") {
			traffic = connection{"INBOUND", "TCP", 0, 5711}
		}
		f.kinds = append(f.kinds, kind{
			name: c.name, severity: c.severity,
			title: "Function {function} is in contact with " + c.with + ".",
			text:  "Function {function} exchanges traffic with {remoteIp} on port {remotePort}: it is in contact with " + c.with + ".",
			samples: []look{threat(c.name, look{resource: "Lambda", of: all("function"), feature: "LambdaNetworkActivityMonitoring", role: finding.RoleTarget,
				service: []members{traffic.action(ofFunction)}})},
		})
	}
	return f
}

// rds are the types about logins to databases, each with a sample for an
// instance and one for a sharded database.
func rds() family {
	f := family{name: "RDS", needs: "RDS_LOGIN_EVENTS"}
	for _, c := range []struct {
		name     string
		severity float64
		did      string
		action   string
	}{
		{"CredentialAccess:RDS/AnomalousBehavior.FailedLogin", 8, "tried to log in to a database, unusually and in vain", "action-login-unusual"},
		{"CredentialAccess:RDS/AnomalousBehavior.SuccessfulBruteForce", 2, "logged in to a database after many unusual attempts", "action-login-unusual"},
		{"CredentialAccess:RDS/AnomalousBehavior.SuccessfulLogin", 8, "logged in to a database in an unusual way", "action-login-unusual"},
		{"CredentialAccess:RDS/MaliciousIPCaller.FailedLogin", 5, "tried to log in to a database from a malicious address", "action-login"},
		{"CredentialAccess:RDS/MaliciousIPCaller.SuccessfulLogin", 8, "logged in to a database from a malicious address", "action-login"},
		{"CredentialAccess:RDS/TorIPCaller.FailedLogin", 5, "tried to log in to a database through Tor", "action-login"},
		{"CredentialAccess:RDS/TorIPCaller.SuccessfulLogin", 8, "logged in to a database through Tor", "action-login"},
		{"Discovery:RDS/MaliciousIPCaller", 5, "knocked at a database from a malicious address", "action-login"},
		{"Discovery:RDS/TorIPCaller", 5, "knocked at a database through Tor", "action-login"},
	} {
		l := look{feature: "RDSProtection", role: finding.RoleTarget, service: all(c.action)}
		if listed(c.name) {
			l.service = append(l.service, part("evidence"))
		}
		instance, limitless := l, l
		instance.resource, instance.of = "RDSDBInstance", all("database")
		limitless.resource, limitless.of = "RDSLimitlessDB", all("database-limitless")
		f.kinds = append(f.kinds, kind{
			name: c.name, severity: c.severity,
			title:   "Somebody " + c.did + ".",
			text:    "{databaseUser} " + c.did + ". The address was {databaseCaller}, the database is of type {resourceType}.",
			samples: []look{instance, limitless},
		})
	}
	return f
}

// malware are the types that scans of volumes, backups and objects find.
func malware() family {
	volume := func(scan, resource string, of ...string) look {
		return look{resource: resource, of: all(of...), feature: "EbsVolumeScan", service: all(scan)}
	}
	other := func(scan, resource string, of ...string) look {
		return look{resource: resource, of: all(of...), feature: "MalwareProtection", service: all(scan)}
	}
	f := family{name: "Malware", needs: "MALWARE_SCAN"}
	for _, s := range []struct {
		what     string
		severity float64
		scan     string
	}{{"MaliciousFile", 8, "volume-scan-high"}, {"SuspiciousFile", 6, "volume-scan-medium"}} {
		workload := volume(s.scan, "KubernetesCluster", "instance", "workload-scanned", "volumes")
		workload.severity = 8
		for _, of := range []struct {
			name    string
			samples []look
		}{
			{"Container", []look{volume(s.scan, "Container", "volumes", "container-scanned")}},
			{"EC2", []look{volume(s.scan, "Instance", "instance", "volumes")}},
			{"ECS", []look{volume(s.scan, "ECSCluster", "volumes", "ecs-scanned")}},
			{"Kubernetes", []look{volume(s.scan, "EKSCluster", "cluster", "caller-scanned", "volumes"), workload}},
		} {
			f.kinds = append(f.kinds, found("Execution:"+of.name+"/"+s.what, s.severity, of.samples...))
		}
	}
	f.kinds = append(f.kinds,
		found("Execution:EC2/MaliciousFile!AMI", 8, other("scan-backup", "EC2AMI", "image")),
		found("Execution:EC2/MaliciousFile!RecoveryPoint", 8,
			other("scan-recovery-point", "EBSRecoveryPoint", "recovery-point"), other("scan-incremental", "EC2RecoveryPoint", "recovery-point")),
		found("Execution:EC2/MaliciousFile!Snapshot", 8, other("scan-recovery-point", "EBSSnapshot", "snapshot")),
		found("Execution:S3/MaliciousFile!RecoveryPoint", 8, other("scan-recovery-point", "S3RecoveryPoint", "recovery-point")),
		found("Object:S3/MaliciousFile", 8, look{resource: "S3Object", of: all("object"), feature: "S3MalwareProtection", service: all("scan-object")}),
	)
	return f
}

func found(name string, severity float64, samples ...look) kind {
	return kind{
		name: name, severity: severity,
		title:   "A scan found {threat} on a resource of type {resourceType}.",
		text:    "A malware scan of a resource of type {resourceType} found files that hold {threat}.",
		samples: samples,
	}
}
