package trail

import (
	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

var (
	rootUsage = anywhere("Policy:IAMUser/RootCredentialUsage", 2,
		"API {api} was called with root credentials.",
		"The root user of account {account} signed in or called {api}.",
		"Use roles for everyday work; keep root's password and MFA locked away and delete its access keys.")
	shortTermRoot = anywhere("Policy:IAMUser/ShortTermRootCredentialUsage", 2,
		"API {api} was called with a restricted root session.",
		"Short-term root credentials, issued by sts:AssumeRoot, were used to call {api} in account {account}.",
		"Check with the management account that the privileged task was meant; restrict who may call sts:AssumeRoot.")
)

// RootUsageParams tunes RootUsage.
type RootUsageParams struct {
	Agents []string `doc:"User agents of AWS's own people and programs, which act as root at the customer's request." source:"CloudTrail guide: support.amazonaws.com"`
	Ignore []string `doc:"Root events that anybody can cause without root's credentials, or that come before a sign-in is decided." source:"CloudTrail guide, root user sign-in events: asking for a new password needs only the mail address, CheckMfa precedes ConsoleLogin"`
}

// RootUsage finds uses of the root user's credentials.
var RootUsage = &detect.Detector{
	Name: "trail-root-usage",
	Doc: `Raises a finding when the account's root user signs in to the console or calls an API, S3 data events included. Sessions that
sts:AssumeRoot issued for one task raise ShortTermRootCredentialUsage instead. Failed calls count, for the credentials were used; failed
sign-ins do not, for they were not. What AWS does in root's name (service events, invokedBy other than the console's, support) is left out.
It misses nothing that CloudTrail records. Known false positives: the few tasks that only root can do.`,
	Findings: []*finding.Type{rootUsage, shortTermRoot},
	Params: &RootUsageParams{
		Agents: []string{"support.amazonaws.com"},
		Ignore: []string{"PasswordRecoveryRequested", "CheckMfa"},
	},
	New: func(s *detect.Setup) detect.Handlers {
		p := detect.Param[RootUsageParams](s)
		agents, ignore := set(p.Agents), set(p.Ignore)
		return detect.Handlers{
			When: []detect.When{{All: event.Root, None: event.DataEvent}, {All: event.Root | event.DataEvent | event.S3}},
			Trail: func(pass *detect.Pass, t *event.Trail) {
				if byService(t) || !used(t) || agents[t.UserAgent] || agents[t.CallerIP] || ignore[t.Name] {
					return
				}
				typ := rootUsage
				if t.User.AssumedRoot == "true" {
					typ = shortTermRoot
				}
				pass.Report(typ, detect.Evidence{})
			},
		}
	},
}

// used reports whether the event shows credentials at work: an API or console
// call, or a sign-in that went through.
func used(t *event.Trail) bool {
	switch t.EventType {
	case "AwsApiCall", "AwsConsoleAction", "":
		return true
	case "AwsConsoleSignIn":
		return t.Traits&event.Failed == 0 && jsonview.GetString(t.Response, t.Name) != "Failure"
	}
	return false
}
