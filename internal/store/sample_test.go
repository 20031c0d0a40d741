package store

import (
	"fmt"
	"math/rand/v2"

	"picket/event"
	"picket/finding"
)

const newest = event.Time(1_772_000_000_000) // of the samples' last events, 2026-02-25

var (
	sampleTypes = []string{"Recon:EC2/Portscan", "UnauthorizedAccess:EC2/SSHBruteForce", "Trojan:EC2/DNSDataExfiltration", "Stealth:S3/ServerAccessLoggingDisabled",
		"Execution:Kubernetes/ExecInKubeSystemPod", "CryptoCurrency:EC2/BitcoinTool.B!DNS", "Backdoor:EC2/C&CActivity.B", "Policy:IAMUser/RootCredentialUsage"}
	sampleCountries = []string{"Germany", "France", "Brazil", "Japan", "Kenya", "Norway", "Chile", "Iceland"}
)

// sampleFinding makes finding i: types, countries and ports are skewed, as they
// are in the field, times are spread over 90 days with some the same.
func sampleFinding(i int) finding.Finding {
	r := rand.New(rand.NewPCG(uint64(i), 1))
	pick := func(list []string) string { return list[int(float64(len(list))*r.Float64()*r.Float64())] }
	last := newest - event.Time(r.IntN(90*24*60))*event.Minute
	first := last - event.Time(r.IntN(48))*event.Hour
	f := finding.Finding{
		SchemaVersion: "2.0", AccountID: home.Account, Region: home.Region, Partition: "aws", ID: fmt.Sprintf("%032x", r.Uint64()), Type: pick(sampleTypes),
		Severity: []float64{2, 2, 2, 5, 5, 5.5, 8, 8.9, 7.5}[r.IntN(9)], CreatedAt: first.String(), UpdatedAt: (last + event.Time(r.IntN(3))*event.Minute).String(),
		Title: "A port of the instance is probed.", Description: fmt.Sprintf("198.51.100.%d probed instance i-%05d.", r.IntN(256), r.IntN(1000)),
	}
	f.ARN = "arn:aws:guardduty:us-east-1:" + f.AccountID + ":detector/d1/finding/" + f.ID
	f.Service = finding.Service{ServiceName: "guardduty", DetectorID: "d1", ResourceRole: finding.RoleTarget, Count: 1 + r.IntN(50), Archived: r.IntN(10) == 0,
		EventFirstSeen: first.String(), EventLastSeen: last.String(), FeatureName: "VpcFlowLogs"}
	if r.IntN(20) == 0 {
		f.Service.AdditionalInfo = &finding.AdditionalInfo{Value: fmt.Sprintf(`{"threatListName":"list%d"}`, r.IntN(5)), Type: "default"}
	}
	remote := &finding.RemoteIPDetails{IPAddressV4: fmt.Sprintf("198.51.%d.%d", r.IntN(256), r.IntN(256)), Country: &finding.Country{CountryName: pick(sampleCountries)},
		Organization: &finding.Organization{ASN: fmt.Sprint(64500 + r.IntN(40)), ASNOrg: "EXAMPLE"}, GeoLocation: &finding.GeoLocation{Lat: float64(r.IntN(180)) - 90, Lon: 10.5}}
	switch r.IntN(3) {
	case 0:
		f.Resource = finding.Resource{ResourceType: finding.ResourceS3Bucket}
		for range 1 + r.IntN(3) {
			f.Resource.S3BucketDetails = append(f.Resource.S3BucketDetails, finding.S3BucketDetail{Name: fmt.Sprintf("bucket-%d", r.IntN(300)), Type: "Destination"})
		}
		f.Service.Action = finding.Action{ActionType: finding.ActionAWSAPICall, AwsAPICallAction: &finding.AwsAPICallAction{
			API: pick([]string{"GetObject", "PutObject", "ListBuckets", "DeleteObject"}), ServiceName: "s3.amazonaws.com", CallerType: "Remote IP", RemoteIPDetails: remote}}
	default:
		f.Resource = finding.Resource{ResourceType: finding.ResourceInstance, InstanceDetails: &finding.InstanceDetails{InstanceID: fmt.Sprintf("i-%05d", r.IntN(1000)),
			Tags: []finding.Tag{{Key: "team", Value: pick([]string{"red", "green", "blue"})}, {Key: "stage", Value: "prod"}},
			NetworkInterfaces: []finding.NetworkInterface{
				{NetworkInterfaceID: fmt.Sprintf("eni-%d", r.IntN(2000)), PrivateIPAddress: "10.0.0.1", SubnetID: "subnet-1", VpcID: fmt.Sprintf("vpc-%d", r.IntN(10)),
					SecurityGroups: []finding.SecurityGroup{{GroupID: fmt.Sprintf("sg-%d", r.IntN(30))}, {GroupID: fmt.Sprintf("sg-%d", r.IntN(30))}}}}}}
		f.Service.Action = finding.Action{ActionType: finding.ActionNetworkConnection, NetworkConnectionAction: &finding.NetworkConnectionAction{
			ConnectionDirection: pick([]string{"INBOUND", "OUTBOUND", "UNKNOWN"}), Protocol: "TCP", Blocked: r.IntN(2) == 0, RemoteIPDetails: remote,
			LocalPortDetails: finding.PortDetails([]int{22, 80, 443, 8080}[r.IntN(4)]), RemotePortDetails: finding.PortDetails(1024 + r.IntN(60000))}}
	}
	return f
}

func sampleFindings(n int) []*finding.Finding {
	fs := make([]*finding.Finding, n)
	for i := range fs {
		f := sampleFinding(i)
		fs[i] = &f
	}
	return fs
}

func long(n int64) *int64 { return &n }

// randomCriteria asks for things that samples have, seldom or often, and for
// things that none has.
func randomCriteria(r *rand.Rand) finding.Criteria {
	f := sampleFinding(r.IntN(5000))
	text := func(path string, vs ...string) (string, finding.Condition) {
		c := finding.Condition{}
		switch r.IntN(6) {
		case 0:
			c.NotEquals = vs
		case 1:
			c.Neq, c.NotEquals = vs, []string{}
		case 2:
			c.Equals, c.Eq = append(vs, vs[0]), vs
		default:
			c.Eq = vs
		}
		return path, c
	}
	span := func(path string, lo, hi int64) (string, finding.Condition) {
		c := finding.Condition{}
		if r.IntN(3) > 0 {
			c.Gte = long(lo)
		} else {
			c.GreaterThan = long(lo)
		}
		if r.IntN(2) == 0 {
			c.LessThan = long(hi)
		}
		return path, c
	}
	at := int64(newest) - r.Int64N(90)*int64(event.Day)
	out := finding.Criteria{}
	for range r.IntN(4) {
		path, c := "", finding.Condition{}
		switch r.IntN(17) {
		case 0:
			path, c = text("type", f.Type, sampleTypes[r.IntN(len(sampleTypes))])
		case 1:
			path, c = text("severity", fmt.Sprint(r.IntN(9)), "8.9")
		case 2:
			path, c = span("severity", r.Int64N(9), 1+r.Int64N(9))
		case 3:
			path, c = text("service.archived", fmt.Sprint(r.IntN(5) == 0))
		case 4:
			path, c = span("updatedAt", at, at+r.Int64N(20*int64(event.Day)))
		case 5:
			path, c = text("resource.instanceDetails.instanceId", fmt.Sprintf("i-%05d", r.IntN(1000)))
		case 6:
			path, c = text("resource.instanceDetails.networkInterfaces.securityGroups.groupId", fmt.Sprintf("sg-%d", r.IntN(30)))
		case 7:
			path, c = text("resource.s3BucketDetails.name", fmt.Sprintf("bucket-%d", r.IntN(300)))
		case 8:
			path, c = text("service.action.networkConnectionAction.blocked", fmt.Sprint(r.IntN(2) == 0))
		case 9:
			path, c = text("service.action.networkConnectionAction.localPortDetails.port", "22", "8080")
		case 10:
			path, c = span("service.action.networkConnectionAction.remotePortDetails.port", 1024+r.Int64N(60000), 1024+r.Int64N(60000))
		case 11:
			path, c = text("service.action.networkConnectionAction.remoteIpDetails.country.countryName", sampleCountries[r.IntN(len(sampleCountries))])
		case 12:
			path, c = text("service.action.awsApiCallAction.remoteIpDetails.ipAddressV4", f.Service.Action.Remote().Address())
		case 13:
			path, c = text("service.additionalInfo.threatListName", fmt.Sprintf("list%d", r.IntN(6)))
		case 14:
			path, c = span("service.count", r.Int64N(50), r.Int64N(60))
		case 15:
			path, c = text("id", f.ID)
		case 16:
			path, c = text("service.eventLastSeen", f.Service.EventLastSeen)
		}
		out[path] = c
	}
	return out
}

// sorts are the documented ones, both ways, and the default.
func sorts() []Sort {
	out := []Sort{{}}
	for _, a := range []string{"accountId", "confidence", "createdAt", "updatedAt", "severity", "type", "service.eventFirstSeen", "service.eventLastSeen"} {
		out = append(out, Sort{a, false}, Sort{a, true})
	}
	return out
}

// PutFinding is PutFindings for modelled findings.
func (t *Tx) PutFinding(fs ...*finding.Finding) error {
	docs := make([]string, len(fs))
	for i, f := range fs {
		doc, err := f.JSON()
		if err != nil {
			return fmt.Errorf("encode finding %s: %w", f.ID, err)
		}
		docs[i] = string(doc)
	}
	return t.PutFindings(docs)
}
