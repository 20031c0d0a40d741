package app

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/smithy-go"

	"picket/internal/access"
)

func TestStrangersAreRefused(t *testing.T) {
	a := serve(t, t.TempDir(), nil)
	create := func(key, secret string) error {
		_, err := client(a.URL(), region, key, secret).CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true)})
		return err
	}
	class := func(err error, want string) {
		t.Helper()
		var e smithy.APIError
		if !errors.As(err, &e) || e.ErrorCode() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	class(create(firstKey, "another-secret"), "InvalidSignatureException")
	class(create("NOKEY", secret), "UnrecognizedClientException")
	resp, err := http.Post(a.URL()+"/detector", "application/json", strings.NewReader(`{"enable":true}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 403 || resp.Header.Get("X-Amzn-ErrorType") != "MissingAuthenticationTokenException" {
		t.Errorf("unsigned: status %d, %s", resp.StatusCode, resp.Header.Get("X-Amzn-ErrorType"))
	}

	made, err := a.ring.Create(context.Background(), access.NewKey{Account: firstAccount, User: "reader", At: time.Now(),
		Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"guardduty:List*","Resource":"*"}]}`})
	if err != nil {
		t.Fatal(err)
	}
	err = create(made.ID, made.Secret)
	class(err, "AccessDeniedException")
	if want := "User: arn:aws:iam::" + firstAccount + ":user/reader is not authorized to perform: guardduty:CreateDetector on resource: arn:aws:guardduty:" + region + ":" +
		firstAccount + ":detector/* because no identity-based policy allows the guardduty:CreateDetector action"; !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v\nwant %s", err, want)
	}
	out, err := client(a.URL(), region, made.ID, made.Secret).ListDetectors(t.Context(), &guardduty.ListDetectorsInput{})
	if err != nil || len(out.DetectorIds) != 0 {
		t.Errorf("error %v; a refused call made %v", err, out.DetectorIds)
	}
}

func TestPoliciesSeeTags(t *testing.T) {
	a := serve(t, t.TempDir(), nil)
	owner := client(a.URL(), region, firstKey, secret)
	detector, err := owner.CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true), Tags: map[string]string{"team": "blue"}})
	if err != nil {
		t.Fatal(err)
	}
	arn := aws.String("arn:aws:guardduty:" + region + ":" + firstAccount + ":detector/" + *detector.DetectorId)
	made, err := a.ring.Create(context.Background(), access.NewKey{Account: firstAccount, At: time.Now(), Policy: `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"guardduty:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}}},
		{"Effect":"Deny","Action":"guardduty:*","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":"team"}}}]}`})
	if err != nil {
		t.Fatal(err)
	}
	blue := client(a.URL(), region, made.ID, made.Secret)
	denied := func(err error) {
		t.Helper()
		if err == nil {
			t.Error("it is allowed")
		}
	}
	if _, err := blue.GetDetector(t.Context(), &guardduty.GetDetectorInput{DetectorId: detector.DetectorId}); err != nil {
		t.Error(err)
	}
	_, err = blue.TagResource(t.Context(), &guardduty.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"team": "red"}})
	denied(err)
	_, err = blue.UntagResource(t.Context(), &guardduty.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"team"}})
	denied(err)
	if _, err := owner.TagResource(t.Context(), &guardduty.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"team": "red"}}); err != nil {
		t.Fatal(err)
	}
	_, err = blue.GetDetector(t.Context(), &guardduty.GetDetectorInput{DetectorId: detector.DetectorId})
	denied(err)
}
