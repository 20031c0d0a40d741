package buckets

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"picket/internal/buckets"
)

const (
	accessKey = "AKIAIOSFODNN7EXAMPLE"
	secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// An environment is what the configuration is read from.
type environment struct {
	name    string
	vars    map[string]string
	profile string // the configuration file
	own     bool   // another server than Amazon's is set
}

// enter has the process be in the environment, and in no other.
func (e environment) enter(t *testing.T) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(e.profile), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // puts it back in the end
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(filepath.Dir(file), "none"))
	t.Setenv("AWS_ACCESS_KEY_ID", accessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	for name, value := range e.vars {
		t.Setenv(name, value)
	}
}

// A recorder is the network: it keeps requests and answers them in turn, the
// last answer again and again.
type recorder struct {
	answers  []answer
	requests []*http.Request
	bodies   []string // of the requests
}

type answer struct {
	status int
	header http.Header
	body   string
}

var empty = answer{status: http.StatusOK, body: `<ListBucketResult></ListBucketResult>`}

func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	a := r.answers[min(len(r.requests), len(r.answers)-1)]
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
	}
	r.requests, r.bodies = append(r.requests, req), append(r.bodies, string(body))
	if a.header == nil {
		a.header = http.Header{}
	}
	return &http.Response{StatusCode: a.status, Header: a.header, Body: io.NopCloser(strings.NewReader(a.body)), Request: req}, nil
}

// clients makes the SDK's client and picket's of the same configuration, each
// with a network of its own that gives the answers.
func (e environment) clients(ctx context.Context, answers ...answer) (theirs *s3.Client, ours *buckets.Client, network [2]*recorder, err error) {
	network = [2]*recorder{{answers: answers}, {answers: answers}}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, nil, network, err
	}
	cfg.HTTPClient = network[0]
	theirs = s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle, o.UseARNRegion, o.DisableLogOutputChecksumValidationSkipped = e.own, true, true
	})
	cfg.HTTPClient = network[1]
	ours, err = buckets.FromConfig(ctx, cfg)
	return theirs, ours, network, err
}

// different are the headers in which picket's requests knowingly differ.
var different = map[string]string{
	"Amz-Sdk-Invocation-Id": "is by chance",
	"Authorization":         "signs this and that header more; it is verified by itself",
	"User-Agent":            "names picket, not the SDK's client",
	"X-Amz-Checksum-Mode":   "asks for checksums of what is got, which picket leaves to TLS",
}

// differentQuery are the parameters in which they do.
var differentQuery = map[string]string{
	"x-id":          "repeats the operation's name, and no server reads it",
	"encoding-type": "has keys escaped that XML can't hold; the SDK's client fails with them",
}

// A sent request is what of it is compared.
type sent struct {
	Method, Scheme, Host, Path, Query string
	Header                            http.Header
	Length                            int64
}

func compared(r *http.Request) sent {
	s := sent{r.Method, r.URL.Scheme, r.URL.Host, r.URL.EscapedPath(), "", r.Header.Clone(), r.ContentLength}
	if r.Host != "" {
		s.Host = r.Host
	}
	for name := range different {
		s.Header.Del(name)
	}
	if r.Method == http.MethodPut && r.URL.Scheme == "https" {
		s.Header.Del("X-Amz-Content-Sha256") // picket signs that there is no body, too
	}
	query := r.URL.Query()
	for name := range differentQuery {
		query.Del(name)
	}
	s.Query = query.Encode()
	return s
}

// A call is one that both clients can make.
type call struct {
	name   string
	theirs func(context.Context, *s3.Client, string) error
	ours   func(context.Context, *buckets.Client, string) error
}

const (
	owner = "111122223333"
	key   = "arn:aws:kms:eu-west-1:111122223333:key/1535186e-bb4f-4c29-b8a3-01be27f9139e"
)

func ofSDK(_ any, err error) error { return err }

func get(name, object string, ours buckets.Part, alter func(*s3.GetObjectInput)) call {
	return call{name,
		func(ctx context.Context, c *s3.Client, bucket string) error {
			in := &s3.GetObjectInput{Bucket: &bucket, Key: &object}
			alter(in)
			return ofSDK(c.GetObject(ctx, in))
		},
		func(ctx context.Context, c *buckets.Client, bucket string) error {
			b := buckets.Bucket{Name: bucket}
			if name == "get owned" {
				b.Owner = owner
			}
			return ofSDK(c.Get(ctx, b, object, ours))
		}}
}

func list(name, prefix string, page int, owner string) call {
	return call{name,
		func(ctx context.Context, c *s3.Client, bucket string) error {
			in := &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix}
			if page > 0 {
				in.MaxKeys = aws.Int32(int32(page))
			}
			if owner != "" {
				in.ExpectedBucketOwner = &owner
			}
			pages := s3.NewListObjectsV2Paginator(c, in)
			for pages.HasMorePages() {
				if _, err := pages.NextPage(ctx); err != nil {
					return err
				}
			}
			return nil
		},
		func(ctx context.Context, c *buckets.Client, bucket string) error {
			for _, err := range c.List(ctx, buckets.Bucket{Name: bucket, Owner: owner}, prefix, page) {
				if err != nil {
					return err
				}
			}
			return nil
		}}
}

func head(object string) call {
	return call{"head",
		func(ctx context.Context, c *s3.Client, bucket string) error {
			return ofSDK(c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &object}))
		},
		func(ctx context.Context, c *buckets.Client, bucket string) error {
			return c.Head(ctx, buckets.Bucket{Name: bucket}, object)
		}}
}

func put(object string) call {
	return call{"put",
		func(ctx context.Context, c *s3.Client, bucket string) error {
			return ofSDK(c.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &object, Body: strings.NewReader(""), ExpectedBucketOwner: aws.String(owner),
				ServerSideEncryption: "aws:kms", SSEKMSKeyId: aws.String(key)}))
		},
		func(ctx context.Context, c *buckets.Client, bucket string) error {
			return c.PutEmpty(ctx, buckets.Bucket{Name: bucket, Owner: owner}, object, key)
		}}
}

func whole(*s3.GetObjectInput) {}

// calls are all operations with all their options, on one object.
func calls(object string) []call {
	return []call{
		get("get", object, buckets.Part{}, whole),
		get("get owned", object, buckets.Part{}, func(in *s3.GetObjectInput) { in.ExpectedBucketOwner = aws.String(owner) }),
		get("get a part", object, buckets.Part{ETag: `"5d41402a"`, From: 0, To: 4096}, func(in *s3.GetObjectInput) {
			in.IfMatch, in.Range = aws.String(`"5d41402a"`), aws.String("bytes=0-4095")
		}),
		get("get the rest", object, buckets.Part{From: 4096}, func(in *s3.GetObjectInput) { in.Range = aws.String("bytes=4096-") }),
		list("list", object, 0, ""),
		list("list one", object, 1, owner),
		head(object),
		put(object),
	}
}
