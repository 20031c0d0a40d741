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
	var keys access.Memory
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
	var keys access.Memory
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
		"not base64": "m1 " + strings.Repeat("*", 44), "twice": good + good, "a line too long": good + "# " + strings.Repeat("x", 70000),
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

func TestRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	var keys access.Memory
	ring := openRing(t, &keys, openMaster(t, path))
	other := openRing(t, &keys, openMaster(t, path)) // another server with the same file and store
	k, revoked := create(t, ring, access.NewKey{}), create(t, ring, access.NewKey{})
	if err := ring.SetStatus(t.Context(), revoked.ID, access.Revoked); err != nil {
		t.Fatal(err)
	}
	before, _ := keys.Load(t.Context())
	old := masterLines(t, path)
	if err := ring.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	now := masterLines(t, path)
	if len(now) != 1 || now[0] == old[0] {
		t.Errorf("master keys %d, was the old one thrown away: %v", len(now), now[0] != old[0])
	}
	after, _ := keys.Load(t.Context())
	for _, b := range before {
		for _, a := range after {
			if a.ID == k.ID && b.ID == k.ID && (string(a.Sealed) == string(b.Sealed) || !strings.HasPrefix(now[0], a.MasterID+" ")) {
				t.Error("a secret was not encrypted anew")
			}
		}
	}
	if err := errors.Join(signsIn(t, ring, k), other.Reload(t.Context()), signsIn(t, other, k), signsIn(t, openRing(t, &keys, openMaster(t, path)), k)); err != nil {
		t.Error(err)
	}
	if err := signsIn(t, ring, create(t, other, access.NewKey{})); err == nil {
		t.Error("a key of another server is known before a reload")
	}
	if err := errors.Join(ring.Reload(t.Context()), ring.Rotate(t.Context()), signsIn(t, ring, k)); err != nil {
		t.Error(err)
	}
}

// A rotation that the store breaks off leaves every secret readable, and the
// next one finishes it.
func TestRotateHalfWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	var keys access.Memory
	ring := openRing(t, &keys, openMaster(t, path))
	var issued []access.Issued
	for range 3 {
		issued = append(issued, create(t, ring, access.NewKey{}))
	}
	failing := &failAfter{Keys: &keys, left: 1}
	if err := openRing(t, failing, openMaster(t, path)).Rotate(t.Context()); !errors.Is(err, errStore) {
		t.Fatalf("rotate: %v", err)
	}
	ring = openRing(t, &keys, openMaster(t, path))
	for _, k := range issued {
		if err := signsIn(t, ring, k); err != nil {
			t.Error(err)
		}
	}
	if err := ring.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(masterLines(t, path)); n != 1 {
		t.Errorf("%d master keys", n)
	}
	ring = openRing(t, &keys, openMaster(t, path))
	for _, k := range issued {
		if err := signsIn(t, ring, k); err != nil {
			t.Error(err)
		}
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
	broken := &failAfter{Keys: &access.Memory{}}
	ring := openRing(t, broken, access.NewMaster())
	if _, err := ring.Create(t.Context(), access.NewKey{Account: account}); !errors.Is(err, errStore) || fault.Of(err) != fault.Internal {
		t.Errorf("create: %v", err)
	}
	if n := len(ring.List()); n != 0 {
		t.Errorf("%d keys that the store did not take", n)
	}
}
