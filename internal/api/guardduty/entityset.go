package guardduty

import (
	"context"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/store"
)

func (a *API) threatEntitySetRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.CreateThreatEntitySet, a.createThreatEntitySet),
		awsrpc.Bind(wire.GetThreatEntitySet, a.getThreatEntitySet),
		awsrpc.Bind(wire.ListThreatEntitySets, a.listThreatEntitySets),
		awsrpc.Bind(wire.UpdateThreatEntitySet, a.updateThreatEntitySet),
		awsrpc.Bind(wire.DeleteThreatEntitySet, a.deleteThreatEntitySet),
	}
}

func (a *API) createThreatEntitySet(ctx context.Context, in *wire.CreateThreatEntitySetInput) (*wire.CreateThreatEntitySetOutput, error) {
	id, err := a.createList(ctx, threatEntities, &newList{detector: *in.DetectorId, name: *in.Name, format: string(*in.Format), location: *in.Location,
		owner: given(in.ExpectedBucketOwner), token: given(in.ClientToken), activate: *in.Activate, tags: in.Tags})
	return &wire.CreateThreatEntitySetOutput{ThreatEntitySetId: id}, err
}

func (a *API) getThreatEntitySet(ctx context.Context, in *wire.GetThreatEntitySetInput) (*wire.GetThreatEntitySetOutput, error) {
	l, tags, err := a.getList(ctx, threatEntities, *in.DetectorId, *in.ThreatEntitySetId)
	return &wire.GetThreatEntitySetOutput{Name: &l.Name, Location: &l.Location, Format: new(wire.ThreatEntitySetFormat(l.Format)),
		Status: new(wire.ThreatEntitySetStatus(l.Status)), ErrorDetails: detailsOf(&l),
		CreatedAt: &l.CreatedAt, UpdatedAt: &l.UpdatedAt, ExpectedBucketOwner: ownerOf(&l), Tags: tags}, err
}

func (a *API) listThreatEntitySets(ctx context.Context, in *wire.ListThreatEntitySetsInput) (*wire.ListThreatEntitySetsOutput, error) {
	ids, next, err := a.listLists(ctx, threatEntities, *in.DetectorId, in.MaxResults, in.NextToken)
	return &wire.ListThreatEntitySetsOutput{ThreatEntitySetIds: ids, NextToken: next}, err
}

func (a *API) updateThreatEntitySet(ctx context.Context, in *wire.UpdateThreatEntitySetInput) (*wire.UpdateThreatEntitySetOutput, error) {
	return &wire.UpdateThreatEntitySetOutput{}, a.updateList(ctx, threatEntities, &listChange{detector: *in.DetectorId, id: *in.ThreatEntitySetId,
		name: in.Name, location: in.Location, owner: in.ExpectedBucketOwner, activate: in.Activate})
}

func (a *API) deleteThreatEntitySet(ctx context.Context, in *wire.DeleteThreatEntitySetInput) (*wire.DeleteThreatEntitySetOutput, error) {
	return &wire.DeleteThreatEntitySetOutput{}, a.deleteList(ctx, threatEntities, *in.DetectorId, *in.ThreatEntitySetId)
}

func (a *API) trustedEntitySetRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.CreateTrustedEntitySet, a.createTrustedEntitySet),
		awsrpc.Bind(wire.GetTrustedEntitySet, a.getTrustedEntitySet),
		awsrpc.Bind(wire.ListTrustedEntitySets, a.listTrustedEntitySets),
		awsrpc.Bind(wire.UpdateTrustedEntitySet, a.updateTrustedEntitySet),
		awsrpc.Bind(wire.DeleteTrustedEntitySet, a.deleteTrustedEntitySet),
	}
}

func (a *API) createTrustedEntitySet(ctx context.Context, in *wire.CreateTrustedEntitySetInput) (*wire.CreateTrustedEntitySetOutput, error) {
	id, err := a.createList(ctx, trustedEntities, &newList{detector: *in.DetectorId, name: *in.Name, format: string(*in.Format), location: *in.Location,
		owner: given(in.ExpectedBucketOwner), token: given(in.ClientToken), activate: *in.Activate, tags: in.Tags})
	return &wire.CreateTrustedEntitySetOutput{TrustedEntitySetId: id}, err
}

func (a *API) getTrustedEntitySet(ctx context.Context, in *wire.GetTrustedEntitySetInput) (*wire.GetTrustedEntitySetOutput, error) {
	l, tags, err := a.getList(ctx, trustedEntities, *in.DetectorId, *in.TrustedEntitySetId)
	return &wire.GetTrustedEntitySetOutput{Name: &l.Name, Location: &l.Location, Format: new(wire.TrustedEntitySetFormat(l.Format)),
		Status: new(wire.TrustedEntitySetStatus(l.Status)), ErrorDetails: detailsOf(&l),
		CreatedAt: &l.CreatedAt, UpdatedAt: &l.UpdatedAt, ExpectedBucketOwner: ownerOf(&l), Tags: tags}, err
}

func (a *API) listTrustedEntitySets(ctx context.Context, in *wire.ListTrustedEntitySetsInput) (*wire.ListTrustedEntitySetsOutput, error) {
	ids, next, err := a.listLists(ctx, trustedEntities, *in.DetectorId, in.MaxResults, in.NextToken)
	return &wire.ListTrustedEntitySetsOutput{TrustedEntitySetIds: ids, NextToken: next}, err
}

func (a *API) updateTrustedEntitySet(ctx context.Context, in *wire.UpdateTrustedEntitySetInput) (*wire.UpdateTrustedEntitySetOutput, error) {
	return &wire.UpdateTrustedEntitySetOutput{}, a.updateList(ctx, trustedEntities, &listChange{detector: *in.DetectorId, id: *in.TrustedEntitySetId,
		name: in.Name, location: in.Location, owner: in.ExpectedBucketOwner, activate: in.Activate})
}

func (a *API) deleteTrustedEntitySet(ctx context.Context, in *wire.DeleteTrustedEntitySetInput) (*wire.DeleteTrustedEntitySetOutput, error) {
	return &wire.DeleteTrustedEntitySetOutput{}, a.deleteList(ctx, trustedEntities, *in.DetectorId, *in.TrustedEntitySetId)
}

// detailsOf says why a list could not be activated, nil when there is nothing to say.
func detailsOf(l *store.List) *string {
	if l.Error == "" {
		return nil
	}
	return &l.Error
}
