package guardduty

import (
	"context"
	"errors"
	"time"

	"picket/finding"
	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/store"
)

func (a *API) detectorRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.CreateDetector, a.createDetector),
		awsrpc.Bind(wire.GetDetector, a.getDetector),
		awsrpc.Bind(wire.ListDetectors, a.listDetectors),
		awsrpc.Bind(wire.UpdateDetector, a.updateDetector),
		awsrpc.Bind(wire.DeleteDetector, a.deleteDetector),
	}
}

func (a *API) createDetector(ctx context.Context, in *wire.CreateDetectorInput) (*wire.CreateDetectorOutput, error) {
	changes, err := changesOf(in.DataSources, in.Features)
	if err != nil {
		return nil, err
	}
	var id string
	err = a.db.Write(ctx, func(tx *store.Tx) (err error) {
		id, err = create(tx, scopeOf(ctx), in, changes)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &wire.CreateDetectorOutput{DetectorId: &id}, nil
}

// create makes the detector, or finds the one that the same token made.
func create(tx *store.Tx, s store.Scope, in *wire.CreateDetectorInput, changes []change) (string, error) {
	const op = "CreateDetector"
	if in.ClientToken != nil && *in.ClientToken != "" {
		if id, err := tx.Token(s, op, *in.ClientToken); err != nil || id != "" {
			return id, err
		}
	}
	d := newDetector(s, status(*in.Enable), tx.Now)
	if in.FindingPublishingFrequency != nil {
		d.Frequency = string(*in.FindingPublishingFrequency)
	}
	if err := apply(&d, changes, tx.Now); err != nil {
		return "", err
	}
	err := store.Detectors.Insert(tx, &d)
	if errors.Is(err, fault.Conflict) {
		return "", fault.Wrap(fault.Conflict, err, "The request is rejected because a detector already exists for the current account.")
	}
	if err != nil {
		return "", err
	}
	if err := setTags(tx, store.DetectorARN(&d), in.Tags); err != nil {
		return "", err
	}
	if in.ClientToken != nil && *in.ClientToken != "" {
		return d.ID, tx.PutToken(s, op, *in.ClientToken, d.ID)
	}
	return d.ID, nil
}

// newDetector is a detector as it is when nothing else was asked for.
func newDetector(s store.Scope, status string, now time.Time) store.Detector {
	return store.Detector{
		Meta:      store.Meta{Scope: s, ID: newID(), Status: status},
		Frequency: string(wire.FindingPublishingFrequencySixHours),
		Features:  defaultFeatures(now),
	}
}

func (a *API) getDetector(ctx context.Context, in *wire.GetDetectorInput) (out *wire.GetDetectorOutput, err error) {
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		d, err := ownDetector(tx, scopeOf(ctx), *in.DetectorId)
		if err != nil {
			return err
		}
		tags, err := tx.Tags(store.DetectorARN(&d))
		if err != nil {
			return err
		}
		out = &wire.GetDetectorOutput{
			CreatedAt:                  isoTime(d.CreatedAt),
			UpdatedAt:                  isoTime(d.UpdatedAt),
			Status:                     new(wire.DetectorStatus(d.Status)),
			FindingPublishingFrequency: new(wire.FindingPublishingFrequency(d.Frequency)),
			ServiceRole:                new(serviceRole(d.Scope, "guardduty", "AWSServiceRoleForAmazonGuardDuty")),
			DataSources:                dataSources(&d),
			Features:                   featureResults(&d, tx.Now),
			Tags:                       tags,
		}
		return nil
	})
	return out, err
}

// serviceRole is the ARN of the role that the real service takes on in an
// account. Here it only tells clients that all is in order.
func serviceRole(s store.Scope, principal, name string) string {
	return "arn:" + finding.Partition(s.Region) + ":iam::" + s.Account + ":role/aws-service-role/" + principal + ".amazonaws.com/" + name
}

// listDetectors passes over page tokens, as the real service does: there is one
// page at most.
func (a *API) listDetectors(ctx context.Context, _ *wire.ListDetectorsInput) (*wire.ListDetectorsOutput, error) {
	out := &wire.ListDetectorsOutput{}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		d, err := tx.DetectorOf(scopeOf(ctx))
		if errors.Is(err, fault.NotFound) {
			return nil
		}
		out.DetectorIds = []string{d.ID}
		return err
	})
	return out, err
}

func (a *API) updateDetector(ctx context.Context, in *wire.UpdateDetectorInput) (*wire.UpdateDetectorOutput, error) {
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		d, err := ownDetector(tx, scopeOf(ctx), *in.DetectorId)
		if err != nil {
			return err
		}
		changes, err := changesOf(in.DataSources, in.Features)
		if err != nil {
			return err
		}
		if in.FindingPublishingFrequency != nil || len(changes) > 0 || in.Enable != nil && status(*in.Enable) != d.Status {
			if err := refuseMember(tx, d.Scope); err != nil {
				return err
			}
		}
		if in.Enable != nil {
			d.Status = status(*in.Enable)
		}
		if in.FindingPublishingFrequency != nil {
			d.Frequency = string(*in.FindingPublishingFrequency)
		}
		if err := apply(&d, changes, tx.Now); err != nil {
			return err
		}
		if err := store.Detectors.Put(tx, &d); err != nil || in.FindingPublishingFrequency == nil {
			return err
		}
		return leadFrequency(tx, d.Scope)
	})
	return &wire.UpdateDetectorOutput{}, err
}

func (a *API) deleteDetector(ctx context.Context, in *wire.DeleteDetectorInput) (*wire.DeleteDetectorOutput, error) {
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if _, err := ownDetector(tx, s, *in.DetectorId); err != nil {
			return err
		}
		// Members that were only created, or have gone, are no longer tied to the account.
		tied, err := store.Members.Count(tx, s, store.MemberCreated, store.MemberRemoved, store.MemberResigned)
		if err != nil {
			return err
		}
		if tied > 0 {
			return fault.New(fault.Conflict, "The request is rejected because the current account cannot delete detector while it has invited or associated members.")
		}
		if _, err := resign(tx, s); err != nil {
			return err
		}
		if err := store.Members.DeleteAll(tx, s); err != nil {
			return err
		}
		return tx.DeleteDetector(s)
	})
	return &wire.DeleteDetectorOutput{}, err
}

// ownDetector reads the scope's detector if it has that id. Another account's is
// told like one that does not exist.
func ownDetector(tx *store.Tx, s store.Scope, id string) (store.Detector, error) {
	if !validID(id) {
		return store.Detector{}, fault.New(fault.Invalid, "The request is rejected because the parameter detectorId has an invalid value.")
	}
	d, err := store.Detectors.Get(tx, s, id)
	if errors.Is(err, fault.NotFound) {
		return d, errNotOwned(err)
	}
	return d, err
}

func errNotOwned(err error) error {
	return fault.Wrap(fault.NotFound, err, "The request is rejected because the input detectorId is not owned by the current account.")
}

// validID says whether id has the form of the ids that newID makes: 32
// hexadecimal digits in lower case.
func validID(id string) bool {
	for _, c := range []byte(id) {
		if (c < '0' || '9' < c) && (c < 'a' || 'f' < c) {
			return false
		}
	}
	return len(id) == 32
}
