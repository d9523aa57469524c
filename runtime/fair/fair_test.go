package fair_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/fair"
	"tongban/schema"
)

const big, small, third = schema.TenantID(1), schema.TenantID(2), schema.TenantID(3)

func queue(room, each, waiting int) *fair.Queue {
	return fair.New(fair.Options{Room: room, Each: each, Waiting: waiting, Wait: time.Second, Now: time.Now})
}

// works puts works of a tenant into the queue, one after the other; each tells
// its name when it may run and runs until the returned function is called.
type works struct {
	t     *testing.T
	mu    sync.Mutex // guards what follows q
	q     *fair.Queue
	began []string
	leave map[string]func()
	errs  map[string]error
}

func newWorks(t *testing.T, q *fair.Queue) *works {
	return &works{t: t, q: q, leave: map[string]func(){}, errs: map[string]error{}}
}

func (w *works) add(ctx context.Context, tenant schema.TenantID, names ...string) {
	for _, name := range names {
		go func() {
			leave, err := w.q.Enter(ctx, tenant)
			w.mu.Lock()
			defer w.mu.Unlock()
			w.errs[name] = err
			if err == nil {
				w.began = append(w.began, name)
				w.leave[name] = leave
			}
		}()
		synctest.Wait()
	}
}

func (w *works) answered(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, has := w.errs[name]
	return has
}

func (w *works) end(name string) {
	w.t.Helper()
	require.Contains(w.t, w.leave, name)
	w.leave[name]()
	synctest.Wait()
}

func TestQueue_GoesRoundBetweenTenants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorks(t, queue(1, 1, 10))
		w.add(t.Context(), big, "b1", "b2", "b3", "b4")
		w.add(t.Context(), small, "s1")
		w.add(t.Context(), third, "t1", "t2")
		for _, name := range []string{"b1", "b2", "s1", "t1", "b3", "t2"} {
			w.end(name)
		}
		require.Equal(t, []string{"b1", "b2", "s1", "t1", "b3", "t2", "b4"}, w.began)
		w.end("b4")
		require.Equal(t, fair.State{}, w.q.State(), "nothing is left of tenants that have nothing")
	})
}

func TestQueue_KeepsRoomForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorks(t, queue(3, 2, 10))
		w.add(t.Context(), big, "b1", "b2", "b3", "b4")
		require.Equal(t, []string{"b1", "b2"}, w.began, "one tenant never holds all the room")
		w.add(t.Context(), small, "s1")
		require.Equal(t, []string{"b1", "b2", "s1"}, w.began, "another does not wait at all")
		w.end("b1")
		require.Equal(t, []string{"b1", "b2", "s1", "b3"}, w.began)
		for _, name := range []string{"b2", "b3", "b4", "s1"} {
			w.end(name)
		}
		require.Equal(t, fair.State{}, w.q.State())
	})
}

func TestQueue_RefusesWhatIsTooMuchOrTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorks(t, queue(1, 1, 2))
		w.add(t.Context(), big, "b1", "b2", "b3", "b4")
		require.ErrorIs(t, w.errs["b4"], fair.ErrBusy, "the tenant's line is full")
		w.add(t.Context(), small, "s1")
		require.False(t, w.answered("s1"), "another tenant's is not")
		time.Sleep(999 * time.Millisecond)
		require.False(t, w.answered("b2"))
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		require.ErrorIs(t, w.errs["b2"], fair.ErrBusy)
		require.ErrorIs(t, w.errs["s1"], fair.ErrBusy)
		w.end("b1")
		require.Equal(t, fair.State{}, w.q.State(), "who has given up does not run later")
	})
}

func TestQueue_LetsWhoIsCancelledGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorks(t, queue(1, 1, 5))
		w.add(t.Context(), big, "b1")
		ctx, cancel := context.WithCancel(t.Context())
		w.add(ctx, big, "b2")
		w.add(t.Context(), big, "b3")
		cancel()
		synctest.Wait()
		require.ErrorIs(t, w.errs["b2"], context.Canceled)
		w.end("b1")
		require.Equal(t, []string{"b1", "b3"}, w.began)
		w.leave["b1"]() // twice does no harm
		require.Equal(t, fair.State{Running: 1, Tenants: 1}, w.q.State())
		w.end("b3")
	})
}

func TestQueue_TellsHowEachFared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var waited []time.Duration
		refused := 0
		q := fair.New(fair.Options{Room: 1, Each: 1, Waiting: 1, Wait: time.Second, Now: time.Now, Observe: func(d time.Duration, no bool) {
			waited = append(waited, d)
			if no {
				refused++
			}
		}})
		w := newWorks(t, q)
		w.add(t.Context(), big, "b1", "b2", "b3")
		time.Sleep(300 * time.Millisecond)
		w.end("b1")
		w.end("b2")
		require.Equal(t, []time.Duration{0, 0, 300 * time.Millisecond}, waited)
		require.Equal(t, 1, refused)
	})
}
