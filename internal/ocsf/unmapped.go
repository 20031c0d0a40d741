package ocsf

import (
	"encoding/json"
	"reflect"

	"picket/finding"
	"picket/internal/ocsf/schema"
)

// Unmapped is what GuardDuty says and OCSF has no attribute for, by GuardDuty's
// names.
type Unmapped map[string]any

func unmapped(f *finding.Finding) Unmapped {
	u := Unmapped{}
	u.keep("arn", f.ARN)
	u.keep("detectorId", f.Service.DetectorID)
	u.keep("resourceRole", f.Service.ResourceRole)
	u.keep("actionType", f.Service.Action.ActionType)
	u.keep("userFeedback", f.Service.UserFeedback)
	u.keep("severity", f.Severity)
	if info := f.Service.AdditionalInfo; info != nil && json.Valid([]byte(info.Value)) && info.Value != "{}" {
		u.keep("additionalInfo", json.RawMessage(info.Value))
	}
	u.keepAction(&f.Service.Action)
	return u
}

// keep takes a value that is not zero.
func (u Unmapped) keep(name string, v any) {
	if !reflect.ValueOf(v).IsZero() {
		u[name] = v
	}
}

// text is the string kept under name, "" when there is none.
func (u Unmapped) text(name string) Text {
	s, _ := u[name].(string)
	return Text(s)
}

func (u Unmapped) keepAction(a *finding.Action) {
	if n := a.NetworkConnectionAction; n != nil {
		u["blocked"] = n.Blocked
	}
	if p := a.PortProbeAction; p != nil {
		u["blocked"] = p.Blocked
	}
	if d := a.DNSRequestAction; d != nil {
		u["blocked"] = d.Blocked
		u.keep("domainWithSuffix", d.DomainWithSuffix)
		u.keep("vpcOwnerAccountId", d.VpcOwnerAccountID)
		if !schema.Hostname(d.Domain) {
			u.keep("domain", d.Domain)
		}
	}
	if c := a.AwsAPICallAction; c != nil {
		u.keep("callerType", c.CallerType)
		u.keep("userAgent", c.UserAgent)
		u.keep("affectedResources", c.AffectedResources)
		u.keep("remoteAccountDetails", c.RemoteAccountDetails)
	}
	if c := a.KubernetesAPICallAction; c != nil {
		u.keep("requestUri", c.RequestURI)
		u.keep("userAgent", c.UserAgent)
		u.keep("sourceIPs", c.SourceIPs)
		u.keep("parameters", c.Parameters)
		u.keep("resource", c.Resource)
		u.keep("resourceName", c.ResourceName)
		u.keep("namespace", c.Namespace)
		u.keep("subresource", c.Subresource)
	}
}
