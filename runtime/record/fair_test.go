package record_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/fair"
	"tongban/runtime/ids"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// side is one of two companies on one store.
type side struct {
	boss access.Actor
	ent  schema.EntityID
	ids  []schema.RecordID
}

// town is two companies, and the queue between them.
type town struct {
	testing.TB
	queue      *fair.Queue
	records    *record.Service
	catalog    *catalog.Catalog
	entered    atomic.Int64 // reads that were in the queue
	big, small side
}

const (
	scans       = 32
	bigWaiting  = scans
	scanCost    = 50 * time.Millisecond // is told of each read
	patientWait = time.Minute
)

// newTown tells the service that each read costs cost; 0 measures it.
func newTown(t testing.TB, rows int, cost time.Duration) *town {
	t.Helper()
	w := &town{TB: t}
	log := slog.New(slog.DiscardHandler)
	engine := openEngine(t, log, time.Now)
	src, policy := ids.New(time.Now, 0), access.New(time.Now)
	w.queue = fair.New(fair.Options{Room: 2, Each: 1, Waiting: bigWaiting, Wait: patientWait, Now: time.Now, Observe: func(time.Duration, bool) { w.entered.Add(1) }})
	w.catalog = catalog.New(engine, catalog.Options{Now: time.Now, IDs: src, Log: log, Policy: policy})
	o := record.Options{Engine: engine, Catalog: w.catalog, Policy: policy, IDs: src, Now: time.Now, Log: log, Queue: w.queue}
	if cost > 0 {
		o.Timer = func() func() time.Duration { return func() time.Duration { return cost } }
	}
	w.records = record.New(o)
	w.big, w.small = w.company(1, rows), w.company(2, 200)
	return w
}

func (w *town) company(u schema.UserID, rows int) side {
	w.Helper()
	ten, err := w.catalog.CreateTenant(w.Context(), catalog.TenantInput{Name: fmt.Sprint(u)}, schema.Member{User: u, Name: fmt.Sprint(u)})
	require.NoError(w, err)
	s := side{boss: access.Actor{Tenant: ten.ID, User: u, Roles: []schema.RoleID{schema.RoleOwner}}}
	app, err := w.catalog.CreateApp(w.Context(), s.boss, catalog.AppInput{Name: "CRM"})
	require.NoError(w, err)
	e, err := w.catalog.CreateEntity(w.Context(), s.boss, app.ID, catalog.EntityInput{Name: "A", Fields: []catalog.FieldInput{text("name"), field("amount", "number"), field("size", "number")}})
	require.NoError(w, err)
	_, err = w.catalog.CreateView(w.Context(), s.boss, e.ID, catalog.ViewInput{Name: "by size", Sort: []catalog.ViewKey{{Field: "size"}}})
	require.NoError(w, err)
	s.ent = e.ID
	for at := 0; at < rows; at += 200 {
		var cs []record.Change
		for i := at; i < at+200; i++ {
			cs = append(cs, record.Change{Op: store.OpCreate, Fields: map[string]any{"name": fmt.Sprint("n", i), "amount": float64(i * 7919 % rows), "size": float64(i)}})
		}
		res, err := w.records.Write(w.Context(), record.Batch{Actor: s.boss, Entity: e.ID, Via: "api", Changes: cs})
		require.NoError(w, err)
		for _, r := range res.Rows {
			s.ids = append(s.ids, r.Record.ID)
		}
	}
	return s
}

// scan is a query that no index serves.
func (w *town) scan(ctx context.Context, s side) error {
	_, err := w.records.Query(ctx, s.boss, s.ent, record.Request{Sort: []record.SortKey{{Field: "amount"}}, Limit: 20})
	return err
}

// read is a point read and a list that an index serves.
func (w *town) read(ctx context.Context, s side, i int) error {
	if _, err := w.records.Get(ctx, s.boss, s.ent, s.ids[i%len(s.ids)]); err != nil {
		return err
	}
	_, err := w.records.Query(ctx, s.boss, s.ent, record.Request{Sort: []record.SortKey{{Field: "size"}}, Limit: 20})
	return err
}

// atOnce begins n scans of a company; the returned function waits for them.
func (w *town) atOnce(s side, n int) (wait func() []error) {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = w.scan(w.Context(), s) })
	}
	return func() []error { all.Wait(); return errs }
}

func (w *town) waiting(n int) {
	w.Helper()
	require.Eventually(w, func() bool { return w.queue.State().Waiting == n }, 20*time.Second, time.Millisecond)
}

func TestABigTenantsScansWaitForThemselvesAlone(t *testing.T) {
	w := newTown(t, 200, scanCost)
	busy, err := w.queue.Enter(t.Context(), w.big.boss.Tenant)
	require.NoError(t, err, "the scan of the big tenant that runs")
	wait := w.atOnce(w.big, scans)
	w.waiting(scans)

	before := w.entered.Load()
	for i := range 100 {
		require.NoError(t, w.read(t.Context(), w.small, i))
	}
	require.Equal(t, before, w.entered.Load(), "point reads and indexed lists are in no queue")
	require.NoError(t, w.scan(t.Context(), w.small), "even a scan of the small tenant has room")
	require.Equal(t, before+1, w.entered.Load())
	require.NoError(t, w.read(t.Context(), w.big, 0), "the big tenant's own point reads and indexed lists go on too")
	require.Equal(t, fair.State{Running: 1, Waiting: scans, Tenants: 1}, w.queue.State(), "nothing of the big tenant's was done before them")

	busy()
	for _, err := range wait() {
		require.NoError(t, err)
	}
	require.Equal(t, fair.State{}, w.queue.State())
}

func TestAFullQueueRefusesItsOwnTenant(t *testing.T) {
	w := newTown(t, 200, scanCost)
	busy, err := w.queue.Enter(t.Context(), w.big.boss.Tenant)
	require.NoError(t, err)
	wait := w.atOnce(w.big, bigWaiting)
	w.waiting(bigWaiting)

	refused := failure(t, w.scan(t.Context(), w.big), fail.Busy, "query.waiting", "")
	require.Equal(t, 2, refused.RetryAfter)
	require.NoError(t, w.scan(t.Context(), w.small), "another tenant is not refused")
	_, err = w.records.Aggregate(t.Context(), w.big.boss, w.big.ent, record.AggRequest{Metrics: []record.Metric{{Op: "sum", Field: "amount"}}})
	failure(t, err, fail.Busy, "query.waiting", "")

	busy()
	for _, err := range wait() {
		require.NoError(t, err)
	}
	require.NoError(t, w.scan(t.Context(), w.big), "there is room again")
}

func TestACheapScanDoesNotWait(t *testing.T) {
	w := newTown(t, 200, time.Millisecond)
	require.NoError(t, w.scan(t.Context(), w.big))
	require.EqualValues(t, 1, w.entered.Load(), "what it costs is not known at first")
	require.NoError(t, w.scan(t.Context(), w.big))
	require.EqualValues(t, 1, w.entered.Load())
}

// p99 runs reads of the small tenant one after the other, for at least some time.
func (w *town) p99(atLeast time.Duration) time.Duration {
	w.Helper()
	var took []time.Duration
	for first := time.Now(); len(took) < 200 || time.Since(first) < atLeast; {
		began := time.Now()
		require.NoError(w, w.read(w.Context(), w.small, len(took)))
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)*99/100]
}

// endless keeps the big tenant's scans going until stop is called.
func (w *town) endless() (stop func()) {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	var all sync.WaitGroup
	for range scans {
		all.Go(func() {
			for ctx.Err() == nil {
				if err := w.scan(ctx, w.big); err != nil && ctx.Err() == nil {
					w.Errorf("a scan: %v", err)
					return
				}
			}
		})
	}
	require.Eventually(w, func() bool { return w.queue.State().Waiting >= scans/2 }, 20*time.Second, time.Millisecond)
	return func() { cancel(); all.Wait() }
}

func TestASmallTenantIsAnsweredWhileABigOneScans(t *testing.T) {
	w := newTown(t, 40_000, 0)
	const atLeast = 200 * time.Millisecond
	w.p99(0) // warm
	quiet := w.p99(atLeast)
	stop := w.endless()
	loaded := w.p99(atLeast)
	stop()
	t.Logf("p99 of a read and a list: quiet %v, beside %d scans %v", quiet, scans, loaded)
	require.Less(t, loaded, max(2*time.Second, 200*quiet), "far from the time that the scans take together")
}

// BenchmarkSmallTenantBesideScans tells how many times its quiet time a small
// tenant's point read and indexed list take while another tenant scans a table
// without an index 32 times at once.
func BenchmarkSmallTenantBesideScans(b *testing.B) {
	w := newTown(b, 100_000, 0)
	const atLeast = 2 * time.Second
	w.p99(0) // warm
	for b.Loop() {
		quiet := w.p99(atLeast)
		stop := w.endless()
		loaded := w.p99(atLeast)
		stop()
		b.ReportMetric(float64(quiet.Microseconds()), "quiet-p99-µs")
		b.ReportMetric(float64(loaded.Microseconds()), "loaded-p99-µs")
		b.ReportMetric(float64(loaded)/float64(quiet), "p99-factor")
	}
}
