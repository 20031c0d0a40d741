package trail

import (
	"picket/detect"
	"picket/event"
	"picket/finding"
)

const instanceRemedy = "Revoke the role's active sessions, review what the credentials were used for, and find how they left the instance; require IMDSv2."

var (
	instanceOutside = anywhere("UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS", 8,
		"Credentials of instance {instanceId} were used from an external address.",
		"Temporary credentials issued to {instanceId} called {api} from {remoteIp}, which is not an address of the instance.", instanceRemedy)
	instanceInside = anywhere("UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.InsideAWS", 8,
		"Credentials of instance {instanceId} were used from another AWS account.",
		"Temporary credentials issued to {instanceId} called {api} from an address or endpoint of account {remoteAccountId}.", instanceRemedy)
)

// InstanceCredentials finds instance credentials that somebody else uses.
var InstanceCredentials = &detect.Detector{
	Name: "trail-instance-credentials",
	Doc: `Credentials of an instance role belong to one instance. The detector learns each instance's own public addresses from its calls,
those of its SSM agent included: all of its first hour, and any that another instance of the account owns (a NAT gateway). Another
address is foreign when it shows an access key that was in use at an own one; or when the own one, silent at first, is heard of again; or when the instance, or all the account's,
live on AWS's addresses (which takes the aws_ranges list) and this is none; or when it is foreign to another instance already. Where nothing is learned
yet, it weighs signs that a person is calling: the console in use at the same address, the very program that a person used there with
keys of their own, somebody getting into an instance from there (SendCommand, StartSession …), a client on macOS or an attack
distribution, a browser, and, weakly, GetCallerIdentity as the first call, and an instance that is itself elsewhere. Two strong signs are needed, so that an office and a VPC that
share a way out, or a program with two sets of keys, do not add up to one; a sign-in to the console with the instance's credentials is as
good as two. Signs alone, at the first call, decide about private addresses that came through no endpoint, as logs with replaced
addresses have them.
OutsideAWS is an address that is not known to be AWS's; InsideAWS is another account's VPC endpoint, or in strict mode any foreign address
of AWS. Owned and trusted addresses, the account's own endpoints and calls by services are left out. A foreign address in use on three
days over a week is learned.
It misses credentials first used elsewhere without those signs, and use from where another instance of the account lives. Known false
positives: an elastic address attached late, ways out that change (hybrid networks, proxies), VPCs shared by another account (name the owner in OwnAccounts).`,
	Findings: []*finding.Type{instanceOutside, instanceInside},
	Params:   credentialParams(),
	New: func(s *detect.Setup) detect.Handlers {
		c := newCustody(s)
		return detect.Handlers{
			When: []detect.When{
				{All: event.InstanceRole, None: event.ByService},
				{None: event.InstanceRole | event.DataEvent},
			},
			Trail: func(pass *detect.Pass, t *event.Trail) {
				if t.Traits&event.InstanceRole == 0 {
					c.observe(pass, t)
				} else {
					c.judge(pass, t, t.User.Session(), 0, instanceOutside, instanceInside)
				}
			},
		}
	},
}
