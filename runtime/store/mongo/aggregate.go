package mongo

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

const (
	maxGroupKeys = 3
	maxAggRows   = 1000
	maxGroups    = 1_000_000 // that are held in memory
)

// aggregate adds up in memory while the records stream by, so that sums are
// exact and days begin where Go says, whatever server there is.
type aggregate struct {
	q        *query.AggQuery
	groups   []target // parallel to q.Groups
	measures []target // parallel to q.Measures; empty for Count
	out      map[string]*group
	buf      []byte
}

type group struct {
	keys, order []schema.Value
	figures     []figure
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

// Aggregate gives figures over groups.
func (r *reader) Aggregate(ctx context.Context, s *store.Shape, q *query.AggQuery) (rows []query.AggRow, err error) {
	err = r.limited(ctx, q.MaxTime, func(ctx context.Context) error {
		rows, err = r.aggregate(ctx, s, q)
		return err
	})
	return rows, err
}

func (r *reader) aggregate(ctx context.Context, s *store.Shape, q *query.AggQuery) ([]query.AggRow, error) {
	c, err := r.compilerFor(ctx, s, false)
	if err != nil {
		return nil, err
	}
	a, err := c.aggregate(q)
	if err != nil {
		return nil, err
	}
	where, err := r.resolve(ctx, q.Where)
	if err != nil {
		return nil, err
	}
	filter, err := r.filter(ctx, c, where)
	if err != nil {
		return nil, err
	}
	if len(a.groups) == 0 {
		a.group(nil)
	}
	if n, ok, err := r.countOnly(ctx, a, filter); ok || err != nil {
		return n, err
	}
	cur, err := r.e.rows.Find(r.within(ctx), filter, options.Find().SetProjection(a.projection()).SetBatchSize(5000))
	if err != nil {
		return nil, fmt.Errorf("mongo: aggregate: %w", err)
	}
	err = eachDoc(r.within(ctx), cur, func(raw bson.Raw) error {
		w, err := decodeRow(raw)
		if err != nil {
			return err
		}
		return a.add(w)
	})
	if err != nil {
		return nil, err
	}
	return a.rows()
}

// countOnly lets the server count where nothing else is asked for.
func (r *reader) countOnly(ctx context.Context, a *aggregate, filter bson.D) ([]query.AggRow, bool, error) {
	other := func(m query.Measure) bool { return m.Fn != query.Count }
	if len(a.groups) > 0 || slices.ContainsFunc(a.q.Measures, other) {
		return nil, false, nil
	}
	n, err := r.countMatching(ctx, filter, 0)
	if err != nil {
		return nil, true, err
	}
	for i := range a.q.Measures {
		a.group(nil).figures[i].n = n
	}
	rows, err := a.rows()
	return rows, true, err
}

// aggregate checks a query against the shape.
func (c *compiler) aggregate(q *query.AggQuery) (*aggregate, error) {
	if len(q.Groups) > maxGroupKeys || len(q.Measures) == 0 || q.Limit < 0 || q.Limit > maxAggRows {
		return nil, badQuery("%d groups, %d measures, limit %d", len(q.Groups), len(q.Measures), q.Limit)
	}
	a := &aggregate{q: q, measures: make([]target, len(q.Measures)), out: map[string]*group{}}
	for _, g := range q.Groups {
		t, err := c.target(g.Field)
		if err != nil {
			return nil, err
		}
		isTime := t.kind == schema.KindTime || g.Field == schema.SysCreatedAt || g.Field == schema.SysUpdatedAt
		if t.kind == schema.KindJSON || g.Bucket != query.NoBucket && !isTime || g.Bucket > query.Year {
			return nil, badQuery("field %d cannot be grouped so", g.Field)
		}
		a.groups = append(a.groups, t)
	}
	for i, m := range q.Measures {
		if m.Fn == query.Count {
			continue
		}
		t, err := c.target(m.Field)
		if err != nil {
			return nil, err
		}
		if !measurable(m.Fn, t.kind) {
			return nil, badQuery("figure %d of field %d", m.Fn, m.Field)
		}
		a.measures[i] = t
	}
	return a, nil
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

func (a *aggregate) projection() bson.D {
	d := bson.D{{Key: "_id", Value: 0}, {Key: "r", Value: 1}}
	seen := map[string]bool{"": true, "r": true}
	for _, t := range slices.Concat(a.groups, a.measures) {
		if !seen[t.value] {
			seen[t.value] = true
			d = append(d, bson.E{Key: t.value, Value: 1})
		}
	}
	return d
}

// of returns the value of a target in a row.
func (t target) of(w *row) schema.Value {
	switch t.value {
	case "r":
		return int64(w.rec)
	case "v":
		return int64(w.version)
	case "ca":
		return w.createdAt
	case "ua":
		return w.updatedAt
	case "cb":
		return int64(w.createdBy)
	case "ub":
		return int64(w.updatedBy)
	}
	return w.values[nameOf(t.field.ID, t.field.Kind)]
}

// add takes a record in: into one group, or several where it is grouped by a set.
func (a *aggregate) add(w *row) error {
	var keys [maxGroupKeys]schema.Value
	return a.spread(w, keys[:0])
}

func (a *aggregate) spread(w *row, keys []schema.Value) error {
	i := len(keys)
	if i == len(a.groups) {
		g := a.group(keys)
		if g == nil {
			return badQuery("more than %d groups", maxGroups)
		}
		a.measure(g, w)
		return nil
	}
	switch v := a.groups[i].of(w).(type) {
	case []int64:
		for _, n := range v {
			if err := a.spread(w, append(keys, n)); err != nil {
				return err
			}
		}
		return nil
	case int64:
		if by := a.q.Groups[i]; by.Bucket != query.NoBucket {
			v = query.BucketOf(v, by.Bucket, by.Zone, a.q.WeekStart)
		}
		return a.spread(w, append(keys, v))
	default:
		return a.spread(w, append(keys, v))
	}
}

// group finds or makes a group; nil where there are too many.
func (a *aggregate) group(keys []schema.Value) *group {
	a.buf = a.buf[:0]
	for _, k := range keys {
		a.buf = fmt.Appendf(a.buf, "%T%q\x00", k, fmt.Sprint(same(k)))
	}
	g := a.out[string(a.buf)]
	if g != nil || len(a.out) >= maxGroups {
		return g
	}
	g = &group{keys: slices.Clone(keys), order: slices.Clone(keys), figures: make([]figure, len(a.measures))}
	for i, t := range a.groups {
		if t.field != nil {
			g.order[i] = orderKey(t.field, keys[i])
		}
	}
	a.out[string(a.buf)] = g
	return g
}

// same makes one value of the two zeros.
func same(v schema.Value) schema.Value {
	if f, ok := v.(float64); ok && f == 0 {
		return 0.0
	}
	return v
}

func (a *aggregate) measure(g *group, w *row) {
	for i := range a.measures {
		f := &g.figures[i]
		if a.measures[i].value == "" {
			f.n++
			continue
		}
		v := a.measures[i].of(w)
		if v == nil {
			continue
		}
		f.n++
		f.take(a.q.Measures[i].Fn, v)
	}
}

func (f *figure) take(fn query.AggFn, v schema.Value) {
	switch fn {
	case query.CountDistinct:
		if f.seen == nil {
			f.seen = map[schema.Value]struct{}{}
		}
		f.seen[same(v)] = struct{}{}
	case query.Sum, query.Avg:
		switch v := v.(type) {
		case int64:
			sum := f.sum + v
			f.overflow = f.overflow || (sum > f.sum) != (v > 0) && v != 0
			f.sum = sum
			f.float += float64(v)
		case float64:
			f.float += v
		}
	case query.Min, query.Max:
		c := query.CompareValues(v, f.best)
		if f.best == nil || fn == query.Min && c < 0 || fn == query.Max && c > 0 {
			f.best = v
		}
	}
}

// result ends a measure.
func (f *figure) result(fn query.AggFn, k schema.Kind) (schema.Value, error) {
	switch fn {
	case query.Count, query.CountFilled:
		return f.n, nil
	case query.CountDistinct:
		return int64(len(f.seen)), nil
	case query.Min, query.Max:
		return f.best, nil
	}
	switch {
	case f.n == 0:
		return nil, nil
	case fn == query.Avg && k == schema.KindInt && !f.overflow:
		return float64(f.sum) / float64(f.n), nil
	case fn == query.Avg:
		return f.float / float64(f.n), nil
	case k == schema.KindInt && !f.overflow:
		return f.sum, nil
	case k == schema.KindInt || math.IsInf(f.float, 0):
		return nil, badQuery("a sum is too large")
	}
	return f.float, nil
}

// rows puts the groups into order and ends their measures.
func (a *aggregate) rows() ([]query.AggRow, error) {
	groups := make([]*group, 0, len(a.out))
	for _, g := range a.out {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, a.compare)
	groups = groups[:min(cmp.Or(a.q.Limit, maxAggRows), len(groups))]
	out := make([]query.AggRow, len(groups))
	for i, g := range groups {
		out[i] = query.AggRow{Keys: g.keys, Vals: make([]schema.Value, len(g.figures))}
		for j := range g.figures {
			v, err := g.figures[j].result(a.q.Measures[j].Fn, a.measures[j].kind)
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
		c := cmp.Or(query.CompareValues(x.order[i], y.order[i]), query.CompareValues(x.keys[i], y.keys[i]))
		if by.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}
