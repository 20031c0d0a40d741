package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// childDSN, when set, makes the test binary the child of TestKilledWriter.
const childDSN = "PICKET_STORE_TEST_DSN"

// writeUntilKilled writes findings one transaction each and says so on
// standard output after each commit.
func writeUntilKilled(dsn string) {
	db, err := Open(context.Background(), dsn)
	if err != nil {
		fmt.Println("error", err)
		return
	}
	for i := 0; ; i++ {
		f := sampleFinding(i)
		err := db.Write(context.Background(), func(tx *Tx) error { return tx.PutFinding(&f) })
		if err != nil {
			fmt.Println("error", err)
			return
		}
		fmt.Println(f.ID)
	}
}

// TestKilledWriter kills a writing process and finds everything that it had
// acknowledged, whole.
func TestKilledWriter(t *testing.T) {
	for _, d := range dialects {
		t.Run(d, func(t *testing.T) {
			dsn := newDSN(t, d)
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childDSN+"="+dsn)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var acknowledged []string
			lines := bufio.NewScanner(out)
			for lines.Scan() {
				if strings.HasPrefix(lines.Text(), "error") {
					t.Fatal(lines.Text())
				}
				acknowledged = append(acknowledged, lines.Text())
				if len(acknowledged) == 100 {
					if err := cmd.Process.Kill(); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := cmd.Wait(); err == nil || len(acknowledged) < 100 {
				t.Fatalf("%d writes, then %v", len(acknowledged), err)
			}
			db := open(t, dsn)
			read(t, db, func(tx *Tx) error {
				docs, err := tx.Findings(mine, acknowledged)
				if len(docs) != len(acknowledged) {
					t.Errorf("%d of %d acknowledged findings are there", len(docs), len(acknowledged))
				}
				counts, err2 := tx.CountFindings(mine, ByAccount, false, 0)
				if err2 != nil {
					return err2
				}
				var rows int
				if _, err := tx.row([]any{&rows}, `SELECT count(*) FROM findings`); err != nil {
					return err
				}
				if counts[0].Total != rows {
					t.Errorf("%d findings, %d counted", rows, counts[0].Total)
				}
				return err
			})
		})
	}
}
