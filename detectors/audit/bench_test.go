package audit

import (
	"fmt"
	"testing"

	"picket/engine"
	"picket/event"
)

// ordinary are requests that raise nothing: reads, heartbeats, status reports
// with the whole pod, and creations of plain pods.
func ordinary(n int) *event.Batch {
	pod := func(i int) string {
		return fmt.Sprintf(`{"kind":"Pod","metadata":{"name":"web-%d","namespace":"shop","creationTimestamp":"2026-01-01T00:00:00Z"},"spec":{"volumes":[{"name":"kube-api-access","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}}]}},{"name":"log","hostPath":{"path":"/var/log/web"}}],"containers":[{"name":"app","image":"registry.example.com/shop/web:v1.%d","ports":[{"containerPort":8080}],"env":[{"name":"LOG_LEVEL","value":"info"}],"volumeMounts":[{"name":"log","mountPath":"/log"}],"securityContext":{"privileged":false}}],"serviceAccountName":"web"},"status":{"phase":"Running"}}`, i, i%9)
	}
	batch := new(event.Batch)
	for i := range n {
		a := event.Audit{At: event.Time(1_767_571_200_000 + i*20), Entity: uint64(1 + i%3), User: "system:serviceaccount:kube-system:replicaset-controller",
			Verb: "list", Resource: "pods", Namespace: "shop", Code: 200, Traits: event.Allowed | event.ControlPlane}
		switch i % 10 {
		case 0, 1, 2:
			a.Verb, a.Resource = "update", "leases"
			a.Traits |= event.Write
		case 3:
			a.Verb, a.Request, a.Code = "create", pod(i), 201
			a.Response = a.Request
			a.Traits |= event.Write
		case 4, 5:
			a.Verb, a.Subresource, a.Response = "patch", "status", pod(i)
			a.Traits |= event.Write
		case 6:
			a.User, a.Verb, a.URI, a.Resource = "system:anonymous", "get", "/healthz", ""
			a.Traits = event.Allowed | event.Anonymous
		}
		batch.Audits = append(batch.Audits, a)
	}
	return batch
}

func BenchmarkOrdinary(b *testing.B) {
	batch := ordinary(4096)
	e, err := engine.New(All, 1, nil)
	if err != nil {
		b.Fatal(err)
	}
	runs := batch.Runs(nil)
	hits := e.Process(nil, runs)
	b.ReportAllocs()
	for b.Loop() {
		hits = e.Process(hits[:0], runs)
	}
	if len(hits) > 0 {
		b.Fatalf("raised %s", hits[0].Type.Name)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch.Audits)), "ns/row")
}

func TestOrdinaryAllocatesNothing(t *testing.T) {
	e, err := engine.New(All, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	runs := ordinary(2048).Runs(nil)
	hits := e.Process(nil, runs)
	if n := testing.AllocsPerRun(5, func() { hits = e.Process(hits[:0], runs) }); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
	if len(hits) > 0 {
		t.Errorf("raised %s", hits[0].Type.Name)
	}
}
