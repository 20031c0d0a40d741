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

func (a *API) findingRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.ListFindings, a.listFindings),
		awsrpc.Bind(wire.GetFindings, a.getFindings),
		awsrpc.Bind(wire.GetFindingsStatistics, a.findingsStatistics),
		awsrpc.Bind(wire.ArchiveFindings, a.archiveFindings),
		awsrpc.Bind(wire.UnarchiveFindings, a.unarchiveFindings),
		awsrpc.Bind(wire.UpdateFindingsFeedback, a.updateFeedback),
	}
}

// visible selects the findings that the owner of a detector sees: an
// administrator has those of its members too.
func visible(tx *store.Tx, s store.Scope, detector string) (store.Where, error) {
	w := store.Where{Region: s.Region, Account: s.Account}
	if _, err := ownDetector(tx, s, detector); err != nil {
		return w, err
	}
	var err error
	w.Members, err = administers(tx, s)
	return w, err
}

func (a *API) listFindings(ctx context.Context, in *wire.ListFindingsInput) (*wire.ListFindingsOutput, error) {
	out := &wire.ListFindingsOutput{}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		w, err := visible(tx, scopeOf(ctx), *in.DetectorId)
		if err != nil {
			return err
		}
		w.Criteria = criteriaOf(in.FindingCriteria)
		p := store.Page{Sort: sortOf(in.SortCriteria), Limit: pageSize(in.MaxResults)}
		if in.NextToken != nil {
			p.Token = *in.NextToken
		}
		ids, next, err := tx.ListFindings(w, p)
		out.FindingIds, out.NextToken = ids, &next
		return err
	})
	if errors.Is(err, store.ErrToken) {
		// The real service fails on a token that it can't read.
		err = &awsrpc.Exception{Name: "InternalServerErrorException", Status: 500, Type: "InternalException", Message: "Internal server error.", Err: err}
	}
	return out, err
}

// sortOf reads a sort; the service's own where there is none.
func sortOf(c *wire.SortCriteria) store.Sort {
	if c == nil || c.AttributeName == nil && c.OrderBy == nil {
		return store.Sort{}
	}
	s := store.Sort{Attribute: "service.eventLastSeen", Desc: c.OrderBy != nil && *c.OrderBy == wire.OrderByDesc}
	if c.AttributeName != nil {
		s.Attribute = *c.AttributeName
	}
	return s
}

// criteriaOf reads criteria, whose two forms have the same members.
func criteriaOf(c *wire.FindingCriteria) finding.Criteria {
	if c == nil {
		return nil
	}
	out := make(finding.Criteria, len(c.Criterion))
	for path, v := range c.Criterion {
		out[path] = finding.Condition{
			Eq: v.Eq, Equals: v.Equals, Neq: v.Neq, NotEquals: v.NotEquals,
			Gt: v.Gt, GreaterThan: v.GreaterThan, Gte: v.Gte, GreaterThanOrEqual: v.GreaterThanOrEqual,
			Lt: v.Lt, LessThan: v.LessThan, Lte: v.Lte, LessThanOrEqual: v.LessThanOrEqual,
			Matches: v.Matches, NotMatches: v.NotMatches,
		}
	}
	return out
}

// getFindings leaves out ids that are unknown, and repeated ones.
func (a *API) getFindings(ctx context.Context, in *wire.GetFindingsInput) (*wire.GetFindingsOutput, error) {
	out := &wire.GetFindingsOutput{}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		w, err := visible(tx, scopeOf(ctx), *in.DetectorId)
		if err != nil {
			return err
		}
		ids := in.FindingIds
		if s := sortOf(in.SortCriteria); s != (store.Sort{}) {
			w.Criteria = finding.Criteria{"id": {Equals: append([]string{}, ids...)}}
			if ids, _, err = tx.ListFindings(w, store.Page{Sort: s}); err != nil {
				return err
			}
		}
		docs, err := tx.Findings(w, ids)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			f, err := findingShape.Read(doc)
			if err != nil {
				return err
			}
			out.Findings = append(out.Findings, f)
		}
		return nil
	})
	return out, err
}

// findingShape reads findings as they are stored, which is as they are told.
var findingShape = mustShape()

// mustShape panics when the shape has a wrong declaration: it is part of the program.
func mustShape() *awsrpc.Shapes[wire.Finding] {
	s, err := awsrpc.ShapesOf[wire.Finding](&wire.API)
	if err != nil {
		panic(err)
	}
	return s
}

func (a *API) archiveFindings(ctx context.Context, in *wire.ArchiveFindingsInput) (*wire.ArchiveFindingsOutput, error) {
	return &wire.ArchiveFindingsOutput{}, a.archive(ctx, *in.DetectorId, in.FindingIds, true)
}

func (a *API) unarchiveFindings(ctx context.Context, in *wire.UnarchiveFindingsInput) (*wire.UnarchiveFindingsOutput, error) {
	return &wire.UnarchiveFindingsOutput{}, a.archive(ctx, *in.DetectorId, in.FindingIds, false)
}

func (a *API) archive(ctx context.Context, detector string, ids []string, archived bool) error {
	return a.db.Write(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		w, err := visible(tx, s, detector)
		if err != nil {
			return err
		}
		if err := refuseMember(tx, s); err != nil {
			return err
		}
		err = tx.ArchiveFindings(w, ids, archived)
		if errors.Is(err, fault.NotFound) {
			return fault.Wrap(fault.NotFound, err, "The request is rejected because an invalid finding identifiers is specified.")
		}
		return err
	})
}
