package guardduty

import (
	"context"
	"errors"
	"time"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
	"picket/internal/store"
)

// scanValues read from a scan what criteria ask to be equal.
var scanValues = map[string]func(*store.MalwareScan) string{
	"EC2_INSTANCE_ARN":     func(s *store.MalwareScan) string { return s.ResourceARN },
	"RESOURCE_ARN":         func(s *store.MalwareScan) string { return s.ResourceARN },
	"RESOURCE_TYPE":        func(s *store.MalwareScan) string { return s.ResourceType },
	"SCAN_ID":              func(s *store.MalwareScan) string { return s.ID },
	"ACCOUNT_ID":           func(s *store.MalwareScan) string { return s.Account },
	"GUARDDUTY_FINDING_ID": func(*store.MalwareScan) string { return "" }, // no finding starts one
	"SCAN_STATUS":          func(s *store.MalwareScan) string { return s.Status },
	"SCAN_TYPE":            func(*store.MalwareScan) string { return string(wire.ScanTypeOnDemand) },
}

// scanTest is a criterion as a function. Times are compared, the rest must be
// equal.
func scanTest(key string, c *wire.FilterCondition) (func(*store.MalwareScan) bool, error) {
	if c == nil {
		return nil, errOutOfRange
	}
	if key == "SCAN_START_TIME" {
		if c.EqualsValue != nil || c.GreaterThan == nil && c.LessThan == nil {
			return nil, errOutOfRange
		}
		return func(s *store.MalwareScan) bool {
			return (c.GreaterThan == nil || s.CreatedAt.After(scanTime(*c.GreaterThan))) && (c.LessThan == nil || s.CreatedAt.Before(scanTime(*c.LessThan)))
		}, nil
	}
	value := scanValues[key]
	if value == nil || c.EqualsValue == nil || c.GreaterThan != nil || c.LessThan != nil {
		return nil, errOutOfRange
	}
	return func(s *store.MalwareScan) bool { return value(s) == *c.EqualsValue }, nil
}

// scanTime reads a time of a criterion: Unix seconds, as in answers, or
// milliseconds, as in the criteria of findings. They can't be mistaken for each
// other: 1e11 is the year 5138 as one and 1973 as the other.
func scanTime(n int64) time.Time {
	if -1e11 < n && n < 1e11 {
		return time.Unix(n, 0)
	}
	return time.UnixMilli(n)
}

// describe tells scans of instances with the detectors that they belong to.
func describe(tx *store.Tx, scans []store.MalwareScan) ([]wire.Scan, error) {
	out := []wire.Scan{}
	for i := range scans {
		s := &scans[i]
		own, admin, err := detectorsOf(tx, s.Scope)
		if err != nil {
			return nil, err
		}
		out = append(out, wire.Scan{
			AccountId:       &s.Account,
			DetectorId:      own,
			AdminDetectorId: admin,
			ScanId:          &s.ID,
			ScanStatus:      new(wire.ScanStatus(s.Status)),
			ScanType:        new(wire.ScanTypeOnDemand),
			FailureReason:   &s.Reason,
			ScanStartTime:   &s.CreatedAt,
			ScanEndTime:     &s.UpdatedAt,
			ResourceDetails: &wire.ResourceDetails{InstanceArn: &s.ResourceARN},
		})
	}
	return out, nil
}

// detectorsOf are the ids of an account's detector and of its administrator's,
// who is the account itself unless it is a member; nil without a detector.
func detectorsOf(tx *store.Tx, s store.Scope) (own, admin *string, err error) {
	if own, err = detectorID(tx, s); err != nil {
		return nil, nil, err
	}
	m, err := tx.MembershipOf(s)
	if err != nil || m == nil {
		return own, own, err
	}
	admin, err = detectorID(tx, m.Scope)
	return own, admin, err
}

func detectorID(tx *store.Tx, s store.Scope) (*string, error) {
	d, err := tx.DetectorOf(s)
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	return &d.ID, err
}

func (a *API) getScan(ctx context.Context, in *wire.GetMalwareScanInput) (out *wire.GetMalwareScanOutput, err error) {
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		s, err := visibleScan(tx, scopeOf(ctx), *in.ScanId)
		if err != nil {
			return err
		}
		own, admin, err := detectorsOf(tx, s.Scope)
		out = scanResult(&s)
		out.DetectorId, out.AdminDetectorId = own, admin
		return err
	})
	return out, err
}

// visibleScan reads a scan that the scope may see. Others are told like ones
// that do not exist.
func visibleScan(tx *store.Tx, s store.Scope, id string) (store.MalwareScan, error) {
	missing := fault.New(fault.NotFound, "The request is rejected since no such resource found.")
	scan, err := store.MalwareScans.Find(tx, id)
	if errors.Is(err, fault.NotFound) {
		return scan, missing
	}
	if err != nil {
		return scan, err
	}
	ok, err := sees(tx, s, scan.Account)
	if err == nil && (!ok || scan.Region != s.Region || tx.Now.Sub(scan.CreatedAt) >= scanRetention) {
		return scan, missing
	}
	return scan, err
}

func scanResult(s *store.MalwareScan) *wire.GetMalwareScanOutput {
	status, reason := wire.MalwareProtectionScanStatus(s.Status), wire.ScanStatusReason(s.Reason)
	resource := wire.MalwareProtectionResourceType(s.ResourceType)
	out := &wire.GetMalwareScanOutput{
		ScanId:                &s.ID,
		ResourceArn:           &s.ResourceARN,
		ResourceType:          &resource,
		ScanCategory:          new(wire.ScanCategoryFullScan),
		ScanConfiguration:     scanConfiguration(s),
		ScanStatus:            &status,
		ScanStatusReason:      &reason,
		ScanType:              new(wire.MalwareProtectionScanTypeOnDemand),
		ScanStartedAt:         &s.CreatedAt,
		ScanCompletedAt:       &s.UpdatedAt,
		ScannedResourcesCount: new(int32(0)),
		SkippedResourcesCount: new(int32(0)),
		FailedResourcesCount:  new(int32(1)),
		ScannedResources: []wire.ScannedResource{{
			ScannedResourceArn: &s.ResourceARN, ScannedResourceType: &resource, ScannedResourceStatus: &status, ScanStatusReason: &reason}},
	}
	if s.Baseline != "" {
		out.ScanCategory = new(wire.ScanCategoryIncrementalScan)
	}
	return out
}

// scanConfiguration is what the scan was asked with; nil for nothing.
func scanConfiguration(s *store.MalwareScan) *wire.ScanConfiguration {
	if s.Role == "" {
		return nil
	}
	c := &wire.ScanConfiguration{Role: &s.Role}
	if s.Baseline != "" {
		c.IncrementalScanDetails = &wire.IncrementalScanDetails{BaselineResourceArn: &s.Baseline}
	}
	if s.Vault != "" {
		c.RecoveryPoint = &wire.ScanConfigurationRecoveryPoint{BackupVaultName: &s.Vault}
		if s.To != nil {
			c.RecoveryPoint.ContinuousScanDetails = &wire.ScanConfigurationContinuousScanDetails{StartTime: s.From, EndTime: s.To}
		}
	}
	return c
}
