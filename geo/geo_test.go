package geo

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"go4.org/netipx"

	"picket/event"
)

// write makes a database of records by prefix and returns its path.
func write(t testing.TB, kind string, records map[string]mmdbtype.Map) string {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, IncludeReservedNetworks: true, BuildEpoch: 1767225600})
	if err != nil {
		t.Fatal(err)
	}
	for prefix, record := range records {
		if err := w.Insert(netipx.PrefixIPNet(netip.MustParsePrefix(prefix)), record); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), kind+".mmdb")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := w.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, paths ...string) *DB {
	t.Helper()
	db, err := Open(paths...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func addr(s string) event.IP {
	ip, _ := event.ParseIP(s)
	return ip
}

type (
	m = mmdbtype.Map
	s = mmdbtype.String
	d = mmdbtype.Float64
	u = mmdbtype.Uint32
)

const network = "198.51.100.0/24"

// The records have the shape each publisher documents.
func TestSchemas(t *testing.T) {
	f := func(kind string, record m, want Place) {
		t.Helper()
		db := open(t, write(t, kind, map[string]m{network: record}))
		for range 2 { // decoded, then remembered
			got, ok := db.Lookup(addr("198.51.100.7"))
			if diff := cmp.Diff(want, got); diff != "" || !ok {
				t.Errorf("%s: known %v (-want +got):\n%s", kind, ok, diff)
			}
		}
	}
	f("GeoLite2-City", m{
		"country": m{"iso_code": s("DE"), "names": m{"de": s("Deutschland"), "en": s("Germany")}},
		"city":    m{"names": m{"en": s("Kiel")}}, "location": m{"latitude": d(54.3), "longitude": d(10.1)},
	}, Place{CountryCode: "DE", Country: "Germany", City: "Kiel", Lat: 54.3, Lon: 10.1, HasLocation: true})
	f("GeoLite2-Country", m{"registered_country": m{"iso_code": s("US"), "names": m{"en": s("United States")}}},
		Place{CountryCode: "US", Country: "United States", Lat: 39.8, Lon: -98.6, HasLocation: true, Approximate: true})
	f("GeoLite2-ASN", m{"autonomous_system_number": u(64496), "autonomous_system_organization": s("Example Org")},
		Place{ASN: 64496, Org: "Example Org", ISP: "Example Org"})
	f("GeoIP2-Enterprise", m{
		"country": m{"iso_code": s("FR")},
		"traits":  m{"autonomous_system_number": u(64497), "autonomous_system_organization": s("AS Org"), "isp": s("Provider")},
	}, Place{CountryCode: "FR", Country: "France", Lat: 46.6, Lon: 2.5, HasLocation: true, Approximate: true, ASN: 64497, Org: "AS Org", ISP: "Provider"})
	f("dbip-city", m{"city": s("Lima"), "country_code": s("PE"), "latitude": mmdbtype.Float32(-12), "longitude": mmdbtype.Float32(-77)},
		Place{CountryCode: "PE", Country: "Peru", City: "Lima", Lat: -12, Lon: -77, HasLocation: true})
	f("ipinfo-location", m{"city": s("Oslo"), "country": s("NO"), "lat": s("59.9"), "lng": s("10.7")},
		Place{CountryCode: "NO", Country: "Norway", City: "Oslo", Lat: 59.9, Lon: 10.7, HasLocation: true})
	f("ipinfo-lite", m{"asn": s("AS64498"), "as_name": s("Example Net"), "country": s("Japan"), "country_code": s("JP")},
		Place{CountryCode: "JP", Country: "Japan", Lat: 37.6, Lon: 138, HasLocation: true, Approximate: true, ASN: 64498, Org: "Example Net", ISP: "Example Net"})
	f("odd-values", m{"country_code": s("ZZ"), "latitude": d(123), "longitude": d(1), "asn": s("ASx"), "city": m{"x": u(1)}},
		Place{CountryCode: "ZZ"})
}

func TestSeveralFiles(t *testing.T) {
	asns := write(t, "asn", map[string]m{network: {"autonomous_system_number": u(64496), "autonomous_system_organization": s("Example Org")}})
	nations := write(t, "country", map[string]m{network: {"country_code": s("DE")}, "2001:db8::/32": {"country_code": s("CH")}})
	cities := write(t, "city", map[string]m{
		network:          {"country_code": s("FR"), "city": s("Paris"), "latitude": d(48.9), "longitude": d(2.3)},
		"203.0.113.0/24": {"country_code": s("FR"), "city": s("Paris"), "latitude": d(48.9), "longitude": d(2.3)},
	})
	db := open(t, asns, nations, cities)
	f := func(ip string, want Place, known bool) {
		t.Helper()
		got, ok := db.Lookup(addr(ip))
		if diff := cmp.Diff(want, got); diff != "" || ok != known {
			t.Errorf("%s: known %v (-want +got):\n%s", ip, ok, diff)
		}
	}
	// The first file that names a country is believed; a city elsewhere doesn't fit it.
	f("198.51.100.1", Place{CountryCode: "DE", Country: "Germany", Lat: 51.1, Lon: 10.4, HasLocation: true, Approximate: true, ASN: 64496, Org: "Example Org", ISP: "Example Org"}, true)
	f("203.0.113.1", Place{CountryCode: "FR", Country: "France", City: "Paris", Lat: 48.9, Lon: 2.3, HasLocation: true}, true)
	f("2001:db8::1", Place{CountryCode: "CH", Country: "Switzerland", Lat: 46.8, Lon: 8.2, HasLocation: true, Approximate: true}, true)
	f("192.0.2.1", Place{}, false)
	f("", Place{}, false)
	infos := db.Files()
	if len(infos) != 3 || infos[1].Type != "country" || infos[1].Built.Year() != 2026 {
		t.Errorf("files: %+v", infos)
	}
}

func TestOpenNamesTheFileThatFails(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.mmdb")
	if err := os.WriteFile(bad, []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{bad, bad + ".missing"} {
		if _, err := Open(write(t, "good", map[string]m{network: {}}), path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want %s in it", err, path)
		}
	}
}

func TestNilDBKnowsNothing(t *testing.T) {
	var db *DB
	if _, ok := db.Lookup(addr("198.51.100.1")); ok || db.Files() != nil || db.Close() != nil {
		t.Error("a nil DB knows something")
	}
}

func TestCountries(t *testing.T) {
	// ISO 3166-1 has 249 codes; XK comes on top.
	if n := len(countries()); n != 250 || strings.Count(countriesTSV, "\n") != n {
		t.Errorf("%d countries, want 250, each once", n)
	}
	for code, c := range countries() {
		if len(code) != 2 || strings.ToUpper(code) != code || c.Name == "" || c.Lat < -90 || c.Lat > 90 || c.Lon < -180 || c.Lon > 180 {
			t.Errorf("country %+v", c)
		}
	}
	for code, near := range map[string][2]float64{"AU": {-25, 134}, "BR": {-10, -53}, "JP": {37, 138}, "ZA": {-29, 25}, "CA": {60, -98}} {
		c, _ := CountryByCode(code)
		if c.Lat-near[0] > 3 || near[0]-c.Lat > 3 || c.Lon-near[1] > 3 || near[1]-c.Lon > 3 {
			t.Errorf("%s lies at %v, %v", code, c.Lat, c.Lon)
		}
	}
}

func TestLookupDoesNotAllocateForKnownRecords(t *testing.T) {
	db := open(t, write(t, "city", map[string]m{network: {"country_code": s("FR"), "city": s("Paris")}}))
	ip := addr("198.51.100.1")
	db.Lookup(ip)
	if n := testing.AllocsPerRun(100, func() { db.Lookup(ip) }); n != 0 {
		t.Errorf("a lookup allocates %v times", n)
	}
}

// A damaged file may know nothing, or nonsense, but must not bring anybody down.
func FuzzDamagedDatabase(f *testing.F) {
	path := write(f, "city", map[string]m{network: {"country": m{"iso_code": s("FR")}, "city": m{"names": m{"en": s("Paris")}}, "asn": s("AS1")}})
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(100), byte(0xff))
	f.Add(uint16(len(good)-20), byte(0x40))
	f.Fuzz(func(t *testing.T, at uint16, with byte) {
		damaged := append([]byte(nil), good...)
		damaged[int(at)%len(damaged)] = with
		path := filepath.Join(t.TempDir(), "x.mmdb")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := Open(path)
		if err != nil {
			return
		}
		defer db.Close()
		p, ok := db.Lookup(addr("198.51.100.7"))
		if !ok && p != (Place{}) {
			t.Fatalf("unknown place %+v", p)
		}
	})
}

func BenchmarkLookup(b *testing.B) {
	db := open(b, write(b, "city", map[string]m{network: {"country_code": s("FR"), "city": s("Paris")}}))
	ip := addr("198.51.100.1")
	b.ReportAllocs()
	for b.Loop() {
		db.Lookup(ip)
	}
}
