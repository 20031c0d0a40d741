package guardduty

import (
	"context"
	"errors"
	"strings"
	"time"

	"picket/finding"
	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/store"
)

func (a *API) scanRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.StartMalwareScan, a.startScan),
		awsrpc.Bind(wire.SendObjectMalwareScan, a.sendObjectScan),
		awsrpc.Bind(wire.GetMalwareScan, a.getScan),
		awsrpc.Bind(wire.ListMalwareScans, a.listScans),
		awsrpc.Bind(wire.DescribeMalwareScans, a.describeScans),
	}
}

// scanPause is how long a resource is not scanned again.
const scanPause = time.Hour

// scannable are the resources that can be scanned, by what their ARNs have after
// the account. Those of backups are named by the kind of what was saved.
var scannable = []struct {
	service, prefix string
	resource        wire.MalwareProtectionResourceType
	backup          wire.MalwareProtectionResourceType // with a recovery point in the request
}{
	{"ec2", "instance/i-", wire.MalwareProtectionResourceTypeEc2Instance, ""},
	{"ec2", "snapshot/snap-", wire.MalwareProtectionResourceTypeEbsSnapshot, wire.MalwareProtectionResourceTypeEbsRecoveryPoint},
	{"ec2", "image/ami-", wire.MalwareProtectionResourceTypeEc2Ami, wire.MalwareProtectionResourceTypeEc2RecoveryPoint},
	{"backup", "recovery-point:", "", wire.MalwareProtectionResourceTypeS3RecoveryPoint},
}

// startScan notes a scan. picket can't read volumes and backups, so the scan has
// failed at once and says why.
func (a *API) startScan(ctx context.Context, in *wire.StartMalwareScanInput) (*wire.StartMalwareScanOutput, error) {
	const op = "StartMalwareScan"
	s := scopeOf(ctx)
	scan, err := newScan(s, in)
	if err != nil {
		return nil, err
	}
	err = a.db.Write(ctx, func(tx *store.Tx) error {
		if in.ClientToken != nil && *in.ClientToken != "" {
			if id, err := tx.Token(s, op, *in.ClientToken); err != nil || id != "" {
				scan.ID = id
				return err
			}
		}
		ok, err := sees(tx, s, scan.Account)
		if err != nil {
			return err
		}
		if !ok {
			return errOutOfRange
		}
		if err := checkPause(tx, &scan); err != nil {
			return err
		}
		if err := store.MalwareScans.Insert(tx, &scan); err != nil || in.ClientToken == nil || *in.ClientToken == "" {
			return err
		}
		return tx.PutToken(s, op, *in.ClientToken, scan.ID)
	})
	return &wire.StartMalwareScanOutput{ScanId: &scan.ID}, err
}

// newScan is the scan that is asked for.
func newScan(s store.Scope, in *wire.StartMalwareScanInput) (store.MalwareScan, error) {
	scan := store.MalwareScan{
		Meta:        store.Meta{Scope: s, ID: newID(), Status: string(wire.MalwareProtectionScanStatusFailed)},
		ResourceARN: strings.Clone(*in.ResourceArn),
		Reason:      string(wire.ScanStatusReasonResourceUnavailable),
	}
	if c := in.ScanConfiguration; c != nil {
		scan.Role = *c.Role
		if c.IncrementalScanDetails != nil {
			scan.Baseline = *c.IncrementalScanDetails.BaselineResourceArn
		}
		if r := c.RecoveryPoint; r != nil {
			scan.Vault = *r.BackupVaultName
			if r.ContinuousScanDetails != nil {
				scan.From, scan.To = r.ContinuousScanDetails.StartTime, r.ContinuousScanDetails.EndTime
			}
		}
	}
	part := strings.SplitN(scan.ResourceARN, ":", 6)
	if len(part) < 6 || part[1] != finding.Partition(s.Region) || part[3] != s.Region {
		return scan, errOutOfRange
	}
	scan.Account = part[4]
	for _, r := range scannable {
		if part[2] == r.service && len(part[5]) > len(r.prefix) && strings.HasPrefix(part[5], r.prefix) {
			scan.ResourceType = string(r.resource)
			if scan.Vault != "" {
				scan.ResourceType = string(r.backup)
			}
		}
	}
	if scan.To != nil && scan.ResourceType == string(wire.MalwareProtectionResourceTypeS3RecoveryPoint) {
		scan.ResourceType = string(wire.MalwareProtectionResourceTypeS3PointInTimeRecovery)
	}
	if scan.ResourceType == "" {
		return scan, errOutOfRange
	}
	return scan, nil
}

// checkPause refuses a resource that was scanned shortly before.
func checkPause(tx *store.Tx, scan *store.MalwareScan) error {
	return eachScan(tx, store.Where{Region: scan.Region, Account: scan.Account}, true, scanPlace{}, func(old *store.MalwareScan) (bool, error) {
		if tx.Now.Sub(old.CreatedAt) >= scanPause {
			return false, nil
		}
		if old.ResourceARN == scan.ResourceARN {
			return false, fault.New(fault.Conflict, "A scan was started on this resource recently. You can request a scan on the same resource one hour after the previous scan start time.")
		}
		return true, nil
	})
}

// sendObjectScan takes a request to scan an object of a protected bucket. The
// results of such scans are events only, and picket makes none.
func (a *API) sendObjectScan(ctx context.Context, in *wire.SendObjectMalwareScanInput) (*wire.SendObjectMalwareScanOutput, error) {
	o := in.S3Object
	if o == nil || o.Bucket == nil || o.Key == nil || *o.Key == "" {
		return nil, errOutOfRange
	}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		_, ok, err := planOf(tx, scopeOf(ctx), *o.Bucket)
		if err == nil && !ok {
			return fault.New(fault.Invalid, "The request was rejected because the S3 bucket has no Malware Protection plan.")
		}
		return err
	})
	return &wire.SendObjectMalwareScanOutput{}, err
}

// sees says whether a caller may know of an account's resources: of its own, and
// of those of the members that it administers.
func sees(tx *store.Tx, s store.Scope, account string) (bool, error) {
	if account == s.Account {
		return true, nil
	}
	m, err := store.Members.Get(tx, s, account)
	if errors.Is(err, fault.NotFound) {
		return false, nil
	}
	return m.Associated(), err
}
