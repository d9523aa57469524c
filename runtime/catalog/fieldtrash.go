package catalog

import (
	"context"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// DeletedFields lists the deleted fields of an entity that can be restored, as
// they were, the last deleted first.
func (c *Catalog) DeletedFields(ctx context.Context, a access.Actor, ent schema.EntityID) ([]*schema.Field, error) {
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	s, err := c.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	e := s.Entity(ent)
	if e == nil {
		return nil, fail.New(fail.NotFound, "entity.notFound")
	}
	out := []*schema.Field{}
	for i := range e.Fields {
		if f := &e.Fields[i]; c.restorable(f) {
			out = append(out, f)
		}
	}
	for i := range out {
		for j := i; j > 0 && out[j].DeletedAt > out[j-1].DeletedAt; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out, nil
}

func (c *Catalog) restorable(f *schema.Field) bool {
	return f.Deleted && f.DeletedAt+KeepOld.Milliseconds() > c.now().UnixMilli()
}

// RestoreField brings a deleted field back with its values, and the other side
// of a link with it. What was computed from it is computed again. A name or key
// that another field has taken meanwhile gets a number.
func (c *Catalog) RestoreField(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.FieldID) (*schema.Field, error) {
	return c.field(ctx, a, ent, &id, func(s *Snapshot) ([]store.DocOp, error) {
		x := newEdits(s)
		e, err := x.entity(ent)
		if err != nil {
			return nil, err
		}
		f := buried(e.Entity, id)
		if f == nil || !c.restorable(f) {
			return nil, fail.New(fail.NotFound, "field.notFound")
		}
		if err := x.restore(e, f); err != nil {
			return nil, err
		}
		if f.Type != "link" || f.Options.Inverse == 0 {
			return x.docs()
		}
		if s.entities[f.Options.Entity] == nil {
			return nil, fail.New(fail.Invalid, "link.entityUnknown").On("options.entity")
		}
		other, err := x.entity(f.Options.Entity)
		if err != nil {
			return nil, err
		}
		if back := buried(other.Entity, f.Options.Inverse); back != nil {
			if err := x.restore(other, back); err != nil {
				return nil, err
			}
		}
		return x.docs()
	})
}

// buried finds a deleted field.
func buried(e *schema.Entity, id schema.FieldID) *schema.Field {
	for i := range e.Fields {
		if f := &e.Fields[i]; f.ID == id && f.Deleted {
			return f
		}
	}
	return nil
}

func (x *edits) restore(e *edited, f *schema.Field) error {
	if len(e.Live()) >= MaxFields {
		return fail.New(fail.Invalid, "field.tooMany").With("max", MaxFields)
	}
	if nameTaken(e.Entity, f.Name, f.ID) {
		f.Name = freeName(e.Entity, f.Name, f.Name)
	}
	if taken := fieldKeys(e.Entity, f.ID); slices.Contains(taken, f.Key) {
		key, err := chooseKey("", f.Name, f.Key, taken)
		if err != nil {
			return err
		}
		f.Key = key
	}
	f.Deleted, f.DeletedAt, f.Moving, f.Was = false, 0, nil, nil // what was kept for them is gone
	if field.IsComputed(f) {
		return nil
	}
	x.stale = append(x.stale, Ref{e.ID, f.ID})
	return nil
}
