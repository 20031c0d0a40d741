package main

import (
	"fmt"
	"strings"
)

// The world: who exists. Everything is derived from the seed.

type instance struct {
	id, eni, ip, pub, subnet, az, role, key string // key: the role's access key id
	open                                    []int  // ports it serves
}

type user struct{ name, id, key string }

type network struct { // a VPC: the first is logged in flow v2, the second in flow v5
	vpc, flowLog string
	prefix       string // first two octets
	inst         []instance
}

type account struct {
	id      string
	region  string
	nets    [2]network
	users   []user
	roles   []user // name, id
	buckets []string
	keys    []string // KMS key ids
	cluster string
	office  []string // the addresses its people call from
}

type world struct {
	seed     uint64
	accounts []account
	clients  []string // ordinary internet addresses
	services []string // ordinary internet servers
	badIPs   []string // listed: addresses and networks
	badHosts []string // listed addresses and addresses in listed networks, to plant
	tor      []string
	badDoms  []string
	mining   []string
	later    map[string][]string // entries of the later lists, by file name
}

// Ordinary and listed addresses come from disjoint first octets, so no
// ordinary record can match a list by accident.
var (
	goodOctets  = []int{3, 13, 18, 23, 34, 35, 44, 50, 52, 54, 63, 64, 65, 66, 68, 69, 70, 71, 72, 73, 74, 75, 76, 96, 97, 98, 99, 104, 107, 108, 142, 151, 157, 172, 199, 204, 205, 206, 207, 208, 209, 216}
	badOctets   = []int{2, 5, 31, 37, 45, 46, 62, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 91, 92, 93, 94, 95, 103, 109, 141, 146, 176, 177, 178, 179, 185, 186, 187, 188, 189, 190, 193, 194, 195, 200, 201, 212, 213, 217}
	noiseOctets = []int{1, 14, 27, 36, 39, 42, 43, 47, 58, 59, 60, 61, 101, 106, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 162, 167, 170, 180, 182, 183, 202, 203, 210, 211, 218, 219, 220, 221, 222, 223}
	regions     = []string{"us-east-1", "us-west-2", "eu-west-1"}
	words       = strings.Fields("alpha amber apex atlas aurora batch beacon billing bravo canary cargo catalog cedar checkout cobalt comet copper coral crane data delta dune echo edge ember event export falcon fern field flint forge gamma garnet glacier grain harbor hazel helix hydra index inlet invoice iris jade jasper kernel lagoon lark ledger linen logs lunar maple media metric mint model nova oasis onyx orbit order otter payment pearl pilot pixel prism pulse quartz query queue raven reef report river rover saffron sage search shard sierra slate solar spruce staging stone stream summit tango terra thunder tide topaz track tundra umbra user valley vapor vault vector video violet vista wave web willow yarrow zephyr zinc")
	personNames = strings.Fields("alice bob carol dave erin frank grace heidi ivan judy kim leo mallory nina oscar peggy quinn rupert sybil trent ursula victor wendy xavier yvonne zoe")
)

func ipFrom(r *rng, octets []int) string {
	o := pick(r, octets)
	b := r.n(256)
	if o == 172 {
		b = 64 + r.n(192) // stay out of 172.16/12
	}
	return fmt.Sprintf("%d.%d.%d.%d", o, b, r.n(256), 1+r.n(254))
}

func newWorld(seed uint64, accounts, instances, listIPs, listDomains int) *world {
	r := newRNG(seed, streamWorld)
	w := &world{seed: seed}
	for i := range accounts {
		w.accounts = append(w.accounts, newAccount(r, i, instances))
	}
	for range 100000 {
		w.clients = append(w.clients, ipFrom(r, goodOctets))
	}
	for range 2000 {
		w.services = append(w.services, ipFrom(r, goodOctets))
	}
	w.fillLists(listIPs, listDomains)
	return w
}

func newAccount(r *rng, i, instances int) account {
	a := account{id: fmt.Sprintf("%012d", 111100000000+r.n(800000000)), region: regions[i%len(regions)]}
	for n := range a.nets {
		a.nets[n] = newNetwork(r, fmt.Sprintf("10.%d", 10+i*2+n), instances)
	}
	for k := range 20 {
		a.users = append(a.users, user{personNames[k%len(personNames)] + fmt.Sprint(k), "AIDA" + r.str(b32Digits, 17), "AKIA" + r.str(b32Digits, 16)})
	}
	for range 40 {
		a.roles = append(a.roles, user{pick(r, words) + "-" + pick(r, words) + "-role", "AROA" + r.str(b32Digits, 17), ""})
	}
	for range 30 {
		a.buckets = append(a.buckets, fmt.Sprintf("%s-%s-%s", pick(r, words), pick(r, words), a.id[4:8]))
	}
	for range 10 {
		a.keys = append(a.keys, r.uuid())
	}
	a.cluster = pick(r, words) + "-" + a.region
	for range 4 {
		a.office = append(a.office, ipFrom(r, goodOctets))
	}
	return a
}

func newNetwork(r *rng, prefix string, instances int) network {
	net := network{vpc: "vpc-0" + r.hex(16), flowLog: "fl-0" + r.hex(16), prefix: prefix}
	subnets := []string{"subnet-0" + r.hex(16), "subnet-0" + r.hex(16), "subnet-0" + r.hex(16)}
	ports := [4][]int{{443, 80}, {5432, 6379}, {8080, 22}, {9092, 3306}}
	for k := range instances {
		net.inst = append(net.inst, instance{id: "i-0" + r.hex(16), eni: "eni-0" + r.hex(16),
			ip:     fmt.Sprintf("%s.%d.%d", prefix, 1+k/200, 10+k%200),
			pub:    ipFrom(r, goodOctets),
			subnet: subnets[k%3], az: fmt.Sprintf("use1-az%d", 1+k%3),
			role: pick(r, words) + "-instance-role", key: "ASIA" + r.str(b32Digits, 16), open: ports[k%4]})
	}
	return net
}
