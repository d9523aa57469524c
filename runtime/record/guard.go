package record

import (
	"tongban/runtime/access"
	"tongban/schema"
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
	}
	return x
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
