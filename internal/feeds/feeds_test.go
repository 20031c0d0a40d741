package feeds

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"picket/event"
	"picket/intel"
)

// publisher serves one list that the test changes as it goes.
type publisher struct {
	*httptest.Server
	status int
	body   string
	etag   string
	asked  []http.Header
}

func newPublisher(t *testing.T) *publisher {
	p := &publisher{status: http.StatusOK}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked = append(p.asked, r.Header.Clone())
		if p.etag != "" {
			w.Header().Set("ETag", p.etag)
			w.Header().Set("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
			if r.Header.Get("If-None-Match") == p.etag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		w.WriteHeader(p.status)
		_, _ = w.Write([]byte(p.body))
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *publisher) feed() Feed {
	return Feed{Name: "demo", Category: "c2", Format: "TXT", URL: p.URL, Every: time.Hour}
}

// world is an updater with a clock of its own and a publisher.
type world struct {
	*Updater
	*publisher
	t   *testing.T
	now time.Time
}

func newWorld(t *testing.T) *world {
	w := &world{publisher: newPublisher(t), t: t, now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	w.Updater = &Updater{Dir: filepath.Join(t.TempDir(), "intel"), Now: func() time.Time { return w.now }}
	return w
}

// step lets an hour pass, updates, and checks outcome, entries and the list on disk.
func (w *world) step(want Outcome, wantErr, wantFile string) {
	w.t.Helper()
	w.now = w.now.Add(time.Hour)
	results, err := w.Update(context.Background(), []Feed{w.feed()})
	if err != nil || len(results) != 1 {
		w.t.Fatalf("update: %v, %v", results, err)
	}
	r := results[0]
	if r.Outcome != want || (r.Err != nil) != (wantErr != "") || wantErr != "" && !strings.Contains(r.Err.Error(), wantErr) {
		w.t.Errorf("outcome %s, error %v; want %s, error with %q", r.Outcome, r.Err, want, wantErr)
	}
	if got, _ := os.ReadFile(filepath.Join(w.Dir, "c2-demo.txt")); string(got) != wantFile {
		w.t.Errorf("list on disk is %q, want %q", got, wantFile)
	}
	left, _ := filepath.Glob(filepath.Join(w.Dir, ".new-*"))
	if len(left) > 0 {
		w.t.Errorf("left behind: %v", left)
	}
}

func TestUpdateLifeOfAFeed(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("198.51.100.7\n", 40)
	w.body, w.etag = long, `"1"`
	w.step(Updated, "", long)
	w.step(Unchanged, "", long)
	if got := w.asked[1].Get("If-Modified-Since"); got != "Thu, 01 Jan 2026 00:00:00 GMT" {
		t.Errorf("asked with If-Modified-Since %q", got)
	}
	w.etag = `"2"`
	w.body = "<html>\n<body>\n"
	w.step(Failed, "not indicators", long)
	w.body = "# nothing today\n"
	w.step(Failed, "empty", long)
	w.body = "198.51.100.7\n198.51.100.8\n"
	w.step(Failed, "2 entries where there were 40", long)
	w.status = http.StatusServiceUnavailable
	w.step(Failed, "503", long)
	w.status = http.StatusOK
	w.body = strings.Repeat("203.0.113.7\n", 4)
	w.step(Updated, "", w.body)

	states, err := States(w.Dir)
	if err != nil {
		t.Fatal(err)
	}
	want := State{URL: w.URL, ETag: `"2"`, LastModified: "Thu, 01 Jan 2026 00:00:00 GMT", Checked: w.now, Updated: w.now, Entries: 4, Attempted: w.now}
	if diff := cmp.Diff(want, states["demo"]); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	lists, err := intel.Dir(w.Dir)
	if err != nil {
		t.Fatal(err)
	}
	var b intel.Builder
	if err := errors.Join(b.AddFiles(lists)...); err != nil {
		t.Fatal(err)
	}
	if m := b.Build().Lookup(event.IPv4(0xcb007107), 80); m != event.MarkC2 {
		t.Errorf("intel reads marks %b from the feed's file, want c2", m)
	}
}

func TestFreshFeedsAreNotAsked(t *testing.T) {
	w := newWorld(t)
	w.body = "198.51.100.7\n"
	w.step(Updated, "", w.body)
	w.now = w.now.Add(-time.Minute)
	w.step(Fresh, "", w.body)
	if len(w.asked) != 1 {
		t.Errorf("asked %d times within the hour", len(w.asked))
	}
	w.Force = true
	w.now = w.now.Add(-time.Hour)
	w.step(Updated, "", w.body)
}

func TestALostFileIsFetchedAgain(t *testing.T) {
	w := newWorld(t)
	w.body, w.etag = "198.51.100.7\n", `"1"`
	w.step(Updated, "", w.body)
	if err := os.Remove(filepath.Join(w.Dir, "c2-demo.txt")); err != nil {
		t.Fatal(err)
	}
	w.step(Updated, "", w.body)
}

func TestShrinkingCanBeAccepted(t *testing.T) {
	w := newWorld(t)
	w.body = strings.Repeat("198.51.100.7\n", 40)
	w.step(Updated, "", w.body)
	w.AcceptShrink = true
	w.body = "198.51.100.7\n"
	w.step(Updated, "", w.body)
}

func TestSizeCap(t *testing.T) {
	w := newWorld(t)
	w.MaxBytes = 64
	w.body = strings.Repeat("198.51.100.7\n", 40)
	w.step(Failed, "larger than 64 bytes", "")
}

func TestBrokenDownloadKeepsTheList(t *testing.T) {
	w := newWorld(t)
	w.body = "198.51.100.7\n"
	w.step(Updated, "", w.body)
	w.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Length", "1000")
		_, _ = rw.Write([]byte("203.0.113.1\n"))
	})
	w.step(Failed, "unexpected EOF", "198.51.100.7\n")
}

func TestRedirectMustStayEncrypted(t *testing.T) {
	plain := newPublisher(t)
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer secure.Close()
	client := secure.Client()
	client.CheckRedirect = stayEncrypted
	resp, err := client.Get(secure.URL)
	if err == nil {
		_ = resp.Body.Close()
	}
	if err == nil || len(plain.asked) > 0 {
		t.Errorf("followed a redirect from https to http: %v", err)
	}
}

func TestCorruptStateIsAnError(t *testing.T) {
	w := newWorld(t)
	if err := os.MkdirAll(w.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.Dir, stateFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Update(context.Background(), []Feed{w.feed()}); err == nil || !strings.Contains(err.Error(), stateFile) {
		t.Errorf("error %v, want one that names the state file", err)
	}
}

// Each declaration has to be complete, and its file one that intel can tell.
func TestDeclarations(t *testing.T) {
	seen := map[string]bool{}
	dir := t.TempDir()
	for _, f := range All {
		if seen[f.Name] || f.Name != strings.ToLower(f.Name) {
			t.Errorf("feed %q: name taken or not lower case", f.Name)
		}
		seen[f.Name] = true
		if !strings.HasPrefix(f.URL, "https://") || f.Terms == "" || f.Every < time.Hour {
			t.Errorf("feed %q: URL %q, terms %q, every %v", f.Name, f.URL, f.Terms, f.Every)
		}
		if _, ok := intel.FormatByName(f.Format); !ok {
			t.Errorf("feed %q: unknown format %q", f.Name, f.Format)
		}
		if err := os.WriteFile(filepath.Join(dir, f.File()), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lists, err := intel.Dir(dir)
	if err != nil || len(lists) != len(All) {
		t.Errorf("intel knows %d of %d feed files: %v", len(lists), len(All), err)
	}
}

func TestSelect(t *testing.T) {
	on, err := Select()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range on {
		if !f.Default {
			t.Errorf("feed %q is on without being named", f.Name)
		}
	}
	one, err := Select("OpenPhish")
	if err != nil || len(one) != 1 || one[0].Name != "openphish" {
		t.Errorf("named feed: %v, %v", one, err)
	}
	if _, err := Select("feodo", "nosuch"); err == nil {
		t.Error("an unknown name is no error")
	}
}
