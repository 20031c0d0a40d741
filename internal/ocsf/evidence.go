package ocsf

import (
	"slices"
	"unicode/utf8"

	"picket/finding"
	"picket/internal/ocsf/schema"
	"picket/jsonview"
)

// evidences describes the action of f; the raw records are with the first.
func evidences(f *finding.Finding) []*Evidence {
	var list []*Evidence
	a := &f.Service.Action
	switch {
	case a.NetworkConnectionAction != nil:
		list = []*Evidence{conversation(f, a.NetworkConnectionAction)}
	case a.DNSRequestAction != nil:
		list = []*Evidence{query(f, a.DNSRequestAction)}
	case a.PortProbeAction != nil:
		for i := range a.PortProbeAction.PortProbeDetails {
			list = append(list, probe(f, &a.PortProbeAction.PortProbeDetails[i]))
		}
	case a.AwsAPICallAction != nil:
		list = []*Evidence{apiCall(f, a.AwsAPICallAction)}
	case a.KubernetesAPICallAction != nil:
		list = []*Evidence{kubernetesCall(f, a.KubernetesAPICallAction)}
	}
	if raw := rawRecords(f.Records); raw != nil {
		if len(list) == 0 {
			list = []*Evidence{{}}
		}
		list[0].Data = raw
	}
	return slices.DeleteFunc(list, func(e *Evidence) bool { return *e == Evidence{} })
}

// conversation puts the side that opened the connection at its source. Where
// the direction is unknown, that is the side which acts.
func conversation(f *finding.Finding, n *finding.NetworkConnectionAction) *Evidence {
	ours, theirs := local(f, n.LocalIPDetails, n.LocalPortDetails), remote(n.RemoteIPDetails, n.RemotePortDetails)
	inbound := f.Service.ResourceRole != finding.RoleActor
	if d, ok := directions[n.ConnectionDirection]; ok {
		inbound = d.name == "Inbound"
	}
	e := &Evidence{SrcEndpoint: ours, DstEndpoint: theirs}
	if inbound {
		e.SrcEndpoint, e.DstEndpoint = theirs, ours
	}
	e.ConnectionInfo = connection(n.ConnectionDirection, n.Protocol, ours, theirs)
	return e
}

// query describes a DNS query. A name that OCSF does not take for a host's,
// such as one with an underscore, is in the event's unmapped member instead.
func query(f *finding.Finding, d *finding.DNSRequestAction) *Evidence {
	e := &Evidence{SrcEndpoint: local(f, nil, nil)}
	e.ConnectionInfo = connection("OUTBOUND", d.Protocol, e.SrcEndpoint, nil)
	if schema.Hostname(d.Domain) {
		e.Query = &Query{Hostname: d.Domain}
	}
	return e
}

func probe(f *finding.Finding, d *finding.PortProbeDetail) *Evidence {
	e := &Evidence{SrcEndpoint: remote(d.RemoteIPDetails, nil), DstEndpoint: local(f, d.LocalIPDetails, d.LocalPortDetails)}
	e.ConnectionInfo = connection("INBOUND", "", e.SrcEndpoint, e.DstEndpoint)
	return e
}

func apiCall(f *finding.Finding, c *finding.AwsAPICallAction) *Evidence {
	e := &Evidence{
		Actor:       caller(f, c),
		API:         &API{Operation: Text(c.API), Request: request(f, "eventName", c.API, "requestID")},
		SrcEndpoint: remote(c.RemoteIPDetails, nil),
	}
	if c.ServiceName != "" {
		e.API.Service = &Service{Name: Text(c.ServiceName)}
	}
	if c.ErrorCode != "" {
		e.API.Response = &Response{Error: Text(c.ErrorCode)}
	}
	if e.SrcEndpoint == nil && c.DomainDetails != nil {
		e.SrcEndpoint = Endpoint{SvcName: Text(c.DomainDetails.Domain)}.orNil()
	}
	if b := f.Resource.S3BucketDetails; len(b) > 0 && b[0].Name != "" {
		e.Databucket = &Databucket{UID: Text(b[0].ARN), Name: Text(b[0].Name), TypeID: 1, Type: "S3"}
	}
	return e
}

func kubernetesCall(f *finding.Finding, c *finding.KubernetesAPICallAction) *Evidence {
	e := &Evidence{
		Actor:       kubernetesUser(f),
		API:         &API{Operation: Text(c.Verb), Service: &Service{Name: "kubernetes"}, Request: request(f, "verb", c.Verb, "auditID")},
		SrcEndpoint: remote(c.RemoteIPDetails, nil),
	}
	if c.StatusCode != 0 {
		e.API.Response = &Response{Code: c.StatusCode}
	}
	return e
}

// request identifies the call that the action shows, by the member id of its
// raw record. That record is the last; it is asked whether its member name has
// the operation, for a finding may show another call.
func request(f *finding.Finding, name, operation, id string) *Request {
	if len(f.Records) == 0 {
		return nil
	}
	text := f.Records[len(f.Records)-1].Text
	uid := jsonview.GetString(text, id)
	if uid == "" || jsonview.GetString(text, name) != operation {
		return nil
	}
	return &Request{UID: Text(uid)}
}

// MaxRecord is how many bytes of a raw log record an event carries.
const MaxRecord = 16 << 10

// Raw is the raw log records behind a finding.
type Raw struct {
	Records []RawRecord `json:"records"`
}

// RawRecord is one raw log record and where it was read.
type RawRecord struct {
	Path      string `json:"path,omitempty"`
	Offset    *int64 `json:"offset,omitempty"` // in the uncompressed file
	Text      string `json:"text"`
	Truncated bool   `json:"truncated,omitempty"` // only the first MaxRecord bytes are in Text
}

func rawRecords(records []finding.Record) *Raw {
	if len(records) == 0 {
		return nil
	}
	raw := &Raw{Records: make([]RawRecord, len(records))}
	for i := range records {
		raw.Records[i] = rawRecord(&records[i])
	}
	return raw
}

func rawRecord(r *finding.Record) RawRecord {
	out := RawRecord{Path: r.Path, Text: r.Text}
	if r.Offset >= 0 {
		out.Offset = &r.Offset
	}
	if len(out.Text) > MaxRecord {
		end := MaxRecord
		for end > MaxRecord-utf8.UTFMax && !utf8.RuneStart(out.Text[end]) {
			end--
		}
		out.Text, out.Truncated = out.Text[:end], true
	}
	return out
}
