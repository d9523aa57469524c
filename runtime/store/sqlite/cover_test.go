package sqlite

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

func TestACoverAnswersAsTheTallyDoes(t *testing.T) {
	e := openTest(t, t.TempDir())
	rnd := rand.New(rand.NewPCG(3, 4))
	ops := benchOps(rnd, 0, 1000)
	for i := range ops {
		if i%5 == 0 {
			delete(ops[i].Set, bAmount)
		}
		if i%11 == 0 {
			delete(ops[i].Set, bStage)
		}
	}
	_, err := e.Commit(t.Context(), benchTenant, &store.Commit{Origin: store.Origin{Actor: 1, Via: "test", At: 1}, Ops: ops})
	require.NoError(t, err)
	questions := []query.AggQuery{
		{Groups: []query.GroupBy{{Field: bStage}}, Measures: []query.Measure{{Fn: query.Count}, {Fn: query.Sum, Field: bAmount}, {Fn: query.Avg, Field: bAmount}, {Fn: query.CountFilled, Field: bAmount}, {Fn: query.Min, Field: bAmount}, {Fn: query.Max, Field: bAmount}}},
		{Groups: []query.GroupBy{{Field: bStage, Desc: true}}, Measures: []query.Measure{{Fn: query.Count}}, Limit: 3},
		{Groups: []query.GroupBy{{Field: bStage}}, Measures: []query.Measure{{Fn: query.Sum, Field: bAmount}}, Where: query.Cmp{Field: bAmount, Op: query.Gt, Val: int64(5_000_000)}, After: []schema.Value{int64(2)}},
		{Groups: []query.GroupBy{{Field: bName}}, Measures: []query.Measure{{Fn: query.Max, Field: bDue}}, Limit: 20},
	}
	ask := func(q query.AggQuery) (rows []query.AggRow, cover string) {
		require.NoError(t, e.View(t.Context(), benchTenant, func(r store.Reader) error {
			in, ok := r.(*reader)
			require.True(t, ok)
			a, err := compileAgg(in.layout, benchShape, &q)
			require.NoError(t, err)
			cover = a.cover
			rows, err = in.aggregate(t.Context(), benchShape, &q)
			return err
		}))
		return rows, cover
	}
	f, err := e.acquire(t.Context(), benchTenant, false)
	require.NoError(t, err)
	defer e.release(f)
	for i, q := range questions {
		want, _ := ask(q)
		sc := f.layout.Load().scopeOf(benchShape, false)
		fields := coverable(sc, &q)
		require.NotEmpty(t, fields)
		if i != 1 && i != 2 { // the first one's serves these
			for range coverAsked {
				f.took(benchShape, fields, time.Second)
			}
			require.NoError(t, f.do(t.Context(), func(*writer) error { return nil }))
		}
		got, cover := ask(q)
		require.NotEmpty(t, cover, "question %d", i)
		require.Equal(t, want, got, "question %d", i)
	}
	require.Len(t, f.layout.Load().tables[benchShape.Entity].Covers, maxCovers)
	other := []schema.FieldID{bDue, bAmount}
	require.NoError(t, f.do(t.Context(), func(w *writer) error { return w.addCover(benchShape.Entity, other) }))
	require.Len(t, f.layout.Load().tables[benchShape.Entity].Covers, maxCovers, "those in use stay")
	require.NotEmpty(t, f.layout.Load().tables[benchShape.Entity].cover(benchShape.Entity, []schema.FieldID{bStage, bAmount}, 1))
}

func TestASumThatIsTooLargeIsRefusedByACoverToo(t *testing.T) {
	e := openTest(t, t.TempDir())
	ops := benchOps(rand.New(rand.NewPCG(3, 4)), 0, 3)
	for i := range ops {
		ops[i].Set[bStage], ops[i].Set[bAmount] = int64(1), int64(1)<<62
	}
	_, err := e.Commit(t.Context(), benchTenant, &store.Commit{Origin: store.Origin{Actor: 1, Via: "test", At: 1}, Ops: ops})
	require.NoError(t, err)
	f, err := e.acquire(t.Context(), benchTenant, false)
	require.NoError(t, err)
	defer e.release(f)
	require.NoError(t, f.do(t.Context(), func(w *writer) error { return w.addCover(benchShape.Entity, []schema.FieldID{bStage, bAmount}) }))
	require.ErrorIs(t, e.View(t.Context(), benchTenant, func(r store.Reader) error {
		_, err := r.Aggregate(t.Context(), benchShape, &query.AggQuery{Groups: []query.GroupBy{{Field: bStage}}, Measures: []query.Measure{{Fn: query.Sum, Field: bAmount}}})
		return err
	}), store.ErrBadQuery)
}

// TestACoverServesNothingButFigures: records that a filter finds lie in the order of
// the field's own index.
func TestACoverServesNothingButFigures(t *testing.T) {
	e := openTest(t, t.TempDir())
	_, err := e.Commit(t.Context(), benchTenant, &store.Commit{Origin: store.Origin{Actor: 1, Via: "test", At: 1}, Ops: benchOps(rand.New(rand.NewPCG(3, 4)), 0, 1000)})
	require.NoError(t, err)
	f, err := e.acquire(t.Context(), benchTenant, false)
	require.NoError(t, err)
	defer e.release(f)
	require.NoError(t, f.do(t.Context(), func(w *writer) error { return w.addCover(benchShape.Entity, []schema.FieldID{bStage, bAmount}) }))
	require.NoError(t, f.do(t.Context(), (*writer).renewStats))
	require.NoError(t, e.View(t.Context(), benchTenant, func(sr store.Reader) error {
		r, ok := sr.(*reader)
		require.True(t, ok)
		q := query.AggQuery{Groups: []query.GroupBy{{Field: bStage}}, Measures: []query.Measure{{Fn: query.Sum, Field: bAmount}}}
		a, err := compileAgg(r.layout, benchShape, &q)
		require.NoError(t, err)
		how, err := r.c.explain(a.grouped, nil)
		require.NoError(t, err)
		require.Equal(t, []string{"SCAN a USING COVERING INDEX g7_4_3"}, how)
		how, err = r.c.explain(statement{"SELECT count(*) FROM r7 a WHERE a.c4=? AND a.c6<?", []any{int64(3), int64(9)}}, nil)
		require.NoError(t, err)
		require.Equal(t, []string{"SEARCH a USING INDEX i7_4 (c4=?)"}, how)
		return nil
	}))
}
