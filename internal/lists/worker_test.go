package lists

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"picket/internal/fault"
	"picket/internal/store"
)

var (
	home  = store.Scope{Region: "eu-west-1", Account: "111122223333"}
	other = store.Scope{Region: "eu-west-1", Account: "444455556666"}
)

func openStore(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func worker(t *testing.T, db *store.DB, s Sources) (*Worker, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	w := New(Config{DB: db, Sources: s, Log: slog.New(slog.NewTextHandler(&guarded{w: &log}, nil))})
	w.Start()
	t.Cleanup(w.Stop)
	return w, &log
}

type guarded struct {
	mu sync.Mutex
	w  io.Writer
}

func (g *guarded) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.w.Write(p)
}

func put(t *testing.T, db *store.DB, k *Kind, l store.List) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return k.Collection.Put(tx, &l) }); err != nil {
		t.Fatal(err)
	}
}

func activating(id, location string) store.List {
	return store.List{Meta: store.Meta{Scope: home, ID: id, Status: Activating}, Name: "list " + id, Format: "TXT", Location: location, Attempts: 1}
}

func read(t *testing.T, db *store.DB, k *Kind, s store.Scope, id string) (l store.List, content string) {
	t.Helper()
	err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
		if l, err = k.Collection.Get(tx, s, id); err != nil {
			return err
		}
		b, err := k.Collection.Content(tx, s, id)
		content = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l, content
}

// settled waits until a list is no longer ACTIVATING.
func settled(t *testing.T, db *store.DB, k *Kind, id string) (store.List, string) {
	t.Helper()
	for range 500 {
		if l, content := read(t, db, k, home, id); l.Status != Activating {
			return l, content
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the list stays ACTIVATING")
	return store.List{}, ""
}

func write(t *testing.T, dir, name, data string) (location string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file://" + path
}

// fakeS3 has S3 be a handler. It answers with errors as S3 does.
func fakeS3(t *testing.T, h func(w http.ResponseWriter, r *http.Request)) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(h))
	t.Cleanup(s.Close)
	withS3(t, s.URL)
}

func withS3(t *testing.T, url string) {
	t.Helper()
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_S3": url, "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1",
		"AWS_EC2_METADATA_DISABLED": "true"} {
		t.Setenv(name, value)
	}
}

func s3Error(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
}

func TestLastGoodContentStays(t *testing.T) {
	db, dir := openStore(t), t.TempDir()
	w, log := worker(t, db, Sources{Files: dir})
	location := write(t, dir, "bad.txt", "198.51.100.7\n")
	activate := func(want error) store.List {
		t.Helper()
		l := activating("a", location)
		old, _, _ := Active(t.Context(), db, home)
		if len(old) > 0 {
			l.ReadAt = old[0].ReadAt
		}
		put(t, db, &ThreatIntelSet, l)
		if err := w.Activate(t.Context(), &ThreatIntelSet, home, "a"); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
		l, content := settled(t, db, &ThreatIntelSet, "a")
		if content != "198.51.100.7\n" {
			t.Errorf("%s: content %q", l.Status, content)
		}
		return l
	}
	if l := activate(nil); l.Status != InUse || l.Error != "" {
		t.Errorf("%+v", l)
	}
	write(t, dir, "bad.txt", "<html>\nsecret words\n</html>\n")
	if l := activate(nil); l.Status != Failed || strings.Contains(l.Error, "secret") || l.Error == "" {
		t.Errorf("a file that is no list: %+v", l)
	}
	if err := os.Remove(filepath.Join(dir, "bad.txt")); err != nil {
		t.Fatal(err)
	}
	if l := activate(fault.Denied); l.Status != Failed {
		t.Errorf("a missing file: %+v", l)
	}
	if lists, _, err := Active(t.Context(), db, home); err != nil || len(lists) != 1 {
		t.Errorf("%v, %v: the last good content still counts", lists, err)
	}
	if text := log.String(); !strings.Contains(text, "could not be activated") || !strings.Contains(text, location) {
		t.Errorf("the operator is not told: %s", text)
	}
}

func TestLinksLeadNowhere(t *testing.T) {
	db, dir, outside := openStore(t), t.TempDir(), t.TempDir()
	w, _ := worker(t, db, Sources{Files: dir})
	write(t, outside, "secret", "198.51.100.7\n")
	for name, target := range map[string]string{"file": filepath.Join(outside, "secret"), "dir": outside} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for id, name := range map[string]string{"a": "file", "b": "dir/secret", "c": ".."} {
		put(t, db, &IPSet, activating(id, "file://"+filepath.Join(dir, name)))
		if err := w.Activate(t.Context(), &IPSet, home, id); id != "c" && !errors.Is(err, fault.Denied) {
			t.Errorf("%s: %v", name, err)
		}
		if l, _ := settled(t, db, &IPSet, id); l.Status != Failed {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

func TestWorkLeftBehindIsTakenUp(t *testing.T) {
	db, dir := openStore(t), t.TempDir()
	location := write(t, dir, "ok.txt", "bad.example\n198.51.100.7\n")
	for _, k := range kinds {
		put(t, db, k, activating("a", location))
	}
	time.Sleep(5 * time.Millisecond) // so that the lists are older than the worker
	worker(t, db, Sources{Files: dir})
	for _, k := range kinds {
		if l, content := settled(t, db, k, "a"); l.Status != InUse || content != "bad.example\n198.51.100.7\n" {
			t.Errorf("%s: %+v, content %q", k.Name, l, content)
		}
	}
}

func TestDeletedListsAreForgotten(t *testing.T) {
	db := openStore(t)
	for id, status := range map[string]string{"a": Deleted, "b": Inactive} {
		put(t, db, &IPSet, store.List{Meta: store.Meta{Scope: home, ID: id, Status: status}})
	}
	w := New(Config{DB: db, Log: slog.New(slog.DiscardHandler)})
	w.remember = time.Nanosecond
	for range 2 {
		if err := w.resume(t.Context(), &IPSet, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	err := db.Read(t.Context(), func(tx *store.Tx) error {
		found, err := IPSet.Collection.List(tx, home, "", 10)
		if len(found) != 1 || found[0].ID != "b" {
			t.Errorf("left: %+v", found)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestOvertaken: what was read for an earlier activation is not the list's content.
func TestOvertaken(t *testing.T) {
	db := openStore(t)
	release, first := make(chan bool), make(chan bool, 10)
	fakeS3(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/old") {
			first <- true
			<-release
		}
		fmt.Fprintln(w, "198.51.100.7 #", r.URL.Path)
	})
	w, _ := worker(t, db, Sources{})
	put(t, db, &IPSet, activating("a", "s3://bucket/old"))
	slow := make(chan error, 1)
	go func() { slow <- w.Activate(context.Background(), &IPSet, home, "a") }()
	<-first
	l := activating("a", "s3://bucket/new")
	l.Attempts = 2
	put(t, db, &IPSet, l)
	if err := w.Activate(t.Context(), &IPSet, home, "a"); err != nil {
		t.Error(err)
	}
	close(release)
	if err := <-slow; err != nil {
		t.Error(err)
	}
	w.Stop()
	w.Start()
	if l, content := settled(t, db, &IPSet, "a"); l.Status != InUse || content != "198.51.100.7 # /bucket/new\n" {
		t.Errorf("%+v, content %q", l, content)
	}
}

func TestWhatS3Refuses(t *testing.T) {
	fakeS3(t, func(w http.ResponseWriter, r *http.Request) {
		owner := r.Header.Get("X-Amz-Expected-Bucket-Owner")
		switch {
		case strings.HasSuffix(r.URL.Path, "/owned") && owner != "" && owner != "123456789012":
			s3Error(w, 403, "AccessDenied")
		case strings.HasSuffix(r.URL.Path, "/owned"):
			fmt.Fprintln(w, "198.51.100.7")
		case strings.HasSuffix(r.URL.Path, "/denied"):
			s3Error(w, 403, "AccessDenied")
		case strings.HasSuffix(r.URL.Path, "/elsewhere"):
			http.Error(w, "this is no S3", http.StatusNotFound)
		default:
			s3Error(w, 404, "NoSuchKey")
		}
	})
	db := openStore(t)
	w, _ := worker(t, db, Sources{})
	for i, tc := range []struct {
		key, owner, status string
		err                error
	}{
		{"owned", "", InUse, nil},
		{"owned", "123456789012", InUse, nil},
		{"owned", "000000000000", Failed, fault.Conflict},
		{"denied", "", Failed, fault.Denied},
		{"denied", "123456789012", Failed, fault.Denied},
		{"missing", "", Failed, fault.Denied},
		{"elsewhere", "", Failed, nil}, // whose fault that is can't be told
	} {
		id := fmt.Sprint(i)
		l := activating(id, "s3://bucket/"+tc.key)
		l.BucketOwner = tc.owner
		put(t, db, &ThreatIntelSet, l)
		if err := w.Activate(t.Context(), &ThreatIntelSet, home, id); tc.err == nil && err != nil || tc.err != nil && !errors.Is(err, tc.err) {
			t.Errorf("%s of %q: %v, want %v", tc.key, tc.owner, err, tc.err)
		}
		if l, _ := settled(t, db, &ThreatIntelSet, id); l.Status != tc.status || (l.Error == "") != (tc.status == InUse) {
			t.Errorf("%s of %q: %+v", tc.key, tc.owner, l)
		}
	}
}

// TestNoS3: without a server to ask, a list is soon in ERROR, and nobody is refused.
func TestNoS3(t *testing.T) {
	for name, prepare := range map[string]func(){
		"nobody listens": func() { withS3(t, "http://127.0.0.1:1") },
		"no credentials": func() {
			withS3(t, "http://127.0.0.1:1")
			for _, key := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
				t.Setenv(key, "")
			}
			t.Setenv("HOME", t.TempDir())
		},
	} {
		prepare()
		db := openStore(t)
		w, _ := worker(t, db, Sources{})
		put(t, db, &IPSet, activating("a", "s3://bucket/key"))
		began := time.Now()
		if err := w.Activate(t.Context(), &IPSet, home, "a"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if l, _ := settled(t, db, &IPSet, "a"); l.Status != Failed || strings.Contains(l.Error, "127.0.0.1") || l.Error == "" {
			t.Errorf("%s: %+v", name, l)
		}
		if took := time.Since(began); took > answerTime {
			t.Errorf("%s: it took %v", name, took)
		}
	}
}
