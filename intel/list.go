package intel

import (
	"strings"

	"picket/event"
)

// List says what a list is and how its entries count.
type List struct {
	// Name is what findings call the list.
	Name string
	// Mark is the one category the entries belong to. Formats that state
	// categories themselves (Onionoo) overrule it.
	Mark event.Marks
	// Format names one of Formats; "" recognises it by content.
	Format string
	// Path is the file to read, for AddFile.
	Path string
	// Custom marks a customer's own list. Its entries are meant literally: no
	// guard against shared hosts is applied except that a bare name that many
	// share covers only itself, and a list without one valid entry is an error.
	Custom bool
	// Authoritative marks a list whose entries may be shared hosts and public
	// suffixes on purpose, such as one of dynamic DNS zones.
	Authoritative bool
	// Zones says that a bare domain is a zone whose operator gives names away:
	// names below it count, but neither the zone itself nor the names an
	// operator keeps, such as www.
	Zones bool
	// Addresses says that names in the list are ignored, which is how
	// GuardDuty reads IP sets.
	Addresses bool
	// MinConfidence leaves out entries that state a lower confidence (1-100).
	// Entries that state none are taken.
	MinConfidence uint8
	// MaxEntries and MaxBytes (after decompression) bound the list; what is
	// larger is refused as a whole. 0 is the package's own bound.
	MaxEntries int
	MaxBytes   int64
}

// The bounds of a list that sets none: several times the largest public feeds,
// and no more memory than a small machine can spare.
const (
	DefaultMaxEntries = 4_000_000
	DefaultMaxBytes   = 256 << 20
)

// The bounds GuardDuty sets for a customer's lists (user guide, quotas).
const (
	MaxTrustedEntries = 2_000
	MaxThreatEntries  = 250_000
	MaxCustomBytes    = 35 << 20
)

// callerConfidence is the confidence from which an address counts as a
// malicious caller: "medium" on the scale of 100.
const callerConfidence = 50

// TrustedList is a customer's trusted list in a file.
func TrustedList(name, path string) List {
	return List{Name: name, Path: path, Mark: event.MarkTrusted, Custom: true, MaxBytes: MaxCustomBytes}
}

// ThreatList is a customer's threat list in a file.
func ThreatList(name, path string) List {
	return List{Name: name, Path: path, Mark: event.MarkThreat, Custom: true, MaxEntries: MaxThreatEntries, MaxBytes: MaxCustomBytes}
}

// alias is a category id that people know a list by, beside event.Categories.
type alias struct {
	id    string
	mark  event.Marks
	zones bool
}

var aliases = []alias{
	{"dyn_dns", event.MarkAbused, true},
	{"free_host", event.MarkAbused, true},
	{"parked", event.MarkAbused, false},
	{"tor_authority", event.MarkTorGuard, false},
}

// CategoryList returns a list of the category with the given id: one of
// event.Categories, or dyn_dns and free_host (zones that are often abused),
// parked, or tor_authority. ok is false when there is no such category.
func CategoryList(id string) (l List, ok bool) {
	id = strings.ToLower(id)
	for _, c := range event.Categories {
		if c.ID == id {
			l = List{Mark: c.Mark, Custom: c.Mark&(event.MarkThreat|event.MarkTrusted) != 0}
			if c.Mark == event.MarkMaliciousCaller {
				l.MinConfidence = callerConfidence
			}
			return l, true
		}
	}
	for _, a := range aliases {
		if a.id == id {
			return List{Mark: a.mark, Zones: a.zones, Authoritative: a.zones}, true
		}
	}
	return List{}, false
}

// categoryIDs lists every id CategoryList knows.
func categoryIDs() []string {
	var ids []string
	for _, c := range event.Categories {
		ids = append(ids, c.ID)
	}
	for _, a := range aliases {
		ids = append(ids, a.id)
	}
	return ids
}
