package testbed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Spec names a generated corpus; the generator's README explains the members.
type Spec struct {
	Size    string
	Threats int
	Seed    uint64
}

// String is the form reports use: "medium, threats 10, seed 1".
func (s Spec) String() string {
	return fmt.Sprintf("%s, threats %d, seed %d", s.Size, s.Threats, s.Seed)
}

func (s Spec) flags() []string {
	return []string{"-size", s.Size, "-threats", fmt.Sprint(s.Threats), "-seed", fmt.Sprint(s.Seed)}
}

// Cache keeps generated corpora, one directory each, until the generator's
// source or the Go version changes. Concurrent users are safe: a corpus appears whole.
type Cache struct {
	dir       string
	generator string
	key       string // of generator and toolchain
}

// OpenCache builds the generator of the module at root into work, and opens
// the cache at dir, which may not exist yet. An empty dir is one under os.TempDir.
func OpenCache(ctx context.Context, root, work, dir string) (*Cache, error) {
	if dir == "" {
		dir = filepath.Join(os.TempDir(), "picket-corpora")
	}
	key, err := sourceKey(filepath.Join(root, "bench", "gen"))
	if err != nil {
		return nil, err
	}
	generator, err := Build(ctx, root, "bench/gen", work)
	if err != nil {
		return nil, err
	}
	return &Cache{dir: dir, generator: generator, key: key}, nil
}

// sourceKey digests the generator's Go files, tests left out, and the Go
// version, on which the compressed bytes depend.
func sourceKey(dir string) (string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return "", fmt.Errorf("list generator source: %w", err)
	}
	h := sha256.New()
	_, _ = io.WriteString(h, runtime.Version()) // a hash never fails
	for _, p := range paths {
		if strings.HasSuffix(p, "_test.go") {
			continue
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return "", fmt.Errorf("read generator source: %w", err)
		}
		_, _ = fmt.Fprintf(h, "\n%s %d\n%s", filepath.Base(p), len(b), b)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// Corpus returns the corpus, generating it when the cache has none.
func (c *Cache) Corpus(ctx context.Context, s Spec) (*Corpus, error) {
	dir := filepath.Join(c.dir, fmt.Sprintf("%s-t%d-s%d-%s", s.Size, s.Threats, s.Seed, c.key))
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if err := c.generate(ctx, s, dir); err != nil {
			return nil, fmt.Errorf("generate corpus %s: %w", s, err)
		}
	}
	return OpenCorpus(dir)
}

// generate writes beside the final place and moves the whole, so that a
// corpus half written is never taken for one.
func (c *Cache) generate(ctx context.Context, s Spec, dir string) error {
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(c.dir, "new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if _, err := output(ctx, "", c.generator, append(s.flags(), "-out", tmp)...); err != nil {
		return err
	}
	err = os.Rename(tmp, dir)
	if _, there := os.Stat(dir); there == nil {
		return nil // moved, or another process was first
	}
	return err
}

// Corpus is a generated data set on disk. It is read-only to its users.
type Corpus struct {
	Dir   string
	Truth Truth
}

// Truth is the part of truth.json that measuring needs.
type Truth struct {
	Findings []Planted        `json:"findings"`
	Decoys   []Decoy          `json:"decoys"`
	ListUse  []ListUse        `json:"list_use"`
	Totals   map[string]Total `json:"totals"`
}

// Planted is one finding that has to be made.
type Planted struct {
	ID      string            `json:"id"`
	Type    string            `json:"type"`
	Or      []string          `json:"or"`
	Needs   string            `json:"needs"`
	Key     string            `json:"key"` // the member of Entity that tells it apart, or "account"
	Role    string            `json:"role"`
	Log     string            `json:"log"`
	Account string            `json:"account"`
	Entity  map[string]string `json:"entity"`
	Actor   map[string]string `json:"actor"`
	First   string            `json:"first"`
	Files   []string          `json:"files"`
}

// Decoy is behaviour that looks bad and is not.
type Decoy struct {
	Name    string            `json:"name"`
	Log     string            `json:"log"`
	Account string            `json:"account"`
	Entity  map[string]string `json:"entity"`
}

// ListUse says what a list under lists/ is to be loaded as: "threat-list" or a
// category of intelligence.
type ListUse struct {
	File string `json:"file"`
	Use  string `json:"use"`
}

// Total counts one log.
type Total struct {
	Files   int `json:"files"`
	Records int `json:"records"`
	Raw     int `json:"raw_bytes"`
}

// OpenCorpus reads the truth of a corpus that the generator has written.
func OpenCorpus(dir string) (*Corpus, error) {
	b, err := os.ReadFile(filepath.Join(dir, "truth.json"))
	if err != nil {
		return nil, fmt.Errorf("open corpus: %w", err)
	}
	c := &Corpus{Dir: dir}
	if err := json.Unmarshal(b, &c.Truth); err != nil {
		return nil, fmt.Errorf("open corpus: read %s/truth.json: %w", dir, err)
	}
	return c, nil
}

// ListArgs are the flags of picket scan that load the lists used as wanted
// says; nil wants all.
func (c *Corpus) ListArgs(wanted func(ListUse) bool) []string {
	var args []string
	for _, u := range c.Truth.ListUse {
		if wanted != nil && !wanted(u) {
			continue
		}
		path := filepath.Join(c.Dir, "lists", u.File)
		if u.Use == "threat-list" {
			args = append(args, "--threat-list", path)
		} else {
			args = append(args, "--intel", u.Use+"="+path)
		}
	}
	return args
}

// NoFetchedLists are the flags that keep the lists a user of this machine has
// fetched out of a scan: they would change what is found. It makes an empty directory in work.
func NoFetchedLists(work string) ([]string, error) {
	dir := filepath.Join(work, "no-lists")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make empty list directory: %w", err)
	}
	return []string{"--intel-dir", dir}, nil
}

// Files lists the files of one log in the order of their paths.
func (c *Corpus) Files(log string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(filepath.Join(c.Dir, log), func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", log, err)
	}
	return files, nil
}
