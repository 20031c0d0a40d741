package trail

import (
	"strings"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

var passwordPolicyChange = management("Stealth:IAMUser/PasswordPolicyChange", 2,
	"The account password policy was weakened.",
	"{userName} called {api}; the new password policy is weaker than the one before.",
	"Restore the password policy, and have passwords that were set in the meantime changed.")

// PasswordPolicyParams tunes PasswordPolicy.
type PasswordPolicyParams struct {
	Some      int     `doc:"How many weakened settings make the severity medium." source:"ours; user guide: low, medium or high by the changes made"`
	Many      int     `doc:"How many weakened settings make the severity high." source:"ours"`
	TooShort  int     `doc:"A minimum length below this makes the severity high." source:"IAM user guide: the default policy asks for 8"`
	Attempted float64 `doc:"Severity of an attempt that was refused." source:"user guide: attempts count; ours: nothing changed, so it is low"`
}

// PasswordPolicy finds a weaker password policy.
var PasswordPolicy = &detect.Detector{
	Name: "trail-password-policy",
	Doc: `Compares every change of the account's password policy with the policy before, as known from earlier changes, else with the
policy IAM applies by default, and raises a finding when a setting got weaker: a shorter minimum, a character class no longer asked for,
passwords that live longer, a shorter memory of old ones, no hard expiry. Deleting the policy always counts. A refused attempt counts
with low severity when it is known what was attempted; other failures do not.
It misses what was weakened before the first record, and takes the default for the policy before when it never saw one. Known false positives: moving to longer
passwords without expiry, as NIST SP 800-63B advises.`,
	Findings: []*finding.Type{passwordPolicyChange},
	Params:   &PasswordPolicyParams{Some: 2, Many: 4, TooShort: 8, Attempted: 2},
	New:      newPasswordPolicy,
}

// passwordPolicy is an account's policy in the terms of the IAM API; MaxAge
// and Reuse are 0 when there is no limit.
type passwordPolicy struct {
	MinLength, MaxAge, Reuse               uint16
	Lower, Upper, Numbers, Symbols, Expiry bool
	Change                                 bool // users may change their own
	Known                                  bool
}

// defaultPolicy applies to an account that set none (IAM user guide).
var defaultPolicy = passwordPolicy{MinLength: 8, Change: true}

// Parameters left out of UpdateAccountPasswordPolicy fall back to these (IAM API).
const omittedMinLength = 6

// policyTTL is how long a policy is remembered after its last change.
const policyTTL = 400 * 24 * time.Hour

func newPasswordPolicy(s *detect.Setup) detect.Handlers {
	p := detect.Param[PasswordPolicyParams](s)
	policies := detect.NewTable[uint8, passwordPolicy](s, "policies", policyTTL, 1<<16)
	return detect.Handlers{
		When: []detect.When{{Names: []string{"UpdateAccountPasswordPolicy", "DeleteAccountPasswordPolicy"}}},
		Trail: func(pass *detect.Pass, t *event.Trail) {
			if t.Source != "iam.amazonaws.com" || t.Traits&event.Failed != 0 && !refused(t.Error) {
				return
			}
			old := defaultPolicy
			if k := policies.Get(pass, 0); k != nil && k.Known {
				old = *k
			}
			next, known := requested(t)
			if t.Traits&event.Succeeded != 0 {
				next.Known = true
				*policies.At(pass, 0) = next
			}
			severity := p.judge(&old, &next, t)
			if severity == 0 || !known {
				return
			}
			pass.Report(passwordPolicyChange, detect.Evidence{Severity: severity,
				Info: finding.Info{{Key: "newPolicy", Value: next.info()}, {Key: "oldPolicy", Value: old.info()}}})
		},
	}
}

// refused reports whether an error code says that the caller lacked the right.
func refused(code string) bool {
	return strings.Contains(code, "AccessDenied") || strings.Contains(code, "UnauthorizedOperation")
}

// requested is the policy that the call asks for; known is false when the
// record does not say.
func requested(t *event.Trail) (p passwordPolicy, known bool) {
	if t.Name == "DeleteAccountPasswordPolicy" {
		return defaultPolicy, true
	}
	flag := func(name string) bool {
		v, _ := jsonview.GetBool(t.Params, name)
		return v
	}
	return passwordPolicy{
		MinLength: number(t.Params, "minimumPasswordLength", omittedMinLength),
		MaxAge:    number(t.Params, "maxPasswordAge", 0),
		Reuse:     number(t.Params, "passwordReusePrevention", 0),
		Lower:     flag("requireLowercaseCharacters"),
		Upper:     flag("requireUppercaseCharacters"),
		Numbers:   flag("requireNumbers"),
		Symbols:   flag("requireSymbols"),
		Expiry:    flag("hardExpiry"),
		Change:    flag("allowUsersToChangePassword"),
	}, jsonview.IsObject(t.Params)
}

func number(params, name string, otherwise uint16) uint16 {
	if jsonview.Get(params, name) == "" {
		return otherwise // GetInt allocates an error for what is not there
	}
	if n, ok := jsonview.GetInt(params, name); ok && n >= 0 && n < 1<<16 {
		return uint16(n)
	}
	return otherwise
}

// judge gives the severity of going from old to next, 0 when nothing got weaker.
func (p *PasswordPolicyParams) judge(old, next *passwordPolicy, t *event.Trail) float64 {
	n := next.weaker(old)
	deleted := t.Name == "DeleteAccountPasswordPolicy"
	switch {
	case n == 0 && !deleted:
		return 0
	case t.Traits&event.Failed != 0:
		return p.Attempted
	case deleted, n >= p.Many, int(next.MinLength) < p.TooShort && next.MinLength < old.MinLength:
		return 8
	case n >= p.Some:
		return 5
	}
	return 2
}

// weaker counts the settings of p that are weaker than old's.
func (p *passwordPolicy) weaker(old *passwordPolicy) (n int) {
	for _, worse := range [...]bool{
		p.MinLength < old.MinLength,
		old.Lower && !p.Lower,
		old.Upper && !p.Upper,
		old.Numbers && !p.Numbers,
		old.Symbols && !p.Symbols,
		old.MaxAge != 0 && (p.MaxAge == 0 || p.MaxAge > old.MaxAge),
		p.Reuse < old.Reuse,
		old.Expiry && !p.Expiry,
	} {
		if worse {
			n++
		}
	}
	return n
}

// info prints p as GuardDuty does.
func (p *passwordPolicy) info() finding.Info {
	return finding.Info{
		{Key: "allowUsersToChangePassword", Value: p.Change},
		{Key: "hardExpiry", Value: p.Expiry},
		{Key: "maxPasswordAge", Value: p.MaxAge},
		{Key: "minimumPasswordLength", Value: p.MinLength},
		{Key: "passwordReusePrevention", Value: p.Reuse},
		{Key: "requireLowercaseCharacters", Value: p.Lower},
		{Key: "requireNumbers", Value: p.Numbers},
		{Key: "requireSymbols", Value: p.Symbols},
		{Key: "requireUppercaseCharacters", Value: p.Upper},
	}
}
