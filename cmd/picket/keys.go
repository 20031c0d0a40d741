package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
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
		Short: "Create, list, change and revoke access keys",
		Long: `Create, list, change and revoke access keys of the server that keeps its data in --data, and in --store if it was
started so. A new key works at once; when a command that changes a key returns, every server goes by that.`,
	}
	s.config.AddFlags(cmd.PersistentFlags(), "data", "store")
	cmd.PersistentFlags().StringVar(&s.file, "config", "", "the server's configuration `file`")
	cmd.AddCommand(s.createCommand(), s.listCommand(), s.policyCommand())
	for i := range keyChanges {
		cmd.AddCommand(s.changeCommand(&keyChanges[i]))
	}
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
				var err error
				if k.Policy, err = readPolicy(policyFile); err != nil {
					return err
				}
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

func readPolicy(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("--policy: %w", err)
	}
	return string(b), nil
}

func (s *keyStore) policyCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "policy ACCESS_KEY_ID",
		Short: "Show the policy of an access key, or give it another",
		Long: `Show the policy of an access key, an IAM policy document in JSON. With --policy the key gets that one in its place; when
the command returns, every server goes by it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if file == "" {
				return s.with(cmd, false, func(_ context.Context, r *access.Ring) error {
					k, err := r.Key(args[0])
					if err == nil {
						fmt.Fprintln(cmd.OutOrStdout(), strings.TrimSpace(k.Policy))
					}
					return err
				})
			}
			document, err := readPolicy(file)
			if err != nil {
				return err
			}
			return s.change(cmd, args[0], "has another policy", func(ctx context.Context, r *access.Ring, id string) error {
				return r.SetPolicy(ctx, id, document)
			})
		},
	}
	cmd.Flags().StringVar(&file, "policy", "", "`file` with the policy to give the key")
	return cmd
}

// A keyChange is a command that changes a key.
type keyChange struct {
	name, short, long string
	done              string // what the key then is
	do                func(ctx context.Context, r *access.Ring, id string) error
}

var keyChanges = []keyChange{
	{"deactivate", "Refuse an access key until it is activated again", "When the command returns, no server takes the key any more. 'picket keys activate' turns that round.",
		"is inactive", setStatus(access.Inactive)},
	{"activate", "Take an inactive access key again", "When the command returns, every server takes the key.", "is active", setStatus(access.Active)},
	{"revoke", "Revoke an access key for good", "When the command returns, no server takes the key any more, and nothing brings it back: its secret is gone.",
		"is revoked", setStatus(access.Revoked)},
	{"delete", "Delete an access key and every trace of it", `When the command returns, no server takes the key any more, and its ID is free for another. A seed key is made anew when a
server starts with it, and so is an admin key when no key is left.`, "is deleted",
		func(ctx context.Context, r *access.Ring, id string) error { return r.Delete(ctx, id) }},
}

func setStatus(status access.Status) func(context.Context, *access.Ring, string) error {
	return func(ctx context.Context, r *access.Ring, id string) error { return r.SetStatus(ctx, id, status) }
}

func (s *keyStore) changeCommand(c *keyChange) *cobra.Command {
	return &cobra.Command{
		Use:   c.name + " ACCESS_KEY_ID",
		Short: c.short,
		Long:  c.short + ". " + c.long,
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return s.change(cmd, args[0], c.done, c.do) },
	}
}

// change changes a key and waits until every server has seen that. Then it says
// what is done.
func (s *keyStore) change(cmd *cobra.Command, id, done string, do func(context.Context, *access.Ring, string) error) error {
	return s.with(cmd, false, func(ctx context.Context, r *access.Ring) error {
		if err := do(ctx, r, id); err != nil {
			return err
		}
		time.Sleep(app.KeysSeen)
		fmt.Fprintf(cmd.OutOrStdout(), "Access key %s %s.\n", id, done)
		return nil
	})
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
