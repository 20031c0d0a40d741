package trail

import (
	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

var accessLoggingDisabled = management("Stealth:S3/ServerAccessLoggingDisabled", 2,
	"Server access logging was disabled on bucket {bucket}.",
	"{userName} removed access logging of {bucket} through {api}.",
	"Turn the bucket's access logging on again and find out what was done while it was off.")

// ServerAccessLogging finds the end of a bucket's access logs.
var ServerAccessLogging = &detect.Detector{
	Name: "trail-bucket-logging-disabled",
	Doc: `Raises a finding when PutBucketLogging succeeds with an empty logging status, which turns server access logging off. When
logging is known to be off already there is no change and no finding; a state never seen counts as on.
It misses logs that are lost at their destination. Known false positives: tools that write the logging status of every bucket they manage, once.`,
	Findings: []*finding.Type{accessLoggingDisabled},
	New: func(s *detect.Setup) detect.Handlers {
		states := detect.NewTable[uint64, settingState](s, "logging", bucketTTL, bucketMax)
		return detect.Handlers{
			When: []detect.When{{All: event.Succeeded | event.S3, Names: []string{"PutBucketLogging", "CreateBucket", "DeleteBucket"}}},
			Trail: func(pass *detect.Pass, t *event.Trail) {
				bucket := bucketOf(t)
				key := event.Hash(0, bucket)
				switch t.Name {
				case "CreateBucket":
					*states.At(pass, key) = settingOff // a new bucket does not log (S3 user guide)
					return
				case "DeleteBucket":
					states.Delete(pass, key)
					return
				}
				status := jsonview.Get(t.Params, "BucketLoggingStatus")
				if status == "" {
					return
				}
				was := states.At(pass, key)
				if jsonview.Get(status, "LoggingEnabled") != "" {
					*was = settingOn
					return
				}
				if *was != settingOff {
					pass.Report(accessLoggingDisabled, detect.Evidence{Key: detect.Key(bucket)})
				}
				*was = settingOff
			},
		}
	},
}
