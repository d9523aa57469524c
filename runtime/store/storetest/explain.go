package storetest

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

func testExplain(b *bench) {
	s := &store.Shape{Entity: b.entity(), Rev: 1, Fields: []store.FieldShape{
		{ID: 1, Kind: schema.KindText, SortKey: store.SortPinyin, Searchable: true, Indexed: true},
		{ID: 2, Kind: schema.KindInt, Indexed: true},
		{ID: 3, Kind: schema.KindInt},
		{ID: 4, Kind: schema.KindSet},
	}}
	explain := func(q query.Query) *store.Plan {
		b.Helper()
		var p *store.Plan
		if q.Limit == 0 {
			q.Limit = 10
		}
		b.view(func(r store.Reader) {
			var err error
			p, err = r.Explain(b.Context(), s, &q)
			require.NoError(b, err)
		})
		return p
	}
	require.Zero(b, explain(query.Query{}).Rows, "an entity without records")

	const rows = 120
	var ops []store.Op
	for i := range rows {
		ops = append(ops, create(s, b.id(), schema.Values{1: fmt.Sprintf("客户 %d", i), 2: int64(i % 12), 3: int64(i % 5), 4: []int64{int64(i % 4)}}))
	}
	b.do(ops...)

	all := explain(query.Query{})
	require.True(b, all.Indexed())
	require.Equal(b, int64(rows), all.Total)
	require.Equal(b, int64(10), all.Rows, "a page is enough")
	require.Empty(b, all.Steps)

	for name, c := range map[string]struct {
		where query.Expr
		how   store.PlanHow
		rows  int64
	}{
		"an index":                   {query.Cmp{Field: 2, Val: int64(3)}, store.PlanIndex, 10},
		"a range of an index":        {query.Cmp{Field: 2, Op: query.Lt, Val: int64(2)}, store.PlanIndex, 20},
		"one of a list":              {query.In{Field: 2, Vals: []schema.Value{int64(1), int64(2)}}, store.PlanIndex, 20},
		"the search index":           {query.TextOp{Field: 1, Val: "客户"}, store.PlanSearch, rows},
		"a member of a set":          {query.SetOp{Field: 4, Vals: []int64{1}}, store.PlanLinks, 30},
		"no index":                   {query.Cmp{Field: 3, Val: int64(3)}, store.PlanScan, rows},
		"what no index can answer":   {query.Cmp{Field: 2, Op: query.Ne, Val: int64(3)}, store.PlanNever, rows},
		"a complement":               {query.Not{X: query.Cmp{Field: 2, Val: int64(3)}}, store.PlanNever, rows},
		"either, both with an index": {query.Or{query.Cmp{Field: 2, Val: int64(3)}, query.SetOp{Field: 4, Vals: []int64{1}}}, store.PlanLinks, 40},
		"either, one without":        {query.Or{query.Cmp{Field: 2, Val: int64(3)}, query.Cmp{Field: 3, Val: int64(1)}}, store.PlanScan, rows},
	} {
		p := explain(query.Query{Where: c.where})
		require.Len(b, p.Steps, 1, name)
		require.Equal(b, c.how, p.Steps[0].How, name)
		require.Equal(b, c.how.Serves(), p.Indexed(), name)
		if c.how == store.PlanLinks && c.rows == 40 {
			require.InDelta(b, 35, float64(p.Rows), 6, name)
			continue
		}
		require.Equal(b, c.rows, p.Rows, name)
	}

	both := explain(query.Query{Where: query.And{query.Cmp{Field: 2, Val: int64(3)}, query.Cmp{Field: 3, Val: int64(3)}}, Sort: []query.Sort{{Field: 3}}})
	require.Equal(b, []store.PlanStep{
		{How: store.PlanIndex, Fields: []schema.FieldID{2}},
		{How: store.PlanScan, Fields: []schema.FieldID{3}},
		{Sort: true, How: store.PlanScan, Fields: []schema.FieldID{3}},
	}, both.Steps)
	require.Equal(b, int64(10), both.Rows)
	require.True(b, both.Indexed(), "few records are put into order at once")
	require.True(b, explain(query.Query{Sort: []query.Sort{{Field: 1}}}).Indexed())
	unsorted := explain(query.Query{Sort: []query.Sort{{Field: 3, Desc: true}}})
	require.False(b, unsorted.Indexed())
	require.Equal(b, int64(rows), unsorted.Rows)
	require.NotEmpty(b, unsorted.Raw, "the engine's own words")

	b.view(func(r store.Reader) {
		_, err := r.Explain(b.Context(), s, &query.Query{Where: query.Cmp{Field: 99, Val: int64(1)}, Limit: 1})
		require.ErrorIs(b, err, store.ErrBadQuery)
	})
}
