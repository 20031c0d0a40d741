package samples

import (
	"encoding/json"
	"slices"

	"picket/finding"
)

// The shapes of service.detection.sequence (API reference, Sequence), as far as
// samples fill them. Times are seconds.
type (
	sequence struct {
		UID                string      `json:"uid"`
		Description        string      `json:"description"`
		Actors             []actor     `json:"actors"`
		Resources          []subject   `json:"resources"`
		Endpoints          []endpoint  `json:"endpoints"`
		Signals            []*signal   `json:"signals"`
		SequenceIndicators []indicator `json:"sequenceIndicators"`
	}
	actor struct {
		ID      string   `json:"id"`
		User    *user    `json:"user,omitempty"`
		Session *session `json:"session,omitempty"`
		Process *process `json:"process,omitempty"`
	}
	user struct {
		Name          string `json:"name"`
		UID           string `json:"uid"`
		Type          string `json:"type"`
		CredentialUID string `json:"credentialUid"`
		Account       *owner `json:"account,omitempty"`
	}
	owner struct {
		UID string `json:"uid"`
	}
	session struct {
		MFAStatus   string  `json:"mfaStatus"`
		CreatedTime float64 `json:"createdTime"`
		Issuer      string  `json:"issuer,omitempty"`
	}
	process struct {
		Name   string `json:"name"`
		Path   string `json:"path"`
		SHA256 string `json:"sha256"`
	}
	subject struct {
		UID            string         `json:"uid"`
		Name           string         `json:"name,omitempty"`
		AccountID      string         `json:"accountId,omitempty"`
		ResourceType   string         `json:"resourceType"`
		Region         string         `json:"region,omitempty"`
		CloudPartition string         `json:"cloudPartition,omitempty"`
		Tags           []tag          `json:"tags,omitempty"`
		Data           map[string]any `json:"data,omitzero"`
	}
	tag struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
	endpoint struct {
		ID               string            `json:"id"`
		IP               string            `json:"ip,omitempty"`
		Domain           string            `json:"domain,omitempty"`
		Port             *int              `json:"port,omitempty"`
		Location         *location         `json:"location,omitempty"`
		AutonomousSystem *autonomousSystem `json:"autonomousSystem,omitempty"`
		Connection       *direction        `json:"connection,omitempty"`
	}
	location struct {
		City    string  `json:"city"`
		Country string  `json:"country"`
		Lat     float64 `json:"lat"`
		Lon     float64 `json:"lon"`
	}
	autonomousSystem struct {
		Name   string `json:"name"`
		Number int    `json:"number"`
	}
	direction struct {
		Direction string `json:"direction"`
	}
	signal struct {
		UID         string      `json:"uid"`
		Type        string      `json:"type"` // FINDING or CLOUD_TRAIL
		Description string      `json:"description"`
		Name        string      `json:"name"`
		CreatedAt   float64     `json:"createdAt"`
		UpdatedAt   float64     `json:"updatedAt"`
		FirstSeenAt float64     `json:"firstSeenAt"`
		LastSeenAt  float64     `json:"lastSeenAt"`
		Severity    float64     `json:"severity"`
		Count       int         `json:"count"`
		Resources   []string    `json:"resourceUids"`
		Actors      []string    `json:"actorIds"`
		Endpoints   []string    `json:"endpointIds"`
		Indicators  []indicator `json:"signalIndicators"`
		Activities  []activity  `json:"activities,omitempty"`
	}
	indicator struct {
		Key    string   `json:"key"`
		Values []string `json:"values"`
	}
	activity struct {
		Type string `json:"type"`
		API  call   `json:"api"`
	}
	call struct {
		Operation string `json:"operation"`
		Service   string `json:"service"`
		Error     string `json:"error,omitempty"`
		UserAgent string `json:"userAgent"`
	}
)

// seen is when all of a sample's sequence happened.
const seen = 1718495476.373

// add puts a signal in the sequence: what was found of all its subjects, actors
// and endpoints, once. Its technique may be unknown, "".
func (s *sequence) add(name string, severity float64, description, tactic, technique string, more ...indicator) *signal {
	sig := &signal{
		UID: id(name, description, len(s.Signals)), Type: "FINDING", Name: name, Description: description, Severity: severity, Count: 1,
		CreatedAt: seen, UpdatedAt: seen, FirstSeenAt: seen, LastSeenAt: seen,
		Resources: []string{}, Actors: []string{}, Endpoints: []string{},
		Indicators: []indicator{{"ATTACK_TACTIC", []string{tactic}}},
	}
	if technique != "" {
		sig.Indicators = append(sig.Indicators, indicator{"ATTACK_TECHNIQUE", []string{technique}})
	}
	sig.Indicators = append(sig.Indicators, more...)
	for _, r := range s.Resources {
		sig.Resources = append(sig.Resources, r.UID)
	}
	for _, a := range s.Actors {
		sig.Actors = append(sig.Actors, a.ID)
	}
	for _, e := range s.Endpoints {
		sig.Endpoints = append(sig.Endpoints, e.ID)
	}
	s.Signals = append(s.Signals, sig)
	return sig
}

// also adds a value to an indicator that the signal has.
func (sig *signal) also(key, value string) *signal {
	for i := range sig.Indicators {
		if in := &sig.Indicators[i]; in.Key == key {
			in.Values = append(in.Values, value)
		}
	}
	return sig
}

// count says how often each signal was seen.
func (s *sequence) count(n int) {
	for _, sig := range s.Signals {
		sig.Count = n
	}
}

// indicate adds an indicator to those of the whole sequence.
func (s *sequence) indicate(in indicator) {
	for i := range s.SequenceIndicators {
		if have := &s.SequenceIndicators[i]; have.Key == in.Key {
			for _, v := range in.Values {
				if !slices.Contains(have.Values, v) {
					have.Values = append(have.Values, v)
				}
			}
			return
		}
	}
	s.SequenceIndicators = append(s.SequenceIndicators, indicator{in.Key, slices.Clone(in.Values)})
}

// look is a sample that shows the sequence, which has its signals' indicators too.
func (s *sequence) look(resource, feature string) look {
	for _, sig := range s.Signals {
		for _, in := range sig.Indicators {
			s.indicate(in)
		}
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // it has nothing that JSON can't hold
	}
	return look{resource: resource, feature: feature, role: finding.RoleTarget, service: []members{object("detection", members(`"sequence":`+string(b)))},
		also: []members{`"associatedAttackSequenceArn":""`}}
}
