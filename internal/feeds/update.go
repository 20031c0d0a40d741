package feeds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"picket/intel"
)

// Outcome is how the update of a feed ended.
type Outcome string

// The outcomes. Whatever it is, the list on disk is good: Failed leaves the one
// from before.
const (
	Updated   Outcome = "updated"   // a new list is in place
	Unchanged Outcome = "unchanged" // the publisher has nothing newer
	Fresh     Outcome = "fresh"     // not asked: the last answer is recent enough
	Failed    Outcome = "failed"    // see Err
)

// Result reports on one feed.
type Result struct {
	Feed    Feed
	Outcome Outcome
	Stats   intel.Stats // of a new list
	Entries int         // of the list now on disk
	Err     error
}

// Updater keeps the lists of feeds in a directory up to date. It is not safe
// for concurrent use.
type Updater struct {
	// Dir holds the lists and is made when missing. intel.Dir reads it.
	Dir string
	// Client fetches; nil is a client that refuses to leave https once on it.
	Client *http.Client
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// MaxBytes bounds a list; 0 is intel.DefaultMaxBytes.
	MaxBytes int64
	// Force fetches feeds that are still fresh.
	Force bool
	// AcceptShrink takes lists that lost more than nine tenths of their entries.
	AcceptShrink bool
}

// feedTimeout bounds the download of one feed: enough for the largest, some 50
// MB, on a line of 4 Mbit/s.
const feedTimeout = 2 * time.Minute

// Update brings the given feeds up to date, one after the other, and reports on
// each. Its error is about the directory; a feed that fails is a Result.
func (u *Updater) Update(ctx context.Context, feeds []Feed) ([]Result, error) {
	if err := os.MkdirAll(u.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make feed directory: %w", err)
	}
	states, err := States(u.Dir)
	if err != nil {
		return nil, err
	}
	var results []Result
	for _, f := range feeds {
		st := states[f.Name]
		r := u.update(ctx, f, &st)
		results = append(results, r)
		if r.Outcome == Fresh {
			continue
		}
		states[f.Name] = st
		if err := saveStates(u.Dir, states); err != nil {
			return results, err
		}
	}
	return results, nil
}

func (u *Updater) update(ctx context.Context, f Feed, st *State) Result {
	_, err := os.Stat(u.path(f))
	if err != nil || st.URL != f.URL {
		*st = State{URL: f.URL} // what is known is of another list
	}
	now := u.now()
	if !u.Force && now.Sub(st.Checked) < f.Every {
		return Result{Feed: f, Outcome: Fresh, Entries: st.Entries}
	}
	ctx, cancel := context.WithTimeout(ctx, feedTimeout)
	defer cancel()
	st.Attempted, st.Error = now, ""
	r := Result{Feed: f}
	r.Outcome, r.Stats, r.Err = u.fetch(ctx, f, st)
	r.Entries = st.Entries
	if r.Err != nil {
		r.Outcome = Failed
		r.Err = fmt.Errorf("feed %q: %w", f.Name, r.Err)
		st.Error = r.Err.Error()
		return r
	}
	st.Checked = now
	if r.Outcome == Updated {
		st.Updated = now
	}
	return r
}

// fetch asks for the list and puts it in place when it is new and good.
func (u *Updater) fetch(ctx context.Context, f Feed, st *State) (Outcome, intel.Stats, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return Failed, intel.Stats{}, err
	}
	req.Header.Set("User-Agent", "picket")
	if st.ETag != "" {
		req.Header.Set("If-None-Match", st.ETag)
	}
	if st.LastModified != "" {
		req.Header.Set("If-Modified-Since", st.LastModified)
	}
	resp, err := u.client().Do(req)
	if err != nil {
		return Failed, intel.Stats{}, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotModified:
		return Unchanged, intel.Stats{}, nil
	default:
		return Failed, intel.Stats{}, fmt.Errorf("%s answers %s", req.URL.Host, resp.Status)
	}
	stats, err := u.install(f, st, resp.Body)
	if err != nil {
		return Failed, stats, err
	}
	st.ETag, st.LastModified = resp.Header.Get("ETag"), resp.Header.Get("Last-Modified")
	st.Entries = stats.Entries
	return Updated, stats, nil
}

// install saves body and reads it back before it replaces the list.
func (u *Updater) install(f Feed, st *State, body io.Reader) (stats intel.Stats, err error) {
	err = replaceFile(u.path(f), func(file *os.File) error {
		n, err := io.Copy(file, io.LimitReader(body, u.maxBytes()+1))
		if err != nil {
			return fmt.Errorf("download: %w", err)
		}
		if n > u.maxBytes() {
			return fmt.Errorf("larger than %d bytes", u.maxBytes())
		}
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		stats, err = u.check(f, file)
		if err != nil {
			return err
		}
		return u.plausible(stats.Entries, st.Entries)
	})
	return stats, err
}

// check reads a list as the program will.
func (u *Updater) check(f Feed, r io.Reader) (intel.Stats, error) {
	list, ok := intel.CategoryList(f.Category)
	if !ok {
		return intel.Stats{}, fmt.Errorf("unknown category %q", f.Category)
	}
	list.Name, list.Format, list.MaxBytes = f.Name, f.Format, u.maxBytes()
	var b intel.Builder
	return b.Add(list, r)
}

// plausible refuses lists that are empty or all but empty: a publisher that is
// broken must not look like a world without threats.
func (u *Updater) plausible(entries, before int) error {
	switch {
	case entries == 0:
		return errors.New("the new list is empty")
	case entries < before/10 && !u.AcceptShrink:
		return fmt.Errorf("the new list has %d entries where there were %d", entries, before)
	}
	return nil
}

func (u *Updater) path(f Feed) string { return filepath.Join(u.Dir, f.File()) }

func (u *Updater) now() time.Time {
	if u.Now != nil {
		return u.Now().UTC()
	}
	return time.Now().UTC()
}

func (u *Updater) maxBytes() int64 {
	if u.MaxBytes > 0 {
		return u.MaxBytes
	}
	return intel.DefaultMaxBytes
}

func (u *Updater) client() *http.Client {
	if u.Client != nil {
		return u.Client
	}
	return &http.Client{CheckRedirect: stayEncrypted}
}

// stayEncrypted refuses a redirect from https to http, which would let anyone
// on the way write the list.
func stayEncrypted(req *http.Request, via []*http.Request) error {
	if len(via) >= 10 {
		return errors.New("too many redirects")
	}
	if via[0].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return fmt.Errorf("redirect to unencrypted %s", req.URL.Redacted())
	}
	return nil
}
