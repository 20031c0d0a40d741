package awscall

import "strings"

// A Partition is a part of AWS with accounts and regions of its own.
type Partition struct {
	Domain    string // of its servers
	DualStack string // domain of servers that have IPv6 addresses too, for most services
	Global    string // the region where services are that have but one for all
}

// partitions have what the names of their regions begin with (partitions.json of
// the AWS SDKs).
var partitions = []struct {
	regions string
	Partition
}{
	{"cn-", Partition{"amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-northwest-1"}},
	{"us-gov-", Partition{"amazonaws.com", "api.aws", "us-gov-west-1"}},
	{"eusc-", Partition{"amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1"}},
	{"us-iso-", Partition{"c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1"}},
	{"us-isob-", Partition{"sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1"}},
	{"eu-isoe-", Partition{"cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1"}},
	{"us-isof-", Partition{"csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1"}},
	{"", Partition{"amazonaws.com", "api.aws", "us-east-1"}}, // all others
}

// PartitionOf is the partition of a region, known or not.
func PartitionOf(region string) Partition {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.regions) {
			return p.Partition
		}
	}
	return Partition{} // the last has all
}
