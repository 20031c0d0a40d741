package feeds

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// stateFile lies beside the lists; intel.Dir passes hidden files over.
const stateFile = ".feeds.json"

// State is what is known of a feed's last downloads. Times are UTC.
type State struct {
	URL          string    `json:"url"`
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"last_modified,omitempty"`
	Checked      time.Time `json:"checked"`            // last time the publisher answered usefully
	Updated      time.Time `json:"updated"`            // last time the list changed
	Entries      int       `json:"entries"`            // of the list on disk
	Error        string    `json:"error,omitempty"`    // of the last attempt
	Attempted    time.Time `json:"attempted,omitzero"` // last attempt, whatever came of it
}

// States reads the state of every feed ever fetched into dir, by name. A
// directory without state has none.
func States(dir string) (map[string]State, error) {
	states := map[string]State{}
	b, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return states, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read feed state: %w", err)
	}
	if err := json.Unmarshal(b, &states); err != nil {
		return nil, fmt.Errorf("read feed state %q: %w", filepath.Join(dir, stateFile), err)
	}
	return states, nil
}

func saveStates(dir string, states map[string]State) error {
	b, err := json.MarshalIndent(states, "", "  ")
	if err != nil {
		return fmt.Errorf("encode feed state: %w", err)
	}
	if err := replaceFile(filepath.Join(dir, stateFile), func(f *os.File) error {
		_, err := f.Write(append(b, '\n'))
		return err
	}); err != nil {
		return fmt.Errorf("save feed state: %w", err)
	}
	return nil
}

// replaceFile puts what write writes in place of path: after a crash there is
// the old content or the new. When write fails the old stays.
func replaceFile(path string, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // a no-op once renamed
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err := os.Chmod(f.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
