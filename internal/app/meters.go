package app

import (
	"context"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"picket/internal/awsrpc"
	"picket/internal/metrics"
	"picket/internal/store"
)

// meters are what /metrics shows. Labels have operations and statuses, never
// accounts, keys or anything a client sends.
type meters struct {
	metrics.Set
	requests metrics.Counter
	took     metrics.Histogram
	findings metrics.Counter
	records  metrics.Counter
	bytes    metrics.Counter
	expired  metrics.Counter
}

// tookBuckets are in seconds.
var tookBuckets = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

func (a *App) newMeters() *meters {
	m := &meters{}
	m.requests = m.Counter("picket_api_requests_total", "Requests that were answered; the operation is empty when there was none.", "service", "operation", "status")
	m.took = m.Histogram("picket_api_request_duration_seconds", "Time from a request's header to its answer.", tookBuckets, "service", "operation")
	m.findings = m.Counter("picket_ingest_findings_total", "Findings that were sent here, by what became of them.", "result")
	m.records = m.Counter("picket_ingest_records_total", "Log records that senders processed, by data source.", "source")
	m.bytes = m.Counter("picket_ingest_bytes_total", "Bytes of log records that senders processed, by data source.", "source")
	m.expired = m.Counter("picket_store_findings_expired_total", "Findings that this server deleted because their time was over.")
	totals := remembered{read: a.totals}
	m.Gauge("picket_store_findings", "Findings that are kept.", func(emit func(float64, ...string)) {
		if n, ok := totals.get(); ok {
			emit(float64(n.Findings), "false")
			emit(float64(n.Archived), "true")
		}
	}, "archived")
	for _, g := range []struct {
		name, help string
		of         func(store.Totals) int64
	}{
		{"picket_store_detectors", "Detectors of all accounts and regions.", func(n store.Totals) int64 { return n.Detectors }},
		{"picket_store_size_bytes", "Size of the database.", func(n store.Totals) int64 { return n.Bytes }},
	} {
		m.Gauge(g.name, g.help, func(emit func(float64, ...string)) {
			if n, ok := totals.get(); ok {
				emit(float64(g.of(n)))
			}
		})
	}
	m.Gauge("picket_http_connections", "Connections that are open.", func(emit func(float64, ...string)) { emit(float64(a.door.open())) })
	m.Gauge("picket_build_info", "The version that runs.", func(emit func(float64, ...string)) { emit(1, a.config.Version, runtime.Version()) }, "version", "goversion")
	m.addProcess(a.started)
	return m
}

// addProcess declares what every process shows, by the names that dashboards know.
func (m *meters) addProcess(started time.Time) {
	for _, g := range []struct {
		name, help string
		read       func() (float64, bool)
	}{
		{"go_goroutines", "Goroutines that exist.", func() (float64, bool) { return float64(runtime.NumGoroutine()), true }},
		{"process_start_time_seconds", "When the process started, Unix time.", func() (float64, bool) { return float64(started.UnixMilli()) / 1000, true }},
		{"process_resident_memory_bytes", "Memory in use.", residentMemory},
		{"process_open_fds", "File descriptors in use.", openFiles},
	} {
		m.Gauge(g.name, g.help, func(emit func(float64, ...string)) {
			if v, ok := g.read(); ok {
				emit(v)
			}
		})
	}
}

// residentMemory is known where there is a /proc.
func residentMemory() (float64, bool) {
	b, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(b))
	if err != nil || len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.ParseFloat(fields[1], 64)
	return pages * float64(os.Getpagesize()), err == nil
}

func openFiles() (float64, bool) {
	entries, err := os.ReadDir("/proc/self/fd")
	return float64(len(entries)), err == nil
}

// count counts a request that was answered.
func (m *meters) count(c awsrpc.Call) {
	m.requests.Add(1, c.Service, c.Operation, strconv.Itoa(c.Status))
	m.took.Observe(c.Took.Seconds(), c.Service, c.Operation)
}

func (m *meters) countFinding(state string) { m.findings.Add(1, strings.ToLower(state)) }

func (m *meters) countRecords(source string, records, bytes int64) {
	m.records.Add(float64(records), source)
	m.bytes.Add(float64(bytes), source)
}

// serveHTTP answers GET /metrics.
func (m *meters) serveHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", metrics.ContentType)
	m.Write(w) // an error here is a client that has gone
}

func (a *App) totals() (n store.Totals, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		n, err = tx.Totals()
		return err
	})
	if err != nil {
		a.config.Log.Error("can't count what is kept", "error", err)
	}
	return n, err
}

// rememberFor bounds the work that reading metrics makes.
const rememberFor = 10 * time.Second

// remembered is totals that are read when asked for, but seldom.
type remembered struct {
	read func() (store.Totals, error)
	mu   sync.Mutex
	at   time.Time
	n    store.Totals
	err  error
}

func (r *remembered) get() (n store.Totals, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.at) >= rememberFor {
		r.n, r.err = r.read()
		r.at = time.Now()
	}
	return r.n, r.err == nil
}
