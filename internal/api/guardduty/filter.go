package guardduty

import (
	"context"
	"errors"

	"picket/finding"
	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/store"
)

// maxFilters is how many filters a detector can have.
const maxFilters = 100

func (a *API) filterRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.CreateFilter, a.createFilter),
		awsrpc.Bind(wire.GetFilter, a.getFilter),
		awsrpc.Bind(wire.ListFilters, a.listFilters),
		awsrpc.Bind(wire.UpdateFilter, a.updateFilter),
		awsrpc.Bind(wire.DeleteFilter, a.deleteFilter),
	}
}

// changeFilters runs f in a transaction that may change filters of the detector.
func (a *API) changeFilters(ctx context.Context, detector string, f func(tx *store.Tx, s store.Scope, d *store.Detector) error) error {
	return a.db.Write(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		d, err := ownDetector(tx, s, detector)
		if err != nil {
			return err
		}
		if err := refuseMember(tx, s); err != nil {
			return err
		}
		return f(tx, s, &d)
	})
}

func (a *API) createFilter(ctx context.Context, in *wire.CreateFilterInput) (*wire.CreateFilterOutput, error) {
	err := a.changeFilters(ctx, *in.DetectorId, func(tx *store.Tx, s store.Scope, d *store.Detector) error {
		op, token := "CreateFilter/"+*in.Name, ""
		if in.ClientToken != nil {
			token = *in.ClientToken
		}
		if done, err := replays(tx, s, op, token, *in.Name); done || err != nil {
			return err
		}
		if err := insertFilter(tx, s, in); err != nil {
			return err
		}
		if err := setTags(tx, filterARN(d, *in.Name), in.Tags); err != nil || token == "" {
			return err
		}
		return tx.PutToken(s, op, token, *in.Name)
	})
	return &wire.CreateFilterOutput{Name: in.Name}, err
}

// replays reports whether the filter is there and the same token made it.
func replays(tx *store.Tx, s store.Scope, op, token, name string) (bool, error) {
	if token == "" {
		return false, nil
	}
	if made, err := tx.Token(s, op, token); err != nil || made == "" {
		return false, err
	}
	_, err := store.Filters.Get(tx, s, name)
	if errors.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

func insertFilter(tx *store.Tx, s store.Scope, in *wire.CreateFilterInput) error {
	f := store.Filter{
		Meta:        store.Meta{Scope: s, ID: *in.Name, Position: 1},
		Description: in.Description,
		Action:      string(wire.FilterActionNoop),
		Criteria:    criteriaOf(in.FindingCriteria),
	}
	if in.Action != nil {
		f.Action = string(*in.Action)
	}
	if in.Rank != nil {
		f.Position = int(*in.Rank)
	}
	if err := validFilter(f.Criteria); err != nil {
		return err
	}
	err := tx.InsertFilter(&f)
	if errors.Is(err, fault.Conflict) {
		return fault.Wrap(fault.Conflict, err, "The request is rejected because a filter with the given name already exists.")
	}
	if err != nil {
		return err
	}
	if n, err := store.Filters.Count(tx, s); err != nil || n <= maxFilters {
		return err
	}
	return fault.New(fault.Invalid, "The request is rejected because filter limit has exceeded.")
}

func validFilter(c finding.Criteria) error {
	if err := c.ValidateFilter(); err != nil {
		return fault.Wrap(fault.Invalid, err, err.Error())
	}
	return nil
}

func filterARN(d *store.Detector, name string) string {
	return store.DetectorARN(d) + "/filter/" + name
}

// findFilter refuses the tags of a filter that does not exist.
func findFilter(tx *store.Tx, s store.Scope, name string) error {
	_, err := filterOf(tx, s, name, errNoResource)
	return err
}

// What is said of a filter that does not exist, depending on the operation.
var (
	errNoResource = fault.New(fault.NotFound, "The request is rejected since no such resource found.")
	errFilterName = fault.New(fault.NotFound, "The request is rejected because the given filter name is invalid.")
)

func filterOf(tx *store.Tx, s store.Scope, name string, refusal error) (store.Filter, error) {
	f, err := store.Filters.Get(tx, s, name)
	if errors.Is(err, fault.NotFound) {
		return f, refusal
	}
	return f, err
}

func (a *API) getFilter(ctx context.Context, in *wire.GetFilterInput) (out *wire.GetFilterOutput, err error) {
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		d, err := ownDetector(tx, s, *in.DetectorId)
		if err != nil {
			return err
		}
		f, err := filterOf(tx, s, *in.FilterName, errNoResource)
		if err != nil {
			return err
		}
		tags, err := tx.Tags(filterARN(&d, f.ID))
		if err != nil {
			return err
		}
		out = &wire.GetFilterOutput{
			Name:            &f.ID,
			Description:     f.Description,
			Action:          new(wire.FilterAction(f.Action)),
			Rank:            new(int32(f.Position)),
			FindingCriteria: echo(f.Criteria),
			Tags:            tags,
			CreatedAt:       &f.CreatedAt,
			UpdatedAt:       &f.UpdatedAt,
			Version:         new(int64(f.Version)),
		}
		return nil
	})
	return out, err
}

// echo tells criteria as the service does: each operator under both its names.
func echo(c finding.Criteria) *wire.FindingCriteria {
	out := make(map[string]wire.Condition, len(c))
	for path, v := range c.Echo() {
		out[path] = wire.Condition{
			Eq: v.Eq, Equals: v.Equals, Neq: v.Neq, NotEquals: v.NotEquals,
			Gt: v.Gt, GreaterThan: v.GreaterThan, Gte: v.Gte, GreaterThanOrEqual: v.GreaterThanOrEqual,
			Lt: v.Lt, LessThan: v.LessThan, Lte: v.Lte, LessThanOrEqual: v.LessThanOrEqual,
			Matches: v.Matches, NotMatches: v.NotMatches,
		}
	}
	return &wire.FindingCriteria{Criterion: out}
}

func (a *API) updateFilter(ctx context.Context, in *wire.UpdateFilterInput) (*wire.UpdateFilterOutput, error) {
	err := a.changeFilters(ctx, *in.DetectorId, func(tx *store.Tx, s store.Scope, _ *store.Detector) error {
		f, err := filterOf(tx, s, *in.FilterName, errFilterName)
		if err != nil {
			return err
		}
		rank := f.Position
		if in.Rank != nil {
			rank = int(*in.Rank)
		}
		if in.Action != nil {
			f.Action = string(*in.Action)
		}
		if in.Description != nil {
			f.Description = in.Description
		}
		if in.FindingCriteria != nil {
			f.Criteria = criteriaOf(in.FindingCriteria)
			if err := validFilter(f.Criteria); err != nil {
				return err
			}
		}
		err = tx.UpdateFilter(&f, rank)
		if errors.Is(err, fault.Invalid) {
			return fault.Wrap(fault.Invalid, err, "The request is rejected because the parameter rank is out-of-bounds.")
		}
		return err
	})
	return &wire.UpdateFilterOutput{Name: in.FilterName}, err
}

func (a *API) deleteFilter(ctx context.Context, in *wire.DeleteFilterInput) (*wire.DeleteFilterOutput, error) {
	err := a.changeFilters(ctx, *in.DetectorId, func(tx *store.Tx, s store.Scope, d *store.Detector) error {
		if _, err := filterOf(tx, s, *in.FilterName, errFilterName); err != nil {
			return err
		}
		if err := tx.DeleteFilter(s, *in.FilterName); err != nil {
			return err
		}
		return tx.DeleteTagsUnder(filterARN(d, *in.FilterName))
	})
	return &wire.DeleteFilterOutput{}, err
}
