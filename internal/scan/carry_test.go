package scan

import (
	"fmt"
	"strings"
	"testing"

	"picket/detectors"
)

// TestScanBehindAChunk: what the beginning of a file tells of interfaces holds
// for all of it. A port scan between two private hosts that begins far behind
// the first chunk, and is recorded by both of their interfaces, is one finding
// about the host that scans.
func TestScanBehindAChunk(t *testing.T) {
	const start = 1_700_000_000
	var b strings.Builder
	record := func(eni, src string, sport int, dst string, dport, at int) {
		fmt.Fprintf(&b, "2 111122223333 eni-%s %s %s %d %d 6 1 44 %d %d ACCEPT OK\n", eni, src, dst, sport, dport, at, at+10)
	}
	for at := start; b.Len() < 2*chunkBytes; at += 2 {
		record("0aaaaaaaaaaaaaaaa", "10.0.0.5", 443, "198.51.100.7", 50000, at)
		record("0bbbbbbbbbbbbbbbb", "10.0.0.9", 443, "198.51.100.7", 50000, at)
	}
	quiet := b.Len()
	for port := range 300 {
		for _, eni := range []string{"0aaaaaaaaaaaaaaaa", "0bbbbbbbbbbbbbbbb"} {
			record(eni, "10.0.0.5", 40000, "10.0.0.9", 1+port, start+30_000+port/10)
		}
	}
	if quiet < 2*chunkBytes || b.Len() > 4*chunkBytes {
		t.Fatalf("%d quiet bytes of %d", quiet, b.Len())
	}
	res := run(t, Config{Paths: []string{folder(t, map[string]string{"flow.log": b.String()})}, Detectors: detectors.All()})
	var got []string
	for _, f := range res.Findings {
		got = append(got, f.Type+" "+f.Service.Action.NetworkConnectionAction.ConnectionDirection)
	}
	if len(got) != 1 || !strings.HasPrefix(got[0], "Recon:EC2/Portscan") {
		t.Errorf("findings %q, want one port scan", got)
	}
}
