package event

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

func TestParseIP(t *testing.T) {
	ok := func(in, want string) {
		t.Helper()
		got, good := ParseIP(in)
		if !good || got.String() != want {
			t.Errorf("ParseIP(%q) = %q, %v, want %q", in, got, good, want)
		}
	}
	refused := func(in string) {
		t.Helper()
		if got, good := ParseIP(in); good {
			t.Errorf("ParseIP(%q) = %v, want it refused", in, got)
		}
	}
	ok("203.0.113.9", "203.0.113.9")
	ok("0.0.0.0", "0.0.0.0")
	ok("255.255.255.255", "255.255.255.255")
	ok("2001:db8::1", "2001:db8::1")
	ok("::ffff:192.0.2.1", "192.0.2.1")
	refused("")
	refused("08.1.250.216")
	refused("256.1.1.1")
	refused("1.2.3")
	refused("1.2.3.4.5")
	refused("1.2.3.4 ")
	refused("1..2.3")
	refused("ec2.amazonaws.com")
	refused("AWS Internal")
	refused("12:34:56")
}

// TestPublic holds the ranges against netip's own idea of special addresses.
func TestPublic(t *testing.T) {
	want := func(in string, public, private bool) {
		t.Helper()
		ip, ok := ParseIP(in)
		if !ok {
			t.Fatalf("%q is no address", in)
		}
		if ip.Public() != public || ip.Private() != private {
			t.Errorf("%s: public %v private %v, want %v %v", in, ip.Public(), ip.Private(), public, private)
		}
	}
	want("10.0.0.1", false, true)
	want("172.15.255.255", true, false)
	want("172.16.0.0", false, true)
	want("172.31.255.255", false, true)
	want("172.32.0.0", true, false)
	want("192.168.1.1", false, true)
	want("192.167.1.1", true, false)
	want("100.63.255.255", true, false)
	want("100.64.0.0", false, true)
	want("100.127.255.255", false, true)
	want("100.128.0.0", true, false)
	want("169.254.169.254", false, true)
	want("127.0.0.1", false, true)
	want("0.0.0.0", false, false)
	want("224.0.0.1", false, false)
	want("255.255.255.255", false, false)
	want("198.18.0.1", false, false)
	want("198.20.0.1", true, false)
	want("8.8.8.8", true, false)
	want("203.0.113.9", true, false)
	want("2606:4700::1111", true, false)
	want("fd00::1", false, true)
	want("fe80::1", false, true)
	want("::1", false, true)
	want("ff02::1", false, false)
}

func TestPrivateAgreesWithNetip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		v := r.Uint32()
		ip := IPv4(v)
		a := ip.Addr()
		if a.IsPrivate() && !ip.Private() {
			t.Fatalf("%s is private", a)
		}
		if ip.Public() && (a.IsPrivate() || a.IsMulticast() || a.IsLoopback() || a.IsLinkLocalUnicast()) {
			t.Fatalf("%s is not public", a)
		}
		if got := IPFrom(netip.MustParseAddr(a.String())); got != ip {
			t.Fatalf("%s does not survive its text form: %v", a, got)
		}
	}
}

func TestParseTime(t *testing.T) {
	for _, in := range []string{"2026-03-02T00:00:00Z", "2024-02-29T23:59:59Z", "2026-12-31T23:59:59.999Z", "2026-03-02T01:02:03.123456Z",
		"2026-03-02T01:02:03+02:00", "2026-03-02T01:02:03.5-07:30"} {
		want, err := time.Parse(time.RFC3339, in)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := ParseTime(in)
		if !ok || got.Std() != want.UTC().Truncate(time.Millisecond) {
			t.Errorf("ParseTime(%q) = %v, %v, want %v", in, got, ok, want.UTC())
		}
	}
	for _, in := range []string{"", "2026-03-02", "2026-03-02T00:00:00", "2026-13-02T00:00:00Z", "2026-03-02T24:00:00Z", "0001-01-01T00:00:00Z",
		"2026-03-02T00:00:0xZ", "2026-03-02T00:00:00+0200", "9999-03-02T00:00:00Z", "20260302T000000Z........"} {
		if got, ok := ParseTime(in); ok {
			t.Errorf("ParseTime(%q) = %v, want it refused", in, got)
		}
	}
}

func TestDaysAgreeWithTime(t *testing.T) {
	for d := time.Date(2004, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2101; d = d.AddDate(0, 0, 1) {
		if got := days(d.Year(), int(d.Month()), d.Day()); int64(got) != d.Unix()/86400 {
			t.Fatalf("%v: %d days", d, got)
		}
	}
}

func TestSortIsStable(t *testing.T) {
	b := Batch{Flows: []Flow{{At: 3, LocalPort: 1}, {At: 1, LocalPort: 2}, {At: 3, LocalPort: 3}, {At: 2, LocalPort: 4}, {At: 1, LocalPort: 5}}}
	b.Sort()
	want := []uint16{2, 5, 4, 1, 3}
	for i, f := range b.Flows {
		if f.LocalPort != want[i] {
			t.Fatalf("row %d is %d, want %d", i, f.LocalPort, want[i])
		}
	}
}

func TestFlowText(t *testing.T) {
	b := Batch{Data: []byte("2 111122223333 - 10.0.0.1")}
	b.Columns = Columns{N: 4, Field: [MaxColumns]Field{FieldVersion, FieldAccountID, FieldInterfaceID, FieldSrcAddr}}
	f := Flow{Line: Span{0, uint32(len(b.Data))}}
	for field, want := range map[Field]string{FieldAccountID: "111122223333", FieldInterfaceID: "", FieldSrcAddr: "10.0.0.1", FieldDstAddr: ""} {
		if got := b.FlowText(&f, field); got != want {
			t.Errorf("%s is %q, want %q", FieldNames[field], got, want)
		}
	}
}

func TestKeepOutlivesGrowth(t *testing.T) {
	var b Batch
	first := b.Keep([]byte("first"))
	for range 10_000 {
		b.Keep([]byte("something else"))
	}
	if first != "first" {
		t.Errorf("a kept string became %q", first)
	}
}

func TestHashID(t *testing.T) {
	id := HashID("0f8fad5b-d9cb-469f-a165-70867728950e")
	if id[0] != 0x0f || id[15] != 0x0e {
		t.Errorf("a UUID became %x", id)
	}
	if HashID("") != [16]byte{} {
		t.Error("no identifier has an ID")
	}
	if a, b := HashID("one"), HashID("two"); a == b || a == [16]byte{} {
		t.Errorf("IDs %x and %x", a, b)
	}
}

func TestMarksHaveCategories(t *testing.T) {
	var seen Marks
	for i, c := range Categories {
		if c.Mark != 1<<i || c.ID == "" || c.Doc == "" {
			t.Errorf("category %d is %+v", i, c)
		}
		seen |= c.Mark
	}
	if seen != 1<<len(Categories)-1 || MarkOwned != 1<<(len(Categories)-1) {
		t.Errorf("categories cover %b", seen)
	}
}
