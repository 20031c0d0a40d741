package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			number, revision := version()
			fmt.Fprintf(cmd.OutOrStdout(), "picket %s%s %s %s/%s\n", number, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}

// version is the module's version and, where it is known, the revision it was
// built from, after a space.
func version() (number, revision string) {
	number = "devel"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return number, ""
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		number = v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = " " + s.Value
		}
	}
	return number, revision
}
