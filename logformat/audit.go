package logformat

import (
	"picket/event"
	"picket/jsonview"
)

var kubernetesAudit = Format{
	Name: "kubernetes-audit",
	Kind: event.KindAudit,
	Doc: "Kubernetes audit events (audit.k8s.io/v1 and v1beta1): one per line, or an EventList. " +
		"Of the stages of a request the last is read: ResponseComplete or Panic, and ResponseStarted for requests that stay open.",
	Sniff:  func(head []byte) bool { return shape(head)&(seenAudit|seenItems) != 0 },
	Decode: func(b *event.Batch, st *State, final bool) int { return st.json(b, guessAudit, final) },
}

// Fields of an audit event.
const (
	auditID field = iota
	auditStage
	auditLevel
	auditVerb
	auditURI
	auditAgent
	auditSourceIPs
	auditReceived
	auditStageTime
	auditTimestamp
	auditCode
	auditRequest
	auditResponse
	auditAnnotations
	auditDecision
	auditUser
	auditUID
	auditGroups
	auditExtra
	auditImpersonated
	auditResource
	auditSubresource
	auditNamespace
	auditObject
	auditAPIGroup
	auditUserObject
	numAuditFields
)

var auditUserSchema = newSchema(slotAuditUser, []key{
	wanted(textValue, auditUser, "username"),
	wanted(textValue, auditUID, "uid"),
	wanted(rawValue, auditGroups, "groups"),
	wanted(rawValue, auditExtra, "extra"),
})

var impersonatedSchema = newSchema(slotImpersonated, []key{
	wanted(textValue, auditImpersonated, "username"),
}, "uid", "groups", "extra")

var objectRefSchema = newSchema(slotObjectRef, []key{
	wanted(textValue, auditResource, "resource"),
	wanted(textValue, auditSubresource, "subresource"),
	wanted(textValue, auditNamespace, "namespace"),
	wanted(textValue, auditObject, "name"),
	wanted(textValue, auditAPIGroup, "apiGroup"),
}, "uid", "apiVersion", "resourceVersion")

var responseStatusSchema = newSchema(slotStatus, []key{
	wanted(textValue, auditCode, "code"),
}, "metadata", "status", "reason", "message", "details")

var annotationsSchema = newSchema(slotAnnotations, []key{
	wanted(textValue, auditDecision, "authorization.k8s.io/decision"),
}, "authorization.k8s.io/reason")

var auditSchema = newSchema(slotAudit, []key{
	wanted(textValue, auditID, "auditID"),
	wanted(textValue, auditStage, "stage"),
	wanted(textValue, auditLevel, "level"),
	wanted(textValue, auditVerb, "verb"),
	wanted(textValue, auditURI, "requestURI"),
	wanted(textValue, auditAgent, "userAgent"),
	wanted(rawValue, auditSourceIPs, "sourceIPs"),
	wanted(textValue, auditReceived, "requestReceivedTimestamp"),
	wanted(textValue, auditStageTime, "stageTimestamp"),
	wanted(textValue, auditTimestamp, "timestamp"),
	wanted(rawValue, auditRequest, "requestObject"),
	wanted(rawValue, auditResponse, "responseObject"),
	nested(auditAnnotations, "annotations", annotationsSchema),
	nested(auditUserObject, "user", auditUserSchema),
	nested(noField, "impersonatedUser", impersonatedSchema),
	nested(noField, "objectRef", objectRefSchema),
	nested(noField, "responseStatus", responseStatusSchema),
	list("items"),
	list("Records"),
}, "kind", "apiVersion", "metadata")

// audit makes a row of the event that was read from [i, e).
func (st *State) audit(i, e int) verdict {
	s, b := &st.scan, st.batch
	if s.out[auditURI].n == 0 || s.out[auditVerb].n == 0 ||
		s.out[auditID].n == 0 && s.out[auditStage].n == 0 && s.out[auditUserObject].n == 0 {
		return stranger
	}
	if !st.lastStage() {
		st.skip(SkipStage)
		return done
	}
	at, ok := st.auditTime(i)
	if !ok {
		return done
	}
	a := grow(&b.Audits)
	a.At = at
	a.Raw = event.View(s.text[i:e])
	a.Account, a.Cluster = st.source.account, st.source.cluster
	st.fillAudit(a)
	st.Stats.Records++
	return done
}

// lastStage reports whether no later stage of the same request follows, or
// only one that comes when a long session is over.
func (st *State) lastStage() bool {
	switch st.scan.view(st.batch, auditStage) {
	case "RequestReceived":
		return false
	case "ResponseStarted":
		if st.scan.view(st.batch, auditCode) == "101" {
			return true
		}
		switch st.scan.view(st.batch, auditSubresource) {
		case "exec", "attach", "portforward", "proxy":
			return true
		}
		return false
	}
	return true
}

// auditTime is the time a request came in; events of v1beta1 may have but one
// time stamp.
func (st *State) auditTime(i int) (event.Time, bool) {
	for _, id := range [...]field{auditReceived, auditStageTime, auditTimestamp} {
		if st.scan.out[id].n != 0 {
			text := st.scan.view(st.batch, id)
			at, ok := st.clock.parse(text)
			if !ok {
				st.badText(i, "time stamp %q is no plausible time", text)
			}
			return at, ok
		}
	}
	st.bad(i, "audit event without a time stamp")
	return 0, false
}

func (st *State) fillAudit(a *event.Audit) {
	s, b := &st.scan, st.batch
	a.ID = eventID(s.view(b, auditID))
	a.Stage = s.view(b, auditStage)
	a.Level = s.view(b, auditLevel)
	a.Verb = s.view(b, auditVerb)
	a.URI = s.view(b, auditURI)
	a.UserAgent = s.view(b, auditAgent)
	a.User = s.view(b, auditUser)
	a.UID = s.view(b, auditUID)
	a.Groups = s.raw(auditGroups)
	a.Extra = s.raw(auditExtra)
	a.Impersonated = s.view(b, auditImpersonated)
	a.SourceIPs = s.raw(auditSourceIPs)
	a.Resource = s.view(b, auditResource)
	a.Subresource = s.view(b, auditSubresource)
	a.Namespace = s.view(b, auditNamespace)
	a.Object = s.view(b, auditObject)
	a.APIGroup = s.view(b, auditAPIGroup)
	a.Request = s.raw(auditRequest)
	a.Response = s.raw(auditResponse)
	a.Annotations = s.raw(auditAnnotations)
	a.Decision = s.view(b, auditDecision)
	a.Code = statusCode(s.view(b, auditCode))
	a.Caller = caller(a.SourceIPs)
}

// statusCode reads an HTTP status; 0 for anything that is none.
func statusCode(s string) (n int32) {
	if len(s) != 3 {
		return 0
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0
		}
		n = n*10 + int32(s[i]-'0')
	}
	return n
}

// caller is the first public address of the list, else the first address:
// proxies append themselves, and those inside are private.
func caller(list string) (first event.IP) {
	for v := range jsonview.Array(list) {
		ip, ok := event.ParseIP(jsonview.String(v))
		if !ok {
			continue
		}
		if ip.Public() {
			return ip
		}
		if first.IsZero() {
			first = ip
		}
	}
	return first
}
