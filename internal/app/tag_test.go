package app

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/google/go-cmp/cmp"

	"picket/internal/access"
)

func detectorARN(region, account, id string) *string {
	return aws.String("arn:aws:guardduty:" + region + ":" + account + ":detector/" + id)
}

func (b *bench) tag(arn *string, tags map[string]string) error {
	_, err := b.first.TagResource(b.Context(), &guardduty.TagResourceInput{ResourceArn: arn, Tags: tags})
	return err
}

func (b *bench) wantTags(arn *string, id string, want map[string]string) {
	b.Helper()
	out, err := b.first.ListTagsForResource(b.Context(), &guardduty.ListTagsForResourceInput{ResourceArn: arn})
	if err != nil {
		b.Fatal(err)
	}
	if diff := cmp.Diff(want, out.Tags); diff != "" {
		b.Errorf("listed tags (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, b.get(id).Tags); diff != "" {
		b.Errorf("the detector's tags (-want +got):\n%s", diff)
	}
}

func TestTags(t *testing.T) {
	b := newBench(t)
	id := b.create(func(in *guardduty.CreateDetectorInput) { in.Tags = map[string]string{"team": "blue", "empty": ""} })
	arn := detectorARN(region, firstAccount, id)
	b.wantTags(arn, id, map[string]string{"team": "blue", "empty": ""})
	if err := b.tag(arn, map[string]string{"team": "red", "stage": "test"}); err != nil {
		t.Fatal(err)
	}
	b.wantTags(arn, id, map[string]string{"team": "red", "stage": "test", "empty": ""})
	_, err := b.first.UntagResource(t.Context(), &guardduty.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"team", "empty", "absent"}})
	if err != nil {
		t.Fatal(err)
	}
	b.wantTags(arn, id, map[string]string{"stage": "test"})

	if _, err := b.first.DeleteDetector(t.Context(), &guardduty.DeleteDetectorInput{DetectorId: &id}); err != nil {
		t.Fatal(err)
	}
	refused(t, b.tag(arn, map[string]string{"a": "b"}), "BadRequestException", notOwned)
}

func TestTagsRefused(t *testing.T) {
	b := newBench(t)
	id := b.create()
	arn := detectorARN(region, firstAccount, id)
	some := map[string]string{"a": "b"}
	refused(t, b.tag(detectorARN(region, firstAccount, unknownID), some), "BadRequestException", notOwned)
	refused(t, b.tag(detectorARN(region, otherAccount, id), some), "BadRequestException", notOwned)
	refused(t, b.tag(detectorARN("us-east-1", firstAccount, id), some), "BadRequestException", notOwned)
	refused(t, b.tag(detectorARN(region, firstAccount, id+"/nothing"), some), "BadRequestException", "Invalid input resource arn")
	refused(t, b.tag(arn, map[string]string{"AWS:a": "b"}), "BadRequestException",
		"Invalid tag key. Customers cannot set tag keys starting with aws: (case insensitive)")
	many := map[string]string{}
	for i := range 51 {
		many[fmt.Sprint("key", i)] = ""
	}
	refused(t, b.tag(arn, many), "BadRequestException", outOfRange)
	b.wantTags(arn, id, map[string]string{})
}

func TestPoliciesSeeTags(t *testing.T) {
	b := newBench(t)
	id := b.create(func(in *guardduty.CreateDetectorInput) { in.Tags = map[string]string{"team": "blue"} })
	arn := detectorARN(region, firstAccount, id)
	made, err := b.app.ring.Create(context.Background(), access.NewKey{Account: firstAccount, At: time.Now(), Policy: `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"guardduty:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}}},
		{"Effect":"Deny","Action":"guardduty:*","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":"team"}}}]}`})
	if err != nil {
		t.Fatal(err)
	}
	blue := client(b.app.URL(), region, made.ID, made.Secret)
	denied := func(err error) {
		t.Helper()
		if err == nil {
			t.Error("it is allowed")
		}
	}
	if _, err := blue.GetDetector(t.Context(), &guardduty.GetDetectorInput{DetectorId: &id}); err != nil {
		t.Error(err)
	}
	_, err = blue.TagResource(t.Context(), &guardduty.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"team": "red"}})
	denied(err)
	_, err = blue.UntagResource(t.Context(), &guardduty.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"team"}})
	denied(err)
	if err := b.tag(arn, map[string]string{"team": "red"}); err != nil {
		t.Fatal(err)
	}
	_, err = blue.GetDetector(t.Context(), &guardduty.GetDetectorInput{DetectorId: &id})
	denied(err)
}
