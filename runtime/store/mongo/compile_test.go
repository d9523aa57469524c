package mongo

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
	"tongban/schema/textkey"
)

// Fields of the golden shape. 1 and 2 have slots 1 and 2, 3 waits for its one.
var goldenShape = &store.Shape{Entity: 7, Rev: 1, Fields: []store.FieldShape{
	{ID: 1, Kind: schema.KindText, SortKey: store.SortPinyin, Searchable: true, Indexed: true},
	{ID: 2, Kind: schema.KindInt, Indexed: true},
	{ID: 3, Kind: schema.KindFloat, Indexed: true},
	{ID: 4, Kind: schema.KindOption},
	{ID: 5, Kind: schema.KindSet},
	{ID: 6, Kind: schema.KindText, SortKey: store.SortNatural},
	{ID: 7, Kind: schema.KindBool},
	{ID: 8, Kind: schema.KindJSON},
}}

func golden() *compiler {
	l := (&layout{Tenant: 3, Entity: 7, Shape: &store.Shape{Rev: -1}}).adopt(goldenShape)
	l.Slots[nameOf(3, schema.KindFloat)] = slot{N: 3, State: building}
	return &compiler{layout: l, shape: goldenShape}
}

func jsonOf(t *testing.T, d bson.D) string {
	t.Helper()
	out, err := bson.MarshalExtJSON(d, false, false)
	require.NoError(t, err)
	return string(out)
}

func TestConditionsCompileToTheseFilters(t *testing.T) {
	key := textkey.Pinyin("北京")
	cases := []struct {
		name string
		x    query.Expr
		want string
	}{
		{"everything", nil, `{}`},
		{"an empty and", query.And{}, `{}`},
		{"an empty or", query.Or{}, `{"r":{"$in":[]}}`},
		{"ids", query.Ids{4, 5}, `{"r":{"$in":[4,5]}}`},
		{"not", query.Not{X: query.Ids{4}}, `{"$nor":[{"r":{"$in":[4]}}]}`},
		{"text equals, by slot and value", query.Cmp{Field: 1, Val: "北京"}, `{"$and":[{"s.1":{"$eq":"` + key + `"}},{"f.1t":{"$eq":"北京"}}]}`},
		{"text before, by slot", query.Cmp{Field: 1, Op: query.Lt, Val: "北京"}, `{"s.1":{"$lt":"` + key + `"}}`},
		{"text before, by key", query.Cmp{Field: 6, Op: query.Ge, Val: "GW10"}, `{"p.6n":{"$gte":"` + textkey.Natural("GW10") + `"}}`},
		{"not equal includes empty", query.Cmp{Field: 2, Op: query.Ne, Val: int64(5)}, `{"f.2i":{"$ne":5}}`},
		{"number by slot", query.Cmp{Field: 2, Val: int64(5)}, `{"s.2":{"$eq":5}}`},
		{"number whose slot is being built", query.Cmp{Field: 3, Op: query.Gt, Val: 0.5}, `{"f.3f":{"$gt":0.5}}`},
		{"option by token", query.Cmp{Field: 4, Val: int64(9)}, `{"x":{"$eq":"4o:9"}}`},
		{"system field", query.Cmp{Field: schema.SysUpdatedAt, Op: query.Le, Val: int64(9)}, `{"ua":{"$lte":9}}`},
		{"one of", query.In{Field: 2, Vals: []schema.Value{int64(1), int64(2)}}, `{"s.2":{"$in":[1,2]}}`},
		{"none of includes empty", query.In{Field: 2, Vals: []schema.Value{int64(1)}, Neg: true}, `{"f.2i":{"$nin":[1]}}`},
		{"empty by slot", query.Empty{Field: 2}, `{"s.2":{"$eq":null,"$exists":true}}`},
		{"empty", query.Empty{Field: 5}, `{"f.5s":{"$eq":null}}`},
		{"filled", query.Empty{Field: 2, Neg: true}, `{"f.2i":{"$ne":null}}`},
		{"any member", query.SetOp{Field: 5, Vals: []int64{1, 2, 1}}, `{"x":{"$in":["5s:1","5s:2"]}}`},
		{"all members", query.SetOp{Field: 5, Mode: query.HasAll, Vals: []int64{1, 2}}, `{"x":{"$all":["5s:1","5s:2"]}}`},
		{"all of no members", query.SetOp{Field: 5, Mode: query.HasAll}, `{}`},
		{"no member", query.SetOp{Field: 5, Mode: query.HasNone, Vals: []int64{1}}, `{"x":{"$nin":["5s:1"]}}`},
		{"these members", query.SetOp{Field: 5, Mode: query.SetEq, Vals: []int64{2, 1}}, `{"$and":[{"x":{"$all":["5s:2","5s:1"]}},{"f.5s":{"$size":2}}]}`},
		{
			"text contains, by grams",
			query.TextOp{Field: 1, Val: "AB"},
			`{"$and":[{"$or":[{"x":{"$all":["ab"]}},{"x":{"$eq":"*"}}]},{"$or":[{"c.1t":{"$regex":"ab"}},{"$and":[{"c.1t":{"$eq":null}},{"f.1t":{"$regex":"ab"}}]}]}]}`,
		},
		{"marks are escaped", query.TextOp{Field: 6, Mode: query.Prefix, Val: "a.*$"}, `{"$or":[{"c.6t":{"$regex":"^a\\.\\*\\$"}},{"$and":[{"c.6t":{"$eq":null}},{"f.6t":{"$regex":"^a\\.\\*\\$"}}]}]}`},
		{
			"the end is the very end",
			query.TextOp{Field: 6, Mode: query.Suffix, Val: "z", Neg: true},
			`{"$nor":[{"$or":[{"c.6t":{"$regex":"z(?![\\s\\S])"}},{"$and":[{"c.6t":{"$eq":null}},{"f.6t":{"$regex":"z(?![\\s\\S])"}}]}]}]}`,
		},
		{"an empty text is in every filled one", query.TextOp{Field: 6}, `{"f.6t":{"$ne":null}}`},
		{"a search that may see nothing", query.TextOp{Fields: []schema.FieldID{6}, Val: "x"}, `{"r":{"$in":[]}}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := golden().expr(c.x)
			require.NoError(t, err)
			require.JSONEq(t, c.want, jsonOf(t, got))
		})
	}
}

func TestTheWholeFilterBeginsWithTenantAndEntity(t *testing.T) {
	got, err := golden().filter(query.Ids{1})
	require.NoError(t, err)
	require.JSONEq(t, `{"t":3,"e":7,"$and":[{"r":{"$in":[1]}}]}`, jsonOf(t, got))
}

func TestTrashIsNeverSoughtBySlots(t *testing.T) {
	c := golden()
	c.trash = true
	got, err := c.expr(query.Cmp{Field: 2, Val: int64(5)})
	require.NoError(t, err)
	require.JSONEq(t, `{"f.2i":{"$eq":5}}`, jsonOf(t, got))
}

func TestConditionsThatDoNotFitAreRefused(t *testing.T) {
	for name, x := range map[string]query.Expr{
		"no such field": query.Cmp{Field: 99, Val: "x"}, "another kind": query.Cmp{Field: 2, Val: "x"}, "no number": query.Cmp{Field: 3, Val: math.NaN()},
		"order of sets": query.Cmp{Field: 5, Val: int64(1)}, "json": query.In{Field: 8, Vals: []schema.Value{"x"}}, "set of text": query.SetOp{Field: 1, Vals: []int64{1}},
		"text of a number": query.TextOp{Field: 2, Val: "x"}, "text of a system field": query.TextOp{Field: schema.SysID, Val: "x"}, "unresolved link": query.Rel{Field: 5},
	} {
		_, err := golden().expr(query.And{query.True{}, query.Not{X: x}})
		require.ErrorIs(t, err, store.ErrBadQuery, name)
	}
}

func TestOrdersAndCursorsCompileToThese(t *testing.T) {
	cases := []struct {
		name   string
		sorts  []query.Sort
		after  *query.Cursor
		spec   string
		behind string
	}{
		{"by id", nil, &query.Cursor{ID: 9}, `{"r":1}`, `{"r":{"$gt":9}}`},
		{
			"upwards",
			[]query.Sort{{Field: 2}},
			&query.Cursor{Vals: []schema.Value{int64(4)}, ID: 9}, `{"s.2":1,"r":1}`,
			`{"$or":[{"s.2":{"$gt":4}},{"$and":[{"s.2":{"$eq":4}},{"r":{"$gt":9}}]}]}`,
		},
		{
			"upwards from empty",
			[]query.Sort{{Field: 2}},
			&query.Cursor{Vals: []schema.Value{nil}, ID: 9}, `{"s.2":1,"r":1}`,
			`{"$or":[{"s.2":{"$ne":null}},{"$and":[{"s.2":{"$eq":null}},{"r":{"$gt":9}}]}]}`,
		},
		{
			"downwards",
			[]query.Sort{{Field: 3, Desc: true}},
			&query.Cursor{Vals: []schema.Value{0.5}, ID: 9}, `{"f.3f":-1,"r":-1}`,
			`{"$or":[{"$or":[{"f.3f":{"$lt":0.5}},{"f.3f":{"$eq":null}}]},{"$and":[{"f.3f":{"$eq":0.5}},{"r":{"$lt":9}}]}]}`,
		},
		{
			"downwards from empty",
			[]query.Sort{{Field: 3, Desc: true}},
			&query.Cursor{Vals: []schema.Value{nil}, ID: 9}, `{"f.3f":-1,"r":-1}`,
			`{"$and":[{"f.3f":{"$eq":null}},{"r":{"$lt":9}}]}`,
		},
		{
			"one field twice, and what follows the id",
			[]query.Sort{{Field: 2}, {Field: 2, Desc: true}, {Field: schema.SysID, Desc: true}, {Field: 7}},
			&query.Cursor{Vals: []schema.Value{int64(1), int64(1), int64(9), true}, ID: 9}, `{"s.2":1,"r":-1}`,
			`{"$or":[{"s.2":{"$gt":1}},{"$and":[{"s.2":{"$eq":1}},{"$or":[{"r":{"$lt":9}},{"r":{"$eq":null}}]}]}]}`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o, err := golden().order(c.sorts)
			require.NoError(t, err)
			require.Equal(t, c.spec, jsonOf(t, o.spec()))
			behind, err := o.after(c.after, len(c.sorts))
			require.NoError(t, err)
			require.JSONEq(t, c.behind, jsonOf(t, behind))
		})
	}
	o, err := golden().order([]query.Sort{{Field: 2}})
	require.NoError(t, err)
	require.JSONEq(t, `{"s.2":{"$exists":true}}`, jsonOf(t, o.exists()), "a walk of a slot's index says that the slot exists")
	_, err = o.after(&query.Cursor{Vals: []schema.Value{"text"}}, 1)
	require.ErrorIs(t, err, store.ErrBadQuery)
	_, err = o.after(&query.Cursor{}, 1)
	require.ErrorIs(t, err, store.ErrBadQuery)
}
