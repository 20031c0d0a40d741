package remote

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"picket/finding"
	"picket/internal/api/ingest"
	"picket/internal/awsrpc/sigv4"
	"picket/internal/scan"
)

const secret = "a-secret-for-tests"

// dial starts a server that answers with answer once a request's signature has
// been verified.
func dial(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, body []byte, region string)) *Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		id, err := sigv4.Verify(r, body, time.Now(), func(string) (sigv4.Secret, error) { return sigv4.NewSecret(secret, ""), nil })
		if err != nil || id.Service != "picket" || id.AccessKeyID != "AKIATEST" {
			t.Errorf("signature: %v of %+v", err, id)
		}
		answer(w, r, body, id.Region)
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	s, err := Dial(t.Context(), server.URL, "eu-west-1")
	if err != nil {
		t.Fatal(err)
	}
	s.wait = time.Millisecond
	return s
}

func say(w http.ResponseWriter, v any) {
	b, _ := json.Marshal(v)
	w.Write(b)
}

// take answers a PutFindings with one state for everything.
func take(t *testing.T, w http.ResponseWriter, body []byte, state string) *ingest.PutFindingsInput {
	var in ingest.PutFindingsInput
	if err := json.Unmarshal(body, &in); err != nil {
		t.Error(err)
	}
	r := ingest.Result{State: &state}
	if state == ingest.Refused {
		r.Reason = new("no detector")
	}
	say(w, ingest.PutFindingsOutput{Findings: slices.Repeat([]ingest.Result{r}, len(in.Findings)), Counts: slices.Repeat([]ingest.Result{r}, len(in.Counts))})
	return &in
}

func TestTriesAgainWithTheSame(t *testing.T) {
	var n atomic.Int32
	var bodies []string
	s := dial(t, func(w http.ResponseWriter, r *http.Request, body []byte, _ string) {
		bodies = append(bodies, string(body))
		switch n.Add(1) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			w.WriteHeader(http.StatusTooManyRequests)
		case 3:
			c, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			c.Close()
		default:
			take(t, w, body, ingest.Created)
		}
	})
	out, err := s.Put(t.Context(), "eu-west-1", &ingest.PutFindingsInput{Findings: []string{"{}"}})
	if err != nil || *out.Findings[0].State != ingest.Created {
		t.Fatal(err)
	}
	if len(bodies) != 4 || len(slices.Compact(bodies)) != 1 {
		t.Errorf("bodies %q", bodies)
	}
}

func TestRefusalsAreFinal(t *testing.T) {
	var n atomic.Int32
	s := dial(t, func(w http.ResponseWriter, _ *http.Request, _ []byte, _ string) {
		n.Add(1)
		w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"message":"You may not."}`)
	})
	_, err := s.Put(t.Context(), "eu-west-1", &ingest.PutFindingsInput{})
	var no *Refusal
	if !errors.As(err, &no) || no.Class != "AccessDeniedException" || no.Message != "You may not." || n.Load() != 1 {
		t.Errorf("%v after %d requests", err, n.Load())
	}
}

func TestGivesUp(t *testing.T) {
	var n atomic.Int32
	s := dial(t, func(w http.ResponseWriter, _ *http.Request, _ []byte, _ string) { n.Add(1); w.WriteHeader(500) })
	d := s.Deliver(t.Context())
	d.Count([]scan.Usage{{ID: "1", Account: "111122223333", Region: "eu-west-1", Source: finding.DNSLogs, Records: 1}})
	if err := d.Findings([]finding.Finding{{AccountID: "111122223333", Region: "eu-west-1"}}); err == nil || n.Load() != tries {
		t.Errorf("%v after %d requests", err, n.Load())
	}
	other := dial(t, func(w http.ResponseWriter, _ *http.Request, _ []byte, _ string) { fmt.Fprint(w, `{}`) })
	if _, err := other.Put(t.Context(), "eu-west-1", &ingest.PutFindingsInput{Findings: []string{"{}"}}); err == nil {
		t.Error("an answer without results is taken")
	}
}

func TestAddresses(t *testing.T) {
	for address, ok := range map[string]bool{"http://127.0.0.1:4500": true, "https://picket.example/": true, "127.0.0.1:4500": false, "ftp://x": false,
		"http://": false, "http://x/path": false, "http://u:" + secret + "@x": false, "http://x?y": false, "http://%zz": false} {
		_, err := Dial(t.Context(), address, "eu-west-1")
		if ok != (err == nil) {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the password is shown: %v", err)
		}
	}
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	if _, err := Dial(t.Context(), "http://x", ""); err == nil {
		t.Error("no region is no error")
	}
}

// page is a GetLists answer; lists are given as id, content, id, content …
func page(next string, lists ...string) ingest.GetListsOutput {
	p := ingest.GetListsOutput{Account: new("111122223333"), Version: new("v"), Lists: []ingest.List{}}
	if next != "" {
		p.NextToken = &next
	}
	for l := range slices.Chunk(lists, 2) {
		p.Lists = append(p.Lists, ingest.List{ID: &l[0], Kind: new("ipset"), Name: new("name of " + l[0]), Format: new("TXT"), Content: []byte(l[1])})
	}
	return p
}

func TestListsArePutTogether(t *testing.T) {
	changed := false
	s := dial(t, func(w http.ResponseWriter, r *http.Request, _ []byte, region string) {
		if region != "eu-west-1" {
			t.Errorf("region %s", region)
		}
		switch r.URL.Query().Get("nextToken") {
		case "":
			say(w, page("t 1", "a", "one", "b", "tw"))
		case "t 1":
			if !changed {
				changed = true
				w.Header().Set("X-Amzn-ErrorType", "ConflictException")
				w.WriteHeader(http.StatusConflict)
				return
			}
			say(w, page("t2", "b", "o"))
		case "t2":
			say(w, page("", "c", ""))
		}
	})
	account, got, err := s.Lists(t.Context())
	want := []List{{"ipset", "name of a", "TXT", []byte("one")}, {"ipset", "name of b", "TXT", []byte("two")}, {"ipset", "name of c", "TXT", nil}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || account != "111122223333" {
		t.Errorf("account %s, %v\n%s", account, err, diff)
	}
}

// TestDelivery: findings go to their own accounts and regions, in requests that
// are not too large, and each is sent once.
func TestDelivery(t *testing.T) {
	var sent []string
	records := int64(0)
	s := dial(t, func(w http.ResponseWriter, _ *http.Request, body []byte, region string) {
		if len(body) > batchBytes+(8<<10) {
			t.Errorf("a request of %d bytes", len(body))
		}
		state := ingest.Created
		in := take(t, httptest.NewRecorder(), body, state)
		if len(in.Counts) > 0 {
			state = ingest.Counted
		}
		if *in.Account == "999999999999" {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"message":"not yours"}`)
			return
		}
		if region == "us-east-1" {
			state = ingest.Refused
		}
		take(t, w, body, state)
		for _, doc := range in.Findings {
			var f finding.Finding
			if err := json.Unmarshal([]byte(doc), &f); err != nil {
				t.Error(err)
			}
			if f.AccountID != *in.Account || f.Region != region {
				t.Errorf("finding of %s in %s in a request for %s in %s", f.AccountID, f.Region, *in.Account, region)
			}
			sent = append(sent, f.ID)
		}
		for _, c := range in.Counts {
			records += *c.Records
		}
	})
	d := s.Deliver(t.Context())
	var fs []finding.Finding
	for i := range 600 {
		f := finding.Finding{ID: fmt.Sprint(i), AccountID: "111122223333", Region: "eu-west-1", Description: strings.Repeat(`"`, 1000)}
		if i%100 == 0 {
			f.Region = "us-east-1"
		}
		fs = append(fs, f)
	}
	fs = append(fs, finding.Finding{ID: "foreign", AccountID: "999999999999", Region: "eu-west-1"}, finding.Finding{ID: "odd", AccountID: "111122223333", Region: "no region\r\n"})
	for i := range 2*batchCounts + 5 {
		d.Count([]scan.Usage{{ID: fmt.Sprint(i), Account: "111122223333", Region: "eu-west-1", Source: finding.VPCFlowLogs, Records: 2, Bytes: 3}})
	}
	if err := d.Findings(fs); err != nil {
		t.Fatal(err)
	}
	slices.Sort(sent)
	if len(slices.Compact(sent)) != 600 || len(sent) != 600 {
		t.Errorf("%d findings were sent", len(sent))
	}
	if want := int64(2 * (2*batchCounts + 5)); records != want || d.Records != want {
		t.Errorf("%d records were sent, %d counted, want %d", records, d.Records, want)
	}
	if diff := cmp.Diff(map[string]int{ingest.Created: 594, ingest.Refused: 8}, d.States); diff != "" {
		t.Error(diff)
	}
	want := []string{
		s.String() + ` refused 1 finding and 0 records of account "111122223333" in "no region\r\n": that is no region`,
		s.String() + ` refused 6 findings and 0 records of account "111122223333" in "us-east-1": no detector`,
		s.String() + ` refused 1 finding and 0 records of account "999999999999" in "eu-west-1": not yours`,
	}
	got := d.Refused()
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestLongestCounts: what logs may say at most fits into a request.
func TestLongestCounts(t *testing.T) {
	largest := 0
	s := dial(t, func(w http.ResponseWriter, _ *http.Request, body []byte, _ string) {
		largest = max(largest, len(body))
		take(t, w, body, ingest.Counted)
	})
	d := s.Deliver(t.Context())
	for range batchCounts {
		d.Count([]scan.Usage{{ID: strings.Repeat("a", 32), Account: "111122223333", Region: "eu-west-1", Source: finding.EKSAuditLogs, Resource: strings.Repeat("\x00", 10_000),
			Records: 1 << 50, Bytes: 1 << 50}})
	}
	if d.Findings(nil) != nil || largest == 0 || largest > ingest.MaxBytes || d.Records == 0 {
		t.Errorf("%d bytes, %d records", largest, d.Records)
	}
}
