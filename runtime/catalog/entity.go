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

// EntityInput describes a new entity. Without fields it gets a title field.
type EntityInput struct {
	Name, Key, RecordName, Icon, Color string
	Fields                             []FieldInput
	Rules                              []RuleInput
}

// RuleInput is a rule as people write it; Field is an id, key or name.
type RuleInput struct {
	Formula string
	Message map[string]string
	Field   string
}

// EntityPatch changes what is not nil.
type EntityPatch struct {
	Name, Key, RecordName, Icon, Color *string
	Order                              *float64
	Title                              *schema.FieldID
	Rules                              *[]RuleInput // replaces all rules
	// Version, where it is not 0, must be that of the entity now.
	Version schema.Version
}

// CreateEntity makes an entity with its fields, the other sides of its links,
// and a first grid view.
func (c *Catalog) CreateEntity(ctx context.Context, a access.Actor, app schema.AppID, in EntityInput) (*schema.Entity, error) {
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	id, view := schema.EntityID(c.ids.Next()), schema.ViewID(c.ids.Next())
	for i := range in.Fields {
		c.forChild(&in.Fields[i])
	}
	return c.entity(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		if s.App(app) == nil {
			return nil, fail.New(fail.NotFound, "app.notFound")
		}
		if len(s.entities) >= MaxEntities {
			return nil, fail.New(fail.Invalid, "entity.tooMany").With("max", MaxEntities)
		}
		e, err := newEntity(s, id, app, in)
		if err != nil {
			return nil, err
		}
		x := newEdits(s)
		x.add(&edited{Entity: e})
		fields := in.Fields
		if len(fields) == 0 {
			fields = []FieldInput{{Name: textsOf(s.Tenant.Locale).Title, Key: "name", Type: "text"}}
		}
		fields = slices.Clone(fields)
		if err := x.addFields(e, fields); err != nil {
			return nil, err
		}
		if e.Rules, err = rulesOf(e, in.Rules); err != nil {
			return nil, err
		}
		e.Title = titleOf(e)
		docs, err := x.docs()
		if err != nil {
			return nil, err
		}
		for i := range fields {
			docs = append(docs, fields[i].fresh...)
		}
		v := &schema.View{ID: view, Entity: id, Name: textsOf(s.Tenant.Locale).View, Type: "grid", Order: 1}
		op, err := put(KindView, viewKey(view), 0, v)
		return append(docs, op), err
	})
}

// addFields adds the fields of a new entity. What one is unique with may come
// after it in the list.
func (x *edits) addFields(e *schema.Entity, fields []FieldInput) error {
	with := map[schema.FieldID][]string{}
	for i := range fields {
		in := fields[i]
		in.Refs.With = nil
		id, err := x.addField(e.ID, &in)
		if err != nil {
			return err
		}
		with[id], fields[i].fresh = fields[i].Refs.With, in.fresh
	}
	for id, names := range with {
		f := e.Field(id)
		if len(names) == 0 || f == nil {
			continue
		}
		if err := (&FieldRefs{With: names}).resolve(e, f, x.target); err != nil {
			return err
		}
		if err := checkField(f); err != nil {
			return err
		}
	}
	return nil
}

func newEntity(s *Snapshot, id schema.EntityID, app schema.AppID, in EntityInput) (*schema.Entity, error) {
	name, err := checkName("name", in.Name)
	if err != nil {
		return nil, err
	}
	siblings := s.byApp[app]
	key, err := chooseKey(in.Key, name, "table", entityKeys(siblings, id))
	if err != nil {
		return nil, err
	}
	e := &schema.Entity{
		ID: id, App: app, Key: key, Name: name, RecordName: in.RecordName, Icon: in.Icon, Color: in.Color,
		Order: 1, NextField: 1, Rev: 1,
	}
	if n := len(siblings); n > 0 {
		e.Order = siblings[n-1].Order + 1
	}
	return e, checkEntity(e)
}

func checkEntity(e *schema.Entity) error {
	if err := checkText("recordName", e.RecordName, MaxName); err != nil {
		return err
	}
	return checkLook(e.Icon, e.Color)
}

func entityKeys(list []*schema.Entity, but schema.EntityID) []string {
	var out []string
	for _, e := range list {
		if e.ID != but {
			out = append(out, e.Key)
		}
	}
	return out
}

// UpdateEntity changes the labels, the place and the title field of an entity.
func (c *Catalog) UpdateEntity(ctx context.Context, a access.Actor, id schema.EntityID, p EntityPatch) (*schema.Entity, error) {
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	return c.entity(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		x := newEdits(s)
		e, err := x.entity(id)
		if err != nil {
			return nil, err
		}
		if p.Version != 0 && p.Version != e.version {
			return nil, fail.New(fail.Conflict, "entity.changedMeanwhile")
		}
		if p.Name != nil {
			if e.Name, err = checkName("name", *p.Name); err != nil {
				return nil, err
			}
		}
		if p.Key != nil && *p.Key != e.Key {
			if e.Key, err = chooseKey(*p.Key, e.Name, "table", entityKeys(s.byApp[e.App], id)); err != nil {
				return nil, err
			}
		}
		set(&e.RecordName, p.RecordName)
		set(&e.Icon, p.Icon)
		set(&e.Color, p.Color)
		set(&e.Order, p.Order)
		if p.Title != nil {
			if e.Field(*p.Title) == nil {
				return nil, fail.New(fail.Invalid, "field.unknown").On("title")
			}
			if field.Closed(e.Field(*p.Title)) {
				return nil, fail.New(fail.Invalid, "entity.noTitle").On("title")
			}
			e.Title = *p.Title
		}
		if p.Rules != nil {
			if e.Rules, err = rulesOf(e.Entity, *p.Rules); err != nil {
				return nil, err
			}
		}
		if err := checkEntity(e.Entity); err != nil {
			return nil, err
		}
		return x.docs()
	})
}

// DeleteEntity marks an entity deleted. Its records are kept but can no longer
// be reached; links of other entities that lead to it are marked deleted too.
func (c *Catalog) DeleteEntity(ctx context.Context, a access.Actor, id schema.EntityID) error {
	if err := access.Designer(a); err != nil {
		return err
	}
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		x := newEdits(s)
		if err := x.removeEntity(id); err != nil {
			return nil, err
		}
		return x.docs()
	})
}

// entity commits and returns the entity as it is then.
func (c *Catalog) entity(ctx context.Context, a access.Actor, id schema.EntityID, build func(*Snapshot) ([]store.DocOp, error)) (*schema.Entity, error) {
	if err := c.change(ctx, a, build); err != nil {
		return nil, err
	}
	s, err := c.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if e := s.Entity(id); e != nil {
		return e, nil
	}
	return nil, fail.New(fail.NotFound, "entity.notFound")
}

const maxRules = 100

// rulesOf checks rules; their formulas are compiled when the change is settled.
func rulesOf(e *schema.Entity, list []RuleInput) ([]schema.Rule, error) {
	if len(list) > maxRules {
		return nil, fail.New(fail.Invalid, "entity.tooManyRules").On("rules").With("max", maxRules)
	}
	var out []schema.Rule
	for _, in := range list {
		if in.Formula == "" {
			return nil, fail.New(fail.Invalid, "field.noFormula").On("rules")
		}
		r := schema.Rule{Formula: in.Formula, Message: in.Message}
		for _, m := range in.Message {
			if err := checkText("rules", m, 500); err != nil {
				return nil, err
			}
		}
		if in.Field != "" {
			f := e.FieldNamed(in.Field)
			if f == nil {
				return nil, fail.New(fail.Invalid, "field.unknown").On("rules")
			}
			r.Field = f.ID
		}
		out = append(out, r)
	}
	return out, nil
}
