package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha512"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// The client whose schemas know the operations that came after the Go models.
const (
	npmPackage   = "@aws-sdk/client-guardduty@3.1169.0"
	npmIntegrity = "sha512-1lnMlRZ6qlYxnZlIVDjQ4dEHtK177K5J/HbO6AKl8BhnQonbMwGTOs5Ee1kjd8gn4GlFlRvrXsEk9G1HY0c36A=="
)

// dumpScript prints a client's schema module as JSON; it runs under Node.
//
//go:embed dump.mjs
var dumpScript []byte

// npmModel is the output of dumpScript, and beside it what only the type
// declarations tell: which strings are enums, and which errors are thrown.
type npmModel struct {
	Operations map[string]struct {
		HTTP          []any
		Input, Output string
	}
	Shapes   map[string]npmShape
	enums    map[string][]string          // values in the order of their declaration
	declared map[string]map[string]string // structure → member → TypeScript type
	throws   map[string][]string          // operation → errors
}

type npmShape struct {
	Kind          int
	Simple        int
	Member, Value npmRef
	Required      []string
	Members       []npmMember
}

type npmMember struct {
	Name   string
	Ref    npmRef
	Traits json.RawMessage // 1 for a label of the path, 0 for none, else an object
}

// An npmRef is the name of a shape or the number of a simple type, to which
// 64 is added for a list of it and 128 for a map from strings to it.
type npmRef struct {
	name string
	code int
}

func (r *npmRef) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		return json.Unmarshal(b, &r.name)
	}
	return json.Unmarshal(b, &r.code)
}

// Kinds and simple types of the client's schemas.
const (
	kindSimple, kindList, kindMap, kindStructure, kindUnion, kindError = 0, 1, 2, 3, 4, -3
	listOf, mapOf                                                      = 64, 128
)

var simpleTypes = map[int]string{0: "String", 1: "Integer", 2: "Boolean", 4: "Timestamp"}

// readNPM downloads the client, checks it and reads its schemas.
func readNPM() (*npmModel, error) {
	dir, err := os.MkdirTemp("", "awsgen")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := downloadNPM(dir); err != nil {
		return nil, fmt.Errorf("download %s: %w", npmPackage, err)
	}
	script := filepath.Join(dir, "dump.mjs")
	if err := os.WriteFile(script, dumpScript, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command("node", script, filepath.Join(dir, "package/dist-es/schemas/schemas_0.js"))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("dump the schemas of %s: %w", npmPackage, err)
	}
	m := &npmModel{declared: map[string]map[string]string{}, throws: map[string][]string{}}
	if err := json.Unmarshal(out, m); err != nil {
		return nil, fmt.Errorf("dump the schemas of %s: %w", npmPackage, err)
	}
	return m, m.readDeclarations(filepath.Join(dir, "package"))
}

func downloadNPM(dir string) error {
	cmd := exec.Command("npm", "pack", "--silent", npmPackage)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(dir, strings.TrimSpace(string(out))))
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha512.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum.Sum(nil)); got != npmIntegrity {
		return fmt.Errorf("integrity %s, want %s", got, npmIntegrity)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return unpack(f, dir)
}

// unpack writes the JavaScript and type files of an npm archive below dir.
func unpack(r io.Reader, dir string) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	for tr := tar.NewReader(z); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		ext := path.Ext(h.Name)
		if h.Typeflag != tar.TypeReg || ext != ".js" && ext != ".ts" || !filepath.IsLocal(h.Name) {
			continue
		}
		text, err := io.ReadAll(tr)
		if err != nil {
			return err
		}
		name := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(name, text, 0o600); err != nil {
			return err
		}
	}
}

var (
	enumDecl      = regexp.MustCompile(`(?s)export const (\w+) = \{(.*?)\n\};`)
	enumValue     = regexp.MustCompile(`(?m)^\s+\w+: "(.*)",$`)
	interfaceDecl = regexp.MustCompile(`(?ms)^export interface (\w+) .*?\{$(.*?)^\}`)
	memberDecl    = regexp.MustCompile(`(?m)^    (\w+)\??: (.*) \| undefined;$`)
	throwsDecl    = regexp.MustCompile(`@throws \{@link (\w+)\}`)
)

func (m *npmModel) readDeclarations(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "dist-es/models/enums.js"))
	if err != nil {
		return err
	}
	m.enums = map[string][]string{}
	for _, e := range enumDecl.FindAllStringSubmatch(string(text), -1) {
		for _, v := range enumValue.FindAllStringSubmatch(e[2], -1) {
			m.enums[e[1]] = append(m.enums[e[1]], v[1])
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, "dist-types/models/models_*.d.ts"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if text, err = os.ReadFile(name); err != nil {
			return err
		}
		for _, decl := range interfaceDecl.FindAllStringSubmatch(string(text), -1) {
			members := map[string]string{}
			for _, d := range memberDecl.FindAllStringSubmatch(decl[2], -1) {
				members[d[1]] = d[2]
			}
			m.declared[decl[1]] = members
		}
	}
	return m.readThrows(dir)
}

func (m *npmModel) readThrows(dir string) error {
	for op := range m.Operations {
		text, err := os.ReadFile(filepath.Join(dir, "dist-types/commands", op+"Command.d.ts"))
		if err != nil {
			return err
		}
		for _, t := range throwsDecl.FindAllStringSubmatch(string(text), -1) {
			if t[1] != "GuardDutyServiceException" && !slices.Contains(m.throws[op], t[1]) {
				m.throws[op] = append(m.throws[op], t[1])
			}
		}
	}
	return nil
}
