package trail

import (
	"strings"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

const resourceRemedy = "Revoke the role's active sessions, review what the credentials were used for, and find how they left the function or task."

var (
	resourceOutside = anywhere("UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS", 8,
		"Credentials of resource {resource} were used from an external address.",
		"Temporary credentials issued to a Lambda function or ECS task called {api} from {remoteIp}, which is not an address of it.", resourceRemedy)
	resourceInside = anywhere("UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.InsideAWS", 8,
		"Credentials of an ECS task were used from another AWS account.",
		"Temporary credentials issued to {resource} called {api} from an address or endpoint of account {remoteAccountId}.", resourceRemedy)
)

// ResourceCredentials finds credentials of functions and tasks that somebody
// else uses.
var ResourceCredentials = &detect.Detector{
	Name: "trail-resource-credentials",
	Doc: `As trail-instance-credentials, for credentials that AWS issued to a Lambda function or an ECS task. Which these are, CloudTrail says
in userIdentity.inScopeOf; records without it are not judged. Functions and tasks come and go, so the role is looked at as well: when it
has long called only through addresses that several roles share, a session from an address new to the account is foreign although
nothing is known of its holder. Functions outside a VPC leave through many addresses of AWS: without the aws_ranges list, more than
eight own addresses mean that a new one says nothing. InsideAWS is for ECS tasks only.
It misses what trail-instance-credentials misses, and sessions whose records do not say whom they were issued to. Known false
positives: ways out that change, and deployments that move tasks between networks.`,
	Findings: []*finding.Type{resourceOutside, resourceInside},
	Params:   credentialParams(),
	New: func(s *detect.Setup) detect.Handlers {
		w := &resourceWatch{newCustody(s), newRoleHabits(s)}
		return detect.Handlers{
			When:  []detect.When{{None: event.InstanceRole}},
			Trail: w.see,
		}
	},
}

type resourceWatch struct {
	*custody
	habits *roleHabits
}

func (w *resourceWatch) see(pass *detect.Pass, t *event.Trail) {
	if byService(t) {
		return
	}
	public := t.Traits&event.PublicCaller != 0
	arn, signs := "", 0
	if t.User.Type == "AssumedRole" {
		arn = holderARN(t.User.Scope)
		if public && w.habits.strange(pass, t) {
			signs = w.p.Suspicion
		}
	}
	switch {
	case strings.HasPrefix(service(arn), "lambda:"):
		w.judge(pass, t, arn, signs, resourceOutside, nil)
	case strings.HasPrefix(service(arn), "ecs:"):
		w.judge(pass, t, arn, signs, resourceOutside, resourceInside)
	case t.Traits&event.DataEvent == 0:
		w.observe(pass, t)
	}
}

// service is an ARN from its service on.
func service(arn string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(arn, "arn:"), ":")
	return rest
}

// holderARN is whom a session's credentials were issued to
// (userIdentity.inScopeOf, CloudTrail guide), "" when the record does not say.
func holderARN(scope string) string {
	if scope == "" {
		return ""
	}
	if to := jsonview.GetString(scope, "credentialsIssuedTo"); to != "" {
		return to
	}
	return jsonview.GetString(scope, "sourceArn")
}
