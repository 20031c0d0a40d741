package samples

import (
	"strings"

	"picket/finding"
)

// iam are the types about identities.
func iam() family {
	f := family{name: "IAM", needs: "CLOUDTRAIL_MGMT", kinds: []kind{
		{
			name: "CredentialAccess:IAMUser/CompromisedCredentials", severity: 8,
			title: "Access key {accessKey}, which is known to others, was used to call {api}.",
			text:  "{userName} called {api} from {remoteIp} with access key {accessKey}, which threat intelligence has seen in the wrong hands.",
			samples: []look{{resource: "AccessKey", of: all("user"), feature: "AWSSecurity", role: finding.RoleTarget, service: all("action-api-listed"),
				info: `"apiCalls":[{"count":1,"firstSeen":1770750880000,"lastSeen":1770750880000,"name":"GetCallerIdentity"}]`}},
		},
		model("Impact:IAMUser/AnomalousModelInvocation", "in an unusual way"),
		model("Impact:IAMUser/CostHarvesting", "at somebody else's cost"),
		{
			name: "Impact:IAMUser/PromptInjection.Direct", severity: 5,
			title:   "A guardrail found a prompt that tries to take over a model.",
			text:    "{userName} sent a prompt from {remoteIp} that a guardrail took for an attack on the model's instructions.",
			samples: []look{{resource: "AccessKey", of: all("session", "guardrail"), feature: "AIProtection", role: finding.RoleTarget, service: all("action-api-guardrail")}},
		},
	}}
	for _, s := range []struct {
		stage    string
		severity float64
	}{
		{"CredentialAccess", 5}, {"DefenseEvasion", 5}, {"Discovery", 2}, {"Exfiltration", 8}, {"Impact", 8}, {"InitialAccess", 5}, {"Persistence", 5}, {"PrivilegeEscalation", 5},
	} {
		f.kinds = append(f.kinds, kind{
			name: s.stage + ":IAMUser/AnomalousBehavior", severity: s.severity,
			title: "{userType} : {userName} called APIs of the stage " + s.stage + " in an unusual way.",
			text:  "APIs that attackers use for " + s.stage + " were called by {userType} : {userName} in circumstances that were not seen of this identity before.",
			samples: []look{{resource: "AccessKey", of: []members{part("user"), olderInstance.instance()}, feature: "CloudTrailManagementEvent", role: finding.RoleTarget,
				service: []members{part("action-api").with("GeneratedFindingORG", "GeneratedFindingOrg")}, info: part("info-anomaly")}},
		})
	}
	return f
}

func model(name, how string) kind {
	return kind{
		name: name, severity: 5,
		title:   "A model was invoked " + how + ".",
		text:    "{userName} invoked models with {api} from {remoteIp} " + how + ".",
		samples: []look{{resource: "AccessKey", of: all("session", "models"), feature: "AIProtection", role: finding.RoleTarget, service: all("action-api-model", "anomaly-model")}},
	}
}

// kubernetes are the types about unusual calls of clusters.
func kubernetes() family {
	f := family{name: "Kubernetes", needs: "EKS_AUDIT_LOGS"}
	for _, c := range []struct {
		name string
		did  string
	}{
		{"CredentialAccess:Kubernetes/AnomalousBehavior.SecretsAccessed", "read secrets"},
		{"Discovery:Kubernetes/AnomalousBehavior.PermissionChecked", "asked what it may do"},
		{"Execution:Kubernetes/AnomalousBehavior.ExecInPod", "ran a command in a pod"},
		{"Execution:Kubernetes/AnomalousBehavior.WorkloadDeployed", "started a workload"},
		{"Persistence:Kubernetes/AnomalousBehavior.WorkloadDeployed!ContainerWithSensitiveMount", "started a workload with a sensitive path of its node"},
		{"PrivilegeEscalation:Kubernetes/AnomalousBehavior.RoleBindingCreated", "bound a role"},
		{"PrivilegeEscalation:Kubernetes/AnomalousBehavior.RoleCreated", "made a role"},
		{"PrivilegeEscalation:Kubernetes/AnomalousBehavior.WorkloadDeployed!PrivilegedContainer", "started a workload with a privileged container"},
	} {
		caller := "caller-impersonating"
		if strings.Contains(c.name, "Workload") || strings.Contains(c.name, "Pod") {
			caller = "caller-workload"
		}
		f.kinds = append(f.kinds, kind{
			name: c.name, severity: 5,
			title: "An identity " + c.did + " in cluster {cluster} in an unusual way.",
			text:  "{k8sUser} " + c.did + " in cluster {cluster} in circumstances that were not seen there before.",
			samples: []look{{resource: "EKSCluster", of: all("cluster", caller), feature: "EKSAuditLogs", role: finding.RoleTarget,
				service: all("action-kubernetes-unusual", "anomaly")}},
		})
	}
	return f
}

// s3 are the types about unusual calls on buckets.
func s3() family {
	f := family{name: "S3", needs: "S3_DATA_EVENTS"}
	for _, c := range []struct {
		name     string
		severity float64
		did      string
	}{
		{"Discovery:S3/AnomalousBehavior", 2, "looked around in S3"},
		{"Exfiltration:S3/AnomalousBehavior", 8, "read objects in S3"},
		{"Impact:S3/AnomalousBehavior.Delete", 8, "deleted data in S3"},
		{"Impact:S3/AnomalousBehavior.Permission", 8, "changed permissions in S3"},
		{"Impact:S3/AnomalousBehavior.Write", 5, "wrote objects in S3"},
	} {
		f.kinds = append(f.kinds, kind{
			name: c.name, severity: c.severity,
			title: "{userType} : {userName} " + c.did + " in an unusual way.",
			text:  "{userType} : {userName} " + c.did + " with {api} in circumstances that were not seen of this identity before.",
			samples: []look{{resource: "S3Bucket", of: []members{part("user"), part("buckets"), olderInstance.instance()}, feature: "S3DataEvents", role: finding.RoleTarget,
				service: all("action-api-bucket"), info: part("info-anomaly")}},
		})
	}
	return f
}
