package storetest

import (
	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// testAnchors compares anchors with the cursors that paging gives.
func testAnchors(b *bench) {
	s := b.plain()
	var ops []store.Op
	for i := range 50 {
		v := schema.Values{fCode: texts[i%len(texts)] + string(rune('a'+i)), fName: texts[i%len(texts)]}
		if i%3 > 0 {
			v[fCount] = int64(i % 7)
		}
		ops = append(ops, create(s, b.id(), v))
	}
	b.do(ops...)
	for _, q := range []query.Query{
		{},
		{Sort: []query.Sort{{Field: fCount, Desc: true}}},
		{Sort: []query.Sort{{Field: fName}, {Field: fCount, Desc: true}}},
		{Sort: []query.Sort{{Field: schema.SysID, Desc: true}}},
		{Sort: []query.Sort{{Field: fCount}}, Where: query.Cmp{Field: fCount, Op: query.Gt, Val: int64(2)}},
		{Where: query.Cmp{Field: fCount, Op: query.Gt, Val: int64(100)}},
	} {
		for _, every := range []int{1, 7, 10, 1000} {
			b.sameAnchors(s, q, every)
		}
	}
	q := query.Query{Sort: []query.Sort{{Field: fCount}}}
	id := ops[10].ID
	b.do(update(s, b.get(s, id), schema.Values{fCount: int64(-5)}))
	b.sameAnchors(s, q, 5)
	b.do(create(s, b.id(), schema.Values{fCount: int64(3)}), store.Op{Kind: store.OpTrash, Shape: s, ID: id, IfVersion: 2})
	b.sameAnchors(s, q, 5)
	b.view(func(r store.Reader) {
		_, err := r.Anchors(b.Context(), s, &q, 0)
		require.ErrorIs(b, err, store.ErrBadQuery)
	})
}

func (b *bench) sameAnchors(s *store.Shape, q query.Query, every int) {
	b.Helper()
	b.view(func(r store.Reader) {
		got, err := r.Anchors(b.Context(), s, &q, every)
		require.NoError(b, err)
		want := query.Anchors{}
		for q := q; ; {
			q.Limit = every
			page, err := r.Find(b.Context(), s, &q)
			require.NoError(b, err)
			want.Count += int64(len(page.Records))
			if page.Next == nil {
				break
			}
			want.Cursors = append(want.Cursors, *page.Next)
			q.After = page.Next
		}
		require.Equal(b, want, *got, "every %d of %#v", every, q)
	})
}

// testAnswers asks the same again and again, while what is asked for changes:
// an answer is never older than what has been committed.
func testAnswers(b *bench) {
	s := b.plain()
	ids := []schema.RecordID{b.id(), b.id(), b.id()}
	b.do(create(s, ids[0], schema.Values{fCount: int64(1), fName: "甲"}), create(s, ids[1], schema.Values{fCount: int64(2), fName: "乙"}))
	figures := &query.AggQuery{Groups: []query.GroupBy{{Field: fName}}, Measures: []query.Measure{{Fn: query.Sum, Field: fCount}}}
	where := query.Cmp{Field: fCount, Op: query.Ge, Val: int64(2)}
	expect := func(count int64, rows ...query.AggRow) {
		b.Helper()
		for range 3 {
			b.view(func(r store.Reader) {
				got, err := r.Aggregate(b.Context(), s, figures)
				require.NoError(b, err)
				require.Equal(b, rows, got)
				n, err := r.Count(b.Context(), s, where, 0)
				require.NoError(b, err)
				require.Equal(b, count, n)
			})
		}
	}
	row := func(name schema.Value, sum int64) query.AggRow {
		return query.AggRow{Keys: []schema.Value{name}, Vals: []schema.Value{sum}}
	}
	expect(1, row("甲", 1), row("乙", 2))
	b.do(update(s, b.get(s, ids[0]), schema.Values{fCount: int64(5)}))
	expect(2, row("甲", 5), row("乙", 2))
	b.do(store.Op{Kind: store.OpFill, Shape: s, ID: ids[0], IfVersion: 2, Set: schema.Values{fCount: int64(6)}})
	expect(2, row("甲", 6), row("乙", 2))
	b.do(create(s, ids[2], schema.Values{fName: "甲", fCount: int64(1)}))
	expect(2, row("甲", 7), row("乙", 2))
	b.view(func(r store.Reader) { // a snapshot keeps its answer
		_, err := r.Count(b.Context(), s, where, 0)
		require.NoError(b, err)
		b.do(store.Op{Kind: store.OpTrash, Shape: s, ID: ids[1], IfVersion: 1})
		n, err := r.Count(b.Context(), s, where, 0)
		require.NoError(b, err)
		require.EqualValues(b, 2, n)
	})
	expect(1, row("甲", 7))
	b.do(store.Op{Kind: store.OpRestore, Shape: s, ID: ids[1], IfVersion: 2})
	expect(2, row("甲", 7), row("乙", 2))
}

// testGroupPages pages through groups.
func testGroupPages(b *bench) {
	s := b.plain()
	var ops []store.Op
	for i := range 40 {
		v := schema.Values{fCount: int64(i)}
		if i%8 > 0 {
			v[fName] = texts[i%len(texts)]
		}
		ops = append(ops, create(s, b.id(), v))
	}
	b.do(ops...)
	for _, desc := range []bool{false, true} {
		q := query.AggQuery{Groups: []query.GroupBy{{Field: fName, Desc: desc}}, Measures: []query.Measure{{Fn: query.Count}}}
		b.view(func(r store.Reader) {
			all, err := r.Aggregate(b.Context(), s, &q)
			require.NoError(b, err)
			require.Greater(b, len(all), 4)
			var paged []query.AggRow
			for q := q; ; {
				q.Limit = 3
				rows, err := r.Aggregate(b.Context(), s, &q)
				require.NoError(b, err)
				paged = append(paged, rows...)
				if len(rows) < 3 {
					break
				}
				q.After = rows[2].Keys
			}
			require.Equal(b, all, paged)
		})
	}
}
