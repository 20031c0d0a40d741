package guardduty

import (
	"math"
	"slices"
	"strconv"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/store"
)

// currency is the only unit of usage.
const currency = "USD"

// A price is what a source costs. picket costs nothing: usage is told as what
// the real service lists for the same volume (us-east-1, first tier), so that
// totals compare and the order from most to least expensive is the same.
type price struct {
	gigabyte float64 // US dollars
	million  float64 // US dollars for a million records
}

var prices = map[wire.UsageFeature]price{
	wire.UsageFeatureFlowLogs:             {gigabyte: 1},
	wire.UsageFeatureDnsLogs:              {gigabyte: 1},
	wire.UsageFeatureLambdaNetworkLogs:    {gigabyte: 1},
	wire.UsageFeatureEbsMalwareProtection: {gigabyte: 0.03},
	wire.UsageFeatureCloudTrail:           {million: 4},
	wire.UsageFeatureS3DataEvents:         {million: 0.8},
	wire.UsageFeatureEksAuditLogs:         {million: 1.6},
}

func dollars(u *store.Usage) float64 {
	p := prices[wire.UsageFeature(u.Source)]
	return p.gigabyte*float64(u.Bytes)/(1<<30) + p.million*float64(u.Records)/1e6
}

// total writes a sum as the wire has it, to eight digits.
func (s *usageSum) total() *wire.Total {
	return &wire.Total{Amount: new(strconv.FormatFloat(math.Round(s.Dollars*1e8)/1e8, 'f', -1, 64)), Unit: new(currency)}
}

// sourceFeatures are the features by the older names of their data sources.
var sourceFeatures = map[wire.DataSource]wire.UsageFeature{
	wire.DataSourceFlowLogs:            wire.UsageFeatureFlowLogs,
	wire.DataSourceCloudTrail:          wire.UsageFeatureCloudTrail,
	wire.DataSourceDnsLogs:             wire.UsageFeatureDnsLogs,
	wire.DataSourceS3Logs:              wire.UsageFeatureS3DataEvents,
	wire.DataSourceKubernetesAuditLogs: wire.UsageFeatureEksAuditLogs,
	wire.DataSourceEc2MalwareScan:      wire.UsageFeatureEbsMalwareProtection,
}

func byDataSource(u *store.Usage) string {
	for source, feature := range sourceFeatures {
		if string(feature) == u.Source {
			return string(source)
		}
	}
	return ""
}

// usageFilter is the criteria as a function. Sources may be named in one
// notation only.
func usageFilter(c *wire.UsageCriteria) (func(*store.Usage) bool, error) {
	if len(c.DataSources) > 0 && len(c.Features) > 0 {
		return nil, errOutOfRange
	}
	features := slices.Clone(c.Features)
	for _, source := range c.DataSources {
		features = append(features, sourceFeatures[source])
	}
	resources := map[string]bool{} // there is no limit to their number
	for _, r := range c.Resources {
		resources[r] = true
	}
	return func(u *store.Usage) bool {
		return (len(c.AccountIds) == 0 || slices.Contains(c.AccountIds, u.Account)) &&
			(len(features) == 0 || slices.Contains(features, wire.UsageFeature(u.Source))) &&
			(len(c.Resources) == 0 || resources[u.Resource])
	}, nil
}
