package awsrpc

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// some are paths of GuardDuty and AppFabric, and two that overlap.
var some = []Operation{
	{Name: "CreateDetector", Method: "POST", Path: "/detector"},
	{Name: "GetDetector", Method: "GET", Path: "/detector/{detectorId}"},
	{Name: "UpdateDetector", Method: "POST", Path: "/detector/{detectorId}"},
	{Name: "GetFilter", Method: "GET", Path: "/detector/{detectorId}/filter/{filterName}"},
	{Name: "GetFindings", Method: "POST", Path: "/detector/{detectorId}/findings/get"},
	{Name: "ListTagsForResource", Method: "GET", Path: "/tags/{resourceArn}"},
	{Name: "Any", Method: "GET", Path: "/detector/{detectorId}/{kind}/{name}"},
}

func TestPaths(t *testing.T) {
	var p paths
	for i := range some {
		if err := p.add(&operation{Operation: some[len(some)-1-i]}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		method, path, want string
		labels             map[string]string
	}{
		{"POST", "/detector", "CreateDetector", map[string]string{}},
		{"GET", "/detector/a", "GetDetector", map[string]string{"detectorId": "a"}},
		{"POST", "/detector/a", "UpdateDetector", map[string]string{"detectorId": "a"}},
		{"GET", "/detector/a/filter/b%20c+%C3%BC", "GetFilter", map[string]string{"detectorId": "a", "filterName": "b c+ü"}},
		{"GET", "/detector/a/list/b", "Any", map[string]string{"detectorId": "a", "kind": "list", "name": "b"}},
		{"GET", "/tags/arn%3Aaws%3Adetector%2F12%2Ffilter%2Fx", "ListTagsForResource", map[string]string{"resourceArn": "arn:aws:detector/12/filter/x"}},
		{"GET", "/tags/%2E%2E", "ListTagsForResource", map[string]string{"resourceArn": ".."}},
		{method: "HEAD", path: "/detector/a"},
		{method: "PUT", path: "/detector/a"},
		{method: "GET", path: "/detector/"},
		{method: "GET", path: "/detector//filter/a"},
		{method: "GET", path: "/detector/a/../b"},
		{method: "GET", path: "/tags/.."},
		{method: "POST", path: "/detector/"},
		{method: "GET", path: "/"},
		{method: "GET", path: ""},
		{method: "GET", path: "/tags/arn:aws:detector/12"},
	} {
		op, labels := p.find(tc.method, tc.path)
		got := ""
		if op != nil {
			got = op.Name
		}
		if got != tc.want {
			t.Errorf("%s %s: %q, want %q", tc.method, tc.path, got, tc.want)
		}
		if diff := cmp.Diff(tc.labels, labels); diff != "" {
			t.Errorf("%s %s: labels: -want +got\n%s", tc.method, tc.path, diff)
		}
	}
}

func TestPathsRefuseTheSameTwice(t *testing.T) {
	var p paths
	if err := p.add(&operation{Operation: Operation{Name: "A", Method: "GET", Path: "/a/{b}"}}); err != nil {
		t.Fatal(err)
	}
	if p.add(&operation{Operation: Operation{Name: "B", Method: "GET", Path: "/a/{c}"}}) == nil {
		t.Error("no error")
	}
}

// FuzzPaths holds find to net/http's ServeMux, for requests that it does not
// redirect and that are no HEAD.
func FuzzPaths(f *testing.F) {
	f.Add("GET", "/detector/a/filter/b%2Fc")
	f.Add("GET", "/tags/%zz")
	f.Add("POST", "/detector/%20/findings/get")
	var p paths
	mux := http.NewServeMux()
	for _, op := range some {
		if err := p.add(&operation{Operation: op}); err != nil {
			f.Fatal(err)
		}
		mux.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Op", op.Name)
			w.Header().Set("Id", r.PathValue("detectorId"))
		})
	}
	f.Fuzz(func(t *testing.T, method, path string) {
		u, err := url.ParseRequestURI(path)
		if err != nil || method != "GET" && method != "POST" || u.Host != "" || u.RawQuery != "" || path == "" || path[0] != '/' {
			return
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, &http.Request{Method: method, URL: u, RequestURI: path})
		op, labels := p.find(method, u.EscapedPath())
		got, id := "", ""
		if op != nil {
			got, id = op.Name, labels["detectorId"]
		}
		if want := w.Header().Get("Op"); got != want || id != w.Header().Get("Id") {
			t.Errorf("%s %s: %q %q, the mux has %q %q", method, path, got, id, want, w.Header().Get("Id"))
		}
	})
}
