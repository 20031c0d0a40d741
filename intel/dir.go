package intel

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// listExtensions are the endings of files that Dir takes for lists.
var listExtensions = []string{".txt", ".csv", ".tsv", ".json", ".xml"}

// Dir returns the lists in a directory, in the order of their file names. A
// list's file is called CATEGORY.EXT or CATEGORY-NAME.EXT, where CATEGORY is an
// id CategoryList knows and EXT one of txt, csv, tsv, json, xml, each also with
// .gz: c2.txt, tor_exit-bulk.txt, c2-feodo.csv.gz. The list is called by the
// file's name without ending. The format is found by content. Hidden files and
// files with other endings are passed over; a list file of no known category is
// an error, since a slip in its name would otherwise switch it off unseen.
func Dir(dir string) ([]List, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read intel directory: %w", err)
	}
	var lists []List
	for _, f := range files {
		stem, ok := listStem(f.Name())
		if !ok || f.IsDir() {
			continue
		}
		l, ok := CategoryList(categoryOf(stem))
		if !ok {
			return nil, fmt.Errorf("intel file %q: its name begins with none of the categories %s",
				f.Name(), strings.Join(categoryIDs(), ", "))
		}
		l.Name, l.Path = stem, filepath.Join(dir, f.Name())
		lists = append(lists, l)
	}
	return lists, nil
}

// listStem cuts the ending off a list file's name.
func listStem(name string) (stem string, ok bool) {
	if strings.HasPrefix(name, ".") {
		return "", false
	}
	name = strings.TrimSuffix(name, ".gz")
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext), slices.Contains(listExtensions, strings.ToLower(ext))
}

// categoryOf returns the category id a stem begins with, "" when there is none.
func categoryOf(stem string) string {
	id, _, _ := strings.Cut(strings.ToLower(stem), "-")
	if slices.Contains(categoryIDs(), id) {
		return id
	}
	return ""
}
