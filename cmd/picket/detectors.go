package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"picket/detect"
	"picket/detectors"
	"picket/internal/catalogue"
)

func detectorsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "detectors",
		Short: "Show what picket detects",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return catalogue.List(cmd.OutOrStdout(), detectors.All()) },
	}
	cmd.AddCommand(
		&cobra.Command{Use: "list", Short: "List the finding types, with their detectors, and what is not covered", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return catalogue.List(cmd.OutOrStdout(), detectors.All()) }},
		&cobra.Command{Use: "show NAME", Short: "Show how a detector or finding type is decided", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error { return showDetector(cmd.OutOrStdout(), args[0]) }},
	)
	return cmd
}

// showDetector finds a detector by its own name or by a type it raises.
func showDetector(w io.Writer, name string) error {
	for _, d := range detectors.All() {
		if d.Name == name || raises(d, name) {
			return catalogue.Show(w, d)
		}
	}
	return fmt.Errorf("no detector and no finding type is called %q; 'picket detectors list' shows them", name)
}

func raises(d *detect.Detector, name string) bool {
	for _, t := range d.Findings {
		if t.Name == name {
			return true
		}
	}
	return false
}
