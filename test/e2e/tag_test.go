package e2e

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/google/go-cmp/cmp"
)

// arn is of what lies below a path of the client's account and region.
func (c *client) arn(path string) string {
	return "arn:aws:guardduty:" + c.Region + ":" + c.Account + ":" + path
}

func (c *client) tag(t *testing.T, arn string, tags map[string]string) error {
	t.Helper()
	_, err := c.TagResource(t.Context(), &guardduty.TagResourceInput{ResourceArn: &arn, Tags: tags})
	return err
}

func (c *client) untag(t *testing.T, arn string, keys ...string) error {
	t.Helper()
	_, err := c.UntagResource(t.Context(), &guardduty.UntagResourceInput{ResourceArn: &arn, TagKeys: keys})
	return err
}

func (c *client) listTags(t *testing.T, arn string) (map[string]string, error) {
	t.Helper()
	out, err := c.ListTagsForResource(t.Context(), &guardduty.ListTagsForResourceInput{ResourceArn: &arn})
	if err != nil {
		return nil, err
	}
	return out.Tags, nil
}

// checkTags goes through what tags can do on a resource that was made with the
// tags team=blue and empty=, and checks each time that the resource's own Get
// operation shows the same.
func checkTags(t *testing.T, c *client, arn string, get func() map[string]string) {
	t.Helper()
	want := func(want map[string]string) {
		t.Helper()
		listed, err := c.listTags(t, arn)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, listed); diff != "" {
			t.Errorf("listed tags (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, get()); diff != "" {
			t.Errorf("the resource's tags (-want +got):\n%s", diff)
		}
	}
	want(map[string]string{"team": "blue", "empty": ""})
	if err := c.tag(t, arn, map[string]string{"team": "red", "stage": "test"}); err != nil {
		t.Fatal(err)
	}
	want(map[string]string{"team": "red", "stage": "test", "empty": ""})
	if err := c.untag(t, arn, "team", "empty", "absent"); err != nil {
		t.Fatal(err)
	}
	want(map[string]string{"stage": "test"})
	refused(t, c.tag(t, arn, map[string]string{"AWS:a": "b"}), "BadRequestException",
		"Invalid tag key. Customers cannot set tag keys starting with aws: (case insensitive)")
	many := map[string]string{}
	for i := range 50 {
		many[fmt.Sprint("key", i)] = ""
	}
	refused(t, c.tag(t, arn, many), "BadRequestException", outOfRange)
	want(map[string]string{"stage": "test"})
}

// tags are those that checkTags begins with.
var tags = map[string]string{"team": "blue", "empty": ""}

func TestDetectorTags(t *testing.T) { each(t, testDetectorTags) }

func testDetectorTags(t *testing.T, w *world) {
	c := w.admin
	id := c.detector(t, func(in *guardduty.CreateDetectorInput) { in.Tags = tags })
	arn := c.arn("detector/" + id)
	checkTags(t, c, arn, func() map[string]string { return c.getDetector(t, id).Tags })
	if err := c.tag(t, "arn:aws:guardduty:"+c.Region+"::detector/"+id, map[string]string{"from": "terraform"}); err != nil {
		t.Errorf("by an ARN without an account: %v", err)
	}
	if got := c.getDetector(t, id).Tags["from"]; got != "terraform" {
		t.Errorf("an ARN without an account is of something else: tag %q", got)
	}
	c.deleteDetector(t, id)
	refused(t, c.tag(t, arn, tags), "BadRequestException", notOwned)
	_, err := c.listTags(t, arn)
	refused(t, err, "BadRequestException", notOwned)
}

func TestTagsRefused(t *testing.T) { each(t, testTagsRefused) }

func testTagsRefused(t *testing.T, w *world) {
	c := w.admin
	id := c.detector(t)
	for arn, want := range map[string]string{
		c.arn("detector/" + unknownID):              notOwned,
		w.other.arn("detector/" + id):               notOwned,
		w.elsewhere(c).arn("detector/" + id):        notOwned,
		c.arn("detector/" + id + "/nothing"):        "Invalid input resource arn",
		c.arn("detector/" + id + "/nothing/at-all"): "Invalid input resource arn",
	} {
		refused(t, c.tag(t, arn, tags), "BadRequestException", want)
		refused(t, c.untag(t, arn, "team"), "BadRequestException", want)
		_, err := c.listTags(t, arn)
		refused(t, err, "BadRequestException", want)
	}
	_, err := w.other.listTags(t, c.arn("detector/"+id))
	refused(t, err, "BadRequestException", notOwned)
	if got := c.getDetector(t, id).Tags; len(got) != 0 {
		t.Errorf("the refused calls left tags %v", got)
	}
}
