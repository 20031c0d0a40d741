package ocsf

import (
	"strings"

	"picket/event"
	"picket/finding"
)

// samples has one finding for each kind of resource and action, by the name of
// its golden file.
func samples() map[string]*finding.Finding {
	return map[string]*finding.Finding{
		"flow-outbound": flowSample(),
		"flow-inbound":  inboundSample(),
		"dns":           dnsSample(),
		"dns-odd-name":  oddNameSample(),
		"port-probe":    probeSample(),
		"iam":           iamSample(),
		"iam-service":   serviceSample(),
		"s3":            bucketSample(),
		"kubernetes":    kubernetesSample(),
	}
}

// base is what all samples have. Its times are 2026-01-05T00:00:00Z and the
// hour after, in milliseconds 1767571200000 and 1767574800000.
func base(typ string, severity float64, source finding.Source) *finding.Finding {
	first := event.Time(1_767_571_200_000)
	last := first + event.Hour
	return &finding.Finding{
		SchemaVersion: "2.0", AccountID: "111122223333", Region: "eu-west-1", Partition: "aws",
		ID: "0123456789abcdef0123456789abcdef", ARN: "arn:aws:guardduty:eu-west-1:111122223333:detector/d0/finding/0123456789abcdef0123456789abcdef",
		Type: typ, Severity: severity, CreatedAt: last.String(), UpdatedAt: last.String(), Title: "A title.", Description: "A description.",
		Service: finding.Service{
			ServiceName: "guardduty", DetectorID: "d0", ResourceRole: finding.RoleTarget, Count: 3, FeatureName: source.Feature(),
			EventFirstSeen: first.String(), EventLastSeen: last.String(),
			AdditionalInfo: &finding.AdditionalInfo{Value: "{}", Type: "default"},
		},
		Declared: &finding.Type{Name: typ, Sources: []finding.Source{source}, Remedy: "Look at it."},
	}
}

func instanceSample(f *finding.Finding) {
	f.Resource = finding.Resource{ResourceType: finding.ResourceInstance, InstanceDetails: &finding.InstanceDetails{
		InstanceID: "i-0123456789abcdef0", AvailabilityZone: "euw1-az1", Tags: []finding.Tag{{Key: "Name", Value: "web"}, {Key: "team", Value: "shop"}},
		NetworkInterfaces: []finding.NetworkInterface{{NetworkInterfaceID: "eni-0a", PrivateIPAddress: "10.0.0.5", SubnetID: "subnet-0a", VpcID: "vpc-0a"}},
	}}
}

func remoteSample() *finding.RemoteIPDetails {
	return &finding.RemoteIPDetails{
		IPAddressV4: "198.51.100.7", Country: &finding.Country{CountryName: "Netherlands", CountryCode: "NL"}, City: &finding.City{CityName: "Amsterdam"},
		GeoLocation:  &finding.GeoLocation{Lat: 52.25, Lon: 0},
		Organization: &finding.Organization{ASN: "64496", ASNOrg: "Example Net", ISP: "Example ISP", Org: "Example Org"},
	}
}

func flowSample() *finding.Finding {
	f := base("UnauthorizedAccess:EC2/TorClient", 8, finding.VPCFlowLogs)
	instanceSample(f)
	f.Service.ResourceRole = finding.RoleActor
	f.Service.AdditionalInfo.Value = `{"threatListName":"tor-exits","threatName":"Tor"}`
	f.Service.Evidence = &finding.Evidence{ThreatIntelligenceDetails: []finding.ThreatIntelligenceDetail{{ThreatListName: "tor-exits", ThreatNames: []string{"Tor"}}}}
	f.Service.Action = finding.Action{ActionType: finding.ActionNetworkConnection, NetworkConnectionAction: &finding.NetworkConnectionAction{
		ConnectionDirection: "OUTBOUND", Protocol: "TCP",
		LocalIPDetails: &finding.LocalIPDetails{IPAddressV4: "10.0.0.5"}, LocalPortDetails: finding.PortDetails(40000), LocalNetworkInterface: "eni-0a",
		RemoteIPDetails: remoteSample(), RemotePortDetails: finding.PortDetails(9001),
	}}
	f.Records = []finding.Record{{Path: "flow.log.gz", Offset: 120, Text: "2 111122223333 eni-0a 10.0.0.5 198.51.100.7 40000 9001 6 10 840 1767571200 1767571260 ACCEPT OK"}}
	return f
}

// inboundSample is an IPv6 conversation of an interface without an instance,
// which has been updated and archived.
func inboundSample() *finding.Finding {
	f := base("Behavior:EC2/NetworkPortUnusual", 5, finding.VPCFlowLogs)
	f.UpdatedAt = "2026-01-05T02:00:00.000Z"
	f.Service.Archived = true
	f.Resource = finding.Resource{ResourceType: finding.ResourceInstance, InstanceDetails: &finding.InstanceDetails{
		NetworkInterfaces: []finding.NetworkInterface{{NetworkInterfaceID: "eni-0b", Ipv6Addresses: []string{"2001:db8::5"}}},
	}}
	f.Service.Action = finding.Action{ActionType: finding.ActionNetworkConnection, NetworkConnectionAction: &finding.NetworkConnectionAction{
		ConnectionDirection: "INBOUND", Protocol: "ICMPv6", Blocked: true, LocalIPDetails: &finding.LocalIPDetails{IPAddressV6: "2001:db8::5"},
		LocalPortDetails: finding.PortDetails(0), RemoteIPDetails: &finding.RemoteIPDetails{IPAddressV6: "2001:db8:1::7"}, RemotePortDetails: finding.PortDetails(0),
	}}
	return f
}

func dnsSample() *finding.Finding {
	f := base("Trojan:EC2/DGADomainRequest.B", 8, finding.DNSLogs)
	instanceSample(f)
	f.Service.ResourceRole = finding.RoleActor
	f.Service.AdditionalInfo.Value = `{"score":0.97}`
	f.Service.Evidence = &finding.Evidence{ThreatIntelligenceDetails: []finding.ThreatIntelligenceDetail{{ThreatListName: "feed", ThreatNames: []string{}}}}
	f.Service.Action = finding.Action{ActionType: finding.ActionDNSRequest, DNSRequestAction: &finding.DNSRequestAction{
		Domain: "xjqzkwpv.example.com", Protocol: "UDP", DomainWithSuffix: "example.com", VpcOwnerAccountID: "111122223333",
	}}
	return f
}

// oddNameSample asks for a name that is legal in DNS and no OCSF host name.
func oddNameSample() *finding.Finding {
	f := dnsSample()
	f.Service.Action.DNSRequestAction.Domain = "_x._tcp.example.com"
	return f
}

func probeSample() *finding.Finding {
	f := base("Recon:EC2/PortProbeUnprotectedPort", 2, finding.VPCFlowLogs)
	instanceSample(f)
	detail := func(port int, ip string) finding.PortProbeDetail {
		return finding.PortProbeDetail{
			LocalPortDetails: finding.PortDetails(port), LocalIPDetails: &finding.LocalIPDetails{IPAddressV4: "10.0.0.5"},
			RemoteIPDetails: &finding.RemoteIPDetails{IPAddressV4: ip},
		}
	}
	f.Service.Evidence = &finding.Evidence{ThreatIntelligenceDetails: []finding.ThreatIntelligenceDetail{{ThreatListName: "scanners", ThreatNames: []string{"Scanner"}}}}
	f.Service.Action = finding.Action{ActionType: finding.ActionPortProbe, PortProbeAction: &finding.PortProbeAction{
		PortProbeDetails: []finding.PortProbeDetail{detail(22, "198.51.100.7"), detail(3389, "203.0.113.9")},
	}}
	return f
}

const trailRecord = `{"eventVersion":"1.08","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","requestID":"11111111-2222-3333-4444-555555555555"}`

func iamSample() *finding.Finding {
	f := base("DefenseEvasion:IAMUser/AnomalousBehavior", 5, finding.CloudTrail)
	f.Resource = finding.Resource{ResourceType: finding.ResourceAccessKey, AccessKeyDetails: &finding.AccessKeyDetails{
		AccessKeyID: "ASIAEXAMPLEKEY000001", PrincipalID: "AROAEXAMPLE0000000001:mallory", UserName: "admin", UserType: "AssumedRole",
	}}
	f.Service.Action = finding.Action{ActionType: finding.ActionAWSAPICall, AwsAPICallAction: &finding.AwsAPICallAction{
		API: "StopLogging", ServiceName: "cloudtrail.amazonaws.com", CallerType: "Remote IP", ErrorCode: "AccessDenied", UserAgent: "aws-cli/2.15",
		RemoteIPDetails: remoteSample(), RemoteAccountDetails: &finding.RemoteAccountDetails{AccountID: "444455556666"},
		AffectedResources: map[string]string{"AWS::CloudTrail::Trail": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"},
	}}
	f.Records = []finding.Record{{Path: "a.json.gz", Offset: 9, Text: "{}"}, {Path: "a.json.gz", Offset: -1, Text: trailRecord}}
	return f
}

// serviceSample is root, called by a service, without an access key.
func serviceSample() *finding.Finding {
	f := base("Policy:IAMUser/RootCredentialUsage", 9.1, finding.CloudTrail)
	f.Resource = finding.Resource{ResourceType: finding.ResourceAccessKey, AccessKeyDetails: &finding.AccessKeyDetails{
		PrincipalID: "111122223333", UserName: "Root", UserType: "Root",
	}}
	f.Service.Action = finding.Action{ActionType: finding.ActionAWSAPICall, AwsAPICallAction: &finding.AwsAPICallAction{
		API: "ListBuckets", ServiceName: "s3.amazonaws.com", CallerType: "Domain", DomainDetails: &finding.DomainDetails{Domain: "config.amazonaws.com"},
	}}
	f.Records = []finding.Record{{Offset: -1, Text: trailRecord}} // of another call
	return f
}

func bucketSample() *finding.Finding {
	f := base("Exfiltration:S3/MaliciousIPCaller", 8, finding.S3DataEvents)
	f.Resource = finding.Resource{
		ResourceType:     finding.ResourceS3Bucket,
		AccessKeyDetails: &finding.AccessKeyDetails{AccessKeyID: "AKIAEXAMPLEKEY000001", PrincipalID: "AIDAEXAMPLE0000000001", UserName: "alice", UserType: "IAMUser"},
		S3BucketDetails: []finding.S3BucketDetail{{
			ARN: "arn:aws:s3:::example-bucket", Name: "example-bucket", Type: "Destination", Owner: &finding.Owner{ID: "111122223333"},
			PublicAccess: &finding.PublicAccess{EffectivePermission: "NOT_PUBLIC"},
		}},
	}
	f.Service.Evidence = &finding.Evidence{ThreatIntelligenceDetails: []finding.ThreatIntelligenceDetail{{ThreatListName: "bad", ThreatNames: []string{"C2", "Spam"}}}}
	f.Service.Action = finding.Action{ActionType: finding.ActionAWSAPICall, AwsAPICallAction: &finding.AwsAPICallAction{
		API: "GetObject", ServiceName: "s3.amazonaws.com", CallerType: "Remote IP", RemoteIPDetails: &finding.RemoteIPDetails{IPAddressV4: "198.51.100.7"},
		AffectedResources: map[string]string{"AWS::S3::Bucket": "example-bucket"},
	}}
	return f
}

func kubernetesSample() *finding.Finding {
	yes := true
	f := base("PrivilegeEscalation:Kubernetes/PrivilegedContainer", 5, finding.EKSAuditLogs)
	f.AccountID = "" // the log carried none
	f.Resource = finding.Resource{
		ResourceType:      finding.ResourceCluster,
		EksClusterDetails: &finding.EksClusterDetails{Name: "shop"},
		KubernetesDetails: &finding.KubernetesDetails{
			KubernetesUserDetails: &finding.KubernetesUserDetails{Username: "dev", UID: "u-1", Groups: []string{"system:authenticated"}},
			KubernetesWorkloadDetails: &finding.KubernetesWorkloadDetails{
				Name: "tool", Type: "pods", Namespace: "default", HostPID: &yes,
				Containers: []finding.Container{{Name: "sh", Image: "example.com/sh:1", SecurityContext: &finding.SecurityContext{Privileged: true}}},
			},
		},
		AccessKeyDetails: &finding.AccessKeyDetails{AccessKeyID: "ASIAEXAMPLEKEY000002", PrincipalID: "AROAEXAMPLE0000000002:dev", UserName: "dev-role", UserType: "Role"},
	}
	f.Service.Action = finding.Action{ActionType: finding.ActionKubernetesAPICall, KubernetesAPICallAction: &finding.KubernetesAPICallAction{
		RequestURI: "/api/v1/namespaces/default/pods", Verb: "create", UserAgent: "kubectl/v1.30", SourceIPs: []string{"198.51.100.7"}, StatusCode: 201,
		RemoteIPDetails: &finding.RemoteIPDetails{IPAddressV4: "198.51.100.7"}, Resource: "pods", ResourceName: "tool", Namespace: "default",
	}}
	f.Records = []finding.Record{{Path: "audit.log", Offset: 0, Text: `{"kind":"Event","auditID":"66666666-7777-8888-9999-000000000000","verb":"create"}`}}
	return f
}

// long is more than any OCSF string may hold.
var long = strings.Repeat("é", 70_000)
