package namescore

import "testing"

func TestImpossible(t *testing.T) {
	for top, want := range map[string]bool{
		"com": false, "museum": false, "xn--p1ai": false, "xn--vermgensberatung-pwb": false, "bazar": false,
		"": true, "7": true, "d41d8cd9": true, "edf0dbda": true, "a_b": true, "a-b": true,
	} {
		if got := Impossible(top); got != want {
			t.Errorf("Impossible(%q) = %v, want %v", top, got, want)
		}
	}
}

func TestRegistered(t *testing.T) {
	for name, want := range map[[2]string]bool{
		{"site", "com"}: true, {"site", "co.uk"}: true, {"account", "github.io"}: true, {"host", "ddns.net"}: true,
		{"", "com"}: false, {"site", ""}: false, {"host", "internal"}: false, {"d111111", "cloudfront.net"}: false,
		{"abcdef", "d41d8cd9"}: false, {"10", "0"}: false,
	} {
		if got := registered(name[0], name[1]); got != want {
			t.Errorf("registered(%q, %q) = %v, want %v", name[0], name[1], got, want)
		}
	}
}
