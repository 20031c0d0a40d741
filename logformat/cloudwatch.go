package logformat

import (
	"bytes"
	"strings"

	"picket/event"
	"picket/jsonview"
)

var cloudWatchPayload = Format{
	Name: "cloudwatch-payload",
	Kind: event.NumKinds,
	Doc: "CloudWatch Logs subscription payloads, as Lambda, Kinesis and Firehose receive them, one or many without a " +
		"separator. Each message is recognised by content: flow records in the default order, resolver queries, " +
		"CloudTrail records, Kubernetes audit events.",
	Sniff:  func(head []byte) bool { return shape(head)&seenEnvelope != 0 },
	Decode: func(b *event.Batch, st *State, final bool) int { return st.json(b, guessEnvelope, final) },
}

var cloudWatchExport = Format{
	Name: "cloudwatch-export",
	Kind: event.NumKinds,
	Doc:  "CloudWatch Logs export tasks: lines of a time stamp, a space and the message, recognised like those of a payload.",
	Sniff: func(head []byte) bool {
		message, ok := exported(firstLine(head))
		return ok && (len(message) > 0 && message[0] == '{' && shape(message) != 0 || defaultPlan.accepts(message))
	},
	Decode: func(b *event.Batch, st *State, final bool) int {
		return st.eachLine(b, final, (*State).exportLine)
	},
}

// Fields of a payload, and of one of its log events.
const (
	envelopeType field = iota
	envelopeOwner
	envelopeGroup
	envelopeEvents
	logEventMessage field = 0
)

var envelopeSchema = newSchema(slotEnvelope, []key{
	wanted(textValue, envelopeType, "messageType"),
	wanted(textValue, envelopeOwner, "owner"),
	wanted(textValue, envelopeGroup, "logGroup"),
	wanted(rawValue, envelopeEvents, "logEvents"),
	list("Records"),
	list("items"),
}, "logStream", "subscriptionFilters", "policyLevel")

var logEventSchema = newSchema(slotLogEvent, []key{
	wanted(textValue, logEventMessage, "message"),
}, "id", "timestamp", "extractedFields")

// envelope unwraps the payload that was read from [i, e).
func (st *State) envelope(i, _ int) verdict {
	s := &st.scan
	events := s.out[envelopeEvents]
	switch kind := s.view(st.batch, envelopeType); {
	case kind == "CONTROL_MESSAGE":
		st.skip(SkipControl)
		return done
	case events.n == 0 || kind != "DATA_MESSAGE" && s.out[envelopeGroup].n == 0:
		return stranger
	}
	st.source = origin{
		account: s.view(st.batch, envelopeOwner),
		cluster: clusterOf(s.view(st.batch, envelopeGroup)),
	}
	st.messages(int(events.off), int(events.off+events.n))
	st.source = origin{}
	return done
}

// clusterOf takes the cluster's name out of the log group EKS writes to.
func clusterOf(group string) string {
	name, ok := strings.CutPrefix(group, "/aws/eks/")
	if !ok {
		return ""
	}
	name, ok = strings.CutSuffix(name, "/cluster")
	if !ok {
		return ""
	}
	return name
}

// messages reads the log events in the array at [i, e).
func (st *State) messages(i, e int) {
	s := &st.scan
	for i++; ; i++ {
		i = s.space(i)
		if i >= e || s.text[i] != '{' {
			return
		}
		s.out[logEventMessage] = span{}
		next := s.object(logEventSchema, i+1)
		if next < 0 {
			st.bad(i, "malformed log event")
			return
		}
		if sp := s.out[logEventMessage]; sp.n != 0 {
			st.message(int(sp.off), int(sp.off)+st.unwrap(sp))
		}
		if i = s.space(next); i >= e || s.text[i] != ',' {
			return
		}
	}
}

// unwrap resolves the escapes of a message where it stands, for the text only
// gets shorter, and returns its length. Rows can then be views of it.
func (st *State) unwrap(sp span) int {
	if sp.n < escaped {
		return int(sp.n)
	}
	st.scan.changed()
	return unescapeInPlace(st.scan.text[sp.off : int(sp.off)+sp.len()])
}

func unescapeInPlace(p []byte) int {
	w, r := 0, 0
	for {
		n := bytes.IndexByte(p[r:], '\\')
		if n < 0 {
			return w + copy(p[w:], p[r:])
		}
		w += copy(p[w:], p[r:r+n])
		r += n
		c := byte(0)
		if r+1 < len(p) {
			c = plainEscape[p[r+1]]
		}
		if c == 0 {
			return len(jsonview.Unescape(p[:w], event.View(p[r:])))
		}
		p[w] = c
		w++
		r += 2
	}
}

// plainEscape is what the byte after a backslash stands for; 0 when that takes more than the byte.
var plainEscape = [256]byte{'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'f': '\f', '"': '"', '\\': '\\', '/': '/'}

// message reads the log message in [i, e).
func (st *State) message(i, e int) {
	s := &st.scan
	outer := s.text
	s.text = outer[:e]
	i = s.space(i)
	switch {
	case i == e:
	case s.text[i] == '{':
		st.wrappedRecord(i)
	default:
		st.wrappedFlow(i, e)
	}
	s.text = outer
}

func (st *State) wrappedRecord(i int) {
	if st.wrapped == guessNone {
		st.wrapped = guessAudit
	}
	e := st.read(st.wrapped, i)
	switch {
	case e == entered:
		st.skip(SkipOther) // a list, which no log message is
	case e < 0:
		st.bad(i, "malformed or truncated JSON in a log message")
	case st.row(st.wrapped, i, e) == done:
	case !st.reread(i, e, &st.wrapped):
		st.skip(SkipOther)
	}
}

// exported splits a line of an export task.
func exported(line []byte) (message []byte, ok bool) {
	n := bytes.IndexByte(line, ' ')
	if n < 0 {
		return nil, false
	}
	_, ok = event.ParseTime(line[:n])
	return line[n+1:], ok
}

// exportLine reads the line in [i, e). A line without a time stamp continues a
// message of several lines; the logs picket reads have none.
func (st *State) exportLine(i, e int) bool {
	message, ok := exported(st.scan.text[i:e])
	if !ok {
		st.skip(SkipOther)
		return true
	}
	st.message(e-len(message), e)
	return true
}
