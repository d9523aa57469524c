package sqlite

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

const (
	maxGroupKeys = 3
	maxAggRows   = 1000
	maxGroups    = 1_000_000 // that are held in memory
)

// aggregate is a compiled AggQuery: the columns it reads and what it makes of them.
type aggregate struct {
	q      *query.AggQuery
	st     statement
	kinds  []schema.Kind // of the columns
	groups []int         // columns
	vals   []int         // columns of the measures, -1 for Count
	keys   []store.SortKey
	out    map[string]*group
	buf    []byte
}

type group struct {
	keys []schema.Value
	sort []schema.Value
	vals []figure
}

// figure is a measure under way.
type figure struct {
	n        int64
	sum      int64
	overflow bool
	float    float64
	best     schema.Value
	seen     map[schema.Value]struct{}
}

// Aggregate implements store.Reader. It adds up in memory while the rows
// stream by: SQLite would sort them first.
func (r *reader) Aggregate(ctx context.Context, s *store.Shape, q *query.AggQuery) ([]query.AggRow, error) {
	a, err := compileAgg(r.layout, s, q)
	if err != nil {
		return nil, err
	}
	if len(a.groups) == 0 {
		a.group(nil) // there is one row even over nothing
	}
	if r.c == nil || a.st.sql == "" {
		return a.rows()
	}
	if len(a.groups) == 0 {
		return r.totals(ctx, a)
	}
	err = r.c.limited(ctx, timeOf(q.MaxTime), func() error {
		return r.c.rows(a.st.sql, a.st.args, a.add)
	})
	if err != nil {
		return nil, err
	}
	return a.rows()
}

func (r *reader) totals(ctx context.Context, a *aggregate) (rows []query.AggRow, err error) {
	err = r.c.limited(ctx, timeOf(a.q.MaxTime), func() error {
		return r.c.rows(a.st.sql, a.st.args, func(s *zs.Stmt) error {
			rows = append(rows, a.total(s))
			return nil
		})
	})
	if err != nil && strings.Contains(err.Error(), "integer overflow") {
		return nil, badQuery("a sum is too large")
	}
	for _, row := range rows {
		for _, v := range row.Vals {
			if f, ok := v.(float64); ok && math.IsInf(f, 0) {
				return nil, badQuery("a sum is too large")
			}
		}
	}
	return rows, err
}

func compileAgg(l *layout, s *store.Shape, q *query.AggQuery) (*aggregate, error) {
	if len(q.Groups) > maxGroupKeys || len(q.Measures) == 0 || q.Limit < 0 || q.Limit > maxAggRows {
		return nil, badQuery("%d groups, %d measures, limit %d", len(q.Groups), len(q.Measures), q.Limit)
	}
	sc := l.scopeOf(s, false)
	src, err := l.source(sc, q.Where, true)
	if err != nil {
		return nil, err
	}
	a := &aggregate{q: q, out: map[string]*group{}}
	var cols columns
	for _, g := range q.Groups {
		if err := a.groupBy(sc, g, &cols); err != nil {
			return nil, err
		}
	}
	for _, m := range q.Measures {
		if err := a.figure(sc, m, &cols); err != nil {
			return nil, err
		}
	}
	a.kinds = cols.kinds
	if sc.t == nil {
		return a, nil
	}
	what := strings.Join(cols.texts, ",")
	switch {
	case len(q.Groups) == 0:
		what = a.totals(&cols)
	case what == "":
		what = "1"
	}
	a.st = statement{"SELECT " + what + " FROM " + src.from + " WHERE " + src.where.sql, src.where.args}
	return a, nil
}

// columns are those that an aggregate reads, each once.
type columns struct {
	texts []string
	kinds []schema.Kind
}

func (c *columns) add(text string, k schema.Kind) int {
	if i := slices.Index(c.texts, text); i >= 0 && text != "NULL" {
		return i
	}
	c.texts, c.kinds = append(c.texts, text), append(c.kinds, k)
	return len(c.texts) - 1
}

func (a *aggregate) groupBy(sc *scope, g query.GroupBy, cols *columns) error {
	text, k, err := sc.field(g.Field)
	if err != nil {
		return err
	}
	if k == schema.KindJSON || g.Bucket != query.NoBucket && k != schema.KindTime || g.Bucket > query.Year {
		return badQuery("field %d cannot be grouped so", g.Field)
	}
	a.groups = append(a.groups, cols.add(text, k))
	key := store.SortRaw
	if k == schema.KindText {
		key = sc.shape.Field(g.Field).SortKey
	}
	a.keys = append(a.keys, key)
	return nil
}

func (a *aggregate) figure(sc *scope, m query.Measure, cols *columns) error {
	if m.Fn == query.Count {
		a.vals = append(a.vals, -1)
		return nil
	}
	text, k, err := sc.field(m.Field)
	if err != nil {
		return err
	}
	if !measurable(m.Fn, k) {
		return badQuery("figure %d of field %d", m.Fn, m.Field)
	}
	a.vals = append(a.vals, cols.add(text, k))
	return nil
}

// totals writes the figures over all records: those SQLite adds up by itself.
func (a *aggregate) totals(cols *columns) string {
	figures := map[query.AggFn]string{query.CountFilled: "count(", query.CountDistinct: "count(DISTINCT ", query.Sum: "sum(", query.Avg: "avg(", query.Min: "min(", query.Max: "max("}
	out := make([]string, len(a.vals))
	for i, c := range a.vals {
		if out[i] = "count(*)"; c >= 0 {
			out[i] = figures[a.q.Measures[i].Fn] + cols.texts[c] + ")"
		}
	}
	return strings.Join(out, ",")
}

// total reads the one row that totals gives.
func (a *aggregate) total(s *zs.Stmt) query.AggRow {
	row := query.AggRow{Vals: make([]schema.Value, len(a.vals))}
	for i, c := range a.vals {
		k := schema.KindInt
		switch a.q.Measures[i].Fn {
		case query.Sum, query.Min, query.Max:
			k = a.kinds[c]
		case query.Avg:
			k = schema.KindFloat
		}
		row.Vals[i] = column(s, i, k)
	}
	return row
}

func measurable(fn query.AggFn, k schema.Kind) bool {
	switch fn {
	case query.CountFilled:
		return true
	case query.CountDistinct:
		return k != schema.KindSet && k != schema.KindJSON
	case query.Sum, query.Avg:
		return k == schema.KindInt || k == schema.KindFloat
	case query.Min, query.Max:
		return k == schema.KindInt || k == schema.KindFloat || k == schema.KindTime
	}
	return false
}

// add takes a row in: into one group, or into several where it is grouped by a set.
func (a *aggregate) add(s *zs.Stmt) error {
	var keys [maxGroupKeys]schema.Value
	return a.spread(s, keys[:0])
}

func (a *aggregate) spread(s *zs.Stmt, keys []schema.Value) error {
	i := len(keys)
	if i == len(a.groups) {
		g := a.group(keys)
		if g == nil {
			return badQuery("more than %d groups", maxGroups)
		}
		a.measure(g, s)
		return nil
	}
	v := column(s, a.groups[i], a.kinds[a.groups[i]])
	switch v := v.(type) {
	case []int64:
		for _, n := range v {
			if err := a.spread(s, append(keys, n)); err != nil {
				return err
			}
		}
		return nil
	case int64:
		if by := a.q.Groups[i]; by.Bucket != query.NoBucket {
			return a.spread(s, append(keys, query.BucketOf(v, by.Bucket, by.Zone, a.q.WeekStart)))
		}
	}
	return a.spread(s, append(keys, v))
}

// group finds or makes a group; nil where there are too many.
func (a *aggregate) group(keys []schema.Value) *group {
	a.buf = a.buf[:0]
	for i, k := range keys {
		a.buf = appendValue(a.buf, schema.FieldID(i), k)
	}
	g := a.out[string(a.buf)]
	if g != nil || len(a.out) >= maxGroups {
		return g
	}
	g = &group{keys: slices.Clone(keys), vals: make([]figure, len(a.vals))}
	a.out[string(a.buf)] = g
	return g
}

func (a *aggregate) measure(g *group, s *zs.Stmt) {
	for i, c := range a.vals {
		f := &g.vals[i]
		if c < 0 {
			f.n++
			continue
		}
		if s.ColumnType(c) == zs.TypeNull {
			continue
		}
		f.n++
		if a.q.Measures[i].Fn != query.CountFilled {
			f.take(a.q.Measures[i].Fn, column(s, c, a.kinds[c]))
		}
	}
}

func (f *figure) take(fn query.AggFn, v schema.Value) {
	switch fn {
	case query.CountDistinct:
		if f.seen == nil {
			f.seen = map[schema.Value]struct{}{}
		}
		f.seen[v] = struct{}{}
	case query.Sum, query.Avg:
		f.add(v)
	case query.Min, query.Max:
		c := query.CompareValues(v, f.best)
		if f.best == nil || fn == query.Min && c < 0 || fn == query.Max && c > 0 {
			f.best = v
		}
	}
}

// add adds up; where whole numbers overflow, only the float goes on.
func (f *figure) add(v schema.Value) {
	switch v := v.(type) {
	case int64:
		f.float += float64(v)
		sum := f.sum + v
		f.overflow = f.overflow || (v > 0) != (sum > f.sum) && v != 0
		f.sum = sum
	case float64:
		f.float += v
	}
}

// result ends a measure.
func (a *aggregate) result(i int, f *figure) (schema.Value, error) {
	switch a.q.Measures[i].Fn {
	case query.Count, query.CountFilled:
		return f.n, nil
	case query.CountDistinct:
		return int64(len(f.seen)), nil
	case query.Min, query.Max:
		return f.best, nil
	}
	if f.n == 0 {
		return nil, nil //nolint:nilnil // nil is the value of nothing
	}
	isInt := a.kinds[a.vals[i]] == schema.KindInt
	if a.q.Measures[i].Fn == query.Avg {
		if isInt && !f.overflow {
			return float64(f.sum) / float64(f.n), nil
		}
		return f.float / float64(f.n), nil
	}
	if isInt {
		if f.overflow {
			return nil, badQuery("a sum is too large")
		}
		return f.sum, nil
	}
	if math.IsInf(f.float, 0) {
		return nil, badQuery("a sum is too large")
	}
	return f.float, nil
}

// rows puts the groups into order and ends their measures.
func (a *aggregate) rows() ([]query.AggRow, error) {
	groups := make([]*group, 0, len(a.out))
	for _, g := range a.out {
		g.sort = slices.Clone(g.keys)
		for i, k := range g.keys {
			if text, ok := k.(string); ok {
				g.sort[i] = sortKey(a.keys[i], text)
			}
		}
		groups = append(groups, g)
	}
	slices.SortFunc(groups, a.compare)
	limit := a.q.Limit
	if limit == 0 {
		limit = maxAggRows
	}
	groups = groups[:min(limit, len(groups))]
	out := make([]query.AggRow, len(groups))
	for i, g := range groups {
		out[i] = query.AggRow{Keys: g.keys, Vals: make([]schema.Value, len(g.vals))}
		for j := range g.vals {
			v, err := a.result(j, &g.vals[j])
			if err != nil {
				return nil, err
			}
			out[i].Vals[j] = v
		}
	}
	return out, nil
}

func (a *aggregate) compare(x, y *group) int {
	for i, by := range a.q.Groups {
		c := cmp.Or(query.CompareValues(x.sort[i], y.sort[i]), query.CompareValues(x.keys[i], y.keys[i]))
		if by.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}
