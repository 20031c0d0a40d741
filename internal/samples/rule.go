package samples

import "strings"

// A rule is a type of the rules on CloudTrail that customers can switch on, with
// the signal that its sample shows.
type rule struct {
	name      string
	severity  float64
	signal    string
	operation string
	service   string
	technique string
}

var ruleTable = []rule{
	{"CredentialAccess:EC2/UnsecuredCredentials", 5, "EC2PasswordDataRetrieved", "GetPasswordData", "ec2", "T1552 - Unsecured Credentials"},
	{"CredentialAccess:RDS/ModifyAuthenticationProcess", 8, "RDSMasterPasswordReset", "ModifyDBInstance", "rds", "T1556 - Modify Authentication Process"},
	{"DefenseImpairment:EC2/DisableOrModifyTools", 8, "EC2TerminationProtectionEnabled", "ModifyInstanceAttribute", "ec2", "T1685 - Disable or Modify Tools"},
	{"DefenseImpairment:Organizations/DisableOrModifyTools", 8, "OrganizationPolicyDisabled", "DisablePolicyType", "organizations", "T1685 - Disable or Modify Tools"},
	{"DefenseImpairment:Organizations/ModifyCloudResourceHierarchy", 8, "OrganizationLeaveAttempt", "LeaveOrganization", "organizations",
		"T1666 - Modify Cloud Resource Hierarchy"},
	{"DefenseImpairment:RDS/ModifyAuthenticationProcess", 5, "RDSIAMAuthDisabled", "ModifyDBInstance", "rds", "T1556 - Modify Authentication Process"},
	{"DefenseImpairment:Route53Resolver/DisableOrModifyTools", 5, "DNSQueryLogsDeleted", "DeleteResolverQueryLogConfig", "route53resolver",
		"T1685.002 - Disable or Modify Tools: Disable or Modify Cloud Log"},
	{"DefenseImpairment:S3/DisableOrModifyTools", 8, "S3CustomerProvidedKeysEnabled", "PutBucketEncryption", "s3", "T1685 - Disable or Modify Tools"},
	{"Execution:SageMaker/CommandAndScriptingInterpreter", 5, "SageMakerLifecycleConfigModified", "UpdateNotebookInstanceLifecycleConfig", "sagemaker",
		"T1059 - Command and Scripting Interpreter"},
	{"Exfiltration:EC2/TransferDataToCloudAccount", 8, "AMIExternalAccess", "ModifyImageAttribute", "ec2", "T1537 - Transfer Data to Cloud Account"},
	{"Exfiltration:RDS/TransferDataToCloudAccount", 8, "RDSSnapshotPubliclyShared", "ModifyDBSnapshotAttribute", "rds", "T1537 - Transfer Data to Cloud Account"},
	{"Exfiltration:S3/TransferDataToCloudAccount", 8, "S3BucketPolicyExternalAccess", "PutBucketPolicy", "s3", "T1537 - Transfer Data to Cloud Account"},
	{"Impact:S3/DataDestruction", 5, "S3LifecycleRapidExpiration", "PutBucketLifecycle", "s3", "T1485 - Data Destruction"},
	{"Impact:SES/ResourceHijacking", 2, "SESAccountSendingEnabled", "PutAccountSendingAttributes", "ses", "T1496 - Resource Hijacking"},
	{"InitialAccess:IAM/ValidAccounts", 5, "ConsoleLoginWithoutMFA", "ConsoleLogin", "signin", "T1078 - Valid Accounts"},
	{"InitialAccess:RDS/ExploitPublicFacingApplication", 8, "RDSPubliclyAccessible", "CreateDBInstance", "rds", "T1190 - Exploit Public-Facing Application"},
	{"LateralMovement:EC2/RemoteServices", 5, "EC2InstanceSSHKeyPushed", "SendSSHPublicKey", "ec2-instance-connect", "T1021.004 - Remote Services: SSH"},
	{"Persistence:EC2/BootOrLogonInitializationScripts", 8, "EC2UserDataModified", "ModifyInstanceAttribute", "ec2", "T1037 - Boot or Logon Initialization Scripts"},
	{"Persistence:EC2/ExternalRemoteServices", 5, "EC2SecurityGroupPublicSSH", "AuthorizeSecurityGroupIngress", "ec2", "T1133 - External Remote Services"},
	{"Persistence:IAM/AccountManipulation", 2, "IAMAccessKeyCreated", "CreateAccessKey", "iam", "T1098.001 - Account Manipulation: Additional Cloud Credentials"},
	{"Persistence:Lambda/AccountManipulation", 8, "LambdaFunctionPublicAccess", "AddPermission20150331v2", "lambda", "T1098 - Account Manipulation"},
	{"Persistence:Lambda/ModifyAuthenticationProcess", 8, "LambdaFunctionUrlPublicAccess", "CreateFunctionUrlConfig", "lambda", "T1556 - Modify Authentication Process"},
	{"Persistence:RolesAnywhere/AccountManipulation", 5, "RolesAnywhereTrustAnchorCreated", "CreateTrustAnchor", "rolesanywhere", "T1098 - Account Manipulation"},
	{"PrivilegeEscalation:IAM/AccountManipulation", 8, "AdminPolicyAttachedToRole", "AttachRolePolicy", "iam", "T1098.001 - Account Manipulation: Additional Cloud Credentials"},
	{"ResourceDevelopment:SES/CompromiseAccounts", 5, "SESDomainIdentityVerified", "VerifyDomainIdentity", "ses", "T1586 - Compromise Accounts"},
}

// tactics are the tactics of MITRE ATT&CK, by the purpose that types name.
var tactics = map[string]string{
	"CredentialAccess": "Credential Access", "DefenseImpairment": "Defense Impairment", "Execution": "Execution", "Exfiltration": "Exfiltration",
	"Impact": "Impact", "InitialAccess": "Initial Access", "LateralMovement": "Lateral Movement", "Persistence": "Persistence",
	"PrivilegeEscalation": "Privilege Escalation", "ResourceDevelopment": "Resource Development",
}

// rules are the types of the rules on CloudTrail.
func rules() family {
	f := family{name: "CustomDetectionRules", needs: "CLOUDTRAIL_MGMT"}
	for i := range ruleTable {
		r := &ruleTable[i]
		f.kinds = append(f.kinds, kind{
			name: r.name, severity: r.severity,
			title:   "AssumedRole : Example-ServiceHandlerRole matched the rule " + r.signal + ".",
			text:    "AssumedRole : Example-ServiceHandlerRole called " + r.operation + " from 10.0.0.1, which the rule " + r.signal + " looks for.",
			samples: []look{r.look()},
		})
	}
	return f
}

func (r *rule) look() look {
	purpose, _, _ := strings.Cut(r.name, ":")
	s := sequence{
		UID: id(r.name), Description: r.signal,
		Actors: []actor{{
			ID:      "AssumedRole:AROAEXAMPLEROLEID1234",
			User:    &user{"Example-ServiceHandlerRole", "AROAEXAMPLEROLEID1234", "AssumedRole", "ASIAIOSFODNN7EXAMPLE", &owner{"111122223333"}},
			Session: &session{"DISABLED", seen, "arn:aws:iam::111122223333:role/Example-ServiceHandlerRole"},
		}},
		Resources: []subject{{UID: "ASIAIOSFODNN7EXAMPLE", AccountID: "111122223333", ResourceType: "ACCESS_KEY", CloudPartition: "aws"}},
		Endpoints: []endpoint{{ID: "10.0.0.1:source", IP: "10.0.0.1", Location: &location{City: "GeneratedFindingCityName", Country: "GeneratedFindingCountryName"},
			AutonomousSystem: &autonomousSystem{"ReservedASN", 64496}}},
	}
	sig := s.add(r.signal, r.severity, r.signal, tactics[purpose], r.technique)
	sig.Type = "CLOUD_TRAIL"
	sig.Activities = []activity{{"API_CALL", call{r.operation, r.service + ".amazonaws.com", "GeneratedFindingUserAgent"}}}
	return s.look("AccessKey", "CustomDetectionRule - CloudTrailManagementEvent")
}
