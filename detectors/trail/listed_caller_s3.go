package trail

import (
	"net/url"
	"strings"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

var (
	discoveryS3Malicious = dataEvent("Discovery:S3/MaliciousIPCaller", 8,
		"S3 discovery API {api} was called from a malicious address.",
		"{api} on bucket {bucket} was invoked from {remoteIp}, an address known for attacks.", callerRemedy)
	discoveryS3Custom = dataEvent("Discovery:S3/MaliciousIPCaller.Custom", 8,
		"S3 discovery API {api} was called from a customer-listed address.",
		"{api} on bucket {bucket} was invoked from {remoteIp}, which is on list {threatListName}.", callerRemedy)
	discoveryS3Tor = dataEvent("Discovery:S3/TorIPCaller", 5,
		"S3 discovery API {api} was called from a Tor exit.",
		"{api} on bucket {bucket} was invoked through Tor exit {remoteIp}.", callerRemedy)
	exfiltrationS3Malicious = dataEvent("Exfiltration:S3/MaliciousIPCaller", 8,
		"S3 read API {api} was called from a malicious address.",
		"{api} on bucket {bucket} was invoked from {remoteIp}, an address known for attacks.", callerRemedy)
	impactS3Malicious = dataEvent("Impact:S3/MaliciousIPCaller", 8,
		"S3 write API {api} was called from a malicious address.",
		"{api} on bucket {bucket} was invoked from {remoteIp}, an address known for attacks.", callerRemedy)
	accessS3Custom = dataEvent("UnauthorizedAccess:S3/MaliciousIPCaller.Custom", 8,
		"S3 API {api} was called from a customer-listed address.",
		"{api} on bucket {bucket} was invoked from {remoteIp}, which is on list {threatListName}.", callerRemedy)
	accessS3Tor = dataEvent("UnauthorizedAccess:S3/TorIPCaller", 8,
		"S3 API {api} was called from a Tor exit.",
		"{api} on bucket {bucket} was invoked through Tor exit {remoteIp}.", callerRemedy)
)

// ListedCallerS3Params tunes ListedCallerS3.
type ListedCallerS3Params struct {
	DiscoveryPrefixes []string `doc:"A data event whose name begins so tells what there is." source:"user guide, Discovery:S3; GetBucket… and Head… are ours: they show settings and metadata, no content"`
	DiscoveryNames    []string `doc:"Further data events that tell what there is." source:"ours: they show metadata, no content"`
	ReadNames         []string `doc:"Data events that take content out." source:"user guide, Exfiltration:S3: GetObject, CopyObject; SelectObjectContent, GetObjectTorrent and RestoreObject are ours"`
}

// ListedCallerS3 finds S3 data events whose caller is on a list.
var ListedCallerS3 = &detect.Detector{
	Name: "trail-listed-caller-s3",
	Doc: `Raises a finding for every S3 data event whose source address is on a list of malicious callers, on one of the customer's
threat lists, or a Tor exit, whether it succeeded or not, anonymous requests included. The name of the call decides the stage: what
shows names and metadata is Discovery, what reads content is Exfiltration, all else is Impact; for the customer's lists and Tor the
last two are one, UnauthorizedAccess. Calls by AWS services, and addresses on a trusted list, are left out.
It needs data events in the trail, and misses addresses no list has yet. Known false positives: public buckets, which anyone may
read from anywhere, and addresses shared by many.`,
	Findings: []*finding.Type{discoveryS3Malicious, discoveryS3Custom, discoveryS3Tor, exfiltrationS3Malicious, impactS3Malicious, accessS3Custom, accessS3Tor},
	Params: &ListedCallerS3Params{
		DiscoveryPrefixes: []string{"List", "Head", "GetBucket"},
		DiscoveryNames:    []string{"GetObjectAcl", "GetObjectTagging", "GetObjectAttributes"},
		ReadNames:         []string{"GetObject", "CopyObject", "UploadPartCopy", "SelectObjectContent", "GetObjectTorrent", "RestoreObject"},
	},
	New: newListedCallerS3,
}

func newListedCallerS3(s *detect.Setup) detect.Handlers {
	p := detect.Param[ListedCallerS3Params](s)
	names, reads := set(p.DiscoveryNames), set(p.ReadNames)
	discovers := func(api string) bool {
		for _, prefix := range p.DiscoveryPrefixes {
			if strings.HasPrefix(api, prefix) {
				return true
			}
		}
		return names[api]
	}
	return detect.Handlers{
		When: []detect.When{{All: event.PublicCaller | event.DataEvent | event.S3, Marks: callerMarks}},
		Trail: func(pass *detect.Pass, t *event.Trail) {
			if byService(t) {
				return
			}
			malicious, custom, tor := impactS3Malicious, accessS3Custom, accessS3Tor
			switch {
			case discovers(t.Name):
				malicious, custom, tor = discoveryS3Malicious, discoveryS3Custom, discoveryS3Tor
			case reads[t.Name]:
				malicious = exfiltrationS3Malicious
			}
			reportListed(pass, t, s3Evidence(t), malicious, custom, tor)
		},
	}
}

// s3Evidence is the evidence of one data event: the issue is one principal's
// doings with one bucket.
func s3Evidence(t *event.Trail) detect.Evidence {
	instance, source := issuedTo(t), copySource(t)
	return detect.Evidence{
		Key: detect.Key(principal(t), bucketOf(t)),
		Resource: func(r *finding.Resource) {
			if instance != nil {
				instance(r)
			}
			if source != "" {
				r.S3BucketDetails = append(r.S3BucketDetails, finding.S3BucketDetail{
					ARN: "arn:" + finding.Partition(t.Region) + ":s3:::" + source, Name: source, Type: "Source"})
			}
		},
	}
}

// copySource is the bucket a copy was read from: x-amz-copy-source is
// "bucket/key" or "/bucket/key", URL-encoded (S3 API, CopyObject).
func copySource(t *event.Trail) string {
	src := strings.TrimPrefix(jsonview.GetString(t.Params, "x-amz-copy-source"), "/")
	bucket, _, _ := strings.Cut(src, "/")
	if plain, err := url.PathUnescape(bucket); err == nil {
		bucket, _, _ = strings.Cut(plain, "/")
	}
	if strings.HasPrefix(bucket, "arn:") {
		return "" // an access point, which is not a bucket
	}
	return strings.Clone(bucket)
}
