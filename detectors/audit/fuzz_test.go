package audit

import (
	"testing"

	"picket/engine"
	"picket/event"
)

// FuzzBodies shows all detectors a request with any body and answer.
func FuzzBodies(f *testing.F) {
	f.Add("create", "pods", "", `{"spec":{"containers":[{"image":"nginx:1","securityContext":{"privileged":true}}]}}`, "")
	f.Add("patch", "pods", "ephemeralcontainers", `{"spec":{"ephemeralContainers":[{"securityContext":{"privileged":true}}]}}`, `{}`)
	f.Add("list", "deployments", "", "", `{"items":[{"spec":{"template":{"spec":{"containers":[{"image":"a@sha256:0","securityContext":{"privileged":"true"}}]}}}}]}`)
	f.Add("update", "cronjobs", "", `{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"volumes":[{"name":"h","hostPath":{"path":"/../etc/"}}],"containers":[{"volumeMounts":[{"name":"h"}]}]}}}}}}`, `{"metadata":{"generation":1`)
	f.Add("patch", "clusterrolebindings", "", `[{"op":"add","path":"/subjects/-","value":[{"kind":"User","name":"system:anonymous"}]}]`, "")
	f.Add("create", "clusterroles", "", `{"rules":[{"verbs":["*"],"resources":["*"]}]}`, "")
	f.Add("patch", "services", "", `{"spec":{"type":"LoadBalancer"}}`, `{"metadata":{"labels":{"k8s-app":"kubernetes-dashboard"}}}`)
	f.Fuzz(func(t *testing.T, verb, resource, subresource, request, response string) {
		e, err := engine.New(All, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		b := new(event.Batch)
		for i := range 2 {
			b.Audits = append(b.Audits, event.Audit{
				At: event.Time(1_767_571_200_000 + i*60_000), Entity: 7, Verb: verb, Resource: resource, Subresource: subresource,
				Request: request, Response: response, Code: 200, Traits: event.Allowed | event.Write | event.Anonymous,
			})
		}
		e.Process(nil, b.Runs(nil))
		if h := e.Health(); len(h.Fenced) > 0 {
			t.Errorf("%s panicked: %s", h.Fenced[0].Detector, h.Fenced[0].Panic)
		}
	})
}
