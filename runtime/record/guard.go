package record

import (
	"tongban/runtime/access"
	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/query"
)

// guard narrows conditions on linked records to those that the actor may read:
// a filter must not tell what the answer would not show.
func (c *conditions) guard(x query.Expr) query.Expr {
	switch x := x.(type) {
	case query.And:
		out := make(query.And, len(x))
		for i := range x {
			out[i] = c.guard(x[i])
		}
		return out
	case query.Or:
		out := make(query.Or, len(x))
		for i := range x {
			out[i] = c.guard(x[i])
		}
		return out
	case query.Not:
		return query.Not{X: c.guard(x.X)}
	case query.Rel:
		x.Where = c.within(x.Entity, 0, x.Where)
		return x
	case query.LinkedFrom:
		x.Where = c.within(x.Entity, x.Field, x.Where)
		return x
	case query.Empty:
		if l, ok := c.limited(x.Field); ok {
			return l.any(nil, !x.Neg)
		}
	case query.SetOp:
		if l, ok := c.limited(x.Field); ok {
			return l.set(x)
		}
	}
	return x
}

// limitedLink is a link, or a lookup of links, of whose records the actor may
// not read all.
type limitedLink struct {
	field  schema.FieldID
	entity schema.EntityID
	rows   query.Expr // those it may read
}

func (c *conditions) limited(id schema.FieldID) (limitedLink, bool) {
	f := c.entity.Field(id)
	if f == nil {
		return limitedLink{}, false
	}
	to := linksTo(f)
	if to == 0 {
		return limitedLink{}, false
	}
	rows := c.within(to, 0, nil)
	return limitedLink{f.ID, to, rows}, rows != nil
}

// linksTo is the entity whose records a field's values name; 0 for none.
func linksTo(f *schema.Field) schema.EntityID {
	if shown, _, ok := field.Shown(f); ok && shown.Type == "link" {
		return shown.Options.Entity
	}
	return 0
}

// any asks for a linked record that may be read and matches where.
func (l limitedLink) any(where query.Expr, neg bool) query.Rel {
	x := query.Rel{Field: l.field, Entity: l.entity, Where: l.rows, Neg: neg}
	if where != nil {
		x.Where = query.And{l.rows, where}
	}
	return x
}

// set asks of the linked records that may be read what x asks of all.
func (l limitedLink) set(x query.SetOp) query.Expr {
	ids := make(query.Ids, len(x.Vals))
	all := make(query.And, len(x.Vals))
	for i, id := range x.Vals {
		ids[i] = schema.RecordID(id)
		all[i] = l.any(ids[i:i+1:i+1], false)
	}
	switch x.Mode {
	case query.HasAll:
		return all
	case query.SetEq:
		return query.And{all, l.any(query.Not{X: ids}, true)}
	case query.HasNone:
		return l.any(ids, true)
	case query.HasAny:
	}
	return l.any(ids, false)
}

// within is a condition on another entity's records, of which the actor may
// read those that it may and, of these, those whose field f it may read.
func (c *conditions) within(ent schema.EntityID, f schema.FieldID, where query.Expr) query.Expr {
	r, err := c.svc.policy.Rights(c.rights.Actor(), c.snap, ent)
	if err != nil || !r.May(access.Read) || (f > 0 && !r.Readable(f)) {
		return query.Or{}
	}
	var fields []schema.FieldID
	if f > 0 {
		fields = []schema.FieldID{f}
	}
	rows := r.RowFilter(fields...)
	switch {
	case rows == nil:
		return where
	case where == nil:
		return rows
	}
	return query.And{rows, where}
}
