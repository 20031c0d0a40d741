// Package trail holds the detectors that read CloudTrail: management events
// and S3 data events. Each file is one detector or what two of them share. It
// exists apart from the engine so that a detection can be read, tuned and
// tested alone. It imports detect, event, finding, jsonview, s3policy and the
// standard library.
//
// Every row is evaluated for the account that received it; all state is kept
// per account. A row by an AWS service on somebody's behalf never raises a
// finding about its caller; one by a person in the console does.
package trail

import (
	"strings"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

// All lists the detectors of this room.
var All = []*detect.Detector{
	ListedCaller,
	ListedCallerS3,
	PenTest,
	RootUsage,
	TrailDisabled,
	PasswordPolicy,
	ConsoleLogin,
	InstanceCredentials,
	ResourceCredentials,
	BedrockLogging,
	AccountBlockPublicAccess,
	BucketBlockPublicAccess,
	BucketGrant,
	ServerAccessLogging,
}

// management declares a type found in management events about an access key.
func management(name string, severity float64, title, text, remedy string) *finding.Type {
	return &finding.Type{Name: name, Severity: severity, Sources: []finding.Source{finding.CloudTrail},
		Resource: finding.ResourceAccessKey, Role: finding.RoleTarget, Title: title, Text: text, Remedy: remedy}
}

// anywhere declares a type found in management and in S3 data events.
func anywhere(name string, severity float64, title, text, remedy string) *finding.Type {
	t := management(name, severity, title, text, remedy)
	t.Sources = []finding.Source{finding.CloudTrail, finding.S3DataEvents}
	return t
}

// dataEvent declares a type found in S3 data events about a bucket.
func dataEvent(name string, severity float64, title, text, remedy string) *finding.Type {
	return &finding.Type{Name: name, Severity: severity, Sources: []finding.Source{finding.S3DataEvents},
		Resource: finding.ResourceS3Bucket, Role: finding.RoleTarget, Title: title, Text: text, Remedy: remedy}
}

// byService reports whether an AWS service made the call.
func byService(t *event.Trail) bool { return t.Traits&event.ByService != 0 }

// principal names who acted, for a finding's key: the role or user, the account
// of a caller that is neither, else the kind of caller.
func principal(t *event.Trail) string {
	switch {
	case t.User.Principal() != "":
		return t.User.Principal()
	case t.User.Account != "":
		return t.User.Account
	}
	return t.User.Type
}

// bucketOf is the bucket a request names, "" when it names none.
func bucketOf(t *event.Trail) string { return jsonview.GetString(t.Params, "bucketName") }

// affected returns an edit that names a resource the call was about.
func affected(kind, name string) func(*finding.Action) {
	name = strings.Clone(name)
	return func(a *finding.Action) {
		if call := a.AwsAPICallAction; call != nil {
			if call.AffectedResources == nil {
				call.AffectedResources = map[string]string{}
			}
			call.AffectedResources[kind] = name
		}
	}
}

// bucketAccess returns an edit that says who may reach the bucket.
func bucketAccess(access finding.PublicAccess) func(*finding.Resource) {
	return func(r *finding.Resource) {
		for i := range r.S3BucketDetails {
			r.S3BucketDetails[i].PublicAccess = &access
		}
	}
}

// issuedTo returns an edit that adds the instance behind an instance session,
// nil for other callers.
func issuedTo(t *event.Trail) func(*finding.Resource) {
	if t.Traits&event.InstanceRole == 0 {
		return nil
	}
	id := strings.Clone(t.User.Session())
	return func(r *finding.Resource) { r.InstanceDetails = &finding.InstanceDetails{InstanceID: id} }
}

// set builds a lookup of names.
func set(names []string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}
