package store

import (
	"time"

	"picket/finding"
)

// The collections. Statuses and names in the resources are the wire's values.
var (
	Detectors      = Collection[Detector, *Detector]{kind{"detector", "detector"}}
	Filters        = Collection[Filter, *Filter]{kind{"filter", "filter"}} // written by InsertFilter, UpdateFilter and DeleteFilter only
	IPSets         = Collection[List, *List]{kind{"ipset", "IP set"}}
	ThreatSets     = Collection[List, *List]{kind{"threatintelset", "threat intel set"}}
	TrustedSets    = Collection[List, *List]{kind{"trustedentityset", "trusted entity set"}}
	ThreatEntities = Collection[List, *List]{kind{"threatentityset", "threat entity set"}}
	Destinations   = Collection[Destination, *Destination]{kind{"publishingdestination", "publishing destination"}}
	Members        = Collection[Member, *Member]{kind{"member", "member"}}
	Organizations  = Collection[Organization, *Organization]{kind{"organization", "organization"}}
	Administrators = Collection[Administrator, *Administrator]{kind{"administrator", "organization administrator"}}
	MalwarePlans   = Collection[MalwarePlan, *MalwarePlan]{kind{"malwareprotectionplan", "malware protection plan"}}
	MalwareScans   = Collection[MalwareScan, *MalwareScan]{kind{"malwarescan", "malware scan"}}
	ScanSettings   = Collection[ScanSetting, *ScanSetting]{kind{"malwarescansettings", "malware scan setting"}}
)

// Detector is an account's detector in a region; there is one at most. Its
// status is ENABLED or DISABLED.
type Detector struct {
	Meta      `json:"-"`
	Frequency string             // findingPublishingFrequency
	Features  map[string]Feature // by name, DataSources being the other view of them
}

// Feature is one protection plan, of a detector or a member.
type Feature struct {
	Status    string
	UpdatedAt time.Time
	Options   map[string]Feature `json:",omitempty"` // additionalConfiguration by name
}

// Filter is a saved filter. Its id is its name, its Position its rank.
type Filter struct {
	Meta        `json:"-"`
	Description *string // nil when it was never given
	Action      string
	Criteria    finding.Criteria
	Version     int // 1, and one more with each update
}

// List is an IP set, a threat intel set or an entity set: where a list of
// addresses or names is read from. Its status is the wire's; its content is the
// file as it was when the list was last activated.
type List struct {
	Meta        `json:"-"`
	Name        string
	Format      string
	Location    string
	BucketOwner string    `json:",omitempty"` // expectedBucketOwner
	Error       string    `json:",omitempty"` // why the status is ERROR
	ReadAt      time.Time `json:",omitzero"`  // when the content was read; zero when there is none
	Attempts    int       `json:",omitempty"` // how often it was to be activated
}

// Destination is where findings are published. Its status is the wire's.
type Destination struct {
	Meta         `json:"-"`
	Type         string
	ARN          string    // destinationArn
	KMSKeyARN    string    // kmsKeyArn
	BucketOwner  string    `json:",omitempty"` // expectedBucketOwner
	FailureSince time.Time `json:",omitzero"`  // publishingFailureStartTimestamp
}

// Values of a member's status: its relationshipStatus on the wire.
const (
	MemberCreated  = "Created"
	MemberInvited  = "Invited"
	MemberEnabled  = "Enabled"
	MemberDisabled = "Disabled" // monitoring stopped
	MemberRemoved  = "Removed"
	MemberResigned = "Resigned"
)

// Member is an account from its administrator's side: the scope's account
// administers, the id is the member's account. Members.ListID reads the other
// side, an account's invitations and its administrator. An administrator sees
// the findings of members that are Enabled or Disabled.
type Member struct {
	Meta              `json:"-"`
	Email             string
	DetectorID        string             `json:",omitempty"` // once it is known
	InvitationID      string             `json:",omitempty"`
	InvitedAt         time.Time          `json:",omitzero"`
	Message           string             `json:",omitempty"` // of the invitation
	InvitationDropped bool               `json:",omitempty"` // the member deleted the invitation
	ByOrganization    bool               `json:",omitempty"` // joined through the organization, not by invitation
	Features          map[string]Feature `json:",omitempty"`
}

// Organization is the settings of a delegated administrator. Its id is the
// administrator's account too.
type Organization struct {
	Meta       `json:"-"`
	AutoEnable string            // autoEnableOrganizationMembers: NEW, ALL or NONE
	Features   map[string]string // autoEnable by feature; FEATURE/OPTION for its options
}

// Administrator is the delegated administrator that a management account, the
// scope's, has named for a region; the id is its account. Its status is the
// wire's adminStatus.
type Administrator struct {
	Meta `json:"-"`
}

// MalwarePlan is a malware protection plan for a bucket. Its status is the wire's.
type MalwarePlan struct {
	Meta     `json:"-"`
	Role     string
	Bucket   string
	Prefixes []string `json:",omitempty"`
	Tagging  string   // the action's status: ENABLED or DISABLED
}

// MalwareScan is a scan for malware that somebody asked for. It belongs to the
// account of what was to be scanned. Its status is the wire's, its creation its
// start.
type MalwareScan struct {
	Meta         `json:"-"`
	ResourceARN  string
	ResourceType string     // the wire's
	Reason       string     `json:",omitempty"` // the wire's scanStatusReason
	Role         string     `json:",omitempty"`
	Baseline     string     `json:",omitempty"` // the resource that an incremental scan compares with
	Vault        string     `json:",omitempty"` // of the backup that holds the resource
	From         *time.Time // of the backup's time that is scanned, with To; nil unless it was asked for
	To           *time.Time
}

// ScanSetting says what is scanned for malware. Its id is the detector's.
type ScanSetting struct {
	Meta         `json:"-"`
	Preservation string                // ebsSnapshotPreservation
	Include      map[string][]ScanPair `json:",omitempty"` // by the wire's scan criterion key
	Exclude      map[string][]ScanPair `json:",omitempty"`
}

// ScanPair is a tag; without a value it is met by any.
type ScanPair struct {
	Key   string
	Value *string `json:",omitempty"`
}
