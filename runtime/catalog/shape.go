package catalog

import (
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/filter"
)

// maxIndexed is how many fields of an entity are indexed at most.
const maxIndexed = 20

// shapeOf says what the engine must know of an entity. Its Rev is the
// entity's: whatever changes the shape raises that.
func shapeOf(e *schema.Entity, views []*schema.View, autos []AutoIndex) *store.Shape {
	s := &store.Shape{Entity: e.ID, Rev: e.Rev}
	indexed := indexedFields(e, views, autos)
	for _, f := range e.Live() {
		t, ok := field.Of(f.Type)
		if !ok || f.Options.Derived {
			continue
		}
		traits := t.Traits(f)
		if traits.System != 0 || traits.Kind == 0 {
			continue
		}
		s.Fields = append(s.Fields, store.FieldShape{
			ID: f.ID, Kind: traits.Kind, SortKey: store.SortKey(traits.SortKey), Unique: f.Unique,
			Searchable: traits.Searchable && traits.Kind == schema.KindText, Indexed: slices.Contains(indexed, f.ID) && !traits.Money,
		})
	}
	for _, h := range e.Shadows {
		byMoney := h.Use == schema.ShadowBase || h.Use == schema.ShadowCode
		s.Fields = append(s.Fields, store.FieldShape{ID: h.ID, Kind: h.Kind, Unique: h.Unique, Indexed: byMoney && slices.Contains(indexed, h.For)})
	}
	return s
}

// indexedFields lists what is asked for often: the title, whose a record is,
// links, what views filter, sort and group by, what was slow without, and
// single selects.
func indexedFields(e *schema.Entity, views []*schema.View, autos []AutoIndex) []schema.FieldID {
	out := asked(e, views, autos)
	for _, f := range e.Live() {
		if f.Type == "singleSelect" {
			out = addIndexed(e, out, f.ID)
		}
	}
	return out
}

// addIndexed adds a field that can have an index while there is room.
func addIndexed(e *schema.Entity, out []schema.FieldID, id schema.FieldID) []schema.FieldID {
	if len(out) >= maxIndexed || slices.Contains(out, id) {
		return out
	}
	f := e.Field(id)
	if f == nil || f.Options.Derived || f.Type == field.Secret {
		return out
	}
	if t, ok := field.Of(f.Type); ok && t.Traits(f).System == 0 && t.Traits(f).Kind != schema.KindJSON && t.Traits(f).Kind != 0 {
		out = append(out, id)
	}
	return out
}

// asked are those of them that somebody or something asked for.
func asked(e *schema.Entity, views []*schema.View, autos []AutoIndex) []schema.FieldID {
	var out []schema.FieldID
	add := func(id schema.FieldID) { out = addIndexed(e, out, id) }
	add(e.Title)
	add(access.OwnerField(e, 0))
	for _, f := range e.Live() {
		if f.Type == "link" {
			add(f.ID)
		}
	}
	for _, v := range views {
		for _, id := range viewFields(e, v) {
			add(id)
		}
	}
	for _, a := range autos {
		add(a.Field)
	}
	return out
}

// viewFields lists the fields that a view filters, sorts and groups by.
func viewFields(e *schema.Entity, v *schema.View) []schema.FieldID {
	var out []schema.FieldID
	for _, k := range append(slices.Clone(v.Group), v.Sort...) {
		out = append(out, k.Field)
	}
	for _, name := range filter.Fields(v.Filter) {
		if f := e.FieldNamed(name); f != nil {
			out = append(out, f.ID)
		}
	}
	return out
}

// sameIndexes says whether two sets of views ask for the same indexes.
func sameIndexes(e *schema.Entity, a, b []*schema.View, autos []AutoIndex) bool {
	return slices.Equal(indexedFields(e, a, autos), indexedFields(e, b, autos))
}
