package app

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"

	"picket/internal/access"
)

const (
	region       = "eu-west-1"
	firstAccount = "111122223333"
	otherAccount = "444455556666"
	firstKey     = "FIRSTKEY"
	otherKey     = "OTHERKEY"
	secret       = "a-secret-for-tests"
	childData    = "PICKET_TEST_SERVE" // the data directory of a server in a process of its own
)

func TestMain(m *testing.M) {
	if data := os.Getenv(childData); data != "" {
		seed, err := access.ParseSeed(firstAccount + ":" + firstKey + ":" + secret)
		if err == nil {
			err = New(Config{Listen: "127.0.0.1:0", Data: data, Seeds: []access.Seed{seed}, Out: os.Stdout}).Run(context.Background())
		}
		panic(err) // it is killed before
	}
	os.Exit(m.Run())
}

// serve starts a server with a key for each of the two accounts.
func serve(t *testing.T, data string, out io.Writer) *App {
	t.Helper()
	return serveWith(t, Config{Data: data, Out: out})
}

// serveWith is serve with further settings.
func serveWith(t *testing.T, c Config) *App {
	t.Helper()
	c.Listen = "127.0.0.1:0"
	for _, s := range []string{firstAccount + ":" + firstKey + ":" + secret, otherAccount + ":" + otherKey + ":" + secret} {
		seed, err := access.ParseSeed(s)
		if err != nil {
			t.Fatal(err)
		}
		c.Seeds = append(c.Seeds, seed)
	}
	a := New(c)
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a
}

// client is the official SDK's, which never tries again.
func client(url, region, key, secret string) *guardduty.Client {
	return guardduty.New(guardduty.Options{
		BaseEndpoint: aws.String(url),
		Region:       region,
		Retryer:      aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}, nil
		}),
	})
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestHealth(t *testing.T) {
	a := serve(t, t.TempDir(), nil)
	if status, body := get(t, a.URL()+"/healthz"); status != 200 || body != "ok\n" {
		t.Errorf("status %d, body %q", status, body)
	}
	if err := a.db.Close(); err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, a.URL()+"/healthz"); status != 503 {
		t.Errorf("without a store the status is %d, not 503", status)
	}
}

func TestAdminKeyWorks(t *testing.T) {
	var out bytes.Buffer
	a := serve(t, t.TempDir(), &out)
	c := client(a.URL(), region, variable(out.String(), "AWS_ACCESS_KEY_ID"), variable(out.String(), "AWS_SECRET_ACCESS_KEY"))
	if _, err := c.ListDetectors(t.Context(), &guardduty.ListDetectorsInput{}); err != nil {
		t.Errorf("%v\noutput:\n%s", err, &out)
	}
	if !strings.Contains(out.String(), a.URL()+"\n") || strings.Contains(out.String(), secret) {
		t.Errorf("the output lacks the address or has a seed's secret:\n%s", &out)
	}
}

func TestStartFailsAndLeavesNothingOpen(t *testing.T) {
	running := serve(t, t.TempDir(), nil)
	a := New(Config{Listen: running.door.Addr().String(), Data: t.TempDir()})
	if err := a.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("error %v", err)
	}
	if err := a.db.Ping(t.Context()); err == nil {
		t.Error("the store is still open")
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- New(Config{Listen: "127.0.0.1:0", Data: t.TempDir(), Out: in}).Run(ctx)
		in.Close()
	}()
	url := listening(t, out)
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Run does not end")
	}
	if _, err := http.Get(url + "/healthz"); err == nil {
		t.Error("it still answers")
	}
}

// listening waits for the server's address.
func listening(t *testing.T, out io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "Listening on "); ok {
			return url
		}
	}
	t.Fatalf("no address was printed: %v", lines.Err())
	return ""
}

func TestKilledServerKeepsWhatItAcknowledged(t *testing.T) {
	data := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childData+"="+data)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	made, err := client(listening(t, out), region, firstKey, secret).CreateDetector(t.Context(),
		&guardduty.CreateDetectorInput{Enable: aws.Bool(true), Tags: map[string]string{"team": "blue"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // its error is that it was killed

	c := client(serve(t, data, nil).URL(), region, firstKey, secret)
	got, err := c.GetDetector(t.Context(), &guardduty.GetDetectorInput{DetectorId: made.DetectorId})
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != "ENABLED" || got.Tags["team"] != "blue" {
		t.Errorf("status %s, tags %v", got.Status, got.Tags)
	}
}
