package sqlite

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// goldenLayout is what a file looks like after the benchmarks' shape was met.
func goldenLayout() *layout {
	t := &table{Shape: benchShape, Links: true, Grams: true, Cols: map[schema.FieldID]columnNow{}}
	for _, f := range benchShape.Fields {
		t.Cols[f.ID] = columnNow{Kind: f.Kind, Key: f.SortKey, HasKey: f.SortKey != store.SortRaw, Indexed: f.Indexed, Grammed: f.Searchable}
	}
	return (&layout{tables: map[schema.EntityID]*table{}}).with(t)
}

func TestConditionsCompileToTwoValuedSQL(t *testing.T) {
	for _, c := range []struct {
		x    query.Expr
		sql  string
		args []any
	}{
		{nil, "1", nil},
		{query.And{}, "1", nil},
		{query.Or{}, "0", nil},
		{query.Cmp{Field: bAmount, Val: int64(5)}, "a.c3=?", []any{int64(5)}},
		{query.Cmp{Field: bAmount, Op: query.Ne, Val: int64(5)}, "a.c3 IS NOT ?", []any{int64(5)}},
		{query.Cmp{Field: bName, Val: "Ab"}, "(a.p1=? AND a.c1=?)", []any{"ab", "Ab"}},
		{query.Cmp{Field: bName, Op: query.Ge, Val: "Ab"}, "a.p1>=?", []any{"ab"}},
		{query.Not{X: query.Cmp{Field: bPhone, Op: query.Lt, Val: "1"}}, "((a.c2<?) IS NOT TRUE)", []any{"1"}},
		{query.In{Field: bStage, Vals: []schema.Value{int64(1), int64(2)}}, "(a.c4 IN (?,?))", []any{int64(1), int64(2)}},
		{query.In{Field: bStage, Neg: true, Vals: []schema.Value{int64(1)}}, "(a.c4 IS NULL OR NOT (a.c4 IN (?)))", []any{int64(1)}},
		{query.In{Field: bStage}, "0", nil},
		{query.SetOp{Field: bOwner, Vals: []int64{2, 1, 2}}, "(a.id IN (SELECT rid FROM l7 WHERE field=5 AND val IN (?,?)))", []any{int64(1), int64(2)}},
		{query.SetOp{Field: bOwner, Mode: query.HasAll}, "1", nil},
		{query.SetOp{Field: bOwner, Mode: query.SetEq, Vals: []int64{1}}, "(((a.id IN (SELECT rid FROM l7 WHERE field=5 AND val IN (?)))) AND json_array_length(a.c5)=1)", []any{int64(1)}},
		{query.Empty{Field: bOwner, Neg: true}, "a.c5 IS NOT NULL", nil},
		{query.TextOp{Field: bName, Val: "北京A"}, "(a.id IN (SELECT rowid FROM f7 WHERE f7 MATCH ?) AND (instr(fold(a.c1),?)>0))", []any{`"京a" "北京"`, "北京a"}},
		{query.TextOp{Fields: []schema.FieldID{bName, bPhone}, Val: "北京"}, "(a.id IN (SELECT rowid FROM f7 WHERE f7 MATCH ?))", []any{`"北京"`}},
		{query.TextOp{Fields: []schema.FieldID{bName}, Val: "-"}, "(instr(fold(a.c1),?)>0)", []any{"-"}},
		{query.TextOp{Val: "x"}, "0", nil},
		{query.Rel{Field: bOwner, Entity: 7, Where: query.Empty{Field: bDue}}, "(a.id IN (SELECT rid FROM l7 WHERE field=5 AND val IN (SELECT b1.id FROM r7 b1 WHERE b1.c6 IS NULL)))", nil},
		{query.Rel{Field: bOwner, Entity: 8}, "0", nil},
		{query.LinkedFrom{Entity: 7, Field: bOwner, Neg: true}, "(((a.id IN (SELECT val FROM l7 WHERE field=5))) IS NOT TRUE)", nil},
		{query.Ids{3}, "(a.id IN (?))", []any{int64(3)}},
	} {
		l := goldenLayout()
		got, err := compileWhere(l, l.scopeOf(benchShape, false), c.x)
		require.NoError(t, err)
		require.Equal(t, c.sql, got.sql, "%#v", c.x)
		require.Equal(t, c.args, got.args, "%#v", c.x)
	}
}

func TestAColumnThatIsNotThereYetIsEmpty(t *testing.T) {
	wider := &store.Shape{Entity: 7, Rev: 2, Fields: append([]store.FieldShape{{ID: 40, Kind: schema.KindText}, {ID: 41, Kind: schema.KindSet}}, benchShape.Fields...)}
	l := goldenLayout()
	sc := l.scopeOf(wider, false)
	for _, x := range []query.Expr{query.Cmp{Field: 40, Val: "a"}, query.SetOp{Field: 41, Vals: []int64{1}}, query.TextOp{Field: 40, Val: "a"}, query.Rel{Field: 41, Entity: 7}} {
		got, err := compileWhere(l, sc, x)
		require.NoError(t, err)
		require.Contains(t, []string{"NULL=?", "0"}, got.sql, "%#v", x)
	}
}

func TestACursorBecomesRangesOfTheOrdersIndex(t *testing.T) {
	l := goldenLayout()
	after := func(desc bool, v schema.Value, sorts ...query.Sort) []string {
		q := &query.Query{Limit: 5, Fields: []schema.FieldID{}, Sort: append([]query.Sort{{Field: bAmount, Desc: desc}}, sorts...), After: &query.Cursor{Vals: []schema.Value{v}, ID: 9}}
		for range sorts {
			q.After.Vals = append(q.After.Vals, nil)
		}
		p, err := compileFind(l, benchShape, q)
		require.NoError(t, err)
		var out []string
		for _, part := range p.parts {
			out = append(out, part.sql[len("SELECT a.id,a.ver,a.ca,a.ua,a.cb,a.ub,a.c3"):])
		}
		return out
	}
	up, down := " ORDER BY a.c3,a.id LIMIT 6", " ORDER BY a.c3 DESC,a.id DESC LIMIT 6"
	require.Equal(t, []string{" FROM r7 a WHERE 1 AND a.c3=? AND a.id>?" + up, " FROM r7 a WHERE 1 AND a.c3>?" + up}, after(false, int64(1)))
	require.Equal(t, []string{" FROM r7 a WHERE 1 AND a.c3 IS NULL AND a.id>?" + up, " FROM r7 a WHERE 1 AND a.c3 IS NOT NULL" + up}, after(false, nil))
	require.Equal(t, []string{" FROM r7 a WHERE 1 AND a.c3=? AND a.id<?" + down, " FROM r7 a WHERE 1 AND a.c3<?" + down, " FROM r7 a WHERE 1 AND a.c3 IS NULL" + down}, after(true, int64(1)))
	require.Equal(t, []string{" FROM r7 a WHERE 1 AND a.c3 IS NULL AND a.id<?" + down}, after(true, nil))
	require.Len(t, after(true, int64(1), query.Sort{Field: bDue}), 4)

	q := &query.Query{Limit: 5, Fields: []schema.FieldID{}, Sort: []query.Sort{{Field: bDue}}, After: &query.Cursor{Vals: []schema.Value{int64(1)}, ID: 9}}
	p, err := compileFind(l, benchShape, q)
	require.NoError(t, err)
	require.Len(t, p.parts, 1, "without an index the table is walked once")
	require.Contains(t, p.parts[0].sql, "((a.c6=? AND a.id>?) OR (a.c6>?))")
}

func TestWideConditionsStayShallow(t *testing.T) {
	var many query.Or
	for i := range 3000 {
		many = append(many, query.Cmp{Field: bAmount, Val: int64(i)})
	}
	e := openTest(t, t.TempDir())
	_, err := e.Commit(t.Context(), 1, &store.Commit{Ops: []store.Op{{Kind: store.OpCreate, Shape: benchShape, ID: 1, Set: schema.Values{bAmount: int64(2999)}}}})
	require.NoError(t, err)
	require.NoError(t, e.View(t.Context(), 1, func(r store.Reader) error {
		n, err := r.Count(t.Context(), benchShape, many, 0)
		require.Equal(t, int64(1), n)
		return err
	}))
	var deep query.Expr = query.True{}
	for range 200 {
		deep = query.Not{X: deep}
	}
	_, err = compileFind(goldenLayout(), benchShape, &query.Query{Where: deep, Limit: 1})
	require.ErrorIs(t, err, store.ErrBadQuery)
}

// planOf returns how SQLite means to run a statement.
func planOf(t *testing.T, r *reader, st statement) string {
	t.Helper()
	s, err := r.c.prep("EXPLAIN QUERY PLAN " + st.sql)
	require.NoError(t, err)
	bindAll(s, st.args)
	out := ""
	for {
		row, err := s.Step()
		require.NoError(t, err)
		if !row {
			return out
		}
		out += s.ColumnText(3) + "\n"
	}
}

func TestTheIndexesAreUsed(t *testing.T) {
	e := openTest(t, t.TempDir())
	var ops []store.Op
	for i := range 1000 {
		ops = append(ops, store.Op{
			Kind: store.OpCreate, Shape: benchShape, ID: schema.RecordID(i + 1),
			Set: schema.Values{bName: fmt.Sprint("名 ", i), bAmount: int64(i), bStage: int64(i % 8), bOwner: []int64{int64(i % 50)}},
		})
	}
	_, err := e.Commit(t.Context(), 1, &store.Commit{Ops: ops})
	require.NoError(t, err)
	require.NoError(t, e.View(t.Context(), 1, func(sr store.Reader) error {
		r, ok := sr.(*reader)
		require.True(t, ok)
		for _, c := range []struct {
			q    query.Query
			want []string // a text that each part's plan has
			none string
		}{
			{
				query.Query{Sort: []query.Sort{{Field: bAmount, Desc: true}}, After: &query.Cursor{Vals: []schema.Value{int64(500)}, ID: 7}},
				[]string{"USING INDEX i7_3 (c3=? AND rowid<?)", "USING INDEX i7_3 (c3<?)", "USING INDEX i7_3 (c3=?)"},
				"TEMP B-TREE",
			},
			{query.Query{Sort: []query.Sort{{Field: bName}}, After: &query.Cursor{Vals: []schema.Value{"x"}, ID: 7}}, []string{"i7_1 (p1=? AND rowid>?)", "i7_1 (p1>?)"}, "TEMP B-TREE"},
			{query.Query{Where: query.Cmp{Field: bStage, Val: int64(1)}, Sort: []query.Sort{{Field: bAmount}}}, []string{"USING INDEX i7_3"}, "TEMP B-TREE"},
			{query.Query{Where: query.Cmp{Field: bName, Val: "名 7"}}, []string{"i7_1 (p1=?)"}, "TEMP B-TREE"},
			{query.Query{Where: query.SetOp{Field: bOwner, Vals: []int64{3}}}, []string{"SEARCH l7 USING PRIMARY KEY (field=? AND val=?)"}, "SCAN a"},
			{query.Query{Where: query.TextOp{Field: bName, Val: "名"}, Sort: []query.Sort{{Field: schema.SysID, Desc: true}}}, []string{"SCAN f7 VIRTUAL TABLE"}, "TEMP B-TREE"},
			{query.Query{Where: query.Ids{1, 2}}, []string{"SEARCH a USING INTEGER PRIMARY KEY"}, "SCAN a"},
		} {
			c.q.Limit = 10
			p, err := compileFind(r.layout, benchShape, &c.q)
			require.NoError(t, err)
			require.Len(t, p.parts, len(c.want))
			for i, part := range p.parts {
				plan := planOf(t, r, part)
				require.Contains(t, plan, c.want[i], part.sql)
				require.NotContains(t, plan, c.none, part.sql)
			}
			if p.probe.sql != "" {
				require.Contains(t, planOf(t, r, p.sorted[0]), "TEMP B-TREE", "the other way sorts")
			}
		}
		return nil
	}))
}

// compileWhere compiles a condition as it stands inside others.
func compileWhere(l *layout, sc *scope, x query.Expr) (statement, error) {
	src, err := l.source(sc, x, false)
	return src.where, err
}
