package e2e

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
)

// atOnce is how many calls a test makes at the same time.
const atOnce = 30

// together calls f many times at once and returns what it returned each time.
func together[T any](f func(i int) T) []T {
	out := make([]T, atOnce)
	var group sync.WaitGroup
	for i := range out {
		group.Go(func() { out[i] = f(i) })
	}
	group.Wait()
	return out
}

func TestManyCreateADetectorAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		made := 0
		for _, err := range together(func(int) error {
			_, err := w.admin.CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true)})
			return err
		}) {
			if err == nil {
				made++
				continue
			}
			refused(t, err, "BadRequestException", "The request is rejected because a detector already exists for the current account.")
		}
		if made != 1 || len(w.admin.listDetectors(t)) != 1 {
			t.Errorf("%d calls made a detector; there are %v", made, w.admin.listDetectors(t))
		}
	})
}

func TestManyUseATokenAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ids := together(func(int) string {
			out, err := w.admin.CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true), ClientToken: aws.String("token")})
			if err != nil {
				t.Error(err)
				return ""
			}
			return *out.DetectorId
		})
		if slices.Sort(ids); len(slices.Compact(ids)) != 1 {
			t.Errorf("one token made %v", ids)
		}
	})
}

func TestManyFiltersAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.admin.detector(t)
		together(func(i int) error {
			_, err := w.admin.CreateFilter(t.Context(), &guardduty.CreateFilterInput{DetectorId: &id, Name: aws.String(fmt.Sprint("filter-", i)), Rank: aws.Int32(int32(1 + i)),
				FindingCriteria: &types.FindingCriteria{Criterion: map[string]types.Condition{"type": {Equals: []string{"x"}}}}})
			if err != nil {
				t.Error(err)
			}
			return err
		})
		ranks := together(func(i int) int32 {
			out, err := w.admin.GetFilter(t.Context(), &guardduty.GetFilterInput{DetectorId: &id, FilterName: aws.String(fmt.Sprint("filter-", i))})
			if err != nil {
				t.Error(err)
				return 0
			}
			return *out.Rank
		})
		slices.Sort(ranks)
		for i, rank := range ranks {
			if rank != int32(i+1) {
				t.Fatalf("ranks %v", ranks)
			}
		}
	})
}

// TestManyTagAtOnce: each call has room for its tags or none of them; together
// they can't get over the limit.
func TestManyTagAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.admin.detector(t)
		arn := w.admin.arn("detector/" + id)
		fit := 0
		for _, err := range together(func(i int) error {
			return w.admin.tag(t, arn, map[string]string{fmt.Sprint("a", i): "", fmt.Sprint("b", i): "", fmt.Sprint("c", i): ""})
		}) {
			if err == nil {
				fit++
				continue
			}
			refused(t, err, "BadRequestException", outOfRange)
		}
		if n := len(w.admin.getDetector(t, id).Tags); n != 48 || fit != 16 {
			t.Errorf("%d calls set %d tags", fit, n)
		}
	})
}
