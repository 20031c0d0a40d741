package intel

import (
	"embed"
	"fmt"
	"net/netip"
	"strings"
	"sync"

	"github.com/gaissmai/bart"

	"picket/event"
)

//go:embed builtin
var builtinFiles embed.FS

// builtinLists declares the lists that come with the program. All were written
// for it; none is a copy of a feed.
var builtinLists = []List{
	{Name: "picket-mining-pools", Mark: event.MarkMining, Format: "TXT", Path: "builtin/mining-pools.txt", Authoritative: true},
	{Name: "picket-dynamic-dns", Mark: event.MarkAbused, Format: "TXT", Path: "builtin/dynamic-dns.txt", Authoritative: true, Zones: true},
	{Name: "picket-resolvers", Mark: event.MarkResolver, Format: "TRAIL_TSV", Path: "builtin/resolver-plain.tsv", Authoritative: true},
	{Name: "picket-resolvers-doh", Mark: event.MarkDoH, Format: "TRAIL_TSV", Path: "builtin/resolver-doh.tsv", Authoritative: true},
	{Name: "picket-resolvers-dot", Mark: event.MarkDoT, Format: "TRAIL_TSV", Path: "builtin/resolver-dot.tsv", Authoritative: true},
	{Name: "picket-tor-authorities", Mark: event.MarkTorGuard, Format: "TXT", Path: "builtin/tor-authorities.txt", Authoritative: true},
}

// testerDomains are the names that Amazon publishes for trying detection out
// (amazon-guardduty-tester): asking for one must raise its category.
var testerDomains = []struct {
	mark  event.Marks
	names string
}{
	{event.MarkC2, "guarddutyc2activityb.com c2.guarddutyc2activityb.com"},
	{event.MarkMining, "crypto.guarddutyc2activityb.com"},
	{event.MarkAbused, "abused-rep.guarddutyc2activityb.com"},
	{event.MarkRepMining, "crypto-rep.guarddutyc2activityb.com"},
	{event.MarkRepMalicious, "malicious-rep.guarddutyc2activityb.com"},
	{event.MarkRepSuspicious, "suspicious-rep.guarddutyc2activityb.com"},
	{event.MarkBlackhole, "guarddutyblackholeactivity.com"},
	{event.MarkDropPoint, "guarddutydroppointactivity.com"},
	{event.MarkPhishing, "guarddutyphishingactivity.com"},
	{event.MarkDriveBy, "guarddutydrivebyactivity.com"},
	{event.MarkDGA, "guarddutydgaactivity.com"},
}

// TesterList is the name of the list of tester domains.
const TesterList = "picket-test"

// AddBuiltin adds the lists that come with the program: tester domains, mining
// pools, dynamic DNS zones, public resolvers and Tor directory authorities.
func (b *Builder) AddBuiltin() error {
	for _, t := range testerDomains {
		l := List{Name: TesterList, Mark: t.mark, Format: "TXT", Authoritative: true}
		if _, err := b.Add(l, strings.NewReader(strings.ReplaceAll(t.names, " ", "\n"))); err != nil {
			return err
		}
	}
	for _, l := range builtinLists {
		if err := b.addEmbedded(l); err != nil {
			return err
		}
	}
	return nil
}

func (b *Builder) addEmbedded(l List) error {
	f, err := builtinFiles.Open(l.Path)
	if err != nil {
		return fmt.Errorf("open built-in list %q: %w", l.Name, err)
	}
	defer f.Close()
	_, err = b.Add(l, f)
	return err
}

// sharedHosts holds the names of builtin/shared-hosts.txt.
var sharedHosts = sync.OnceValue(func() map[string]struct{} {
	hosts := make(map[string]struct{})
	readEmbedded("builtin/shared-hosts.txt", "TXT", func(e *Entry) error {
		hosts[string(e.Domain)] = struct{}{}
		return nil
	})
	return hosts
})

// sharedAddresses holds the addresses that feeds must not accuse: those of
// content networks and of public resolvers.
var sharedAddresses = sync.OnceValue(func() interface{ Contains(netip.Addr) bool } {
	nets := new(bart.Table[event.Marks]) // compiled for table6 as well, which bart.Lite is not
	take := func(e *Entry) error {
		nets.Insert(e.Prefix, 0)
		return nil
	}
	readEmbedded("builtin/cdn.txt", "TXT", take)
	for _, l := range builtinLists {
		if l.Mark&(event.MarkResolver|event.MarkDoH|event.MarkDoT) != 0 {
			readEmbedded(l.Path, l.Format, take)
		}
	}
	return nets
})

func sharedAddress(a netip.Addr) bool { return sharedAddresses().Contains(a) }

func readEmbedded(path, format string, add func(*Entry) error) {
	f, err := builtinFiles.Open(path)
	mustEmbedded(err)
	defer f.Close()
	_, err = Read(f, format, DefaultMaxBytes, add)
	mustEmbedded(err)
}

// mustEmbedded panics on an error in a file that is part of the program: it was
// built wrong, and the tests say so before it ships.
func mustEmbedded(err error) {
	if err != nil {
		panic(fmt.Sprintf("intel: built-in list: %v", err))
	}
}
