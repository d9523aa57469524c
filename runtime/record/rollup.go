package record

import (
	"fmt"
	"slices"
	"strings"

	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/formula"
	"tongban/schema/query"
)

// fromLinked computes a lookup, rollup or count.
func (ev *evaluator) fromLinked(c *catalog.Computed, rec *schema.Record) (schema.Value, formula.ErrCode, error) {
	var ids []schema.RecordID
	if c.Link.Options.Derived {
		var err error
		if ids, err = ev.linkedIDs(c.Link, rec.ID, maxLoaded+1); err != nil {
			return nil, "", err
		}
		if len(ids) > maxLoaded {
			return ev.fromMany(c, rec)
		}
	} else {
		ids = appendIDs(nil, setOf(rec.Values[c.Link.ID]))
	}
	recs := ev.records(c.Link.Options.Entity, ids)
	if x := ev.condition(c); x != nil {
		in := ev.lookup(c.Link.Options.Entity)
		recs = slices.DeleteFunc(slices.Clone(recs), func(r *schema.Record) bool { return !query.Match(x, r, in) })
	}
	return ev.condense(c, recs)
}

// condense makes the value of linked records that are at hand.
func (ev *evaluator) condense(c *catalog.Computed, recs []*schema.Record) (schema.Value, formula.ErrCode, error) {
	if c.Field.Type == "count" {
		return int64(len(recs)), "", ev.rd.err
	}
	to := ev.rd.snap.Entity(c.Link.Options.Entity)
	src := to.Field(c.Field.Options.Field)
	if c.Field.Type == "lookup" {
		recs = ev.ordered(c, to, recs)
	}
	var sh *schema.Shadow
	if field.IsComputed(src) {
		sh = to.Shadow(0, schema.ShadowErrors)
	}
	vals := make([]schema.Value, 0, len(recs))
	for _, r := range recs {
		if late := ev.behind(to, src); late != nil {
			v, code, err := ev.value(late, r)
			if err != nil || code != "" {
				return nil, code, err
			}
			if v != nil {
				vals = append(vals, v)
			}
			continue
		}
		if sh != nil {
			if code := errorAt(r.Values[sh.ID], src.ID); code != "" {
				return nil, code, nil
			}
		}
		if v := ev.held(src, r); v != nil {
			vals = append(vals, v)
		}
	}
	if c.Field.Type == "lookup" {
		return field.LookupValue(c.Field, vals), "", ev.rd.err
	}
	v, code := ev.rolledUp(c.Field, src, vals)
	return v, code, ev.rd.err
}

// ordered puts the records of a lookup into its order and cuts them off.
func (ev *evaluator) ordered(c *catalog.Computed, to *schema.Entity, recs []*schema.Record) []*schema.Record {
	o := &c.Field.Options
	if len(o.Sort) > 0 {
		keys := make([]query.Sort, len(o.Sort))
		for i, k := range o.Sort {
			keys[i] = query.Sort{Field: to.Place(k.Field, schema.ShadowBase), Desc: k.Desc}
		}
		in := ev.lookup(to.ID)
		recs = slices.Clone(recs)
		slices.SortStableFunc(recs, func(a, b *schema.Record) int { return query.CompareRecords(keys, a, b, in) })
	}
	if o.Limit > 0 {
		recs = recs[:min(len(recs), o.Limit)]
	}
	return recs
}

// rolledUp condenses values into one.
func (ev *evaluator) rolledUp(f, src *schema.Field, vals []schema.Value) (schema.Value, formula.ErrCode) {
	switch f.Options.Op {
	case "count":
		return int64(len(vals)), ""
	case "countDistinct":
		return ev.distinct(src, vals), ""
	case "concat":
		var texts []string
		for _, v := range vals {
			for _, one := range field.ToFormula(src, v, ev.names).Elements() {
				if s := one.In(ev.env.Zone); s != "" {
					texts = append(texts, s)
				}
			}
		}
		return field.FromFormula(f, textOrBlank(strings.Join(texts, ", ")), ev.env.Zone)
	case "and", "or":
		if len(vals) == 0 {
			return nil, ""
		}
		isTrue := func(v schema.Value) bool { b, _ := v.(bool); return b }
		some := slices.ContainsFunc(vals, isTrue)
		all := !slices.ContainsFunc(vals, func(v schema.Value) bool { return !isTrue(v) })
		if f.Options.Op == "and" && !all || f.Options.Op == "or" && !some {
			return false, ""
		}
		return true, ""
	}
	vals, ok := ev.inBase(src, vals)
	if !ok {
		return nil, formula.ErrRef
	}
	var s sums
	for _, v := range vals {
		s.add(v)
	}
	return s.result(f)
}

// distinct counts different values: of links, the live records that they lead
// to, whatever these are called.
func (ev *evaluator) distinct(src *schema.Field, vals []schema.Value) int64 {
	shown, _, ok := field.Shown(src)
	if ok && shown.Type == "link" {
		var ids []schema.RecordID
		for _, v := range vals {
			ids = appendIDs(ids, setOf(v))
		}
		slices.Sort(ids)
		return int64(len(ev.records(shown.Options.Entity, slices.Compact(ids))))
	}
	seen := map[string]bool{}
	for _, v := range vals {
		for _, one := range field.ToFormula(src, v, ev.names).Elements() {
			seen[one.String()] = true
		}
	}
	return int64(len(seen))
}

func textOrBlank(s string) formula.Value {
	if s == "" {
		return formula.Blank()
	}
	return formula.Text(s)
}

// sums are the figures over values that are numbers, moments or texts.
type sums struct {
	n         int64
	ints      int64
	over      bool
	float     float64
	carry     float64 // what float has lost
	least     schema.Value
	most      schema.Value
	wasFloats bool
}

func (s *sums) add(v schema.Value) {
	s.n++
	switch x := v.(type) {
	case int64:
		s.addInt(x)
	case float64:
		s.addFloat(x)
	}
	if s.least == nil || less(v, s.least) {
		s.least = v
	}
	if s.most == nil || less(s.most, v) {
		s.most = v
	}
}

func (s *sums) addInt(x int64) {
	sum := s.ints + x
	s.over = s.over || (x > 0) != (sum > s.ints) && x != 0
	s.ints = sum
}

// addFloat keeps what is lost (Neumaier), so that the order hardly matters.
func (s *sums) addFloat(x float64) {
	s.wasFloats = true
	t := s.float + x
	if abs(s.float) >= abs(x) {
		s.carry += (s.float - t) + x
	} else {
		s.carry += (x - t) + s.float
	}
	s.float = t
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

func less(a, b schema.Value) bool {
	switch x := a.(type) {
	case int64:
		y, ok := b.(int64)
		return ok && x < y
	case float64:
		y, ok := b.(float64)
		return ok && x < y
	case string:
		y, ok := b.(string)
		return ok && x < y
	case bool:
		y, ok := b.(bool)
		return ok && !x && y
	}
	return false
}

func (s *sums) result(f *schema.Field) (schema.Value, formula.ErrCode) {
	switch f.Options.Op {
	case "min":
		return s.least, ""
	case "max":
		return s.most, ""
	}
	if s.n == 0 {
		return nil, ""
	}
	t, ok := field.Of(f.Type)
	if !ok {
		return nil, formula.ErrRef
	}
	isInt := t.Traits(f).Kind == schema.KindInt
	switch {
	case s.over:
		return nil, formula.ErrNum
	case f.Options.Op == "sum" && isInt:
		return s.ints, ""
	case f.Options.Op == "sum":
		return finite(s.float + s.carry)
	case isInt: // decimals: half away from zero
		return divRound(s.ints, s.n), ""
	case s.wasFloats:
		return finite((s.float + s.carry) / float64(s.n))
	}
	return finite(float64(s.ints) / float64(s.n))
}

// divRound divides, half away from zero.
func divRound(a, n int64) int64 {
	q, rest := a/n, a%n
	if rest < 0 {
		rest = -rest
	}
	if rest >= n-rest {
		if a < 0 {
			return q - 1
		}
		return q + 1
	}
	return q
}

func finite(x float64) (schema.Value, formula.ErrCode) {
	if x-x != 0 {
		return nil, formula.ErrNum
	}
	if x == 0 {
		return 0.0, ""
	}
	return x, ""
}

// fromMany computes over more linked records than are loaded at once: the store
// makes the figure, without the records of the batch, which are added to it.
func (ev *evaluator) fromMany(c *catalog.Computed, rec *schema.Record) (schema.Value, formula.ErrCode, error) {
	ent, inv := c.Link.Options.Entity, c.Link.Options.Inverse
	where := query.And{query.SetOp{Field: inv, Mode: query.HasAny, Vals: []int64{int64(rec.ID)}}}
	if x := ev.condition(c); x != nil {
		where = append(where, x)
	}
	mine := ev.batchLinked(c, rec)
	if ev.w != nil {
		var ids query.Ids
		for _, wk := range ev.w.of(ent) {
			ids = append(ids, wk.after.ID)
		}
		if len(ids) > 0 {
			where = append(where, query.Not{X: ids})
		}
	}
	if q := ev.figures(c, where); q != nil {
		return ev.figure(c, q, mine)
	}
	recs := slices.Clone(mine)
	q := &query.Query{Where: where, Limit: MaxBatch}
	for len(recs) < formula.MaxList {
		p, err := ev.rd.r.Find(ev.rd.ctx, ev.rd.snap.Shape(ent), q)
		if err != nil {
			return nil, "", fmt.Errorf("load linking records: %w", err)
		}
		recs = append(recs, p.Records...)
		if p.Next == nil {
			slices.SortFunc(recs, func(a, b *schema.Record) int { return int(a.ID - b.ID) })
			return ev.condense(c, recs)
		}
		q.After = p.Next
	}
	return nil, formula.ErrLimit, nil
}

// batchLinked lists the records of the batch that the link of a field leads to.
func (ev *evaluator) batchLinked(c *catalog.Computed, rec *schema.Record) []*schema.Record {
	if ev.w == nil {
		return nil
	}
	var out []*schema.Record
	x, in := ev.condition(c), ev.lookup(c.Link.Options.Entity)
	for _, wk := range ev.w.of(c.Link.Options.Entity) {
		if wk.gone() || !slices.Contains(setOf(wk.after.Values[c.Link.Options.Inverse]), int64(rec.ID)) {
			continue
		}
		if x == nil || query.Match(x, wk.after, in) {
			out = append(out, wk.after)
		}
	}
	return out
}

// figures is what to ask the store for; nil for what it cannot condense.
func (ev *evaluator) figures(c *catalog.Computed, where query.Expr) *query.AggQuery {
	ent, id, op := c.Link.Options.Entity, c.Field.Options.Field, c.Field.Options.Op
	q := &query.AggQuery{Where: where}
	if c.Field.Type == "count" {
		q.Measures = []query.Measure{{Fn: query.Count}}
		return q
	}
	src, kind := ev.rd.snap.Entity(ent).Field(id), schema.Kind(0)
	id = ev.figureOf(c)
	if fs := ev.rd.snap.Shape(ent).Field(id); fs != nil {
		kind = fs.Kind
	}
	if c.Field.Type != "rollup" || src == nil || kind == 0 || field.IsComputed(src) {
		return nil
	}
	q.Measures = []query.Measure{{Fn: query.CountFilled, Field: id}}
	switch {
	case op == "count":
	case op == "sum" || op == "avg":
		q.Measures = append(q.Measures, query.Measure{Fn: query.Sum, Field: id})
	case (op == "min" || op == "max") && kind != schema.KindText && kind != schema.KindBool:
		q.Measures = append(q.Measures, query.Measure{Fn: query.Min, Field: id}, query.Measure{Fn: query.Max, Field: id})
	default:
		return nil
	}
	return q
}

// figureOf is the field that a rollup's figure is made of.
func (ev *evaluator) figureOf(c *catalog.Computed) schema.FieldID {
	id := c.Field.Options.Field
	if to := ev.rd.snap.Entity(c.Link.Options.Entity); to != nil {
		return to.Place(id, schema.ShadowBase)
	}
	return id
}

// figure asks the store, and adds the records of the batch.
func (ev *evaluator) figure(c *catalog.Computed, q *query.AggQuery, mine []*schema.Record) (schema.Value, formula.ErrCode, error) {
	rows, err := ev.rd.r.Aggregate(ev.rd.ctx, ev.rd.snap.Shape(c.Link.Options.Entity), q)
	if err != nil {
		return nil, "", fmt.Errorf("condense linked records: %w", err)
	}
	if len(rows) != 1 {
		return nil, "", nil
	}
	n, _ := rows[0].Vals[0].(int64)
	if c.Field.Type == "count" {
		return n + int64(len(mine)), "", nil
	}
	s, op := sums{n: n}, c.Field.Options.Op
	for _, v := range rows[0].Vals[1:] {
		switch x := v.(type) {
		case int64:
			s.ints = x
		case float64:
			s.float, s.wasFloats = x, true
		}
	}
	if op == "min" || op == "max" {
		s.least, s.most = rows[0].Vals[1], rows[0].Vals[2]
	}
	for _, r := range mine {
		if v := r.Values[ev.figureOf(c)]; v != nil {
			s.add(v)
		}
	}
	if op == "count" {
		return s.n, "", nil
	}
	v, code := s.result(c.Field)
	return v, code, nil
}
