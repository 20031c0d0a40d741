package store

import "picket/internal/fault"

// MembershipOf reads an account's place under its administrator, the owner of
// what it returns: fault.NotFound when the account is nobody's member.
func (t *Tx) MembershipOf(s Scope) (Member, error) {
	ms, err := Members.ListID(t, s.Region, s.Account)
	if err != nil {
		return Member{}, err
	}
	for i := range ms {
		if ms[i].Status == MemberEnabled || ms[i].Status == MemberDisabled {
			return ms[i], nil
		}
	}
	return Member{}, fault.New(fault.NotFound, "The account has no administrator.")
}
