package dns

import (
	"slices"
	"strings"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// ReputationParams tune Reputation.
type ReputationParams struct {
	Coins     []string `doc:"words for coins and their algorithms; one of them together with one of Uses makes a mining name" source:"names of pools of the coins that are mined on servers"`
	Uses      []string `doc:"words for mining together" source:"naming of mining pools; stratum is their protocol"`
	Innocent  []string `doc:"words that make the others mean something else" source:"NTP has pools and strata too"`
	Addresses bool     `doc:"whether an answer on a list of command-and-control addresses makes a name malicious" source:"GuardDuty user guide: names tied to known malicious infrastructure"`
}

func reputationType(name string, severity float64, title, text, remedy string) *finding.Type {
	return declare(finding.Type{Name: name, Severity: severity, Role: finding.RoleActor, Title: title, Text: text, Remedy: remedy})
}

const lookInto = "Find the process on {instanceId} that asks for the name. If nobody can explain it, treat the instance as compromised."

var (
	abusedType = reputationType("Impact:EC2/AbusedDomainRequest.Reputation", 5,
		"Instance {instanceId} looked up a low-reputation domain of an often abused kind.",
		"{instanceId} asked for {domain}, a name of the kind anybody gets for free, such as dynamic DNS.", lookInto)
	repMiningType = reputationType("Impact:EC2/BitcoinDomainRequest.Reputation", 8,
		"Instance {instanceId} looked up a low-reputation domain related to cryptocurrency.",
		"{instanceId} asked for {domain}, which appears to serve cryptocurrency mining.", lookInto)
	repMaliciousType = reputationType("Impact:EC2/MaliciousDomainRequest.Reputation", 8,
		"Instance {instanceId} looked up a low-reputation domain tied to malicious infrastructure.",
		"{instanceId} asked for {domain}, which shares infrastructure with known malicious hosts.", lookInto)
	suspiciousType = reputationType("Impact:EC2/SuspiciousDomainRequest.Reputation", 2,
		"Instance {instanceId} looked up a suspicious low-reputation domain.",
		"{instanceId} asked for {domain}, which resembles names of known malicious hosts.", lookInto)
)

// Reputation reports queries for names that no list calls malicious, but that
// are of a kind most honest instances have no use for.
var Reputation = &detect.Detector{
	Name: "dns-domain-reputation",
	Doc: `A query for a name on a reputation list, or one of two kinds that can be told without: the answer holds an address
listed for command and control, or the name joins a word for a coin with a word for mining it. The first that holds is told, in the
order malicious, mining, abused, suspicious; a name that lists of ListedDomain have, or that is widely used, is not.
additionalInfo.context says what spoke against the name.

Misses nearly all that a score over the traffic of the whole Internet would see: new names, rare names, parked names.
Known false positives: home and office devices reached by dynamic DNS, and sites that write about mining. Domains on a
trusted entity list are never reported.`,
	Findings: []*finding.Type{abusedType, repMiningType, repMaliciousType, suspiciousType},
	Params: &ReputationParams{
		Coins:     []string{"xmr", "monero", "randomx", "cryptonight", "btc", "bitcoin", "ethash", "etchash", "kawpow", "autolykos", "zcash", "ravencoin"},
		Uses:      []string{"pool", "pools", "stratum", "miner", "miners", "mining", "mine"},
		Innocent:  []string{"ntp"},
		Addresses: true,
	},
	New: func(s *detect.Setup) detect.Handlers {
		d := &reputation{par: detect.Param[ReputationParams](s)}
		return detect.Handlers{
			When: []detect.When{
				{All: event.Listed, Marks: reputationMarks | event.MarkC2},
				{All: event.Lookup, None: event.Internal | event.PrivateOnly},
			},
			DNS: d.dns,
		}
	},
}

const reputationMarks = event.MarkAbused | event.MarkRepMining | event.MarkRepMalicious | event.MarkRepSuspicious

type reputation struct{ par *ReputationParams }

func (r *reputation) dns(p *detect.Pass, d *event.DNS) {
	t, why := r.judge(d)
	if t == nil || elsewhere(d) {
		return
	}
	p.Report(t, detect.Evidence{Key: keyOf(d, d.Domain()), Info: finding.Info{
		{Key: "domain", Value: strings.Clone(d.Name)}, {Key: "context", Value: why},
	}})
}

func (r *reputation) judge(d *event.DNS) (t *finding.Type, why string) {
	if d.Marks&(event.MarkPopular|hardMarks) != 0 || d.AnswerMarks&event.MarkBlackhole != 0 {
		return nil, ""
	}
	switch {
	case d.Marks&event.MarkRepMalicious != 0:
		return repMaliciousType, "on a list of names tied to malicious infrastructure"
	case r.par.Addresses && d.AnswerMarks&event.MarkC2 != 0:
		return repMaliciousType, "answer on a list of command-and-control addresses"
	case d.Marks&event.MarkRepMining != 0:
		return repMiningType, "on a list of names related to cryptocurrency"
	case d.Traits&event.Internal == 0 && r.mines(d.Name):
		return repMiningType, "name made of words for cryptocurrency mining"
	case d.Marks&event.MarkAbused != 0:
		return abusedType, "under a zone whose names are free to anybody"
	case d.Marks&event.MarkRepSuspicious != 0:
		return suspiciousType, "on a list of suspicious names"
	}
	return nil, ""
}

// mines reports whether a name speaks of mining a coin: it has words for both,
// apart ("xmr-eu.pool.example") or run together ("xmrpool.example").
func (r *reputation) mines(name string) bool {
	if !mayMine(name) {
		return false
	}
	var coin, use, protocol bool
	for name != "" {
		var word string
		word, name = nextWord(name)
		switch {
		case slices.Contains(r.par.Innocent, word):
			return false
		case word == "stratum":
			protocol = true
		case slices.Contains(r.par.Coins, word):
			coin = true
		case slices.Contains(r.par.Uses, word) || strings.HasSuffix(word, "pool"):
			use = true
		}
		if r.joined(word) {
			coin, use = true, true
		}
	}
	return coin && (use || protocol) || use && protocol
}

// mayMine is false for nearly all names: one of these parts is in all of Uses.
func mayMine(name string) bool {
	for i := range len(name) {
		switch name[i] {
		case 'm':
			if strings.HasPrefix(name[i:], "min") {
				return true
			}
		case 'p':
			if strings.HasPrefix(name[i:], "pool") {
				return true
			}
		case 's':
			if strings.HasPrefix(name[i:], "stratum") {
				return true
			}
		}
	}
	return false
}

// joined reports whether word is one of Coins and one of Uses run together.
func (r *reputation) joined(word string) bool {
	for _, c := range r.par.Coins {
		if rest, ok := strings.CutPrefix(word, c); ok && slices.Contains(r.par.Uses, rest) {
			return true
		}
		if rest, ok := strings.CutSuffix(word, c); ok && slices.Contains(r.par.Uses, rest) {
			return true
		}
	}
	return false
}

// nextWord cuts the first run of letters off name.
func nextWord(name string) (word, rest string) {
	i := 0
	for i < len(name) && !letter(name[i]) {
		i++
	}
	j := i
	for j < len(name) && letter(name[j]) {
		j++
	}
	return name[i:j], name[j:]
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' }
