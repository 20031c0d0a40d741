// Package testbed builds the programs that the measuring tools run and keeps
// the corpora they run on. It exists so that bench/eval and bench/speed measure
// the same binary on the same bytes. It imports the standard library only: what
// is measured is the program a user gets, driven from outside.
package testbed

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Root returns the directory of the module the working directory is in.
func Root(ctx context.Context) (string, error) {
	out, err := output(ctx, "", "go", "env", "GOMOD")
	if err != nil {
		return "", err
	}
	mod := strings.TrimSpace(out)
	if mod == "" || mod == os.DevNull {
		return "", fmt.Errorf("find module: the working directory is in none")
	}
	return filepath.Dir(mod), nil
}

// Build compiles a command of the module at root, named relative to it, into
// the directory and returns the program's path. The directory is the caller's.
func Build(ctx context.Context, root, pkg, dir string) (string, error) {
	program := filepath.Join(dir, filepath.Base(pkg))
	if _, err := output(ctx, root, "go", "build", "-o", program, "./"+pkg); err != nil {
		return "", fmt.Errorf("build %s: %w", pkg, err)
	}
	return program, nil
}

// output runs a program to its end and returns what it printed. A failure
// carries the last of what it said on standard error.
func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, Tail(errs.String(), 2000))
	}
	return out.String(), nil
}

// Tail returns the last n bytes of what a program said, trimmed.
func Tail(s string, n int) string {
	s = strings.TrimSpace(s)
	if len(s) > n {
		s = "…" + s[len(s)-n:]
	}
	return s
}
