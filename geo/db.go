package geo

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"

	"picket/event"
)

// Place is what the databases know of an address. Empty members are unknown.
type Place struct {
	CountryCode string  // ISO 3166-1 alpha-2
	Country     string  // name in English
	City        string  // name in English
	Lat, Lon    float64 // degrees; mean something when HasLocation
	HasLocation bool
	Approximate bool   // the location is the middle of the country
	ASN         uint32 // autonomous system number, 0 unknown
	Org         string // the autonomous system's organisation
	ISP         string // provider; the organisation when no database says
}

// Info describes one open database.
type Info struct {
	Path  string
	Type  string // as the file says, such as GeoLite2-City
	Built time.Time
}

// DB answers from one or more open databases. It is safe for concurrent use,
// except that Close must not run beside lookups. A nil DB knows nothing.
type DB struct {
	files []*file
}

// file is one database with the records decoded so far: many networks share a
// record, and decoding one costs more than finding it.
type file struct {
	reader  *maxminddb.Reader
	info    Info
	mu      sync.RWMutex
	records map[uintptr]Place // by offset
}

// maxRecords bounds the decoded records kept of a file: some 20 MB. Beyond it
// the file starts over.
const maxRecords = 1 << 16

// Open opens the MMDB files at paths. Of several files that know the same thing
// the first in the order of paths is believed. The caller owes a Close.
func Open(paths ...string) (*DB, error) {
	db := &DB{}
	for _, path := range paths {
		r, err := maxminddb.Open(path)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open geo database %q: %w", path, err), db.Close())
		}
		db.files = append(db.files, &file{
			reader:  r,
			info:    Info{Path: path, Type: r.Metadata.DatabaseType, Built: time.Unix(int64(r.Metadata.BuildEpoch), 0).UTC()},
			records: map[uintptr]Place{},
		})
	}
	return db, nil
}

// Close closes all files. Places looked up before stay good.
func (db *DB) Close() error {
	if db == nil {
		return nil
	}
	var errs []error
	for _, f := range db.files {
		if err := f.reader.Close(); err != nil {
			errs = append(errs, fmt.Errorf("close geo database %q: %w", f.info.Path, err))
		}
	}
	db.files = nil
	return errors.Join(errs...)
}

// Files describes the open databases in the order they are asked.
func (db *DB) Files() []Info {
	if db == nil {
		return nil
	}
	infos := make([]Info, len(db.files))
	for i, f := range db.files {
		infos[i] = f.info
	}
	return infos
}

// Lookup returns what the databases know of ip; ok is false when that is
// nothing. A place whose country is known but not its position gets the
// position of the middle of the country. It does not allocate for records seen
// before.
func (db *DB) Lookup(ip event.IP) (p Place, ok bool) {
	if db == nil || ip.IsZero() {
		return Place{}, false
	}
	addr := ip.Addr()
	for _, f := range db.files {
		p.fill(f.lookup(addr))
	}
	p.complete()
	return p, p != Place{}
}

// lookup returns the file's record of addr. A record that can't be decoded is
// one that says nothing.
func (f *file) lookup(addr netip.Addr) Place {
	if addr.Is6() && f.reader.Metadata.IPVersion == 4 {
		return Place{}
	}
	r := f.reader.Lookup(addr)
	if !r.Found() {
		return Place{}
	}
	f.mu.RLock()
	p, seen := f.records[r.Offset()]
	f.mu.RUnlock()
	if seen {
		return p
	}
	p = decode(r)
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.records) >= maxRecords {
		clear(f.records)
	}
	f.records[r.Offset()] = p
	return p
}

// fill takes what q knows and p doesn't. What belongs together is taken
// together: another file's city would not fit this file's country.
func (p *Place) fill(q Place) {
	if p.CountryCode == "" {
		p.CountryCode, p.Country = q.CountryCode, q.Country
	}
	if p.CountryCode == q.CountryCode || q.CountryCode == "" {
		p.City = orElse(p.City, q.City)
		if !p.HasLocation {
			p.Lat, p.Lon, p.HasLocation = q.Lat, q.Lon, q.HasLocation
		}
	}
	if p.ASN == 0 && (p.Org == "" || p.Org == q.Org) {
		p.ASN, p.Org = q.ASN, orElse(q.Org, p.Org)
	}
	p.ISP = orElse(p.ISP, q.ISP)
}

// complete adds what follows from the rest.
func (p *Place) complete() {
	if c, ok := CountryByCode(p.CountryCode); ok {
		p.Country = orElse(p.Country, c.Name)
		if !p.HasLocation {
			p.Lat, p.Lon, p.HasLocation, p.Approximate = c.Lat, c.Lon, true, true
		}
	}
	p.ISP = orElse(p.ISP, p.Org)
}

func orElse(s, other string) string {
	if s != "" {
		return s
	}
	return other
}
