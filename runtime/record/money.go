package record

import (
	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/query"
)

// checkWorths refuses amounts whose currency has no rate: no figure may be
// short of what nobody can convert.
func (w *writing) checkWorths(wk *work) {
	for id, v := range wk.set {
		if f := wk.side.entity.Field(id); f != nil && field.IsMoney(f) {
			if err := field.CheckWorth(f, v, w.snap.RateNow); err != nil {
				w.fault(wk, err, f.Key)
			}
		}
	}
}

// setWorths keeps, beside each amount of several currencies that people gave,
// its currency and what it is worth in the field's own.
func (wk *work) setWorths(rate field.Rate) {
	e := wk.side.entity
	for i := range e.Shadows {
		if e.Shadows[i].Use != schema.ShadowBase {
			continue
		}
		if f := e.Field(e.Shadows[i].For); f != nil && field.IsMoney(f) {
			wk.setWorth(f, rate)
		}
	}
}

// setWorth does so for one field, a computed one too, and says whether that
// changed anything.
func (wk *work) setWorth(f *schema.Field, rate field.Rate) bool {
	base, ok := field.InBase(f)
	if !ok {
		return false
	}
	changed := false
	keep := func(use string, v schema.Value) {
		sh := wk.side.entity.Shadow(f.ID, use)
		if sh != nil && !sameValue(wk.after.Values[sh.ID], v) {
			wk.put(sh.ID, v)
			changed = true
		}
	}
	v := wk.after.Values[f.ID]
	keep(schema.ShadowBase, field.Worth(base, v, rate))
	keep(schema.ShadowCode, field.CodeOf(v))
	return changed
}

// measured is a field as figures, orders and comparisons take it, and where its
// values for these stand.
func measured(e *schema.Entity, f *schema.Field) (*schema.Field, schema.FieldID) {
	if base, ok := field.InBase(f); ok {
		return base, e.Place(f.ID, schema.ShadowBase)
	}
	return f, f.ID
}

// measured is where figures by a field are made, and what their results are of.
func (c *conditions) measured(name string, id schema.FieldID, fn query.AggFn) (*schema.Field, schema.FieldID) {
	f := c.entity.FieldNamed(name)
	if f == nil {
		return systemField(id), id
	}
	if fn == query.Count || fn == query.CountFilled || fn == query.CountDistinct || f.ID != id {
		return f, id
	}
	return measured(c.entity, f)
}

// inBase are the values of a field in its own currency, where it has several.
// ok is false where there is no rate for one of them.
func (ev *evaluator) inBase(src *schema.Field, vals []schema.Value) (out []schema.Value, ok bool) {
	base, isMoney := field.InBase(src)
	if !isMoney {
		return vals, true
	}
	for _, v := range vals {
		x := field.Worth(base, v, ev.rd.snap.RateNow)
		if x == nil {
			return nil, false
		}
		out = append(out, x)
	}
	return out, true
}
