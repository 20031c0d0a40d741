package intake

import (
	"math"
	"strconv"

	"picket/event"
	"picket/finding"
	"picket/internal/store"
	"picket/jsonview"
)

// fill writes into a finding what the service knows of it, under an id.
func (t *taker) fill(doc, id string) string {
	s := t.batch.Scope
	now := t.now()
	for _, m := range []struct {
		path  []string
		value string
	}{
		{[]string{"accountId"}, s.Account},
		{[]string{"region"}, s.Region},
		{[]string{"partition"}, finding.Partition(s.Region)},
		{[]string{"id"}, id},
		{[]string{"arn"}, store.DetectorARN(t.detector) + "/finding/" + id},
		{[]string{"createdAt"}, now},
		{[]string{"updatedAt"}, now},
		{[]string{"service", "serviceName"}, "guardduty"},
		{[]string{"service", "detectorId"}, t.detector.ID},
	} {
		doc = jsonview.Set(doc, strconv.Quote(m.value), m.path...)
	}
	if jsonview.GetString(doc, "schemaVersion") == "" {
		doc = jsonview.Set(doc, `"2.0"`, "schemaVersion")
	}
	if jsonview.Get(doc, "associatedAttackSequenceArn") != "" { // a sequence is its own
		doc = jsonview.Set(doc, jsonview.Get(doc, "arn"), "associatedAttackSequenceArn")
	}
	return jsonview.Set(doc, "false", "service", "archived")
}

// opened is the finding that doc opens.
func opened(doc string, count int64, archived bool) string {
	doc = jsonview.Set(doc, strconv.FormatInt(count, 10), "service", "count")
	return jsonview.Set(doc, strconv.FormatBool(archived), "service", "archived")
}

// count adds more activities to c, out of those in s, which doc tells of. The
// finding shows the latest activity, and since when there has been any.
func (c *counted) count(doc string, s span, more int64, now string) {
	have, _ := jsonview.GetInt(c.doc, "service", "count")
	first, _ := event.ParseTime(jsonview.GetString(c.doc, "service", "eventFirstSeen"))
	last := c.last()
	if s.Last >= last {
		c.doc = keep(doc, c.doc, []string{"id"}, []string{"arn"}, []string{"associatedAttackSequenceArn"}, []string{"createdAt"}, []string{"service", "archived"}, []string{"service", "userFeedback"})
	}
	service := jsonview.Get(c.doc, "service")
	service = jsonview.Set(service, strconv.Quote(min(first, s.First).String()), "eventFirstSeen")
	service = jsonview.Set(service, strconv.Quote(max(last, s.Last).String()), "eventLastSeen")
	service = jsonview.Set(service, strconv.FormatInt(min(have+more, math.MaxInt32), 10), "count")
	c.doc = jsonview.Set(jsonview.Set(c.doc, service, "service"), strconv.Quote(now), "updatedAt")
}

// keep returns doc with members of an older version of it.
func keep(doc, older string, paths ...[]string) string {
	for _, path := range paths {
		if v := jsonview.Get(older, path...); v != "" {
			doc = jsonview.Set(doc, v, path...)
		}
	}
	return doc
}
