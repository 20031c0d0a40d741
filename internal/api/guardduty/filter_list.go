package guardduty

import (
	"context"
	"errors"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
	"picket/internal/store"
)

// usualPage is how many entries a page has unless the request says otherwise.
const usualPage = 50

// filterPlace is where a page of filters ended.
type filterPlace struct {
	Name string
	Rank int
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
		after, err := last.rank(tx, s)
		if err != nil {
			return err
		}
		fs, err := tx.RankedFilters(s, after, limit+1)
		if err != nil {
			return err
		}
		if len(fs) > limit {
			fs = fs[:limit]
			end := fs[limit-1]
			out.NextToken = writeToken("ListFilters", filterPlace{end.ID, end.Position})
		}
		for _, f := range fs {
			out.FilterNames = append(out.FilterNames, f.ID)
		}
		return nil
	})
	return out, err
}

// rank is where the place is by now: filters before it may have come or gone.
func (p filterPlace) rank(tx *store.Tx, s store.Scope) (int, error) {
	if p.Name == "" {
		return 0, nil
	}
	f, err := store.Filters.Get(tx, s, p.Name)
	if errors.Is(err, fault.NotFound) {
		return p.Rank - 1, nil // those behind it have moved up
	}
	return f.Position, err
}
