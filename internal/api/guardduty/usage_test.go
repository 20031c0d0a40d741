package guardduty

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/store"
)

const (
	usageAdmin    = "111122223333"
	usageMember   = "222233334444"
	usageStranger = "333344445555"
)

// usageWorld is an API whose store has usage of three accounts. The first
// administers the second.
type usageWorld struct {
	*API
	detectors map[string]string
}

func newUsageWorld(t *testing.T) *usageWorld {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "picket.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := &usageWorld{New(Config{DB: db}), map[string]string{}}
	for _, account := range []string{usageAdmin, usageMember, usageStranger} {
		out, err := w.createDetector(as(t.Context(), account), &wire.CreateDetectorInput{Enable: new(true)})
		if err != nil {
			t.Fatal(err)
		}
		w.detectors[account] = *out.DetectorId
	}
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		m := store.Member{Meta: store.Meta{Scope: store.Scope{Region: "eu-west-1", Account: usageAdmin}, ID: usageMember, Status: store.MemberEnabled}}
		return store.Members.Put(tx, &m)
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func as(ctx context.Context, account string) context.Context {
	return awsrpc.WithCaller(ctx, awsrpc.Caller{Account: account, Region: "eu-west-1"})
}

// used counts usage of some days ago.
func (w *usageWorld) used(t *testing.T, days int, us ...store.Usage) {
	t.Helper()
	for i := range us {
		us[i].Region, us[i].Day = "eu-west-1", time.Now().AddDate(0, 0, -days)
	}
	if err := w.db.Write(t.Context(), func(tx *store.Tx) error { return tx.AddUsage(us) }); err != nil {
		t.Fatal(err)
	}
}

func usage(account, source, resource string, records, bytes int64) store.Usage {
	return store.Usage{Scope: store.Scope{Account: account}, Source: source, Resource: resource, Records: records, Bytes: bytes}
}

func (w *usageWorld) ask(t *testing.T, account string, kind wire.UsageStatisticType, c wire.UsageCriteria) *wire.UsageStatistics {
	t.Helper()
	out, err := w.getUsageStatistics(as(t.Context(), account), &wire.GetUsageStatisticsInput{
		DetectorId: new(w.detectors[account]), UsageStatisticType: &kind, UsageCriteria: &c})
	if err != nil {
		t.Fatal(err)
	}
	if out.NextToken != nil {
		t.Errorf("%s: more than a page", kind)
	}
	return out.UsageStatistics
}

// lines are statistics in the order they were told: name, amount.
func lines(out *wire.UsageStatistics) (lines []string) {
	add := func(name string, total *wire.Total) { lines = append(lines, name+" "+*total.Amount+" "+*total.Unit) }
	for _, r := range out.SumByAccount {
		add(*r.AccountId, r.Total)
	}
	for _, r := range out.SumByDataSource {
		add(string(*r.DataSource), r.Total)
	}
	for _, r := range out.SumByFeature {
		add(string(*r.Feature), r.Total)
	}
	for _, r := range slices.Concat(out.SumByResource, out.TopResources) {
		add(*r.Resource, r.Total)
	}
	for _, f := range out.TopAccountsByFeature {
		for _, r := range f.Accounts {
			add(string(*f.Feature)+"/"+*r.AccountId, r.Total)
		}
	}
	return lines
}

const gigabyte = 1 << 30

// TestUsageStatistics: amounts are what the real service lists for the volume,
// US dollars: 1 a gigabyte of flow and DNS logs, 4 a million management events,
// 0.80 a million S3 data events, 1.60 a million Kubernetes audit events.
func TestUsageStatistics(t *testing.T) {
	w := newUsageWorld(t)
	w.used(t, 1,
		usage(usageAdmin, "FLOW_LOGS", "", 10, gigabyte/4),
		usage(usageAdmin, "S3_DATA_EVENTS", "bucket-b", 1_000_000, 5),
		usage(usageMember, "FLOW_LOGS", "", 10, 2*gigabyte),
		usage(usageMember, "EKS_AUDIT_LOGS", "cluster", 500_000, 5),
		usage(usageMember, "S3_DATA_EVENTS", "bucket-a", 1, 5),
		usage(usageMember, "LAMBDA_NETWORK_LOGS", "", 1, gigabyte),
		usage(usageStranger, "FLOW_LOGS", "secret", 10, gigabyte))
	w.used(t, 29, usage(usageAdmin, "FLOW_LOGS", "", 10, gigabyte/4), usage(usageAdmin, "CLOUD_TRAIL", "", 250_000, 1))
	w.used(t, 31, usage(usageAdmin, "FLOW_LOGS", "", 10, 9*gigabyte))
	all := wire.UsageCriteria{}
	for _, c := range []struct {
		account  string
		kind     wire.UsageStatisticType
		criteria wire.UsageCriteria
		want     []string
	}{
		{usageAdmin, "SUM_BY_ACCOUNT", all, []string{usageAdmin + " 2.3 USD", usageMember + " 3.8000008 USD"}},
		{usageMember, "SUM_BY_ACCOUNT", all, []string{usageMember + " 3.8000008 USD"}},
		{usageAdmin, "SUM_BY_ACCOUNT", wire.UsageCriteria{AccountIds: []string{usageMember, usageStranger}}, []string{usageMember + " 3.8000008 USD"}},
		{usageAdmin, "SUM_BY_ACCOUNT", wire.UsageCriteria{DataSources: []wire.DataSource{"S3_LOGS", "CLOUD_TRAIL"}}, []string{usageAdmin + " 1.8 USD", usageMember + " 0.0000008 USD"}},
		{usageAdmin, "SUM_BY_ACCOUNT", wire.UsageCriteria{Features: []wire.UsageFeature{"LAMBDA_NETWORK_LOGS"}}, []string{usageMember + " 1 USD"}},
		{usageAdmin, "SUM_BY_DATA_SOURCE", all, []string{"CLOUD_TRAIL 1 USD", "FLOW_LOGS 2.5 USD", "KUBERNETES_AUDIT_LOGS 0.8 USD", "S3_LOGS 0.8000008 USD"}},
		{usageAdmin, "SUM_BY_FEATURES", all, []string{"CLOUD_TRAIL 1 USD", "EKS_AUDIT_LOGS 0.8 USD", "FLOW_LOGS 2.5 USD", "LAMBDA_NETWORK_LOGS 1 USD", "S3_DATA_EVENTS 0.8000008 USD"}},
		{usageAdmin, "SUM_BY_RESOURCE", all, []string{"bucket-a 0.0000008 USD", "bucket-b 0.8 USD", "cluster 0.8 USD"}},
		{usageAdmin, "SUM_BY_RESOURCE", wire.UsageCriteria{Resources: []string{"bucket-a", "secret", "bucket"}}, []string{"bucket-a 0.0000008 USD"}},
		{usageAdmin, "TOP_RESOURCES", all, []string{"bucket-b 0.8 USD", "cluster 0.8 USD", "bucket-a 0.0000008 USD"}},
		{usageStranger, "TOP_RESOURCES", all, []string{"secret 1 USD"}},
		{usageAdmin, "TOP_ACCOUNTS_BY_FEATURE", wire.UsageCriteria{Features: []wire.UsageFeature{"FLOW_LOGS", "EKS_AUDIT_LOGS"}},
			[]string{"EKS_AUDIT_LOGS/" + usageMember + " 0.8 USD", "FLOW_LOGS/" + usageMember + " 2 USD", "FLOW_LOGS/" + usageAdmin + " 0.5 USD"}},
	} {
		if diff := cmp.Diff(c.want, lines(w.ask(t, c.account, c.kind, c.criteria))); diff != "" {
			t.Errorf("%s %+v (-want +got):\n%s", c.kind, c.criteria, diff)
		}
	}
}

// TestUsagePages: pages of each order give everything once; the largest are 50.
func TestUsagePages(t *testing.T) {
	w := newUsageWorld(t)
	var us []store.Usage
	for i := range 60 {
		us = append(us, usage(usageAdmin, "S3_DATA_EVENTS", fmt.Sprintf("bucket-%02d", i), int64(1000*(i/2)), 1))
	}
	w.used(t, 0, us...)
	pages := func(kind wire.UsageStatisticType) (out []string) {
		in := &wire.GetUsageStatisticsInput{DetectorId: new(w.detectors[usageAdmin]), UsageStatisticType: &kind, UsageCriteria: &wire.UsageCriteria{}, MaxResults: new(int32(7))}
		for {
			page, err := w.getUsageStatistics(as(t.Context(), usageAdmin), in)
			if err != nil {
				t.Fatal(err)
			}
			got := lines(page.UsageStatistics)
			if out = append(out, got...); page.NextToken == nil {
				return out
			}
			if in.NextToken = page.NextToken; len(got) != 7 {
				t.Fatalf("a page of %d", len(got))
			}
		}
	}
	if got := pages("SUM_BY_RESOURCE"); len(got) != 60 || got[0] != "bucket-00 0 USD" || got[59] != "bucket-59 0.0232 USD" || !slices.IsSorted(got) {
		t.Errorf("sums %q", got)
	}
	top := pages("TOP_RESOURCES")
	if len(top) != 50 || top[0] != "bucket-58 0.0232 USD" || top[1] != "bucket-59 0.0232 USD" || top[49] != "bucket-11 0.004 USD" {
		t.Errorf("%d largest: %q", len(top), top)
	}
	slices.Sort(top)
	if len(slices.Compact(top)) != 50 {
		t.Error("one is told twice")
	}
	kind := wire.UsageStatisticTypeTopResources
	_, err := w.getUsageStatistics(as(t.Context(), usageAdmin), &wire.GetUsageStatisticsInput{DetectorId: new(w.detectors[usageAdmin]), UsageStatisticType: &kind,
		UsageCriteria: &wire.UsageCriteria{}, NextToken: writeToken("GetUsageStatistics SUM_BY_RESOURCE", usageSum{Key: "b"})})
	if err == nil {
		t.Error("the token of another list is accepted")
	}
}
