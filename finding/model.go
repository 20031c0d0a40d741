package finding

// The types below are GuardDuty's wire shapes (API reference, data types),
// with the members that a finding about logs can have. Members stand in the
// order in which the real service writes them; absent members are left out.

// Finding is what a user is told: one security issue, counted.
type Finding struct {
	SchemaVersion string   `json:"schemaVersion"`
	AccountID     string   `json:"accountId"`
	Region        string   `json:"region"`
	Partition     string   `json:"partition"`
	ID            string   `json:"id"`
	ARN           string   `json:"arn"`
	Type          string   `json:"type"`
	Resource      Resource `json:"resource"`
	Service       Service  `json:"service"`
	Severity      float64  `json:"severity"`
	CreatedAt     string   `json:"createdAt"`
	UpdatedAt     string   `json:"updatedAt"`
	Title         string   `json:"title"`
	Description   string   `json:"description"`

	// Records are the raw log records behind the finding. They are not part of
	// GuardDuty's JSON.
	Records []Record `json:"-"`
	// Declared is the type's declaration.
	Declared *Type `json:"-"`
}

// Resource is what the finding is about.
type Resource struct {
	ResourceType      string             `json:"resourceType"`
	AccessKeyDetails  *AccessKeyDetails  `json:"accessKeyDetails,omitempty"`
	S3BucketDetails   []S3BucketDetail   `json:"s3BucketDetails,omitempty"`
	InstanceDetails   *InstanceDetails   `json:"instanceDetails,omitempty"`
	EksClusterDetails *EksClusterDetails `json:"eksClusterDetails,omitempty"`
	KubernetesDetails *KubernetesDetails `json:"kubernetesDetails,omitempty"`
	LambdaDetails     *LambdaDetails     `json:"lambdaDetails,omitempty"`
}

// AccessKeyDetails names the identity behind an API call.
type AccessKeyDetails struct {
	AccessKeyID string `json:"accessKeyId,omitempty"`
	PrincipalID string `json:"principalId,omitempty"`
	UserName    string `json:"userName,omitempty"`
	UserType    string `json:"userType,omitempty"`
}

// S3BucketDetail describes a bucket.
type S3BucketDetail struct {
	ARN          string        `json:"arn,omitempty"`
	Name         string        `json:"name,omitempty"`
	Type         string        `json:"type,omitempty"` // Destination or Source
	Owner        *Owner        `json:"owner,omitempty"`
	PublicAccess *PublicAccess `json:"publicAccess,omitempty"`
}

// Owner is a bucket's owner.
type Owner struct {
	ID string `json:"id,omitempty"`
}

// PublicAccess says who may reach a bucket.
type PublicAccess struct {
	EffectivePermission     string                   `json:"effectivePermission,omitempty"`
	PermissionConfiguration *PermissionConfiguration `json:"permissionConfiguration,omitempty"`
}

// PermissionConfiguration is how a bucket's permission comes about.
type PermissionConfiguration struct {
	BucketLevelPermissions  *BucketLevelPermissions  `json:"bucketLevelPermissions,omitempty"`
	AccountLevelPermissions *AccountLevelPermissions `json:"accountLevelPermissions,omitempty"`
}

// BucketLevelPermissions are the bucket's own settings.
type BucketLevelPermissions struct {
	AccessControlList *AccessControlList `json:"accessControlList,omitempty"`
	BucketPolicy      *BucketPolicy      `json:"bucketPolicy,omitempty"`
	BlockPublicAccess *BlockPublicAccess `json:"blockPublicAccess,omitempty"`
}

// AccountLevelPermissions are the account's settings.
type AccountLevelPermissions struct {
	BlockPublicAccess *BlockPublicAccess `json:"blockPublicAccess,omitempty"`
}

// AccessControlList says what an ACL allows the public.
type AccessControlList struct {
	AllowsPublicReadAccess  bool `json:"allowsPublicReadAccess"`
	AllowsPublicWriteAccess bool `json:"allowsPublicWriteAccess"`
}

// BucketPolicy says what a bucket policy allows the public.
type BucketPolicy struct {
	AllowsPublicReadAccess  bool `json:"allowsPublicReadAccess"`
	AllowsPublicWriteAccess bool `json:"allowsPublicWriteAccess"`
}

// BlockPublicAccess holds the four flags of Block Public Access.
type BlockPublicAccess struct {
	IgnorePublicAcls      bool `json:"ignorePublicAcls"`
	RestrictPublicBuckets bool `json:"restrictPublicBuckets"`
	BlockPublicAcls       bool `json:"blockPublicAcls"`
	BlockPublicPolicy     bool `json:"blockPublicPolicy"`
}

// InstanceDetails describes an EC2 instance.
type InstanceDetails struct {
	AvailabilityZone   string              `json:"availabilityZone,omitempty"`
	IamInstanceProfile *IamInstanceProfile `json:"iamInstanceProfile,omitempty"`
	ImageDescription   string              `json:"imageDescription,omitempty"`
	ImageID            string              `json:"imageId,omitempty"`
	InstanceID         string              `json:"instanceId,omitempty"`
	InstanceState      string              `json:"instanceState,omitempty"`
	InstanceType       string              `json:"instanceType,omitempty"`
	LaunchTime         string              `json:"launchTime,omitempty"`
	NetworkInterfaces  []NetworkInterface  `json:"networkInterfaces,omitempty"`
	Platform           string              `json:"platform,omitempty"`
	Tags               []Tag               `json:"tags,omitempty"`
}

// IamInstanceProfile is an instance's profile.
type IamInstanceProfile struct {
	ARN string `json:"arn,omitempty"`
	ID  string `json:"id,omitempty"`
}

// Tag is a key and a value.
type Tag struct {
	Key   string `json:"key,omitempty"`
	Value string `json:"value,omitempty"`
}

// NetworkInterface is an interface of an instance.
type NetworkInterface struct {
	Ipv6Addresses      []string           `json:"ipv6Addresses,omitempty"`
	NetworkInterfaceID string             `json:"networkInterfaceId,omitempty"`
	PrivateDNSName     string             `json:"privateDnsName,omitempty"`
	PrivateIPAddress   string             `json:"privateIpAddress,omitempty"`
	PrivateIPAddresses []PrivateIPAddress `json:"privateIpAddresses,omitempty"`
	PublicDNSName      string             `json:"publicDnsName,omitempty"`
	PublicIP           string             `json:"publicIp,omitempty"`
	SecurityGroups     []SecurityGroup    `json:"securityGroups,omitempty"`
	SubnetID           string             `json:"subnetId,omitempty"`
	VpcID              string             `json:"vpcId,omitempty"`
}

// PrivateIPAddress is one private address of an interface.
type PrivateIPAddress struct {
	PrivateDNSName   string `json:"privateDnsName,omitempty"`
	PrivateIPAddress string `json:"privateIpAddress,omitempty"`
}

// SecurityGroup names a security group.
type SecurityGroup struct {
	GroupID   string `json:"groupId,omitempty"`
	GroupName string `json:"groupName,omitempty"`
}

// EksClusterDetails describes a cluster.
type EksClusterDetails struct {
	Name   string `json:"name,omitempty"`
	ARN    string `json:"arn,omitempty"`
	VpcID  string `json:"vpcId,omitempty"`
	Status string `json:"status,omitempty"`
}

// KubernetesDetails names the user and the workload of a request.
type KubernetesDetails struct {
	KubernetesUserDetails     *KubernetesUserDetails     `json:"kubernetesUserDetails,omitempty"`
	KubernetesWorkloadDetails *KubernetesWorkloadDetails `json:"kubernetesWorkloadDetails,omitempty"`
}

// KubernetesUserDetails is the user as the API server saw it.
type KubernetesUserDetails struct {
	Username string   `json:"username,omitempty"`
	UID      string   `json:"uid,omitempty"`
	Groups   []string `json:"groups,omitempty"`
}

// KubernetesWorkloadDetails is the workload a request was about.
type KubernetesWorkloadDetails struct {
	Name               string      `json:"name,omitempty"`
	Type               string      `json:"type,omitempty"`
	UID                string      `json:"uid,omitempty"`
	Namespace          string      `json:"namespace,omitempty"`
	HostNetwork        *bool       `json:"hostNetwork,omitempty"`
	HostPID            *bool       `json:"hostPID,omitempty"`
	HostIPC            *bool       `json:"hostIPC,omitempty"`
	ServiceAccountName string      `json:"serviceAccountName,omitempty"`
	Containers         []Container `json:"containers,omitempty"`
	Volumes            []Volume    `json:"volumes,omitempty"`
}

// Container is a container of a workload.
type Container struct {
	Name            string           `json:"name,omitempty"`
	Image           string           `json:"image,omitempty"`
	ImagePrefix     string           `json:"imagePrefix,omitempty"`
	VolumeMounts    []VolumeMount    `json:"volumeMounts,omitempty"`
	SecurityContext *SecurityContext `json:"securityContext,omitempty"`
}

// VolumeMount is where a container mounts a volume.
type VolumeMount struct {
	Name      string `json:"name,omitempty"`
	MountPath string `json:"mountPath,omitempty"`
}

// SecurityContext holds a container's privileges.
type SecurityContext struct {
	Privileged bool `json:"privileged"`
}

// Volume is a volume of a workload.
type Volume struct {
	Name     string    `json:"name,omitempty"`
	HostPath *HostPath `json:"hostPath,omitempty"`
}

// HostPath is a path on the node.
type HostPath struct {
	Path string `json:"path,omitempty"`
}

// LambdaDetails describes a function.
type LambdaDetails struct {
	FunctionName string `json:"functionName,omitempty"`
	FunctionARN  string `json:"functionArn,omitempty"`
	Role         string `json:"role,omitempty"`
}

// Service says what happened, when and how often.
type Service struct {
	ServiceName    string          `json:"serviceName"`
	DetectorID     string          `json:"detectorId"`
	Action         Action          `json:"action"`
	ResourceRole   string          `json:"resourceRole,omitempty"`
	AdditionalInfo *AdditionalInfo `json:"additionalInfo,omitempty"`
	Evidence       *Evidence       `json:"evidence,omitempty"`
	EventFirstSeen string          `json:"eventFirstSeen"`
	EventLastSeen  string          `json:"eventLastSeen"`
	Archived       bool            `json:"archived"`
	Count          int             `json:"count"`
	UserFeedback   string          `json:"userFeedback,omitempty"`
	FeatureName    string          `json:"featureName,omitempty"`
}

// AdditionalInfo carries a JSON document as text.
type AdditionalInfo struct {
	Value string `json:"value"`
	Type  string `json:"type"`
}

// Evidence names the lists that matched.
type Evidence struct {
	ThreatIntelligenceDetails []ThreatIntelligenceDetail `json:"threatIntelligenceDetails"`
}

// ThreatIntelligenceDetail is one list that matched.
type ThreatIntelligenceDetail struct {
	ThreatListName string   `json:"threatListName,omitempty"`
	ThreatNames    []string `json:"threatNames"`
}

// Values of Action.ActionType.
const (
	ActionNetworkConnection = "NETWORK_CONNECTION"
	ActionDNSRequest        = "DNS_REQUEST"
	ActionPortProbe         = "PORT_PROBE"
	ActionAWSAPICall        = "AWS_API_CALL"
	ActionKubernetesAPICall = "KUBERNETES_API_CALL"
)

// Action is the activity; one member beside ActionType is set.
type Action struct {
	ActionType              string                   `json:"actionType"`
	NetworkConnectionAction *NetworkConnectionAction `json:"networkConnectionAction,omitempty"`
	DNSRequestAction        *DNSRequestAction        `json:"dnsRequestAction,omitempty"`
	PortProbeAction         *PortProbeAction         `json:"portProbeAction,omitempty"`
	AwsAPICallAction        *AwsAPICallAction        `json:"awsApiCallAction,omitempty"`
	KubernetesAPICallAction *KubernetesAPICallAction `json:"kubernetesApiCallAction,omitempty"`
}

// Remote returns the details of the other side of the action, nil when it has none.
func (a *Action) Remote() *RemoteIPDetails {
	switch {
	case a.NetworkConnectionAction != nil:
		return a.NetworkConnectionAction.RemoteIPDetails
	case a.AwsAPICallAction != nil:
		return a.AwsAPICallAction.RemoteIPDetails
	case a.KubernetesAPICallAction != nil:
		return a.KubernetesAPICallAction.RemoteIPDetails
	case a.PortProbeAction != nil && len(a.PortProbeAction.PortProbeDetails) > 0:
		return a.PortProbeAction.PortProbeDetails[0].RemoteIPDetails
	}
	return nil
}

// NetworkConnectionAction is a conversation seen in flow logs.
type NetworkConnectionAction struct {
	ConnectionDirection   string            `json:"connectionDirection"` // INBOUND, OUTBOUND or UNKNOWN
	Protocol              string            `json:"protocol"`
	Blocked               bool              `json:"blocked"`
	LocalIPDetails        *LocalIPDetails   `json:"localIpDetails,omitempty"`
	LocalPortDetails      *LocalPortDetails `json:"localPortDetails,omitempty"`
	LocalNetworkInterface string            `json:"localNetworkInterface,omitempty"`
	RemoteIPDetails       *RemoteIPDetails  `json:"remoteIpDetails,omitempty"`
	RemotePortDetails     *LocalPortDetails `json:"remotePortDetails,omitempty"`
}

// LocalIPDetails is our address.
type LocalIPDetails struct {
	IPAddressV4 string `json:"ipAddressV4,omitempty"`
	IPAddressV6 string `json:"ipAddressV6,omitempty"`
}

// LocalPortDetails is a port and its usual name; GuardDuty uses the same shape
// for remote ports.
type LocalPortDetails struct {
	Port     int    `json:"port"`
	PortName string `json:"portName"`
}

// RemoteIPDetails is the other side's address and where it is.
type RemoteIPDetails struct {
	IPAddressV4  string        `json:"ipAddressV4,omitempty"`
	IPAddressV6  string        `json:"ipAddressV6,omitempty"`
	Organization *Organization `json:"organization,omitempty"`
	Country      *Country      `json:"country,omitempty"`
	City         *City         `json:"city,omitempty"`
	GeoLocation  *GeoLocation  `json:"geoLocation,omitempty"`
}

// Address returns the address in either version.
func (r *RemoteIPDetails) Address() string {
	if r == nil {
		return ""
	}
	if r.IPAddressV4 != "" {
		return r.IPAddressV4
	}
	return r.IPAddressV6
}

// Organization is who runs an address.
type Organization struct {
	ASN    string `json:"asn,omitempty"`
	ASNOrg string `json:"asnOrg,omitempty"`
	ISP    string `json:"isp,omitempty"`
	Org    string `json:"org,omitempty"`
}

// Country is a country.
type Country struct {
	CountryName string `json:"countryName,omitempty"`
	CountryCode string `json:"countryCode,omitempty"`
}

// City is a city.
type City struct {
	CityName string `json:"cityName"`
}

// GeoLocation is a place on earth in degrees.
type GeoLocation struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// DNSRequestAction is a DNS query.
type DNSRequestAction struct {
	Domain            string `json:"domain"`
	Protocol          string `json:"protocol,omitempty"`
	Blocked           bool   `json:"blocked"`
	DomainWithSuffix  string `json:"domainWithSuffix,omitempty"`
	VpcOwnerAccountID string `json:"vpcOwnerAccountId,omitempty"`
}

// PortProbeAction is probes of open ports.
type PortProbeAction struct {
	Blocked          bool              `json:"blocked"`
	PortProbeDetails []PortProbeDetail `json:"portProbeDetails"`
}

// PortProbeDetail is one probed port and who probed it.
type PortProbeDetail struct {
	LocalPortDetails *LocalPortDetails `json:"localPortDetails,omitempty"`
	LocalIPDetails   *LocalIPDetails   `json:"localIpDetails,omitempty"`
	RemoteIPDetails  *RemoteIPDetails  `json:"remoteIpDetails,omitempty"`
}

// AwsAPICallAction is a call of an AWS API.
type AwsAPICallAction struct {
	API                  string                `json:"api"`
	ServiceName          string                `json:"serviceName"`
	CallerType           string                `json:"callerType"` // "Remote IP" or "Domain"
	ErrorCode            string                `json:"errorCode,omitempty"`
	UserAgent            string                `json:"userAgent,omitempty"`
	RemoteIPDetails      *RemoteIPDetails      `json:"remoteIpDetails,omitempty"`
	RemoteAccountDetails *RemoteAccountDetails `json:"remoteAccountDetails,omitempty"`
	DomainDetails        *DomainDetails        `json:"domainDetails,omitempty"`
	AffectedResources    map[string]string     `json:"affectedResources,omitempty"`
}

// RemoteAccountDetails is the account the caller used.
type RemoteAccountDetails struct {
	AccountID  string `json:"accountId,omitempty"`
	Affiliated bool   `json:"affiliated"`
}

// DomainDetails is a caller that is a service.
type DomainDetails struct {
	Domain string `json:"domain,omitempty"`
}

// KubernetesAPICallAction is a request to a Kubernetes API server.
type KubernetesAPICallAction struct {
	RequestURI      string           `json:"requestUri,omitempty"`
	Verb            string           `json:"verb,omitempty"`
	SourceIPs       []string         `json:"sourceIPs,omitempty"`
	UserAgent       string           `json:"userAgent,omitempty"`
	RemoteIPDetails *RemoteIPDetails `json:"remoteIpDetails,omitempty"`
	StatusCode      int              `json:"statusCode,omitempty"`
	Parameters      string           `json:"parameters,omitempty"`
	Resource        string           `json:"resource,omitempty"`
	ResourceName    string           `json:"resourceName,omitempty"`
	Namespace       string           `json:"namespace,omitempty"`
	Subresource     string           `json:"subresource,omitempty"`
}
