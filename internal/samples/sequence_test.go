package samples

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"picket/jsonview"
)

// TestSignals: the signals of a sample, as name, count, severity and techniques,
// behind what the finding counts.
func TestSignals(t *testing.T) {
	group := "1: Trojan:EC2/BlackholeTraffic!DNS 9 5 [T1071.004], Trojan:EC2/DropPoint!DNS 9 5 [T1041], Impact:EC2/AbusedDomainRequest.Reputation 9 5 [T1496]"
	stolen := "1: UnauthorizedAccess:IAMUser/TorIPCaller 0 5 [T1098.003], PenTest:IAMUser/KaliLinux 0 5 [T1562.008], " +
		"PenTest:IAMUser/KaliLinux 0 5 [T1098], Stealth:IAMUser/CloudTrailLoggingDisabled 0 5 [T1562.008]"
	invoked := stolen + ", Impact:IAMUser/CostHarvesting 0 5 [AML.T0034.000 AML.T0040]"
	for name, want := range map[string][]string{
		"AttackSequence:EC2/CompromisedInstanceGroup": {group, group, group, group, group, group},
		"AttackSequence:ECS/CompromisedCluster": {
			"1: CryptoCurrency:Runtime/BitcoinTool.B 1 8 [T1496], Backdoor:Runtime/C&CActivity.B 1 8 [T1071], Execution:Runtime/NewLibraryLoaded 1 5 [T1129]",
			"1: CryptoCurrency:Runtime/BitcoinTool.B!DNS 4 8 [T1496], Impact:Runtime/CryptoMinerExecuted 1 8 [T1496], " +
				"CryptoCurrency:Runtime/BitcoinTool.B 1 8 [T1496], Backdoor:Runtime/C&CActivity.B 1 8 [T1071]"},
		"AttackSequence:EKS/CompromisedCluster": {"1: CryptoCurrency:Runtime/BitcoinTool.B!DNS 4 8 [T1496], Impact:Runtime/CryptoMinerExecuted 1 8 [T1496], " +
			"Execution:Kubernetes/MaliciousFile 1 8 [T1204.002], PrivilegeEscalation:Kubernetes/PrivilegedContainer 1 5 [T1543]"},
		"AttackSequence:IAM/CompromisedCredentials": {stolen, invoked, invoked, invoked, invoked, invoked, invoked, invoked, invoked, invoked, invoked},
		"AttackSequence:S3/CompromisedData": {"1: UnauthorizedAccess:S3/TorIPCaller 0 5 [T1526], PenTest:IAMUser/KaliLinux 0 5 [], PenTest:IAMUser/KaliLinux 0 5 [T1098], " +
			"PenTest:IAMUser/KaliLinux 0 5 [], Stealth:IAMUser/CloudTrailLoggingDisabled 0 2 [T1562.008], PenTest:S3/KaliLinux 0 5 [T1485 T1530]"},

		"CredentialAccess:EC2/UnsecuredCredentials":                    {"6: EC2PasswordDataRetrieved 4 5 [T1552]"},
		"CredentialAccess:RDS/ModifyAuthenticationProcess":             {"15: RDSMasterPasswordReset 10 8 [T1556]"},
		"DefenseImpairment:EC2/DisableOrModifyTools":                   {"171: VPCFlowLogsDeleted 6 8 [T1685.002]"},
		"DefenseImpairment:Organizations/DisableOrModifyTools":         {"24: OrganizationPolicyDisabled 8 8 [T1685]"},
		"DefenseImpairment:Organizations/ModifyCloudResourceHierarchy": {"179: OrganizationLeaveAttempt 8 8 [T1666]"},
		"DefenseImpairment:RDS/ModifyAuthenticationProcess":            {"125: RDSIAMAuthDisabled 11 5 [T1556]"},
		"DefenseImpairment:Route53Resolver/DisableOrModifyTools":       {"24: DNSQueryLogsDeleted 8 5 [T1685.002]"},
		"DefenseImpairment:S3/DisableOrModifyTools":                    {"15: S3CustomerProvidedKeysEnabled 10 8 [T1685]"},
		"Execution:SageMaker/CommandAndScriptingInterpreter":           {"31: SageMakerLifecycleConfigModified 10 5 [T1059]"},
		"Exfiltration:EC2/TransferDataToCloudAccount":                  {"10: AMIExternalAccess 5 8 [T1537]"},
		"Exfiltration:RDS/TransferDataToCloudAccount":                  {"27: RDSSnapshotPubliclyShared 10 8 [T1537]"},
		"Exfiltration:S3/TransferDataToCloudAccount":                   {"15: S3BucketPolicyExternalAccess 10 8 [T1537]"},
		"Impact:S3/DataDestruction":                                    {"15: S3LifecycleRapidExpiration 10 5 [T1485]"},
		"Impact:SES/ResourceHijacking":                                 {"24: SESAccountSendingEnabled 8 2 [T1496]"},
		"InitialAccess:IAM/ValidAccounts":                              {"1: ConsoleLoginWithoutMFA 1 5 [T1078.004]"},
		"InitialAccess:RDS/ExploitPublicFacingApplication":             {"2: RDSPubliclyAccessible 2 8 [T1190]"},
		"LateralMovement:EC2/RemoteServices":                           {"15: EC2InstanceSSHKeyPushed 10 5 [T1021.004]"},
		"Persistence:EC2/BootOrLogonInitializationScripts":             {"15: EC2UserDataModified 10 8 [T1037]"},
		"Persistence:EC2/ExternalRemoteServices":                       {"3: EC2SecurityGroupPublicSSH 3 5 [T1133]"},
		"Persistence:IAM/AccountManipulation":                          {"1: IAMAccessKeyCreated 1 2 [T1098.001]"},
		"Persistence:Lambda/AccountManipulation":                       {"15: LambdaFunctionPublicAccess 10 8 [T1098]"},
		"Persistence:Lambda/ModifyAuthenticationProcess":               {"15: LambdaFunctionUrlPublicAccess 10 8 [T1556]"},
		"Persistence:RolesAnywhere/AccountManipulation":                {"31: RolesAnywhereTrustAnchorCreated 10 5 [T1098.001]"},
		"PrivilegeEscalation:IAM/AccountManipulation":                  {"1: AdminPolicyAttachedToRole 1 8 [T1098.001]"},
		"ResourceDevelopment:SES/CompromiseAccounts":                   {"24: SESDomainIdentityVerified 8 5 [T1586.002]"},

		"Recon:EC2/Portscan": {"1: "},
	} {
		var got []string
		for _, doc := range everything.Findings("d", []string{name}, now) {
			got = append(got, signals(t, doc))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has\n%s, want\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func signals(t *testing.T, doc string) string {
	t.Helper()
	var s struct {
		Signals []struct {
			Name             string
			Count, Severity  int
			SignalIndicators []indicator
		}
	}
	if err := json.Unmarshal([]byte(cmp.Or(jsonview.Get(doc, "service", "detection", "sequence"), "{}")), &s); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, sig := range s.Signals {
		techniques := []string{}
		for _, in := range sig.SignalIndicators {
			for _, v := range in.Values {
				if in.Key == "ATTACK_TECHNIQUE" {
					id, _, _ := strings.Cut(v, " - ")
					techniques = append(techniques, id)
				}
			}
		}
		out = append(out, fmt.Sprintf("%s %d %d %v", sig.Name, sig.Count, sig.Severity, techniques))
	}
	return jsonview.Get(doc, "service", "count") + ": " + strings.Join(out, ", ")
}

// TestRules: whose calls the samples of rules tell of, and which.
func TestRules(t *testing.T) {
	for name, want := range map[string]string{
		"CredentialAccess:EC2/UnsecuredCredentials":          "Example-ServiceHandlerRole 10.0.0.1:source GetPasswordData ec2.amazonaws.com Client.InvalidInstanceID.Malformed",
		"DefenseImpairment:EC2/DisableOrModifyTools":         "Example-ServiceHandlerRole 10.0.0.1:source DeleteFlowLogs ec2.amazonaws.com ",
		"Execution:SageMaker/CommandAndScriptingInterpreter": "Example-ServiceHandlerRole 10.0.0.1:source CreateNotebookInstanceLifecycleConfig sagemaker.amazonaws.com ",
		"InitialAccess:IAM/ValidAccounts":                    "Example-Developer 10.0.0.1:source ConsoleLogin signin.amazonaws.com ",
		"InitialAccess:RDS/ExploitPublicFacingApplication":   "Example-ServiceHandlerRole cloudformation.amazonaws.com:source CreateDBInstance rds.amazonaws.com ",
		"PrivilegeEscalation:IAM/AccountManipulation":        "Example-AdminRole 10.0.0.1:source AttachRolePolicy iam.amazonaws.com ",
		"ResourceDevelopment:SES/CompromiseAccounts":         "Example-ServiceHandlerRole 10.0.0.1:source CreateEmailIdentity ses.amazonaws.com ",
	} {
		var s sequence
		if err := json.Unmarshal([]byte(jsonview.Get(everything.Findings("d", []string{name}, now)[0], "service", "detection", "sequence")), &s); err != nil {
			t.Fatal(err)
		}
		c := s.Signals[0].Activities[0].API
		if got := strings.Join([]string{s.Actors[0].User.Name, s.Signals[0].Endpoints[0], c.Operation, c.Service, c.Error}, " "); got != want {
			t.Errorf("%s tells of %q, want %q", name, got, want)
		}
	}
}

// TestInfo: the details of types that are unlike their neighbours'.
func TestInfo(t *testing.T) {
	const list, threat = `"threatListName":"GeneratedFindingThreatListName"`, `"threatName":"GeneratedFindingThreatName"`
	for name, want := range map[string]string{
		"Behavior:EC2/TrafficVolumeUnusual":               `{"unusualProtocol":"UDP",` + list + `,"sample":true}`,
		"Discovery:S3/MaliciousIPCaller":                  `{"sample":true}`,
		"Impact:S3/MaliciousIPCaller":                     `{"sample":true}`,
		"Persistence:Kubernetes/TorIPCaller":              "{" + threat + "," + list + `,"sample":true}`,
		"Recon:EC2/PortProbeUnprotectedPort":              "{" + threat + "," + list + `,"sample":true}`,
		"Trojan:EC2/BlackholeTraffic":                     "{" + list + `,"sample":true}`,
		"Trojan:EC2/DNSDataExfiltration":                  `{"domain":"GeneratedFindingThreatListName","sample":true}`,
		"Trojan:EC2/DropPoint":                            `{"unusualProtocol":"UDP",` + list + `,"sample":true}`,
		"UnauthorizedAccess:EC2/MaliciousIPCaller.Custom": "{" + threat + "," + list + `,"sample":true}`,
		"UnauthorizedAccess:EC2/MetadataDNSRebind":        "{" + list + `,"sample":true}`,
		"UnauthorizedAccess:EC2/TorClient":                `{"sample":true}`,
	} {
		if got := jsonview.GetString(everything.Findings("d", []string{name}, now)[0], "service", "additionalInfo", "value"); got != want {
			t.Errorf("%s says %s, want %s", name, got, want)
		}
	}
}

// TestPublicBuckets: the type about public buckets shows some.
func TestPublicBuckets(t *testing.T) {
	for name, want := range map[string]string{"Policy:S3/BucketPublicAccessGranted": "PUBLIC", "Policy:S3/BucketBlockPublicAccessDisabled": "NOT_PUBLIC"} {
		buckets := jsonview.Get(everything.Findings("d", []string{name}, now)[0], "resource", "s3BucketDetails")
		for b := range jsonview.Array(buckets) {
			if got := jsonview.GetString(b, "publicAccess", "effectivePermission"); got != want {
				t.Errorf("%s shows a bucket that is %s, want %s", name, got, want)
			}
		}
	}
}
