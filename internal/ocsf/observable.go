package ocsf

import (
	"slices"

	"picket/finding"
)

// Types of observables (OCSF 1.2.0, dictionary.json).
var (
	observableHostname    = caption{1, "Hostname"}
	observableIP          = caption{2, "IP Address"}
	observableUserName    = caption{4, "User Name"}
	observableResourceUID = caption{10, "Resource UID"}
	observableUserAgent   = caption{16, "HTTP User-Agent"}
)

// Paths of what is observed, as observables name them.
const (
	pathSrcIP     = "evidences[].src_endpoint.ip"
	pathDstIP     = "evidences[].dst_endpoint.ip"
	pathHostname  = "evidences[].query.hostname"
	pathUserName  = "evidences[].actor.user.name"
	pathResource  = "resources[].uid"
	pathDomain    = "unmapped.domain"
	pathUserAgent = "unmapped.userAgent"
)

// observables lists what in e is worth searching for elsewhere, each once.
func observables(e *Event) []Observable {
	var list []Observable
	add := func(path string, typ caption, value Text) {
		o := Observable{Name: path, TypeID: typ.id, Type: typ.name, Value: value}
		if value != "" && !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	for _, ev := range e.Evidences {
		if ev.SrcEndpoint != nil {
			add(pathSrcIP, observableIP, Text(ev.SrcEndpoint.IP))
		}
		if ev.DstEndpoint != nil {
			add(pathDstIP, observableIP, Text(ev.DstEndpoint.IP))
		}
		if ev.Query != nil {
			add(pathHostname, observableHostname, Text(ev.Query.Hostname))
		}
		if ev.Actor != nil && ev.Actor.User != nil {
			add(pathUserName, observableUserName, ev.Actor.User.Name)
		}
	}
	for _, r := range e.Resources {
		add(pathResource, observableResourceUID, r.UID)
	}
	add(pathDomain, observableHostname, e.Unmapped.text("domain"))
	add(pathUserAgent, observableUserAgent, e.Unmapped.text("userAgent"))
	return list
}

// enrich adds the lists that matched, to the value they matched. Where several
// values could be meant, the lists are in the event's unmapped member.
func (e *Event) enrich(f *finding.Finding) {
	if f.Service.Evidence == nil {
		return
	}
	lists := f.Service.Evidence.ThreatIntelligenceDetails
	path, value := e.matched(f)
	if path == "" {
		e.Unmapped.keep("threatIntelligenceDetails", lists)
		return
	}
	for _, l := range lists {
		e.Enrichments = append(e.Enrichments, Enrichment{
			Name: path, Value: value, Type: "threat intelligence", Provider: Text(l.ThreatListName),
			Data: map[string][]string{"threatNames": append([]string{}, l.ThreatNames...)},
		})
	}
}

// matched is the value that was looked up in lists and its path: the name of a
// DNS query, else the remote address.
func (e *Event) matched(f *finding.Finding) (path string, value Text) {
	if len(e.Evidences) != 1 {
		return "", ""
	}
	ev, domain := e.Evidences[0], e.Unmapped.text("domain")
	ip := address(f.Service.Action.Remote().Address())
	switch {
	case ev.Query != nil:
		return pathHostname, Text(ev.Query.Hostname)
	case domain != "":
		return pathDomain, domain
	case ip == "":
		return "", ""
	case ev.SrcEndpoint != nil && ev.SrcEndpoint.IP == ip:
		return pathSrcIP, Text(ip)
	case ev.DstEndpoint != nil && ev.DstEndpoint.IP == ip:
		return pathDstIP, Text(ip)
	}
	return "", ""
}
