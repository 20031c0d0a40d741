package test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/parquet-go/parquet-go"

	"picket/test/internal/s3server"
)

var begin = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// quiet is records of API calls that are no threat, in CloudTrail's form.
func quiet(from, to int) string {
	var records []string
	for i := from; i < to; i++ {
		records = append(records, fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111122223333:user/u","accountId":"111122223333","userName":"u"},`+
			`"eventTime":%q,"eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2",`+
			`"requestParameters":null,"responseElements":null,"eventID":"00000000-0000-4000-8000-%012d","eventType":"AwsApiCall","recipientAccountId":"111122223333"}`,
			begin.Add(time.Duration(i)*time.Second).Format(time.RFC3339), i))
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

// threat is a record that is a finding all alone: CloudTrail is switched off.
func threat(i int) string {
	return strings.NewReplacer("DescribeInstances", "StopLogging", "ec2.amazonaws.com", "cloudtrail.amazonaws.com",
		`"requestParameters":null`, `"requestParameters":{"name":"arn:aws:cloudtrail:us-east-1:111122223333:trail/main"}`).Replace(quiet(i, i+1))
}

const stealth = "Stealth:IAMUser/CloudTrailLoggingDisabled"

func gzipped(t *testing.T, data string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zipped(t *testing.T, name, data string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// flowRow is a flow record as AWS writes it to Parquet (VPC user guide, flow
// log records).
type flowRow struct {
	Version     int32  `parquet:"version"`
	AccountID   string `parquet:"account_id"`
	InterfaceID string `parquet:"interface_id"`
	SrcAddr     string `parquet:"srcaddr"`
	DstAddr     string `parquet:"dstaddr"`
	SrcPort     int32  `parquet:"srcport"`
	DstPort     int32  `parquet:"dstport"`
	Protocol    int64  `parquet:"protocol"`
	Packets     int64  `parquet:"packets"`
	Bytes       int64  `parquet:"bytes"`
	Start       int64  `parquet:"start"`
	End         int64  `parquet:"end"`
	Action      string `parquet:"action"`
	LogStatus   string `parquet:"log_status"`
}

// flows is n flow records, one to an address of the threat list of TestScan, as
// Parquet with gzip inside and as text.
func flows(t *testing.T, n int) (columns, text string) {
	t.Helper()
	var rows []flowRow
	var lines strings.Builder
	for i := range n {
		at := begin.Unix() + int64(i)
		r := flowRow{2, "111122223333", "eni-0123456789abcdef0", "10.0.0.5", "198.51.100.9", int32(40000 + i%1000), 443, 6, 10, 8400, at, at + 59, "ACCEPT", "OK"}
		if i == n/2 {
			r.DstAddr = "203.0.113.66"
		}
		rows = append(rows, r)
		fmt.Fprintln(&lines, r.Version, r.AccountID, r.InterfaceID, r.SrcAddr, r.DstAddr, r.SrcPort, r.DstPort, r.Protocol, r.Packets, r.Bytes, r.Start, r.End, r.Action, r.LogStatus)
	}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[flowRow](&b, parquet.Compression(&parquet.Gzip))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), lines.String()
}

// TestScan scans objects of every packing and finds what a scan of the same
// files in a directory finds.
func TestScan(t *testing.T) {
	columns, _ := flows(t, 50_000)
	objects := map[string]string{
		"logs/AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/a.json.gz": gzipped(t, quiet(0, 3000)),
		"logs/threat.json":     threat(90_000),
		"logs/large.json":      quiet(5000, 12_000),
		"logs/archive.zip":     zipped(t, "inner/b.json", quiet(20_000, 21_000)),
		"logs/flow.parquet":    columns,
		"logs/empty":           "",
		"logs/notes.txt":       "nothing to see here",
		"logs/directory/":      "",
		"other/not-to-be-read": threat(200),
		"logs/ünï code/c d.gz": gzipped(t, quiet(30_000, 30_100)),
	}
	bucket(t, "picket-scan", objects)
	list := filepath.Join(t.TempDir(), "bad.txt")
	if err := os.WriteFile(list, []byte("203.0.113.66\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got := scan(t, server, s3server.SecretKey, "--format", "json", "--threat-list", list, "s3://picket-scan/logs/")
	if got.code != 2 || strings.Count(got.out, stealth) == 0 || strings.Contains(got.out, "not-to-be-read") {
		t.Fatalf("exit code %d, findings:\n%s\nproblems:\n%s", got.code, got.out, got.errors)
	}
	if !strings.Contains(got.out, "203.0.113.66") {
		t.Errorf("nothing found in the Parquet object: %s", got.out)
	}
	dir := t.TempDir()
	for key, data := range objects {
		path := filepath.Join(dir, key)
		if !strings.HasPrefix(key, "logs/") || strings.HasSuffix(key, "/") {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if local := scan(t, server, s3server.SecretKey, "--format", "json", "--threat-list", list, dir); local.out != got.out || local.code != got.code {
		t.Errorf("a directory gives other findings:\n%s\n%s", local.out, got.out)
	}
	for _, want := range []string{"logs/empty: empty file", "logs/notes.txt: not a known log format"} {
		if !strings.Contains(got.errors, want) {
			t.Errorf("problems lack %q:\n%s", want, got.errors)
		}
	}
}

// TestPages lists more objects than one answer holds.
func TestPages(t *testing.T) {
	objects := map[string]string{"many/threat": threat(9000)}
	const n = 1100
	for i := range n {
		objects[fmt.Sprintf("many/%d/%04d.gz", i%3, i)] = gzipped(t, quiet(i, i+1))
	}
	bucket(t, "picket-pages", objects)
	var lists, gets atomic.Int64
	proxy := proxied(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Has("list-type") {
			lists.Add(1)
		} else {
			gets.Add(1)
		}
		return true
	})
	got := scan(t, proxy, s3server.SecretKey, "s3://picket-pages/many/")
	if got.code != 2 || !strings.Contains(got.out, fmt.Sprintf("%d files", n+1)) && !strings.Contains(got.out, "1,101 files") {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.errors)
	}
	if lists.Load() < 2 || gets.Load() != n+1 {
		t.Errorf("%d requests for lists, %d for objects, want 2 and %d: small objects are asked for once", lists.Load(), gets.Load(), n+1)
	}
}

// TestRefused: whoever may not read is told so in a line, and nothing is found.
func TestRefused(t *testing.T) {
	bucket(t, "picket-refused", map[string]string{"a": threat(1)})
	_, port, _ := strings.Cut(strings.TrimPrefix(server, "http://"), ":")
	for _, c := range []struct{ name, endpoint, secret, address, want string }{
		{"wrong secret", server, "wrong", "s3://picket-refused/", "SignatureDoesNotMatch"},
		{"no such bucket", server, s3server.SecretKey, "s3://picket-nowhere/x", "NoSuchBucket"},
		{"no such prefix", server, s3server.SecretKey, "s3://picket-refused/nothing/here", "no objects with this prefix"},
		{"no bucket", server, s3server.SecretKey, "s3://", "want s3://bucket/prefix"},
		{"no server", "http://127.0.0.1:1", s3server.SecretKey, "s3://picket-refused/", "connection refused"},
	} {
		got := scan(t, c.endpoint, c.secret, "--format", "json", c.address)
		if got.code != 1 || got.out != "" || !strings.Contains(got.errors, c.want) || !strings.Contains(got.errors, c.address) {
			t.Errorf("%s: exit code %d, output %q, errors %q", c.name, got.code, got.out, got.errors)
		}
		if n := strings.Count(strings.TrimSpace(got.errors), "\n"); n > 0 || strings.Contains(got.errors, port+port) {
			t.Errorf("%s: more than one line: %q", c.name, got.errors)
		}
	}
}

// TestDeleted: an object that goes away behind the list is a problem of its own.
func TestDeleted(t *testing.T) {
	bucket(t, "picket-deleted", map[string]string{"a": threat(1), "b": threat(2), "c": threat(3)})
	var once atomic.Bool
	proxy := proxied(t, func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/b") && once.CompareAndSwap(false, true) {
			if _, err := client().DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("picket-deleted"), Key: aws.String("b")}); err != nil {
				t.Error(err)
			}
		}
		return true
	})
	got := scan(t, proxy, s3server.SecretKey, "--format", "json", "s3://picket-deleted")
	if got.code != 2 || !strings.Contains(got.out, `"count":2`) {
		t.Errorf("exit code %d:\n%s", got.code, got.out)
	}
	if want := "picket: s3://picket-deleted/b: the object does not exist any more\n"; got.errors != want {
		t.Errorf("errors %q, want %q", got.errors, want)
	}
}

// TestBrokenConnection: a transfer that breaks off is taken up again.
func TestBrokenConnection(t *testing.T) {
	columns, text := flows(t, 200_000)
	bucket(t, "picket-broken", map[string]string{"flow.log": text, "flow.parquet": columns})
	var broken atomic.Int64
	proxy := proxied(t, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/flow.log") || r.Header.Get("Range") != "" || broken.Add(1) > 1 {
			return true
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(text)))
		w.Header().Set("ETag", `"x"`)
		if _, err := w.Write([]byte(text[:1_000_001])); err != nil {
			t.Error(err)
		}
		panic(http.ErrAbortHandler)
	})
	got := scan(t, proxy, s3server.SecretKey, "s3://picket-broken/flow.log")
	if got.errors != "" || broken.Load() != 1 || !strings.Contains(got.out, "200,000") && !strings.Contains(got.out, "200000") {
		t.Errorf("broken %d times; errors %q, output:\n%s", broken.Load(), got.errors, got.out)
	}
}

// TestColumnsAndText: a Parquet file and the same records as text are the same.
func TestColumnsAndText(t *testing.T) {
	columns, text := flows(t, 30_000)
	dir := t.TempDir()
	list := filepath.Join(dir, "bad.txt")
	var outs []string
	for name, data := range map[string]string{"bad.txt": "203.0.113.66\n", "a/flow.parquet": columns, "b/flow.log": text} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, sub := range []string{"a", "b"} {
		got := scan(t, server, s3server.SecretKey, "--format", "json", "--threat-list", list, filepath.Join(dir, sub))
		if got.code != 2 || got.errors != "" {
			t.Errorf("%s: exit code %d, errors %q", sub, got.code, got.errors)
		}
		outs = append(outs, got.out)
	}
	if outs[0] != outs[1] {
		t.Errorf("findings differ:\n%s\n%s", outs[0], outs[1])
	}
}
