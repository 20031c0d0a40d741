package ocsf

import (
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"picket/event"
	"picket/finding"
)

// Numbers of the class (OCSF 1.2.0, events/findings/detection_finding.json).
const (
	classDetectionFinding = 2004
	categoryFindings      = 2
)

// caption is a value of an enumeration and its caption.
type caption struct {
	id   int
	name string
}

// Activities, states and severities of a finding that picket uses.
var (
	activityCreate   = caption{1, "Create"}
	activityUpdate   = caption{2, "Update"}
	statusNew        = caption{1, "New"}
	statusSuppressed = caption{3, "Suppressed"}
	severityID       = map[string]int{"Low": 2, "Medium": 3, "High": 4, "Critical": 5}
)

// Detection writes f as a Detection Finding. The result shares memory with f,
// which must not change before the event is encoded. What OCSF has no place
// for is in Unmapped under GuardDuty's names.
func Detection(f *finding.Finding) *Event {
	e := &Event{
		ClassUID: classDetectionFinding, ClassName: "Detection Finding",
		CategoryUID: categoryFindings, CategoryName: "Findings",
		Time: stamp(f.Service.EventLastSeen), StartTime: stamp(f.Service.EventFirstSeen), EndTime: stamp(f.Service.EventLastSeen),
		Count: f.Service.Count, Message: Text(f.Title),
		Metadata:    metadata(f),
		Cloud:       Cloud{Provider: "AWS", Region: Text(f.Region), Account: account(f.AccountID)},
		FindingInfo: info(f),
		Resources:   resources(f),
		Evidences:   evidences(f),
		Unmapped:    unmapped(f),
	}
	e.classify(f)
	if f.Declared != nil && f.Declared.Remedy != "" {
		e.Remediation = &Remediation{Desc: Text(finding.Fill(f.Declared.Remedy, f, nil))}
	}
	e.Observables = observables(e)
	e.enrich(f)
	return e
}

// classify sets what OCSF numbers: activity, status, severity and type.
func (e *Event) classify(f *finding.Finding) {
	activity, status := activityCreate, statusNew
	if f.UpdatedAt != f.CreatedAt {
		activity = activityUpdate
	}
	if f.Service.Archived {
		status = statusSuppressed
	}
	e.ActivityID, e.ActivityName = activity.id, activity.name
	e.StatusID, e.Status = status.id, status.name
	e.Severity = finding.Band(f.Severity)
	e.SeverityID = severityID[e.Severity]
	e.TypeUID = classDetectionFinding*100 + activity.id
	e.TypeName = e.ClassName + ": " + activity.name
}

// metadata identifies this state of the finding: an update is an event of its
// own, a repeated delivery is not.
func metadata(f *finding.Finding) Metadata {
	m := Metadata{
		Version: Version, Profiles: []string{"cloud"},
		UID:     f.ID + ":" + strconv.FormatInt(int64(stamp(f.UpdatedAt)), 10),
		Product: Product{Name: "picket", VendorName: "picket", Version: productVersion()},
	}
	if f.Service.FeatureName != "" {
		m.Product.Feature = &Feature{Name: f.Service.FeatureName}
	}
	return m
}

// productVersion is the version the program was released as, "" for a build
// that is no release.
var productVersion = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "(devel)" {
		return ""
	}
	return info.Main.Version
})

func info(f *finding.Finding) FindingInfo {
	in := FindingInfo{
		UID: Text(f.ID), Title: Text(f.Title), Desc: Text(f.Description), Types: []Text{Text(f.Type)},
		Analytic: analytic(f.Type), Attacks: attacks(f.Type),
		CreatedTime: stamp(f.CreatedAt), ModifiedTime: stamp(f.UpdatedAt),
		FirstSeenTime: stamp(f.Service.EventFirstSeen), LastSeenTime: stamp(f.Service.EventLastSeen),
	}
	if f.Declared != nil {
		for _, s := range f.Declared.Sources {
			in.DataSources = append(in.DataSources, string(s))
		}
	}
	return in
}

// analytic names what decided: a rule, or a comparison with what is usual for
// types that say so.
func analytic(typ string) *Analytic {
	a := &Analytic{Name: Text(typ), UID: Text(typ), TypeID: 1, Type: "Rule"}
	if strings.HasPrefix(typ, "Behavior:") || strings.Contains(typ, "/AnomalousBehavior") {
		a.TypeID, a.Type = 2, "Behavioral"
	}
	return a
}

// account describes an AWS account, nil when its number is unknown.
func account(id string) *Account {
	if id == "" {
		return nil
	}
	return &Account{UID: Text(id), TypeID: 10, Type: "AWS Account"}
}

// stamp reads a time as findings have it, 0 when it is none.
func stamp(s string) event.Time {
	t, _ := event.ParseTime(s)
	return t
}
