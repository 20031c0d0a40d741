package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
)

// sampled are the types that the real service makes samples of, with the number
// of samples of each.
func sampled(t *testing.T) map[string]int {
	t.Helper()
	b, err := os.ReadFile("../../internal/samples/testdata/types.tsv")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		var n int
		name, count, _ := strings.Cut(line, "\t")
		if _, err := fmt.Sscan(count, &n); err != nil {
			t.Fatal(err)
		}
		out[name] = n
	}
	return out
}

// samples makes samples of types, of all without any.
func (c *client) samples(t *testing.T, detector string, names ...string) {
	t.Helper()
	if _, err := c.CreateSampleFindings(t.Context(), &guardduty.CreateSampleFindingsInput{DetectorId: &detector, FindingTypes: names}); err != nil {
		t.Fatal(err)
	}
}

// sampleIDs lists the findings that meet conditions, page by page.
func (c *client) sampleIDs(t *testing.T, detector string, criterion map[string]types.Condition) []string {
	t.Helper()
	in := &guardduty.ListFindingsInput{DetectorId: &detector}
	if criterion != nil {
		in.FindingCriteria = &types.FindingCriteria{Criterion: criterion}
	}
	var ids []string
	for pages := guardduty.NewListFindingsPaginator(c, in); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, page.FindingIds...)
	}
	return ids
}

// sampleFindings reads all findings of a detector.
func (c *client) sampleFindings(t *testing.T, detector string) []types.Finding {
	t.Helper()
	var out []types.Finding
	for ids := range slices.Chunk(c.sampleIDs(t, detector, nil), 50) {
		got, err := c.GetFindings(t.Context(), &guardduty.GetFindingsInput{DetectorId: &detector, FindingIds: ids})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, got.Findings...)
	}
	return out
}

func TestSamplesOfAllTypes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		start := time.Now()
		c.samples(t, d)
		t.Logf("%v for all samples", time.Since(start))
		count, ids := map[string]int{}, map[string]bool{}
		for _, f := range c.sampleFindings(t, d) {
			count[*f.Type]++
			ids[*f.Id] = true
			checkSample(t, w, d, &f)
		}
		if len(ids) != 444 {
			t.Errorf("%d different findings, want 444", len(ids))
		}
		want := sampled(t)
		for name, n := range want {
			if count[name] != n {
				t.Errorf("%d samples of %s, want %d", count[name], name, n)
			}
		}
		if len(count) != len(want) {
			t.Errorf("samples of %d types, want %d", len(count), len(want))
		}
	})
}

var hexID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// checkSample checks what every sample has.
func checkSample(t *testing.T, w *world, detector string, f *types.Finding) {
	t.Helper()
	name, s := aws.ToString(f.Type), f.Service
	if s == nil || f.Resource == nil {
		t.Fatalf("%s has no service or resource", name)
	}
	arn := "arn:aws:guardduty:" + w.region + ":" + adminAccount + ":detector/" + detector + "/finding/" + aws.ToString(f.Id)
	for _, c := range []struct{ member, got, want string }{
		{"accountId", aws.ToString(f.AccountId), adminAccount},
		{"region", aws.ToString(f.Region), w.region},
		{"partition", aws.ToString(f.Partition), "aws"},
		{"schemaVersion", aws.ToString(f.SchemaVersion), "2.0"},
		{"arn", aws.ToString(f.Arn), arn},
		{"updatedAt", aws.ToString(f.UpdatedAt), aws.ToString(f.CreatedAt)},
		{"service.serviceName", aws.ToString(s.ServiceName), "guardduty"},
		{"service.detectorId", aws.ToString(s.DetectorId), detector},
		{"service.eventLastSeen", aws.ToString(s.EventLastSeen), aws.ToString(s.EventFirstSeen)},
		{"service.additionalInfo.type", aws.ToString(s.AdditionalInfo.Type), "default"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s is %q, want %q", name, c.member, c.got, c.want)
		}
	}
	var info struct{ Sample bool }
	if err := json.Unmarshal([]byte(aws.ToString(s.AdditionalInfo.Value)), &info); err != nil || !info.Sample {
		t.Errorf("%s: additionalInfo is %q", name, aws.ToString(s.AdditionalInfo.Value))
	}
	count := int32(1)
	if strings.HasPrefix(aws.ToString(s.FeatureName), "CustomDetectionRule") { // its calls, of which a signal tells some
		count = max(aws.ToInt32(s.Count), aws.ToInt32(s.Detection.Sequence.Signals[0].Count), 1)
	}
	if aws.ToInt32(s.Count) != count || aws.ToBool(s.Archived) || aws.ToFloat64(f.Severity) < 2 || s.UserFeedback != nil || f.Confidence != nil {
		t.Errorf("%s: count %d, archived %v, severity %g", name, aws.ToInt32(s.Count), aws.ToBool(s.Archived), aws.ToFloat64(f.Severity))
	}
	if !hexID.MatchString(aws.ToString(f.Id)) || aws.ToString(f.Title) == "" || aws.ToString(f.Description) == "" || aws.ToString(s.FeatureName) == "" || aws.ToString(f.Resource.ResourceType) == "" {
		t.Errorf("%s: id %q, title %q, description %q, feature %q, resource %q", name, aws.ToString(f.Id), aws.ToString(f.Title), aws.ToString(f.Description),
			aws.ToString(s.FeatureName), aws.ToString(f.Resource.ResourceType))
	}
	if s.Detection != nil && s.Detection.Sequence != nil && aws.ToString(f.AssociatedAttackSequenceArn) != arn {
		t.Errorf("%s: associatedAttackSequenceArn is %q", name, aws.ToString(f.AssociatedAttackSequenceArn))
	}
}

// TestSamplesByCriteria: criteria on what samples hold find them. The numbers
// are those of the reference.
func TestSamplesByCriteria(t *testing.T) {
	is := func(values ...string) types.Condition { return types.Condition{Equals: values} }
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		c.samples(t, d)
		for _, q := range []struct {
			what      string
			criterion map[string]types.Condition
			want      int
		}{
			{"type", map[string]types.Condition{"type": is("AttackSequence:IAM/CompromisedCredentials")}, 11},
			{"critical", map[string]types.Condition{"severity": {GreaterThanOrEqual: aws.Int64(9)}}, 21},
			{"attack sequences", map[string]types.Condition{"resource.resourceType": is("AttackSequence")}, 21},
			{"functions", map[string]types.Condition{"resource.resourceType": is("Lambda")}, 7},
			{"databases", map[string]types.Condition{"resource.resourceType": is("RDSDBInstance", "RDSLimitlessDB")}, 18},
			{"port probes", map[string]types.Condition{"service.action.actionType": is("PORT_PROBE")}, 2},
			{"ports and instances", map[string]types.Condition{"service.action.portProbeAction.portProbeDetails.localPortDetails.port": is("3306"),
				"resource.instanceDetails.instanceId": is("i-99999999")}, 2},
			{"commands", map[string]types.Condition{"type": is("Execution:Runtime/SuspiciousCommand"), "resource.resourceType": is("Container", "ECSCluster")}, 2},
			{"archived", map[string]types.Condition{"service.archived": is("true")}, 0},
			{"scans", map[string]types.Condition{"service.ebsVolumeScanDetails.scanId": is("bd6ce77dcacb163330a1a40ec143f557")}, 10},
		} {
			if got := len(c.sampleIDs(t, d, q.criterion)); got != q.want {
				t.Errorf("%s: %d findings, want %d", q.what, got, q.want)
			}
		}
	})
}

// TestSamplesAgain: a sample that is made again counts once more, whatever it
// counted at first.
func TestSamplesAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, count := range map[string]int32{"Recon:EC2/Portscan": 1, "DefenseImpairment:EC2/DisableOrModifyTools": 171} {
			samplesAgain(t, w.admin, name, count)
		}
	})
}

func samplesAgain(t *testing.T, c *client, name string, count int32) {
	t.Helper()
	d := c.detector(t)
	c.samples(t, d, name, name)
	one := c.sampleFindings(t, d)
	if len(one) != 1 || *one[0].Service.Count != count {
		t.Fatalf("%s: named twice it made %d findings that count %d", name, len(one), *one[0].Service.Count)
	}
	time.Sleep(1100 * time.Millisecond) // times of events are whole seconds
	c.samples(t, d, name)
	c.samples(t, d, name)
	two := c.sampleFindings(t, d)
	if len(two) != 1 || *two[0].Id != *one[0].Id || *two[0].Service.Count != count+2 {
		t.Fatalf("made again twice: %d findings, count %d", len(two), *two[0].Service.Count)
	}
	a, b := one[0], two[0]
	if *b.CreatedAt != *a.CreatedAt || *b.Service.EventFirstSeen != *a.Service.EventFirstSeen || *b.Arn != *a.Arn {
		t.Errorf("created at %s, then %s; first seen %s, then %s", *a.CreatedAt, *b.CreatedAt, *a.Service.EventFirstSeen, *b.Service.EventFirstSeen)
	}
	if *b.UpdatedAt <= *a.UpdatedAt || *b.Service.EventLastSeen <= *a.Service.EventLastSeen {
		t.Errorf("updated at %s, then %s; last seen %s, then %s", *a.UpdatedAt, *b.UpdatedAt, *a.Service.EventLastSeen, *b.Service.EventLastSeen)
	}
	if _, err := c.DeleteDetector(t.Context(), &guardduty.DeleteDetectorInput{DetectorId: &d}); err != nil {
		t.Fatal(err)
	}
}

// TestSampleAfterArchiving: what is archived takes no more; the next sample is a
// finding of its own, and says so wherever it names itself.
func TestSampleAfterArchiving(t *testing.T) {
	const name = "AttackSequence:S3/CompromisedData"
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		c.samples(t, d, name)
		old := c.sampleIDs(t, d, nil)
		if _, err := c.ArchiveFindings(t.Context(), &guardduty.ArchiveFindingsInput{DetectorId: &d, FindingIds: old}); err != nil {
			t.Fatal(err)
		}
		c.samples(t, d, name)
		c.samples(t, d, name)
		for _, f := range c.sampleFindings(t, d) {
			want, archived := int32(2), false
			if *f.Id == old[0] {
				want, archived = 1, true
			}
			if *f.Service.Count != want || *f.Service.Archived != archived || *f.AssociatedAttackSequenceArn != *f.Arn || !strings.HasSuffix(*f.Arn, "/finding/"+*f.Id) {
				t.Errorf("%s: count %d, archived %v, associatedAttackSequenceArn %s", *f.Arn, *f.Service.Count, *f.Service.Archived, *f.AssociatedAttackSequenceArn)
			}
		}
		if n := len(c.sampleIDs(t, d, nil)); n != 2 {
			t.Errorf("%d findings, want the archived one and another", n)
		}
	})
}

// TestSamplesMeetFilters: a sample that a filter is about arrives archived.
func TestSamplesMeetFilters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		_, err := c.CreateFilter(t.Context(), &guardduty.CreateFilterInput{DetectorId: &d, Name: aws.String("probes"), Action: types.FilterActionArchive,
			FindingCriteria: &types.FindingCriteria{Criterion: map[string]types.Condition{"service.action.actionType": {Equals: []string{"PORT_PROBE"}}}}})
		if err != nil {
			t.Fatal(err)
		}
		c.samples(t, d, "Recon:EC2/PortProbeUnprotectedPort", "Recon:EC2/Portscan")
		for _, f := range c.sampleFindings(t, d) {
			if want := *f.Type == "Recon:EC2/PortProbeUnprotectedPort"; *f.Service.Archived != want {
				t.Errorf("%s: archived is %v", *f.Type, *f.Service.Archived)
			}
		}
	})
}

// TestSamplesOfNothing: an empty list names no types. The SDK sends it as it is.
func TestSamplesOfNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		if _, err := c.CreateSampleFindings(t.Context(), &guardduty.CreateSampleFindingsInput{DetectorId: &d, FindingTypes: []string{}}); err != nil {
			t.Fatal(err)
		}
		if ids := c.sampleIDs(t, d, nil); len(ids) != 0 {
			t.Errorf("an empty list made %d findings", len(ids))
		}
	})
}

func TestSamplesOnSuspendedDetector(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t, func(in *guardduty.CreateDetectorInput) { in.Enable = aws.Bool(false) })
		c.samples(t, d, "UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS")
		if ids := c.sampleIDs(t, d, nil); len(ids) != 2 {
			t.Errorf("%d findings, want 2", len(ids))
		}
	})
}

func TestSampleRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c, d := w.admin, w.admin.detector(t)
		make := func(c *client, detector string, names ...string) error {
			_, err := c.CreateSampleFindings(t.Context(), &guardduty.CreateSampleFindingsInput{DetectorId: &detector, FindingTypes: names})
			return err
		}
		refused(t, make(c, d, "Recon:EC2/Portscan", "Recon:EC2/NoSuchThing"), "BadRequestException", "The request is rejected because of invalid finding type is specified.")
		refused(t, make(c, d, "recon:ec2/portscan"), "BadRequestException", "The request is rejected because of invalid finding type is specified.")
		refused(t, make(c, d, "CryptoCurrency:EC2/BitcoinTool.A"), "BadRequestException", "The request is rejected because of invalid finding type is specified.")
		refused(t, make(c, d, slices.Repeat([]string{"Recon:EC2/Portscan"}, 51)...), "BadRequestException", outOfRange)
		refused(t, make(c, d, strings.Repeat("x", 101)), "BadRequestException", outOfRange)
		refused(t, make(c, unknownID), "BadRequestException", notOwned)
		refused(t, make(c, "x"), "BadRequestException", invalidDetector)
		refused(t, make(w.other, d), "BadRequestException", notOwned)
		if ids := c.sampleIDs(t, d, nil); len(ids) != 0 {
			t.Errorf("refused requests made %d findings", len(ids))
		}
		if err := make(c, d, slices.Repeat([]string{"Recon:EC2/Portscan"}, 50)...); err != nil {
			t.Errorf("50 types: %v", err)
		}
	})
}
