package samples

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"sync"

	"picket/finding"
)

//go:embed parts/*.json
var files embed.FS

// parts are the files, an object each, without white space, by name.
var parts = sync.OnceValue(func() map[string]string {
	entries, err := files.ReadDir("parts")
	if err != nil {
		panic(err) // the files are part of the program
	}
	out := map[string]string{}
	for _, e := range entries {
		raw, err := files.ReadFile(path.Join("parts", e.Name()))
		if err != nil {
			panic(err)
		}
		var b bytes.Buffer
		if err := json.Compact(&b, raw); err != nil {
			panic(fmt.Sprintf("part %s: %v", e.Name(), err))
		}
		out[strings.TrimSuffix(e.Name(), ".json")] = b.String()
	}
	return out
})

// whole is a part with its braces.
func whole(name string) string {
	p, ok := parts()[name]
	if !ok {
		panic("no part " + name)
	}
	return p
}

// part is the members of a part.
func part(name string) members {
	return members(strings.Trim(whole(name), "\n")[1 : len(whole(name))-1])
}

func all(names ...string) []members {
	out := make([]members, len(names))
	for i, n := range names {
		out[i] = part(n)
	}
	return out
}

// with is m with texts in the place of others: pairs of old and new.
func (m members) with(oldnew ...string) members {
	return members(strings.NewReplacer(oldnew...).Replace(string(m)))
}

// An older instance is that of samples which were made before the others: it
// spells its tags and the image's description in another way.
type older struct{ size, launched string } // "" is as in the others

var (
	olderInstance  = older{}
	olderInstances = map[string]older{
		"Trojan:EC2/DGADomainRequest.B":            {"m3.xlarge", "2016-03-11T21:23:34.000Z"},
		"Trojan:EC2/DNSDataExfiltration":           {"t2.small", "2017-01-25T13:25:34.000Z"},
		"UnauthorizedAccess:EC2/MetadataDNSRebind": {"c3.large", "2017-12-19T01:37:35.000Z"},
	}
)

func (o older) instance() members {
	const size, launched = "m3.xlarge", "2016-08-02T02:05:06.000Z"
	return part("instance").with(size, cmp.Or(o.size, size), launched, cmp.Or(o.launched, launched),
		"GeneratedFindingInstanceTag", "GeneratedFindingInstaceTag", "GeneratedFindingInstanceValue", "GeneratedFindingInstaceValue",
		"GeneratedFindingInstanceImageDescription", "GeneratedFindingInstaceImageDescription")
}

// A connection is what tells one sample of network traffic from another.
type connection struct {
	direction string
	protocol  string
	local     int
	remote    int
}

// A viewer is whose traffic a sample tells of: the less it is a machine of its
// own, the less is known of the local side.
type viewer int

const (
	ofInstance viewer = iota
	ofProcess
	ofFunction
)

// action is service.action for the connection.
func (c connection) action(of viewer) members {
	var p struct {
		Action finding.Action `json:"action"`
	}
	if err := json.Unmarshal([]byte(whole("action-network")), &p); err != nil {
		panic(fmt.Sprintf("part action-network: %v", err))
	}
	n := p.Action.NetworkConnectionAction
	n.ConnectionDirection, n.Protocol = c.direction, c.protocol
	n.LocalPortDetails, n.RemotePortDetails = finding.PortDetails(c.local), finding.PortDetails(c.remote)
	if of != ofInstance {
		n.LocalNetworkInterface = ""
	}
	if of == ofFunction {
		n.LocalIPDetails, n.LocalPortDetails = nil, nil
	}
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // it was JSON before
	}
	return members(b[1 : len(b)-1])
}
