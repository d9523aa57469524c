package storetest

import (
	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// testMembers is about figures to which only some of the linked firms exist:
// a of people links to 乙 and 甲, b to 甲, c to none.
func testMembers(b *bench, people, firms *store.Shape, f []schema.RecordID) {
	count, filled := query.Measure{Fn: query.Count}, query.Measure{Fn: query.CountFilled, Field: 2}
	ask := func(q query.AggQuery) (rows []query.AggRow) {
		b.view(func(r store.Reader) {
			var err error
			rows, err = r.Aggregate(b.Context(), people, &q)
			require.NoError(b, err)
		})
		return rows
	}
	row := func(n, m int64, keys ...schema.Value) query.AggRow {
		if keys == nil {
			keys = []schema.Value{}
		}
		return query.AggRow{Keys: keys, Vals: []schema.Value{n, m}}
	}
	only := func(x query.Expr) []query.Members {
		return []query.Members{{Field: 2, Entity: firms.Entity, Where: x}}
	}
	second := query.Cmp{Field: 1, Val: "乙公司"}
	for _, c := range []struct {
		where             query.Expr
		total             query.AggRow
		grouped, narrowed []query.AggRow
	}{
		{nil, row(3, 2), []query.AggRow{row(1, 0, nil), row(2, 2, int64(f[0])), row(1, 1, int64(f[1]))}, []query.AggRow{row(1, 1, int64(f[0])), row(1, 1, int64(f[1]))}},
		{second, row(3, 1), []query.AggRow{row(2, 0, nil), row(1, 1, int64(f[1]))}, []query.AggRow{row(1, 1, int64(f[1]))}},
		{query.Or{}, row(3, 0), []query.AggRow{row(3, 0, nil)}, []query.AggRow{row(1, 0, nil)}},
	} {
		measures := []query.Measure{count, filled}
		total := ask(query.AggQuery{Members: only(c.where), Measures: measures})
		require.Len(b, total, 1)
		require.Equal(b, c.total.Vals, total[0].Vals)
		groups := []query.GroupBy{{Field: 2}}
		require.Equal(b, c.grouped, ask(query.AggQuery{Members: only(c.where), Groups: groups, Measures: measures}))
		a := query.Cmp{Field: 1, Val: "a"}
		require.Equal(b, c.narrowed, ask(query.AggQuery{Where: a, Members: only(c.where), Groups: groups, Measures: measures}), "beside a condition with a value of its own")
	}
	b.do(update(firms, b.get(firms, f[1]), schema.Values{1: "丙公司"}))
	require.Equal(b, []query.AggRow{row(3, 0, nil)}, ask(query.AggQuery{Members: only(second), Groups: []query.GroupBy{{Field: 2}}, Measures: []query.Measure{count, filled}}), "an answer is not remembered past a change of the linked")
	b.do(update(firms, b.get(firms, f[1]), schema.Values{1: "乙公司"}))
	b.view(func(r store.Reader) {
		_, err := r.Aggregate(b.Context(), people, &query.AggQuery{Members: []query.Members{{Field: 1, Entity: firms.Entity}}, Groups: []query.GroupBy{{Field: 1}}, Measures: []query.Measure{count}})
		require.ErrorIs(b, err, store.ErrBadQuery, "a text has no members")
	})
}
