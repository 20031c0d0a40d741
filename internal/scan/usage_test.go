package scan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"picket/finding"
)

// usageOf scans a new folder and returns what was counted, in one order.
func usageOf(t *testing.T, files map[string]string, workers int) []Usage {
	t.Helper()
	var all []Usage
	run(t, Config{Paths: []string{folder(t, files)}, Workers: workers, Region: "eu-west-1", Used: func(us []Usage) { all = append(all, us...) }})
	slices.SortFunc(all, func(a, b Usage) int {
		return cmp.Or(strings.Compare(string(a.Source), string(b.Source)), strings.Compare(a.Account, b.Account), strings.Compare(a.Resource, b.Resource))
	})
	return all
}

func s3Record(i int, bucket string) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"A","accountId":"111122223333"},"eventTime":%q,"eventSource":"s3.amazonaws.com","eventName":"GetObject",`+
		`"awsRegion":"us-east-1","sourceIPAddress":"198.51.100.1","requestParameters":{"bucketName":%q,"key":"k%d"},"eventID":"00000000-0000-4000-8000-%012d","eventCategory":"Data","recipientAccountId":"111122223333"}`,
		timeText(i), bucket, i, i)
}

func TestUsage(t *testing.T) {
	flows := lines(flowRecord, 0, 6000) // some chunks
	dns := lines(dnsRecord, 0, 30)
	trail := `{"Records":[` + strings.Join([]string{trailRecord(0), trailRecord(1), trailRecord(3), s3Record(0, "a"), s3Record(1, "b"), s3Record(2, "a")}, ",") + `]}`
	got := usageOf(t, map[string]string{"f.log": flows, "d.log": dns, "t.json": trail}, 1)
	// Bytes are those of the records: what lies between them belongs to none.
	want := []Usage{
		{Account: "111122223330", Region: "us-east-1", Source: finding.CloudTrail, Records: 2, Bytes: int64(len(trailRecord(0)) + len(trailRecord(3)))},
		{Account: "111122223331", Region: "us-east-1", Source: finding.CloudTrail, Records: 1, Bytes: int64(len(trailRecord(1)))},
		{Account: "111122223333", Region: "us-east-1", Source: finding.DNSLogs, Records: 30, Bytes: int64(len(dns) - 30)},
		{Account: "111122223333", Region: "us-east-1", Source: finding.S3DataEvents, Resource: "a", Records: 2, Bytes: int64(len(s3Record(0, "a")) + len(s3Record(2, "a")))},
		{Account: "111122223333", Region: "us-east-1", Source: finding.S3DataEvents, Resource: "b", Records: 1, Bytes: int64(len(s3Record(1, "b")))},
		{Account: "111122223333", Region: "eu-west-1", Source: finding.VPCFlowLogs, Records: 6000, Bytes: int64(len(flows) - 6000)},
	}
	ids := map[string]bool{}
	for i := range got {
		ids[got[i].ID] = true
		got[i].ID = ""
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(ids) != len(want) {
		t.Errorf("%d ids for %d counts", len(ids), len(want))
	}
}

// TestUsageIsNamedByContent: the same logs have the same ids under any name,
// packed or not; other logs have others.
func TestUsageIsNamedByContent(t *testing.T) {
	flows := lines(flowRecord, 0, 9000)
	plain := usageOf(t, map[string]string{"a.log": flows}, 1)
	packed := usageOf(t, map[string]string{"elsewhere/b.log.gz": gzipOf(t, flows)}, 4)
	if diff := gocmp.Diff(plain, packed); diff != "" {
		t.Errorf("packed logs are counted otherwise:\n%s", diff)
	}
	more := usageOf(t, map[string]string{"a.log": flows + flowRecord(9000)}, 1)
	if more[0].ID == plain[0].ID {
		t.Error("other logs have the same id")
	}
}

func TestUsageIsBounded(t *testing.T) {
	var records []string
	for i := range 3 * maxCounted {
		records = append(records, s3Record(i, fmt.Sprint("bucket-", i)))
	}
	got := usageOf(t, map[string]string{"t.json": `{"Records":[` + strings.Join(records, ",") + `]}`}, 1)
	n := int64(0)
	for _, u := range got {
		n += u.Records
	}
	if len(got) > maxCounted+1 || n != 3*maxCounted {
		t.Errorf("%d counts of %d records", len(got), n)
	}
}
