package intel

import (
	"fmt"
	"net/netip"

	"picket/event"
)

// Scope says which names a domain entry stands for.
type Scope uint8

const (
	ScopeTree     Scope = iota // the name and everything below it
	ScopeExact                 // the name alone
	ScopeChildren              // everything below the name, as "*.name" says
	scopeZone                  // names the zone's operator gives away; see List.Zones
)

// Entry is one indicator of a list: a prefix (optionally with a port) or a
// domain. A parser owns it and fills it anew for each call of its add function,
// which must copy what it wants to keep.
type Entry struct {
	Prefix     netip.Prefix // invalid when the entry is a domain; host bits may be set
	Port       uint16       // 0: every port
	Domain     []byte       // lower case, no final dot
	Scope      Scope        // of Domain
	URL        bool         // taken from a URL: the host may be innocent, the page is not
	Threat     []byte       // the threat's name, nil when the list gives none
	Confidence uint8        // 1 to 100 as the list states it, 0 when it doesn't
	Marks      event.Marks  // categories the list states itself; 0: the category of the list
}

// Stats counts what a parser met in a list.
type Stats struct {
	Entries  int    // entries taken
	Ignored  int    // well-formed, but of a kind the list is not used for
	Bad      int    // lines that are no indicator; they were skipped
	FirstBad string // where and why of the first bad line
}

// bad counts a line that is no indicator and remembers the first.
func (s *Stats) bad(line int, err error) {
	if s.Bad == 0 {
		s.FirstBad = fmt.Sprintf("line %d: %v", line, err)
	}
	s.Bad++
}

// verdict turns a list whose lines are mostly not indicators into an error:
// it is a file of another format, or an error page, and no list at all.
func (s *Stats) verdict() error {
	if s.Bad > s.Entries+s.Ignored {
		return fmt.Errorf("%d of %d lines are not indicators; %s", s.Bad, s.Bad+s.Entries+s.Ignored, s.FirstBad)
	}
	return nil
}
