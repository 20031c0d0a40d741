package app

import (
	"context"

	"picket/internal/access"
	"picket/internal/api/guardduty"
	"picket/internal/organizations"
)

// organize finds out which accounts form an organization. One that was
// configured has its accounts enrolled before anything is served; AWS
// Organizations is asked meanwhile.
func (a *App) organize(ctx context.Context) error {
	switch {
	case a.config.Organization != nil:
		a.org = a.config.Organization
		return a.enrol(ctx, a.config.Organization)
	case a.config.AskAWS:
		source := organizations.New(organizations.Config{Changed: a.enrol, Log: a.config.Log})
		source.Start()
		a.onStop("AWS Organizations", func(context.Context) error { source.Stop(); return nil })
		a.org = source
	}
	return nil
}

// enrol makes members of the accounts that have joined an organization since it
// was last looked at, as the administrators' settings say.
func (a *App) enrol(ctx context.Context, org *access.Organization) error {
	return guardduty.New(guardduty.Config{DB: a.db, Organization: org}).Enrol(ctx)
}
