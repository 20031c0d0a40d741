package flow

import (
	"testing"

	"picket/detect"
	"picket/detecttest"
)

func TestListedAddress(t *testing.T) {
	detecttest.Run(t, ListedAddress, "testdata/listed-address.txtar")
}
func TestTor(t *testing.T)        { detecttest.Run(t, Tor, "testdata/tor.txtar") }
func TestPortProbe(t *testing.T)  { detecttest.Run(t, PortProbe, "testdata/port-probe.txtar") }
func TestScan(t *testing.T)       { detecttest.Run(t, Scan, "testdata/scan.txtar") }
func TestFlood(t *testing.T)      { detecttest.Run(t, Flood, "testdata/flood.txtar") }
func TestBruteForce(t *testing.T) { detecttest.Run(t, BruteForce, "testdata/brute-force.txtar") }
func TestSpambot(t *testing.T)    { detecttest.Run(t, Spambot, "testdata/spambot.txtar") }
func TestPortUnusual(t *testing.T) {
	detecttest.Run(t, PortUnusual, "testdata/port-unusual.txtar")
}
func TestVolumeUnusual(t *testing.T) {
	detecttest.Run(t, VolumeUnusual, "testdata/volume-unusual.txtar")
}
func TestUnusualResolver(t *testing.T) {
	detecttest.Run(t, UnusualResolver, "testdata/unusual-resolver.txtar")
}

func TestDeclarations(t *testing.T) {
	if err := detect.Validate(All); err != nil {
		t.Error(err)
	}
}
