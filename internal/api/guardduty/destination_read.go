package guardduty

import (
	"context"
	"errors"
	"strings"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
	"picket/internal/store"
)

func (a *API) describeDestination(ctx context.Context, in *wire.DescribePublishingDestinationInput) (out *wire.DescribePublishingDestinationOutput, err error) {
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		d, err := ownDestination(tx, scopeOf(ctx), *in.DetectorId, *in.DestinationId)
		if err != nil {
			return err
		}
		tags, err := tx.Tags(destinationARN(&d, *in.DetectorId))
		out = &wire.DescribePublishingDestinationOutput{
			DestinationId:         &d.ID,
			DestinationType:       new(wire.DestinationType(d.Type)),
			Status:                new(wire.PublishingStatus(d.Status)),
			DestinationProperties: &wire.DestinationProperties{DestinationArn: &d.ARN, KmsKeyArn: &d.KMSKeyARN},
			Tags:                  tags,
		}
		if d.BucketOwner != "" {
			out.DestinationProperties.ExpectedBucketOwner = &d.BucketOwner
		}
		if !d.FailureSince.IsZero() {
			out.PublishingFailureStartTimestamp = new(d.FailureSince.UnixMilli())
		}
		return err
	})
	return out, err
}

// ownDestination reads a destination of the caller's detector.
func ownDestination(tx *store.Tx, s store.Scope, detector, id string) (store.Destination, error) {
	if _, err := ownDetector(tx, s, detector); err != nil {
		return store.Destination{}, err
	}
	return destination(tx, s, id)
}

func destination(tx *store.Tx, s store.Scope, id string) (store.Destination, error) {
	d, err := store.Destinations.Get(tx, s, id)
	if errors.Is(err, fault.NotFound) {
		return d, fault.Wrap(fault.NotFound, err, "The request is rejected because the one or more input parameters have invalid values.")
	}
	return d, err
}

func findDestination(tx *store.Tx, s store.Scope, id string) error {
	_, err := destination(tx, s, id)
	return err
}

// listDestinations gives a token with each page that is full, as the real
// service does, be it the last: the last id and its type.
func (a *API) listDestinations(ctx context.Context, in *wire.ListPublishingDestinationsInput) (*wire.ListPublishingDestinationsOutput, error) {
	out, limit := &wire.ListPublishingDestinationsOutput{}, usualPage
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	after, kind, _ := strings.Cut(given(in.NextToken), "/")
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if _, err := ownDetector(tx, s, *in.DetectorId); err != nil {
			return err
		}
		if after+kind != "" && (!validID(after) || kind != string(wire.DestinationTypeS3)) {
			return fault.New(fault.Invalid, "The request is rejected because an invalid next token is specified")
		}
		found, err := store.Destinations.List(tx, s, after, limit)
		for i := range found {
			out.Destinations = append(out.Destinations, wire.Destination{DestinationId: &found[i].ID,
				DestinationType: new(wire.DestinationType(found[i].Type)), Status: new(wire.PublishingStatus(found[i].Status))})
		}
		if n := len(found); n == limit {
			out.NextToken = new(found[n-1].ID + "/" + found[n-1].Type)
		}
		return err
	})
	return out, err
}
