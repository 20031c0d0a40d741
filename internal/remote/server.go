package remote

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"

	"picket/internal/api/ingest"
)

// A Server is a picket server, asked with one access key. It may be used from
// several goroutines.
type Server struct {
	Region   string // that is asked where nothing says otherwise
	endpoint *url.URL
	keys     aws.CredentialsProvider
	client   aws.HTTPClient
	signer   *v4.Signer
	wait     time.Duration // before the first repetition; twice as long before each later one
}

const (
	tries       = 5
	firstWait   = 250 * time.Millisecond
	requestTime = 2 * time.Minute
	maxAnswer   = 16 << 20
)

// Dial prepares for asking the server at endpoint, http://host:port. The access
// key comes from the places where AWS clients look, and so does the region when
// it is empty. Nothing is sent yet.
func Dial(ctx context.Context, endpoint, region string) (*Server, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return nil, fmt.Errorf("%q is not the address of a server: want http://host:port", redacted(u, endpoint))
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for an access key: %w", err)
	}
	s := &Server{Region: cmp.Or(region, cfg.Region), endpoint: &url.URL{Scheme: u.Scheme, Host: u.Host}, keys: cfg.Credentials, client: cfg.HTTPClient,
		signer: v4.NewSigner(), wait: firstWait}
	if s.Region == "" {
		return nil, errors.New("no region: give --region, or set AWS_REGION")
	}
	if s.client == nil {
		s.client = awshttp.NewBuildableClient()
	}
	return s, nil
}

// redacted is an address without a password that may be in it.
func redacted(u *url.URL, text string) string {
	if u == nil || u.User == nil {
		return text
	}
	return u.Redacted()
}

// String is the server's address.
func (s *Server) String() string { return s.endpoint.String() }

// A Refusal is an error that the server answered with; asking again would not help.
type Refusal struct {
	Class, Message string
}

func (r *Refusal) Error() string { return r.Class + ": " + r.Message }

// Put puts findings and counts into an account.
func (s *Server) Put(ctx context.Context, region string, in *ingest.PutFindingsInput) (*ingest.PutFindingsOutput, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode findings: %w", err)
	}
	out := new(ingest.PutFindingsOutput)
	if err := s.call(ctx, region, ingest.PutFindings.Operation.Method, ingest.PutFindings.Operation.Path, nil, body, out); err != nil {
		return nil, fmt.Errorf("send findings to %s: %w", s, err)
	}
	if len(out.Findings) != len(in.Findings) || len(out.Counts) != len(in.Counts) {
		return nil, fmt.Errorf("send findings to %s: the answer is not one of a picket server", s)
	}
	return out, nil
}

// call asks until there is an answer. All that the server serves may be asked
// again without harm.
func (s *Server) call(ctx context.Context, region, method, path string, query url.Values, body []byte, out any) error {
	wait := s.wait
	for n := 1; ; n++ {
		err := s.try(ctx, region, method, path, query, body, out)
		var refused *Refusal
		if err == nil || n == tries || ctx.Err() != nil || errors.As(err, &refused) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait/2 + rand.N(wait)):
		}
		wait *= 2
	}
}

func (s *Server) try(ctx context.Context, region, method, path string, query url.Values, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	req, err := s.request(ctx, region, method, path, query, body)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if resp.StatusCode == http.StatusOK {
		return json.Unmarshal(answer, out)
	}
	return failure(resp, answer)
}

// request is a signed request.
func (s *Server) request(ctx context.Context, region, method, path string, query url.Values, body []byte) (*http.Request, error) {
	u := *s.endpoint
	u.Path, u.RawQuery = path, query.Encode()
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	key, err := s.keys.Retrieve(ctx)
	if err != nil {
		return nil, &Refusal{"no access key", err.Error()}
	}
	sum := sha256.Sum256(body)
	return req, s.signer.SignHTTP(ctx, key, req, hex.EncodeToString(sum[:]), ingest.Name, region, time.Now())
}

// failure is the error of an answer: a Refusal unless the server may answer
// otherwise the next time.
func failure(resp *http.Response, answer []byte) error {
	var told struct{ Message string }
	if err := json.Unmarshal(answer, &told); err != nil || told.Message == "" {
		told.Message = "status " + resp.Status
	}
	r := &Refusal{cmp.Or(resp.Header.Get("X-Amzn-ErrorType"), "the server refused"), told.Message}
	if resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests {
		return errors.New(r.Error())
	}
	return r
}
