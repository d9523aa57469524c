package catalog

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/filter"
)

// edits gathers the entities and views that one change touches, so that each
// is written once, whatever the number of links between them.
type edits struct {
	snap     *Snapshot
	entities map[schema.EntityID]*edited
	views    map[schema.ViewID]*schema.View
	order    []schema.EntityID
	recalc   *Recalc // what the edits make stale
	at       int64   // ms, of what is deleted
	stale    []Ref   // fields whose values changed besides
}

func newEdits(s *Snapshot) *edits {
	return &edits{snap: s, entities: map[schema.EntityID]*edited{}, views: map[schema.ViewID]*schema.View{}}
}

// entity returns a copy to change of a live entity.
func (x *edits) entity(id schema.EntityID) (*edited, error) {
	if e := x.entities[id]; e != nil {
		return e, nil
	}
	old := x.snap.entities[id]
	if old == nil {
		return nil, fail.New(fail.NotFound, "entity.notFound")
	}
	e, err := edit(old)
	if err != nil {
		return nil, err
	}
	x.add(&e)
	return &e, nil
}

func (x *edits) add(e *edited) {
	x.entities[e.ID] = e
	x.order = append(x.order, e.ID)
}

func (x *edits) docs() ([]store.DocOp, error) {
	if err := x.settle(); err != nil {
		return nil, err
	}
	var out []store.DocOp
	if x.recalc != nil {
		first := x.entities[x.order[0]]
		x.recalc.Key = entityKey(first.ID) + "/" + strconv.FormatInt(first.Rev, 10)
		op, err := x.recalc.Doc()
		if err != nil {
			return nil, err
		}
		out = append(out, op)
	}
	for _, id := range x.order {
		op, err := x.entities[id].doc()
		if err != nil {
			return nil, err
		}
		out = append(out, op)
	}
	for _, v := range x.views {
		op, err := put(KindView, viewKey(v.ID), x.snap.views[v.ID].Version, v)
		if err != nil {
			return nil, err
		}
		out = append(out, op)
	}
	return out, nil
}

// removeField marks a field deleted, takes it out of views, and does the same
// to the other side of a link.
func (x *edits) removeField(id schema.EntityID, f schema.FieldID) error {
	e, err := x.entity(id)
	if err != nil {
		return err
	}
	fld := e.Field(f)
	if fld == nil {
		return fail.New(fail.NotFound, "field.notFound")
	}
	fld.Deleted, fld.DeletedAt = true, x.at
	if e.Title == f {
		e.Title = titleOf(e.Entity)
	}
	if err := x.forgetField(e.Entity, f); err != nil {
		return err
	}
	o := fld.Options
	if fld.Type != "link" || o.Inverse == 0 || x.snap.entities[o.Entity] == nil {
		return nil
	}
	other, err := x.entity(o.Entity)
	if err != nil {
		return err
	}
	if !other.Deleted && other.Field(o.Inverse) != nil {
		return x.removeField(o.Entity, o.Inverse)
	}
	return nil
}

// forgetField takes a field out of the views of its entity.
func (x *edits) forgetField(e *schema.Entity, f schema.FieldID) error {
	for _, old := range x.snap.byEntity[e.ID] {
		if x.views[old.ID] != nil {
			old = x.views[old.ID]
		}
		v := *old
		v.Sort = slices.DeleteFunc(slices.Clone(v.Sort), func(k schema.ViewSort) bool { return k.Field == f })
		v.Group = slices.DeleteFunc(slices.Clone(v.Group), func(k schema.ViewSort) bool { return k.Field == f })
		v.Fields = slices.DeleteFunc(slices.Clone(v.Fields), func(k schema.ViewField) bool { return k.Field == f })
		inFilter := slices.Contains(filter.Fields(v.Filter), schema.FormatID(schema.PrefixField, f))
		if inFilter {
			rest, err := withoutField(v.Filter, schema.FormatID(schema.PrefixField, f))
			if err != nil {
				return err
			}
			v.Filter = rest
		}
		if inFilter || len(v.Sort) != len(old.Sort) || len(v.Group) != len(old.Group) || len(v.Fields) != len(old.Fields) {
			x.views[v.ID] = &v
		}
	}
	return nil
}

// removeEntity marks an entity deleted, and the links of others that lead to it.
func (x *edits) removeEntity(id schema.EntityID) error {
	e, err := x.entity(id)
	if err != nil {
		return err
	}
	for otherID, other := range x.snap.entities {
		if otherID == id {
			continue
		}
		for _, f := range other.Live() {
			if f.Type != "link" || f.Options.Entity != id {
				continue
			}
			o, err := x.entity(otherID)
			if err != nil {
				return err
			}
			if o.Deleted || o.Field(f.ID) == nil {
				continue
			}
			o.Field(f.ID).Deleted = true
			if err := x.forgetField(o.Entity, f.ID); err != nil {
				return err
			}
		}
	}
	e.Deleted = true
	return nil
}

// titleOf chooses the field that names a record: the first of text, else the first.
func titleOf(e *schema.Entity) schema.FieldID {
	live := e.Live()
	for _, f := range live {
		if f.Type == "text" || f.Type == "longText" {
			return f.ID
		}
	}
	for _, f := range live {
		if kindOf(f) == schema.KindText && !field.Closed(f) {
			return f.ID
		}
	}
	if len(live) > 0 {
		return live[0].ID
	}
	return 0
}

// withoutField takes the leaves on a field out of a stored filter; nothing left is nil.
func withoutField(raw json.RawMessage, name string) (json.RawMessage, error) {
	var node any
	if err := json.Unmarshal(raw, &node); err != nil {
		return nil, fail.New(fail.Invalid, "filter.invalid").On("filter").Because(err)
	}
	node = dropLeaves(node, name)
	if node == nil {
		return nil, nil
	}
	out, err := json.Marshal(node)
	if err != nil {
		return nil, fail.New(fail.Invalid, "filter.invalid").On("filter").Because(err)
	}
	return out, nil
}

func dropLeaves(node any, name string) any {
	m, ok := node.(map[string]any)
	if !ok || m["field"] == name {
		return nil
	}
	if src, isText := m["formula"].(string); isText && strings.Contains(src, "{"+name+"}") {
		return nil
	}
	for _, op := range []string{"and", "or"} {
		list, ok := m[op].([]any)
		if !ok {
			continue
		}
		var rest []any
		for _, x := range list {
			if x = dropLeaves(x, name); x != nil {
				rest = append(rest, x)
			}
		}
		if len(rest) == 0 {
			return nil
		}
		m[op] = rest
	}
	if inner, ok := m["not"]; ok {
		if m["not"] = dropLeaves(inner, name); m["not"] == nil {
			return nil
		}
	}
	return m
}
