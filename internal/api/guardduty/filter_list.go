package guardduty

import (
	"context"
	"errors"
	"slices"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
	"picket/internal/store"
)

// usualPage is how many entries a page has unless the request says otherwise.
const usualPage = 50

// filterPlace is the page of filters that ended: its names and the rank of the
// first. With all names, those that follow are found whichever of it are deleted.
type filterPlace struct {
	Names []string
	Rank  int
}

func (a *API) listFilters(ctx context.Context, in *wire.ListFiltersInput) (*wire.ListFiltersOutput, error) {
	var last filterPlace
	out := &wire.ListFiltersOutput{}
	limit := pageSize(in.MaxResults)
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if _, err := ownDetector(tx, s, *in.DetectorId); err != nil {
			return err
		}
		if err := readToken("ListFilters", in.NextToken, &last); err != nil {
			return err
		}
		if len(last.Names) > usualPage {
			return store.ErrToken // no page is that long
		}
		after, err := last.rank(tx, s)
		if err != nil {
			return err
		}
		fs, err := tx.RankedFilters(s, after, limit+1)
		if err != nil {
			return err
		}
		more := len(fs) > limit
		if more {
			fs = fs[:limit]
		}
		for _, f := range fs {
			out.FilterNames = append(out.FilterNames, f.ID)
		}
		if more {
			out.NextToken = writeToken("ListFilters", filterPlace{out.FilterNames, fs[0].Position})
		}
		return nil
	})
	return out, err
}

// rank is where the page ends by now: filters before it may have come or gone.
func (p filterPlace) rank(tx *store.Tx, s store.Scope) (int, error) {
	for _, name := range slices.Backward(p.Names) {
		f, err := store.Filters.Get(tx, s, name)
		if !errors.Is(err, fault.NotFound) {
			return f.Position, err
		}
	}
	return max(p.Rank-1, 0), nil // all are gone, and those behind them have moved up
}
