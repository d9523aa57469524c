package sqlite

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// filling is a table of texts of which many are filled at once.
type filling struct {
	*testing.T
	dir   string
	e     *Engine
	shape *store.Shape
	rows  int
}

func newFilling(t *testing.T, rows int) *filling {
	t.Helper()
	f := &filling{T: t, dir: t.TempDir(), rows: rows, shape: &store.Shape{Entity: 7, Rev: 2, Fields: []store.FieldShape{
		{ID: 1, Kind: schema.KindText, Searchable: true}, {ID: 2, Kind: schema.KindText, Searchable: true},
	}}}
	f.e = openTest(t, f.dir)
	f.e.rest = time.Hour
	old := &store.Shape{Entity: 7, Rev: 1, Fields: f.shape.Fields[:1]}
	for at := 0; at < rows; at += 1000 {
		var ops []store.Op
		for i := at; i < at+1000; i++ {
			ops = append(ops, store.Op{Kind: store.OpCreate, Shape: old, ID: schema.RecordID(i + 1), Set: schema.Values{1: fmt.Sprintf("公司%d", i+1)}})
		}
		f.commit(ops...)
	}
	return f
}

func (f *filling) commit(ops ...store.Op) *store.Receipt {
	f.Helper()
	r, err := f.e.Commit(f.Context(), 1, &store.Commit{Ops: ops})
	require.NoError(f, err)
	return r
}

// fill gives the second field of many records a text.
func (f *filling) fill(from, n int, text string) {
	f.Helper()
	var ops []store.Op
	for i := from; i < from+n; i++ {
		ops = append(ops, store.Op{Kind: store.OpFill, Shape: f.shape, ID: schema.RecordID(i), IfVersion: 1, Set: schema.Values{2: fmt.Sprintf("%s%d", text, i)}})
	}
	f.commit(ops...)
}

func (f *filling) found(x query.Expr) (n int64) {
	f.Helper()
	require.NoError(f, f.e.View(f.Context(), 1, func(r store.Reader) error {
		var err error
		n, err = r.Count(f.Context(), f.shape, x, 0)
		return err
	}))
	return n
}

func in(val string, fields ...schema.FieldID) query.Expr {
	if len(fields) == 1 {
		return query.TextOp{Field: fields[0], Val: val}
	}
	return query.TextOp{Fields: fields, Val: val}
}

func (f *filling) how() store.PlanHow {
	f.Helper()
	var p *store.Plan
	require.NoError(f, f.e.View(f.Context(), 1, func(r store.Reader) error {
		var err error
		p, err = r.Explain(f.Context(), f.shape, &query.Query{Where: in("部门", 2), Limit: 10})
		return err
	}))
	return p.Steps[0].How
}

func (f *filling) writer(work func(*writer) error) {
	f.Helper()
	file, err := f.e.acquire(f.Context(), 1, false)
	require.NoError(f, err)
	defer f.e.release(file)
	require.NoError(f, file.do(f.Context(), work))
}

// midway lets the index have some more of the records.
func (f *filling) midway() {
	f.Helper()
	f.writer(func(w *writer) error { return w.regramAll(w.layout.tables[7]) })
}

// indexed lets it have them all.
func (f *filling) indexed() {
	f.Helper()
	f.writer(func(w *writer) error { w.maint.rested(); return nil })
	require.Eventually(f, func() bool { return f.how() == store.PlanSearch }, 10*time.Second, 5*time.Millisecond)
}

func (f *filling) reopen() {
	f.Helper()
	require.NoError(f, f.e.Close())
	f.e = openTest(f.T, f.dir)
}

// kill goes on with the files as they are at this moment, as after a crash.
func (f *filling) kill() {
	f.Helper()
	dir := f.TempDir()
	require.NoError(f, os.CopyFS(dir, os.DirFS(f.dir)))
	f.dir, f.e = dir, openTest(f.T, dir)
}

func TestManyFilledTextsAreFoundBeforeTheIndexHasThem(t *testing.T) {
	f := newFilling(t, 3000)
	both := []schema.FieldID{1, 2}
	sound := func() {
		t.Helper()
		require.Equal(t, int64(3000), f.found(in("部门", 2)))
		require.Equal(t, int64(1), f.found(in("门2999", 2)))
		require.Equal(t, int64(1), f.found(in("门2999", both...)))
		require.Equal(t, int64(1), f.found(in("司2999", both...)))
		require.Equal(t, int64(1), f.found(query.And{in("司77", 1), query.TextOp{Field: 2, Mode: query.Suffix, Val: "门77"}}))
		require.Equal(t, int64(3000-1), f.found(query.TextOp{Field: 2, Val: "门2999", Neg: true}))
		require.Zero(t, f.found(in("门2999", 1)))
		require.Zero(t, f.found(in("司门", both...)))
	}
	for at := range 3 {
		f.fill(at*1000+1, 1000, "部门")
	}
	require.Equal(t, store.PlanBuilding, f.how())
	sound()
	f.midway()
	sound()
	f.midway()
	require.Equal(t, store.PlanBuilding, f.how())
	sound()
	f.kill()
	sound()
	f.reopen()
	sound()
	f.indexed()
	sound()
	require.Zero(t, f.found(in("二", both...)), "one character, answered by the index alone")

	f.fill(1, 1000, "二部") // anew: what the index had is too much
	require.Equal(t, int64(1000), f.found(in("二", both...)))
	require.Equal(t, int64(2000), f.found(in("门", both...)))
	f.indexed()
	require.Equal(t, int64(1000), f.found(in("二", both...)))
	require.Equal(t, int64(2000), f.found(in("门", both...)))
}

func TestRecordsThatChangeWhileTheIndexIsMadeAreFound(t *testing.T) {
	f := newFilling(t, 3000)
	for at := range 3 {
		f.fill(at*1000+1, 1000, "部门")
	}
	f.midway()
	edit := func(id schema.RecordID, v schema.Version, set schema.Values) {
		f.commit(store.Op{Kind: store.OpUpdate, Shape: f.shape, ID: id, IfVersion: v, Set: set})
	}
	edit(5, 1, schema.Values{2: "研发"})    // done already
	edit(2500, 1, schema.Values{2: "研发"}) // not yet
	edit(2600, 1, schema.Values{1: "研究"})
	f.commit(store.Op{Kind: store.OpFill, Shape: f.shape, ID: 6, IfVersion: 1, Set: schema.Values{2: "研制"}})
	f.commit(store.Op{Kind: store.OpTrash, Shape: f.shape, ID: 7, IfVersion: 1})
	f.commit(store.Op{Kind: store.OpCreate, Shape: f.shape, ID: 4000, Set: schema.Values{1: "新", 2: "研读"}})
	sound := func() {
		t.Helper()
		require.Equal(t, int64(5), f.found(in("研", 1, 2)))
		require.Equal(t, int64(2), f.found(in("研发", 2)))
		require.Equal(t, int64(1), f.found(in("研制", 1, 2)))
		require.Zero(t, f.found(query.And{in("门7", 2), query.Ids{7}}))
		require.Equal(t, int64(3000-4), f.found(in("部门", 2)))
		require.Equal(t, int64(1), f.found(in("部门2600", 1, 2)))
	}
	sound()
	f.midway()
	sound()
	f.indexed()
	sound()
}

func TestFewFilledTextsGoIntoTheIndexAtOnce(t *testing.T) {
	f := newFilling(t, 1000)
	f.fill(1, manyFills-1, "部门")
	require.Equal(t, store.PlanSearch, f.how())
	require.Equal(t, int64(manyFills-1), f.found(in("部门", 2)))
}

func TestTheIndexIsMadeWhenNoMoreTextsAreFilled(t *testing.T) {
	f := newFilling(t, 1000)
	f.writer(func(w *writer) error { w.f.e.rest = time.Millisecond; return nil })
	f.fill(1, 1000, "部门")
	require.Eventually(t, func() bool { return f.how() == store.PlanSearch }, 10*time.Second, 5*time.Millisecond)
}
