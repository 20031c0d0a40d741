package ocsf

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"picket/event"
	"picket/internal/ocsf/schema"
)

// The types below are OCSF 1.2.0 objects with the attributes that a finding
// about logs can fill. Members are written in the order in which they stand;
// absent ones are left out. Those without omitempty are required by OCSF.

// Event is a Detection Finding (class 2004).
type Event struct {
	ClassUID     int          `json:"class_uid"`
	ClassName    string       `json:"class_name"`
	CategoryUID  int          `json:"category_uid"`
	CategoryName string       `json:"category_name"`
	TypeUID      int          `json:"type_uid"`
	TypeName     string       `json:"type_name"`
	ActivityID   int          `json:"activity_id"`
	ActivityName string       `json:"activity_name"`
	SeverityID   int          `json:"severity_id"`
	Severity     string       `json:"severity"`
	StatusID     int          `json:"status_id"`
	Status       string       `json:"status"`
	Time         event.Time   `json:"time"`
	StartTime    event.Time   `json:"start_time,omitempty"`
	EndTime      event.Time   `json:"end_time,omitempty"`
	Count        int          `json:"count,omitempty"`
	Message      Text         `json:"message,omitempty"`
	Metadata     Metadata     `json:"metadata"`
	Cloud        Cloud        `json:"cloud"`
	FindingInfo  FindingInfo  `json:"finding_info"`
	Resources    []*Resource  `json:"resources,omitempty"`
	Evidences    []*Evidence  `json:"evidences,omitempty"`
	Enrichments  []Enrichment `json:"enrichments,omitempty"`
	Observables  []Observable `json:"observables,omitempty"`
	Remediation  *Remediation `json:"remediation,omitempty"`
	Unmapped     Unmapped     `json:"unmapped,omitempty"`
}

// JSON encodes the event on one line. Equal findings give equal bytes.
func (e *Event) JSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), nil
}

// Text is a string that came out of a log. It is cut to what an OCSF string_t
// may hold when it is encoded.
type Text string

// MarshalText implements encoding.TextMarshaler.
func (t Text) MarshalText() ([]byte, error) {
	s := string(t)
	if utf8.RuneCountInString(s) > schema.MaxString {
		s = string([]rune(s)[:schema.MaxString])
	}
	return []byte(s), nil
}

// Metadata says who wrote the event, in which version of OCSF.
type Metadata struct {
	Version  string   `json:"version"`
	UID      string   `json:"uid"`
	Product  Product  `json:"product"`
	Profiles []string `json:"profiles"`
}

// Product is the program that made the finding.
type Product struct {
	Name       string   `json:"name"`
	VendorName string   `json:"vendor_name"`
	Version    string   `json:"version,omitempty"`
	Feature    *Feature `json:"feature,omitempty"`
}

// Feature is the part of the product that made the finding.
type Feature struct {
	Name string `json:"name"`
}

// Cloud is where the finding is.
type Cloud struct {
	Provider string   `json:"provider"`
	Region   Text     `json:"region,omitempty"`
	Account  *Account `json:"account,omitempty"`
}

// Account is a cloud account.
type Account struct {
	UID    Text   `json:"uid"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
}

// FindingInfo is the finding proper.
type FindingInfo struct {
	UID           Text       `json:"uid"`
	Title         Text       `json:"title"`
	Desc          Text       `json:"desc,omitempty"`
	Types         []Text     `json:"types,omitempty"`
	Analytic      *Analytic  `json:"analytic,omitempty"`
	Attacks       []Attack   `json:"attacks,omitempty"`
	DataSources   []string   `json:"data_sources,omitempty"`
	CreatedTime   event.Time `json:"created_time,omitempty"`
	ModifiedTime  event.Time `json:"modified_time,omitempty"`
	FirstSeenTime event.Time `json:"first_seen_time,omitempty"`
	LastSeenTime  event.Time `json:"last_seen_time,omitempty"`
}

// Analytic is what found it.
type Analytic struct {
	Name   Text   `json:"name"`
	UID    Text   `json:"uid"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
}

// Attack places the finding in MITRE ATT&CK.
type Attack struct {
	Tactic Tactic `json:"tactic"`
}

// Tactic is an ATT&CK tactic.
type Tactic struct {
	UID  string `json:"uid"`
	Name string `json:"name"`
}

// Resource is a thing the finding is about. It has a UID or a Name.
type Resource struct {
	UID            Text   `json:"uid,omitempty"`
	Name           Text   `json:"name,omitempty"`
	Type           Text   `json:"type,omitempty"`
	Namespace      Text   `json:"namespace,omitempty"`
	CloudPartition Text   `json:"cloud_partition,omitempty"`
	Region         Text   `json:"region,omitempty"`
	Labels         []Text `json:"labels,omitempty"`
	Owner          *User  `json:"owner,omitempty"`
	Data           any    `json:"data,omitempty"` // GuardDuty's own description
}

// Evidence is one thing that was seen.
type Evidence struct {
	Actor          *Actor          `json:"actor,omitempty"`
	API            *API            `json:"api,omitempty"`
	SrcEndpoint    *Endpoint       `json:"src_endpoint,omitempty"`
	DstEndpoint    *Endpoint       `json:"dst_endpoint,omitempty"`
	ConnectionInfo *ConnectionInfo `json:"connection_info,omitempty"`
	Query          *Query          `json:"query,omitempty"`
	Databucket     *Databucket     `json:"databucket,omitempty"`
	Data           *Raw            `json:"data,omitempty"`
}

// Actor is who acted.
type Actor struct {
	User      *User    `json:"user,omitempty"`
	Session   *Session `json:"session,omitempty"`
	InvokedBy Text     `json:"invoked_by,omitempty"`
}

// User is an identity. It has a Name, a UID or an Account.
type User struct {
	Name          Text     `json:"name,omitempty"`
	UID           Text     `json:"uid,omitempty"`
	TypeID        int      `json:"type_id,omitempty"`
	Type          Text     `json:"type,omitempty"`
	CredentialUID Text     `json:"credential_uid,omitempty"`
	Groups        []Group  `json:"groups,omitempty"`
	Account       *Account `json:"account,omitempty"`
}

// Group is a group of users.
type Group struct {
	Name Text `json:"name"`
}

// Session is a session of a role.
type Session struct {
	UID           Text `json:"uid"`
	Issuer        Text `json:"issuer,omitempty"`
	CredentialUID Text `json:"credential_uid,omitempty"`
}

// API is a call.
type API struct {
	Operation Text      `json:"operation"`
	Service   *Service  `json:"service,omitempty"`
	Request   *Request  `json:"request,omitempty"`
	Response  *Response `json:"response,omitempty"`
}

// Service is what was called.
type Service struct {
	Name Text `json:"name"`
}

// Request identifies a call.
type Request struct {
	UID Text `json:"uid"`
}

// Response is how a call ended.
type Response struct {
	Code  int  `json:"code,omitempty"`
	Error Text `json:"error,omitempty"`
}

// Endpoint is one end of a conversation. It has an IP, or a name of the
// instance, interface or service.
type Endpoint struct {
	IP               string            `json:"ip,omitempty"`
	Port             int               `json:"port,omitempty"`
	SvcName          Text              `json:"svc_name,omitempty"`
	InstanceUID      Text              `json:"instance_uid,omitempty"`
	InterfaceUID     Text              `json:"interface_uid,omitempty"`
	SubnetUID        Text              `json:"subnet_uid,omitempty"`
	VPCUID           Text              `json:"vpc_uid,omitempty"`
	Zone             Text              `json:"zone,omitempty"`
	Location         *Location         `json:"location,omitempty"`
	AutonomousSystem *AutonomousSystem `json:"autonomous_system,omitempty"`
}

// Location is a place on earth. It has a Country or a City; the coordinates
// are degrees.
type Location struct {
	Country Text     `json:"country,omitempty"` // ISO 3166-1 alpha-2
	City    Text     `json:"city,omitempty"`
	Desc    Text     `json:"desc,omitempty"`
	ISP     Text     `json:"isp,omitempty"`
	Lat     *float64 `json:"lat,omitempty"`
	Long    *float64 `json:"long,omitempty"`
}

// AutonomousSystem is who runs an address. It has a Number or a Name.
type AutonomousSystem struct {
	Number uint32 `json:"number,omitempty"`
	Name   Text   `json:"name,omitempty"`
}

// ConnectionInfo is how two endpoints talked.
type ConnectionInfo struct {
	DirectionID   int    `json:"direction_id"`
	Direction     string `json:"direction"`
	ProtocolName  string `json:"protocol_name,omitempty"`
	ProtocolNum   int    `json:"protocol_num,omitempty"`
	ProtocolVerID int    `json:"protocol_ver_id,omitempty"`
}

// Query is a DNS query.
type Query struct {
	Hostname string `json:"hostname"`
}

// Databucket is a bucket of objects.
type Databucket struct {
	UID    Text   `json:"uid,omitempty"`
	Name   Text   `json:"name,omitempty"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
}

// Enrichment is what a threat list knows about a value in the event.
type Enrichment struct {
	Name     string `json:"name"` // the attribute that was looked up
	Value    Text   `json:"value"`
	Type     string `json:"type"`
	Provider Text   `json:"provider,omitempty"`
	Data     any    `json:"data"`
}

// Observable is a value in the event that is worth searching for elsewhere.
type Observable struct {
	Name   string `json:"name"` // where in the event it is
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
	Value  Text   `json:"value"`
}

// Remediation is what to do first.
type Remediation struct {
	Desc Text `json:"desc"`
}
