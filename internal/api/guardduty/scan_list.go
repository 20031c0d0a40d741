package guardduty

import (
	"context"
	"slices"
	"time"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/fault"
	"picket/internal/store"
)

// scanRetention is how long scans are shown.
const scanRetention = 90 * 24 * time.Hour

// A scanPlace is where a scan stands in the order of lists.
type scanPlace struct {
	At int64 // Unix milliseconds
	ID string
}

// A scanList is a request for a page of scans.
type scanList struct {
	op    string // whose tokens it takes
	desc  bool
	limit int
	meets func(*store.MalwareScan) bool
}

// newScanList reads what the operations that list scans have in common. The
// attributes are names of the time that scans can be sorted by.
func newScanList(op string, maxResults *int32, sort *wire.SortCriteria, attributes ...string) (scanList, error) {
	l := scanList{op: op, desc: true, limit: 50, meets: func(*store.MalwareScan) bool { return true }}
	if maxResults != nil {
		l.limit = int(*maxResults)
	}
	if sort != nil {
		if sort.AttributeName == nil || !slices.Contains(attributes, *sort.AttributeName) {
			return l, fault.New(fault.Invalid, "The request is rejected because the parameter sortCriteria has an invalid value.")
		}
		l.desc = sort.OrderBy == nil || *sort.OrderBy == wire.OrderByDesc
	}
	return l, nil
}

// page reads the page after a token of the scans that the scope may see.
func (l *scanList) page(tx *store.Tx, s store.Scope, token *string) (scans []store.MalwareScan, next *string, err error) {
	var after scanPlace
	if err := readToken(l.op, token, &after); err != nil {
		return nil, nil, err
	}
	w := store.Where{Region: s.Region, Account: s.Account, Members: true}
	err = eachScan(tx, w, l.desc, after, func(scan *store.MalwareScan) (bool, error) {
		if tx.Now.Sub(scan.CreatedAt) < scanRetention && l.meets(scan) {
			scans = append(scans, *scan)
		}
		return len(scans) <= l.limit, nil
	})
	if len(scans) > l.limit {
		scans = scans[:l.limit]
		last := &scans[l.limit-1]
		next = writeToken(l.op, scanPlace{last.CreatedAt.UnixMilli(), last.ID})
	}
	return scans, next, err
}

// eachScan calls f for the scans after a place until it says that there is no
// need for more.
func eachScan(tx *store.Tx, w store.Where, desc bool, from scanPlace, f func(*store.MalwareScan) (more bool, err error)) error {
	const chunk = 200
	after := store.Meta{ID: from.ID, CreatedAt: time.UnixMilli(from.At)}
	for {
		scans, err := store.MalwareScans.InTime(tx, w, desc, after, chunk)
		if err != nil {
			return err
		}
		for i := range scans {
			if more, err := f(&scans[i]); err != nil || !more {
				return err
			}
		}
		if len(scans) < chunk {
			return nil
		}
		after = scans[len(scans)-1].Meta
	}
}

func (a *API) listScans(ctx context.Context, in *wire.ListMalwareScansInput) (*wire.ListMalwareScansOutput, error) {
	out := &wire.ListMalwareScansOutput{Scans: []wire.MalwareScan{}}
	l, err := newScanList("ListMalwareScans", in.MaxResults, in.SortCriteria, "scanStartedAt", "scanStartTime")
	if err != nil {
		return nil, err
	}
	if c := in.FilterCriteria; c != nil {
		for _, f := range c.ListMalwareScansFilterCriterion {
			if f.ListMalwareScansCriterionKey == nil {
				return nil, errOutOfRange
			}
			if l.meets, err = scanTest(string(*f.ListMalwareScansCriterionKey), f.FilterCondition); err != nil {
				return nil, err
			}
		}
	}
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		scans, next, err := l.page(tx, scopeOf(ctx), in.NextToken)
		for i := range scans {
			out.Scans = append(out.Scans, scanEntry(&scans[i]))
		}
		out.NextToken = next
		return err
	})
	return out, err
}

func scanEntry(s *store.MalwareScan) wire.MalwareScan {
	return wire.MalwareScan{
		ResourceArn:     &s.ResourceARN,
		ResourceType:    new(wire.MalwareProtectionResourceType(s.ResourceType)),
		ScanId:          &s.ID,
		ScanStatus:      new(wire.MalwareProtectionScanStatus(s.Status)),
		ScanType:        new(wire.MalwareProtectionScanTypeOnDemand),
		ScanStartedAt:   &s.CreatedAt,
		ScanCompletedAt: &s.UpdatedAt,
	}
}

// describeScans lists the scans of instances.
func (a *API) describeScans(ctx context.Context, in *wire.DescribeMalwareScansInput) (*wire.DescribeMalwareScansOutput, error) {
	out := &wire.DescribeMalwareScansOutput{Scans: []wire.Scan{}}
	err := a.db.Read(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if _, err := ownDetector(tx, s, *in.DetectorId); err != nil {
			return err
		}
		l, err := newScanList("DescribeMalwareScans", in.MaxResults, in.SortCriteria, "scanStartTime")
		if err != nil {
			return err
		}
		meets, err := instanceTest(in.FilterCriteria)
		if err != nil {
			return err
		}
		l.meets = meets
		scans, next, err := l.page(tx, s, in.NextToken)
		if err != nil {
			return err
		}
		out.NextToken = next
		out.Scans, err = describe(tx, scans)
		return err
	})
	return out, err
}

// instanceTest is the test for scans of instances that meet a filter.
func instanceTest(c *wire.FilterCriteria) (func(*store.MalwareScan) bool, error) {
	meets := func(*store.MalwareScan) bool { return true }
	if c != nil {
		for _, f := range c.FilterCriterion {
			if f.CriterionKey == nil {
				return nil, errOutOfRange
			}
			var err error
			if meets, err = scanTest(string(*f.CriterionKey), f.FilterCondition); err != nil {
				return nil, err
			}
		}
	}
	return func(s *store.MalwareScan) bool {
		return s.ResourceType == string(wire.MalwareProtectionResourceTypeEc2Instance) && meets(s)
	}, nil
}
