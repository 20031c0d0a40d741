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
	calls     int    // that the finding counts
	matches   int    // of these, those that the signal counts
	err       string // that the calls ended with
}

var ruleTable = []rule{
	{"CredentialAccess:EC2/UnsecuredCredentials", 5, "EC2PasswordDataRetrieved", "GetPasswordData", "ec2", "T1552 - Unsecured Credentials", 6, 4, "Client.InvalidInstanceID.Malformed"},
	{"CredentialAccess:RDS/ModifyAuthenticationProcess", 8, "RDSMasterPasswordReset", "ModifyDBInstance", "rds", "T1556 - Modify Authentication Process", 15, 10, ""},
	{"DefenseImpairment:EC2/DisableOrModifyTools", 8, "VPCFlowLogsDeleted", "DeleteFlowLogs", "ec2", cloudLog, 171, 6, ""},
	{"DefenseImpairment:Organizations/DisableOrModifyTools", 8, "OrganizationPolicyDisabled", "DisablePolicyType", "organizations", "T1685 - Disable or Modify Tools", 24, 8, ""},
	{"DefenseImpairment:Organizations/ModifyCloudResourceHierarchy", 8, "OrganizationLeaveAttempt", "LeaveOrganization", "organizations",
		"T1666 - Modify Cloud Resource Hierarchy", 179, 8, "MasterCannotLeaveOrganizationException"},
	{"DefenseImpairment:RDS/ModifyAuthenticationProcess", 5, "RDSIAMAuthDisabled", "ModifyDBInstance", "rds", "T1556 - Modify Authentication Process", 125, 11, ""},
	{"DefenseImpairment:Route53Resolver/DisableOrModifyTools", 5, "DNSQueryLogsDeleted", "DeleteResolverQueryLogConfig", "route53resolver", cloudLog, 24, 8, ""},
	{"DefenseImpairment:S3/DisableOrModifyTools", 8, "S3CustomerProvidedKeysEnabled", "PutBucketEncryption", "s3", "T1685 - Disable or Modify Tools", 15, 10, ""},
	{"Execution:SageMaker/CommandAndScriptingInterpreter", 5, "SageMakerLifecycleConfigModified", "CreateNotebookInstanceLifecycleConfig", "sagemaker",
		"T1059 - Command and Scripting Interpreter", 31, 10, ""},
	{"Exfiltration:EC2/TransferDataToCloudAccount", 8, "AMIExternalAccess", "ModifyImageAttribute", "ec2", "T1537 - Transfer Data to Cloud Account", 10, 5, ""},
	{"Exfiltration:RDS/TransferDataToCloudAccount", 8, "RDSSnapshotPubliclyShared", "ModifyDBSnapshotAttribute", "rds", "T1537 - Transfer Data to Cloud Account", 27, 10, ""},
	{"Exfiltration:S3/TransferDataToCloudAccount", 8, "S3BucketPolicyExternalAccess", "PutBucketPolicy", "s3", "T1537 - Transfer Data to Cloud Account", 15, 10, ""},
	{"Impact:S3/DataDestruction", 5, "S3LifecycleRapidExpiration", "PutBucketLifecycle", "s3", "T1485 - Data Destruction", 15, 10, ""},
	{"Impact:SES/ResourceHijacking", 2, "SESAccountSendingEnabled", "PutAccountSendingAttributes", "ses", "T1496 - Resource Hijacking", 24, 8, ""},
	{"InitialAccess:IAM/ValidAccounts", 5, "ConsoleLoginWithoutMFA", "ConsoleLogin", "signin", "T1078.004 - Valid Accounts: Cloud Accounts", 1, 1, ""},
	{"InitialAccess:RDS/ExploitPublicFacingApplication", 8, "RDSPubliclyAccessible", "CreateDBInstance", "rds", "T1190 - Exploit Public-Facing Application", 2, 2, ""},
	{"LateralMovement:EC2/RemoteServices", 5, "EC2InstanceSSHKeyPushed", "SendSSHPublicKey", "ec2-instance-connect", "T1021.004 - Remote Services: SSH", 15, 10, ""},
	{"Persistence:EC2/BootOrLogonInitializationScripts", 8, "EC2UserDataModified", "ModifyInstanceAttribute", "ec2", "T1037 - Boot or Logon Initialization Scripts", 15, 10, ""},
	{"Persistence:EC2/ExternalRemoteServices", 5, "EC2SecurityGroupPublicSSH", "AuthorizeSecurityGroupIngress", "ec2", "T1133 - External Remote Services", 3, 3, ""},
	{"Persistence:IAM/AccountManipulation", 2, "IAMAccessKeyCreated", "CreateAccessKey", "iam", cloudCredentials, 1, 1, ""},
	{"Persistence:Lambda/AccountManipulation", 8, "LambdaFunctionPublicAccess", "AddPermission20150331v2", "lambda", "T1098 - Account Manipulation", 15, 10, ""},
	{"Persistence:Lambda/ModifyAuthenticationProcess", 8, "LambdaFunctionUrlPublicAccess", "CreateFunctionUrlConfig", "lambda", "T1556 - Modify Authentication Process", 15, 10, ""},
	{"Persistence:RolesAnywhere/AccountManipulation", 5, "RolesAnywhereTrustAnchorCreated", "CreateTrustAnchor", "rolesanywhere", cloudCredentials, 31, 10, ""},
	{"PrivilegeEscalation:IAM/AccountManipulation", 8, "AdminPolicyAttachedToRole", "AttachRolePolicy", "iam", cloudCredentials, 1, 1, ""},
	{"ResourceDevelopment:SES/CompromiseAccounts", 5, "SESDomainIdentityVerified", "CreateEmailIdentity", "ses", "T1586.002 - Compromise Accounts: Email Accounts", 24, 8, ""},
}

const (
	cloudLog         = "T1685.002 - Disable or Modify Tools: Disable or Modify Cloud Log"
	cloudCredentials = "T1098.001 - Account Manipulation: Additional Cloud Credentials"
)

// A principal is who made a rule's calls.
type principal struct{ kind, name, uid, key string }

func (p principal) actor() actor {
	resource := "role/"
	if p.kind == "IAMUser" {
		resource = "user/"
	}
	return actor{
		ID:      p.kind + ":" + p.uid,
		User:    &user{p.name, p.uid, p.kind, p.key, &owner{"111122223333"}},
		Session: &session{"DISABLED", seen, "arn:aws:iam::111122223333:" + resource + p.name},
	}
}

// principals are those that are not the handler.
var principals = map[string]principal{
	"InitialAccess:IAM/ValidAccounts":             {"IAMUser", "Example-Developer", "AIDAEXAMPLEUSERID1234", "AKIAIOSFODNN7EXAMPLE"},
	"Persistence:EC2/ExternalRemoteServices":      {"AssumedRole", "Example-DeployRole", "AROAEXAMPLEROLEID2345", "ASIAIOSFODNN7EXAMPLE"},
	"Persistence:IAM/AccountManipulation":         {"AssumedRole", "Example-AdminRole", "AROAEXAMPLEROLEID3456", "ASIAIOSFODNN7EXAMPLE"},
	"PrivilegeEscalation:IAM/AccountManipulation": {"AssumedRole", "Example-AdminRole", "AROAEXAMPLEROLEID4567", "ASIAIOSFODNN7EXAMPLE"},
}

var handler = principal{"AssumedRole", "Example-ServiceHandlerRole", "AROAEXAMPLEROLEID1234", "ASIAIOSFODNN7EXAMPLE"}

func (r *rule) principal() principal {
	if p, ok := principals[r.name]; ok {
		return p
	}
	return handler
}

// source is where a rule's calls came from.
func (r *rule) source() endpoint {
	e := endpoint{ID: "10.0.0.1:source", IP: "10.0.0.1"}
	if r.name == "InitialAccess:RDS/ExploitPublicFacingApplication" {
		e = domain("cloudformation.amazonaws.com")
		e.ID += ":source"
	}
	e.Location = &location{City: "GeneratedFindingCityName", Country: "GeneratedFindingCountryName"}
	e.AutonomousSystem = &autonomousSystem{"ReservedASN", 64496}
	return e
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
		who, from := r.principal(), strings.TrimSuffix(r.source().ID, ":source")
		f.kinds = append(f.kinds, kind{
			name: r.name, severity: r.severity,
			title:   who.kind + " : " + who.name + " matched the rule " + r.signal + ".",
			text:    who.kind + " : " + who.name + " called " + r.operation + " from " + from + ", which the rule " + r.signal + " looks for.",
			samples: []look{r.look()},
		})
	}
	return f
}

func (r *rule) look() look {
	purpose, _, _ := strings.Cut(r.name, ":")
	who := r.principal()
	s := sequence{
		UID: id(r.name), Description: r.signal,
		Actors:    []actor{who.actor()},
		Resources: []subject{{UID: who.key, AccountID: "111122223333", ResourceType: "ACCESS_KEY", CloudPartition: "aws"}},
		Endpoints: []endpoint{r.source()},
	}
	sig := s.add(r.signal, r.severity, r.signal, tactics[purpose], r.technique)
	sig.Type, sig.Count = "CLOUD_TRAIL", r.matches
	sig.Activities = []activity{{"API_CALL", call{r.operation, r.service + ".amazonaws.com", r.err, "GeneratedFindingUserAgent"}}}
	l := s.look("AccessKey", "CustomDetectionRule - CloudTrailManagementEvent")
	l.count = r.calls
	return l
}
