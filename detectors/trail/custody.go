package trail

import (
	"strings"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
)

// CredentialParams tunes InstanceCredentials and ResourceCredentials.
type CredentialParams struct {
	Learn         time.Duration `doc:"How long after its first call every address of a holder is taken for its own." source:"ours: an elastic address is attached within minutes of the launch"`
	MinCalls      int           `doc:"How many calls from its own addresses a holder must have made before another address counts against it." source:"ours"`
	MaxHomes      int           `doc:"A holder with more own addresses than this leaves through a pool, and a new one says nothing." source:"ours; a NAT gateway has up to 8 addresses, functions outside a VPC have AWS's"`
	KeyLife       time.Duration `doc:"After this long without a call from the old address, a new one has replaced it." source:"IAM user guide: credentials of an instance role are valid for 6 hours at most"`
	LearnedDays   int           `doc:"On how many days a foreign address must be seen to be learned." source:"user guide: continued use is learned; the number is ours"`
	LearnedSpan   time.Duration `doc:"Over how long a foreign address must be seen to be learned." source:"ours"`
	Suspicion     int           `doc:"How much the signs of a person must weigh (a console sign-in 4, a strong one 2, a weak one 1) to override what is learned." source:"ours: two strong signs"`
	ConsoleWindow time.Duration `doc:"How long somebody in the console marks an address as a person's." source:"AWS sign-in guide: a console session lasts 12 hours"`
	ToolWindow    time.Duration `doc:"How long a person's program, or getting into an instance, marks an address." source:"ours"`
	AWSHolders    int           `doc:"How many holders must live on AWS's addresses, and none elsewhere, before a first call from elsewhere is foreign." source:"ours"`
	RoleCalls     int           `doc:"Functions and tasks: how many calls from shared addresses make a role one that keeps to them." source:"ours"`
	RoleSpan      time.Duration `doc:"Functions and tasks: over how long the role must have kept to shared addresses." source:"ours"`
	Strict        bool          `doc:"Report addresses of AWS that are not the holder's as InsideAWS even when the account behind is unknown." source:"ours: an address alone does not tell the account, and moves between NAT gateways are common"`
	OwnAccounts   []string      `doc:"Accounts whose VPC endpoints the credentials may use, such as the owner of a shared VPC." source:"ours"`
	Affiliated    []string      `doc:"Accounts under the same administrator, for which InsideAWS is medium." source:"user guide: severity is medium when the account is affiliated"`
	AgentCalls    []string      `doc:"Calls that only the SSM agent on the instance makes: they teach its address and never raise a finding." source:"Systems Manager guide, agent permissions"`
	ReachCalls    []string      `doc:"Calls by which somebody gets into an instance." source:"Stratus Red Team and others: the usual ways to an instance's credentials"`
}

func credentialParams() *CredentialParams {
	return &CredentialParams{
		Learn: time.Hour, MinCalls: 3, MaxHomes: 8, KeyLife: 6 * time.Hour, LearnedDays: 3, LearnedSpan: 7 * 24 * time.Hour,
		Suspicion: 4, ConsoleWindow: 12 * time.Hour, ToolWindow: time.Hour, AWSHolders: 10, RoleCalls: 20, RoleSpan: 3 * time.Hour,
		AgentCalls: []string{"UpdateInstanceInformation", "ListInstanceAssociations", "UpdateInstanceAssociationStatus", "PutInventory",
			"PutComplianceItems", "PutConfigurePackageResult", "GetDeployablePatchSnapshotForInstance"},
		ReachCalls: []string{"SendCommand", "StartSession", "SendSSHPublicKey", "SendSerialConsoleSSHPublicKey", "GetPasswordData"},
	}
}

// custody decides whether credentials that AWS issued to a holder (an
// instance, a task, a function) are used by somebody else. It is the state of
// one detector.
type custody struct {
	p      *CredentialParams
	agent  map[string]bool
	reach  map[string]bool
	agents distributionMemo

	holders   *detect.Table[holderKey, holder]
	exits     *detect.Table[exitKey, exit]
	endpoints *detect.Table[endpointKey, exit]
	ways      *detect.Table[event.IP, way]
	totals    *detect.Table[uint8, total]
	witnesses *detect.Table[event.IP, witness]
}

// holderKey tells holders apart; IPv4 and IPv6 are learned separately, for a
// machine may use both.
type holderKey struct {
	ID     uint64
	Family uint64
}

// holder is one holder's habits.
type holder struct {
	First, Home event.Time // first call; last call from an own address
	Keys        [2]uint64  // hashes of the latest two access keys seen at own addresses
	Calls       uint32     // from own addresses, up to MinCalls
	Homes       uint16     // own addresses
	AWS         bool       // all own addresses are AWS's
}

type exitKey struct {
	ID uint64
	IP event.IP
}

type endpointKey struct {
	ID, Account uint64
}

// exit is one holder at one address, or at another account's endpoints.
type exit struct {
	First event.Time
	Days  uint16 // on which it was seen
	Day   uint16 // the latest, in days since 1970
	State exitState
	Asked bool // its first call was GetCallerIdentity: whose are these?
}

type exitState uint8

const (
	exitNew       exitState = iota
	exitOwn                 // the holder's own, or learned
	exitCandidate           // the holder moved here, or somebody else is here
	exitForeign
)

// way is an address as the account's holders use it.
type way struct {
	Owner   uint64 // the first holder it belongs to
	Shared  bool   // it belongs to several: a NAT gateway or proxy
	Foreign bool   // foreign to some holder
}

// total counts holders by where their first address is.
type total struct{ AWS, Other uint32 }

// Bounds: an address that a holder did not use for a month is forgotten.
const (
	custodyTTL = 30 * 24 * time.Hour
	holderMax  = 1 << 16
	exitMax    = 1 << 17
)

func newCustody(s *detect.Setup) *custody {
	p := detect.Param[CredentialParams](s)
	return &custody{
		p: p, agent: set(p.AgentCalls), reach: set(p.ReachCalls),
		holders:   detect.NewTable[holderKey, holder](s, "holders", custodyTTL, holderMax),
		exits:     detect.NewTable[exitKey, exit](s, "exits", custodyTTL, exitMax),
		endpoints: detect.NewTable[endpointKey, exit](s, "endpoints", custodyTTL, holderMax),
		ways:      detect.NewTable[event.IP, way](s, "ways", custodyTTL, exitMax),
		totals:    detect.NewTable[uint8, total](s, "totals", custodyTTL, holderMax),
		witnesses: detect.NewTable[event.IP, witness](s, "witnesses", witnessTTL, witnessMax),
	}
}

// foreign reports whether the call with holder id's credentials comes from
// somewhere else than the holder.
func (c *custody) foreign(pass *detect.Pass, t *event.Trail, id uint64, signs int) bool {
	h := c.holders.At(pass, holderKey{id, family(t.Caller)})
	x := c.exits.At(pass, exitKey{id, t.Caller})
	if h.First == 0 {
		h.First = pass.Now
	}
	if x.First == 0 {
		x.First, x.Asked = pass.Now, t.Name == "GetCallerIdentity"
	}
	was := x.State
	x.State = c.place(pass, t, id, signs, h, x)
	today := x.see(pass.Now)
	if x.State == exitForeign && x.learned(pass.Now, c.p) {
		x.State = exitOwn
	}
	switch {
	case x.State == exitOwn && t.Traits&event.PublicCaller != 0:
		c.home(pass, t, id, h, was != exitOwn)
		if today {
			c.keep(pass, t.Caller)
		}
	case x.State == exitForeign && was != exitForeign:
		c.disown(pass, t.Caller, id)
	}
	return x.State == exitForeign
}

// keep marks what is known of an address in use as seen, once a day for each
// holder, so that it is not forgotten while its holders live on.
func (c *custody) keep(pass *detect.Pass, ip event.IP) {
	c.ways.At(pass, ip)
	c.totals.At(pass, 0)
}

// disown marks an address as foreign to holder id.
func (c *custody) disown(pass *detect.Pass, ip event.IP, id uint64) {
	w := c.ways.At(pass, ip)
	w.Foreign = true
	if w.Owner == id {
		w.Owner = 0
	}
}

func family(ip event.IP) uint64 {
	if ip.Is4() {
		return 4
	}
	return 6
}

// place decides what an address is to a holder. A private address that came
// through no endpoint, as in records whose addresses were replaced before they
// were passed on, tells nothing but who else is seen there: signs decide, at
// the first call.
func (c *custody) place(pass *detect.Pass, t *event.Trail, id uint64, signs int, h *holder, x *exit) exitState {
	public := t.Traits&event.PublicCaller != 0
	settled := x.State == exitForeign || x.State == exitOwn && !(public && within(pass.Now, x.First, c.p.Learn))
	switch {
	case settled:
		return x.State
	case c.isAgent(t):
		return exitOwn
	case signs+c.suspicion(pass, t, h, x) >= c.p.Suspicion && !c.shared(pass, t.Caller):
		return exitForeign
	case !public:
		return exitOwn
	case x.State == exitCandidate:
		return c.watch(pass, h, x)
	case x.State == exitNew:
		return c.meet(pass, t, id, h)
	}
	return x.State
}

func (c *custody) isAgent(t *event.Trail) bool {
	switch t.Source {
	case "ssmmessages.amazonaws.com", "ec2messages.amazonaws.com":
		return true
	case "ssm.amazonaws.com":
		return c.agent[t.Name]
	}
	return false
}

// shared reports whether several holders live at an address: the account's
// own way out, whoever else is seen there.
func (c *custody) shared(pass *detect.Pass, ip event.IP) bool {
	w := c.ways.Get(pass, ip)
	return w != nil && w.Shared
}

// meet decides about an address that is new to a holder.
func (c *custody) meet(pass *detect.Pass, t *event.Trail, id uint64, h *holder) exitState {
	if w := c.ways.Get(pass, t.Caller); w != nil {
		switch {
		case w.Owner != 0 && w.Owner != id:
			return exitOwn
		case w.Foreign:
			return exitForeign
		}
	}
	known := int(h.Calls) >= c.p.MinCalls
	switch {
	case t.Marks&event.MarkAWS == 0 && c.livesInAWS(pass, h, known):
		return exitForeign
	case h.Calls == 0, within(pass.Now, h.First, c.p.Learn), int(h.Homes) > c.p.MaxHomes:
		return exitOwn
	case known && h.holds(event.Hash(0, t.User.AccessKey)):
		return exitForeign
	}
	return exitCandidate
}

// livesInAWS reports whether the holder, or for a holder never seen all the
// account's, are only ever seen at AWS's addresses, which takes a list of them.
func (c *custody) livesInAWS(pass *detect.Pass, h *holder, known bool) bool {
	if h.Calls > 0 {
		return known && h.AWS
	}
	n := c.totals.Get(pass, 0)
	return n != nil && int(n.AWS) >= c.p.AWSHolders && n.Other == 0
}

// watch decides about an address the holder may have moved to: when the old
// one is heard of again, two are using the credentials; when it stays silent
// past the life of the credentials, the holder has moved.
func (c *custody) watch(pass *detect.Pass, h *holder, x *exit) exitState {
	switch {
	case h.Home > x.First:
		return exitForeign
	case !within(pass.Now, x.First, c.p.KeyLife):
		return exitOwn
	}
	return exitCandidate
}

// home notes a call from an own address.
func (c *custody) home(pass *detect.Pass, t *event.Trail, id uint64, h *holder, first bool) {
	h.Home = max(h.Home, pass.Now)
	h.hold(event.Hash(0, t.User.AccessKey))
	inAWS := t.Marks&event.MarkAWS != 0
	if first {
		c.settle(pass, t.Caller, id, h, inAWS)
	}
	h.AWS = inAWS && (h.AWS || h.Calls == 0)
	h.Calls = min(h.Calls+1, uint32(max(c.p.MinCalls, 1)))
}

// settle makes an address a holder's own.
func (c *custody) settle(pass *detect.Pass, ip event.IP, id uint64, h *holder, inAWS bool) {
	h.Homes = min(h.Homes+1, 1<<15)
	w := c.ways.At(pass, ip)
	if w.Owner == 0 {
		w.Owner = id
	}
	w.Shared = w.Shared || w.Owner != id
	if h.Homes > 1 {
		return
	}
	n := c.totals.At(pass, 0)
	if inAWS {
		n.AWS++
	} else {
		n.Other++
	}
}

func (h *holder) holds(key uint64) bool { return h.Keys[0] == key || h.Keys[1] == key }

func (h *holder) hold(key uint64) {
	if !h.holds(key) {
		h.Keys[1], h.Keys[0] = h.Keys[0], key
	}
}

// see notes a call and reports whether it is the first of its day.
func (x *exit) see(now event.Time) bool {
	day := uint16(now / event.Day)
	if day == x.Day {
		return false
	}
	x.Day = day
	x.Days++
	return true
}

// learned reports whether a foreign address has been in use for so long that
// it belongs to the holder's life.
func (x *exit) learned(now event.Time, p *CredentialParams) bool {
	return int(x.Days) >= p.LearnedDays && now-x.First >= event.Time(p.LearnedSpan.Milliseconds())
}

// elsewhere reports whether the call came through a VPC endpoint of an account
// that is neither the event's nor the caller's nor a known one.
func (c *custody) elsewhere(pass *detect.Pass, t *event.Trail, id uint64) bool {
	owner := t.EndpointAccount
	if owner == "" || owner == t.Account || owner == t.User.Account || has(c.p.OwnAccounts, owner) {
		return false
	}
	x := c.endpoints.At(pass, endpointKey{id, event.Hash(0, owner)})
	if x.First == 0 {
		x.First = pass.Now
	}
	x.see(pass.Now)
	return !x.learned(pass.Now, c.p)
}

func has(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// judge raises outside or inside about a call with the credentials of the
// named holder, if one of them fits; inside may be nil. signs is the weight of
// what else speaks against the address.
func (c *custody) judge(pass *detect.Pass, t *event.Trail, name string, signs int, outside, inside *finding.Type) {
	id := event.Hash(0, name)
	switch {
	case inside != nil && c.elsewhere(pass, t, id):
		c.reportInside(pass, t, t.EndpointAccount, name, inside)
	case t.Endpoint != "" || t.Caller.IsZero() || t.Marks&(event.MarkOwned|event.MarkTrusted) != 0:
	case !c.foreign(pass, t, id, signs) || c.isAgent(t):
	case t.Marks&event.MarkAWS == 0:
		e := custodyEvidence(t, name)
		e.Key = detect.Key(name)
		pass.Report(outside, e)
	case inside != nil && c.p.Strict:
		c.reportInside(pass, t, "unknown", name, inside)
	}
}

func custodyEvidence(t *event.Trail, name string) detect.Evidence {
	info := finding.Info{{Key: "recentCredentials", Value: []finding.Info{{
		{Key: "accessKeyId", Value: strings.Clone(t.User.AccessKey)},
		{Key: "ipAddressV4", Value: t.Caller.String()},
		{Key: "principalId", Value: strings.Clone(t.User.PrincipalID)},
	}}}}
	if t.Traits&event.InstanceRole == 0 {
		info = info.Set("resource", strings.Clone(name))
	}
	return detect.Evidence{Resource: issuedTo(t), Info: info}
}

func (c *custody) reportInside(pass *detect.Pass, t *event.Trail, account, name string, typ *finding.Type) {
	e := custodyEvidence(t, name)
	account = strings.Clone(account)
	affiliated := has(c.p.Affiliated, account)
	if affiliated {
		e.Severity = 5
	}
	e.Key = detect.Key(name, account)
	e.Action = func(a *finding.Action) {
		if call := a.AwsAPICallAction; call != nil {
			call.RemoteAccountDetails = &finding.RemoteAccountDetails{AccountID: account, Affiliated: affiliated}
		}
	}
	pass.Report(typ, e)
}
