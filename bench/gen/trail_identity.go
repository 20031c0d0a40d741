package main

import "fmt"

// userIdentity documents, one kind a function.

func identUser(a *account, u *user) string {
	return fmt.Sprintf(`{"type":"IAMUser","principalId":"%s","arn":"arn:aws:iam::%s:user/%s","accountId":"%s","accessKeyId":"%s","userName":"%s"}`, u.id, a.id, u.name, a.id, u.key, u.name)
}

func identRoot(a *account) string {
	return fmt.Sprintf(`{"type":"Root","principalId":"%s","arn":"arn:aws:iam::%s:root","accountId":"%s","accessKeyId":""}`, a.id, a.id, a.id)
}

// session is a role session: who assumed the role, and how.
type session struct {
	role, roleID, name, key string
	t                       int64  // now; the session is half an hour old
	federated               bool   // through the cluster's identity provider
	ec2                     bool   // delivered by the instance metadata service
	scope                   string // raw JSON of inScopeOf, "" when absent
}

func identRole(a *account, s session) string {
	extra := ""
	if s.federated {
		extra = fmt.Sprintf(`"webIdFederationData":{"federatedProvider":"arn:aws:iam::%s:oidc-provider/oidc.eks.%s.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF","attributes":{}},`, a.id, a.region)
	}
	tail, scope := "", ""
	if s.ec2 {
		tail = `,"ec2RoleDelivery":"2.0"`
	}
	if s.scope != "" {
		scope = `,"inScopeOf":` + s.scope
	}
	return fmt.Sprintf(`{"type":"AssumedRole","principalId":"%s:%s","arn":"arn:aws:sts::%s:assumed-role/%s/%s","accountId":"%s","accessKeyId":"%s","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"%s","arn":"arn:aws:iam::%s:role/%s","accountId":"%s","userName":"%s"},%s"attributes":{"creationDate":"%s","mfaAuthenticated":"false"}%s}%s}`,
		s.roleID, s.name, a.id, s.role, s.name, a.id, s.key, s.roleID, a.id, s.role, a.id, s.role, extra, stampS(s.t-1000*1800), tail, scope)
}

// identAssumedRoot is a session of sts:AssumeRoot: root for one task, from the management account.
func identAssumedRoot(a *account, key string, t int64) string {
	return fmt.Sprintf(`{"type":"Root","principalId":"%s","arn":"arn:aws:iam::%s:root","accountId":"%s","accessKeyId":"%s","sessionContext":{"attributes":{"creationDate":"%s","mfaAuthenticated":"false"},"assumedRoot":"true"}}`,
		a.id, a.id, a.id, key, stampS(t-1000*300))
}

// identService is an AWS service acting for itself.
func identService(svc string) string {
	return `{"type":"AWSService","invokedBy":"` + svc + `.amazonaws.com"}`
}

func roleIDOf(in *instance) string { return "AROA" + b32Of(in.id, 17) }

func identInstance(a *account, in *instance, t int64) string {
	return identRole(a, session{role: in.role, roleID: roleIDOf(in), name: in.id, key: in.key, t: t, ec2: true})
}
