package scan

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"picket/event"
)

// TestBzip2 reads testdata/shuffled.log.bz2: flow records 0 to 8999 in a random
// order, in one block that is longer than what is looked at first.
func TestBzip2(t *testing.T) {
	data, err := os.ReadFile("testdata/shuffled.log.bz2")
	if err != nil {
		t.Fatal(err)
	}
	if len(data) <= stages[0].stored {
		t.Fatalf("%d bytes, want more than %d", len(data), stages[0].stored)
	}
	for name, data := range map[string]string{"whole": string(data), "cut": string(data[:len(data)-1000])} {
		res := run(t, Config{Paths: []string{folder(t, map[string]string{"a": data})}})
		if name == "whole" && (res.Stats.Records != 9000 || len(res.Problems) != 0) {
			t.Errorf("%d records, problems %v", res.Stats.Records, res.Problems)
		}
		if name == "cut" && (len(res.Problems) != 1 || res.Problems[0].Reason != "bzip2 data is cut short") {
			t.Errorf("problems %v", res.Problems)
		}
	}
}

// TestHead: the time of the first record is found wherever it stands, and with
// it the order of files.
func TestHead(t *testing.T) {
	digest := `{"digestStartTime":"2026-03-02T00:00:00Z","digestS3Object":"x","awsAccountId":"111122223333"}` + "\n"
	nodata := strings.Repeat("2 111122223333 eni-1 - - - - - - - 1772409600 1772409660 - NODATA\n", 10_000)
	for name, c := range map[string]struct {
		data string
		at   int // of the first record, -1: unknown
	}{
		"at once":               {lines(flowRecord, 7, 100), 7},
		"one line without end":  {strings.TrimSuffix(flowRecord(9), "\n"), 9},
		"one record":            {trailFile(11, 12), 11},
		"the earliest of some":  {flowRecord(5) + flowRecord(3) + flowRecord(4), 3},
		"behind a long one":     {`{"Records":[` + strings.Replace(trailRecord(13), `"aws-cli/2"`, `"`+strings.Repeat("x", 200_000)+`"`, 1) + "," + trailRecord(14) + "]}", 13},
		"behind others":         {nodata + flowRecord(15), 15},
		"behind a digest":       {digest + trailRecord(17) + "\n", 17},
		"none":                  {digest, -1},
		"in one long line":      {trailFile(0, 20_000), 0},
		"half a record":         {trailFile(19, 20) + `{"eventVersion":`, 19},
		"after a broken record": {`{"Records":[{"eventVersion":"1.08","eventTime":"x"},` + trailRecord(21) + `]}`, 21},
	} {
		l := looker{report: func(p Problem) { t.Errorf("%s: %s", name, p) }}
		for _, data := range []string{c.data, gzipOf(t, c.data)} {
			o := localFile(filepath.Join(folder(t, map[string]string{"a": data}), "a"), int64(len(data)))
			files := l.look(t.Context(), []*Object{o}, 1)
			want := event.Time(0)
			if c.at >= 0 {
				want = event.TimeOf(logBegin) + event.Time(c.at)*event.Second
			}
			if f := files[0]; f.err != nil || f.head != want || f.text < int64(len(c.data)) {
				t.Errorf("%s: begins at %s, want %s; %d bytes of text, want at least %d; %v", name, f.head, want, f.text, len(c.data), f.err)
			}
		}
	}
}

func TestHints(t *testing.T) {
	for path, want := range map[string]event.Meta{
		"AWSLogs/111122223333/vpcflowlogs/us-east-1/2026/03/02/x.gz":      {Account: "111122223333", Region: "us-east-1"},
		"AWSLogs/aws-account-id=111122223333/aws-region=ap-southeast-2/x": {Account: "111122223333", Region: "ap-southeast-2"},
		"export/aws/eks/prod/cluster/kube-apiserver-audit-1/000000.gz":    {Cluster: "prod"},
		"111122223333/prod/kube-apiserver-audit.log":                      {Account: "111122223333", Cluster: "prod"},
		"logs/1234567890123/us-gov-west-1/a":                              {Region: "us-gov-west-1"},
		`C:\logs\111122223333\eu-west-3\a`:                                {Account: "111122223333", Region: "eu-west-3"},
		"nothing/here/2026":                                               {},
		"a.zip!AWSLogs/111122223333/CloudTrail/sa-east-1/2026/b.json.gz":  {Account: "111122223333", Region: "sa-east-1"},
	} {
		want.Path = path
		if diff := cmp.Diff(want, hints(path, event.Meta{})); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
		want.Account, want.Region = "999999999999", "eu-north-1"
		if diff := cmp.Diff(want, hints(path, event.Meta{Account: "999999999999", Region: "eu-north-1"})); diff != "" {
			t.Errorf("%s: what is given wins: %s", path, diff)
		}
	}
}

// TestManyMembers: the list of an archive may be long, but not without bound.
func TestManyMembers(t *testing.T) {
	var members []string
	for i := range 1000 {
		members = append(members, fmt.Sprintf("%s/%05d", strings.Repeat("long-name", 30), i), flowRecord(i))
	}
	dir := folder(t, map[string]string{"a.zip": zipOf(t, members...)})
	if res := run(t, Config{Paths: []string{dir}, Workers: 4}); res.Stats.Records != 1000 || len(res.Problems) > 0 {
		t.Errorf("%d records, problems %v", res.Stats.Records, res.Problems)
	}
	huge := zipOf(t, members[:2]...)
	end := strings.LastIndex(huge, "PK\x05\x06")
	entry := huge[strings.Index(huge, "PK\x01\x02"):end]
	huge = huge[:end] + strings.Repeat(entry, maxDirectory/len(entry)) + huge[end:]
	res := run(t, Config{Paths: []string{folder(t, map[string]string{"a.zip": huge})}})
	if len(res.Problems) != 1 || res.Problems[0].Reason != errDirectory.Error() {
		t.Errorf("problems %v", res.Problems)
	}
}
