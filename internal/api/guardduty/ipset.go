package guardduty

import (
	"context"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/store"
)

func (a *API) ipSetRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.CreateIPSet, a.createIPSet),
		awsrpc.Bind(wire.GetIPSet, a.getIPSet),
		awsrpc.Bind(wire.ListIPSets, a.listIPSets),
		awsrpc.Bind(wire.UpdateIPSet, a.updateIPSet),
		awsrpc.Bind(wire.DeleteIPSet, a.deleteIPSet),
	}
}

func (a *API) createIPSet(ctx context.Context, in *wire.CreateIPSetInput) (*wire.CreateIPSetOutput, error) {
	id, err := a.createList(ctx, ipSets, &newList{detector: *in.DetectorId, name: *in.Name, format: string(*in.Format), location: *in.Location,
		owner: given(in.ExpectedBucketOwner), token: given(in.ClientToken), activate: *in.Activate, tags: in.Tags})
	return &wire.CreateIPSetOutput{IpSetId: id}, err
}

func (a *API) getIPSet(ctx context.Context, in *wire.GetIPSetInput) (*wire.GetIPSetOutput, error) {
	l, tags, err := a.getList(ctx, ipSets, *in.DetectorId, *in.IpSetId)
	return &wire.GetIPSetOutput{Name: &l.Name, Location: &l.Location, Format: new(wire.IpSetFormat(l.Format)),
		Status: new(wire.IpSetStatus(l.Status)), ExpectedBucketOwner: ownerOf(&l), Tags: tags}, err
}

func (a *API) listIPSets(ctx context.Context, in *wire.ListIPSetsInput) (*wire.ListIPSetsOutput, error) {
	ids, next, err := a.listLists(ctx, ipSets, *in.DetectorId, in.MaxResults, in.NextToken)
	return &wire.ListIPSetsOutput{IpSetIds: ids, NextToken: next}, err
}

func (a *API) updateIPSet(ctx context.Context, in *wire.UpdateIPSetInput) (*wire.UpdateIPSetOutput, error) {
	return &wire.UpdateIPSetOutput{}, a.updateList(ctx, ipSets, &listChange{detector: *in.DetectorId, id: *in.IpSetId,
		name: in.Name, location: in.Location, owner: in.ExpectedBucketOwner, activate: in.Activate})
}

func (a *API) deleteIPSet(ctx context.Context, in *wire.DeleteIPSetInput) (*wire.DeleteIPSetOutput, error) {
	return &wire.DeleteIPSetOutput{}, a.deleteList(ctx, ipSets, *in.DetectorId, *in.IpSetId)
}

// given is an optional string, empty when it is absent.
func given(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// ownerOf is the expected owner of a list's bucket, nil when none was given.
func ownerOf(l *store.List) *string {
	if l.BucketOwner == "" {
		return nil
	}
	return &l.BucketOwner
}
