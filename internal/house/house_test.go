package house

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"picket/detectors"
	"picket/finding"
	"picket/internal/catalogue"
)

const root = "../.."

type pkg struct {
	ImportPath string
	Dir        string
	Doc        string
	Imports    []string
	GoFiles    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,Imports,GoFiles", "./...")
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var pkgs []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// rooms says what each public room may import of the house, and which other
// modules. Everything public may use the standard library.
var rooms = map[string]struct{ house, modules []string }{
	"picket/event":                      {},
	"picket/jsonview":                   {},
	"picket/baseline":                   {},
	"picket/s3policy":                   {house: []string{"picket/jsonview"}},
	"picket/namescore":                  {house: []string{"picket/event", "picket/namescore/internal/lexical"}},
	"picket/namescore/internal/lexical": {},
	"picket/finding":                    {house: []string{"picket/event", "picket/jsonview"}},
	"picket/logformat":                  {house: []string{"picket/event", "picket/jsonview", "picket/logformat/internal/parquet"}},
	"picket/logformat/internal/parquet": {house: []string{"picket/internal/inflate"}, modules: []string{"github.com/klauspost/compress/zstd"}},
	"picket/intel":                      {house: []string{"picket/event"}, modules: []string{"golang.org/x/net/publicsuffix", "github.com/gaissmai/bart"}},
	"picket/geo":                        {house: []string{"picket/event"}, modules: []string{"github.com/oschwald/maxminddb-golang/v2"}},
	"picket/detect":                     {house: []string{"picket/event", "picket/finding"}},
	"picket/enrich":                     {house: []string{"picket/event", "picket/geo", "picket/intel", "picket/jsonview"}},
	"picket/engine":                     {house: []string{"picket/detect", "picket/event", "picket/finding"}},
	"picket/detectors":                  {house: []string{"picket/detect", "picket/detectors/audit", "picket/detectors/dns", "picket/detectors/flow", "picket/detectors/trail"}},
	"picket/detectors/flow":             {house: []string{"picket/baseline", "picket/detect", "picket/event", "picket/finding"}},
	"picket/detectors/dns":              {house: []string{"picket/baseline", "picket/detect", "picket/event", "picket/finding", "picket/namescore", "picket/jsonview"}},
	"picket/detectors/trail":            {house: []string{"picket/baseline", "picket/detect", "picket/event", "picket/finding", "picket/jsonview", "picket/s3policy"}},
	"picket/detectors/audit":            {house: []string{"picket/baseline", "picket/detect", "picket/event", "picket/finding", "picket/jsonview"}},
	"picket/detecttest": {house: []string{"picket/detect", "picket/engine", "picket/enrich", "picket/event", "picket/finding", "picket/intel", "picket/logformat"},
		modules: []string{"golang.org/x/tools/txtar"}},
}

// private rooms may be imported by anybody inside the module.
func private(path string) bool {
	return strings.HasPrefix(path, "picket/internal/") || strings.HasPrefix(path, "picket/cmd/") || strings.HasPrefix(path, "picket/bench/") ||
		path == "picket/namescore/train"
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		if private(p.ImportPath) {
			continue
		}
		room, ok := rooms[p.ImportPath]
		if !ok {
			t.Errorf("%s is public and not in the table of rooms", p.ImportPath)
			continue
		}
		for _, imp := range p.Imports {
			std := !strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") && !strings.HasPrefix(imp, "picket/")
			if !std && !slices.Contains(room.house, imp) && !slices.Contains(room.modules, imp) {
				t.Errorf("%s must not import %s", p.ImportPath, imp)
			}
		}
	}
}

func TestPackagesSayWhy(t *testing.T) {
	for _, p := range packages(t) {
		if len(strings.Fields(p.Doc)) < 5 {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
		base := filepath.Base(p.ImportPath)
		if slices.Contains([]string{"util", "utils", "common", "helpers", "types", "base", "core", "manager", "misc"}, base) {
			t.Errorf("%s: a room has a reason in its name", p.ImportPath)
		}
	}
}

// maxLines is the most lines a source file may have.
const maxLines = 700

func TestFilesStaySmall(t *testing.T) {
	for _, p := range packages(t) {
		for _, f := range p.GoFiles {
			b, err := os.ReadFile(filepath.Join(p.Dir, f))
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(b), "\n"); n > maxLines && !strings.Contains(string(b), "DO NOT EDIT") {
				t.Errorf("%s/%s has %d lines, at most %d", p.ImportPath, f, n, maxLines)
			}
		}
	}
}

// filePath finds in prose what looks like a path of the repository.
var filePath = regexp.MustCompile("`([a-z0-9_.-]+(?:/[a-zA-Z0-9_.-]+)+/?)`")

func TestPathsInProseExist(t *testing.T) {
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/design/*.md"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range filePath.FindAllStringSubmatch(string(text), -1) {
				top := strings.SplitN(m[1], "/", 2)[0]
				if _, err := os.Stat(filepath.Join(root, top)); err != nil {
					continue // not a path of ours
				}
				if _, err := os.Stat(filepath.Join(root, m[1])); errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s names %s, which does not exist", name, m[1])
				}
			}
		}
	}
}

func TestGeneratedPagesAreCurrent(t *testing.T) {
	for name, want := range catalogue.Pages(detectors.All()) {
		got, err := os.ReadFile(filepath.Join(root, "docs", "reference", name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("docs/reference/%s is not what the declarations say: run make generate", name)
		}
	}
}

// wantTypes is the scope of the first release: the types of the 2022 catalogue that
// logs alone can show, less the anomaly family, and eight later ones.
const wantTypes = 101

func TestCatalogueIsComplete(t *testing.T) {
	types := catalogue.Types(detectors.All())
	if len(types) != wantTypes {
		t.Errorf("%d finding types, want %d", len(types), wantTypes)
	}
	for i := 1; i < len(types); i++ {
		if types[i].Name == types[i-1].Name {
			t.Errorf("%s is raised twice", types[i].Name)
		}
	}
}

// TestTextsKnowTheirPlaceholders: a placeholder nobody fills would be printed as "unknown".
func TestTextsKnowTheirPlaceholders(t *testing.T) {
	braces := regexp.MustCompile(`\{([^}]*)\}`)
	for _, ty := range catalogue.Types(detectors.All()) {
		for _, m := range braces.FindAllStringSubmatch(ty.Title+ty.Text, -1) {
			if !slices.Contains(finding.Placeholders, m[1]) {
				t.Errorf("%s: nothing fills {%s}", ty.Name, m[1])
			}
		}
	}
}

// TestNoInit holds registration to explicit lists.
func TestNoInit(t *testing.T) {
	fset := token.NewFileSet()
	for _, p := range packages(t) {
		for _, f := range p.GoFiles {
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, f), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "init" && fn.Recv == nil {
					t.Errorf("%s/%s has an init function", p.ImportPath, f)
				}
			}
		}
	}
}
