package ocsf

import (
	"strings"

	"picket/finding"
)

// user describes the identity behind an API call, nil when nothing is known
// of it.
func user(d *finding.AccessKeyDetails) *User {
	if d == nil || d.UserName == "" && d.PrincipalID == "" {
		return nil
	}
	u := &User{Name: Text(d.UserName), UID: Text(d.PrincipalID), CredentialUID: Text(d.AccessKeyID)}
	u.TypeID, u.Type = userType(d.UserType)
	return u
}

// userType turns CloudTrail's userIdentity.type into OCSF's enumeration.
func userType(t string) (int, Text) {
	switch t {
	case "":
		return 0, ""
	case "IAMUser":
		return 1, "User"
	case "Root":
		return 2, "Admin"
	case "AWSService":
		return 3, "System"
	}
	return 99, Text(t)
}

// session describes the session of a role, whose principal id is the role's id
// and the session's name with a colon between; nil for other identities.
func session(d *finding.AccessKeyDetails) *Session {
	role, name, ok := strings.Cut(d.PrincipalID, ":")
	if !ok || name == "" {
		return nil
	}
	return &Session{UID: Text(name), Issuer: Text(role), CredentialUID: Text(d.AccessKeyID)}
}

// caller is who made an AWS API call.
func caller(f *finding.Finding, call *finding.AwsAPICallAction) *Actor {
	var a Actor
	if d := f.Resource.AccessKeyDetails; d != nil {
		a.User, a.Session = user(d), session(d)
	}
	if a.User != nil {
		a.User.Account = account(f.AccountID)
		if r := call.RemoteAccountDetails; r != nil {
			a.User.Account = account(r.AccountID)
		}
	}
	if call.DomainDetails != nil {
		a.InvokedBy = Text(call.DomainDetails.Domain)
	}
	return a.orNil()
}

// kubernetesUser is who made a request to a cluster. An AWS identity behind
// it adds its key and session.
func kubernetesUser(f *finding.Finding) *Actor {
	var a Actor
	if k := f.Resource.KubernetesDetails; k != nil && k.KubernetesUserDetails != nil {
		u := k.KubernetesUserDetails
		if u.Username != "" || u.UID != "" {
			a.User = &User{Name: Text(u.Username), UID: Text(u.UID)}
			for _, g := range u.Groups {
				a.User.Groups = append(a.User.Groups, Group{Text(g)})
			}
		}
	}
	if d := f.Resource.AccessKeyDetails; d != nil {
		a.Session = session(d)
		if a.User != nil {
			a.User.CredentialUID = Text(d.AccessKeyID)
		}
	}
	return a.orNil()
}

// orNil is a, nil when it says nothing, which OCSF forbids.
func (a Actor) orNil() *Actor {
	if a.User == nil && a.Session == nil && a.InvokedBy == "" {
		return nil
	}
	return &a
}
