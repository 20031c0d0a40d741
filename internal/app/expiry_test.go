package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"

	"picket/internal/store"
	"picket/internal/store/pgtest"
)

// onBoth runs a test on an empty SQLite and an empty PostgreSQL store.
func onBoth(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Run("sqlite", func(t *testing.T) { f(t, filepath.Join(t.TempDir(), "picket.db")) })
	t.Run("postgres", func(t *testing.T) {
		cluster, err := pgtest.Start()
		if err != nil {
			t.Skipf("NOT TESTED ON POSTGRESQL: %s", err)
		}
		t.Cleanup(func() { cluster.Stop() })
		dsn, err := cluster.NewDatabase()
		if err != nil {
			t.Fatal(err)
		}
		f(t, dsn)
	})
}

// aged are n findings that were last updated so many days before a time.
func aged(n, days int, at time.Time) (docs []string) {
	for i := range n {
		docs = append(docs, fmt.Sprintf(`{"id":"%d-%d","accountId":%q,"region":%q,"type":"Recon:EC2/Portscan","severity":5,"updatedAt":%q,"service":{"archived":%t}}`,
			days, i, firstAccount, region, at.AddDate(0, 0, -days).UTC().Format("2006-01-02T15:04:05.000Z"), i%2 == 1))
	}
	return docs
}

// keep writes findings and the detector that has them into a store.
func keep(t *testing.T, dsn, detector string, docs ...[]string) {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		d := store.Detector{Meta: store.Meta{Scope: store.Scope{Region: region, Account: firstAccount}, ID: detector, Status: "ENABLED"}}
		return errors.Join(store.Detectors.Insert(tx, &d), tx.PutFindings(slices.Concat(docs...)))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// expired is how many findings a server says it deleted.
func expired(t *testing.T, a *App) (n int) {
	t.Helper()
	_, text := get(t, a.URL()+"/metrics")
	_, rest, _ := strings.Cut(text, "\npicket_store_findings_expired_total ")
	line, _, _ := strings.Cut(rest, "\n")
	n, _ = strconv.Atoi(line) // there is no line before the first
	return n
}

// listed are the ids of up to 50 findings that the first account sees, in order.
func listed(t *testing.T, a *App, detector string) []string {
	t.Helper()
	out, err := client(a.URL(), region, firstKey, secret).ListFindings(t.Context(), &guardduty.ListFindingsInput{DetectorId: aws.String(detector)})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out.FindingIds)
	return out.FindingIds
}

// shows checks that a server lists, counts and reads the findings in want, and no
// others.
func shows(t *testing.T, a *App, detector string, want ...string) {
	t.Helper()
	if got := listed(t, a, detector); !slices.Equal(got, want) {
		t.Errorf("findings %v, want %v", got, want)
	}
	gd := client(a.URL(), region, firstKey, secret)
	stats, err := gd.GetFindingsStatistics(t.Context(), &guardduty.GetFindingsStatisticsInput{DetectorId: aws.String(detector),
		FindingStatisticTypes: []types.FindingStatisticType{types.FindingStatisticTypeCountBySeverity}})
	if err != nil {
		t.Fatal(err)
	}
	if got := stats.FindingStatistics.CountBySeverity["5.0"]; int(got) != len(want) {
		t.Errorf("%d findings are counted, want %d: %v", got, len(want), stats.FindingStatistics.CountBySeverity)
	}
	read, err := gd.GetFindings(t.Context(), &guardduty.GetFindingsInput{DetectorId: aws.String(detector), FindingIds: append([]string{"91-0", "91-1", "89-0"}, want...)})
	if err != nil || len(read.Findings) != len(want) {
		t.Errorf("%d findings can be read, want %d, %v", len(read.Findings), len(want), err)
	}
}

// TestFindingsExpire: two servers on one store delete what was last updated more
// than 90 days ago, archived or not, between them, and nothing else. One that is
// stopped meanwhile hurts nobody.
func TestFindingsExpire(t *testing.T) {
	onBoth(t, func(t *testing.T, dsn string) {
		const old, detector = 3*expireBatch + 50, "12abc34d567e8fa901bc2d34e56789f0"
		now := time.Now()
		keep(t, dsn, detector, aged(old, 91, now), aged(2, 89, now), aged(1, 0, now))
		var moved atomic.Int64 // the clock, forward
		c := Config{Data: t.TempDir(), Store: dsn, Clock: func() time.Time { return now.Add(time.Duration(moved.Load())) }}
		first, _ := start(t, c)
		stop(t, first)
		servers := []*App{serveWith(t, c), serveWith(t, c)}
		for deadline := time.Now().Add(30 * time.Second); len(listed(t, servers[0], detector)) > 3; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("findings of 91 days are still there")
			}
		}
		for _, a := range servers {
			shows(t, a, detector, "0-0", "89-0", "89-1")
		}
		moved.Store(int64(48 * time.Hour))
		if err := servers[1].expire(t.Context()); err != nil { // as it is done each hour
			t.Error(err)
		}
		for _, a := range servers {
			shows(t, a, detector, "0-0")
		}
		if n := expired(t, servers[0]) + expired(t, servers[1]); n < 2 || n > old+2 {
			t.Errorf("the servers say that they deleted %d findings of %d", n, old+2)
		}
	})
}

// TestExpiryGoesOn: what fails is said once, and is done again until it works.
func TestExpiryGoesOn(t *testing.T) {
	var log bytes.Buffer
	a := New(Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	a.repeat(ctx, time.Millisecond, "can't do it", func(context.Context) error {
		switch tries++; tries {
		case 1, 2:
			return errors.New("the disk is full")
		case 4:
			cancel()
		}
		return nil
	})
	text := log.String()
	if tries != 4 || strings.Count(text, "the disk is full") != 1 || strings.Count(text, "no longer") != 1 {
		t.Errorf("%d tries:\n%s", tries, text)
	}
}
