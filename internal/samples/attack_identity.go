package samples

// models are what credentials can be used on to invoke models, by the path in
// their ARNs; the first sequence has none.
var models = []struct{ kind, path string }{
	{},
	{"BEDROCK_APPLICATION_INFERENCE_PROFILE", "bedrock:us-east-1:123456789012:application-inference-profile/123456789abcdef"},
	{"BEDROCK_CUSTOM_MODEL", "bedrock:us-east-1:123456789012:custom-model/123456789abcdef"},
	{"BEDROCK_CUSTOM_MODEL_DEPLOYMENT", "bedrock:us-east-1:123456789012:custom-model-deployment/123456789abcdef"},
	{"BEDROCK_GUARDRAIL", "bedrock:us-east-1:123456789012:guardrail/123456789abcdef"},
	{"BEDROCK_IMPORTED_MODEL", "bedrock:us-east-1:123456789012:imported-model/123456789abcdef"},
	{"BEDROCK_INFERENCE_PROFILE", "bedrock:us-east-1:123456789012:inference-profile/example-generated-inference-profile"},
	{"BEDROCK_PROMPT", "bedrock:us-east-1:123456789012:prompt/123456789abcdef"},
	{"BEDROCK_PROMPT_ROUTER", "bedrock:us-east-1:123456789012:default-prompt-router/123456789abcdef"},
	{"BEDROCK_PROVISIONED_MODEL", "bedrock:us-east-1:123456789012:provisioned-model/123456789abcdef"},
	{"SAGEMAKER_ENDPOINT", "sagemaker:us-east-1:123456789012:endpoint/123456789abcdef"},
}

// torExit is where credentials were used from.
var torExit = indicator{"TOR_IP", []string{"10.0.0.1"}}

// credentials are stolen ones, alone and with models invoked.
func credentials() []*sequence {
	var out []*sequence
	for _, m := range models {
		s := &sequence{Actors: []actor{john}, Resources: []subject{johnsKey}, Endpoints: []endpoint{anywhere()}}
		if m.kind != "" {
			s.Resources = append(s.Resources, subject{UID: "arn:aws:" + m.path, AccountID: "123456789012", ResourceType: m.kind, Region: "us-east-1", Data: map[string]any{}})
		}
		s.add("UnauthorizedAccess:IAMUser/TorIPCaller", 5, "CreateRole was called through a Tor exit.", "Persistence",
			"T1098.003 - Account Manipulation: Additional Cloud Roles", risk("iam:CreateRole")).also("ATTACK_TACTIC", "PrivilegeEscalation")
		s.add("PenTest:IAMUser/KaliLinux", 5, "DeleteTrail was called from a KaliLinux host.", "Defense Evasion", cloudLogs, risk("cloudtrail:DeleteTrail"))
		s.add("PenTest:IAMUser/KaliLinux", 5, "AttachRolePolicy was called from a KaliLinux host.", "Persistence", "T1098 - Account Manipulation", risk("iam:AttachRolePolicy"))
		s.add("Stealth:IAMUser/CloudTrailLoggingDisabled", 5, "A trail was disabled.", "Defense Evasion", cloudLogs)
		if m.kind != "" {
			s.add("Impact:IAMUser/CostHarvesting", 5, "A model was invoked at somebody else's cost.", "Impact", "AML.T0034.000 - Cost Harvesting: Excessive Queries",
				risk("bedrock:InvokeModel")).also("ATTACK_TECHNIQUE", "AML.T0040 - AI Model Inference API Access")
		}
		s.indicate(torExit)
		s.count(0)
		out = append(out, s)
	}
	return out
}

const cloudLogs = "T1562.008 - Impair Defenses: Disable or Modify Cloud Logs"

func risk(apis ...string) indicator { return indicator{"HIGH_RISK_API", apis} }

// anywhere is caller without a port.
func anywhere() endpoint {
	e := caller()
	e.Port = nil
	return e
}

// bucketData is buckets whose data is taken away and deleted.
func bucketData() *sequence {
	s := &sequence{Actors: []actor{john}, Endpoints: []endpoint{anywhere()}}
	for _, name := range []string{"EXAMPLE-BUCKET1", "EXAMPLE-BUCKET2", "EXAMPLE-BUCKET3"} {
		s.Resources = append(s.Resources, subject{UID: "arn:aws:s3:::" + name, Name: name, ResourceType: "S3_BUCKET", Data: map[string]any{"s3Bucket": map[string]any{}}})
	}
	s.add("UnauthorizedAccess:S3/TorIPCaller", 5, "ListBuckets was called through a Tor exit.", "Discovery", "T1526 - Cloud Service Discovery", risk("s3:ListBuckets", "s3:ListObjects"))
	s.add("PenTest:IAMUser/KaliLinux", 5, "DeleteTrail was called from a KaliLinux host.", "Defense Evasion", "", risk("cloudtrail:DeleteTrail"))
	s.add("PenTest:IAMUser/KaliLinux", 5, "AttachUserPolicy was called from a KaliLinux host.", "Persistence", "T1098 - Account Manipulation", risk("iam:AttachUserPolicy"))
	s.add("PenTest:IAMUser/KaliLinux", 5, "PutBucketPublicAccessBlock was called from a KaliLinux host.", "Persistence", "")
	s.add("Stealth:IAMUser/CloudTrailLoggingDisabled", 2, "A trail was disabled.", "Defense Evasion", cloudLogs, risk("cloudtrail:DeleteTrail"))
	s.add("PenTest:S3/KaliLinux", 5, "DeleteObject was called from a KaliLinux host.", "Exfiltration", "T1485 - Data Destruction",
		risk("s3:DeleteObject", "s3:GetObject")).also("ATTACK_TACTIC", "Impact").also("ATTACK_TECHNIQUE", "T1530 - Data from Cloud Storage")
	s.indicate(risk("s3:PutBucketPublicAccessBlock"))
	s.indicate(torExit)
	s.count(0)
	return s
}
