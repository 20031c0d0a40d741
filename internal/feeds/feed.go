package feeds

import (
	"fmt"
	"strings"
	"time"
)

// Feed declares one public list.
type Feed struct {
	// Name is unique among the feeds.
	Name string
	// Category is an id that intel.CategoryList knows.
	Category string
	// Format is the name of an intel.Format.
	Format string
	// URL is where the publisher keeps the list.
	URL string
	// Terms says what is known of the conditions of use. The operator, who
	// downloads, is bound by them; picket ships none of the data.
	Terms string
	// Every is how often the publisher renews the list or wants it fetched.
	Every time.Duration
	// Default is set for lists whose terms allow any use. The others are
	// fetched only when named.
	Default bool
}

// All lists every feed picket knows. The program comes with none of their data.
var All = []Feed{
	{
		Name: "onionoo", Category: "tor_relay", Format: "ONIONOO", Every: time.Hour, Default: true,
		URL:   "https://onionoo.torproject.org/details?type=relay&running=true&fields=or_addresses,exit_addresses,dir_address,flags",
		Terms: "public data of the Tor Project",
	},
	{
		Name: "tor-bulk-exit", Category: "tor_exit", Format: "TXT", Every: time.Hour, Default: true,
		URL:   "https://check.torproject.org/torbulkexitlist",
		Terms: "public data of the Tor Project",
	},
	{
		Name: "feodo", Category: "c2", Format: "FEED_CSV", Every: time.Hour, Default: true,
		URL:   "https://feodotracker.abuse.ch/downloads/ipblocklist.csv",
		Terms: "CC0; abuse.ch asks for fair use",
	},
	{
		Name: "threatfox", Category: "c2", Format: "FEED_CSV", Every: time.Hour, Default: true,
		URL:   "https://threatfox.abuse.ch/export/csv/recent/",
		Terms: "CC0; abuse.ch asks for fair use, indicators expire after six months",
	},
	{
		Name: "urlhaus", Category: "driveby", Format: "FEED_CSV", Every: time.Hour, Default: true,
		URL:   "https://urlhaus.abuse.ch/downloads/csv_recent/",
		Terms: "CC0; abuse.ch asks for fair use",
	},
	{
		Name: "ipsum", Category: "malicious_caller", Format: "TXT", Every: 24 * time.Hour, Default: true,
		URL:   "https://raw.githubusercontent.com/stamparm/ipsum/master/ipsum.txt",
		Terms: "Unlicense",
	},
	{
		Name: "maltrail-mining", Category: "cryptomining", Format: "TXT", Every: 24 * time.Hour, Default: true,
		URL:   "https://raw.githubusercontent.com/stamparm/maltrail/master/trails/static/suspicious/crypto_mining.txt",
		Terms: "MIT",
	},
	{
		Name: "maltrail-scanners", Category: "scanner", Format: "TXT", Every: 24 * time.Hour, Default: true,
		URL:   "https://raw.githubusercontent.com/stamparm/maltrail/master/trails/static/mass_scanner.txt",
		Terms: "MIT",
	},
	{
		Name: "misp-sinkholes", Category: "blackhole", Format: "MISP", Every: 7 * 24 * time.Hour, Default: true,
		URL:   "https://raw.githubusercontent.com/MISP/misp-warninglists/main/lists/sinkholes/list.json",
		Terms: "CC0",
	},
	{
		Name: "aws", Category: "aws_ranges", Format: "AWS_RANGES", Every: 24 * time.Hour, Default: true,
		URL:   "https://ip-ranges.amazonaws.com/ip-ranges.json",
		Terms: "published by AWS for this use",
	},
	{
		Name: "misp-dynamic-dns", Category: "dyn_dns", Format: "MISP", Every: 7 * 24 * time.Hour,
		URL:   "https://raw.githubusercontent.com/MISP/misp-warninglists/main/lists/dynamic-dns/list.json",
		Terms: "CC0; holds many zones that are not dynamic DNS any more, so expect false positives",
	},
	{
		Name: "misp-parking", Category: "parked", Format: "MISP", Every: 7 * 24 * time.Hour,
		URL:   "https://raw.githubusercontent.com/MISP/misp-warninglists/main/lists/parking-domain/list.json",
		Terms: "CC0",
	},
	{
		Name: "emerging-threats", Category: "malicious_caller", Format: "TXT", Every: 24 * time.Hour,
		URL:   "https://rules.emergingthreats.net/blockrules/compromised-ips.txt",
		Terms: "BSD for the ET Open rules; check whether it covers this list",
	},
	{
		Name: "spamhaus-drop", Category: "malicious_caller", Format: "TXT", Every: 12 * time.Hour,
		URL:   "https://www.spamhaus.org/drop/drop.txt",
		Terms: "free of charge with attribution; no resale",
	},
	{
		Name: "cins", Category: "malicious_caller", Format: "TXT", Every: 24 * time.Hour,
		URL:   "https://cinsscore.com/list/ci-badguys.txt",
		Terms: "not stated; ask the publisher before commercial use",
	},
	{
		Name: "blocklist-de", Category: "malicious_caller", Format: "TXT", Every: 24 * time.Hour,
		URL:   "https://lists.blocklist.de/lists/all.txt",
		Terms: "free of charge; not stated for redistribution",
	},
	{
		Name: "greensnow", Category: "malicious_caller", Format: "TXT", Every: 24 * time.Hour,
		URL:   "https://blocklist.greensnow.co/greensnow.txt",
		Terms: "not stated; ask the publisher before commercial use",
	},
	{
		Name: "dshield", Category: "scanner", Format: "TXT", Every: 24 * time.Hour,
		URL:   "https://iplists.firehol.org/files/dshield_top_1000.ipset",
		Terms: "CC BY-NC-SA: no commercial use",
	},
	{
		Name: "viriback", Category: "c2", Format: "FEED_CSV", Every: 24 * time.Hour,
		URL:   "https://tracker.viriback.com/dump.php",
		Terms: "not stated",
	},
	{
		Name: "openphish", Category: "phishing", Format: "TXT", Every: 12 * time.Hour,
		URL:   "https://openphish.com/feed.txt",
		Terms: "no commercial use",
	},
}

// extensions gives each format the file ending it is known by.
var extensions = map[string]string{
	"STIX": ".xml", "ONIONOO": ".json", "AWS_RANGES": ".json", "MISP": ".json", "TRAIL_TSV": ".tsv",
	"OTX_CSV": ".csv", "PROOF_POINT": ".csv", "FIRE_EYE": ".csv", "FEED_CSV": ".csv", "RANK_CSV": ".csv",
}

// File is the name of the feed's file, by which intel.Dir knows its category.
func (f Feed) File() string {
	ext, ok := extensions[f.Format]
	if !ok {
		ext = ".txt"
	}
	return f.Category + "-" + f.Name + ext
}

// Select returns the named feeds, in the order of All; without names, those
// that are on by default.
func Select(names ...string) ([]Feed, error) {
	wanted := make(map[string]bool, len(names))
	for _, name := range names {
		wanted[strings.ToLower(name)] = true
	}
	var feeds []Feed
	for _, f := range All {
		if wanted[f.Name] || len(names) == 0 && f.Default {
			feeds = append(feeds, f)
		}
		delete(wanted, f.Name)
	}
	for name := range wanted {
		return nil, fmt.Errorf("no feed is called %q", name)
	}
	return feeds, nil
}
