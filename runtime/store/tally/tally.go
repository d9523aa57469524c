// Package tally adds records up into groups while they stream by: the one
// meaning of sums, buckets and orders of groups for both engines. It knows no
// storage; an engine hands it rows.
package tally

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// The limits of one question.
const (
	MaxKeys   = 3
	MaxRows   = 1000
	maxGroups = 1_000_000 // that are held in memory
)

// Row is what an engine reads of one record. i counts the query's groups or
// measures. What is asked of it does not outlive the next record.
type Row interface {
	Key(i int) schema.Value
	// IntKey is the key of a group by whole numbers, times or choices; false: empty.
	IntKey(i int) (int64, bool)
	// SetKey is the key of a group by a set, into dst; false: empty.
	SetKey(i int, dst []int64) ([]int64, bool)
	// Filled says whether a measure's field holds something, for which it need not be decoded.
	Filled(i int) bool
	// Int and Float are measures of the two kinds of number; Measure is any.
	Int(i int) int64
	Float(i int) float64
	Measure(i int) schema.Value
}

// Tally is a question under way. It is not safe for concurrent use.
type Tally struct {
	q       *query.AggQuery
	kinds   []schema.Kind   // of the measures; 0 for Count
	sortBy  []store.SortKey // of the groups
	groups  map[string]*group
	scratch []byte

	// A question grouped by one field of whole numbers finds its groups faster.
	keyKind schema.Kind // of the only group; 0: there are others
	byInt   map[int64]*group
	empty   *group
	members []int64
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
	seen     map[schema.Value]struct{}
}

// New checks a query against the kinds of its fields, and begins. The error is
// a store.ErrBadQuery, or what kindOf answers.
func New(s *store.Shape, q *query.AggQuery, kindOf func(schema.FieldID) (schema.Kind, error)) (*Tally, error) {
	if len(q.Groups) > MaxKeys || len(q.Measures) == 0 || q.Limit < 0 || q.Limit > MaxRows+1 || q.Skip < 0 || q.After != nil && len(q.After) != len(q.Groups) {
		return nil, bad("%d groups, %d measures, limit %d", len(q.Groups), len(q.Measures), q.Limit)
	}
	t := &Tally{q: q, kinds: make([]schema.Kind, len(q.Measures)), sortBy: make([]store.SortKey, len(q.Groups)), groups: map[string]*group{}}
	for i, g := range q.Groups {
		k, err := kindOf(g.Field)
		if err != nil {
			return nil, err
		}
		if k == schema.KindJSON || g.Bucket != query.NoBucket && k != schema.KindTime || g.Bucket > query.Year {
			return nil, bad("field %d cannot be grouped so", g.Field)
		}
		if f := s.Field(g.Field); f != nil && k == schema.KindText {
			t.sortBy[i] = f.SortKey
		}
		if len(q.Groups) == 1 && numbered(k) {
			t.keyKind, t.byInt = k, map[int64]*group{}
		}
	}
	if err := t.measures(kindOf); err != nil {
		return nil, err
	}
	if len(q.Groups) == 0 {
		t.group(nil) // there is one row even over nothing
	}
	return t, nil
}

// measures checks what is asked of the fields.
func (t *Tally) measures(kindOf func(schema.FieldID) (schema.Kind, error)) error {
	for i, m := range t.q.Measures {
		if m.Fn == query.Count {
			continue
		}
		k, err := kindOf(m.Field)
		if err != nil {
			return err
		}
		if !measurable(m.Fn, k) {
			return bad("figure %d of field %d", m.Fn, m.Field)
		}
		t.kinds[i] = k
	}
	return nil
}

func bad(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), store.ErrBadQuery)
}

// ErrSum is what a sum past the range of its kind answers.
var ErrSum = fmt.Errorf("a sum is too large: %w", store.ErrBadQuery)

var errGroups = bad("more than %d groups", maxGroups)

// numbered says of what kinds a key is a whole number, or several.
func numbered(k schema.Kind) bool {
	return k == schema.KindInt || k == schema.KindTime || k == schema.KindOption || k == schema.KindSet
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

// Add takes a record in: into one group, or into several where it is grouped by a set.
func (t *Tally) Add(r Row) error {
	if t.keyKind == schema.KindSet {
		return t.addSet(r)
	}
	if t.keyKind == 0 {
		var keys [MaxKeys]schema.Value
		return t.spread(r, keys[:0])
	}
	v, filled := r.IntKey(0)
	if !filled {
		return t.addEmpty(r)
	}
	if by := &t.q.Groups[0]; by.Bucket != query.NoBucket {
		v = query.BucketOf(v, by.Bucket, by.Zone, t.q.WeekStart)
	}
	return t.addInt(r, v)
}

func (t *Tally) addSet(r Row) error {
	var filled bool
	if t.members, filled = r.SetKey(0, t.members[:0]); !filled {
		return t.addEmpty(r)
	}
	for _, v := range t.members {
		if err := t.addInt(r, v); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tally) addInt(r Row, v int64) error {
	g := t.byInt[v]
	if g == nil {
		if g = t.group([]schema.Value{v}); g == nil {
			return errGroups
		}
		t.byInt[v] = g
	}
	t.measure(g, r)
	return nil
}

func (t *Tally) addEmpty(r Row) error {
	if t.empty == nil {
		if t.empty = t.group([]schema.Value{nil}); t.empty == nil {
			return errGroups
		}
	}
	t.measure(t.empty, r)
	return nil
}

func (t *Tally) spread(r Row, keys []schema.Value) error {
	i := len(keys)
	if i == len(t.q.Groups) {
		g := t.group(keys)
		if g == nil {
			return errGroups
		}
		t.measure(g, r)
		return nil
	}
	switch v := r.Key(i).(type) {
	case []int64:
		for _, n := range v {
			if err := t.spread(r, append(keys, n)); err != nil {
				return err
			}
		}
		return nil
	case int64:
		if by := t.q.Groups[i]; by.Bucket != query.NoBucket {
			v = query.BucketOf(v, by.Bucket, by.Zone, t.q.WeekStart)
		}
		return t.spread(r, append(keys, v))
	default:
		return t.spread(r, append(keys, v))
	}
}

// group finds or makes a group; nil where there are too many.
func (t *Tally) group(keys []schema.Value) *group {
	t.scratch = t.scratch[:0]
	for _, k := range keys {
		t.scratch = appendKey(t.scratch, k)
	}
	g := t.groups[string(t.scratch)]
	if g != nil || len(t.groups) >= maxGroups {
		return g
	}
	g = &group{keys: slices.Clone(keys), order: t.orderOf(keys), figures: make([]figure, len(t.kinds))}
	t.groups[string(t.scratch)] = g
	return g
}

// appendKey writes a value so that equal values, and no others, are the same bytes.
func appendKey(dst []byte, v schema.Value) []byte {
	switch v := v.(type) {
	case string:
		dst = binary.AppendUvarint(append(dst, 's'), uint64(len(v)))
		return append(dst, v...)
	case int64:
		return binary.AppendVarint(append(dst, 'i'), v)
	case float64:
		return binary.BigEndian.AppendUint64(append(dst, 'f'), math.Float64bits(v+0)) // +0 makes one of the two zeros
	case bool:
		if v {
			return append(dst, 't')
		}
		return append(dst, 'n')
	}
	return append(dst, '-')
}

func (t *Tally) measure(g *group, r Row) {
	for i := range t.kinds {
		f := &g.figures[i]
		fn := t.q.Measures[i].Fn
		if fn == query.Count {
			f.n++
			continue
		}
		if !r.Filled(i) {
			continue
		}
		f.n++
		switch {
		case fn == query.CountFilled:
		case fn == query.CountDistinct:
			if f.seen == nil {
				f.seen = map[schema.Value]struct{}{}
			}
			f.seen[r.Measure(i)] = struct{}{}
		case t.kinds[i] == schema.KindFloat:
			f.takeFloat(fn, r.Float(i))
		default:
			f.takeInt(fn, r.Int(i))
		}
	}
}

// AddCount adds records that have been counted elsewhere to a question that
// groups by nothing and asks for counts of records alone.
func (t *Tally) AddCount(n int64) {
	g := t.group(nil)
	for i := range g.figures {
		g.figures[i].n += n
	}
}

// takeInt adds up; where whole numbers overflow, only the float goes on. sum and
// float are the best so far, where the best is asked for.
func (f *figure) takeInt(fn query.AggFn, v int64) {
	switch fn {
	case query.Min, query.Max:
		if f.n == 1 || fn == query.Min && v < f.sum || fn == query.Max && v > f.sum {
			f.sum = v
		}
	default:
		f.float += float64(v)
		sum := f.sum + v
		f.overflow = f.overflow || (v > 0) != (sum > f.sum) && v != 0
		f.sum = sum
	}
}

func (f *figure) takeFloat(fn query.AggFn, v float64) {
	switch fn {
	case query.Min, query.Max:
		if f.n == 1 || fn == query.Min && v < f.float || fn == query.Max && v > f.float {
			f.float = v
		}
	default:
		f.float += v
	}
}

// most is the smallest or the largest.
func (f *figure) most(k schema.Kind) schema.Value {
	switch {
	case f.n == 0:
		return nil
	case k == schema.KindFloat:
		return f.float
	}
	return f.sum
}

// result ends a measure.
func (f *figure) result(fn query.AggFn, k schema.Kind) (schema.Value, error) {
	switch fn {
	case query.Count, query.CountFilled:
		return f.n, nil
	case query.CountDistinct:
		return int64(len(f.seen)), nil
	case query.Min, query.Max:
		return f.most(k), nil
	}
	switch {
	case f.n == 0:
		return nil, nil //nolint:nilnil // nil is the value of nothing
	case fn == query.Avg && k == schema.KindInt && !f.overflow:
		return float64(f.sum) / float64(f.n), nil
	case fn == query.Avg:
		return f.float / float64(f.n), nil
	case k == schema.KindInt && !f.overflow:
		return f.sum, nil
	case k == schema.KindInt || math.IsInf(f.float, 0):
		return nil, ErrSum
	}
	return f.float, nil
}

// Rows puts the groups into order and ends their measures.
func (t *Tally) Rows() ([]query.AggRow, error) {
	groups := make([]*group, 0, len(t.groups))
	for _, g := range t.groups {
		groups = append(groups, g)
	}
	groups = t.page(groups)
	out := make([]query.AggRow, len(groups))
	for i, g := range groups {
		out[i] = query.AggRow{Keys: g.keys, Vals: make([]schema.Value, len(g.figures))}
		for j := range g.figures {
			v, err := g.figures[j].result(t.q.Measures[j].Fn, t.kinds[j])
			if err != nil {
				return nil, err
			}
			out[i].Vals[j] = v
		}
	}
	return out, nil
}

// Page puts rows that have been grouped elsewhere into order, and cuts out
// those that were asked for.
func (t *Tally) Page(rows []query.AggRow) []query.AggRow {
	groups, at := make([]*group, len(rows)), make(map[*group]int, len(rows))
	for i := range rows {
		groups[i] = &group{keys: rows[i].Keys, order: t.orderOf(rows[i].Keys)}
		at[groups[i]] = i
	}
	groups = t.page(groups)
	out := make([]query.AggRow, len(groups))
	for i, g := range groups {
		out[i] = rows[at[g]]
	}
	return out
}

// page puts groups into order and cuts out those that were asked for.
func (t *Tally) page(groups []*group) []*group {
	if t.q.After != nil {
		after := &group{keys: t.q.After, order: t.orderOf(t.q.After)}
		groups = slices.DeleteFunc(groups, func(g *group) bool { return t.compare(g, after) <= 0 })
	}
	slices.SortFunc(groups, t.compare)
	groups = groups[min(t.q.Skip, len(groups)):]
	return groups[:min(cmp.Or(t.q.Limit, MaxRows), len(groups))]
}

// orderOf returns what keys are ordered by.
func (t *Tally) orderOf(keys []schema.Value) []schema.Value {
	order := slices.Clone(keys)
	for i, k := range keys {
		if text, ok := k.(string); ok {
			order[i] = t.sortBy[i].Of(text)
		}
	}
	return order
}

func (t *Tally) compare(x, y *group) int {
	for i, by := range t.q.Groups {
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
