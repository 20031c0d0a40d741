package guardduty

import (
	"context"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
)

func (a *API) threatIntelSetRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.CreateThreatIntelSet, a.createThreatIntelSet),
		awsrpc.Bind(wire.GetThreatIntelSet, a.getThreatIntelSet),
		awsrpc.Bind(wire.ListThreatIntelSets, a.listThreatIntelSets),
		awsrpc.Bind(wire.UpdateThreatIntelSet, a.updateThreatIntelSet),
		awsrpc.Bind(wire.DeleteThreatIntelSet, a.deleteThreatIntelSet),
	}
}

func (a *API) createThreatIntelSet(ctx context.Context, in *wire.CreateThreatIntelSetInput) (*wire.CreateThreatIntelSetOutput, error) {
	id, err := a.createList(ctx, threatIntelSets, &newList{detector: *in.DetectorId, name: *in.Name, format: string(*in.Format), location: *in.Location,
		owner: given(in.ExpectedBucketOwner), token: given(in.ClientToken), activate: *in.Activate, tags: in.Tags})
	return &wire.CreateThreatIntelSetOutput{ThreatIntelSetId: id}, err
}

func (a *API) getThreatIntelSet(ctx context.Context, in *wire.GetThreatIntelSetInput) (*wire.GetThreatIntelSetOutput, error) {
	l, tags, err := a.getList(ctx, threatIntelSets, *in.DetectorId, *in.ThreatIntelSetId)
	return &wire.GetThreatIntelSetOutput{Name: &l.Name, Location: &l.Location, Format: new(wire.ThreatIntelSetFormat(l.Format)),
		Status: new(wire.ThreatIntelSetStatus(l.Status)), ExpectedBucketOwner: ownerOf(&l), Tags: tags}, err
}

func (a *API) listThreatIntelSets(ctx context.Context, in *wire.ListThreatIntelSetsInput) (*wire.ListThreatIntelSetsOutput, error) {
	ids, next, err := a.listLists(ctx, threatIntelSets, *in.DetectorId, in.MaxResults, in.NextToken)
	return &wire.ListThreatIntelSetsOutput{ThreatIntelSetIds: ids, NextToken: next}, err
}

func (a *API) updateThreatIntelSet(ctx context.Context, in *wire.UpdateThreatIntelSetInput) (*wire.UpdateThreatIntelSetOutput, error) {
	return &wire.UpdateThreatIntelSetOutput{}, a.updateList(ctx, threatIntelSets, &listChange{detector: *in.DetectorId, id: *in.ThreatIntelSetId,
		name: in.Name, location: in.Location, owner: in.ExpectedBucketOwner, activate: in.Activate})
}

func (a *API) deleteThreatIntelSet(ctx context.Context, in *wire.DeleteThreatIntelSetInput) (*wire.DeleteThreatIntelSetOutput, error) {
	return &wire.DeleteThreatIntelSetOutput{}, a.deleteList(ctx, threatIntelSets, *in.DetectorId, *in.ThreatIntelSetId)
}
