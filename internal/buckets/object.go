package buckets

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"picket/internal/awscall"
)

// A Bucket is one that is asked for something, and how it is asked.
type Bucket struct {
	Name     string // or the alias or ARN of an access point
	Region   string // that it is in, as far as is known; for Amazon's buckets
	Owner    string // the account that it must belong to, "" for any
	Attempts int    // that a request is sent, 0 for as many as are configured
}

// An Object is one that a bucket lists.
type Object struct {
	Key  string
	ETag string // changes with the content; with its quotation marks
	Size int64  // in bytes
}

// A Part is what to get of an object. The zero value is all of it, as it is now.
type Part struct {
	ETag     string // that the object must have, "" for any
	From, To int64  // bytes from From to before To; 0 for To is the end
}

// most is how long an answer other than an object may be, in bytes. A listing
// has a thousand keys of 1024 bytes, which are thrice as long when they are
// escaped.
const most = 16 << 20

// List lists the objects whose keys begin with prefix, in the order that the
// server gives them in, up to page of them with each request; 0 leaves that to
// the server. It ends with the first error.
func (c *Client) List(ctx context.Context, b Bucket, prefix string, page int) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		for token, more := "", true; more; {
			l, err := c.page(ctx, b, prefix, token, page)
			if err != nil {
				yield(Object{}, err)
				return
			}
			for _, o := range l.Contents {
				if !yield(o, nil) {
					return
				}
			}
			if more = l.IsTruncated; more && (l.NextContinuationToken == "" || l.NextContinuationToken == token) {
				yield(Object{}, errors.New("the server does not say how its listing goes on"))
				return
			}
			token = l.NextContinuationToken
		}
	}
}

// A listing is one page (API reference of S3, ListObjectsV2).
type listing struct {
	XMLName               xml.Name `xml:"ListBucketResult"`
	EncodingType          string
	IsTruncated           bool
	NextContinuationToken string
	Contents              []Object
}

func (c *Client) page(ctx context.Context, b Bucket, prefix, token string, size int) (*listing, error) {
	var l *listing
	// Keys have characters that XML can't; they are asked for escaped.
	r := &request{operation: "ListObjectsV2", method: http.MethodGet, query: url.Values{"list-type": {"2"}, "encoding-type": {"url"}, "prefix": {prefix}},
		read: func(res *http.Response) error {
			data, err := awscall.ReadAll(res, most)
			if err != nil {
				return fmt.Errorf("read the listing: %w", err)
			}
			l, err = decodeListing(data)
			return err
		}}
	if token != "" {
		r.query.Set("continuation-token", token)
	}
	if size > 0 {
		r.query.Set("max-keys", strconv.Itoa(size))
	}
	err := c.do(ctx, b, r)
	return l, err
}

func decodeListing(data []byte) (*listing, error) {
	l := new(listing)
	if err := xml.Unmarshal(data, l); err != nil {
		return nil, fmt.Errorf("the answer is not a listing: %w", err)
	}
	if l.EncodingType != "url" {
		return l, nil // as servers do that don't know of it
	}
	for i := range l.Contents {
		key, err := url.QueryUnescape(l.Contents[i].Key)
		if err != nil {
			return nil, fmt.Errorf("key %q of the listing: %w", l.Contents[i].Key, err)
		}
		l.Contents[i].Key = key
	}
	return l, nil
}

var errNoKey = errors.New("no object is named")

// object asks for an object, not for its bucket.
func (c *Client) object(ctx context.Context, b Bucket, r *request) error {
	if r.key == "" {
		return errNoKey
	}
	return c.do(ctx, b, r)
}

// Get opens an object for reading. The caller closes it.
func (c *Client) Get(ctx context.Context, b Bucket, key string, p Part) (io.ReadCloser, error) {
	var body io.ReadCloser
	r := &request{operation: "GetObject", method: http.MethodGet, key: key, header: http.Header{},
		read: func(res *http.Response) error { body = res.Body; return nil }}
	if p.ETag != "" {
		r.header.Set("If-Match", p.ETag)
	}
	if p.To > 0 {
		r.header.Set("Range", fmt.Sprintf("bytes=%d-%d", p.From, p.To-1))
	} else if p.From > 0 {
		r.header.Set("Range", fmt.Sprintf("bytes=%d-", p.From))
	}
	err := c.object(ctx, b, r)
	return body, err
}

// Head sees whether an object can be read. The codes of its errors are made of
// their status, for these answers have no body: NotFound, Forbidden.
func (c *Client) Head(ctx context.Context, b Bucket, key string) error {
	return c.object(ctx, b, &request{operation: "HeadObject", method: http.MethodHead, key: key, read: nothing})
}

// PutEmpty writes an empty object, encrypted with a key of KMS that its ARN names.
func (c *Client) PutEmpty(ctx context.Context, b Bucket, key, kmsKey string) error {
	r := &request{operation: "PutObject", method: http.MethodPut, key: key, read: nothing, header: http.Header{
		"Content-Type":                                {"application/octet-stream"},
		"X-Amz-Server-Side-Encryption":                {"aws:kms"},
		"X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id": {kmsKey},
	}}
	if c.checksums {
		r.header.Set("X-Amz-Checksum-Crc32", "AAAAAA==") // that of nothing
	}
	return c.object(ctx, b, r)
}

func nothing(res *http.Response) error {
	_, err := awscall.ReadAll(res, most)
	return err
}
