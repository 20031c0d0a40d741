package finding

// Type declares one kind of finding, once: detectors raise it, reference pages
// and samples are made from it. It is a constant: nothing writes to it.
type Type struct {
	Name     string   // GuardDuty's name, "Recon:EC2/Portscan"
	Severity float64  // the usual severity, 1.0 to 8.9
	Sources  []Source // the logs it is found in
	Resource string   // resource.resourceType: one of the Resource… constants
	Role     string   // service.resourceRole: RoleTarget or RoleActor
	Title    string   // one line; {placeholders} are filled from the finding
	Text     string   // the description, one or two sentences, with {placeholders}
	Remedy   string   // what to do first
}

// Source is a kind of log, by GuardDuty's data source names.
type Source string

// The sources.
const (
	VPCFlowLogs  Source = "VPC_FLOW_LOGS"
	DNSLogs      Source = "DNS_LOGS"
	CloudTrail   Source = "CLOUD_TRAIL"
	S3DataEvents Source = "S3_LOGS"
	EKSAuditLogs Source = "KUBERNETES_AUDIT_LOGS"
)

// Feature is the name that service.featureName gives the source, as recorded
// from the real service.
func (s Source) Feature() string {
	switch s {
	case VPCFlowLogs:
		return "VpcFlowLogs"
	case DNSLogs:
		return "DnsQueryLogs"
	case S3DataEvents:
		return "S3DataEvents"
	case EKSAuditLogs:
		return "EKSAuditLogs"
	}
	return "CloudTrailManagementEvent"
}

// Values of resource.resourceType.
const (
	ResourceInstance  = "Instance"
	ResourceAccessKey = "AccessKey"
	ResourceS3Bucket  = "S3Bucket"
	ResourceCluster   = "EKSCluster"
)

// Values of service.resourceRole.
const (
	RoleTarget = "TARGET"
	RoleActor  = "ACTOR"
)

// Severity bands of GuardDuty (user guide, since December 2024).
const (
	SeverityLow      = 1.0
	SeverityMedium   = 4.0
	SeverityHigh     = 7.0
	SeverityCritical = 9.0
)

// Band names the severity band of s.
func Band(s float64) string {
	switch {
	case s >= SeverityCritical:
		return "Critical"
	case s >= SeverityHigh:
		return "High"
	case s >= SeverityMedium:
		return "Medium"
	}
	return "Low"
}
