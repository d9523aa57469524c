package mongo_test

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/runtime/store/mongo"
	"tongban/runtime/store/mongo/mongotest"
	"tongban/schema"
	"tongban/schema/query"
)

const (
	fCode schema.FieldID = iota + 1
	fNumber
	fCount
	fName
)

func orderShape(e schema.EntityID) *store.Shape {
	return &store.Shape{Entity: e, Rev: 1, Fields: []store.FieldShape{
		{ID: fCode, Kind: schema.KindText, Unique: true},
		{ID: fNumber, Kind: schema.KindText, SortKey: store.SortNatural},
		{ID: fCount, Kind: schema.KindInt, Indexed: true},
		{ID: fName, Kind: schema.KindText, SortKey: store.SortPinyin, Searchable: true},
	}}
}

// world is one tenant into which several writers write at the same time.
type world struct {
	t      *testing.T
	tenant schema.TenantID
	shape  *store.Shape
	mu     sync.Mutex
	acked  map[schema.RecordID]string // the number that each acknowledged record got
	failed map[schema.RecordID]bool   // made by a commit that returned an error
	busy   int
	next   map[int]int // of each writer
}

func newWorld(t *testing.T, tenant schema.TenantID) *world {
	return &world{t: t, tenant: tenant, shape: orderShape(5), acked: map[schema.RecordID]string{}, failed: map[schema.RecordID]bool{}, next: map[int]int{}}
}

func ledger(writer int) schema.RecordID { return schema.RecordID(writer + 1) }

// write makes records, each in one commit with a document, a number, a unique
// code and one more in the writer's ledger.
func (w *world) write(e *mongo.Engine, writer, commits int) {
	ctx := w.t.Context()
	rnd := rand.New(rand.NewPCG(uint64(writer), 9))
	for n := range commits {
		var count int64
		var version schema.Version
		err := e.View(ctx, w.tenant, func(r store.Reader) error {
			recs, err := r.Get(ctx, w.shape, []schema.RecordID{ledger(writer)}, nil)
			if err == nil && recs[0] != nil {
				count, _ = recs[0].Values[fCount].(int64)
				version = recs[0].Version
			}
			return err
		})
		if err != nil {
			w.t.Errorf("read ledger: %v", err)
			return
		}
		w.mu.Lock()
		id := schema.RecordID(1000*(writer+1) + w.next[writer])
		w.next[writer]++
		w.mu.Unlock()
		tally := store.Op{Kind: store.OpUpdate, Shape: w.shape, ID: ledger(writer), IfVersion: version, Set: schema.Values{fCount: count + 1}, Before: schema.Values{fCount: count}}
		if version == 0 {
			tally = store.Op{Kind: store.OpCreate, Shape: w.shape, ID: ledger(writer), Set: schema.Values{fCount: int64(1)}}
		}
		made := store.Op{
			Kind: store.OpCreate, Shape: w.shape, ID: id, Set: schema.Values{fCode: strconv.Itoa(int(id)), fName: fmt.Sprintf("单据 %d", rnd.IntN(100))},
			Numbers: []store.Number{{Field: fNumber, Counter: "orders", Prefix: "N"}},
		}
		r, err := e.Commit(ctx, w.tenant, &store.Commit{
			Origin: store.Origin{Actor: 3, Via: "test", At: int64(n)}, Ops: []store.Op{tally, made},
			Docs: []store.DocOp{{Kind: "pair", Key: strconv.Itoa(int(id)), Body: []byte("x")}},
		})
		w.mu.Lock()
		if err == nil {
			w.acked[id] = r.Numbers[1][fNumber].(string)
		} else {
			w.failed[id] = true
			if errors.Is(err, store.ErrBusy) {
				w.busy++
			}
		}
		w.mu.Unlock()
		if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrDuplicate) || errors.Is(err, store.ErrNotFound) {
			w.t.Errorf("writer %d stands alone at its ledger, yet: %v", writer, err)
		}
	}
}

// check compares all that was acknowledged with all that is there.
func (w *world) check(e *mongo.Engine, writers int) {
	t := w.t
	live := w.records(e)
	numbers := map[string]bool{}
	count := map[int]int64{}
	require.NoError(t, e.View(t.Context(), w.tenant, func(r store.Reader) error {
		for id := range w.failed {
			_, err := r.Doc(t.Context(), "pair", strconv.Itoa(int(id)))
			require.Equal(t, live[id] == nil, errors.Is(err, store.ErrNotFound), "record %d and its document came together", id)
		}
		for id, number := range w.acked {
			require.NotNil(t, live[id], "record %d was acknowledged", id)
			require.Equal(t, number, live[id].Values[fNumber])
			_, err := r.Doc(t.Context(), "pair", strconv.Itoa(int(id)))
			require.NoError(t, err)
		}
		return nil
	}))
	for id, rec := range live {
		if id < 1000 {
			continue
		}
		number, _ := rec.Values[fNumber].(string)
		require.False(t, numbers[number], "number %s was given twice", number)
		numbers[number] = true
		count[int(id)/1000-1]++
		require.Equal(t, schema.Version(1), rec.Version)
	}
	for n := range len(numbers) {
		require.True(t, numbers["N"+strconv.Itoa(n+1)], "number %d is missing", n+1)
	}
	for i := range writers {
		require.Equal(t, count[i], live[ledger(i)].Values[fCount], "the ledger of writer %d agrees", i)
		require.Equal(t, schema.Version(count[i]), live[ledger(i)].Version)
	}
	w.checkLog(e, live, 2*len(numbers))
}

func (w *world) records(e *mongo.Engine) map[schema.RecordID]*schema.Record {
	live := map[schema.RecordID]*schema.Record{}
	require.NoError(w.t, e.View(w.t.Context(), w.tenant, func(r store.Reader) error {
		q := &query.Query{Limit: 1000}
		for {
			page, err := r.Find(w.t.Context(), w.shape, q)
			if err != nil {
				return err
			}
			for _, rec := range page.Records {
				live[rec.ID] = rec
			}
			if q.After = page.Next; q.After == nil {
				return nil
			}
		}
	}))
	return live
}

// checkLog replays the log: positions and versions have no gaps, and what comes
// out is what is there.
func (w *world) checkLog(e *mongo.Engine, live map[schema.RecordID]*schema.Record, lines int) {
	t := w.t
	var log []store.Change
	require.Eventually(t, func() bool {
		log = nil
		err := e.View(t.Context(), w.tenant, func(r store.Reader) (err error) {
			log, err = r.Changes(t.Context(), 0, 100_000)
			return err
		})
		return err == nil && len(log) >= lines
	}, 15*time.Second, 20*time.Millisecond, "the log gets all of %d lines, it has %d", lines, len(log))
	require.Len(t, log, lines)
	built := map[schema.RecordID]schema.Values{}
	versions := map[schema.RecordID]schema.Version{}
	for i, c := range log {
		require.Equal(t, schema.Seq(i+1), c.Seq)
		require.Equal(t, versions[c.Record]+1, c.Version, "record %d", c.Record)
		versions[c.Record] = c.Version
		if built[c.Record] == nil {
			built[c.Record] = schema.Values{}
		}
		maps.Copy(built[c.Record], c.After)
	}
	for id, rec := range live {
		require.Equal(t, rec.Values, built[id])
	}
	require.Len(t, built, len(live))
}

func TestFaultsLoseDoubleAndTearNothing(t *testing.T) {
	uri := mongotest.Double(t)
	e := open(t, uri)
	w := newWorld(t, 77)
	const writers, commits = 5, 40
	// After a closed socket the driver takes half a second to trust the server
	// again: so there are few of those.
	mongotest.Inject(t, uri,
		mongotest.Fault{On: "write", Do: "drop", Chance: 0.02, Times: 2}, mongotest.Fault{On: "write", Do: "dropAfter", Chance: 0.02, Times: 2},
		mongotest.Fault{On: "read", Do: "drop", Chance: 0.02, Times: 2}, mongotest.Fault{On: "commit", Do: "drop", Chance: 0.1, Times: 3},
		mongotest.Fault{On: "commit", Do: "dropAfter", Chance: 0.1, Times: 3},
		mongotest.Fault{On: "write", Do: "conflict", Chance: 0.03}, mongotest.Fault{On: "commit", Do: "unknown", Chance: 0.3},
		mongotest.Fault{On: "commit", Do: "lost", Chance: 0.1}, mongotest.Fault{On: "commit", Do: "conflict", Chance: 0.1},
	)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() { w.write(e, i, commits) })
	}
	wg.Wait()
	met := mongotest.Inject(t, uri)
	require.Greater(t, met, 50, "faults were met")
	t.Logf("%d faults, %d commits acknowledged, %d failed (%d as busy)", met, len(w.acked), len(w.failed), w.busy)
	require.Greater(t, len(w.acked), writers*commits*9/10, "nearly all commits get through")
	w.check(e, writers)
}

// forgetful opens an engine on a double that for a while says of no commit
// what became of it; the engine does not ask for long.
func forgetful(t *testing.T, fault string, forHowLong time.Duration) *mongo.Engine {
	t.Helper()
	uri := mongotest.Double(t)
	e, err := mongo.Open(t.Context(), mongo.Options{URI: uri, Log: slog.New(slog.DiscardHandler), Now: time.Now, Patience: 100 * time.Millisecond})
	require.NoError(t, err)
	mongotest.Inject(t, uri, mongotest.Fault{On: "commit", Do: fault})
	done := make(chan int)
	timer := time.AfterFunc(forHowLong, func() { done <- mongotest.Inject(t, uri) })
	t.Cleanup(func() {
		require.Greater(t, <-done, 2)
		timer.Stop()
		require.NoError(t, e.Close())
	})
	return e
}

// A commit of which nobody knows, however often one asks, is ended or found
// to have been made, and made again if not.
func TestACommitWhoseAnswersAreLostIsMadeOnce(t *testing.T) {
	for name, fault := range map[string]string{"it was made": "unknown", "it was not made": "pending"} {
		t.Run(name, func(t *testing.T) {
			e := forgetful(t, fault, 500*time.Millisecond)
			w := newWorld(t, 78)
			w.write(e, 0, 3)
			require.Empty(t, w.failed)
			w.check(e, 1)
		})
	}
}

func TestADocumentAloneIsWrittenOnceThoughItsAnswerIsLost(t *testing.T) {
	e := forgetful(t, "unknown", 300*time.Millisecond)
	r, err := e.Commit(t.Context(), 5, &store.Commit{Docs: []store.DocOp{{Kind: "session", Key: "k", Body: []byte("x")}}})
	require.NoError(t, err)
	require.Equal(t, []schema.Version{1}, r.DocVersions)
}
