package store

// Associated says whether the member is under its administrator, be it that
// monitoring is stopped.
func (m *Member) Associated() bool { return m.Status == MemberEnabled || m.Status == MemberDisabled }

// MembershipOf reads an account's place under its administrator, the owner of
// what it returns: nil for an account that stands alone and for an administrator.
func (t *Tx) MembershipOf(s Scope) (*Member, error) {
	ms, err := Members.ListID(t, s.Region, s.Account)
	if err != nil {
		return nil, err
	}
	for i := range ms {
		if ms[i].Associated() {
			return &ms[i], nil
		}
	}
	return nil, nil
}
