package sigv4

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm   = "AWS4-HMAC-SHA256"
	scheme      = "AWS4-" // of every version and algorithm of Signature Version 4
	terminator  = "aws4_request"
	stampLayout = "20060102T150405Z"
	maxExpires  = 7 * 24 * time.Hour // X-Amz-Expires, from the IAM user guide
)

// claim is what a request says of its signature, before any of it is believed.
type claim struct {
	algorithm  string
	credential string
	signed     []string // names of the signed headers, as sent
	signature  string   // as sent
	token      string   // session token, may be empty
	at         time.Time
	lifetime   time.Duration // how long after at the request may be used
	dateHeader string        // the header at was read from, empty when presigned
	presigned  bool
}

// readClaim finds the signature's parts in the header or in the query. It
// checks that each is there once and can be read, no more.
func readClaim(r *http.Request, query []pair) (claim, error) {
	auth := r.Header["Authorization"]
	presigned := slices.ContainsFunc(query, func(p pair) bool { return p.key == "X-Amz-Signature" || p.key == "X-Amz-Algorithm" })
	switch {
	case len(auth) > 1:
		return claim{}, refuse(IncompleteSignature, "The request has more than one Authorization header.")
	case len(auth) == 1 && presigned:
		return claim{}, refuse(IncompleteSignature, "The request has both an Authorization header and a signature in its query.")
	case presigned:
		return presignedClaim(query)
	case len(auth) == 1 && strings.HasPrefix(strings.TrimSpace(auth[0]), scheme):
		return headerClaim(r.Header, strings.TrimSpace(auth[0]))
	}
	return claim{}, errMissingToken()
}

func headerClaim(h http.Header, auth string) (claim, error) {
	algo, rest, _ := strings.Cut(auth, " ")
	c := claim{algorithm: algo, lifetime: skew}
	params, err := authParams(rest)
	if err != nil {
		return c, err
	}
	var missing []string
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if params[name] == "" {
			missing = append(missing, "Authorization header requires '"+name+"' parameter.")
		}
	}
	stamp := ""
	for _, name := range []string{"X-Amz-Date", "Date"} {
		if stamp = h.Get(name); stamp != "" {
			c.dateHeader = strings.ToLower(name)
			break
		}
	}
	if stamp == "" {
		missing = append(missing, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	if missing != nil {
		return c, incomplete(missing)
	}
	for _, name := range []string{"X-Amz-Date", "X-Amz-Security-Token"} {
		if len(h[name]) > 1 {
			return c, refuse(IncompleteSignature, "The request has more than one '%s' header.", name)
		}
	}
	c.credential, c.signature, c.token = params["Credential"], params["Signature"], h.Get("X-Amz-Security-Token")
	c.signed = strings.Split(params["SignedHeaders"], ";")
	c.at, err = parseStamp(stamp, c.dateHeader == "date")
	return c, err
}

// authParams reads the comma-separated name=value pairs of an Authorization header.
func authParams(s string) (map[string]string, error) {
	params := make(map[string]string, 3)
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return nil, refuse(IncompleteSignature, "Invalid key=value pair (missing equal-sign) in Authorization header.")
		}
		if _, twice := params[name]; twice {
			return nil, refuse(IncompleteSignature, "Authorization header has more than one '%s' parameter.", name)
		}
		params[name] = value
	}
	return params, nil
}

func presignedClaim(query []pair) (claim, error) {
	params := make(map[string]string, 7)
	for _, p := range query {
		if !strings.HasPrefix(p.key, "X-Amz-") {
			continue
		}
		if _, twice := params[p.key]; twice {
			return claim{}, refuse(IncompleteSignature, "AWS query-string parameters must include '%s' only once.", p.key)
		}
		params[p.key] = p.value
	}
	var missing []string
	for _, name := range []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"} {
		if params[name] == "" {
			missing = append(missing, "AWS query-string parameters must include '"+name+"'.")
		}
	}
	if missing != nil {
		return claim{}, incomplete(append(missing, "Re-examine the query-string parameters."))
	}
	c := claim{
		algorithm: params["X-Amz-Algorithm"], credential: params["X-Amz-Credential"], signature: params["X-Amz-Signature"],
		signed: strings.Split(params["X-Amz-SignedHeaders"], ";"), token: params["X-Amz-Security-Token"], presigned: true,
	}
	var err error
	if c.lifetime, err = parseExpires(params); err == nil {
		c.at, err = parseStamp(params["X-Amz-Date"], false)
	}
	return c, err
}

// parseExpires reads how long a presigned request is good for. Signers other
// than S3's may leave it out; such a request ages like any other.
func parseExpires(params map[string]string) (time.Duration, error) {
	s, ok := params["X-Amz-Expires"]
	if !ok {
		return skew, nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	switch {
	case err != nil:
		return 0, refuse(IncompleteSignature, "X-Amz-Expires should be a number")
	case n < 1:
		return 0, refuse(IncompleteSignature, "X-Amz-Expires must be positive")
	case time.Duration(n)*time.Second > maxExpires:
		return 0, refuse(IncompleteSignature, "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds")
	}
	return time.Duration(n) * time.Second, nil
}

// parseStamp reads the time a request was signed. The plain Date header may
// also have the form HTTP gives it.
func parseStamp(s string, httpDate bool) (time.Time, error) {
	if len(s) == len(stampLayout) { // time.Parse alone would let fractions pass
		if t, err := time.Parse(stampLayout, s); err == nil {
			return t, nil
		}
	}
	if httpDate {
		if t, err := http.ParseTime(s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, refuse(IncompleteSignature, "Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", s)
}

// pair is one parameter of a query, decoded.
type pair struct{ key, value string }

// parseQuery decodes a query and keeps its order. It takes what url.ParseQuery
// takes and means the same by it, so that nothing unsigned can reach a handler
// that reads the query with net/url.
func parseQuery(raw string) ([]pair, error) {
	var pairs []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		key, value, _ := strings.Cut(part, "=")
		k, err1 := url.QueryUnescape(key)
		v, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil || strings.Contains(part, ";") {
			return nil, refuse(InvalidSignature, "The query string of the request cannot be decoded.")
		}
		pairs = append(pairs, pair{k, v})
	}
	return pairs, nil
}
