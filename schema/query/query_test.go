package query_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/schema"
	"tongban/schema/query"
	"tongban/schema/textkey"
)

// links is a Lookup with a few records.
type links struct {
	recs map[schema.RecordID]*schema.Record
}

func (links) SortKey(_ schema.FieldID, s string) string { return textkey.Natural(s) }
func (links) Searchable() []schema.FieldID              { return []schema.FieldID{1, 2} }
func (l links) Record(_ schema.EntityID, id schema.RecordID) *schema.Record {
	return l.recs[id]
}

func (l links) LinkedFrom(_ schema.EntityID, f schema.FieldID, id schema.RecordID) []*schema.Record {
	var out []*schema.Record
	for _, r := range l.recs {
		for _, n := range r.Values[f].([]int64) {
			if n == int64(id) {
				out = append(out, r)
			}
		}
	}
	return out
}

func TestEveryConditionIsTrueOrFalse(t *testing.T) {
	in := links{map[schema.RecordID]*schema.Record{7: {ID: 7, Values: schema.Values{1: "item 10", 4: []int64{1}}}}}
	r := &schema.Record{ID: 1, Version: 3, CreatedAt: 50, Values: schema.Values{1: "Ｉtem 9 北京", 3: int64(5), 4: []int64{7, 2}, 6: false}}
	yes := []query.Expr{
		nil,
		query.True{},
		query.And{},
		query.Not{X: query.Or{}},
		query.Cmp{Field: 3, Val: int64(5)},
		query.Cmp{Field: 3, Op: query.Le, Val: int64(5)},
		query.Cmp{Field: 9, Op: query.Ne, Val: "x"},
		query.Cmp{Field: 6, Op: query.Lt, Val: true},
		query.Cmp{Field: 1, Op: query.Lt, Val: "item 10"},
		query.Cmp{Field: schema.SysVersion, Op: query.Gt, Val: int64(2)},
		query.Cmp{Field: schema.SysCreatedAt, Val: int64(50)},
		query.In{Field: 3, Vals: []schema.Value{int64(4), int64(5)}},
		query.In{Field: 9, Neg: true, Vals: []schema.Value{"a"}},
		query.In{Field: 9, Neg: true},
		query.SetOp{Field: 4, Vals: []int64{2, 9}},
		query.SetOp{Field: 4, Mode: query.HasAll, Vals: []int64{2, 7}},
		query.SetOp{Field: 4, Mode: query.HasAll},
		query.SetOp{Field: 9, Mode: query.HasNone, Vals: []int64{1}},
		query.SetOp{Field: 4, Mode: query.SetEq, Vals: []int64{2, 7, 2}},
		query.SetOp{Field: 9, Mode: query.SetEq},
		query.TextOp{Field: 1, Val: "M 9 北"},
		query.TextOp{Field: 1, Mode: query.Prefix, Val: "ITEM"},
		query.TextOp{Field: 1, Mode: query.Suffix, Val: "京"},
		query.TextOp{Field: 1},
		query.TextOp{Field: 9, Neg: true},
		query.TextOp{Fields: []schema.FieldID{1, 5}, Val: "item"},
		query.TextOp{Fields: []schema.FieldID{2}, Val: "item", Neg: true},
		query.Empty{Field: 9},
		query.Empty{Field: 3, Neg: true},
		query.Ids{5, 1},
		query.Rel{Field: 4, Entity: 2, Where: query.TextOp{Field: 1, Val: "10"}},
		query.Rel{Field: 4, Entity: 2, Where: query.Empty{Field: 1}, Neg: true},
		query.LinkedFrom{Entity: 2, Field: 4},
		query.LinkedFrom{Entity: 2, Field: 4, Where: query.Ids{8}, Neg: true},
	}
	for _, x := range yes {
		require.True(t, query.Match(x, r, in), "%#v", x)
		require.False(t, query.Match(query.Not{X: x}, r, in), "%#v", x)
	}
	no := []query.Expr{
		query.Or{},
		query.Cmp{Field: 9, Val: "x"},
		query.Cmp{Field: 9, Op: query.Ge, Val: "x"},
		query.Cmp{Field: 9, Op: query.Lt, Val: int64(1)},
		query.Cmp{Field: 3, Val: 5.0},
		query.In{Field: 3},
		query.SetOp{Field: 9, Vals: []int64{1}},
		query.SetOp{Field: 4, Mode: query.SetEq, Vals: []int64{7}},
		query.TextOp{Field: 9},
		query.TextOp{Val: "item"},
		query.Ids{},
		query.LinkedFrom{Entity: 2, Field: 4, Where: query.Ids{8}},
	}
	for _, x := range no {
		require.False(t, query.Match(x, r, in), "%#v", x)
	}
	require.False(t, query.Match(query.Rel{Field: 4, Entity: 2}, r, nil), "without a Lookup nothing is linked")
}

func TestEmptyComesFirstAscendingAndLastDescending(t *testing.T) {
	rec := func(id schema.RecordID, v schema.Value) *schema.Record {
		return &schema.Record{ID: id, Values: schema.Values{1: v}}
	}
	up, down := []query.Sort{{Field: 1}}, []query.Sort{{Field: 1, Desc: true}}
	require.Negative(t, query.CompareRecords(up, rec(1, nil), rec(2, int64(-5)), nil))
	require.Positive(t, query.CompareRecords(down, rec(1, nil), rec(2, int64(-5)), nil))
	require.Negative(t, query.CompareRecords(up, rec(1, "a"), rec(2, "a"), nil))
	require.Positive(t, query.CompareRecords(down, rec(1, "a"), rec(2, "a"), nil), "the id follows the last key")
	require.Negative(t, query.CompareRecords(up, rec(1, "v9"), rec(2, "v10"), links{}), "texts compare by their keys")
	require.Positive(t, query.CompareRecords(up, rec(1, "v9"), rec(2, "v10"), nil))
	at := &query.Cursor{Vals: query.SortValues(up, rec(5, "v9"), links{}), ID: 5}
	require.Zero(t, query.CompareTo(up, rec(5, "v9"), at, links{}))
	require.Positive(t, query.CompareTo(up, rec(6, "v9"), at, links{}))
	require.Negative(t, query.CompareValues(false, true))
}

func TestBucketsFollowTheZonesDays(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	at := time.Date(2026, 1, 1, 0, 30, 0, 0, shanghai).UnixMilli() // 31 December in UTC
	day := func(y int, m time.Month, d int) int64 { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).UnixMilli() }
	require.Equal(t, day(2026, 1, 1), query.BucketOf(at, query.Day, shanghai, time.Monday))
	require.Equal(t, day(2025, 12, 31), query.BucketOf(at, query.Day, nil, time.Monday))
	require.Equal(t, day(2025, 12, 29), query.BucketOf(at, query.Week, shanghai, time.Monday))
	require.Equal(t, day(2025, 12, 28), query.BucketOf(at, query.Week, shanghai, time.Sunday))
	require.Equal(t, day(2025, 10, 1), query.BucketOf(at, query.Quarter, nil, time.Monday))
	require.Equal(t, day(2026, 1, 1), query.BucketOf(at, query.Year, shanghai, time.Monday))
}
