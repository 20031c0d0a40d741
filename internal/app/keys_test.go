package app

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/guardduty"

	"picket/internal/access"
	"picket/internal/fault"
)

// start starts a server on a data directory and returns what it printed.
func start(t *testing.T, c Config) (a *App, printed string) {
	t.Helper()
	var out bytes.Buffer
	c.Listen, c.Out = "127.0.0.1:0", &out
	a = New(c)
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a, out.String()
}

func stop(t *testing.T, a *App) {
	t.Helper()
	if err := a.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// variable is a value that was printed.
func variable(printed, name string) string {
	_, rest, _ := strings.Cut(printed, name+"=")
	v, _, _ := strings.Cut(rest, "\n")
	return v
}

func call(t *testing.T, a *App, id, secret string) error {
	t.Helper()
	_, err := client(a.URL(), region, id, secret).ListDetectors(t.Context(), &guardduty.ListDetectorsInput{})
	return err
}

func TestAdminKeyIsMadeOnce(t *testing.T) {
	data := t.TempDir()
	first, printed := start(t, Config{Data: data})
	id, secret := variable(printed, "AWS_ACCESS_KEY_ID"), variable(printed, "AWS_SECRET_ACCESS_KEY")
	stop(t, first)
	second, printed := start(t, Config{Data: data})
	defer stop(t, second)
	if strings.Contains(printed, "AWS_") {
		t.Errorf("the second start prints a key:\n%s", printed)
	}
	if err := call(t, second, id, secret); err != nil {
		t.Errorf("the first start's key no longer works: %v", err)
	}
	if keys := second.ring.List(); len(keys) != 1 || keys[0].Account != Account {
		t.Errorf("keys %v", keys)
	}
}

// TestKeysAreSeenWhileServing: what another process does to the keys counts at
// once for new ones, and within KeysSeen for revoked ones.
func TestKeysAreSeenWhileServing(t *testing.T) {
	data := t.TempDir()
	a, _ := start(t, Config{Data: data})
	defer stop(t, a)
	master, err := access.OpenMaster(MasterIn(data))
	if err != nil {
		t.Fatal(err)
	}
	other, err := access.Open(t.Context(), a.db.AccessKeys(), master)
	if err != nil {
		t.Fatal(err)
	}
	made, err := other.Create(t.Context(), access.NewKey{Account: firstAccount, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if err := call(t, a, made.ID, made.Secret); err != nil {
		t.Errorf("a new key: %v", err)
	}
	if err := other.SetStatus(t.Context(), made.ID, access.Revoked); err != nil {
		t.Fatal(err)
	}
	time.Sleep(KeysSeen)
	if err := call(t, a, made.ID, made.Secret); err == nil {
		t.Error("a revoked key still works")
	}
}

func TestLastUseIsKept(t *testing.T) {
	data := t.TempDir()
	a, printed := start(t, Config{Data: data})
	id := variable(printed, "AWS_ACCESS_KEY_ID")
	if err := call(t, a, id, variable(printed, "AWS_SECRET_ACCESS_KEY")); err != nil {
		t.Fatal(err)
	}
	stop(t, a)
	again, _ := start(t, Config{Data: data})
	defer stop(t, again)
	if k, err := again.ring.Key(id); err != nil || time.Since(k.LastUsed) > 2*time.Hour {
		t.Errorf("last used %v, %v", k.LastUsed, err)
	}
}

// TestForeignMasterKey: a server whose master key opens no key of the store does
// not start, and says what is wrong.
func TestForeignMasterKey(t *testing.T) {
	data := t.TempDir()
	a, _ := start(t, Config{Data: data})
	stop(t, a)
	other := New(Config{Listen: "127.0.0.1:0", Data: t.TempDir(), Store: filepath.Join(data, "picket.db")})
	err := other.Start(t.Context())
	if err == nil || !strings.Contains(fault.Hint(err), "master key file") {
		t.Errorf("error %v, hint %q", err, fault.Hint(err))
	}
}

// TestUnknownKeysAreAskedForTogether: however many requests name unknown keys,
// the store is asked seldom.
func TestUnknownKeysAreAskedForTogether(t *testing.T) {
	var r refresher
	var reloads atomic.Int32
	begin := time.Now()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for range 3 {
				if err := r.after(time.Now(), func(context.Context) error { reloads.Add(1); return nil }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if most := 1 + int32(time.Since(begin)/(reloadEvery/5)); reloads.Load() > most || reloads.Load() < 3 {
		t.Errorf("%d reloads, at most %d were due", reloads.Load(), most)
	}
}
