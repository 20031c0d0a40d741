package e2e

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	noDestination = "The request is rejected because the one or more input parameters have invalid values."
	noBucket      = "The request failed because the resource specified in the destinationArn parameter does not exist."
	noFolder      = "The request failed because the resource folder specified in the destinationArn parameter does not exist."
	badBucketARN  = "The request failed because the value specified for the destinationArn parameter is not valid."
	badKeyARN     = "The request failed because the value specified for the kmsKeyArn parameter is not valid."
)

// properties are those of a destination in a bucket, with a key of the region.
func (w *world) properties(bucket string) *types.DestinationProperties {
	return &types.DestinationProperties{DestinationArn: aws.String("arn:aws:s3:::" + bucket),
		KmsKeyArn: aws.String("arn:aws:kms:" + w.region + ":" + w.admin.Account + ":key/1535186e-bb4f-4c29-b8a3-01be27f9139e")}
}

func (w *world) hasObject(t *testing.T, bucket, key string) bool {
	t.Helper()
	out, err := s3Client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &key})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Contents) > 0 && *out.Contents[0].Key == key && *out.Contents[0].Size == 0
}

func TestDestinationLifeCycle(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d, ctx := w.admin.detector(t), t.Context()
		bucket := w.bucket(t, map[string]string{"findings/": ""})
		in := &guardduty.CreatePublishingDestinationInput{DetectorId: &d, DestinationType: "S3", DestinationProperties: w.properties(bucket),
			ClientToken: aws.String("token"), Tags: map[string]string{"team": "blue"}}
		made, err := w.admin.CreatePublishingDestination(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		id := made.DestinationId
		describe := func() *guardduty.DescribePublishingDestinationOutput {
			t.Helper()
			out, err := w.admin.DescribePublishingDestination(ctx, &guardduty.DescribePublishingDestinationInput{DetectorId: &d, DestinationId: id})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		got := describe()
		if *got.DestinationId != *id || got.DestinationType != "S3" || got.Status != "PUBLISHING" || got.PublishingFailureStartTimestamp != nil ||
			*got.DestinationProperties.DestinationArn != *in.DestinationProperties.DestinationArn ||
			*got.DestinationProperties.KmsKeyArn != *in.DestinationProperties.KmsKeyArn || got.Tags["team"] != "blue" || len(got.Tags) != 1 {
			t.Errorf("created: %+v, %+v", got, got.DestinationProperties)
		}
		if !w.hasObject(t, bucket, "AWSLogs/") {
			t.Error("the bucket was not written")
		}

		in.Tags = map[string]string{"other": "tag"}
		if again, err := w.admin.CreatePublishingDestination(ctx, in); err != nil || *again.DestinationId != *id {
			t.Errorf("the token gave %v, %v", again, err)
		}
		in.DestinationProperties = w.properties(bucket + "/missing")
		_, err = w.admin.CreatePublishingDestination(ctx, in)
		refused(t, err, badRequest, noFolder) // what comes with a used token is looked at too
		in.ClientToken, in.DestinationProperties = aws.String("another"), w.properties(bucket)
		_, err = w.admin.CreatePublishingDestination(ctx, in)
		refused(t, err, badRequest, "The request failed because a publishingDestination already exists with the destinationType value provided in the request.")
		if got := describe(); got.Tags["team"] != "blue" || len(got.Tags) != 1 {
			t.Errorf("tags %v", got.Tags)
		}

		update := func(p *types.DestinationProperties) error {
			_, err := w.admin.UpdatePublishingDestination(ctx, &guardduty.UpdatePublishingDestinationInput{DetectorId: &d, DestinationId: id, DestinationProperties: p})
			return err
		}
		refused(t, update(nil), badRequest, outOfRange)
		refused(t, update(&types.DestinationProperties{}), badRequest, outOfRange)
		refused(t, update(&types.DestinationProperties{KmsKeyArn: aws.String("invalid")}), badRequest, badKeyARN)
		refused(t, update(&types.DestinationProperties{DestinationArn: w.properties(bucket + "/missing").DestinationArn}), badRequest, noFolder)
		refused(t, update(&types.DestinationProperties{DestinationArn: w.properties("no-" + bucket).DestinationArn}), badRequest, noBucket)
		if got := describe(); got.Status != "PUBLISHING" || *got.DestinationProperties.DestinationArn != "arn:aws:s3:::"+bucket {
			t.Errorf("after refused updates: %+v", got.DestinationProperties)
		}
		for _, p := range []*types.DestinationProperties{{KmsKeyArn: w.properties("").KmsKeyArn}, {DestinationArn: w.properties(bucket + "/findings").DestinationArn}} {
			if err := update(p); err != nil {
				t.Error(err)
			}
		}
		if got := describe(); got.Status != "PUBLISHING" || *got.DestinationProperties.DestinationArn != "arn:aws:s3:::"+bucket+"/findings" ||
			*got.DestinationProperties.KmsKeyArn != *w.properties("").KmsKeyArn {
			t.Errorf("updated: %+v", got.DestinationProperties)
		}
		if !w.hasObject(t, bucket, "findings/AWSLogs/") {
			t.Error("the folder was not written")
		}

		w.destinationTags(t, d, *id)
		w.destinationPages(t, d, *id)

		remove := func() error {
			_, err := w.admin.DeletePublishingDestination(ctx, &guardduty.DeletePublishingDestinationInput{DetectorId: &d, DestinationId: id})
			return err
		}
		if err := remove(); err != nil {
			t.Error(err)
		}
		refused(t, remove(), badRequest, noDestination)
		_, err = w.admin.DescribePublishingDestination(ctx, &guardduty.DescribePublishingDestinationInput{DetectorId: &d, DestinationId: id})
		refused(t, err, badRequest, noDestination)
		in.DestinationProperties, in.ClientToken = w.properties(bucket), aws.String("token")
		if again, err := w.admin.CreatePublishingDestination(ctx, in); err != nil || *again.DestinationId == *id {
			t.Errorf("after deletion the token gave %v, %v", again, err)
		}
	})
}

// destinationTags: of the ARN only the form in lower case is taken.
func (w *world) destinationTags(t *testing.T, d, id string) {
	t.Helper()
	ctx := t.Context()
	arn := "arn:aws:guardduty:" + w.region + ":" + w.admin.Account + ":detector/" + d + "/publishingdestination/" + id
	if _, err := w.admin.TagResource(ctx, &guardduty.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"a": "1"}}); err != nil {
		t.Error(err)
	}
	if _, err := w.admin.UntagResource(ctx, &guardduty.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"team"}}); err != nil {
		t.Error(err)
	}
	out, err := w.admin.ListTagsForResource(ctx, &guardduty.ListTagsForResourceInput{ResourceArn: &arn})
	if err != nil || len(out.Tags) != 1 || out.Tags["a"] != "1" {
		t.Errorf("tags %v, %v", out, err)
	}
	camel := strings.Replace(arn, "publishingdestination", "publishingDestination", 1)
	_, err = w.admin.ListTagsForResource(ctx, &guardduty.ListTagsForResourceInput{ResourceArn: &camel})
	refused(t, err, badRequest, "Invalid input resource arn")
}

// destinationPages: a page that is full has a token, be it the last.
func (w *world) destinationPages(t *testing.T, d, id string) {
	t.Helper()
	ctx := t.Context()
	one, err := w.admin.ListPublishingDestinations(ctx, &guardduty.ListPublishingDestinationsInput{DetectorId: &d, MaxResults: aws.Int32(1)})
	if err != nil || len(one.Destinations) != 1 || *one.Destinations[0].DestinationId != id || one.Destinations[0].Status != "PUBLISHING" ||
		one.Destinations[0].DestinationType != "S3" || aws.ToString(one.NextToken) != id+"/S3" {
		t.Fatalf("listed %+v, %v", one, err)
	}
	none, err := w.admin.ListPublishingDestinations(ctx, &guardduty.ListPublishingDestinationsInput{DetectorId: &d, MaxResults: aws.Int32(1), NextToken: one.NextToken})
	if err != nil || len(none.Destinations) != 0 || none.NextToken != nil {
		t.Errorf("after the last: %+v, %v", none, err)
	}
	all, err := w.admin.ListPublishingDestinations(ctx, &guardduty.ListPublishingDestinationsInput{DetectorId: &d})
	if err != nil || len(all.Destinations) != 1 || all.NextToken != nil {
		t.Errorf("listed %+v, %v", all, err)
	}
	_, err = w.admin.ListPublishingDestinations(ctx, &guardduty.ListPublishingDestinationsInput{DetectorId: &d, NextToken: aws.String("not-a-token")})
	refused(t, err, badRequest, "The request is rejected because an invalid next token is specified")
	for _, n := range []int32{0, 51} {
		_, err = w.admin.ListPublishingDestinations(ctx, &guardduty.ListPublishingDestinationsInput{DetectorId: &d, MaxResults: &n})
		refused(t, err, badRequest, "The request is rejected because the parameter maxResults is out-of-bounds.")
	}
}

func TestDestinationRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d, ctx := w.admin.detector(t), t.Context()
		bucket := w.bucket(t, nil)
		create := func(alter func(*guardduty.CreatePublishingDestinationInput)) error {
			in := &guardduty.CreatePublishingDestinationInput{DetectorId: &d, DestinationType: "S3", DestinationProperties: w.properties(bucket)}
			alter(in)
			_, err := w.admin.CreatePublishingDestination(ctx, in)
			return err
		}
		type input = guardduty.CreatePublishingDestinationInput
		for _, arn := range []*string{nil, aws.String("not-an-arn"), aws.String("arn:aws:s3:::"), aws.String("arn:aws:sqs:::x"), aws.String(bucket)} {
			refused(t, create(func(in *input) { in.DestinationProperties.DestinationArn = arn }), badRequest, badBucketARN)
		}
		for _, arn := range []*string{nil, aws.String("not-an-arn"), aws.String("arn:aws:kms:us-west-2:111122223333:key/1"), aws.String("arn:aws:kms:" + w.region + ":1:key/1")} {
			refused(t, create(func(in *input) { in.DestinationProperties.KmsKeyArn = arn }), badRequest, badKeyARN)
		}
		refused(t, create(func(in *input) { in.DestinationProperties = &types.DestinationProperties{} }), badRequest, badBucketARN)
		refused(t, create(func(in *input) { in.DestinationProperties = w.properties("no-" + bucket) }), badRequest, noBucket)
		refused(t, create(func(in *input) { in.DestinationProperties = w.properties(bucket + "/folder") }), badRequest, noFolder)
		refused(t, create(func(in *input) { in.DestinationType = "INVALID" }), badRequest, "The request is rejected because the JSON could not be processed.")
		refused(t, create(func(in *input) { in.DetectorId = aws.String(unknownID) }), badRequest, notOwned)
		if out, err := w.admin.ListPublishingDestinations(ctx, &guardduty.ListPublishingDestinationsInput{DetectorId: &d}); err != nil || len(out.Destinations) != 0 {
			t.Errorf("a refused destination exists: %+v, %v", out, err)
		}
		_, err := w.admin.UpdatePublishingDestination(ctx, &guardduty.UpdatePublishingDestinationInput{DetectorId: &d, DestinationId: aws.String(unknownID)})
		refused(t, err, badRequest, outOfRange)
		_, err = w.admin.UpdatePublishingDestination(ctx, &guardduty.UpdatePublishingDestinationInput{DetectorId: &d, DestinationId: aws.String(unknownID), DestinationProperties: w.properties(bucket)})
		refused(t, err, badRequest, noDestination)

		if err := create(func(*input) {}); err != nil {
			t.Fatal(err)
		}
		out, err := w.admin.ListPublishingDestinations(ctx, &guardduty.ListPublishingDestinationsInput{DetectorId: &d})
		if err != nil {
			t.Fatal(err)
		}
		stranger, id := w.other.detector(t), out.Destinations[0].DestinationId
		_, err = w.other.DescribePublishingDestination(ctx, &guardduty.DescribePublishingDestinationInput{DetectorId: &stranger, DestinationId: id})
		refused(t, err, badRequest, noDestination)
		_, err = w.other.DeletePublishingDestination(ctx, &guardduty.DeletePublishingDestinationInput{DetectorId: &d, DestinationId: id})
		refused(t, err, badRequest, notOwned)
		_, err = w.other.ListPublishingDestinations(ctx, &guardduty.ListPublishingDestinationsInput{DetectorId: &d})
		refused(t, err, badRequest, notOwned)
	})
}
