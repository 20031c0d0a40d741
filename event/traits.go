package event

// Traits are what enrichment found out about a row, one bit each, so that the
// engine can skip a detector with one comparison. The bits mean different
// things for each kind of row.
type Traits uint32

// Traits of a Flow.
const (
	Egress       Traits = 1 << iota // Local sent these packets
	LocalClient                     // Local opened the conversation
	RemoteClient                    // Remote opened the conversation; neither bit: unknown
	Accepted                        // not rejected by a security group or network ACL
	Rejected
	PublicRemote // Remote is globally routable
	TCP
	UDP
	Attempt    // a try or an answer to one, not a session: at most AttemptPackets packets, or SYNs repeated
	Bulk       // at least BulkBytes bytes
	Flood      // at least FloodPackets packets
	Mail       // TCP, server port 25
	Login      // TCP, server port 22, 3389, 5985 or 5986
	Everyday   // server port 80, 443, 53 or 123
	IPv6       // either side is IPv6
	HasMarks   // Marks is not zero
	ToAWS      // the record or a list says that Remote belongs to an AWS service
	ServerPort // the port of the side that did not open the conversation is known
)

// The figures behind flow traits.
const (
	// AttemptPackets is the most packets of a connection attempt that carried no
	// session: SYN with two retransmissions, or SYN, ACK, RST of a connect scan.
	AttemptPackets = 3
	// BulkBytes is the least that a record must move to count for volume: smaller
	// records cannot add up to 1 GiB an hour in fewer than 4096 records.
	BulkBytes = 256 << 10
	// FloodPackets is the least of one record that can be part of a flood by
	// volume; floods of many small conversations are told by their number.
	FloodPackets = 2000
)

// Traits of a Trail row.
const (
	Succeeded    Traits = 1 << iota // no error, and a console login that went through
	Failed                          // the opposite
	DataEvent                       // an S3 object-level (or other data) event
	S3                              // eventSource is s3 or s3control
	PublicCaller                    // Caller is a globally routable address
	ByService                       // an AWS service acted: invokedBy, AwsServiceEvent, service-linked role
	Root                            // the account's root user
	InstanceRole                    // credentials delivered to an EC2 instance
	ConsoleLogin                    // a console sign-in
	OwnAccount                      // recipient account is the caller's account
)

// Traits of a DNS row.
const (
	Answered    Traits = 1 << iota // NOERROR with at least one answer
	NXDomain                       // the name does not exist
	OnInstance                     // the client is an EC2 instance
	Internal                       // single label, reverse, or a name of private use
	Metadata                       // an answer is the instance metadata address
	Blocked                        // DNS Firewall blocked it
	PrivateOnly                    // all addresses in the answers are private
	Listed                         // Marks or AnswerMarks is not zero
	Lookup                         // a type that looks a host up: not PTR, SOA, NS
)

// Traits of an Audit row.
const (
	Allowed      Traits = 1 << iota // authorised and code below 300, or 101
	Denied                          // refused
	Anonymous                       // system:anonymous or system:unauthenticated
	ControlPlane                    // a node, a control-plane identity or a kube-system controller
	Write                           // create, update, patch, delete, deletecollection
	FromPublic                      // Caller is globally routable
	FromListed                      // Marks is not zero
)
