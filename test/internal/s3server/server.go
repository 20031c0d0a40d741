// Package s3server runs a real S3 server for tests: one that checks signatures.
// It exists so that all tests with S3 meet the same one.
//
// It imports versitygw and the AWS SDK.
package s3server

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// The one account of the server, and its region.
const (
	AccessKey = "AKIAIOSFODNN7EXAMPLE"
	SecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	Region    = "us-east-1"
)

// Serve runs the server on an address until ctx ends, with all it keeps in dir.
// A process can hold only one, and has dir/data as its working directory then.
func Serve(ctx context.Context, dir, address string) error {
	data, sidecar := filepath.Join(dir, "data"), filepath.Join(dir, "meta")
	for _, d := range []string{data, sidecar} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return err
		}
	}
	// Metadata beside the objects: not every file system has extended attributes.
	store, err := meta.NewSideCar(sidecar)
	if err != nil {
		return err
	}
	backend, err := posix.New(data, store, posix.PosixOpts{SideCarDir: sidecar, ForceNoTmpFile: true})
	if err != nil {
		return err
	}
	return embedgw.RunVersityGW(ctx, backend, &embedgw.Config{RootUserAccess: AccessKey, RootUserSecret: SecretKey, Region: Region,
		Ports: []string{address}, MaxConnections: 1000, MaxRequests: 1000, MultipartMaxParts: 10_000, KeepAlive: true, Quiet: true, HealthPath: "/healthz"})
}

// FreeAddress is one that nobody listens on.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Ready waits until the server at an URL answers, or ended hears that it won't.
func Ready(url string, ended <-chan error) error {
	for range 500 {
		res, err := http.Get(url + "/healthz")
		if err == nil && res.Body.Close() == nil && res.StatusCode == http.StatusOK {
			return nil
		}
		select {
		case err := <-ended:
			return fmt.Errorf("it ended: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s does not answer", url)
}

// Client makes a client of the server at an URL.
func Client(url string) *s3.Client {
	return s3.New(s3.Options{BaseEndpoint: &url, UsePathStyle: true, Region: Region,
		Credentials: credentials.NewStaticCredentialsProvider(AccessKey, SecretKey, "")})
}

// Bucket makes a bucket with objects, by key.
func Bucket(t *testing.T, c *s3.Client, name string, objects map[string]string) {
	t.Helper()
	if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	for key, data := range objects {
		Put(t, c, name, key, data)
	}
}

// Put writes an object.
func Put(t *testing.T, c *s3.Client, bucket, key, data string) {
	t.Helper()
	in := &s3.PutObjectInput{Bucket: &bucket, Key: aws.String(key), Body: bytes.NewReader([]byte(data))}
	if _, err := c.PutObject(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}
