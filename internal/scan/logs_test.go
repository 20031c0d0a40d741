package scan

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/intel"
)

// logBegin is the time of the first record that tests make.
var logBegin = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// Records number i of each kind of log, i seconds after logBegin. No two of
// one kind are alike.

func flowRecord(i int) string {
	at := logBegin.Add(time.Duration(i) * time.Second).Unix()
	return fmt.Sprintf("2 111122223333 eni-0%07x 10.0.%d.%d 203.0.113.%d %d 443 6 10 8400 %d %d ACCEPT OK\n",
		i%7, i%5, i%200+1, i%250+1, 1024+i%60000, at, at+59)
}

func trailRecord(i int) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDA%d","arn":"arn:aws:iam::11112222333%d:user/u","accountId":"11112222333%d","userName":"u"},`+
		`"eventTime":%q,"eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.%d","userAgent":"aws-cli/2",`+
		`"requestParameters":null,"responseElements":null,"eventID":"00000000-0000-4000-8000-%012d","eventType":"AwsApiCall","recipientAccountId":"11112222333%d"}`,
		i%9, i%3, i%3, timeText(i), i%250+1, i, i%3)
}

func dnsRecord(i int) string {
	return fmt.Sprintf(`{"version":"1.100000","account_id":"111122223333","region":"us-east-1","vpc_id":"vpc-1","query_timestamp":%q,"query_name":"host-%d.example.com.","query_type":"A",`+
		`"query_class":"IN","rcode":"NOERROR","answers":[{"Rdata":"192.0.2.%d","Type":"A","Class":"IN"}],"srcaddr":"10.0.0.9","srcport":"5353","transport":"UDP","srcids":{"instance":"i-0%07d"}}`+"\n",
		timeText(i), i%50, i%250+1, i%6)
}

func auditRecord(i int) string {
	return fmt.Sprintf(`{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"00000000-0000-4000-9000-%012d","stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"list",`+
		`"user":{"username":"dev-%d","groups":["system:authenticated"]},"sourceIPs":["198.51.100.%d"],"objectRef":{"resource":"pods","apiVersion":"v1"},"responseStatus":{"code":200},`+
		`"requestReceivedTimestamp":%q,"stageTimestamp":%q,"annotations":{"authorization.k8s.io/decision":"allow"}}`+"\n", i, i%4, i%250+1, timeText(i), timeText(i))
}

func timeText(i int) string {
	return logBegin.Add(time.Duration(i) * time.Second).Format(time.RFC3339)
}

// lines is records from up to to of a format that has one a line.
func lines(record func(int) string, from, to int) string {
	var b strings.Builder
	for i := from; i < to; i++ {
		b.WriteString(record(i))
	}
	return b.String()
}

// trailFile is CloudTrail records from up to to in one object, as CloudTrail
// delivers them.
func trailFile(from, to int) string {
	var records []string
	for i := from; i < to; i++ {
		records = append(records, trailRecord(i))
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

func gzipOf(t testing.TB, data string) string {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// folder writes files, by name, into a new directory.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		write(t, filepath.Join(dir, name), data)
	}
	return dir
}

func write(t testing.TB, path, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func noLists() (*intel.Set, error) {
	var b intel.Builder
	return b.Build(), nil
}

// run scans with the probes.
func run(t testing.TB, cfg Config) *Result {
	t.Helper()
	if cfg.Detectors == nil {
		cfg.Detectors = probes
	}
	cfg.Lists = noLists
	res, err := Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// probes are detectors that notice any change in the order of an entity's rows:
// each keeps a sum over all rows so far in which the order counts, and reports
// it now and then.
var probes = []*detect.Detector{
	probe("flow-order-probe", "Flow", finding.VPCFlowLogs, finding.ResourceInstance, func(see func(*detect.Pass, string)) detect.Handlers {
		return detect.Handlers{Flow: func(p *detect.Pass, f *event.Flow) { see(p, f.Remote.String()) }}
	}),
	probe("dns-order-probe", "DNS", finding.DNSLogs, finding.ResourceInstance, func(see func(*detect.Pass, string)) detect.Handlers {
		return detect.Handlers{DNS: func(p *detect.Pass, d *event.DNS) { see(p, d.Name) }}
	}),
	probe("trail-order-probe", "Trail", finding.CloudTrail, finding.ResourceAccessKey, func(see func(*detect.Pass, string)) detect.Handlers {
		return detect.Handlers{Trail: func(p *detect.Pass, r *event.Trail) { see(p, r.EventID) }}
	}),
	probe("audit-order-probe", "Audit", finding.EKSAuditLogs, finding.ResourceCluster, func(see func(*detect.Pass, string)) detect.Handlers {
		return detect.Handlers{Audit: func(p *detect.Pass, a *event.Audit) { see(p, a.User) }}
	}),
}

type orderSum struct{ sum, rows uint64 }

// probeEvery is how many rows of an entity a report stands for.
const probeEvery = 5

func probe(name, kind string, source finding.Source, resource string, handlers func(func(*detect.Pass, string)) detect.Handlers) *detect.Detector {
	typ := &finding.Type{Name: "Test:" + kind + "/Order", Severity: 5, Sources: []finding.Source{source}, Resource: resource,
		Role: finding.RoleActor, Title: "t", Text: "t", Remedy: "t"}
	return &detect.Detector{Name: name, Findings: []*finding.Type{typ},
		Doc: "reports a sum over all rows of an entity that depends on the order they came in, so that tests can tell two orders apart",
		New: func(s *detect.Setup) detect.Handlers {
			sums := detect.NewTable[uint64, orderSum](s, "sums", 1000*time.Hour, 1000)
			return handlers(func(p *detect.Pass, text string) {
				o := sums.At(p, 0)
				h := fnv.New64a()
				fmt.Fprint(h, o.sum, p.Now, text)
				o.sum, o.rows = h.Sum64(), o.rows+1
				if o.rows%probeEvery == 0 {
					p.Report(typ, detect.Evidence{Key: fmt.Sprintf("%d rows give %x", o.rows, o.sum)})
				}
			})
		}}
}
