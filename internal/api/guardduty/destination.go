package guardduty

import (
	"context"
	"errors"
	"time"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/publish"
	"picket/internal/store"
)

func (a *API) destinationRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.CreatePublishingDestination, a.createDestination),
		awsrpc.Bind(wire.DescribePublishingDestination, a.describeDestination),
		awsrpc.Bind(wire.ListPublishingDestinations, a.listDestinations),
		awsrpc.Bind(wire.UpdatePublishingDestination, a.updateDestination),
		awsrpc.Bind(wire.DeletePublishingDestination, a.deleteDestination),
	}
}

// createDestination sees whether the destination can be written before anything
// else, for a token that was used before too.
func (a *API) createDestination(ctx context.Context, in *wire.CreatePublishingDestinationInput) (*wire.CreatePublishingDestinationOutput, error) {
	d := store.Destination{Meta: store.Meta{Scope: scopeOf(ctx), ID: newID()}, Type: string(*in.DestinationType)}
	setProperties(&d, in.DestinationProperties)
	if err := a.needDetector(ctx, *in.DetectorId); err != nil {
		return nil, err
	}
	if err := a.verify(ctx, &d); err != nil {
		return nil, err
	}
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := ownDetector(tx, d.Scope, *in.DetectorId); err != nil {
			return err
		}
		return insertDestination(tx, &d, *in.DetectorId, given(in.ClientToken), in.Tags)
	})
	if err != nil {
		return nil, err
	}
	a.destinations.Wake()
	return &wire.CreatePublishingDestinationOutput{DestinationId: &d.ID}, nil
}

func (a *API) needDetector(ctx context.Context, id string) error {
	return a.db.Read(ctx, func(tx *store.Tx) error {
		_, err := ownDetector(tx, scopeOf(ctx), id)
		return err
	})
}

// insertDestination puts d, or only gives it the id of what the token made.
func insertDestination(tx *store.Tx, d *store.Destination, detector, token string, tags map[string]string) error {
	const op = "CreatePublishingDestination"
	all, err := store.Destinations.List(tx, d.Scope, "", maxDestinations)
	if err != nil {
		return err
	}
	if token != "" {
		made, err := tx.Token(d.Scope, op, token)
		if err != nil {
			return err
		}
		for i := range all {
			if all[i].ID == made {
				d.ID = made
				return nil
			}
		}
	}
	if len(all) >= maxDestinations {
		return fault.New(fault.Invalid, "The request failed because a publishingDestination already exists with the destinationType value provided in the request.")
	}
	if err := store.Destinations.Insert(tx, d); err != nil {
		return err
	}
	if err := setTags(tx, destinationARN(d, detector), tags); err != nil || token == "" {
		return err
	}
	return tx.PutToken(d.Scope, op, token, d.ID)
}

// maxDestinations is how many there can be: one of each type, which are one.
const maxDestinations = 1

// destinationARN is what the tag operations know a destination by. Unlike the
// ARN in the documentation it has no capital.
func destinationARN(d *store.Destination, detector string) string {
	own := store.Detector{Meta: store.Meta{Scope: d.Scope, ID: detector}}
	return store.DetectorARN(&own) + "/publishingdestination/" + d.ID
}

func setProperties(d *store.Destination, p *wire.DestinationProperties) {
	if p.DestinationArn != nil {
		d.ARN = *p.DestinationArn
	}
	if p.KmsKeyArn != nil {
		d.KMSKeyARN = *p.KmsKeyArn
	}
	if p.ExpectedBucketOwner != nil {
		d.BucketOwner = *p.ExpectedBucketOwner
	}
}

// patience is how long a call waits for S3 to say whether a destination can be
// written.
const patience = 3 * time.Second

// verify sets the status of a destination. It refuses one that S3 refuses; when
// S3 can't be asked the destination is pending.
func (a *API) verify(ctx context.Context, d *store.Destination) error {
	if err := publish.Validate(d); err != nil {
		return fault.Wrap(fault.Invalid, err, "The request failed because the value specified for the "+err.Error()+" parameter is not valid.")
	}
	err := a.destinations.Check(ctx, d, patience)
	refused := func(text string) error { return fault.Wrap(fault.Invalid, err, "The request failed because "+text) }
	switch {
	case err == nil:
		d.Status, d.FailureSince = publish.Publishing, time.Time{}
	case errors.Is(err, publish.ErrFolder):
		return refused("the resource folder specified in the destinationArn parameter does not exist.")
	case errors.Is(err, publish.ErrLook):
		return refused("you do not have the required permissions for the s3:GetObject or s3:ListBucket actions.")
	case errors.Is(err, fault.NotFound):
		return refused("the resource specified in the destinationArn parameter does not exist.")
	case errors.Is(err, fault.Denied):
		return refused("the GuardDuty service principal does not have permission to the KMS key or the resource specified by the destinationArn parameter. Refer to https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html")
	default:
		a.log.Warn("S3 can't be asked about a destination", "destination", d.ID, "account", d.Account, "region", d.Region, "arn", d.ARN, "error", err)
		d.Status = publish.Pending
	}
	return nil
}

// updateDestination looks at the destination anew, whatever is changed.
func (a *API) updateDestination(ctx context.Context, in *wire.UpdatePublishingDestinationInput) (*wire.UpdatePublishingDestinationOutput, error) {
	p := in.DestinationProperties
	if p == nil || p.DestinationArn == nil && p.KmsKeyArn == nil && p.ExpectedBucketOwner == nil {
		if err := a.needDetector(ctx, *in.DetectorId); err != nil {
			return nil, err
		}
		return nil, errOutOfRange
	}
	s := scopeOf(ctx)
	var d store.Destination
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) {
		d, err = ownDestination(tx, s, *in.DetectorId, *in.DestinationId)
		return err
	})
	if err != nil {
		return nil, err
	}
	setProperties(&d, p)
	if err := a.verify(ctx, &d); err != nil {
		return nil, err
	}
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		now, err := ownDestination(tx, s, *in.DetectorId, d.ID)
		if err != nil {
			return err
		}
		setProperties(&now, p)
		now.Status, now.FailureSince = d.Status, d.FailureSince
		return store.Destinations.Put(tx, &now)
	})
	a.destinations.Wake()
	return &wire.UpdatePublishingDestinationOutput{}, err
}

func (a *API) deleteDestination(ctx context.Context, in *wire.DeletePublishingDestinationInput) (*wire.DeletePublishingDestinationOutput, error) {
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		d, err := ownDestination(tx, scopeOf(ctx), *in.DetectorId, *in.DestinationId)
		if err != nil {
			return err
		}
		if err := tx.DeleteTagsUnder(destinationARN(&d, *in.DetectorId)); err != nil {
			return err
		}
		return store.Destinations.Delete(tx, d.Scope, d.ID)
	})
	return &wire.DeletePublishingDestinationOutput{}, err
}
