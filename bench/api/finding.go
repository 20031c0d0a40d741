package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"picket/detectors"
	"picket/event"
	"picket/finding"
	"picket/internal/store"
)

const (
	region     = "eu-west-1"
	detectorID = "0123456789abcdef0123456789abcdef"
	newest     = event.Time(1_772_000_000_000) // of the last events
	days       = 90                            // that findings are spread over
)

var (
	accounts  = []string{"111122223333", "200000000002", "200000000003", "200000000004", "200000000005", "200000000006", "200000000007", "200000000008"}
	home      = store.Scope{Region: region, Account: accounts[0]} // the administrator
	countries = []string{"Germany", "France", "Brazil", "Japan", "Kenya", "Norway", "Chile", "Iceland", "India", "Ghana", "Peru", "Nepal"}
	ports     = []int{22, 80, 443, 8080, 3389, 5432, 53}
	raised    = typesRaised()
)

// typesRaised are the types that picket raises, in order of name.
func typesRaised() []*finding.Type {
	var out []*finding.Type
	for _, d := range detectors.All() {
		out = append(out, d.Findings...)
	}
	slices.SortFunc(out, func(a, b *finding.Type) int { return strings.Compare(a.Name, b.Name) })
	return slices.Compact(out)
}

// A dice makes the parts of one finding.
type dice struct{ *rand.Rand }

// skewed is a number below n, small ones more often: a few types, hosts and
// addresses make most findings.
func (d dice) skewed(n int) int { return int(float64(n) * d.Float64() * d.Float64() * d.Float64()) }

// document is finding i as GuardDuty's JSON; the same i gives the same.
func document(i int) string {
	f := generate(i)
	doc, err := f.JSON()
	if err != nil {
		panic(err) // the model is the program's own
	}
	return string(doc)
}

// idOf is the id of finding i.
func idOf(i int) string {
	return fmt.Sprintf("%016x%016x", rand.New(rand.NewPCG(uint64(i), 3)).Uint64(), i)
}

// generate makes finding i.
func generate(i int) finding.Finding {
	d := dice{rand.New(rand.NewPCG(uint64(i), 1))}
	id := idOf(i)
	t := raised[d.skewed(len(raised))]
	account := accounts[d.skewed(len(accounts))]
	last := newest - event.Time(d.IntN(days*24*3600))*event.Second
	first := last - event.Time(d.IntN(48*60))*event.Minute
	f := finding.Finding{
		SchemaVersion: "2.0", AccountID: account, Region: region, Partition: "aws", ID: id, Type: t.Name, Severity: t.Severity,
		ARN:       "arn:aws:guardduty:" + region + ":" + account + ":detector/" + detectorID + "/finding/" + id,
		CreatedAt: first.String(), UpdatedAt: (last + event.Time(d.IntN(15))*event.Minute).String(), Title: t.Title, Description: t.Text,
	}
	f.Service = finding.Service{ServiceName: "guardduty", DetectorID: detectorID, ResourceRole: t.Role, Count: 1 + d.skewed(500), Archived: d.IntN(8) == 0,
		EventFirstSeen: first.String(), EventLastSeen: last.String()}
	f.Resource = d.resource(t)
	f.Service.Action = d.action(t)
	return f
}

// resource is what the finding is about: one of few thousand.
func (d dice) resource(t *finding.Type) finding.Resource {
	r := finding.Resource{ResourceType: t.Resource}
	switch t.Resource {
	case finding.ResourceInstance:
		r.InstanceDetails = &finding.InstanceDetails{InstanceID: fmt.Sprintf("i-%017x", d.skewed(5000)),
			Tags: []finding.Tag{{Key: "team", Value: fmt.Sprintf("team-%d", d.IntN(20))}, {Key: "stage", Value: []string{"prod", "test"}[d.IntN(2)]}},
			NetworkInterfaces: []finding.NetworkInterface{{NetworkInterfaceID: fmt.Sprintf("eni-%d", d.IntN(9000)), PrivateIPAddress: fmt.Sprintf("10.0.%d.%d", d.IntN(9), d.IntN(256)),
				SubnetID: fmt.Sprintf("subnet-%d", d.IntN(60)), VpcID: fmt.Sprintf("vpc-%d", d.IntN(20)), SecurityGroups: []finding.SecurityGroup{{GroupID: fmt.Sprintf("sg-%d", d.IntN(90))}}}}}
	case finding.ResourceCluster:
		r.EksClusterDetails = &finding.EksClusterDetails{Name: fmt.Sprintf("cluster-%d", d.skewed(40)), Status: "ACTIVE"}
	case finding.ResourceS3Bucket:
		r.S3BucketDetails = []finding.S3BucketDetail{{Name: fmt.Sprintf("bucket-%d", d.skewed(800)), Type: "Destination"}}
		fallthrough
	case finding.ResourceAccessKey:
		r.AccessKeyDetails = &finding.AccessKeyDetails{AccessKeyID: fmt.Sprintf("AKIA%016d", d.skewed(3000)), UserName: fmt.Sprintf("user-%d", d.skewed(3000)), UserType: "IAMUser"}
	}
	return r
}

// action is what was done, from one of many addresses.
func (d dice) action(t *finding.Type) finding.Action {
	remote := &finding.RemoteIPDetails{IPAddressV4: fmt.Sprintf("198.%d.%d.%d", 18+d.IntN(2), d.IntN(256), d.skewed(256)), Country: &finding.Country{CountryName: countries[d.skewed(len(countries))]},
		Organization: &finding.Organization{ASN: fmt.Sprint(64500 + d.skewed(400)), ASNOrg: "EXAMPLE", ISP: "EXAMPLE", Org: "EXAMPLE"}, GeoLocation: &finding.GeoLocation{Lat: float64(d.IntN(180)) - 90, Lon: 10.5}}
	if t.Resource == finding.ResourceInstance {
		return finding.Action{ActionType: finding.ActionNetworkConnection, NetworkConnectionAction: &finding.NetworkConnectionAction{
			ConnectionDirection: []string{"INBOUND", "OUTBOUND"}[d.IntN(2)], Protocol: "TCP", Blocked: d.IntN(2) == 0, RemoteIPDetails: remote,
			LocalPortDetails: finding.PortDetails(ports[d.skewed(len(ports))]), RemotePortDetails: finding.PortDetails(1024 + d.IntN(60000))}}
	}
	return finding.Action{ActionType: finding.ActionAWSAPICall, AwsAPICallAction: &finding.AwsAPICallAction{
		API: []string{"GetObject", "ListBuckets", "AssumeRole", "StopLogging"}[d.skewed(4)], ServiceName: "s3.amazonaws.com", CallerType: "Remote IP", RemoteIPDetails: remote}}
}
