package event

// Marks is what threat intelligence says of the remote side of a row: one bit
// for each category of list it is on. Enrichment sets it, detectors read it.
type Marks uint32

// The categories. Names and meaning are those of Category.
const (
	MarkC2              Marks = 1 << iota // command and control
	MarkMining                            // cryptocurrency pools and wallets
	MarkBlackhole                         // sinkholes, null-routed hosts
	MarkDropPoint                         // holds data stolen by malware
	MarkPhishing                          // phishing sites
	MarkDriveBy                           // malware distribution
	MarkDGA                               // known generated names
	MarkScanner                           // internet scanners
	MarkMaliciousCaller                   // addresses known for attacks on cloud APIs
	MarkTorExit                           // Tor exits
	MarkTorGuard                          // Tor guards and directory authorities
	MarkTorRelay                          // any Tor relay
	MarkResolver                          // public DNS resolvers, port 53
	MarkDoH                               // DNS over HTTPS resolvers
	MarkDoT                               // DNS over TLS resolvers
	MarkAbused                            // dynamic DNS, free hosting, parked names
	MarkRepMining                         // low reputation, cryptocurrency related
	MarkRepMalicious                      // low reputation, tied to malicious infrastructure
	MarkRepSuspicious                     // low reputation, resembles bad names
	MarkPopular                           // widely used names
	MarkAWS                               // addresses of AWS (ip-ranges.json)
	MarkThreat                            // a customer's threat list
	MarkTrusted                           // a customer's trusted list; wins over every other mark
	MarkOwned                             // egress addresses of the monitored accounts
)

// Category names one kind of list: ID is what --intel and intel files use.
type Category struct {
	Mark Marks
	ID   string
	Doc  string
}

// Categories lists every category in the order of its bit.
var Categories = []Category{
	{MarkC2, "c2", "command-and-control servers of malware"},
	{MarkMining, "cryptomining", "cryptocurrency mining pools and services"},
	{MarkBlackhole, "blackhole", "sinkholes and null-routed hosts"},
	{MarkDropPoint, "droppoint", "hosts that collect data stolen by malware"},
	{MarkPhishing, "phishing", "phishing sites"},
	{MarkDriveBy, "driveby", "hosts that distribute malware"},
	{MarkDGA, "dga", "known algorithmically generated names"},
	{MarkScanner, "scanner", "internet scanners"},
	{MarkMaliciousCaller, "malicious_caller", "addresses known for attacks on cloud interfaces"},
	{MarkTorExit, "tor_exit", "Tor exit relays"},
	{MarkTorGuard, "tor_guard", "Tor guard relays and directory authorities"},
	{MarkTorRelay, "tor_relay", "Tor relays of any kind"},
	{MarkResolver, "resolver_plain", "public DNS resolvers"},
	{MarkDoH, "resolver_doh", "DNS-over-HTTPS resolvers"},
	{MarkDoT, "resolver_dot", "DNS-over-TLS resolvers"},
	{MarkAbused, "abused", "often abused zones: dynamic DNS, free hosting, parked names"},
	{MarkRepMining, "reputation_mining", "low-reputation names related to cryptocurrency"},
	{MarkRepMalicious, "reputation_malicious", "low-reputation names tied to malicious infrastructure"},
	{MarkRepSuspicious, "reputation_suspicious", "low-reputation names that resemble bad ones"},
	{MarkPopular, "popular", "widely used names and addresses"},
	{MarkAWS, "aws_ranges", "addresses of AWS"},
	{MarkThreat, "threat", "the customer's threat lists"},
	{MarkTrusted, "trusted", "the customer's trusted lists"},
	{MarkOwned, "owned", "egress addresses of the monitored accounts"},
}
