package sigv4

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// target is the path, still escaped, and the query as they stood in the request
// line. A request that was not read by a server has no request line and is
// taken by its URL.
func target(r *http.Request) (path, rawQuery string) {
	path, rawQuery = r.URL.EscapedPath(), r.URL.RawQuery
	if strings.HasPrefix(r.RequestURI, "/") {
		path, rawQuery, _ = strings.Cut(r.RequestURI, "?")
	}
	if path == "" {
		path = "/"
	}
	return path, rawQuery
}

// requests yields the canonical requests that r may have been signed as. The
// specification's comes first; the others are the ways in which the official
// clients differ from it: the Go SDK sorts repeated query keys by their decoded
// values where the specification and botocore sort by the encoded ones, and it
// leaves empty and dot segments in the path where they remove them. Whichever
// it is, it means the same request.
func requests(method, path string, query []pair, headers, signed, hash string) iter.Seq[string] {
	paths := slices.Compact([]string{escape(cleanPath(path), true), escape(path, true)})
	queries := slices.Compact([]string{queryByEncoded(query), queryByDecoded(query)})
	return func(yield func(string) bool) {
		for _, p := range paths {
			for _, q := range queries {
				if !yield(strings.Join([]string{method, p, q, headers, signed, hash}, "\n")) {
					return
				}
			}
		}
	}
}

// signedBy says whether the claim's signature is that of one of the requests.
// The comparison takes the same time wherever the signatures differ.
func (c claim) signedBy(secret string, id Identity, requests iter.Seq[string]) bool {
	key := signingKey(secret, id)
	scope := strings.Join([]string{id.Date, id.Region, id.Service, terminator}, "/")
	for request := range requests {
		sum := sha256.Sum256([]byte(request))
		toSign := strings.Join([]string{algorithm, c.at.Format(stampLayout), scope, hex.EncodeToString(sum[:])}, "\n")
		want := hex.EncodeToString(hmacSHA256(key, toSign))
		if hmac.Equal([]byte(want), []byte(c.signature)) {
			return true
		}
	}
	return false
}

func signingKey(secret string, id Identity) []byte {
	key := []byte("AWS4" + secret)
	for _, part := range []string{id.Date, id.Region, id.Service, terminator} {
		key = hmacSHA256(key, part)
	}
	return key
}

func hmacSHA256(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(s))
	return h.Sum(nil)
}

// cleanPath removes empty and dot segments from an escaped path, keeping the
// slash at its end: RFC 3986 section 5.2.4, as the specification asks of every
// service but S3.
func cleanPath(path string) string {
	if !strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		return path
	}
	var kept []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, segment)
		}
	}
	clean := "/" + strings.Join(kept, "/")
	if len(kept) > 0 && strings.HasSuffix(path, "/") {
		clean += "/"
	}
	return clean
}

// queryByEncoded is the canonical query of the specification.
func queryByEncoded(query []pair) string { return joined(sorted(encoded(query))) }

// queryByDecoded is the canonical query of the Go SDK.
func queryByDecoded(query []pair) string { return joined(encoded(sorted(query))) }

// encoded escapes a query and leaves out the signature, which cannot sign itself.
func encoded(query []pair) []pair {
	e := make([]pair, 0, len(query))
	for _, p := range query {
		if p.key != "X-Amz-Signature" {
			e = append(e, pair{escape(p.key, false), escape(p.value, false)})
		}
	}
	return e
}

func sorted(query []pair) []pair {
	return slices.SortedFunc(slices.Values(query), func(a, b pair) int {
		return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(a.value, b.value))
	})
}

func joined(query []pair) string {
	var b strings.Builder
	for i, p := range query {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.key)
		b.WriteByte('=')
		b.WriteString(p.value)
	}
	return b.String()
}

// escape writes every byte but the unreserved ones of RFC 3986 as %XX; slashes
// stay when keepSlash is set. Of a path that is escaped already it makes what
// the specification asks of every service but S3, one escaped twice.
func escape(s string, keepSlash bool) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '.', c == '_', c == '~', c == '/' && keepSlash:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}

// canonicalHeaders writes the signed headers as name:value lines, the values of
// a repeated header in the order they came, runs of spaces made one. A header
// that is signed and was not sent is refused: it was lost on the way.
func canonicalHeaders(r *http.Request, signed []string) (string, error) {
	var b strings.Builder
	for _, name := range signed {
		values := headerValues(r, name)
		if values == nil {
			return "", refuse(InvalidSignature, "The request has no '%s' header, which is a 'SignedHeader' in the AWS Authorization.", name)
		}
		b.WriteString(name)
		for i, v := range values {
			b.WriteByte(":,"[min(i, 1)])
			writeFolded(&b, v)
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

// headerValues finds a header by its lower-case name. net/http keeps some
// headers outside of the map.
func headerValues(r *http.Request, name string) []string {
	if name == "host" {
		return []string{r.Host}
	}
	if values := r.Header[http.CanonicalHeaderKey(name)]; len(values) > 0 {
		return values
	}
	switch {
	case name == "content-length" && r.ContentLength >= 0:
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	case name == "transfer-encoding" && r.TransferEncoding != nil:
		return []string{strings.Join(r.TransferEncoding, ", ")}
	}
	return nil
}

// writeFolded writes v without white space around it and with one space for
// each run of spaces.
func writeFolded(b *strings.Builder, v string) {
	v = strings.Trim(v, " \t")
	for i := range len(v) {
		if v[i] != ' ' || v[i-1] != ' ' {
			b.WriteByte(v[i])
		}
	}
}
