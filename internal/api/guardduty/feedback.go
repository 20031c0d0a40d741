package guardduty

import (
	"context"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/store"
)

// updateFeedback marks findings as useful or not. Ids that are unknown are passed
// over, and comments are kept nowhere: no operation tells them.
func (a *API) updateFeedback(ctx context.Context, in *wire.UpdateFindingsFeedbackInput) (*wire.UpdateFindingsFeedbackOutput, error) {
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		w, err := visible(tx, scopeOf(ctx), *in.DetectorId)
		if err != nil {
			return err
		}
		return tx.SetFeedback(w, in.FindingIds, string(*in.Feedback))
	})
	return &wire.UpdateFindingsFeedbackOutput{}, err
}
