package lists

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"picket/internal/buckets"
	"picket/internal/fault"
)

// How long a source may take to begin an answer, and to give all of it.
const (
	answerTime = 5 * time.Second
	readTime   = time.Minute
)

// A fetcher reads files of lists.
type fetcher struct {
	sources Sources
	s3      func() (*buckets.Client, error)
}

func newFetcher(s Sources) *fetcher {
	return &fetcher{sources: s, s3: sync.OnceValues(func() (*buckets.Client, error) {
		return buckets.New(context.Background(), readers)
	})}
}

// ownEndpoint says whether lists come from another S3 than Amazon's.
func (f *fetcher) ownEndpoint() bool {
	client, err := f.s3()
	return err == nil && client.OwnEndpoint()
}

// fetch reads a file. owner, if not empty, is the account that must own the
// bucket. Errors are told to the list's owner: fault.Denied for what S3 refuses
// or has not, fault.Conflict for a bucket of somebody else, fault.Invalid for a
// file that is too large, fault.Internal when the source can't be reached.
func (f *fetcher) fetch(ctx context.Context, location, owner, region string) ([]byte, error) {
	p, err := f.sources.locate(location)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "Lists are not read from this location.")
	}
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	slow := time.AfterFunc(answerTime, cancel)
	body, err := f.open(ctx, p, owner, region)
	if err != nil {
		slow.Stop()
		return nil, err
	}
	defer body.Close()
	if !slow.Stop() {
		return nil, unreachable(errors.New("the answer began too late"))
	}
	data, err := io.ReadAll(io.LimitReader(body, MaxBytes+1))
	if err != nil {
		return nil, unreachable(err)
	}
	if len(data) > MaxBytes {
		return nil, fault.Newf(fault.Invalid, "The file is larger than %d MB.", MaxBytes>>20)
	}
	return data, nil
}

func unreachable(err error) error {
	return fault.Wrap(fault.Internal, err, "The location could not be read.")
}

func (f *fetcher) open(ctx context.Context, p place, owner, region string) (io.ReadCloser, error) {
	switch {
	case p.file != "":
		return f.openFile(p.file)
	case p.url != "":
		return openURL(ctx, p.url)
	}
	return f.openObject(ctx, buckets.Bucket{Name: p.bucket, Region: cmp.Or(p.region, region), Owner: owner, Attempts: 2}, p.key)
}

func (f *fetcher) openObject(ctx context.Context, b buckets.Bucket, key string) (io.ReadCloser, error) {
	client, err := f.s3()
	if err != nil {
		return nil, unreachable(err)
	}
	body, err := client.Get(ctx, b, key, buckets.Part{})
	if home := buckets.Home(err); home != "" && home != b.Region {
		b.Region = home
		body, err = client.Get(ctx, b, key, buckets.Part{})
	}
	switch {
	case err == nil:
		return body, nil
	case b.Owner != "" && buckets.Is(err, "AccessDenied") && anybodys(ctx, client, b, key):
		return nil, fault.Wrap(fault.Conflict, err, "The bucket belongs to another account than the expected owner.")
	case buckets.Is(err, "NoSuchKey", "NoSuchBucket", "AccessDenied", "InvalidObjectState", "InvalidBucketName", "AllAccessDisabled"):
		return nil, fault.Wrap(fault.Denied, buckets.Explain(err), "The object does not exist or may not be read.")
	}
	return nil, unreachable(buckets.Explain(err))
}

// anybodys says whether the object can be read when its bucket's owner does not
// matter: S3 says no more than that access is denied when the owner is another.
func anybodys(ctx context.Context, client *buckets.Client, b buckets.Bucket, key string) bool {
	b.Owner = ""
	return client.Head(ctx, b, key) == nil
}

// openFile opens a regular file; no link leads out of the directory.
func (f *fetcher) openFile(name string) (io.ReadCloser, error) {
	root, err := os.OpenRoot(f.sources.Files)
	if err != nil {
		return nil, unreachable(err)
	}
	defer root.Close()
	info, err := root.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		return nil, fault.Wrap(fault.Denied, err, "The file does not exist or may not be read.")
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, fault.Wrap(fault.Denied, err, "The file does not exist or may not be read.")
	}
	return file, nil
}

// web stays with what the operator has allowed, wherever it is sent.
var web = http.Client{CheckRedirect: func(req *http.Request, via []*http.Request) error {
	if req.URL.Scheme != "https" || len(via) > 3 {
		return fmt.Errorf("not followed to %s", req.URL.Redacted())
	}
	return nil
}}

func openURL(ctx context.Context, address string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, unreachable(err)
	}
	res, err := web.Do(req)
	if err != nil {
		return nil, unreachable(err)
	}
	if res.StatusCode != http.StatusOK {
		err := errors.Join(fmt.Errorf("GET %s: %s", address, res.Status), res.Body.Close())
		return nil, fault.Wrap(fault.Denied, err, "The location could not be read: "+res.Status+".")
	}
	return res.Body, nil
}
