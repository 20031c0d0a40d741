package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"picket/test/internal/s3server"
)

// childS3 has the address and directory of the S3 server that this process is to
// be, rather than run tests.
const childS3 = "PICKET_TEST_S3"

// s3Client is one of the S3 server that the picket servers read lists from and
// write findings to.
var s3Client *s3.Client

// beS3 runs the S3 server. It is a process of its own for it changes the
// working directory.
func beS3(address string) {
	dir, err := os.Getwd()
	if err == nil {
		err = s3server.Serve(context.Background(), dir, address)
	}
	fmt.Fprintln(os.Stderr, "the S3 server ended:", err)
	os.Exit(1)
}

// startS3 runs an S3 server and has all programs that are started later use it.
func startS3(dir string) (stop func(), err error) {
	dir = filepath.Join(dir, "s3")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	address, err := s3server.FreeAddress()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(os.Environ(), childS3+"="+address), os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	url := "http://" + address
	if err := s3server.Ready(url, ended); err != nil {
		return nil, errors.Join(fmt.Errorf("start the S3 server: %w", err), cmd.Process.Kill())
	}
	s3Client = s3server.Client(url)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_S3": url, "AWS_REGION": s3server.Region,
		"AWS_ACCESS_KEY_ID": s3server.AccessKey, "AWS_SECRET_ACCESS_KEY": s3server.SecretKey} {
		if err := os.Setenv(name, value); err != nil {
			return nil, err
		}
	}
	return func() { cmd.Process.Kill(); <-ended }, nil
}
