package finding

import (
	"strconv"
	"strings"

	"picket/event"
	"picket/jsonview"
)

// Subject reads out of row i of kind k what a finding of type t says about it:
// account, region, resource, action, and what matched the lists of marks.
// Everything is copied: the hit outlives the batch.
func Subject(b *event.Batch, k event.Kind, i int, t *Type, marks event.Marks) Hit {
	h := Hit{Type: t, Resource: Resource{ResourceType: t.Resource}}
	switch k {
	case event.KindFlow:
		h.flow(b, &b.Flows[i], marks)
	case event.KindDNS:
		h.dns(&b.DNS[i], marks)
	case event.KindTrail:
		h.trail(&b.Trails[i], marks)
	default:
		h.audit(&b.Audits[i], marks)
	}
	h.Account = first(h.Account, b.Meta.Account)
	h.Region = first(h.Region, b.Meta.Region)
	return h
}

func first(a, b string) string {
	if a != "" {
		return strings.Clone(a)
	}
	return b
}

func (h *Hit) flow(b *event.Batch, f *event.Flow, marks event.Marks) {
	text := func(field event.Field) string { return strings.Clone(b.FlowText(f, field)) }
	h.Account, h.Region = text(event.FieldAccountID), text(event.FieldRegion)
	if h.Account == "unknown" {
		h.Account = ""
	}
	h.Resource.InstanceDetails = &InstanceDetails{
		InstanceID:       text(event.FieldInstanceID),
		AvailabilityZone: text(event.FieldAZID),
		NetworkInterfaces: []NetworkInterface{{
			NetworkInterfaceID: text(event.FieldInterfaceID),
			PrivateIPAddress:   v4(f.Local),
			Ipv6Addresses:      v6list(f.Local),
			SubnetID:           text(event.FieldSubnetID),
			VpcID:              text(event.FieldVPCID),
		}},
	}
	local := f.Local
	pkt := event.FieldPktDstAddr
	if f.Traits&event.Egress != 0 {
		pkt = event.FieldPktSrcAddr
	}
	if ip, ok := event.ParseIP(b.FlowText(f, pkt)); ok {
		local = ip
	}
	h.Action = Action{ActionType: ActionNetworkConnection, NetworkConnectionAction: &NetworkConnectionAction{
		ConnectionDirection:   Direction(f.Traits),
		Protocol:              Protocol(f.Proto),
		Blocked:               f.Traits&event.Rejected != 0,
		LocalIPDetails:        LocalIP(local),
		LocalPortDetails:      PortDetails(int(f.LocalPort)),
		LocalNetworkInterface: text(event.FieldInterfaceID),
		RemoteIPDetails:       RemoteIP(f.Remote),
		RemotePortDetails:     PortDetails(int(f.RemotePort)),
	}}
	if marks != 0 {
		h.Intel = []Indicator{{Mark: marks, IP: f.Remote, Port: f.RemotePort}}
	}
}

func (h *Hit) dns(d *event.DNS, marks event.Marks) {
	h.Account, h.Region = d.Account, d.Region
	h.Resource.InstanceDetails = &InstanceDetails{
		InstanceID: strings.Clone(d.Instance),
		NetworkInterfaces: []NetworkInterface{{
			PrivateIPAddress: v4(d.Src), Ipv6Addresses: v6list(d.Src), VpcID: strings.Clone(d.VPC),
		}},
	}
	h.Action = Action{ActionType: ActionDNSRequest, DNSRequestAction: &DNSRequestAction{
		Domain:            strings.Clone(d.Name),
		DomainWithSuffix:  strings.Clone(d.Domain()),
		Protocol:          strings.Clone(d.Protocol),
		Blocked:           d.Traits&event.Blocked != 0,
		VpcOwnerAccountID: strings.Clone(d.Account),
	}}
	if marks != 0 {
		name := d.Matched
		if name == "" {
			name = d.Name
		}
		h.Intel = []Indicator{{Mark: marks, Domain: strings.Clone(name)}}
	}
}

func (h *Hit) trail(t *event.Trail, marks event.Marks) {
	h.Account, h.Region = t.Account, t.Region
	h.Resource.AccessKeyDetails = AccessKey(&t.User)
	h.Resource.S3BucketDetails = buckets(t)
	call := &AwsAPICallAction{
		API: strings.Clone(t.Name), ServiceName: strings.Clone(t.Source),
		ErrorCode: strings.Clone(t.Error), UserAgent: strings.Clone(t.UserAgent),
		CallerType: "Remote IP", RemoteIPDetails: RemoteIP(t.Caller),
	}
	if t.Caller.IsZero() {
		call.CallerType, call.RemoteIPDetails = "Domain", nil
		call.DomainDetails = &DomainDetails{Domain: strings.Clone(t.CallerIP)}
	}
	if t.User.Account != "" && t.User.Account != t.Account {
		call.RemoteAccountDetails = &RemoteAccountDetails{AccountID: strings.Clone(t.User.Account)}
	}
	if bk := h.Resource.S3BucketDetails; len(bk) > 0 {
		call.AffectedResources = map[string]string{"AWS::S3::Bucket": bk[0].Name}
	}
	h.Action = Action{ActionType: ActionAWSAPICall, AwsAPICallAction: call}
	if marks != 0 {
		h.Intel = []Indicator{{Mark: marks, IP: t.Caller}}
	}
}

// AccessKey describes the identity of an API call.
func AccessKey(u *event.Identity) *AccessKeyDetails {
	return &AccessKeyDetails{
		AccessKeyID: strings.Clone(u.AccessKey), PrincipalID: strings.Clone(u.PrincipalID),
		UserName: strings.Clone(u.UserName()), UserType: strings.Clone(u.Type),
	}
}

func buckets(t *event.Trail) []S3BucketDetail {
	if t.Traits&event.S3 == 0 {
		return nil
	}
	name := strings.Clone(jsonview.GetString(t.Params, "bucketName"))
	if name == "" {
		return nil
	}
	owner := t.Account
	for r := range jsonview.Array(t.Resources) {
		if jsonview.GetString(r, "type") == "AWS::S3::Bucket" {
			owner = first(jsonview.GetString(r, "accountId"), owner)
		}
	}
	return []S3BucketDetail{{
		ARN: "arn:" + Partition(t.Region) + ":s3:::" + name, Name: name, Type: "Destination",
		Owner: &Owner{ID: strings.Clone(owner)},
	}}
}

func (h *Hit) audit(a *event.Audit, marks event.Marks) {
	h.Account, h.Region = a.Account, a.Region
	cluster := strings.Clone(a.Cluster)
	if cluster == "" {
		cluster = "unknown" // the log carried no cluster name
	}
	h.Resource.EksClusterDetails = &EksClusterDetails{Name: cluster}
	if a.Account != "" && a.Region != "" {
		h.Resource.EksClusterDetails.ARN = "arn:" + Partition(a.Region) + ":eks:" + a.Region + ":" + a.Account + ":cluster/" + cluster
	}
	h.Resource.KubernetesDetails = &KubernetesDetails{
		KubernetesUserDetails: &KubernetesUserDetails{
			Username: strings.Clone(a.User), UID: strings.Clone(a.UID), Groups: cloneAll(jsonview.Strings(a.Groups)),
		},
		KubernetesWorkloadDetails: Workload(a),
	}
	h.Resource.AccessKeyDetails = iamUser(a)
	h.Action = Action{ActionType: ActionKubernetesAPICall, KubernetesAPICallAction: &KubernetesAPICallAction{
		RequestURI: strings.Clone(a.URI), Verb: strings.Clone(a.Verb), UserAgent: strings.Clone(a.UserAgent),
		SourceIPs: cloneAll(jsonview.Strings(a.SourceIPs)), StatusCode: int(a.Code), RemoteIPDetails: RemoteIP(a.Caller),
		Resource: strings.Clone(a.Resource), ResourceName: strings.Clone(a.Object),
		Namespace: strings.Clone(a.Namespace), Subresource: strings.Clone(a.Subresource),
	}}
	if marks != 0 {
		h.Intel = []Indicator{{Mark: marks, IP: a.Caller}}
	}
}

func cloneAll(ss []string) []string {
	for i := range ss {
		ss[i] = strings.Clone(ss[i])
	}
	return ss
}

// iamUser is the AWS identity that aws-iam-authenticator noted in user.extra.
func iamUser(a *event.Audit) *AccessKeyDetails {
	get := func(key string) string {
		for v := range jsonview.OneOrMany(jsonview.Get(a.Extra, key)) {
			return strings.Clone(jsonview.String(v))
		}
		return ""
	}
	arn := get("canonicalArn")
	if arn == "" {
		arn = get("arn")
	}
	if arn == "" {
		return nil
	}
	d := &AccessKeyDetails{AccessKeyID: get("accessKeyId"), PrincipalID: get("principalId"), UserType: "IAMUser"}
	if strings.Contains(arn, ":role/") || strings.Contains(arn, ":assumed-role/") {
		d.UserType = "Role"
	}
	d.UserName = arn[strings.LastIndexByte(arn, '/')+1:]
	if s := get("sessionName"); s != "" && d.PrincipalID != "" && !strings.Contains(d.PrincipalID, ":") {
		d.PrincipalID += ":" + s
	}
	return d
}

// Partition is the AWS partition of a region.
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// Direction is connectionDirection as flow traits tell it.
func Direction(t event.Traits) string {
	switch {
	case t&event.LocalClient != 0:
		return "OUTBOUND"
	case t&event.RemoteClient != 0:
		return "INBOUND"
	}
	return "UNKNOWN"
}

// Protocol names an IANA protocol number as GuardDuty does.
func Protocol(p uint8) string {
	switch p {
	case 1:
		return "ICMP"
	case 2:
		return "IGMP"
	case 6:
		return "TCP"
	case 17:
		return "UDP"
	case 47:
		return "GRE"
	case 50:
		return "ESP"
	case 51:
		return "AH"
	case 58:
		return "ICMPv6"
	case 132:
		return "SCTP"
	}
	return strconv.Itoa(int(p))
}

// PortDetails is a port with the name GuardDuty gives it.
func PortDetails(port int) *LocalPortDetails {
	name := "Unknown"
	switch port {
	case 22:
		name = "SSH"
	case 25:
		name = "SMTP"
	case 53:
		name = "DNS"
	case 80:
		name = "HTTP"
	case 443:
		name = "HTTPS"
	case 3389:
		name = "RDP"
	}
	return &LocalPortDetails{Port: port, PortName: name}
}

// LocalIP is our side's address.
func LocalIP(ip event.IP) *LocalIPDetails {
	if ip.Is4() {
		return &LocalIPDetails{IPAddressV4: ip.String()}
	}
	return &LocalIPDetails{IPAddressV6: ip.String()}
}

// RemoteIP is the other side's address, nil when there is none. Where it is
// gets filled in later.
func RemoteIP(ip event.IP) *RemoteIPDetails {
	switch {
	case ip.IsZero():
		return nil
	case ip.Is4():
		return &RemoteIPDetails{IPAddressV4: ip.String()}
	}
	return &RemoteIPDetails{IPAddressV6: ip.String()}
}

func v4(ip event.IP) string {
	if ip.Is4() {
		return ip.String()
	}
	return ""
}

func v6list(ip event.IP) []string {
	if ip.IsZero() || ip.Is4() {
		return nil
	}
	return []string{ip.String()}
}
