package access_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"picket/internal/access"
	"picket/internal/access/accesstest"
	"picket/internal/fault"
)

func openMaster(t testing.TB, path string) *access.Master {
	t.Helper()
	m, err := access.OpenMaster(path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// newMaster is the master key of another installation each time.
func newMaster(t testing.TB) *access.Master {
	t.Helper()
	return openMaster(t, filepath.Join(t.TempDir(), "master.key"))
}

func masterLines(t testing.TB, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestMasterFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	var keys accesstest.Memory
	k := create(t, openRing(t, &keys, openMaster(t, path)), access.NewKey{})
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	if err := signsIn(t, openRing(t, &keys, openMaster(t, path)), k); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".master-*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

func TestMasterFileIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	var keys accesstest.Memory
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			m, err := access.OpenMaster(path)
			if err != nil {
				t.Error(err)
				return
			}
			ring, err := access.Open(context.Background(), &keys, m)
			if err != nil {
				t.Error(err)
				return
			}
			create(t, ring, access.NewKey{})
		})
	}
	wg.Wait()
	ring := openRing(t, &keys, openMaster(t, path))
	for _, k := range ring.List() {
		if _, err := ring.Secret(k.ID); err != nil {
			t.Errorf("sealed with a key that is not in the file: %v", err)
		}
	}
}

func TestMasterFileRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	openMaster(t, path)
	good := masterLines(t, path)[0]
	for name, content := range map[string]string{
		"empty": "", "comments": "# nothing\n\n", "short key": "m1 c2hvcnQ=\n", "no ID": good[8:],
		"not base64": "m1 " + strings.Repeat("*", 44), "two keys": good + "other" + good[8:], "a line too long": good + "# " + strings.Repeat("x", 70000),
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := access.OpenMaster(path)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), strings.TrimSpace(good[9:])) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: the error shows the key or hides the file: %v", name, err)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	if err := errors.Join(os.WriteFile(path, []byte(good), 0o600), os.Chmod(path, 0o640)); err != nil {
		t.Fatal(err)
	}
	if _, err := access.OpenMaster(path); err == nil || !strings.Contains(fault.Hint(err), "chmod 600") {
		t.Errorf("readable by others: %v", err)
	}
	if _, err := access.OpenMaster(filepath.Join(filepath.Dir(path), "no", "master.key")); err == nil {
		t.Error("made in a directory that is not there")
	}
}

var errStore = errors.New("the store is gone")

// failAfter is a store that takes so many more records.
type failAfter struct {
	access.Keys
	left int
}

func (f *failAfter) Put(ctx context.Context, r access.Record) error {
	if f.left--; f.left < 0 {
		return errStore
	}
	return f.Keys.Put(ctx, r)
}

func TestStoreErrors(t *testing.T) {
	broken := &failAfter{Keys: &accesstest.Memory{}}
	ring := openRing(t, broken, newMaster(t))
	if _, err := ring.Create(t.Context(), access.NewKey{Account: account}); !errors.Is(err, errStore) || fault.Of(err) != fault.Internal {
		t.Errorf("create: %v", err)
	}
	if n := len(ring.List()); n != 0 {
		t.Errorf("%d keys that the store did not take", n)
	}
}
