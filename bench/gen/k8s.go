package main

import (
	"fmt"
	"time"
)

// k8sRec is one audit.k8s.io/v1 Event, written as one line.
type k8sRec struct {
	t                                int64
	user, uid, groups                string // groups: JSON array
	verb, resource, sub, ns, name    string
	path                             string // of a request for no resource, such as /healthz
	apiGroup, ip, ua, level          string
	code                             int
	reqObj, respObj, annot, userMore string // raw JSON
}

func (e *k8sRec) appendTo(b []byte, r *rng) []byte {
	uri := e.uri(r)
	b = fmt.Appendf(b, `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"%s","auditID":"%s","stage":"ResponseComplete","requestURI":"%s","verb":"%s","user":{"username":"%s"`, orElse(e.level, "Metadata"), r.uuid(), uri, e.verb, e.user)
	if e.uid != "" {
		b = append(b, `,"uid":"`+e.uid+`"`...)
	}
	b = append(b, `,"groups":`+e.groups...)
	if e.userMore != "" {
		b = append(b, `,"extra":`+e.userMore...)
	}
	b = fmt.Appendf(b, `},"sourceIPs":["%s"],"userAgent":"%s"`, e.ip, e.ua)
	if e.path == "" {
		b = e.appendRef(b)
	}
	b = fmt.Appendf(b, `,"responseStatus":{"metadata":{},"code":%d}`, e.code)
	if e.reqObj != "" {
		b = append(b, `,"requestObject":`+e.reqObj...)
	}
	if e.respObj != "" {
		b = append(b, `,"responseObject":`+e.respObj...)
	}
	us := r.n(900)
	b = fmt.Appendf(b, `,"requestReceivedTimestamp":"%s","stageTimestamp":"%s","annotations":{`, microS(e.t, us), microS(e.t, us+r.n(99)))
	if e.annot == "" {
		b = fmt.Appendf(b, `"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding \"%s\" of ClusterRole \"%s\" to User \"%s\""`, "system:"+pick(r, words), "system:"+pick(r, words), e.user)
	} else {
		b = append(b, e.annot...)
	}
	return append(b, "}}\n"...)
}

func (e *k8sRec) uri(r *rng) string {
	if e.path != "" {
		return e.path
	}
	uri := "/api/v1"
	if e.apiGroup != "" {
		uri = "/apis/" + e.apiGroup + "/v1"
	}
	if e.ns != "" {
		uri += "/namespaces/" + e.ns
	}
	uri += "/" + e.resource
	if e.name != "" {
		uri += "/" + e.name
	}
	if e.sub != "" {
		uri += "/" + e.sub
	}
	if e.verb == "watch" {
		uri += fmt.Sprintf("?allowWatchBookmarks=true&resourceVersion=%d&timeoutSeconds=%d&watch=true", 10000000+r.n(90000000), 300+r.n(300))
	}
	return uri
}

// appendRef writes what the request was about.
func (e *k8sRec) appendRef(b []byte) []byte {
	b = append(b, `,"objectRef":{"resource":"`+e.resource+`"`...)
	if e.ns != "" {
		b = append(b, `,"namespace":"`+e.ns+`"`...)
	}
	if e.name != "" {
		b = append(b, `,"name":"`+e.name+`"`...)
	}
	if e.apiGroup != "" {
		b = append(b, `,"apiGroup":"`+e.apiGroup+`"`...)
	}
	b = append(b, `,"apiVersion":"v1"`...)
	if e.sub != "" {
		b = append(b, `,"subresource":"`+e.sub+`"`...)
	}
	return append(b, '}')
}

// microS prints a moment with microseconds, as the API server does.
func microS(ms int64, us int) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000") + fmt.Sprintf("%03dZ", us)
}

// podSpec is a Pod document: more goes into its container, vols before its volumes.
func podSpec(r *rng, name, ns, more, vols string) string {
	return fmt.Sprintf(`{"kind":"Pod","apiVersion":"v1","metadata":{"name":"%s","namespace":"%s","labels":{"app":"%s","pod-template-hash":"%s"},"annotations":{"prometheus.io/scrape":"true","kubernetes.io/psp":"eks.privileged"}},"spec":{"volumes":[%s{"name":"kube-api-access-%s","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}}],"defaultMode":420}}],"containers":[{"name":"app","image":"111122223333.dkr.ecr.us-east-1.amazonaws.com/%s:v1.%d.%d","ports":[{"containerPort":8080,"protocol":"TCP"}],"env":[{"name":"LOG_LEVEL","value":"info"},{"name":"REGION","value":"us-east-1"}],"resources":{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"250m","memory":"512Mi"}}%s,"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"%s","schedulerName":"default-scheduler","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]},"status":{}}`,
		name, ns, pick(r, words), r.hex(10), vols, r.hex(5), pick(r, words), r.n(20), r.n(50), more, pick(r, words))
}
