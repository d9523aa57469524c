package mongo_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

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
		wg.Go(func() {
			for n := range 20 { // each record is changed by all of them: clocks say nothing of the order
				w.write(engines[(i+n)%3], i, 1)
			}
		})
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

// Two processes whose clocks differ change one record in turn, while nobody puts
// changes into the log, for who held the lease is gone.
func TestTheLogKeepsTheOrderOfVersionsThoughClocksDiffer(t *testing.T) {
	const versions = 6
	uri := mongotest.Start(t)
	u, err := url.Parse(uri)
	require.NoError(t, err)
	client, err := driver.Connect(options.Client().ApplyURI(uri))
	require.NoError(t, err)
	defer func() { require.NoError(t, client.Disconnect(t.Context())) }()
	_, err = client.Database(strings.Trim(u.Path, "/")).Collection("leases").InsertOne(t.Context(), bson.D{
		{Key: "_id", Value: "relay"}, {Key: "owner", Value: "gone"}, {Key: "until", Value: time.Now().Add(5 * time.Second).UnixMilli()},
	})
	require.NoError(t, err)
	ahead, right := openAt(t, uri, 2*time.Second), openAt(t, uri, 0)
	defer func() { require.NoError(t, errors.Join(ahead.Close(), right.Close())) }()
	const tenant = schema.TenantID(83)
	s := orderShape(5)
	for v := range versions {
		op := store.Op{Kind: store.OpUpdate, Shape: s, ID: 1, IfVersion: schema.Version(v), Set: schema.Values{fCount: int64(v)}}
		if v == 0 {
			op.Kind = store.OpCreate
		}
		_, err := []*mongo.Engine{ahead, right}[v%2].Commit(t.Context(), tenant, &store.Commit{Ops: []store.Op{op}})
		require.NoError(t, err)
	}
	var log []store.Change
	require.Eventually(t, func() bool {
		log = nil
		err := right.View(t.Context(), tenant, func(r store.Reader) (err error) {
			if log, err = r.History(t.Context(), s.Entity, 1, 0, 2*versions); err != nil || len(log) < versions || log[0].Seq == 0 {
				return err // reading the log itself would put them there
			}
			log, err = r.Changes(t.Context(), 0, 2*versions)
			return err
		})
		return err == nil && len(log) == versions && log[0].Version == 1
	}, 15*time.Second, 50*time.Millisecond)
	for i, c := range log {
		require.Equal(t, []int64{int64(i + 1), int64(i + 1)}, []int64{int64(c.Seq), int64(c.Version)})
	}
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

// words keeps what an engine logs.
type words struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

func TestAStreamOnWhichNothingComesIsNotTakenForABrokenOne(t *testing.T) {
	if testing.Short() {
		t.Skip("waits longer than an operation may be silent")
	}
	said := &words{}
	e, err := mongo.Open(t.Context(), mongo.Options{URI: mongotest.Double(t), Log: slog.New(slog.NewTextHandler(said, nil)), Now: time.Now})
	require.NoError(t, err)
	require.True(t, e.Info().Live)
	<-time.After(10 * time.Second)
	require.Empty(t, said.String())
	require.NoError(t, e.Close())
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
