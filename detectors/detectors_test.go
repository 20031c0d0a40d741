package detectors

import (
	"testing"

	"picket/detect"
	"picket/detecttest"
)

func TestDeclarations(t *testing.T) {
	if err := detect.Validate(All()); err != nil {
		t.Error(err)
	}
}

// TestBenignLogsRaiseNothing: a day of ordinary traffic of one account, made by
// bench/gen with -threats 0, its decoys included: what looks bad and is not.
func TestBenignLogsRaiseNothing(t *testing.T) {
	detecttest.Benign(t, All(), "testdata/benign/*.gz")
}
