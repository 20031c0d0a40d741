package access

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"picket/internal/access/policy"
	"picket/internal/fault"
)

// Call is what somebody wants to do, with all that a policy may ask about it.
type Call struct {
	Action       string // "guardduty:CreateDetector"
	Resource     string // an ARN, or "*" when the action has no resource
	At           time.Time
	Source       netip.Addr // where the request comes from; invalid when unknown
	TLS          bool
	Region       string
	UserAgent    string
	ResourceTags map[string]string // of the resource that exists
	RequestTags  map[string]string // that the request would set
	TagKeys      []string          // that the request names without values, as UntagResource does
}

// Authorize says whether the owner of an access key may do something; nil means
// yes. A refusal is a fault of kind Denied with the message that AWS gives. The
// call counts as a use of the key.
func (r *Ring) Authorize(id string, c Call) error {
	e, ok := r.entry(id)
	if !ok || e.Status != Active {
		return fault.Wrap(fault.Denied, ErrNoKey(id), "")
	}
	e.useAt(c.At)
	d := e.policy.Decide(policy.Request{Action: c.Action, Resource: c.Resource, Context: c.context(e.Record)})
	switch d.Verdict {
	case policy.Allowed:
		return nil
	case policy.Denied:
		return fault.Newf(fault.Denied, "User: %s is not authorized to perform: %s on resource: %s with an explicit deny in an identity-based policy",
			e.ARN(), c.Action, c.Resource).WithHint("statement %s of the policy of access key %s denies it", statementName(d), id)
	}
	refusal := fault.Newf(fault.Denied, "User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		e.ARN(), c.Action, c.Resource, c.Action)
	if e.broken != nil {
		refusal.Err = errors.Join(fmt.Errorf("the policy of access key %q is broken", id), e.broken)
	}
	return refusal
}

func statementName(d policy.Decision) string {
	if d.Sid != "" {
		return d.Sid
	}
	return strconv.Itoa(d.Statement)
}

// context is what the condition keys stand for. Of IAM's global keys these are
// the ones that picket can know.
func (c Call) context(rec Record) policy.Context {
	ctx := policy.Context{
		"aws:principalarn":     {rec.ARN()},
		"aws:principalaccount": {rec.Account},
		"aws:principaltype":    {"User"},
		"aws:username":         {rec.User},
		"aws:resourceaccount":  {resourceAccount(c.Resource, rec.Account)},
		"aws:currenttime":      {c.At.UTC().Format(time.RFC3339)},
		"aws:epochtime":        {strconv.FormatInt(c.At.Unix(), 10)},
		"aws:securetransport":  {strconv.FormatBool(c.TLS)},
	}
	if c.Source.IsValid() {
		ctx.Set("aws:SourceIp", c.Source.Unmap().WithZone("").String())
	}
	for key, value := range map[string]string{"aws:RequestedRegion": c.Region, "aws:UserAgent": c.UserAgent} {
		if value != "" {
			ctx.Set(key, value)
		}
	}
	for key, value := range c.ResourceTags {
		ctx.Set("aws:ResourceTag/"+key, value)
	}
	for key, value := range c.RequestTags {
		ctx.Set("aws:RequestTag/"+key, value)
	}
	if keys := slices.AppendSeq(slices.Clone(c.TagKeys), maps.Keys(c.RequestTags)); len(keys) > 0 {
		ctx.Set("aws:TagKeys", keys...)
	}
	return ctx
}

// resourceAccount is the account field of an ARN, or otherwise the caller's account.
func resourceAccount(resource, caller string) string {
	if parts := strings.SplitN(resource, ":", 6); len(parts) == 6 && parts[4] != "" {
		return parts[4]
	}
	return caller
}
