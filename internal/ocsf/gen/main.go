// Command gen cuts the event classes that picket writes, with every object
// they reach, out of the export of the OCSF schema that the Go module
// github.com/valllabh/ocsf-schema-golang ships, and writes schema.json. It
// exists because the whole export has megabytes and lacks what cut.go and
// corrections.go add. It imports the schema package and the standard library,
// and needs the Go module proxy or a module cache.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"picket/internal/ocsf/schema"
)

// The export: OCSF 1.2.0 is the newest version the module has.
const (
	module     = "github.com/valllabh/ocsf-schema-golang@v1.0.3"
	moduleSum  = "h1:eR8k/3jP/OOqB8LRCtdJ4U+vlgd/gk5y3KMXoodrsrw="
	exportFile = "schema/v1.2-schema.json"
)

// classes are the event classes that are cut out.
var classes = []string{"detection_finding"}

func main() {
	out := flag.String("out", "schema.json", "file to write")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	dir, err := download()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(dir, exportFile))
	if err != nil {
		return err
	}
	var e export
	if err := json.Unmarshal(text, &e); err != nil {
		return fmt.Errorf("read %s: %w", exportFile, err)
	}
	s, err := e.cut(classes)
	if err != nil {
		return err
	}
	b, err := encode(s)
	if err != nil {
		return err
	}
	return os.WriteFile(out, b, 0o644)
}

// download returns the directory of the module, after checking that it is the
// one this program was written for.
func download() (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Stderr = os.Stderr
	b, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("download %s: %w", module, err)
	}
	var m struct{ Dir, Sum string }
	if err := json.Unmarshal(b, &m); err != nil {
		return "", fmt.Errorf("download %s: %w", module, err)
	}
	if m.Sum != moduleSum {
		return "", fmt.Errorf("download %s: sum %s, want %s", module, m.Sum, moduleSum)
	}
	return m.Dir, nil
}

// encode writes one class or object a line, so that changes can be read.
func encode(s *schema.Schema) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"version\":%q,\n\"classes\":{", s.Version)
	if err := encodeObjects(&b, s.Classes); err != nil {
		return nil, err
	}
	b.WriteString("},\n\"objects\":{")
	if err := encodeObjects(&b, s.Objects); err != nil {
		return nil, err
	}
	b.WriteString("}}\n")
	_, err := schema.Parse(b.Bytes())
	return b.Bytes(), err
}

func encodeObjects(b *bytes.Buffer, objects map[string]*schema.Object) error {
	for i, name := range slices.Sorted(maps.Keys(objects)) {
		line, err := json.Marshal(objects[name])
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, "\n%q:%s", name, line)
	}
	return nil
}
