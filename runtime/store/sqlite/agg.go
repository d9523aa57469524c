package sqlite

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/runtime/store/tally"
	"tongban/schema"
	"tongban/schema/query"
)

// aggregate is a compiled AggQuery: the columns it reads and what is made of them.
type aggregate struct {
	*tally.Tally
	q      *query.AggQuery
	st     statement
	kinds  []schema.Kind // of the columns
	groups []int         // columns
	vals   []int         // columns of the measures, -1 for Count
	texts  []string      // the columns

	wanted  []schema.FieldID // of a cover that would serve; nil: none would
	cover   string           // the one that does
	grouped statement        // by it
}

// Aggregate implements store.Reader. What has not changed since it was asked
// for is remembered. What a cover holds SQLite groups; the rest is added up in
// memory while the rows stream by: SQLite would sort them first.
func (r *reader) Aggregate(ctx context.Context, s *store.Shape, q *query.AggQuery) ([]query.AggRow, error) {
	parts := []any{s.Entity, s.Rev, q.Where, q.Members, q.Measures, q.WeekStart, q.Limit, q.After, q.Skip}
	for _, g := range q.Groups {
		zone := ""
		if g.Zone != nil {
			zone = g.Zone.String()
		}
		parts = append(parts, g.Field, g.Bucket, g.Desc, zone)
	}
	ask := func() ([]query.AggRow, error) { return r.aggregate(ctx, s, q) }
	size := func(rows []query.AggRow) int { return len(rows) }
	known := entitiesOf(q.Where, []schema.EntityID{s.Entity})
	for _, m := range q.Members {
		known = entitiesOf(m.Where, append(known, m.Entity))
	}
	return remembered(r, keyOf("figures", parts...), known, ask, size)
}

func (r *reader) aggregate(ctx context.Context, s *store.Shape, q *query.AggQuery) ([]query.AggRow, error) {
	a, err := compileAgg(r.layout, s, q)
	if err != nil {
		return nil, err
	}
	if r.c == nil || a.st.sql == "" {
		return a.Rows()
	}
	if len(a.groups) == 0 {
		return r.totals(ctx, a)
	}
	if a.cover != "" {
		rows, err := r.fromCover(ctx, a)
		if err == nil || ctx.Err() != nil || errors.Is(err, store.ErrBadQuery) || errors.Is(err, store.ErrTooSlow) {
			return rows, err
		} // it may be gone since the layout was taken
	}
	began := r.now()
	err = r.c.limited(ctx, timeOf(q.MaxTime), func() error {
		row := &aggRow{a: a}
		return r.c.rows(a.st.sql, a.st.args, func(s *zs.Stmt) error {
			row.s = s
			return a.Add(row)
		})
	})
	if err != nil {
		return nil, err
	}
	r.f.took(s, a.wanted, r.now().Sub(began))
	return a.Rows()
}

// fromCover has SQLite group.
func (r *reader) fromCover(ctx context.Context, a *aggregate) ([]query.AggRow, error) {
	var rows []query.AggRow
	err := r.c.limited(ctx, timeOf(a.q.MaxTime), func() error {
		return r.c.rows(a.grouped.sql, a.grouped.args, func(s *zs.Stmt) error {
			row := query.AggRow{Keys: make([]schema.Value, len(a.groups)), Vals: a.figures(s, len(a.groups))}
			for i, g := range a.groups {
				row.Keys[i] = column(s, i, a.kinds[g])
			}
			rows = append(rows, row)
			return nil
		})
	})
	if err != nil && strings.Contains(err.Error(), "integer overflow") {
		return nil, tally.ErrSum
	}
	if err != nil {
		return nil, err
	}
	r.f.coverServed(a.cover)
	return a.Page(rows), nil
}

// aggRow is the row that the statement is at, for the tally.
type aggRow struct {
	a *aggregate
	s *zs.Stmt
}

func (r *aggRow) Key(i int) schema.Value {
	return column(r.s, r.a.groups[i], r.a.kinds[r.a.groups[i]])
}

func (r *aggRow) IntKey(i int) (int64, bool) {
	c := r.a.groups[i]
	v := r.s.ColumnInt64(c)
	return v, v != 0 || r.s.ColumnType(c) != zs.TypeNull
}

func (r *aggRow) SetKey(i int, dst []int64) ([]int64, bool) {
	c := r.a.groups[i]
	if r.s.ColumnType(c) == zs.TypeNull {
		return dst, false
	}
	return appendParsed(dst, r.s.ColumnText(c)), true
}

func (r *aggRow) Filled(i int) bool { return r.s.ColumnType(r.a.vals[i]) != zs.TypeNull }

func (r *aggRow) Int(i int) int64 { return r.s.ColumnInt64(r.a.vals[i]) }

func (r *aggRow) Float(i int) float64 { return r.s.ColumnFloat(r.a.vals[i]) }

func (r *aggRow) Measure(i int) schema.Value {
	return column(r.s, r.a.vals[i], r.a.kinds[r.a.vals[i]])
}

func (r *reader) totals(ctx context.Context, a *aggregate) (rows []query.AggRow, err error) {
	err = r.c.limited(ctx, timeOf(a.q.MaxTime), func() error {
		return r.c.rows(a.st.sql, a.st.args, func(s *zs.Stmt) error {
			rows = append(rows, a.total(s))
			return nil
		})
	})
	if err != nil && strings.Contains(err.Error(), "integer overflow") {
		return nil, tally.ErrSum
	}
	for _, row := range rows {
		for _, v := range row.Vals {
			if f, ok := v.(float64); ok && math.IsInf(f, 0) {
				return nil, tally.ErrSum
			}
		}
	}
	return rows, err
}

func compileAgg(l *layout, s *store.Shape, q *query.AggQuery) (*aggregate, error) {
	sc := l.scopeOf(s, false)
	src, err := l.source(sc, q.Where, true)
	if err != nil {
		return nil, err
	}
	kindOf := func(f schema.FieldID) (schema.Kind, error) {
		_, k, err := sc.field(f)
		return k, err
	}
	t, err := tally.New(s, q, kindOf)
	if err != nil {
		return nil, err
	}
	a := &aggregate{Tally: t, q: q}
	cols, err := a.columns(l, sc)
	if err != nil {
		return nil, err
	}
	a.kinds, a.texts = cols.kinds, cols.texts
	if sc.t == nil {
		return a, nil
	}
	what, args := strings.Join(cols.texts, ","), slices.Concat(cols.args...)
	switch {
	case len(q.Groups) == 0:
		what, args = a.totals(cols)
	case what == "":
		what = "1"
	}
	a.st = statement{"SELECT " + what + " FROM " + src.from + " WHERE " + src.where.sql, append(args, src.where.args...)}
	if a.wanted = coverable(sc, q); a.wanted != nil {
		if a.cover = sc.t.cover(s.Entity, a.wanted, len(a.groups)); a.cover != "" {
			a.grouped = a.covered(a.cover, sc, src)
		}
	}
	return a, nil
}

// columns are those that an aggregate reads, each once.
type columns struct {
	texts []string
	kinds []schema.Kind
	args  [][]any // of the texts
}

func (c *columns) add(text string, k schema.Kind, args []any) int {
	if i := slices.Index(c.texts, text); i >= 0 && text != "NULL" && len(args) == 0 {
		return i
	}
	c.texts, c.kinds, c.args = append(c.texts, text), append(c.kinds, k), append(c.args, args)
	return len(c.texts) - 1
}

// column adds the column of a field, narrowed where the query says so.
func (a *aggregate) column(l *layout, sc *scope, cols *columns, f schema.FieldID) (int, error) {
	text, k, err := sc.field(f)
	if err != nil {
		return 0, err
	}
	at := slices.IndexFunc(a.q.Members, func(m query.Members) bool { return m.Field == f })
	if at < 0 {
		return cols.add(text, k, nil), nil
	}
	if k != schema.KindSet {
		return 0, badQuery("field %d is no link", f)
	}
	c := &compiler{layout: l}
	other := c.other(a.q.Members[at].Entity)
	if other == nil || text == "NULL" {
		return cols.add("NULL", k, nil), nil
	}
	c.write("(SELECT CASE WHEN count(*)>0 THEN json_group_array(m.value) END FROM json_each(", text, ") m WHERE m.value IN (")
	if err := c.ids(a.q.Members[at].Where, other); err != nil {
		return 0, err
	}
	c.write("))")
	return cols.add(c.sql.String(), k, c.args), nil
}

// columns finds the columns of the groups and measures.
func (a *aggregate) columns(l *layout, sc *scope) (*columns, error) {
	cols := &columns{}
	for _, g := range a.q.Groups {
		at, err := a.column(l, sc, cols, g.Field)
		if err != nil {
			return nil, err
		}
		a.groups = append(a.groups, at)
	}
	for _, m := range a.q.Measures {
		if m.Fn == query.Count {
			a.vals = append(a.vals, -1)
			continue
		}
		at, err := a.column(l, sc, cols, m.Field)
		if err != nil {
			return nil, err
		}
		a.vals = append(a.vals, at)
	}
	return cols, nil
}

var sqlFigures = map[query.AggFn]string{query.CountFilled: "count(", query.CountDistinct: "count(DISTINCT ", query.Sum: "sum(", query.Avg: "avg(", query.Min: "min(", query.Max: "max("}

// totals writes the figures over all records: those SQLite adds up by itself.
func (a *aggregate) totals(cols *columns) (sql string, args []any) {
	out := make([]string, len(a.vals))
	for i, c := range a.vals {
		if out[i] = "count(*)"; c >= 0 {
			out[i] = sqlFigures[a.q.Measures[i].Fn] + cols.texts[c] + ")"
			args = append(args, cols.args[c]...)
		}
	}
	return strings.Join(out, ","), args
}

// total reads the one row that totals gives.
func (a *aggregate) total(s *zs.Stmt) query.AggRow { return query.AggRow{Vals: a.figures(s, 0)} }

// figures reads the measures, which begin at a column.
func (a *aggregate) figures(s *zs.Stmt, from int) []schema.Value {
	vals := make([]schema.Value, len(a.vals))
	for i, c := range a.vals {
		k := schema.KindInt
		switch a.q.Measures[i].Fn {
		case query.Sum, query.Min, query.Max:
			k = a.kinds[c]
		case query.Avg:
			k = schema.KindFloat
		}
		vals[i] = column(s, from+i, k)
	}
	return vals
}
