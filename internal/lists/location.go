package lists

import (
	"errors"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
)

// Sources says from where lists are read besides S3.
type Sources struct {
	Files string // a directory: file:// addresses of files in it are read; "": none
	HTTPS bool   // https:// addresses of any host are read
}

// A place is where a list's file is: in S3, on disk or on a web server.
type place struct {
	bucket, key string
	region      string // as far as the address tells
	file        string // below Sources.Files
	url         string
}

var errLocation = errors.New("not a location of lists")

// s3Host matches the hosts of Amazon's S3: the bucket, when the host names it,
// and the region.
var s3Host = regexp.MustCompile(`^(?:(.+)\.)?s3(?:[.-](?:dualstack\.)?([a-z]{2,}-[a-z-]+-\d))?\.amazonaws\.com(?:\.cn)?$`)

// Check reports whether lists can be at a location, be the file there or not.
func (s Sources) Check(location string) error {
	_, err := s.locate(location)
	return err
}

func (s Sources) locate(location string) (place, error) {
	u, err := url.Parse(location)
	if err != nil || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" {
		return place{}, errLocation
	}
	switch u.Scheme {
	case "s3":
		// The key is what follows, byte by byte: these addresses are not escaped.
		_, rest, _ := strings.Cut(location, "://")
		bucket, key, _ := strings.Cut(rest, "/")
		return object(bucket, key, "")
	case "http", "https":
		return s.web(u)
	case "file":
		return s.local(u)
	}
	return place{}, errLocation
}

func object(bucket, key, region string) (place, error) {
	if bucket == "" || key == "" || strings.HasSuffix(key, "/") {
		return place{}, errLocation
	}
	return place{bucket: bucket, key: key, region: region}, nil
}

func (s Sources) web(u *url.URL) (place, error) {
	m := s3Host.FindStringSubmatch(strings.ToLower(u.Host))
	switch path := strings.TrimPrefix(u.Path, "/"); {
	case m != nil && m[1] != "":
		return object(m[1], path, m[2])
	case m != nil:
		bucket, key, _ := strings.Cut(path, "/")
		return object(bucket, key, m[2])
	case s.HTTPS && u.Scheme == "https" && u.Hostname() != "":
		return place{url: u.String()}, nil
	}
	return place{}, errLocation
}

// local takes absolute addresses of files in the directory. Where links lead is
// seen to when the file is opened.
func (s Sources) local(u *url.URL) (place, error) {
	if s.Files == "" || u.Host != "" {
		return place{}, errLocation
	}
	root, err := filepath.Abs(s.Files)
	if err != nil {
		return place{}, err
	}
	file, err := filepath.Rel(root, filepath.FromSlash(u.Path))
	if err != nil || !filepath.IsLocal(file) || file == "." {
		return place{}, errLocation
	}
	return place{file: file}, nil
}
