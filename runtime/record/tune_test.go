package record_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/ids"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/runtime/store/sqlite"
	"tongban/schema"
)

const (
	slow  = 200 * time.Millisecond // from when on a query is slow
	day   = 24 * time.Hour
	month = 30 * day
)

// tuned is a company whose clock and whose cost of reads are given.
type tuned struct {
	*testing.T
	dir     string
	clock   atomic.Int64 // ns
	cost    atomic.Int64 // ns, of each read
	catalog *catalog.Catalog
	records *record.Service
	engine  store.Engine
	boss    access.Actor
	ent     schema.EntityID
}

func newTuned(t *testing.T, fields int) *tuned {
	t.Helper()
	w := &tuned{T: t, dir: t.TempDir()}
	w.clock.Store(time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC).UnixNano())
	w.open()
	t.Cleanup(func() { require.NoError(t, w.engine.Close()) })
	ten, err := w.catalog.CreateTenant(t.Context(), catalog.TenantInput{Name: "华信"}, schema.Member{User: owner, Name: "老板"})
	require.NoError(t, err)
	w.boss = access.Actor{Tenant: ten.ID, User: owner, Roles: []schema.RoleID{schema.RoleOwner}}
	app, err := w.catalog.CreateApp(t.Context(), w.boss, catalog.AppInput{Name: "CRM"})
	require.NoError(t, err)
	list := []catalog.FieldInput{text("name")}
	for i := range fields {
		list = append(list, field(fmt.Sprintf("n%d", i), "number"))
	}
	e, err := w.catalog.CreateEntity(t.Context(), w.boss, app.ID, catalog.EntityInput{Name: "A", Fields: list})
	require.NoError(t, err)
	w.ent = e.ID
	_, err = w.records.Write(t.Context(), record.Batch{Actor: w.boss, Entity: e.ID, Via: "api", Changes: []record.Change{{Op: store.OpCreate, Fields: in(t, `{"name":"a","n0":1}`)}}})
	require.NoError(t, err)
	return w
}

func (w *tuned) now() time.Time { return time.Unix(0, w.clock.Load()).UTC() }

func (w *tuned) pass(d time.Duration) { w.clock.Add(int64(d)) }

func (w *tuned) open() {
	w.Helper()
	log := slog.New(slog.DiscardHandler)
	var err error
	w.engine, err = sqlite.Open(context.WithoutCancel(w.Context()), sqlite.Options{Dir: w.dir, Log: log, Now: w.now})
	require.NoError(w, err)
	src, policy := ids.New(w.now, 0), access.New(w.now)
	w.catalog = catalog.New(w.engine, catalog.Options{Now: w.now, IDs: src, Log: log, Policy: policy})
	w.records = record.New(record.Options{
		Engine: w.engine, Catalog: w.catalog, Policy: policy, IDs: src, Now: w.now, Log: log,
		Timer: func() func() time.Duration { return func() time.Duration { return time.Duration(w.cost.Load()) } },
	})
}

// restart closes the store and opens what is on the disk.
func (w *tuned) restart() {
	w.Helper()
	require.NoError(w, w.engine.Close())
	w.open()
}

// sorted asks for a page by a field, which costs so much.
func (w *tuned) sorted(key string, cost time.Duration) {
	w.Helper()
	w.cost.Store(int64(cost))
	defer w.cost.Store(0)
	_, err := w.records.Query(w.Context(), w.boss, w.ent, record.Request{Sort: []record.SortKey{{Field: key}}})
	require.NoError(w, err)
}

// autos lists the keys of the fields that got an index because they were slow.
func (w *tuned) autos() []string {
	w.Helper()
	out := []string{}
	for _, a := range w.list() {
		s, err := w.catalog.Tenant(w.Context(), w.boss.Tenant)
		require.NoError(w, err)
		out = append(out, s.Entity(w.ent).Field(a.Field).Key)
	}
	return out
}

func (w *tuned) list() []catalog.AutoIndex {
	w.Helper()
	s, err := w.catalog.Tenant(w.Context(), w.boss.Tenant)
	require.NoError(w, err)
	return s.AutoIndexes(w.ent)
}

// how waits until the store serves an order by a field in this way.
func (w *tuned) how(key string, want store.PlanHow) {
	w.Helper()
	var got store.PlanHow
	require.Eventually(w, func() bool {
		x, err := w.records.Explain(w.Context(), w.boss, w.ent, record.Request{Sort: []record.SortKey{{Field: key}}})
		require.NoError(w, err)
		got = x.Steps[0].How
		return got == want
	}, 20*time.Second, 5*time.Millisecond, "want %s", want)
}

func TestTheThirdSlowQueryWithinADayBringsAnIndex(t *testing.T) {
	w := newTuned(t, 3)
	w.how("n0", store.PlanScan)
	for range 10 {
		w.sorted("n0", slow-1)
	}
	require.Empty(t, w.autos(), "quick queries ask for nothing")

	w.sorted("n0", slow)
	w.sorted("n0", slow)
	w.sorted("n1", slow)
	require.Empty(t, w.autos(), "each field is counted by itself")
	w.sorted("n0", slow)
	require.Equal(t, []string{"n0"}, w.autos())
	w.how("n0", store.PlanIndex)

	w.sorted("n1", slow)
	w.pass(day + time.Millisecond)
	w.sorted("n1", slow)
	require.Equal(t, []string{"n0"}, w.autos(), "three times in more than a day are not enough")
	w.sorted("n1", slow)
	w.sorted("n1", slow)
	require.Equal(t, []string{"n0", "n1"}, w.autos())
}

func TestAnIndexThatNothingUsesIsDropped(t *testing.T) {
	w := newTuned(t, 3)
	for range 3 {
		w.sorted("n0", slow)
		w.sorted("n1", slow)
	}
	require.Equal(t, []string{"n0", "n1"}, w.autos())
	w.how("n1", store.PlanIndex)
	since := w.list()[0].Since
	require.Equal(t, w.now().UnixMilli(), since)

	w.pass(day - time.Millisecond)
	w.sorted("n0", 0)
	require.Equal(t, since, w.list()[0].Used, "uses are noted once a day, not each time")
	w.pass(time.Millisecond)
	w.sorted("n0", 0)
	require.Equal(t, w.now().UnixMilli(), w.list()[0].Used)
	require.Equal(t, since, w.list()[1].Used)

	w.pass(month - day - time.Millisecond)
	w.sorted("name", 0)
	require.Equal(t, []string{"n0", "n1"}, w.autos(), "not a moment before its time")
	w.pass(time.Millisecond)
	w.sorted("name", 0)
	require.Equal(t, []string{"n0"}, w.autos(), "whatever is asked of the table sees to it")
	w.how("n1", store.PlanScan)
	w.sorted("n0", 0)
	w.pass(month - time.Millisecond)
	w.sorted("name", 0)
	require.Equal(t, []string{"n0"}, w.autos(), "what is used goes on living")

	for range 3 {
		w.sorted("n1", slow)
	}
	require.Equal(t, []string{"n0", "n1"}, w.autos(), "it comes back when it is missed")
}

func TestIndexesOfSlowQueriesAreRememberedOverARestart(t *testing.T) {
	w := newTuned(t, 2)
	for range 3 {
		w.sorted("n0", slow)
	}
	w.pass(2 * day)
	w.sorted("n0", 0)
	before := w.list()
	require.Len(t, before, 1)
	w.restart()
	require.Equal(t, before, w.list())
	w.how("n0", store.PlanIndex)
	w.pass(month)
	w.restart()
	w.sorted("name", 0)
	require.Empty(t, w.autos(), "its time goes on while the program does not run")
}

func TestAnEntityHasNoMoreThanEightIndexesOfSlowQueries(t *testing.T) {
	w := newTuned(t, catalog.MaxAutoIndexes+2)
	for i := range catalog.MaxAutoIndexes + 2 {
		for range 3 {
			w.sorted(fmt.Sprintf("n%d", i), slow)
		}
	}
	require.Len(t, w.autos(), catalog.MaxAutoIndexes)
	require.NotContains(t, w.autos(), "n8")
	x, err := w.records.Explain(t.Context(), w.boss, w.ent, record.Request{Sort: []record.SortKey{{Field: "n8"}}})
	require.NoError(t, err)
	require.Equal(t, "explain.next.full", x.Steps[len(x.Steps)-1].Code, "and it says so")
}

func TestAnEntityHasNoMoreThanTwentyIndexes(t *testing.T) {
	w := newTuned(t, 22)
	for i := 0; i < 18; i += 3 {
		v := catalog.ViewInput{Name: fmt.Sprint("v", i)}
		for k := range 3 {
			v.Sort = append(v.Sort, catalog.ViewKey{Field: fmt.Sprintf("n%d", i+k)})
		}
		_, err := w.catalog.CreateView(t.Context(), w.boss, w.ent, v)
		require.NoError(t, err)
	}
	for i := 18; i < 22; i++ {
		for range 3 {
			w.sorted(fmt.Sprintf("n%d", i), slow)
		}
	}
	require.Equal(t, []string{"n18"}, w.autos(), "the title, 18 of views, and one")
}
