package trail

import (
	"picket/detect"
	"picket/event"
)

// roleHabits know the addresses that the account's roles call from, to tell a
// role that only ever calls through the account's shared ways out from one
// whose sessions bring addresses of their own.
type roleHabits struct {
	p         *CredentialParams
	roles     *detect.Table[uint64, roleHabit]
	addresses *detect.Table[event.IP, roleAddress]
}

// roleHabit is a role's calls from shared addresses since it last called from
// another.
type roleHabit struct {
	Since event.Time
	Calls int64 // up to RoleCalls
}

// roleAddress is an address and the roles it was used by.
type roleAddress struct {
	First  event.Time
	Roles  [2]uint64 // hashes of the first two
	Shared bool      // by three or more: a task that assumes a role makes two
}

const roleMax = 1 << 16

func newRoleHabits(s *detect.Setup) *roleHabits {
	return &roleHabits{
		p:         detect.Param[CredentialParams](s),
		roles:     detect.NewTable[uint64, roleHabit](s, "roles", custodyTTL, roleMax),
		addresses: detect.NewTable[event.IP, roleAddress](s, "addresses", custodyTTL, exitMax),
	}
}

// strange notes a call and reports whether it comes from an address new to
// the account although its role has long kept to shared ones.
func (r *roleHabits) strange(pass *detect.Pass, t *event.Trail) bool {
	role := event.Hash(0, t.User.IssuerID)
	a := r.addresses.At(pass, t.Caller)
	a.see(pass.Now, role)
	h := r.roles.At(pass, role)
	if a.Shared {
		h.Calls = min(h.Calls+1, int64(r.p.RoleCalls))
		if h.Since == 0 {
			h.Since = pass.Now
		}
		return false
	}
	steady := h.Calls >= int64(r.p.RoleCalls) && !within(pass.Now, h.Since, r.p.RoleSpan)
	*h = roleHabit{Since: pass.Now}
	return steady && a.First == pass.Now && t.Marks&event.MarkAWS == 0
}

func (a *roleAddress) see(now event.Time, role uint64) {
	switch {
	case a.First == 0:
		a.First, a.Roles[0] = now, role
	case a.Roles[0] == role || a.Roles[1] == role:
	case a.Roles[1] == 0:
		a.Roles[1] = role
	default:
		a.Shared = true
	}
}
