package test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"picket/test/internal/s3server"
)

// server is a real S3 server that checks signatures: one for all tests, as one
// process can hold only one. program is picket, with the race detector.
var server, program string

func TestMain(m *testing.M) { os.Exit(withServer(m)) }

func withServer(m *testing.M) int {
	dir, err := os.MkdirTemp("", "picket-s3-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "picket") // first: the server changes the working directory
	if out, err := exec.Command("go", "build", "-C", "..", "-race", "-o", program, "./cmd/picket").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build picket: %v\n%s", err, out)
		return 1
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if err := start(ctx, dir); err != nil {
		fmt.Fprintln(os.Stderr, "start the S3 server:", err)
		return 1
	}
	return m.Run() // the server ends with the process: to shut down it would wait for idle connections
}

// start runs the server until ctx ends.
func start(ctx context.Context, dir string) error {
	address, err := s3server.FreeAddress()
	if err != nil {
		return err
	}
	server = "http://" + address
	ended := make(chan error, 1)
	go func() { ended <- s3server.Serve(ctx, dir, address) }()
	return s3server.Ready(server, ended)
}

func client() *s3.Client { return s3server.Client(server) }

// bucket makes a bucket with objects, by key.
func bucket(t *testing.T, name string, objects map[string]string) {
	t.Helper()
	s3server.Bucket(t, client(), name, objects)
}

// proxied returns the address of a proxy in front of the server that calls hook
// before it passes a request on. A hook that returns false has answered itself.
func proxied(t *testing.T, hook func(http.ResponseWriter, *http.Request) bool) string {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		host := r.In.Host // it is signed
		r.SetURL(to)
		r.Out.Host = host
	}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hook(w, r) {
			proxy.ServeHTTP(w, r)
		}
	})}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return "http://" + l.Addr().String()
}

// outcome is how a run of picket ended.
type outcome struct {
	code        int
	out, errors string
}

// scan runs picket scan over an address, as a user would, against endpoint.
func scan(t *testing.T, endpoint, secret string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append([]string{"scan"}, args...)...)
	cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+s3server.AccessKey, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_ENDPOINT_URL="+endpoint,
		"AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true", "HOME="+t.TempDir(), "TMPDIR="+t.TempDir())
	var out, errors bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errors
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("picket did not end: %s", errors.String())
	}
	if _, ok := err.(*exec.ExitError); err != nil && !ok {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), out.String(), errors.String()}
}
