package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	badCriteria    = "The request was rejected because the parameter findingCriteria has an invalid value."
	noCriteria     = "The request is rejected because one or more arguments are invalid."
	noResource     = "The request is rejected since no such resource found."
	badFilterName  = "The request is rejected because the given filter name is invalid."
	filterExists   = "The request is rejected because a filter with the given name already exists."
	filterLimit    = "The request is rejected because filter limit has exceeded."
	badInputs      = "The request is rejected because the one or more input parameters have invalid values."
	rankOutside    = "The request is rejected because the parameter rank is out-of-bounds."
	badDescription = "The request is rejected because the parameter description has an invalid value."
	badPageToken   = "The request is rejected because an invalid next token is specified"
	pageOutside    = "The request is rejected because the parameter maxResults is out-of-bounds."
	memberCannot   = "The request is rejected because member accounts cannot manage specified resources or properties."
)

// ofType are criteria for findings of one type.
func ofType(name string) *types.FindingCriteria {
	return &types.FindingCriteria{Criterion: map[string]types.Condition{"type": {Equals: []string{name}}}}
}

// filter creates a filter.
func (c *client) filter(t *testing.T, detector, name string, change ...func(*guardduty.CreateFilterInput)) {
	t.Helper()
	in := &guardduty.CreateFilterInput{DetectorId: &detector, Name: &name, FindingCriteria: ofType("Recon:EC2/Portscan")}
	for _, f := range change {
		f(in)
	}
	out, err := c.CreateFilter(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if *out.Name != name {
		t.Errorf("created %q as %q", name, *out.Name)
	}
}

func ranked(rank int32) func(*guardduty.CreateFilterInput) {
	return func(in *guardduty.CreateFilterInput) { in.Rank = &rank }
}

func (c *client) getFilter(t *testing.T, detector, name string) *guardduty.GetFilterOutput {
	t.Helper()
	out, err := c.GetFilter(t.Context(), &guardduty.GetFilterInput{DetectorId: &detector, FilterName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// filters lists all names.
func (c *client) filters(t *testing.T, detector string) []string {
	t.Helper()
	var names []string
	pages := guardduty.NewListFiltersPaginator(c, &guardduty.ListFiltersInput{DetectorId: &detector})
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, out.FilterNames...)
	}
	return names
}

// life is what GetFilter tells beyond what the SDK knows.
type life struct {
	Version              int
	CreatedAt, UpdatedAt float64
}

func (w *world) life(t *testing.T, detector, name string) life {
	t.Helper()
	var l life
	a := w.send(t, httpCall{method: "GET", path: "/detector/" + detector + "/filter/" + name})
	if err := json.Unmarshal([]byte(a.body), &l); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	return l
}

var ignoreMetadata = cmpopts.IgnoreFields(guardduty.GetFilterOutput{}, "ResultMetadata")

func diffFilter(want, got *guardduty.GetFilterOutput) string {
	return cmp.Diff(want, got, ignoreMetadata, cmpopts.IgnoreUnexported(guardduty.GetFilterOutput{}, types.FindingCriteria{}, types.Condition{}))
}

func TestFilter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.admin
		d := c.detector(t)
		before := seconds(time.Now().Truncate(time.Millisecond))
		c.filter(t, d, "My_filter.1-a", func(in *guardduty.CreateFilterInput) {
			in.Action, in.Description, in.Tags = types.FilterActionArchive, aws.String("a (b): c_d-e [f] {g} h/i.j"), tags
			in.FindingCriteria.Criterion["severity"] = types.Condition{GreaterThanOrEqual: aws.Int64(7), LessThan: aws.Int64(9)}
			in.FindingCriteria.Criterion["updatedAt"] = types.Condition{Gt: aws.Int32(5)}
			in.FindingCriteria.Criterion["region"] = types.Condition{Neq: []string{"a"}, Matches: []string{"eu-*"}, NotMatches: []string{"us-?"}}
			in.FindingCriteria.Criterion["accountId"] = types.Condition{NotEquals: []string{}}
			in.FindingCriteria.Criterion["id"] = types.Condition{Eq: []string{"a"}, Equals: []string{"b"}}
		})
		got := c.getFilter(t, d, "My_filter.1-a")
		// Every operator comes back under both of its names.
		want := &guardduty.GetFilterOutput{
			Name: aws.String("My_filter.1-a"), Action: types.FilterActionArchive, Description: aws.String("a (b): c_d-e [f] {g} h/i.j"),
			Rank: aws.Int32(1), Tags: tags,
			FindingCriteria: &types.FindingCriteria{Criterion: map[string]types.Condition{
				"type":      {Eq: []string{"Recon:EC2/Portscan"}, Equals: []string{"Recon:EC2/Portscan"}},
				"severity":  {Gte: aws.Int32(7), GreaterThanOrEqual: aws.Int64(7), Lt: aws.Int32(9), LessThan: aws.Int64(9)},
				"updatedAt": {Gt: aws.Int32(5), GreaterThan: aws.Int64(5)},
				"region":    {Neq: []string{"a"}, NotEquals: []string{"a"}, Matches: []string{"eu-*"}, NotMatches: []string{"us-?"}},
				"accountId": {Neq: []string{}, NotEquals: []string{}},
				"id":        {Eq: []string{"a"}, Equals: []string{"b"}},
			}},
		}
		if diff := diffFilter(want, got); diff != "" {
			t.Error(diff)
		}
		if l := w.life(t, d, *got.Name); l.CreatedAt < before || l.CreatedAt > seconds(time.Now()) || l.UpdatedAt != l.CreatedAt || l.Version != 1 {
			t.Errorf("%+v after %f", l, before)
		}
		checkTags(t, c, c.arn("detector/"+d+"/filter/My_filter.1-a"), func() map[string]string { return c.getFilter(t, d, "My_filter.1-a").Tags })

		c.filter(t, d, "plain")
		want = &guardduty.GetFilterOutput{Name: aws.String("plain"), Action: types.FilterActionNoop, Rank: aws.Int32(1), Tags: map[string]string{},
			FindingCriteria: &types.FindingCriteria{Criterion: map[string]types.Condition{"type": {Eq: []string{"Recon:EC2/Portscan"}, Equals: []string{"Recon:EC2/Portscan"}}}}}
		if diff := diffFilter(want, c.getFilter(t, d, "plain")); diff != "" {
			t.Error(diff)
		}
		if a := w.send(t, httpCall{method: "GET", path: "/detector/" + d + "/filter/plain"}); !strings.Contains(a.body, `"description":null`) {
			t.Errorf("no description is %s", a.body)
		}
	})
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func TestUpdateFilter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.admin
		d := c.detector(t)
		c.filter(t, d, "one", func(in *guardduty.CreateFilterInput) { in.Description = aws.String("first") })
		made, born := c.getFilter(t, d, "one"), w.life(t, d, "one")
		update := func(in guardduty.UpdateFilterInput) *guardduty.GetFilterOutput {
			t.Helper()
			in.DetectorId, in.FilterName = &d, aws.String("one")
			out, err := c.UpdateFilter(t.Context(), &in)
			if err != nil {
				t.Fatal(err)
			}
			if *out.Name != "one" {
				t.Errorf("updated %q", *out.Name)
			}
			return c.getFilter(t, d, "one")
		}
		got := update(guardduty.UpdateFilterInput{})
		want := *made
		if diff := diffFilter(&want, got); diff != "" {
			t.Error(diff)
		}
		// An update without changes is one.
		if now := w.life(t, d, "one"); now.CreatedAt != born.CreatedAt || now.UpdatedAt <= born.UpdatedAt || now.Version != 2 {
			t.Errorf("%+v became %+v", born, now)
		}
		got = update(guardduty.UpdateFilterInput{Action: types.FilterActionArchive, Description: aws.String(""),
			FindingCriteria: &types.FindingCriteria{Criterion: map[string]types.Condition{"severity": {Gte: aws.Int32(4)}}}})
		want.Action, want.Description = types.FilterActionArchive, aws.String("")
		want.FindingCriteria = &types.FindingCriteria{Criterion: map[string]types.Condition{"severity": {Gte: aws.Int32(4), GreaterThanOrEqual: aws.Int64(4)}}}
		if diff := diffFilter(&want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// TestFilterRanks: a new filter is the first, others make room; what is beyond
// the end is the end on creation and refused on update.
func TestFilterRanks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.admin
		d := c.detector(t)
		expect := func(names ...string) {
			t.Helper()
			if diff := cmp.Diff(names, c.filters(t, d)); diff != "" {
				t.Error(diff)
			}
			for i, name := range names {
				if f := c.getFilter(t, d, name); *f.Rank != int32(i+1) {
					t.Errorf("%s has rank %d, want %d", name, *f.Rank, i+1)
				}
			}
		}
		move := func(name string, rank int32) error {
			_, err := c.UpdateFilter(t.Context(), &guardduty.UpdateFilterInput{DetectorId: &d, FilterName: &name, Rank: &rank, Description: aws.String("moved")})
			return err
		}
		c.filter(t, d, "ccc")
		c.filter(t, d, "aaa")
		c.filter(t, d, "ddd", ranked(100))
		c.filter(t, d, "bbb", ranked(2))
		expect("aaa", "bbb", "ccc", "ddd")
		sibling := w.life(t, d, "bbb")
		if err := move("ddd", 1); err != nil {
			t.Fatal(err)
		}
		expect("ddd", "aaa", "bbb", "ccc")
		if err := move("ddd", 3); err != nil {
			t.Fatal(err)
		}
		expect("aaa", "bbb", "ddd", "ccc")
		if now := w.life(t, d, "bbb"); now != sibling {
			t.Error("moving a filter updated another")
		}
		refused(t, move("aaa", 5), "BadRequestException", rankOutside)
		refused(t, move("aaa", 0), "BadRequestException", badInputs)
		refused(t, move("aaa", 101), "BadRequestException", badInputs)
		if now := w.life(t, d, "aaa"); c.getFilter(t, d, "aaa").Description != nil || now.Version != 1 {
			t.Error("a refused update was applied")
		}
		if _, err := c.DeleteFilter(t.Context(), &guardduty.DeleteFilterInput{DetectorId: &d, FilterName: aws.String("bbb")}); err != nil {
			t.Fatal(err)
		}
		expect("aaa", "ddd", "ccc")
	})
}

func TestListFiltersPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.admin
		d := c.detector(t)
		list := func(max *int32, token *string) *guardduty.ListFiltersOutput {
			t.Helper()
			out, err := c.ListFilters(t.Context(), &guardduty.ListFiltersInput{DetectorId: &d, MaxResults: max, NextToken: token})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if out := list(nil, nil); len(out.FilterNames) != 0 || out.NextToken != nil {
			t.Errorf("no filters are %v, token %v", out.FilterNames, out.NextToken)
		}
		var names []string
		for i := range 52 {
			names = append(names, fmt.Sprintf("filter%02d", i))
			c.filter(t, d, names[i], ranked(100))
		}
		page := list(nil, nil)
		if !slices.Equal(page.FilterNames, names[:50]) || page.NextToken == nil {
			t.Errorf("first page %v", page.FilterNames)
		}
		page = list(nil, page.NextToken)
		if !slices.Equal(page.FilterNames, names[50:]) || page.NextToken != nil {
			t.Errorf("last page %v", page.FilterNames)
		}
		page = list(aws.Int32(2), nil)
		if _, err := c.DeleteFilter(t.Context(), &guardduty.DeleteFilterInput{DetectorId: &d, FilterName: &names[1]}); err != nil {
			t.Fatal(err)
		}
		if page = list(aws.Int32(50), page.NextToken); !slices.Equal(page.FilterNames, names[2:]) || page.NextToken != nil {
			t.Errorf("after the last of the page has gone: %v", page.FilterNames)
		}
		var seen []string
		for page = list(aws.Int32(10), nil); ; page = list(aws.Int32(10), page.NextToken) {
			seen = append(seen, page.FilterNames...)
			if page.NextToken == nil {
				break
			}
			for _, name := range page.FilterNames {
				if _, err := c.DeleteFilter(t.Context(), &guardduty.DeleteFilterInput{DetectorId: &d, FilterName: &name}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if want := slices.Delete(names, 1, 2); !slices.Equal(seen, want) {
			t.Errorf("when each page is deleted before the next is read, all are %v", seen)
		}
		for _, max := range []int32{0, 51, -1} {
			_, err := c.ListFilters(t.Context(), &guardduty.ListFiltersInput{DetectorId: &d, MaxResults: &max})
			refused(t, err, "BadRequestException", pageOutside)
		}
		_, err := c.ListFilters(t.Context(), &guardduty.ListFiltersInput{DetectorId: &d, NextToken: aws.String("nonsense")})
		refused(t, err, "BadRequestException", badPageToken)
	})
}

func TestCreateFilterAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.admin
		d := c.detector(t)
		in := guardduty.CreateFilterInput{DetectorId: &d, Name: aws.String("once"), ClientToken: aws.String("token"), FindingCriteria: ofType("a")}
		create := func(change func(in *guardduty.CreateFilterInput)) error {
			in := in
			change(&in)
			_, err := c.CreateFilter(t.Context(), &in)
			return err
		}
		for _, change := range []func(in *guardduty.CreateFilterInput){
			func(in *guardduty.CreateFilterInput) {},
			func(in *guardduty.CreateFilterInput) { in.Description = aws.String("changed") },
			func(in *guardduty.CreateFilterInput) { in.Name = aws.String("other") },
		} {
			if err := create(change); err != nil {
				t.Error(err)
			}
		}
		if got := c.filters(t, d); !slices.Equal(got, []string{"other", "once"}) {
			t.Errorf("filters %v", got)
		}
		if f := c.getFilter(t, d, "once"); f.Description != nil || w.life(t, d, "once").Version != 1 {
			t.Error("a repetition changed the filter")
		}
		refused(t, create(func(in *guardduty.CreateFilterInput) { in.ClientToken = aws.String("new") }), "BadRequestException", filterExists)
		if _, err := c.DeleteFilter(t.Context(), &guardduty.DeleteFilterInput{DetectorId: &d, FilterName: aws.String("once")}); err != nil {
			t.Fatal(err)
		}
		if err := create(func(in *guardduty.CreateFilterInput) {}); err != nil {
			t.Error(err)
		}
		if got := c.filters(t, d); !slices.Equal(got, []string{"once", "other"}) {
			t.Errorf("filters %v", got)
		}
	})
}

func TestFilterQuota(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.admin
		d := c.detector(t)
		for i := range 100 {
			c.filter(t, d, fmt.Sprintf("filter%02d", i))
		}
		_, err := c.CreateFilter(t.Context(), &guardduty.CreateFilterInput{DetectorId: &d, Name: aws.String("more"), FindingCriteria: ofType("a")})
		refused(t, err, "BadRequestException", filterLimit)
		if n := len(c.filters(t, d)); n != 100 {
			t.Errorf("%d filters", n)
		}
	})
}

// criteria parses JSON, of which the SDK has its own form.
func criteria(t *testing.T, text string) *types.FindingCriteria {
	t.Helper()
	var c map[string]types.Condition
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	return &types.FindingCriteria{Criterion: c}
}

// badConditions are criteria that are refused everywhere, with what is said.
func badConditions() map[string]string {
	values := strings.TrimSuffix(strings.Repeat(`"x",`, 51), ",")
	return map[string]string{
		`{"nothing":{"Equals":["x"]}}`:           badCriteria,
		`{"service":{"Equals":["x"]}}`:           badCriteria,
		`{"type":{}}`:                            badCriteria,
		`{"severity":{"Equals":["high"]}}`:       badCriteria,
		`{"type":{"GreaterThan":5}}`:             badCriteria,
		`{"service.archived":{"Equals":["no"]}}`: badCriteria,
		`{"type":{"Equals":[` + values + `]}}`:   outOfRange,
	}
}

func TestFilterRefusals(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.admin
		d := c.detector(t)
		c.filter(t, d, "there")
		for text, want := range badConditions() {
			_, err := c.CreateFilter(t.Context(), &guardduty.CreateFilterInput{DetectorId: &d, Name: aws.String("bad"), FindingCriteria: criteria(t, text)})
			refused(t, err, "BadRequestException", want)
			_, err = c.UpdateFilter(t.Context(), &guardduty.UpdateFilterInput{DetectorId: &d, FilterName: aws.String("there"), FindingCriteria: criteria(t, text)})
			refused(t, err, "BadRequestException", want)
		}
		for _, tc := range []struct {
			change func(in *guardduty.CreateFilterInput)
			want   string
		}{
			{func(in *guardduty.CreateFilterInput) { in.FindingCriteria = criteria(t, `{}`) }, noCriteria},
			{func(in *guardduty.CreateFilterInput) { in.FindingCriteria = &types.FindingCriteria{} }, noCriteria},
			{func(in *guardduty.CreateFilterInput) {
				in.FindingCriteria = criteria(t, `{"type":{"Matches":["1","2","3","4","5","6"]}}`)
			}, outOfRange},
			{func(in *guardduty.CreateFilterInput) {
				in.FindingCriteria = criteria(t, `{"type":{"Matches":["******"]}}`)
			}, badCriteria},
			{func(in *guardduty.CreateFilterInput) { in.Name = aws.String("ab") }, badFilterName},
			{func(in *guardduty.CreateFilterInput) { in.Name = aws.String(strings.Repeat("a", 65)) }, badFilterName},
			{func(in *guardduty.CreateFilterInput) { in.Name = aws.String("a b c") }, badFilterName},
			{func(in *guardduty.CreateFilterInput) { in.Rank = aws.Int32(0) }, badInputs},
			{func(in *guardduty.CreateFilterInput) { in.Rank = aws.Int32(-1) }, badInputs},
			{func(in *guardduty.CreateFilterInput) { in.Rank = aws.Int32(101) }, badInputs},
			{func(in *guardduty.CreateFilterInput) { in.Action = "DELETE" }, badJSON},
			{func(in *guardduty.CreateFilterInput) { in.Description = aws.String("what?") }, badDescription},
			{func(in *guardduty.CreateFilterInput) { in.Description = aws.String("über") }, badDescription},
			{func(in *guardduty.CreateFilterInput) { in.Description = aws.String(strings.Repeat("a", 513)) }, badDescription},
			{func(in *guardduty.CreateFilterInput) { in.DetectorId = aws.String(unknownID) }, notOwned},
			{func(in *guardduty.CreateFilterInput) { in.DetectorId = aws.String("bad") }, invalidDetector},
		} {
			in := &guardduty.CreateFilterInput{DetectorId: &d, Name: aws.String("bad"), FindingCriteria: ofType("a")}
			tc.change(in)
			_, err := c.CreateFilter(t.Context(), in)
			refused(t, err, "BadRequestException", tc.want)
		}
		_, err := c.UpdateFilter(t.Context(), &guardduty.UpdateFilterInput{DetectorId: &d, FilterName: aws.String("there"), FindingCriteria: criteria(t, `{}`)})
		refused(t, err, "BadRequestException", noCriteria)
		if got := c.filters(t, d); !slices.Equal(got, []string{"there"}) {
			t.Errorf("filters %v", got)
		}
		if w.life(t, d, "there").Version != 1 {
			t.Error("a refused update was applied")
		}
	})
}

func TestUnknownFilter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.admin
		d := c.detector(t)
		name := aws.String("gone")
		c.filter(t, d, *name, func(in *guardduty.CreateFilterInput) { in.Tags = map[string]string{"a": "b"} })
		arn := c.arn("detector/" + d + "/filter/gone")
		stranger := w.other.detector(t)
		_, err := w.other.GetFilter(t.Context(), &guardduty.GetFilterInput{DetectorId: &stranger, FilterName: name})
		refused(t, err, "BadRequestException", noResource)
		_, err = w.other.GetFilter(t.Context(), &guardduty.GetFilterInput{DetectorId: &d, FilterName: name})
		refused(t, err, "BadRequestException", notOwned)
		if _, err := c.DeleteFilter(t.Context(), &guardduty.DeleteFilterInput{DetectorId: &d, FilterName: name}); err != nil {
			t.Fatal(err)
		}
		_, err = c.DeleteFilter(t.Context(), &guardduty.DeleteFilterInput{DetectorId: &d, FilterName: name})
		refused(t, err, "BadRequestException", badFilterName)
		_, err = c.UpdateFilter(t.Context(), &guardduty.UpdateFilterInput{DetectorId: &d, FilterName: name})
		refused(t, err, "BadRequestException", badFilterName)
		_, err = c.GetFilter(t.Context(), &guardduty.GetFilterInput{DetectorId: &d, FilterName: name})
		refused(t, err, "BadRequestException", noResource)
		_, err = c.listTags(t, arn)
		refused(t, err, "BadRequestException", noResource)
		c.filter(t, d, *name)
		if tags := c.getFilter(t, d, *name).Tags; len(tags) > 0 {
			t.Errorf("a new filter has the tags %v of one that was deleted", tags)
		}
		_, err = c.ListFilters(t.Context(), &guardduty.ListFiltersInput{DetectorId: aws.String(unknownID)})
		refused(t, err, "BadRequestException", notOwned)
	})
}
