package trail

import (
	"strings"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

var loggingDisabled = management("Stealth:IAMUser/CloudTrailLoggingDisabled", 2,
	"Trail {trailArn} was disabled.",
	"{userName} stopped, removed or narrowed CloudTrail trail {trailArn} through {api}.",
	"Turn the trail on again, then find out who did this and what they did while it was off.")

// TrailDisabledParams tunes TrailDisabled.
type TrailDisabledParams struct {
	Setup time.Duration `doc:"How long after a trail's creation the same principal's PutEventSelectors is part of creating it." source:"ours: provisioning tools set selectors within seconds of CreateTrail"`
}

// TrailDisabled finds changes that end or narrow what CloudTrail records.
var TrailDisabled = &detect.Detector{
	Name: "trail-logging-disabled",
	Doc: `Raises a finding when a call succeeds that stops or deletes a trail (StopLogging, DeleteTrail), takes regions, global services,
member accounts or the bucket it writes to away from it (UpdateTrail), selects events so that management events are no longer recorded
or only reads are (PutEventSelectors, basic and advanced selectors), or deletes a bucket that trails were seen to write to (DeleteBucket;
learned from CreateTrail, UpdateTrail and CloudTrail's own checks of the bucket). A selection made right after the trail was created by
the same principal is its first configuration, not a change, as long as it selects something.
It misses a bucket it never saw in use, and trails starved by bucket policies, encryption keys or lifecycle rules. Known false positives: decommissioned trails, and
trails meant for data events only whose selectors are changed later.`,
	Findings: []*finding.Type{loggingDisabled},
	Params:   &TrailDisabledParams{Setup: time.Minute},
	New:      newTrailDisabled,
}

// knownTrail is what is remembered of a trail.
type knownTrail struct {
	Created event.Time
	Creator uint64 // hash of the principal
	Bucket  uint64 // hash of the bucket's name, 0: unknown
	Regions settingState
	Global  settingState
	Members settingState
}

// settingState is a setting that may not have been seen yet.
type settingState uint8

const (
	unknownSetting settingState = iota
	settingOff
	settingOn
)

// off reads a boolean parameter into s and reports whether it was turned off;
// usual is what to take an unseen setting for.
func (s *settingState) off(params, name string, usual settingState) bool {
	v, ok := jsonview.GetBool(params, name)
	if !ok {
		return false
	}
	was := *s
	if was == unknownSetting {
		was = usual
	}
	if *s = settingOff; v {
		*s = settingOn
	}
	return !v && was == settingOn
}

// trailName is a trail's name, at most 128 bytes (CloudTrail API), padded.
type trailName [128]byte

func (n *trailName) String() string { return strings.TrimRight(string(n[:]), "\x00") }

type trailWatch struct {
	p       *TrailDisabledParams
	trails  *detect.Table[uint64, knownTrail]
	buckets *detect.Table[uint64, trailName] // by hash of the bucket's name
}

// Trails and buckets are few and live long; an account has at most five trails
// a region (CloudTrail quotas).
const (
	trailTTL = 400 * 24 * time.Hour
	trailMax = 4096
)

func newTrailDisabled(s *detect.Setup) detect.Handlers {
	w := &trailWatch{
		p:       detect.Param[TrailDisabledParams](s),
		trails:  detect.NewTable[uint64, knownTrail](s, "trails", trailTTL, trailMax),
		buckets: detect.NewTable[uint64, trailName](s, "buckets", trailTTL, trailMax),
	}
	return detect.Handlers{
		When: []detect.When{{All: event.Succeeded, Names: []string{"StopLogging", "DeleteTrail", "CreateTrail", "UpdateTrail",
			"PutEventSelectors", "DeleteBucket", "GetBucketAcl"}}},
		Trail: w.see,
	}
}

func (w *trailWatch) see(pass *detect.Pass, t *event.Trail) {
	switch t.Source {
	case "cloudtrail.amazonaws.com":
		w.seeTrail(pass, t, trailOf(t))
	case "s3.amazonaws.com":
		w.seeBucket(pass, t, bucketOf(t))
	}
}

func (w *trailWatch) seeTrail(pass *detect.Pass, t *event.Trail, name string) {
	disabled := false
	switch t.Name {
	case "CreateTrail":
		w.create(pass, t, name)
	case "StopLogging", "DeleteTrail":
		disabled = true
	case "UpdateTrail":
		disabled = w.narrows(pass, t, name)
	case "PutEventSelectors":
		disabled = !recordsManagement(t.Params) && !(recordsOther(t.Params) && w.isSetup(pass, t, name))
	}
	if disabled {
		w.report(pass, t, name)
	}
}

func (w *trailWatch) seeBucket(pass *detect.Pass, t *event.Trail, bucket string) {
	switch {
	case bucket == "":
	case t.Name == "DeleteBucket":
		w.bucketGone(pass, t, bucket)
	case t.Name == "GetBucketAcl" && t.User.InvokedBy == "cloudtrail.amazonaws.com":
		w.buckets.At(pass, event.Hash(0, bucket))
	}
}

func (w *trailWatch) report(pass *detect.Pass, t *event.Trail, name string) {
	arn := trailARN(t, name)
	pass.Report(loggingDisabled, detect.Evidence{Key: arn, Action: affected("AWS::CloudTrail::Trail", arn)})
}

// trailOf is the trail a request names, by name or ARN.
func trailOf(t *event.Trail) string {
	if name := jsonview.GetString(t.Params, "name"); name != "" {
		return name
	}
	return jsonview.GetString(t.Params, "trailName")
}

// trailARN makes an ARN of a name; an ARN stays what it is.
func trailARN(t *event.Trail, name string) string {
	if strings.HasPrefix(name, "arn:") {
		return strings.Clone(name)
	}
	return "arn:" + finding.Partition(t.Region) + ":cloudtrail:" + t.Region + ":" + t.Account + ":trail/" + name
}

// trailID is the key of a trail, the same for its name and its ARN.
func trailID(name string) uint64 {
	return event.Hash(0, name[strings.LastIndexByte(name, '/')+1:])
}

func (w *trailWatch) create(pass *detect.Pass, t *event.Trail, name string) {
	k := w.trails.At(pass, trailID(name))
	// What CreateTrail leaves out has these values (CloudTrail API).
	*k = knownTrail{Created: pass.Now, Creator: event.Hash(0, t.User.Principal()),
		Regions: settingOff, Global: settingOn, Members: settingOff}
	k.note(t.Params)
	w.noteBucket(pass, t, name)
}

// note takes over what a request sets and reports whether it takes something
// away.
func (k *knownTrail) note(params string) (narrowed bool) {
	narrowed = k.Regions.off(params, "isMultiRegionTrail", settingOn)
	narrowed = k.Global.off(params, "includeGlobalServiceEvents", settingOn) || narrowed
	narrowed = k.Members.off(params, "isOrganizationTrail", settingOff) || narrowed
	if b := jsonview.GetString(params, "s3BucketName"); b != "" {
		h := event.Hash(0, b)
		narrowed = narrowed || k.Bucket != 0 && k.Bucket != h
		k.Bucket = h
	}
	return narrowed
}

func (w *trailWatch) narrows(pass *detect.Pass, t *event.Trail, name string) bool {
	narrowed := w.trails.At(pass, trailID(name)).note(t.Params)
	w.noteBucket(pass, t, name)
	return narrowed
}

func (w *trailWatch) noteBucket(pass *detect.Pass, t *event.Trail, name string) {
	if b := jsonview.GetString(t.Params, "s3BucketName"); b != "" {
		n := w.buckets.At(pass, event.Hash(0, b))
		*n = trailName{}
		copy(n[:], name[strings.LastIndexByte(name, '/')+1:])
	}
}

func (w *trailWatch) isSetup(pass *detect.Pass, t *event.Trail, name string) bool {
	k := w.trails.Get(pass, trailID(name))
	return k != nil && k.Created != 0 && pass.Now-k.Created <= event.Time(w.p.Setup.Milliseconds()) &&
		k.Creator == event.Hash(0, t.User.Principal())
}

func (w *trailWatch) bucketGone(pass *detect.Pass, t *event.Trail, bucket string) {
	n := w.buckets.Get(pass, event.Hash(0, bucket))
	if n == nil {
		return
	}
	if name := n.String(); name != "" {
		w.report(pass, t, name)
	} else {
		pass.Report(loggingDisabled, detect.Evidence{Key: detect.Key("bucket", bucket)})
	}
	w.buckets.Delete(pass, event.Hash(0, bucket))
}

// recordsManagement reports whether selectors still record management events
// that write. A request without selectors says nothing.
func recordsManagement(params string) bool {
	basic, advanced := jsonview.Get(params, "eventSelectors"), jsonview.Get(params, "advancedEventSelectors")
	if !jsonview.IsArray(basic) && !jsonview.IsArray(advanced) {
		return true
	}
	for s := range jsonview.Array(basic) {
		included, stated := jsonview.GetBool(s, "includeManagementEvents")
		if (included || !stated) && jsonview.GetString(s, "readWriteType") != "ReadOnly" {
			return true
		}
	}
	for s := range jsonview.Array(advanced) {
		if selectsManagement(s) {
			return true
		}
	}
	return false
}

// selectsManagement reports whether an advanced selector takes in management
// events that write.
func selectsManagement(selector string) bool {
	management := false
	for f := range jsonview.Array(jsonview.Get(selector, "fieldSelectors")) {
		switch equals := jsonview.Get(f, "equals"); jsonview.GetString(f, "field") {
		case "eventCategory":
			management = holds(equals, "Management")
		case "readOnly":
			if holds(equals, "true") && !holds(equals, "false") {
				return false
			}
		}
	}
	return management
}

// recordsOther reports whether selectors take in events other than management
// events: a data resource with at least one value, or an advanced selector of
// any other category.
func recordsOther(params string) bool {
	for s := range jsonview.Array(jsonview.Get(params, "eventSelectors")) {
		if selectsResource(s) {
			return true
		}
	}
	for s := range jsonview.Array(jsonview.Get(params, "advancedEventSelectors")) {
		if selectsOther(s) {
			return true
		}
	}
	return false
}

// selectsResource reports whether a basic selector takes in a data resource.
func selectsResource(selector string) bool {
	for r := range jsonview.Array(jsonview.Get(selector, "dataResources")) {
		if filled(jsonview.Get(r, "values")) {
			return true
		}
	}
	return false
}

// selectsOther reports whether an advanced selector is of another category than
// management events.
func selectsOther(selector string) bool {
	for f := range jsonview.Array(jsonview.Get(selector, "fieldSelectors")) {
		if jsonview.GetString(f, "field") == "eventCategory" {
			return !holds(jsonview.Get(f, "equals"), "Management")
		}
	}
	return false
}

// filled reports whether a raw array has a member.
func filled(array string) bool {
	for range jsonview.Array(array) {
		return true
	}
	return false
}

// holds reports whether a raw array holds a string.
func holds(array, s string) bool {
	for v := range jsonview.Array(array) {
		if jsonview.String(v) == s {
			return true
		}
	}
	return false
}
