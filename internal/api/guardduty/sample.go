package guardduty

import (
	"context"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/intake"
	"picket/internal/store"
)

func (a *API) sampleRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.CreateSampleFindings, a.createSampleFindings),
	}
}

// createSampleFindings makes samples of the types that are named; of all when
// the request does not say which. An empty list names none.
func (a *API) createSampleFindings(ctx context.Context, in *wire.CreateSampleFindingsInput) (*wire.CreateSampleFindingsOutput, error) {
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		d, err := ownDetector(tx, scopeOf(ctx), *in.DetectorId)
		if err != nil {
			return err
		}
		types := in.FindingTypes
		if types == nil {
			types = a.samples.Types()
		}
		for _, name := range types {
			if !a.samples.Has(name) {
				return fault.New(fault.Invalid, "The request is rejected because of invalid finding type is specified.")
			}
		}
		_, err = intake.Put(tx, intake.Batch{Scope: d.Scope, Findings: a.samples.Findings(d.ID, types, tx.Now), Samples: true})
		return err
	})
	return &wire.CreateSampleFindingsOutput{}, err
}
