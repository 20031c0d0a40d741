package main

import (
	"log/slog"

	"github.com/spf13/cobra"

	"picket/internal/access"
	"picket/internal/app"
)

func serveCommand() *cobra.Command {
	var c app.Config
	var seeds []string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the GuardDuty API",
		Long: `Serve the GuardDuty API: detectors and their tags. The address and an admin key, made anew at each start, are
printed on standard output; GET /healthz says whether the server is ready. SIGTERM lets requests in flight end.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, s := range seeds {
				seed, err := access.ParseSeed(s)
				if err != nil {
					return err
				}
				c.Seeds = append(c.Seeds, seed)
			}
			c.Out, c.Log = cmd.OutOrStdout(), slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			return app.New(c).Run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&c.Listen, "listen", "127.0.0.1:4500", "`address` to serve on")
	cmd.Flags().StringVar(&c.Data, "data", "picket-data", "`directory` of everything that is kept")
	cmd.Flags().StringVar(&c.Store, "store", "", "postgres:// URL or SQLite `file`; without it, picket.db in the data directory")
	cmd.Flags().StringArrayVar(&seeds, "seed-key", nil, "`ACCOUNT:ACCESS_KEY_ID:SECRET` to have from the start; may be given repeatedly")
	return cmd
}
