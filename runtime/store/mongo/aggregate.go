package mongo

import (
	"context"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/runtime/store"
	"tongban/runtime/store/tally"
	"tongban/schema"
	"tongban/schema/query"
)

// aggregate adds up in memory while the records stream by, so that sums are
// exact and days begin where Go says, whatever server there is.
type aggregate struct {
	*tally.Tally
	q        *query.AggQuery
	groups   []target // parallel to q.Groups
	measures []target // parallel to q.Measures; empty for Count
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
	members, err := r.members(ctx, c, q.Members)
	if err != nil {
		return nil, err
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
		members.narrow(w)
		return a.Add(aggRow{a, w})
	})
	if err != nil {
		return nil, err
	}
	return a.Rows()
}

// members are, by the name of a set, those of its ids that count.
type members map[string]map[int64]bool

func (r *reader) members(ctx context.Context, c *compiler, list []query.Members) (members, error) {
	out := make(members, len(list))
	for _, m := range list {
		t, err := c.target(m.Field)
		if err != nil {
			return nil, err
		}
		if t.kind != schema.KindSet {
			return nil, fmt.Errorf("field %d is no link: %w", m.Field, store.ErrBadQuery)
		}
		in := map[int64]bool{}
		other, err := r.other(ctx, m.Entity)
		if err != nil {
			return nil, err
		}
		if other != nil {
			ids, err := r.idsOf(ctx, other, m.Where)
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				in[id] = true
			}
		}
		out[nameOf(t.field.ID, t.field.Kind)] = in
	}
	return out, nil
}

// narrow takes the other members out of a row.
func (m members) narrow(w *row) {
	for name, in := range m {
		set, ok := w.values[name].([]int64)
		if !ok {
			continue
		}
		if set = slices.DeleteFunc(set, func(id int64) bool { return !in[id] }); len(set) == 0 {
			delete(w.values, name)
			continue
		}
		w.values[name] = set
	}
}

// aggRow is one record for the tally.
type aggRow struct {
	a *aggregate
	w *row
}

func (r aggRow) Key(i int) schema.Value { return r.a.groups[i].of(r.w) }

func (r aggRow) IntKey(i int) (int64, bool) {
	v, ok := r.Key(i).(int64)
	return v, ok
}

func (r aggRow) SetKey(i int, dst []int64) ([]int64, bool) {
	set, ok := r.Key(i).([]int64)
	return append(dst, set...), ok
}

func (r aggRow) Int(i int) int64 {
	v, _ := r.Measure(i).(int64)
	return v
}

func (r aggRow) Float(i int) float64 {
	v, _ := r.Measure(i).(float64)
	return v
}

func (r aggRow) Filled(i int) bool { return r.a.measures[i].of(r.w) != nil }

func (r aggRow) Measure(i int) schema.Value { return r.a.measures[i].of(r.w) }

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
	a.AddCount(n)
	rows, err := a.Rows()
	return rows, true, err
}

// aggregate checks a query against the shape.
func (c *compiler) aggregate(q *query.AggQuery) (*aggregate, error) {
	kindOf := func(f schema.FieldID) (schema.Kind, error) {
		t, err := c.target(f)
		if f == schema.SysCreatedAt || f == schema.SysUpdatedAt {
			return schema.KindTime, err
		}
		return t.kind, err
	}
	t, err := tally.New(c.shape, q, kindOf)
	if err != nil {
		return nil, err
	}
	a := &aggregate{Tally: t, q: q, measures: make([]target, len(q.Measures))}
	for _, g := range q.Groups {
		to, err := c.target(g.Field)
		if err != nil {
			return nil, err
		}
		a.groups = append(a.groups, to)
	}
	for i, m := range q.Measures {
		if m.Fn == query.Count {
			continue
		}
		if a.measures[i], err = c.target(m.Field); err != nil {
			return nil, err
		}
	}
	return a, nil
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
