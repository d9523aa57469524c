package event_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tongban/runtime/event"
	"tongban/runtime/store"
	"tongban/runtime/store/sqlite"
	"tongban/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const tenant = schema.TenantID(7)

func open(t *testing.T) store.Engine {
	t.Helper()
	e, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return e
}

// run follows until the test ends.
func run(t *testing.T, l *event.Log) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { l.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
}

func commit(t *testing.T, e store.Engine, of schema.TenantID, key string) {
	t.Helper()
	_, err := e.Commit(t.Context(), of, &store.Commit{Docs: []store.DocOp{{Kind: "k", Key: key, Body: []byte("{}"), Log: true}}})
	require.NoError(t, err)
}

// keys collects what a subscriber is handed.
type keys struct {
	mu   sync.Mutex
	seqs []schema.Seq
	keys []string
}

func (k *keys) take(_ context.Context, _ schema.TenantID, cs []store.Change) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range cs {
		k.seqs, k.keys = append(k.seqs, c.Seq), append(k.keys, c.DocKey)
	}
	return nil
}

func (k *keys) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.keys)
}

func TestLog_hands_over_every_change_once_in_order(t *testing.T) {
	e := open(t)
	commit(t, e, tenant, "before")
	l := event.New(e, slog.New(slog.DiscardHandler))
	var got keys
	l.Subscribe("keys", got.take)
	run(t, l)
	from, err := l.Follow(t.Context(), tenant)
	require.NoError(t, err)
	require.EqualValues(t, 1, from)
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := range 50 {
				_, err := e.Commit(t.Context(), tenant, &store.Commit{Docs: []store.DocOp{{Kind: "k", Key: fmt.Sprint(w, "-", i), Body: []byte("{}"), Log: true}}})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	require.Eventually(t, func() bool { return got.count() == 200 }, 5*time.Second, time.Millisecond)
	for i, seq := range got.seqs {
		require.Equal(t, from+schema.Seq(i)+1, seq, "no gap, nothing twice")
	}
	pos, ok := l.Position(tenant)
	require.True(t, ok)
	require.Eventually(t, func() bool { pos, _ = l.Position(tenant); return pos == from+200 }, time.Second, time.Millisecond)
}

func TestLog_is_silent_about_tenants_that_nobody_follows(t *testing.T) {
	e := open(t)
	l := event.New(e, slog.New(slog.DiscardHandler))
	var got keys
	l.Subscribe("keys", got.take)
	run(t, l)
	for range 2 {
		_, err := l.Follow(t.Context(), tenant)
		require.NoError(t, err)
	}
	commit(t, e, 8, "another's")
	l.Unfollow(tenant)
	commit(t, e, tenant, "still followed")
	require.Eventually(t, func() bool { return got.count() == 1 }, 5*time.Second, time.Millisecond)
	l.Unfollow(tenant)
	_, ok := l.Position(tenant)
	require.False(t, ok)
	commit(t, e, tenant, "no more")
	time.Sleep(50 * time.Millisecond)
	require.Equal(t, []string{"still followed"}, got.keys)
}

func TestLog_goes_on_when_a_subscriber_fails_or_panics(t *testing.T) {
	e := open(t)
	l := event.New(e, slog.New(slog.DiscardHandler))
	var got keys
	l.Subscribe("fails", func(context.Context, schema.TenantID, []store.Change) error { return errors.New("no") })
	l.Subscribe("panics", func(context.Context, schema.TenantID, []store.Change) error { panic("no") })
	l.Subscribe("keys", got.take)
	run(t, l)
	_, err := l.Follow(t.Context(), tenant)
	require.NoError(t, err)
	for i := range 3 {
		commit(t, e, tenant, strconv.Itoa(i))
	}
	require.Eventually(t, func() bool { return got.count() == 3 }, 5*time.Second, time.Millisecond)
}

func TestLog_finds_what_was_committed_before_it_ran(t *testing.T) {
	e := open(t)
	l := event.New(e, slog.New(slog.DiscardHandler))
	var got keys
	l.Subscribe("keys", got.take)
	_, err := l.Follow(t.Context(), tenant)
	require.NoError(t, err)
	commit(t, e, tenant, "early")
	run(t, l)
	require.Eventually(t, func() bool { return got.count() == 1 }, 5*time.Second, time.Millisecond)
}
