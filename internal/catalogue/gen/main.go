// Command gen writes the reference pages under docs/reference from the
// declarations of detectors, formats, categories, feeds and API operations.
package main

import (
	"log"
	"os"
	"path/filepath"

	"picket/detectors"
	"picket/internal/catalogue"
)

func main() {
	dir := "docs/reference"
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		log.Fatal(err)
	}
	for name, text := range catalogue.Pages(detectors.All()) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
