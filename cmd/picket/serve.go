package main

import (
	"log/slog"

	"github.com/spf13/cobra"

	"picket/internal/access"
	"picket/internal/app"
	"picket/internal/config"
	"picket/internal/lists"
)

func serveCommand() *cobra.Command {
	c := config.Default()
	var file string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the GuardDuty API",
		Long: `Serve the GuardDuty API to any of its clients, and take findings from 'picket scan --to'. The address and, on first
start, a generated admin key are printed on standard output; 'picket keys' makes more. GET /healthz says whether the
server is ready, GET /metrics what it does, in Prometheus' format. SIGTERM lets requests in flight end.

Each flag has a key in the configuration file, written with underscores; flags win.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file != "" {
				if err := c.Load(file, cmd.Flags()); err != nil {
					return err
				}
			}
			server, err := appConfig(&c)
			if err != nil {
				return err
			}
			server.Out, server.Log = cmd.OutOrStdout(), slog.New(c.LogFormat.Handler(cmd.ErrOrStderr()))
			return app.New(server).Run(cmd.Context())
		},
	}
	c.AddFlags(cmd.Flags())
	cmd.Flags().StringVar(&file, "config", "", "YAML `file` with settings")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return config.FlagError(err) })
	return cmd
}

// appConfig is what the settings mean for the server.
func appConfig(c *config.Config) (app.Config, error) {
	a := app.Config{Listen: c.Listen, MetricsListen: c.MetricsListen, TLSCert: c.TLSCert, TLSKey: c.TLSKey,
		Data: c.Data, Store: c.Store, Seeds: c.SeedKeys}
	a.Lists = lists.Sources{Files: c.ListFiles, HTTPS: c.ListHTTPS}
	a.Version, _ = version()
	if c.Organization == "" {
		a.AskAWS = true
		return a, nil
	}
	var err error
	a.Organization, err = access.LoadOrganization(c.Organization)
	return a, err
}
