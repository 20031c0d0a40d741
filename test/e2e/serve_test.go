package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// TestMetricsOfAServer: what clients did shows, and nothing of who they are.
func TestMetricsOfAServer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.admin.detector(t)
		w.scanTo(t, adminAccount, logs(t, "a.json", records(stopLogging(adminAccount, w.region, 1)))).want(t, 2)
		res, err := http.Get(w.url + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		text := read(t, res).body
		for _, want := range []string{
			`picket_api_requests_total{service="guardduty",operation="CreateDetector",status="200"} `,
			`picket_api_request_duration_seconds_bucket{service="picket",operation="PutFindings",le="+Inf"} `,
			`picket_ingest_findings_total{result="created"} `, `picket_ingest_records_total{source="CLOUD_TRAIL"} `,
			`picket_store_findings{archived="false"} `, "picket_store_size_bytes ",
		} {
			if !strings.Contains(text, "\n"+want) {
				t.Errorf("no %s", want)
			}
		}
		for _, hidden := range []string{adminAccount, secret, keyOf(adminAccount)} {
			if strings.Contains(text, hidden) {
				t.Errorf("the metrics show %s", hidden)
			}
		}
	})
}
