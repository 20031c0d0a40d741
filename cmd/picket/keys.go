package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"picket/internal/access"
	"picket/internal/app"
	"picket/internal/config"
	"picket/internal/store"
)

// keyStore says where the keys are.
type keyStore struct {
	config config.Config
	file   string
}

func keysCommand() *cobra.Command {
	s := &keyStore{config: config.Default()}
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Create, list and revoke access keys",
		Long: `Create, list and revoke access keys of the server that keeps its data in --data, and in --store if it was started so.
A running server sees the change within a second.`,
	}
	s.config.AddFlags(cmd.PersistentFlags(), "data", "store")
	cmd.PersistentFlags().StringVar(&s.file, "config", "", "the server's configuration `file`")
	cmd.AddCommand(s.createCommand(), s.listCommand(), s.revokeCommand())
	return cmd
}

func (s *keyStore) createCommand() *cobra.Command {
	var k access.NewKey
	var policyFile string
	cmd := &cobra.Command{
		Use:   "create --account ID",
		Short: "Create an access key and show its secret, once",
		Long: `Create an access key and show its secret, once. Without --policy the key may do everything in its account. A policy is
an IAM policy document in JSON; actions are those of the services, such as guardduty:ListFindings, and of picket:
picket:PutFindings and picket:GetLists, which 'picket scan --to' needs.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if (k.ID == "") != (k.Secret == "") {
				return errors.New("--access-key-id and --secret belong together: give both or none")
			}
			if policyFile != "" {
				b, err := os.ReadFile(policyFile)
				if err != nil {
					return fmt.Errorf("--policy: %w", err)
				}
				k.Policy = string(b)
			}
			return s.with(cmd, true, func(ctx context.Context, r *access.Ring) error {
				k.At = time.Now()
				issued, err := r.Create(ctx, k)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Access key of account %s, its secret is shown only now:\n%s", issued.Account, issued.Env())
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&k.Account, "account", "", "`account` that the key belongs to: 12 digits")
	cmd.Flags().StringVar(&k.ID, "access-key-id", "", "`identifier` of the key, with --secret; generated when it is not given")
	cmd.Flags().StringVar(&k.Secret, "secret", "", "`secret` of the key; other users of this machine may see it while the command runs")
	cmd.Flags().StringVar(&policyFile, "policy", "", "`file` with the policy of the key")
	cmd.Flags().StringVar(&k.User, "user", "", "`name` of the user in the key's ARN (default picket)")
	_ = cmd.MarkFlagRequired("account") // the flag exists
	return cmd
}

func (s *keyStore) listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the access keys, without their secrets",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.with(cmd, false, func(_ context.Context, r *access.Ring) error { return writeKeys(cmd.OutOrStdout(), r.List()) })
		},
	}
}

func writeKeys(w io.Writer, keys []access.Key) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ACCESS KEY ID\tACCOUNT\tUSER\tSTATUS\tCREATED\tLAST USED")
	for _, k := range keys {
		used := "never"
		if !k.LastUsed.IsZero() {
			used = k.LastUsed.Format("2006-01-02 15:00")
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Account, k.User, k.Status, k.Created.Format("2006-01-02 15:04"), used)
	}
	return t.Flush()
}

func (s *keyStore) revokeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke ACCESS_KEY_ID",
		Short: "Revoke an access key for good",
		Long:  `Revoke an access key for good. When the command returns, no server takes the key any more.`,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.with(cmd, false, func(ctx context.Context, r *access.Ring) error {
				if err := r.SetStatus(ctx, args[0], access.Revoked); err != nil {
					return err
				}
				time.Sleep(app.KeysSeen)
				fmt.Fprintf(cmd.OutOrStdout(), "Access key %s is revoked.\n", args[0])
				return nil
			})
		},
	}
}

// with opens the keys for do. What does not exist is made only if create says so.
func (s *keyStore) with(cmd *cobra.Command, create bool, do func(context.Context, *access.Ring) error) (err error) {
	if s.file != "" {
		if err := s.config.Load(s.file, cmd.Flags()); err != nil {
			return err
		}
	}
	if err := s.prepare(create); err != nil {
		return err
	}
	db, err := store.Open(cmd.Context(), app.StoreIn(s.config.Data, s.config.Store))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	master, err := access.OpenMaster(app.MasterIn(s.config.Data))
	if err != nil {
		return err
	}
	ring, err := access.Open(cmd.Context(), db.AccessKeys(), master)
	if err != nil {
		return err
	}
	if create {
		if err := ring.Check(); err != nil {
			return err
		}
	}
	return do(cmd.Context(), ring)
}

// prepare makes the data directory, or looks that a server has made it.
func (s *keyStore) prepare(create bool) error {
	if create {
		return os.MkdirAll(s.config.Data, 0o700)
	}
	if _, err := os.Stat(app.MasterIn(s.config.Data)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there are no keys in %s: --data must be the server's data directory", s.config.Data)
	}
	return nil
}
