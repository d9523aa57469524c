package storetest

import (
	"cmp"
	"math"
	"math/big"
	"slices"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
	"tongban/schema/textkey"
)

// model is a store in memory that follows the definitions and nothing else.
type model struct {
	shapes map[schema.EntityID]*store.Shape
	live   map[schema.EntityID]map[schema.RecordID]*schema.Record
	trash  map[schema.EntityID]map[schema.RecordID]*schema.Record
}

func newModel(shapes ...*store.Shape) *model {
	m := &model{shapes: map[schema.EntityID]*store.Shape{}, live: map[schema.EntityID]map[schema.RecordID]*schema.Record{}, trash: map[schema.EntityID]map[schema.RecordID]*schema.Record{}}
	for _, s := range shapes {
		m.shapes[s.Entity] = s
		m.live[s.Entity] = map[schema.RecordID]*schema.Record{}
		m.trash[s.Entity] = map[schema.RecordID]*schema.Record{}
	}
	return m
}

// lookup is the model seen from one entity.
type lookup struct {
	m *model
	e schema.EntityID
}

func (m *model) of(e schema.EntityID) *lookup { return &lookup{m, e} }

func (l *lookup) Of(e schema.EntityID) query.Lookup { return l.m.of(e) }

func (l *lookup) SortKey(f schema.FieldID, s string) string {
	fs := l.m.shapes[l.e].Field(f)
	switch {
	case fs == nil:
		return s
	case fs.SortKey == store.SortPinyin:
		return textkey.Pinyin(s)
	case fs.SortKey == store.SortNatural:
		return textkey.Natural(s)
	}
	return s
}

func (l *lookup) Searchable() []schema.FieldID {
	var out []schema.FieldID
	for _, f := range l.m.shapes[l.e].Fields {
		if f.Searchable {
			out = append(out, f.ID)
		}
	}
	return out
}

func (l *lookup) Record(e schema.EntityID, id schema.RecordID) *schema.Record { return l.m.live[e][id] }

func (l *lookup) LinkedFrom(e schema.EntityID, f schema.FieldID, id schema.RecordID) []*schema.Record {
	var out []*schema.Record
	for _, r := range l.m.live[e] {
		set, _ := r.Values[f].([]int64)
		if slices.Contains(set, int64(id)) {
			out = append(out, r)
		}
	}
	return out
}

// find returns all records that match, in order.
func (m *model) find(e schema.EntityID, q *query.Query) []*schema.Record {
	from, in := m.live[e], m.of(e)
	if q.Trash {
		from = m.trash[e]
	}
	var out []*schema.Record
	for _, r := range from {
		if query.Match(q.Where, r, in) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *schema.Record) int { return query.CompareRecords(q.Sort, a, b, in) })
	return out
}

// aggregate returns the groups in order; ok is false where a sum overflows.
func (m *model) aggregate(e schema.EntityID, q *query.AggQuery) (out []query.AggRow, ok bool) {
	in := m.of(e)
	groups := map[string]*modelGroup{}
	if len(q.Groups) == 0 {
		groups[""] = &modelGroup{}
	}
	for _, r := range m.find(e, &query.Query{Where: q.Where}) {
		for _, keys := range groupKeys(r, q, 0) {
			name := show(keys)
			if len(keys) == 0 {
				name = ""
			}
			if groups[name] == nil {
				groups[name] = &modelGroup{keys: keys}
			}
			groups[name].recs = append(groups[name].recs, r)
		}
	}
	list := make([]*modelGroup, 0, len(groups))
	for _, g := range groups {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b *modelGroup) int {
		for i, by := range q.Groups {
			x, y := a.keys[i], b.keys[i]
			c := query.CompareValues(orderKey(in, by.Field, x), orderKey(in, by.Field, y))
			if c = cmp.Or(c, query.CompareValues(x, y)); c != 0 {
				if by.Desc {
					return -c
				}
				return c
			}
		}
		return 0
	})
	limit := q.Limit
	if limit == 0 {
		limit = 1000
	}
	for _, g := range list[:min(limit, len(list))] {
		row := query.AggRow{Keys: g.keys}
		for _, f := range q.Measures {
			v, fine := g.measure(f)
			if !fine {
				return nil, false
			}
			row.Vals = append(row.Vals, v)
		}
		out = append(out, row)
	}
	return out, true
}

func orderKey(in query.Lookup, f schema.FieldID, v schema.Value) schema.Value {
	if s, ok := v.(string); ok {
		return in.SortKey(f, s)
	}
	return v
}

type modelGroup struct {
	keys []schema.Value
	recs []*schema.Record
}

// groupKeys returns the key lists of the groups that a record belongs to.
func groupKeys(r *schema.Record, q *query.AggQuery, i int) [][]schema.Value {
	if i == len(q.Groups) {
		return [][]schema.Value{nil}
	}
	by := q.Groups[i]
	own := []schema.Value{r.Get(by.Field)}
	if set, ok := own[0].([]int64); ok {
		own = nil
		for _, n := range set {
			own = append(own, n)
		}
	}
	var out [][]schema.Value
	for _, v := range own {
		if ms, ok := v.(int64); ok && by.Bucket != query.NoBucket {
			v = bucket(ms, by, q.WeekStart)
		}
		for _, rest := range groupKeys(r, q, i+1) {
			out = append(out, append([]schema.Value{v}, rest...))
		}
	}
	return out
}

// bucket walks back day by day until one begins the bucket.
func bucket(ms int64, by query.GroupBy, weekStart time.Weekday) int64 {
	zone := by.Zone
	if zone == nil {
		zone = time.UTC
	}
	y, mo, d := time.UnixMilli(ms).In(zone).Date()
	day := time.Date(y, mo, d, 0, 0, 0, 0, time.UTC)
	for !begins(day, by.Bucket, weekStart) {
		day = day.AddDate(0, 0, -1)
	}
	return day.UnixMilli()
}

func begins(day time.Time, b query.Bucket, weekStart time.Weekday) bool {
	switch b {
	case query.Week:
		return day.Weekday() == weekStart
	case query.Month:
		return day.Day() == 1
	case query.Quarter:
		return day.Day() == 1 && (day.Month()-1)%3 == 0
	case query.Year:
		return day.Day() == 1 && day.Month() == time.January
	}
	return true
}

func (g *modelGroup) measure(m query.Measure) (v schema.Value, ok bool) {
	if m.Fn == query.Count {
		return int64(len(g.recs)), true
	}
	var vals []schema.Value
	for _, r := range g.recs {
		if v := r.Get(m.Field); v != nil {
			vals = append(vals, v)
		}
	}
	switch m.Fn {
	case query.CountFilled:
		return int64(len(vals)), true
	case query.CountDistinct:
		distinct := map[schema.Value]bool{}
		for _, v := range vals {
			distinct[v] = true
		}
		return int64(len(distinct)), true
	}
	if len(vals) == 0 {
		return nil, true
	}
	switch m.Fn {
	case query.Min:
		return slices.MinFunc(vals, query.CompareValues), true
	case query.Max:
		return slices.MaxFunc(vals, query.CompareValues), true
	}
	return total(vals, m.Fn)
}

func total(vals []schema.Value, fn query.AggFn) (schema.Value, bool) {
	ints, float := new(big.Int), 0.0
	isInt := false
	for _, v := range vals {
		switch v := v.(type) {
		case int64:
			isInt = true
			ints.Add(ints, big.NewInt(v))
		case float64:
			float += v
		}
	}
	if isInt {
		float, _ = new(big.Float).SetInt(ints).Float64()
	}
	if fn == query.Avg {
		return float / float64(len(vals)), true
	}
	if isInt {
		return ints.Int64(), ints.IsInt64()
	}
	return float, !math.IsInf(float, 0)
}

// sameValue compares results: floats may differ by how they were added up.
func sameValue(a, b schema.Value) bool {
	x, isFloat := a.(float64)
	y, both := b.(float64)
	if isFloat && both {
		return x == y || math.Abs(x-y) <= 1e-9*math.Max(math.Abs(x), math.Abs(y))
	}
	return show(a) == show(b)
}
