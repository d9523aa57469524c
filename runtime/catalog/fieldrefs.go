package catalog

import (
	"encoding/json"
	"slices"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/filter"
)

// FieldRefs are the settings of a field that name other fields, by id, key or
// name: they are looked up when the field is made or changed.
type FieldRefs struct {
	Link, Field string // of Options.Link and Options.Field
	Filter      json.RawMessage
	Sort        []SortRef
	With        []string // of UniqueWith
}

// SortRef names a field to sort by.
type SortRef struct {
	Field string
	Desc  bool
}

// resolve puts into a field what its references name. target finds the entity
// to which the field's link leads.
func (r *FieldRefs) resolve(e *schema.Entity, f *schema.Field, target func(schema.EntityID) *schema.Entity) error {
	o := &f.Options
	for _, name := range r.With {
		with := e.FieldNamed(name)
		if with == nil || with.ID == f.ID {
			return fail.New(fail.Invalid, "field.unknown").On("unique")
		}
		if t, ok := field.Of(with.Type); !ok || field.Closed(with) || t.Traits(with).System != 0 || with.Options.Derived {
			return fail.New(fail.Invalid, "field.mayNotBeUnique").On("unique")
		}
		if !slices.Contains(f.UniqueWith, with.ID) {
			f.UniqueWith = append(f.UniqueWith, with.ID)
		}
	}
	to := target(o.Entity)
	if r.Link != "" {
		link := e.FieldNamed(r.Link)
		if link == nil || link.Type != "link" {
			return fail.New(fail.Invalid, "field.unknown").On("options.link")
		}
		o.Link = link.ID
		to = target(link.Options.Entity)
	} else if o.Link != 0 {
		if link := e.Field(o.Link); link != nil {
			to = target(link.Options.Entity)
		}
	}
	if to == nil {
		if r.Field != "" || len(r.Filter) > 0 || len(r.Sort) > 0 {
			return fail.New(fail.Invalid, "field.noLink").On("options.link")
		}
		return nil
	}
	return r.resolveAway(f, to)
}

// resolveAway looks up what is named of the entity that the link leads to.
func (r *FieldRefs) resolveAway(f *schema.Field, to *schema.Entity) error {
	o := &f.Options
	if r.Field != "" {
		src := to.FieldNamed(r.Field)
		if src == nil {
			return fail.New(fail.Invalid, "field.unknown").On("options.field")
		}
		o.Field = src.ID
	}
	for _, k := range r.Sort {
		by := to.FieldNamed(k.Field)
		if by == nil {
			return fail.New(fail.Invalid, "field.unknown").On("options.sort")
		}
		o.Sort = append(o.Sort, schema.ViewSort{Field: by.ID, Desc: k.Desc})
	}
	if len(r.Filter) == 0 || string(r.Filter) == "null" {
		return nil
	}
	raw, err := filter.ByID(to, r.Filter)
	if err == nil {
		_, err = filter.Compile(to, raw, &filter.Env{})
	}
	if err != nil {
		if e := fail.Of(err); e != nil {
			return e.On("options.filter")
		}
		return err
	}
	o.Filter = raw
	return nil
}

// target finds an entity as it is being edited.
func (x *edits) target(id schema.EntityID) *schema.Entity {
	if e := x.entities[id]; e != nil {
		return e.Entity
	}
	return x.snap.entities[id]
}

// settleChoices gives the choices of a new or changed field the ids of those
// they were before, or new ones, and makes parents and transitions follow. Ids
// below 0 stand for choices that are new; the old ones are told by id or, where
// no other choice has their id, by name.
func settleChoices(o *schema.Options, old []schema.Choice) error {
	next := max(o.NextChoice, 1)
	for _, k := range old {
		next = max(next, k.ID+1)
	}
	byName := slices.DeleteFunc(slices.Clone(old), func(k schema.Choice) bool {
		return k.Deleted || slices.ContainsFunc(o.Choices, func(c schema.Choice) bool { return c.ID == k.ID })
	})
	moved := map[schema.OptionID]schema.OptionID{0: 0}
	done := make([]bool, len(o.Choices))
	for again := true; again; {
		again = false
		for i := range o.Choices {
			c := &o.Choices[i]
			parent, known := moved[c.Parent]
			if done[i] || !known {
				continue
			}
			done[i], again = true, true
			was := c.ID
			c.Parent = parent
			among := old
			if c.ID <= 0 {
				among = byName
			}
			if !settleChoice(c, among, next) {
				return fail.New(fail.Invalid, "choice.unknown").On("options.choices")
			}
			if c.ID == next {
				next++
			}
			if was != 0 {
				moved[was] = c.ID
			}
			moved[c.ID] = c.ID
		}
	}
	if i := slices.Index(done, false); i >= 0 {
		return fail.New(fail.Invalid, "field.badParent").On("options.choices").With("name", o.Choices[i].Name)
	}
	o.NextChoice = next
	return moveTransitions(o, moved)
}

// settleChoice gives a choice the id of the old one that it is, or a new id;
// false: it names one that there is not. old are those that it may be.
func settleChoice(c *schema.Choice, old []schema.Choice, next schema.OptionID) bool {
	i := slices.IndexFunc(old, func(k schema.Choice) bool {
		return c.ID > 0 && k.ID == c.ID || c.ID <= 0 && k.Name == c.Name && k.Parent == c.Parent
	})
	if i < 0 {
		if c.ID > 0 {
			return false
		}
		c.ID = next
		return true
	}
	c.ID = old[i].ID
	if c.Color == "" {
		c.Color = old[i].Color
	}
	return true
}

// moveTransitions makes transitions follow the ids of their states.
func moveTransitions(o *schema.Options, moved map[schema.OptionID]schema.OptionID) error {
	for i := range o.Transitions {
		t := &o.Transitions[i]
		from, ok1 := moved[t.From]
		to, ok2 := moved[t.To]
		if !ok1 || !ok2 || to == 0 {
			return fail.New(fail.Invalid, "field.badTransition").On("options.transitions")
		}
		t.From, t.To = from, to
	}
	return nil
}

// renew makes the ids of a new field's choices stand for new ones.
func renew(o *schema.Options) {
	for i := range o.Choices {
		c := &o.Choices[i]
		c.ID, c.Parent, c.Deleted = -max(c.ID, -c.ID), -max(c.Parent, -c.Parent), false
	}
	for i := range o.Transitions {
		t := &o.Transitions[i]
		t.From, t.To = -max(t.From, -t.From), -max(t.To, -t.To)
	}
}

// addSubTable makes a link to this entity in the entity of the rows, which is
// made too where none is given, and shows its other side here as a table.
func (x *edits) addSubTable(e *edited, in *FieldInput) (schema.FieldID, error) {
	if in.Options.Entity == 0 {
		if err := x.addChild(e, in); err != nil {
			return 0, err
		}
	}
	child := in.Options.Entity
	if x.target(child) == nil {
		return 0, fail.New(fail.Invalid, "link.entityUnknown").On("options.entity")
	}
	if nameTaken(e.Entity, in.Name, 0) {
		return 0, fail.New(fail.Invalid, "name.taken").On("name").With("name", in.Name)
	}
	kid, err := x.entity(child)
	if err != nil {
		return 0, err
	}
	name := freeName(kid.Entity, in.InverseName, e.Name)
	link, err := x.addField(child, &FieldInput{Name: name, Type: "link", InverseName: in.Name, Options: schema.Options{Entity: e.ID}})
	if err != nil {
		return 0, err
	}
	own := e.Field(kid.Field(link).Options.Inverse)
	own.Options.Format, own.Description = field.SubTable, in.Description
	if in.Key != "" {
		if own.Key, err = chooseKey(in.Key, own.Name, "field", fieldKeys(e.Entity, own.ID)); err != nil {
			return 0, err
		}
	}
	return own.ID, nil
}

// addChild makes the entity of a sub-table's rows, with a title and a first view.
func (x *edits) addChild(parent *edited, in *FieldInput) error {
	s := x.snap
	if len(s.entities) >= MaxEntities || in.childID == 0 {
		return fail.New(fail.Invalid, "entity.tooMany").With("max", MaxEntities)
	}
	e, err := newEntity(s, in.childID, parent.App, EntityInput{Name: in.Name})
	if err != nil {
		return err
	}
	x.add(&edited{Entity: e})
	texts := textsOf(s.Tenant.Locale)
	if _, err := x.addField(e.ID, &FieldInput{Name: texts.Title, Key: "name", Type: "text"}); err != nil {
		return err
	}
	in.Options.Entity = e.ID
	v := &schema.View{ID: in.childView, Entity: e.ID, Name: texts.View, Type: "grid", Order: 1}
	op, err := put(KindView, viewKey(v.ID), 0, v)
	in.fresh = []store.DocOp{op}
	return err
}

// forChild gives a new sub-table the ids that it may need.
func (c *Catalog) forChild(in *FieldInput) {
	if in.Type == field.SubTable && in.Options.Entity == 0 {
		in.childID, in.childView = schema.EntityID(c.ids.Next()), schema.ViewID(c.ids.Next())
	}
}
