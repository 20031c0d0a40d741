// Command picket detects threats in AWS-style logs. Each subcommand has a file
// of its own, which turns flags into a configuration and runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"picket/internal/fault"
)

func main() { os.Exit(run(os.Args[1:])) }

// Exit codes, on which scripts rely.
const (
	exitNothing = 0
	exitError   = 1
	exitFound   = 2
)

// exit is an error that only carries an exit code: everything was said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cmd := root()
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	var code exit
	switch {
	case err == nil:
		return exitNothing
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(os.Stderr, "picket:", err)
	if hint := fault.Hint(err); hint != "" {
		fmt.Fprintln(os.Stderr, "picket:", hint)
	}
	return exitError
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "picket",
		Short:         "Threat detection for AWS-style logs, compatible with Amazon GuardDuty",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.AddCommand(scanCommand(), detectorsCommand(), intelCommand(), serveCommand(), keysCommand(), versionCommand())
	return cmd
}
