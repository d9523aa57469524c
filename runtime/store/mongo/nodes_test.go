package mongo_test

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/runtime/store/mongo"
	"tongban/runtime/store/mongo/mongotest"
	"tongban/runtime/store/storetest"
	"tongban/schema"
)

// openAt opens an engine whose clock is off.
func openAt(t *testing.T, uri string, off time.Duration) *mongo.Engine {
	t.Helper()
	e, err := mongo.Open(t.Context(), mongo.Options{
		URI: uri, Log: slog.New(slog.NewTextHandler(testLog{t}, nil)), Now: func() time.Time { return time.Now().Add(off) },
	})
	require.NoError(t, err)
	return e
}

// Three processes, one of which believes that every lease has run out: all put
// changes into one log.
func TestProcessesThatFightForTheLogKeepItWhole(t *testing.T) {
	uri := mongotest.Start(t)
	w := newWorld(t, 79)
	var heard [3]atomic.Int64
	engines := make([]*mongo.Engine, 3)
	for i, off := range []time.Duration{0, time.Minute, -time.Second} {
		engines[i] = openAt(t, uri, off)
		engines[i].OnChange(func(tenant schema.TenantID) {
			if tenant == w.tenant {
				heard[i].Add(1)
			}
		})
	}
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() { w.write(engines[i%3], i, 20) })
	}
	wg.Wait()
	require.Empty(t, w.failed)
	for i, e := range engines {
		w.check(e, 6)
		require.Eventually(t, func() bool { return heard[i].Load() > 0 }, 10*time.Second, 5*time.Millisecond, "process %d hears of changes", i)
	}
	// The one that may hold the lease goes; the others carry on.
	require.NoError(t, engines[1].Close())
	before := heard[0].Load()
	w.write(engines[2], 6, 3)
	require.Eventually(t, func() bool { return heard[0].Load() > before }, 10*time.Second, 5*time.Millisecond)
	w.check(engines[0], 7)
	require.NoError(t, engines[0].Close())
	require.NoError(t, engines[2].Close())
}

func TestOneProcessSeesWhatAnotherCommitsWithinMoments(t *testing.T) {
	for name, flags := range map[string][]string{"by push": nil, "by polling": {"--no-streams"}} {
		t.Run(name, func(t *testing.T) {
			uri := mongotest.Double(t, flags...)
			a, b := open(t, uri), open(t, uri)
			require.Equal(t, flags == nil, a.Info().Live)
			w := newWorld(t, 80)
			w.write(a, 0, 1)
			for from, to := range map[*mongo.Engine]*mongo.Engine{a: b, b: a} {
				heard := make(chan schema.TenantID, 100)
				to.OnChange(func(tenant schema.TenantID) {
					select {
					case heard <- tenant:
					default:
					}
				})
				began := time.Now()
				w.write(from, 0, 1)
				require.Equal(t, w.tenant, <-heard)
				if flags == nil {
					require.Less(t, time.Since(began), 250*time.Millisecond)
				} else {
					require.Less(t, time.Since(began), 2*time.Second)
				}
			}
		})
	}
}

func TestAServerWithoutStreamsAndSnapshotsKeepsTheContract(t *testing.T) {
	uri := mongotest.Double(t, "--no-streams", "--no-snapshots")
	storetest.Run(t, func(t *testing.T) store.Engine {
		e := open(t, uri)
		require.False(t, e.Info().Live)
		return e
	})
}

func TestAServerWithoutTransactionsIsRefusedWithAdvice(t *testing.T) {
	uri := mongotest.Double(t, "--standalone")
	_, err := mongo.Open(t.Context(), mongo.Options{URI: uri, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	require.ErrorContains(t, err, "no transactions")
	require.ErrorContains(t, err, "rs.initiate()")
}

func TestAnAddressThatIsNotOfMongoDBIsRefused(t *testing.T) {
	_, err := mongo.Open(t.Context(), mongo.Options{URI: "postgres://localhost/x", Log: slog.New(slog.DiscardHandler), Now: time.Now})
	require.Error(t, err)
}
