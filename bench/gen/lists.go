package main

import (
	"fmt"
	"net/netip"
)

// list is one threat list as written under lists/. Its uses are what a
// detector is to be told it is: "threat-list" for a customer's own list, else
// a category of built-in intelligence.
type list struct {
	file    string
	uses    []string
	entries []string
}

// laterList declares a list added after the first edition: addresses of a
// first octet nothing else uses, or names under a top-level domain nothing
// else uses, so that no record can be on two lists.
type laterList struct {
	file  string
	use   string
	octet int
	tld   string
	n     int
}

var laterLists = []laterList{
	{file: "c2-ips.txt", use: "c2", octet: 90, n: 500},
	{file: "mining-ips.txt", use: "cryptomining", octet: 133, n: 200},
	{file: "blackhole-ips.txt", use: "blackhole", octet: 145, n: 200},
	{file: "drop-ips.txt", use: "droppoint", octet: 153, n: 200},
	{file: "malicious-callers.txt", use: "malicious_caller", octet: 126, n: 2000},
	{file: "tor-guards.txt", use: "tor_guard", octet: 163, n: 500},
	{file: "tor-relays.txt", use: "tor_relay", octet: 192, n: 500},
	{file: "blackhole-domains.txt", use: "blackhole", tld: "icu", n: 200},
	{file: "drop-domains.txt", use: "droppoint", tld: "live", n: 200},
	{file: "phishing-domains.txt", use: "phishing", tld: "site", n: 500},
	{file: "driveby-domains.txt", use: "driveby", tld: "online", n: 500},
	{file: "dga-domains.txt", use: "dga", tld: "ws", n: 2000},
	{file: "custom-domains.txt", use: "threat-list", tld: "shop", n: 200},
}

// lists are all the lists of a data set, in the order truth.json names them.
func (w *world) lists() []list {
	ls := []list{
		{"bad-ips.txt", []string{"threat-list", "scanner"}, w.badIPs},
		{"tor-exits.txt", []string{"tor_exit"}, w.tor},
		{"bad-domains.txt", []string{"c2"}, w.badDoms},
		{"mining-domains.txt", []string{"cryptomining"}, w.mining},
	}
	for _, l := range laterLists {
		ls = append(ls, list{l.file, []string{l.use}, w.later[l.file]})
	}
	return ls
}

// distinct remembers what a list already holds.
type distinct map[string]bool

func (d distinct) add(s string) bool {
	if d[s] {
		return false
	}
	d[s] = true
	return true
}

func (w *world) fillLists(ips, domains int) {
	r, seen := newRNG(w.seed, streamLists), distinct{}
	for len(w.badIPs) < ips {
		w.addBadIP(r, seen)
	}
	for len(w.tor) < 1500 { // Tor exits: a range of their own
		ip := fmt.Sprintf("171.25.%d.%d", r.n(256), 1+r.n(254))
		if seen.add(ip) {
			w.tor = append(w.tor, ip)
		}
	}
	tlds := []string{"top", "xyz", "ru", "info", "click", "cc", "su", "pw"}
	for len(w.badDoms) < domains {
		d := fmt.Sprintf("%s-%s%s.%s", pick(r, words), pick(r, words), r.str(b36Digits, 3), pick(r, tlds))
		if seen.add(d) {
			w.badDoms = append(w.badDoms, d)
		}
	}
	for i := range 40 {
		w.mining = append(w.mining, fmt.Sprintf("pool%d.%s-mine.%s", i%5, pick(r, words), pick(r, tlds)))
	}
	w.later = map[string][]string{}
	for _, l := range laterLists {
		w.later[l.file] = l.fill(newRNG(w.seed, streamLaterList, nameHash(l.file)))
	}
}

// addBadIP lists an address, or one time in fifty a whole network.
func (w *world) addBadIP(r *rng, seen distinct) {
	ip := ipFrom(r, badOctets)
	if !r.p(0.02) {
		if seen.add(ip) {
			w.badIPs = append(w.badIPs, ip)
			w.badHosts = append(w.badHosts, ip)
		}
		return
	}
	p := netip.PrefixFrom(netip.MustParseAddr(ip), 20+r.n(12)).Masked()
	if seen.add(p.String()) {
		w.badIPs = append(w.badIPs, p.String())
		w.badHosts = append(w.badHosts, p.Addr().Next().String())
	}
}

func (l laterList) fill(r *rng) []string {
	seen, out := distinct{}, make([]string, 0, l.n)
	for len(out) < l.n {
		e := l.entry(r)
		if seen.add(e) {
			out = append(out, e)
		}
	}
	return out
}

func (l laterList) entry(r *rng) string {
	switch {
	case l.octet == 192: // clear of 192.0.0/24, 192.0.2/24, 192.88.99/24 and 192.168/16
		return fmt.Sprintf("192.%d.%d.%d", 100+r.n(60), r.n(256), 1+r.n(254))
	case l.octet != 0:
		return fmt.Sprintf("%d.%d.%d.%d", l.octet, r.n(256), r.n(256), 1+r.n(254))
	case l.use == "dga":
		return r.str(dgaLetters, r.between(12, 22)) + "." + l.tld
	}
	return fmt.Sprintf("%s-%s%s.%s", pick(r, words), pick(r, words), r.str(b36Digits, 3), l.tld)
}
