package store

import (
	"slices"
	"strconv"

	"picket/event"
	"picket/finding"
	"picket/internal/fault"
	"picket/internal/store/index"
	"picket/jsonview"
)

// record is a finding as it lies in the tables, all of it read out of its JSON.
type record struct {
	index.Entry
	doc string
}

// recordOf reads a finding's JSON; it adds service.archived, which every finding
// has. fault.Invalid when it lacks what it is stored by.
func recordOf(doc string) (*record, error) {
	doc = clean(doc)
	get := func(path ...string) string { return jsonview.GetString(doc, path...) }
	if _, ok := jsonview.GetBool(doc, "service", "archived"); !ok {
		doc = jsonview.Set(doc, "false", "service", "archived")
	}
	r := &record{doc: doc, Entry: index.Entry{
		ID: key(get("id")), Account: key(get("accountId")), Region: key(get("region")), Type: key(get("type")),
		Severity: numberAt(doc, "severity"), Confidence: numberAt(doc, "confidence"),
		Created: at(get("createdAt")), Updated: at(get("updatedAt")),
		FirstSeen: at(get("service", "eventFirstSeen")), LastSeen: at(get("service", "eventLastSeen")),
		Resources: resourcesOf(doc),
	}}
	if r.ID == "" || r.Region == "" {
		return nil, fault.Newf(fault.Invalid, "A finding needs an id and a region: %.60q", doc)
	}
	r.SetValues(finding.ValuesOf(r.doc))
	return r, nil
}

func numberAt(doc, name string) float64 {
	x, err := strconv.ParseFloat(jsonview.Get(doc, name), 64)
	if err != nil || x-x != 0 {
		return 0
	}
	return x
}

func at(text string) int64 {
	t, _ := event.ParseTime(text)
	return int64(t)
}

// resourceIDs says where a finding has the id of a resource, by
// resource.resourceType (API reference, ResourceStatistics.resourceId).
var resourceIDs = map[string][]string{
	"AccessKey":         {"accessKeyDetails", "accessKeyId"},
	"Container":         {"containerDetails", "id"},
	"ECSCluster":        {"ecsClusterDetails", "name"},
	"EKSCluster":        {"eksClusterDetails", "name"},
	"KubernetesCluster": {"kubernetesDetails", "kubernetesWorkloadDetails", "name"},
	"Instance":          {"instanceDetails", "instanceId"},
	"Lambda":            {"lambdaDetails", "functionName"},
	"RDSDBInstance":     {"rdsDbInstanceDetails", "dbInstanceIdentifier"},
	"S3Bucket":          {"s3BucketDetails", "name"},
	"S3Object":          {"s3BucketDetails", "name"},
}

// resourcesOf lists the resources that a finding counts under, each once.
func resourcesOf(doc string) []index.Resource {
	res := jsonview.Get(doc, "resource")
	kind := jsonview.GetString(res, "resourceType")
	path := resourceIDs[kind]
	if path == nil {
		return nil
	}
	var out []index.Resource
	for d := range jsonview.OneOrMany(jsonview.Get(res, path[0])) {
		r := index.Resource{ID: key(jsonview.GetString(d, path[1:]...)), Kind: kind}
		if r.ID != "" && !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}
