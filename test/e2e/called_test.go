package e2e

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"sync"
)

// called has, by store and operation, what a test has called with success.
var called sync.Map

type call struct{ store, operation string }

// served reads the operations that picket serves from the page that says so.
func served() ([]string, error) {
	page, err := os.ReadFile("../../docs/reference/api-coverage.md")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^\| (\w+) \|.*\| yes \|$`).FindAllSubmatch(page, -1) {
		names = append(names, string(m[1]))
	}
	return names, nil
}

// uncalled says which served operations no test has called. A run of some tests
// only is not asked.
func uncalled() error {
	for _, filter := range []string{"test.run", "test.skip", "test.list"} {
		if flag.Lookup(filter).Value.String() != "" {
			return nil
		}
	}
	operations, err := served()
	errs := []error{err}
	for store := range servers {
		for _, operation := range operations {
			if _, ok := called.Load(call{store, operation}); !ok {
				errs = append(errs, fmt.Errorf("no test has called %s on %s with success", operation, store))
			}
		}
	}
	return errors.Join(errs...)
}
