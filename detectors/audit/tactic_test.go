package audit

import (
	"testing"

	"picket/event"
)

// The first block are the requests Amazon's tester makes and the tactic of the
// finding each is made for; the others follow the tactics' descriptions in the
// user guide.
func TestTacticOf(t *testing.T) {
	for _, c := range []struct {
		want tactic
		row  event.Audit
	}{
		{discovery, event.Audit{Verb: "get", URI: "/api"}},
		{discovery, event.Audit{Verb: "get", Resource: "pods"}},
		{impact, event.Audit{Verb: "create", Resource: "serviceaccounts"}},
		{discovery, event.Audit{Verb: "get", URI: "/openapi/v2?timeout=32s"}},

		{credentialAccess, event.Audit{Verb: "get", Resource: "secrets", Object: "db"}},
		{credentialAccess, event.Audit{Verb: "watch", Resource: "secrets"}},
		{credentialAccess, event.Audit{Verb: "create", Resource: "serviceaccounts", Subresource: "token"}},
		{credentialAccess, event.Audit{Verb: "get", Resource: "configmaps", Object: "aws-auth"}},
		{credentialAccess, event.Audit{Verb: "update", Resource: "certificatesigningrequests", Subresource: "approval"}},

		{persistence, event.Audit{Verb: "patch", Resource: "configmaps", Object: "aws-auth"}},
		{persistence, event.Audit{Verb: "create", Resource: "daemonsets"}},
		{persistence, event.Audit{Verb: "create", Resource: "rolebindings"}},
		{persistence, event.Audit{Verb: "patch", Resource: "validatingwebhookconfigurations"}},

		{defenseEvasion, event.Audit{Verb: "deletecollection", Resource: "events"}},
		{defenseEvasion, event.Audit{Verb: "delete", Resource: "validatingwebhookconfigurations"}},
		{defenseEvasion, event.Audit{Verb: "delete", Resource: "daemonsets", Namespace: "falco", Object: "agent"}},
		{defenseEvasion, event.Audit{Verb: "delete", Resource: "daemonsets", Namespace: "kube-system", Object: "aws-guardduty-agent"}},

		{impact, event.Audit{Verb: "delete", Resource: "daemonsets", Namespace: "shop", Object: "web"}},
		{impact, event.Audit{Verb: "delete", Resource: "clusterroles"}},
		{impact, event.Audit{Verb: "create", Resource: "secrets"}},
		{impact, event.Audit{Verb: "create", Resource: "networkpolicies"}},
		{impact, event.Audit{Verb: "get", Resource: "pods", Subresource: "exec"}},
		{impact, event.Audit{Verb: "post", URI: "/"}},

		{discovery, event.Audit{Verb: "list", Resource: "configmaps"}},
		{discovery, event.Audit{Verb: "get", Resource: "pods", Subresource: "log"}},
		{discovery, event.Audit{Verb: "create", Resource: "selfsubjectaccessreviews"}},
	} {
		if got := tacticOf(&c.row); got != c.want {
			t.Errorf("%s %s%s/%s %s: %s, want %s", c.row.Verb, c.row.URI, c.row.Resource, c.row.Subresource, c.row.Object, tacticNames[got], tacticNames[c.want])
		}
	}
}
