package guardduty

import (
	"errors"
	"testing"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
)

// TestScansOfMembers: an administrator starts and sees the scans of its members,
// a member its own only, a stranger none.
func TestScansOfMembers(t *testing.T) {
	w := newUsageWorld(t)
	start := func(by, account string) (string, error) {
		arn := "arn:aws:ec2:eu-west-1:" + account + ":instance/i-" + by
		out, err := w.startScan(as(t.Context(), by), &wire.StartMalwareScanInput{ResourceArn: &arn})
		if err != nil {
			return "", err
		}
		return *out.ScanId, nil
	}
	ids := map[string]string{}
	for _, account := range []string{usageAdmin, usageMember} {
		id, err := start(usageAdmin, account)
		if err != nil {
			t.Fatal(err)
		}
		ids[account] = id
	}
	for _, by := range []string{usageMember, usageStranger} {
		if _, err := start(by, usageAdmin); !errors.Is(err, fault.Invalid) {
			t.Errorf("%s starts a scan of %s: %v", by, usageAdmin, err)
		}
	}
	for account, want := range map[string]int{usageAdmin: 2, usageMember: 1, usageStranger: 0} {
		ctx := as(t.Context(), account)
		list, err := w.listScans(ctx, &wire.ListMalwareScansInput{})
		if err != nil || len(list.Scans) != want {
			t.Errorf("%s lists %d scans, want %d: %v", account, len(list.Scans), want, err)
		}
		described, err := w.describeScans(ctx, &wire.DescribeMalwareScansInput{DetectorId: new(w.detectors[account])})
		if err != nil || len(described.Scans) != want {
			t.Errorf("%s describes %d scans, want %d: %v", account, len(described.Scans), want, err)
		}
		got, err := w.getScan(ctx, &wire.GetMalwareScanInput{ScanId: new(ids[usageMember])})
		if want == 0 {
			if !errors.Is(err, fault.NotFound) {
				t.Errorf("a stranger sees %v, %v", got, err)
			}
			continue
		}
		if err != nil || *got.DetectorId != w.detectors[usageMember] || *got.AdminDetectorId != w.detectors[usageAdmin] {
			t.Errorf("%s sees %+v, %v", account, got, err)
		}
	}
}
