package intel

import (
	"bytes"
	"compress/gzip"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/event"
)

// read parses in and prints every entry: indicator, then what is known of it.
func read(t *testing.T, format, in string) ([]string, Stats, error) {
	t.Helper()
	var got []string
	st, err := Read(strings.NewReader(in), format, 1<<20, func(e *Entry) error {
		s := text(e)
		if e.Threat != nil {
			s += " (" + string(e.Threat) + ")"
		}
		for _, c := range event.Categories {
			if e.Marks&c.Mark != 0 {
				s += " " + c.ID
			}
		}
		if e.Confidence != 0 {
			s += " " + string(rune('0'+e.Confidence/10)) + "x10%"
		}
		got = append(got, s)
		return nil
	})
	return got, st, err
}

const fireEyeHeader = "reportId,title,threatScape,audience,intelligenceType,publishDate,reportLink,webLink,emailIdentifier," +
	"senderAddress,senderName,sourceDomain,sourceIp,subject,recipient,emailLanguage,fileName,fileSize,fuzzyHash,fileIdentifier," +
	"md5,sha1,sha256,description,fileType,packer,userAgent,registry,fileCompilationDateTime,filePath,asn,cidr,domain," +
	"domainTimeOfLookup,networkIdentifier,ip,port,protocol,registrantEmail,registrantName,networkType,url,malwareFamily," +
	"malwareFamilyId,actor,actorId,observationTime\n"

// fireEyeRow fills cidr, domain, ip and malwareFamily of a row of 47 fields,
// moved right by drift fields.
func fireEyeRow(cidr, domain, ip, family string, drift int) string {
	row := make([]string, 47+drift)
	row[0], row[31+drift], row[32+drift], row[35+drift], row[42+drift] = "01-00000001", cidr, domain, ip, family
	return strings.Join(row, ",") + "\n"
}

// formatCases hold an example of each format, after the descriptions in the
// user guide of each, and what it says. They are fuzz seeds as well.
var formatCases = []struct {
	format, name, in string
	want             []string
	stats            Stats // Entries is taken from want
}{
	{
		"TXT", "customer's list", "\xef\xbb\xbf198.51.100.7\r\n203.0.113.0/24\r\n\r\n  bad.example  \n*.bad.example\n# a comment\n",
		[]string{"198.51.100.7", "203.0.113.0/24", "bad.example", "children of bad.example"}, Stats{},
	},
	{
		"TXT", "open feeds", "; Spamhaus style\n203.0.113.0/24 ; SBL1\n198.51.100.7:8080\nhttp://bad.example/x.exe#frag\n198.51.100.8\t7\n198.51.100.9 # note\n",
		[]string{"203.0.113.0/24", "198.51.100.7 port 8080", "bad.example by URL", "198.51.100.8 :x10%", "198.51.100.9"}, Stats{},
	},
	{
		"TXT", "hosts file", "127.0.0.1 localhost\n0.0.0.0 0.0.0.0\n0.0.0.0 bad.example\n127.0.0.1\tworse.example worst.example # x\n",
		[]string{"exact bad.example", "exact worse.example", "exact worst.example"}, Stats{Ignored: 1},
	},
	{
		"TXT", "bad lines", "198.51.100.7\n0.0.0.0/0\nwhat is this\n198.51.100.8\n",
		[]string{"198.51.100.7", "198.51.100.8"}, Stats{Bad: 2, FirstBad: "line 2: network wider than /8"},
	},
	{
		"OTX_CSV", "guide", "Indicator type, Indicator, Description\nIPv4, 198.51.100.7, scanner\nCIDR, 203.0.113.0/24, \"bulk, host\"\nDomain name, bad.example, x\nFileHash-MD5, abc, y\n",
		[]string{"198.51.100.7", "203.0.113.0/24", "bad.example"}, Stats{Ignored: 1},
	},
	{
		"ALIEN_VAULT", "guide", "198.51.100.7#4#2#Scanning Host#DE#Kiel#54.3,10.1#3\n203.0.113.9#9#2#Malicious Host;Spamming#US##37.7,-122.4#3\nnot#4#2#x\n",
		[]string{"198.51.100.7 (Scanning Host) 4x10%", "203.0.113.9 (Malicious Host;Spamming) 9x10%"},
		Stats{Bad: 1, FirstBad: "line 3: " + errNotIndicator.Error()},
	},
	{
		"PROOF_POINT", "guide", "ip, category, score, first_seen, last_seen, ports (|)\n198.51.100.7, 1, 90, 2026-01-01, 2026-02-01,\n203.0.113.9, 2, 50, 2026-01-01, 2026-02-01, 80|8080\n",
		[]string{"198.51.100.7 (1) 9x10%", "203.0.113.9 (2) 5x10%"}, Stats{},
	},
	{
		"PROOF_POINT", "entities", "domain, category, score, first_seen, last_seen, ports (|)\nbad.example, 1, 90, 2026-01-01, 2026-02-01,\n198.51.100.7, 1, 90, 2026-01-01, 2026-02-01,\n",
		[]string{"bad.example (1) 9x10%", "198.51.100.7 (1) 9x10%"}, Stats{},
	},
	{
		"FIRE_EYE", "guide", fireEyeHeader + fireEyeRow("203.0.113.0/24", "", "", "FAMILY", 0) + fireEyeRow("", "", "198.51.100.7", "", 0) +
			fireEyeRow("", "bad.example", "", "OTHER", 0) + fireEyeRow("", "", "", "", 0) + fireEyeRow("", "", "198.51.100.8", "", 2),
		[]string{"203.0.113.0/24 (FAMILY)", "198.51.100.7", "bad.example (OTHER)", "198.51.100.8"}, Stats{Ignored: 1},
	},
	{
		"STIX", "addresses", `<?xml version="1.0"?><stix:STIX_Package xmlns:xsi="i" version="1.2"><stix:Observables><cybox:Observable><cybox:Object>
<cybox:Properties category="ipv4-addr"><AddressObject:Address_Value>198.51.100.7</AddressObject:Address_Value></cybox:Properties>
<cybox:Properties category="ipv4-addr"><a:Address_Value condition="Equals">198.51.100.8##comma##198.51.100.9</a:Address_Value></cybox:Properties>
<cybox:Properties category="ipv4-addr"><a:Address_Value condition="InclusiveBetween">203.0.113.4##comma##203.0.113.8</a:Address_Value></cybox:Properties>
<cybox:Properties category="e-mail"><a:Address_Value>x@bad.example</a:Address_Value></cybox:Properties>
<cybox:Properties category="ipv4-addr"><a:Address_Value condition="DoesNotEqual">192.0.2.1</a:Address_Value></cybox:Properties>
</cybox:Object></cybox:Observable></stix:Observables></stix:STIX_Package>`,
		[]string{"198.51.100.7", "198.51.100.8", "198.51.100.9", "203.0.113.4/30", "203.0.113.8"}, Stats{Ignored: 1},
	},
	{
		"STIX", "indicator", `<STIX_Package><Indicators><Indicator><Title>Zeus &amp; Co</Title><Observable><Object>
<Properties xsi:type="DomainNameObj:DomainNameObjectType"><DomainNameObj:Value>Bad.example</DomainNameObj:Value></Properties></Object></Observable></Indicator>
<Indicator><Properties category="cidr"><Address_Value>203.0.113.0/24</Address_Value></Properties></Indicator></Indicators></STIX_Package>`,
		[]string{"bad.example (Zeus & Co)", "203.0.113.0/24"}, Stats{},
	},
	{
		"FEED_CSV", "Feodo", "####\n# Feodo Tracker\n\"first_seen_utc\",\"dst_ip\",\"dst_port\",\"c2_status\",\"last_online\",\"malware\"\n\"2026-01-01 00:00:00\",\"198.51.100.7\",\"443\",\"online\",\"2026-02-01\",\"Emotet\"\n# END 1 entries\n",
		[]string{"198.51.100.7 port 443 (Emotet)"}, Stats{},
	},
	{
		"FEED_CSV", "ThreatFox", "# \"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"ioc_type\",\"threat_type\",\"malware_printable\",\"confidence_level\"\n" +
			"\"2026-01-01\", \"1\", \"198.51.100.7:4444\", \"ip:port\", \"botnet_cc\", \"Cobalt Strike\", \"70\"\n\"2026-01-01\", \"2\", \"bad.example\", \"domain\", \"botnet_cc\", \"Remcos\", \"100\"\n\"2026-01-01\", \"3\", \"d41d8\", \"md5_hash\", \"payload\", \"Remcos\", \"50\"\n",
		[]string{"198.51.100.7 port 4444 (Cobalt Strike) 7x10%", "bad.example (Remcos) :x10%"}, Stats{Ignored: 1},
	},
	{
		"FEED_CSV", "URLhaus", "# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\n\"1\",\"2026-01-01\",\"http://198.51.100.7:8080/i\",\"online\",\"x\",\"malware_download\",\"elf\",\"https://urlhaus.example/1\",\"me\"\n",
		[]string{"198.51.100.7 port 8080 by URL (malware_download)"}, Stats{},
	},
	{
		"TRAIL_TSV", "maltrail", "emotet\t198.51.100.7:8080\nemotet\tbad.example\nkit\t/gate.php\n",
		[]string{"198.51.100.7 port 8080 (emotet)", "bad.example (emotet)"}, Stats{Ignored: 1},
	},
	{
		"ONIONOO", "details", `{"version":"8.0","relays_published":"2026-01-01","relays":[
{"nickname":"a","or_addresses":["198.51.100.7:9001","[2001:db8::7]:9001"],"dir_address":"198.51.100.7:9030","flags":["Guard","Running"]},
{"nickname":"b","or_addresses":["198.51.100.8:443"],"exit_addresses":["198.51.100.9"],"flags":["Exit"]},
{"nickname":"c","or_addresses":["203.0.113.1:443"],"dir_address":"203.0.113.1:80","flags":[]}],"bridges":[{"x":[1,{"y":2}]}]}`,
		[]string{
			"198.51.100.7 tor_relay", "198.51.100.7 port 9001 tor_guard", "2001:db8::7 tor_relay", "2001:db8::7 port 9001 tor_guard", "198.51.100.7 port 9030 tor_guard",
			"198.51.100.8 tor_relay", "198.51.100.8 tor_exit", "198.51.100.9 tor_relay", "198.51.100.9 tor_exit", "203.0.113.1 tor_relay",
		}, Stats{},
	},
	{
		"AWS_RANGES", "ip-ranges", `{"syncToken":"1","createDate":"x","prefixes":[{"ip_prefix":"198.51.100.0/24","region":"eu-west-1","service":"EC2","network_border_group":"eu-west-1"}],
"ipv6_prefixes":[{"ipv6_prefix":"2001:db8::/32","region":"GLOBAL","service":"AMAZON"}]}`,
		[]string{"198.51.100.0/24 (EC2 eu-west-1)", "2001:db8::/32 (AMAZON GLOBAL)"}, Stats{},
	},
	{
		"MISP", "hostname list", `{"description":"d","list":["bad.example",".worse.example","198.51.100.0/24"],"matching_attributes":["hostname"],"name":"n","type":"hostname","version":1}`,
		[]string{"bad.example", "worse.example", "198.51.100.0/24"}, Stats{},
	},
	{
		"MISP", "string list", `{"list":["bad.example"],"name":"n","type":"string","version":1}`,
		[]string{"exact bad.example"}, Stats{},
	},
	{
		"RANK_CSV", "Tranco", "1,example.com\r\n2,example.org\r\n100001,example.net\r\n",
		[]string{"example.com", "example.org"}, Stats{Ignored: 1},
	},
}

func TestFormats(t *testing.T) {
	for _, c := range formatCases {
		for _, format := range []string{c.format, ""} { // declared, and recognised by content
			got, st, err := read(t, format, c.in)
			if err != nil {
				t.Errorf("%s, %s, declared %q: %v", c.format, c.name, format, err)
				continue
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s, %s, declared %q: entries (-want +got):\n%s", c.format, c.name, format, diff)
			}
			c.stats.Entries = len(c.want)
			if diff := cmp.Diff(c.stats, st); diff != "" {
				t.Errorf("%s, %s, declared %q: stats (-want +got):\n%s", c.format, c.name, format, diff)
			}
		}
	}
}

func TestEveryFormatHasACase(t *testing.T) {
	for _, f := range Formats {
		if f.Doc == "" {
			t.Errorf("format %s is undocumented", f.Name)
		}
		covered := false
		for _, c := range formatCases {
			covered = covered || c.format == f.Name
		}
		if !covered {
			t.Errorf("format %s has no test case", f.Name)
		}
	}
}

// A list declared in one format and written in another must be an error, not
// half a list.
func TestWrongFormatIsRefused(t *testing.T) {
	sameLines := map[string]bool{"TRAIL_TSV": true, "RANK_CSV": true} // those that also are other formats, line by line
	for _, declared := range Formats[:5] {
		for _, c := range formatCases {
			if c.format == declared.Name || sameLines[c.format] {
				continue
			}
			if got, _, err := read(t, declared.Name, c.in); err == nil && len(got) > 0 {
				t.Errorf("%s (%s) read as %s gives %v", c.format, c.name, declared.Name, got)
			}
		}
	}
	for _, format := range []string{"STIX", "OTX_CSV", "ALIEN_VAULT", "PROOF_POINT", "FIRE_EYE"} {
		for _, c := range formatCases {
			if c.format != format {
				continue
			}
			if got, _, err := read(t, "TXT", c.in); err == nil {
				t.Errorf("%s (%s) read as TXT gives %v", c.format, c.name, got)
			}
		}
	}
}

func TestMalformedLists(t *testing.T) {
	f := func(format, in, wantErr string) {
		t.Helper()
		_, _, err := read(t, format, in)
		if err == nil || !strings.Contains(err.Error(), wantErr) {
			t.Errorf("%s %.60q: error %v, want %q in it", format, in, err, wantErr)
		}
	}
	f("", "", "no known list format")
	f("CSV", "a", `unknown list format "CSV"`)
	f("TXT", "<!DOCTYPE html>\n<html><body>\nNot found\n", "3 of 3 lines are not indicators; line 1")
	f("TXT", "198.51.100.7\n"+strings.Repeat("x", readBuffer+1), "line 2: longer than")
	f("TXT", "\x1f\x8b broken", "gunzip")
	f("OTX_CSV", "198.51.100.7\n", "line 1: not the expected header row")
	f("OTX_CSV", "Indicator type,Indicator\nIPv4,198.51.100.7\nIPv4,\"198.51.100.8\n", "line 3:")
	f("FIRE_EYE", "", "no header row")
	f("STIX", "<STIX_Package><a>", "unexpected EOF")
	f("STIX", "<STIX_Package>\n<a></b></STIX_Package>", "line 2:")
	f("STIX", "<html></html>", `root element is "html"`)
	f("STIX", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><STIX_Package/>`, "document type")
	f("STIX", `<STIX_Package><Properties><Address_Value>&e;</Address_Value></Properties></STIX_Package>`, "invalid character entity &e;")
	f("STIX", "<STIX_Package>"+strings.Repeat("<a>", 64), "nested deeper than 64")
	f("ONIONOO", `{"relays":[{"or_addresses":["198.51.100.7:1"]}`, "unexpected EOF")
	f("ONIONOO", `{"relays":{}}`, "byte 11: found { where [ should be")
	f("ONIONOO", `{"version":"8.0"}`, "no relays")
	f("AWS_RANGES", `[]`, "found [ where { should be")
	f("MISP", `{"list":["x"],"type":"regex"}`, `type "regex" can't be looked up`)
}

func TestSizeCap(t *testing.T) {
	var zipped bytes.Buffer
	zw := gzip.NewWriter(&zipped)
	_, _ = zw.Write(bytes.Repeat([]byte("198.51.100.7\n"), 1<<16))
	_ = zw.Close()
	_, err := Read(&zipped, "TXT", 1<<16, func(*Entry) error { return nil })
	if !errors.Is(err, errSize) {
		t.Errorf("a bomb of 832 kB under a cap of 64 kB gives %v, want %v", err, errSize)
	}
}

func TestGzipIsReadLikePlain(t *testing.T) {
	var zipped bytes.Buffer
	zw := gzip.NewWriter(&zipped)
	_, _ = zw.Write([]byte(formatCases[0].in))
	_ = zw.Close()
	got, _, err := read(t, "", zipped.String())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(formatCases[0].want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAddErrorStopsEveryParser(t *testing.T) {
	stop := errors.New("stop")
	for _, c := range formatCases {
		calls := 0
		_, err := Read(strings.NewReader(c.in), c.format, 1<<20, func(*Entry) error {
			calls++
			return stop
		})
		if !errors.Is(err, stop) || calls != 1 {
			t.Errorf("%s, %s: %d calls and error %v after add failed", c.format, c.name, calls, err)
		}
	}
}

func FuzzFormats(f *testing.F) {
	for _, c := range formatCases {
		for i, format := range Formats {
			if format.Name == c.format {
				f.Add(byte(i), []byte(c.in))
			}
		}
	}
	f.Fuzz(func(t *testing.T, which byte, in []byte) {
		format := Formats[int(which)%len(Formats)]
		n := 0
		st, err := Read(bytes.NewReader(in), format.Name, 1<<20, func(e *Entry) error {
			n++
			if e.Domain != nil == e.Prefix.IsValid() {
				t.Fatalf("%s: entry %+v is both or neither", format.Name, e)
			}
			return nil
		})
		if err == nil && st.Entries != n {
			t.Fatalf("%s: %d entries counted, %d added", format.Name, st.Entries, n)
		}
		Sniff(in)
	})
}
