package trail

import (
	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

var bedrockLoggingDisabled = management("DefenseEvasion:IAMUser/BedrockLoggingDisabled", 5,
	"Bedrock model invocation logging was disabled.",
	"{userName} removed the logging of Bedrock model invocations through {api}.",
	"Turn invocation logging on again and review which models were invoked by whom since.")

// BedrockLogging finds the end of Bedrock's invocation logs.
var BedrockLogging = &detect.Detector{
	Name: "trail-bedrock-logging-disabled",
	Doc: `Raises a finding when the configuration that logs Amazon Bedrock model invocations is deleted, or replaced by one that writes to
neither CloudWatch Logs nor S3. The call must have succeeded.
It misses logs that are cut off at their destination: a deleted bucket or log group. Known false positives: accounts that stop using
Bedrock.`,
	Findings: []*finding.Type{bedrockLoggingDisabled},
	New: func(*detect.Setup) detect.Handlers {
		return detect.Handlers{
			When: []detect.When{{All: event.Succeeded, Names: []string{"DeleteModelInvocationLoggingConfiguration", "PutModelInvocationLoggingConfiguration"}}},
			Trail: func(pass *detect.Pass, t *event.Trail) {
				if t.Name == "DeleteModelInvocationLoggingConfiguration" || !logsSomewhere(jsonview.Get(t.Params, "loggingConfig")) {
					pass.Report(bedrockLoggingDisabled, detect.Evidence{Key: detect.Key(principal(t))})
				}
			},
		}
	},
}

// logsSomewhere reports whether a logging configuration has a destination
// (Bedrock API, LoggingConfig). One that is not in the record may have.
func logsSomewhere(config string) bool {
	return !jsonview.IsObject(config) || jsonview.IsObject(jsonview.Get(config, "cloudWatchConfig")) ||
		jsonview.IsObject(jsonview.Get(config, "s3Config"))
}
