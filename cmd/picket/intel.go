package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"picket/event"
	"picket/intel"
	"picket/internal/feeds"
)

// defaultIntelDir is where 'picket intel update' keeps lists and 'picket scan'
// looks for them: intel below the user's data directory (XDG base directories).
func defaultIntelDir() string {
	base := os.Getenv("XDG_DATA_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		base = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(base, "picket", "intel")
}

func intelCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "intel", Short: "Fetch and show threat intelligence lists"}
	cmd.AddCommand(intelUpdateCommand(), intelListCommand())
	return cmd
}

func intelUpdateCommand() *cobra.Command {
	var u feeds.Updater
	cmd := &cobra.Command{
		Use:   "update [FEED...]",
		Short: "Fetch the feeds named, or those whose terms allow any use",
		Long: `Fetch the feeds named, or those whose terms allow any use. A list on disk is replaced only by a newer one that
was read whole and is plausible: a feed that fails, or is suddenly empty, leaves the last good copy in place.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			chosen, err := feeds.Select(names...)
			if err != nil {
				return err
			}
			results, err := u.Update(cmd.Context(), chosen)
			if err != nil {
				return err
			}
			return showResults(cmd.OutOrStdout(), results)
		},
	}
	cmd.Flags().StringVar(&u.Dir, "dir", defaultIntelDir(), "where the lists are kept")
	cmd.Flags().BoolVar(&u.Force, "force", false, "fetch feeds that are still fresh, too")
	cmd.Flags().BoolVar(&u.AcceptShrink, "accept-shrink", false, "take lists that lost more than nine tenths of their entries")
	return cmd
}

func showResults(w io.Writer, results []feeds.Result) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	failed := 0
	for _, r := range results {
		note := ""
		if r.Outcome == feeds.Failed {
			failed++
			note = r.Err.Error()
		}
		fmt.Fprintf(tw, "%s\t%s\t%d entries\t%s\n", r.Feed.Name, r.Outcome, r.Entries, note)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d feeds failed; their last good copies stay in use", failed, len(results))
	}
	return nil
}

func intelListCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "Show categories, feeds, and the lists on this machine",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w := cmd.OutOrStdout()
			showCategories(w)
			if err := showFeeds(w, dir); err != nil {
				return err
			}
			return showLists(w, dir)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", defaultIntelDir(), "where the lists are kept")
	return cmd
}

func showCategories(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "CATEGORY\tWHAT IT HOLDS")
	for _, c := range event.Categories {
		fmt.Fprintf(tw, "%s\t%s\n", c.ID, c.Doc)
	}
	tw.Flush()
}

func showFeeds(w io.Writer, dir string) error {
	states, err := feeds.States(dir)
	if err != nil {
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "\nFEED\tCATEGORY\tFETCHED BY DEFAULT\tON DISK\tTERMS")
	for _, f := range feeds.All {
		byDefault, disk := "no", "-"
		if f.Default {
			byDefault = "yes"
		}
		if s, ok := states[f.Name]; ok && s.Entries > 0 {
			disk = fmt.Sprintf("%d entries, %s", s.Entries, s.Updated.Format(time.DateOnly))
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", f.Name, f.Category, byDefault, disk, f.Terms)
	}
	return tw.Flush()
}

// showLists reads what is on disk and what is built in, and counts it.
func showLists(w io.Writer, dir string) error {
	var b intel.Builder
	if err := b.AddBuiltin(); err != nil {
		return err
	}
	if _, err := os.Stat(dir); err == nil {
		lists, err := intel.Dir(dir)
		if err := errors.Join(append(b.AddFiles(lists), err)...); err != nil {
			return err
		}
	}
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "\nLIST\tENTRIES\tFILE")
	for _, l := range b.Build().Lists() {
		fmt.Fprintf(tw, "%s\t%d\t%s\n", l.Name, l.Entries, cmp.Or(l.Path, "built in"))
	}
	return tw.Flush()
}
