package logformat

import "bytes"

// seen is which telling members an object has.
type seen uint16

const (
	seenEventName seen = 1 << iota // a CloudTrail record
	seenDetail                     // an EventBridge event
	seenRecords                    // a CloudTrail file
	seenDigest                     // a CloudTrail digest file
	seenQueryName                  // a resolver query
	seenAudit                      // a Kubernetes audit event
	seenItems                      // a Kubernetes list
	seenEnvelope                   // a CloudWatch Logs payload
)

var telling = map[string]seen{
	"eventName":              seenEventName,
	"insightDetails":         seenEventName,
	"detail-type":            seenDetail,
	"Records":                seenRecords,
	"digestS3Object":         seenDigest,
	"digestStartTime":        seenDigest,
	"previousDigestS3Object": seenDigest,
	"query_name":             seenQueryName,
	"auditID":                seenAudit,
	"requestURI":             seenAudit,
	"items":                  seenItems,
	"logEvents":              seenEnvelope,
	"messageType":            seenEnvelope,
}

// shape looks at the members of the first object of text, and of the first
// record in it if it holds a list. An object that tells nothing gives the word
// to the next line. Text may end anywhere.
func shape(text []byte) seen {
	for {
		var w walker
		w.on(text)
		w.enter(0)
		if w.seen != 0 {
			return w.seen
		}
		n := bytes.Index(text, lineStart)
		if n < 0 {
			return 0
		}
		text = text[n+1:]
	}
}

// walker collects the telling members on the way to the first record.
type walker struct {
	scanner
	seen seen
}

// enter goes through opening brackets to the first object and reads it.
func (w *walker) enter(i int) {
	if bytes.HasPrefix(w.text, byteOrderMark) && i == 0 {
		i = len(byteOrderMark)
	}
	for i = w.space(i); i < len(w.text) && w.text[i] == '['; {
		i = w.space(i + 1)
	}
	if i < len(w.text) && w.text[i] == '{' {
		w.members(i + 1)
	}
}

func (w *walker) members(i int) {
	for {
		i = w.space(i)
		if i >= len(w.text) || w.text[i] != '"' {
			return
		}
		e := w.quote(i + 1)
		if e < 0 {
			return
		}
		found := telling[string(plainName(w.text[i+1:e]))]
		w.seen |= found
		if i = w.colon(e + 1); i < 0 {
			return
		}
		i = w.space(i)
		if found&(seenRecords|seenItems) != 0 {
			w.enter(i)
			return
		}
		if i = w.value(i); i < 0 {
			return
		}
		if i = w.space(i); i >= len(w.text) || w.text[i] != ',' {
			return
		}
		i++
	}
}
