package event

// Flow is one VPC flow record, turned so that Local is the protected side.
// It holds no pointer.
//
// A decoder sets At, Duration, Local (the record's source), Remote (its
// destination), the ports, Packets, Bytes, Proto, Flags, Line, Interface and
// the Reject trait. Enrichment turns the record where the destination is the
// protected side and sets Entity, Traits and Marks.
type Flow struct {
	At             Time   // start of the aggregation interval
	Entity         uint64 // hash of the instance, else of the interface
	Interface      uint64 // hash of account and interface
	Packets, Bytes uint64
	Local, Remote  IP
	Duration       uint32 // seconds from the first to the last packet
	Line           Span   // the raw record in Batch.Data
	Traits         Traits
	Marks          Marks // of the remote address and port
	LocalPort      uint16
	RemotePort     uint16
	Proto          uint8 // IANA protocol number
	Flags          uint8 // TCP flags seen, 0 when not recorded
	Direction      uint8 // flow-direction field: 0 absent, else 'i' or 'e'
}

// Span is a place in Batch.Data.
type Span struct{ Off, Len uint32 }

// DNS is one Route 53 Resolver query. Its strings are views into the batch.
type DNS struct {
	At       Time
	Entity   uint64 // hash of the instance, else of VPC and source address
	Raw      string
	Name     string // lower case, no final dot
	Type     string // "A", "TXT", …
	Rcode    string // "NOERROR", "NXDOMAIN", …
	Answers  string // the raw JSON array, "" when absent
	Account  string
	Region   string
	VPC      string
	Source   string // srcaddr as written
	Instance string // srcids.instance, "" for clients that are no instance
	Resolver string // srcids.resolver_endpoint: a client on premises
	Firewall string // firewall_rule_action
	Protocol string // transport
	Src      IP
	// Matched is the suffix of Name, or of the alias it leads to, that is on a
	// list; "" when none is.
	Matched string
	// Registrable is the offset in Name of the registrable domain (public
	// suffix plus one label), -1 when Name has none: a single label, a private
	// zone, a zone of AWS.
	Registrable int32
	Traits      Traits
	Marks       Marks // of the name and its CNAME targets
	AnswerMarks Marks // of the addresses in the answers
}

// Domain returns the registrable domain of d, or the whole name when it has none.
func (d *DNS) Domain() string {
	if d.Registrable < 0 {
		return d.Name
	}
	return d.Name[d.Registrable:]
}

// Trail is one CloudTrail record. Its strings are views into the batch:
// unescaped where they are plain fields, raw JSON where the comment says so.
type Trail struct {
	At        Time
	Entity    uint64   // hash of the account the record is evaluated for
	ID        [16]byte // of eventID; zero when absent
	Raw       string
	Name      string // eventName
	Source    string // eventSource, "s3.amazonaws.com"
	Region    string
	CallerIP  string // sourceIPAddress as written: an address, a service name, "AWS Internal"
	UserAgent string
	Error     string // errorCode
	Message   string // errorMessage
	EventID   string
	EventType string
	Category  string // eventCategory, "" in older records
	Account   string // recipientAccountId, else the caller's account
	Params    string // requestParameters, raw JSON
	Response  string // responseElements, raw JSON
	Extra     string // additionalEventData, raw JSON
	Resources string // raw JSON array
	Endpoint  string // vpcEndpointId
	// EndpointAccount is vpcEndpointAccountId.
	EndpointAccount string
	User            Identity
	Caller          IP // CallerIP when it is an address
	Place           Place
	Traits          Traits
	Marks           Marks // of Caller
}

// Identity is CloudTrail's userIdentity. Issuer fields come from
// sessionContext.sessionIssuer.
type Identity struct {
	Type         string
	PrincipalID  string
	ARN          string
	Account      string
	AccessKey    string
	Name         string // userName
	InvokedBy    string
	IssuerType   string
	IssuerID     string // principalId of the issuer
	IssuerARN    string
	IssuerName   string // userName of the issuer: the role's name
	Created      string // sessionContext.attributes.creationDate
	MFA          string // "true" or "false", "" when unknown
	RoleDelivery string // ec2RoleDelivery
	AssumedRoot  string // "true" in a session of sts:AssumeRoot
	Scope        string // inScopeOf: what the credentials were issued to, raw JSON
}

// Principal names who acts across sessions: the role of an assumed role, else
// the user; the account for root.
func (u *Identity) Principal() string {
	if u.IssuerID != "" {
		return u.IssuerID
	}
	return u.PrincipalID
}

// UserName is GuardDuty's userName: the role's name for a session, "Root" for root.
func (u *Identity) UserName() string {
	switch {
	case u.Type == "Root":
		return "Root"
	case u.IssuerName != "":
		return u.IssuerName
	}
	return u.Name
}

// Session is the session name of an assumed role, "" for other identities.
func (u *Identity) Session() string {
	for i := 0; i < len(u.PrincipalID); i++ {
		if u.PrincipalID[i] == ':' {
			return u.PrincipalID[i+1:]
		}
	}
	return ""
}

// Place is where an address is, from a user's MMDB. Known says whether the
// coordinates mean anything.
type Place struct {
	Lat, Lon float32
	ASN      uint32
	Country  [2]byte
	Known    bool
	City     bool // the coordinates are of a city, not a country's centroid
}

// Audit is one Kubernetes audit event. Its strings are views into the batch:
// unescaped where they are plain fields, raw JSON where the comment says so.
type Audit struct {
	At           Time
	Entity       uint64   // hash of account and cluster
	ID           [16]byte // of auditID; zero when absent
	Raw          string
	Stage        string
	Level        string
	Verb         string
	URI          string
	UserAgent    string
	User         string // username
	UID          string
	Groups       string // raw JSON array
	Extra        string // raw JSON object of user.extra
	Impersonated string // impersonatedUser.username
	SourceIPs    string // raw JSON array
	Resource     string
	Subresource  string
	Namespace    string
	Object       string // objectRef.name
	APIGroup     string
	Request      string // requestObject, raw JSON
	Response     string // responseObject, raw JSON
	Annotations  string // raw JSON object
	Decision     string // annotation authorization.k8s.io/decision
	Account      string
	Region       string
	Cluster      string
	Caller       IP // the first public source address, else the first
	Code         int32
	Traits       Traits
	Marks        Marks // of Caller
}
