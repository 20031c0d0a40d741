package store

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"strconv"

	"picket/event"
	"picket/finding"
	"picket/internal/fault"
	"picket/jsonview"
)

// record is a finding as it lies in the tables, all of it read out of its JSON.
type record struct {
	id, account, region, typ              string
	severity, confidence                  float64
	created, updated, firstSeen, lastSeen int64
	archived                              bool
	doc                                   string

	terms     map[int64]struct{}
	numbers   map[number]struct{}
	resources map[string]string // kind by id
}

// number is a row of finding_numbers.
type number struct {
	path  int64
	value float64
}

// recordOf reads a finding's JSON; it adds service.archived, which every finding
// has. fault.Invalid when it lacks what it is stored by.
func recordOf(doc string) (*record, error) {
	doc = clean(doc)
	get := func(path ...string) string { return jsonview.GetString(doc, path...) }
	if _, ok := jsonview.GetBool(doc, "service", "archived"); !ok {
		doc = jsonview.Set(doc, "false", "service", "archived")
	}
	r := &record{
		id: key(get("id")), account: key(get("accountId")), region: key(get("region")), typ: key(get("type")), doc: doc,
		severity: numberAt(doc, "severity"), confidence: numberAt(doc, "confidence"),
		created: at(get("createdAt")), updated: at(get("updatedAt")),
		firstSeen: at(get("service", "eventFirstSeen")), lastSeen: at(get("service", "eventLastSeen")),
		resources: resourcesOf(doc),
	}
	if r.id == "" || r.region == "" {
		return nil, fault.Newf(fault.Invalid, "A finding needs an id and a region: %.60q", doc)
	}
	r.archived, _ = jsonview.GetBool(doc, "service", "archived")
	r.index()
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

// index makes the rows that criteria are run on.
func (r *record) index() {
	r.terms, r.numbers = map[int64]struct{}{}, map[number]struct{}{}
	for _, v := range finding.ValuesOf(r.doc) {
		if v.Attribute.Kind.Numeric() {
			r.numbers[number{hash(v.Attribute.Path), v.Number}] = struct{}{}
		} else {
			r.terms[hash(v.Attribute.Path, v.Text)] = struct{}{}
		}
	}
}

// hash is 64 bits of SHA-256 over parts, as the tables have them. Among 100
// million values two are the same with a chance of 0.03%; who makes two
// collide on purpose gets two of their own findings listed together.
func hash(parts ...string) int64 {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return int64(binary.LittleEndian.Uint64(h.Sum(nil)))
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

// resourcesOf lists the resources that a finding counts under.
func resourcesOf(doc string) map[string]string {
	res := jsonview.Get(doc, "resource")
	kind := jsonview.GetString(res, "resourceType")
	path := resourceIDs[kind]
	if path == nil {
		return nil
	}
	out := map[string]string{}
	for d := range jsonview.OneOrMany(jsonview.Get(res, path[0])) {
		if id := key(jsonview.GetString(d, path[1:]...)); id != "" {
			out[id] = kind
		}
	}
	return out
}

// added lists what to has and from has not, in order, so that the same change
// makes the same statements.
func added[K comparable, V any](from, to map[K]V, order func(a, b K) int) []K {
	return slices.SortedFunc(func(yield func(K) bool) {
		for k := range maps.Keys(to) {
			if _, have := from[k]; !have && !yield(k) {
				return
			}
		}
	}, order)
}
