package app

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
)

// certify writes a certificate of a name and its key, in PEM.
func certify(t *testing.T, dir, name string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour),
		NotAfter: now.Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// trusting is an HTTP client that takes the certificate in a file.
func trusting(t *testing.T, certFile string) *http.Client {
	t.Helper()
	b, err := os.ReadFile(certFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(b)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := certify(t, dir, "one")
	a, printed := start(t, Config{Data: t.TempDir(), TLSCert: cert, TLSKey: key})
	defer stop(t, a)
	if !strings.HasPrefix(a.URL(), "https://") || !strings.Contains(printed, "Listening on "+a.URL()) {
		t.Errorf("address %s, printed\n%s", a.URL(), printed)
	}
	c := guardduty.New(client(a.URL(), region, variable(printed, "AWS_ACCESS_KEY_ID"), variable(printed, "AWS_SECRET_ACCESS_KEY")).Options(),
		func(o *guardduty.Options) { o.HTTPClient = trusting(t, cert) })
	if _, err := c.ListDetectors(t.Context(), &guardduty.ListDetectorsInput{}); err != nil {
		t.Error(err)
	}
	subject := func() string {
		resp, err := trusting(t, cert).Get(a.URL() + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.TLS.PeerCertificates[0].Subject.CommonName
	}
	if got := subject(); got != "one" {
		t.Errorf("certificate of %s", got)
	}
	certify(t, dir, "two")
	if err := os.Chtimes(cert, time.Time{}, time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got := subject(); got != "two" {
		t.Errorf("a renewed certificate is not taken: %s", got)
	}
}

func TestTLSRefused(t *testing.T) {
	cert, key := certify(t, t.TempDir(), "one")
	for want, c := range map[string]Config{
		"give both or none":    {TLSCert: cert},
		"load TLS certificate": {TLSCert: key, TLSKey: cert},
	} {
		c.Listen, c.Data = "127.0.0.1:0", t.TempDir()
		if err := New(c).Start(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestMetrics(t *testing.T) {
	var log bytes.Buffer
	a, printed := start(t, Config{Data: t.TempDir(), Version: "1.2.3", Log: slog.New(slog.NewJSONHandler(&log, nil))})
	id, secret := variable(printed, "AWS_ACCESS_KEY_ID"), variable(printed, "AWS_SECRET_ACCESS_KEY")
	if _, err := client(a.URL(), region, id, secret).CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	if err := call(t, a, id, "wrong"); err == nil {
		t.Error("a wrong secret is taken")
	}
	status, body := get(t, a.URL()+"/metrics")
	if status != 200 {
		t.Errorf("status %d", status)
	}
	for _, want := range []string{
		`picket_api_requests_total{service="guardduty",operation="CreateDetector",status="200"} 1`,
		`picket_api_requests_total{service="guardduty",operation="",status="403"} 1`,
		`picket_api_request_duration_seconds_count{service="guardduty",operation="CreateDetector"} 1`,
		`picket_store_detectors 1`,
		`picket_store_findings{archived="false"} 0`,
		`picket_build_info{version="1.2.3",`,
	} {
		if !strings.Contains(body, "\n"+want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	page, err := os.ReadFile("../../docs/serving.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(body) {
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok && !strings.Contains(string(page), "`"+strings.Fields(rest)[0]+"`") {
			t.Errorf("docs/serving.md lacks %s", rest)
		}
	}
	stop(t, a)
	for _, kept := range []string{id, Account, secret} {
		if strings.Contains(body, kept) {
			t.Errorf("the metrics show %s", kept)
		}
	}
	if strings.Contains(log.String(), secret) || !strings.Contains(log.String(), `"operation":"CreateDetector"`) {
		t.Errorf("the log shows a secret, or lacks the request:\n%s", &log)
	}
}

func TestMetricsElsewhere(t *testing.T) {
	a, printed := start(t, Config{Data: t.TempDir(), MetricsListen: "127.0.0.1:0"})
	defer stop(t, a)
	if status, _ := get(t, a.URL()+"/metrics"); status != 403 {
		t.Errorf("beside the APIs the status is %d", status)
	}
	_, rest, _ := strings.Cut(printed, "Metrics on ")
	url, _, _ := strings.Cut(rest, "\n")
	if status, body := get(t, url); status != 200 || !strings.Contains(body, "picket_store_size_bytes") {
		t.Errorf("status %d, %s", status, body)
	}
	if status, _ := get(t, strings.Replace(url, "/metrics", "/detector", 1)); status != 404 {
		t.Errorf("the metrics' address answers something else with %d", status)
	}
}

// slow opens a connection and begins a request that never ends.
func slow(t *testing.T, a *App) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", a.door.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	fmt.Fprint(c, "POST /detector HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n")
	return c
}

// TestCrowd: more slow connections than there is room for don't keep others
// out; those that were first go first.
func TestCrowd(t *testing.T) {
	a, printed := start(t, Config{Data: t.TempDir()})
	defer stop(t, a)
	a.door.mu.Lock()
	a.door.most = 20
	a.door.mu.Unlock()
	first := slow(t, a)
	for range 3 * a.door.most {
		slow(t, a)
	}
	id, secret := variable(printed, "AWS_ACCESS_KEY_ID"), variable(printed, "AWS_SECRET_ACCESS_KEY")
	for range 5 {
		if err := call(t, a, id, secret); err != nil {
			t.Fatal(err)
		}
		slow(t, a)
	}
	if n := a.door.open(); n > a.door.most {
		t.Errorf("%d connections are open, room is for %d", n, a.door.most)
	}
	first.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.ReadAll(first); err != nil && strings.Contains(err.Error(), "timeout") {
		t.Errorf("the first connection is still open: %v", err)
	}
}

func TestStopDoesNotWaitForTheSlow(t *testing.T) {
	a, _ := start(t, Config{Data: t.TempDir()})
	slow(t, a)
	begin := time.Now()
	stop(t, a)
	if took := time.Since(begin); took > patience+3*time.Second {
		t.Errorf("it took %s", took)
	}
	if n := a.door.open(); n != 0 {
		t.Errorf("%d connections stay open", n)
	}
	stop(t, a) // again: nothing to do
}

func TestRoom(t *testing.T) {
	for files, want := range map[uint64]int{1: 1, 100: 50, 1024: 768, 1 << 20: mostConnections} {
		if got := room(files); got != want {
			t.Errorf("%d files: room for %d, want %d", files, got, want)
		}
	}
}
