package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// FieldInput describes a new field. InverseName names the other side of a link.
// RequiredIf and ReadOnlyIf are formulas as people write them, as are those in
// Default and Options.
type FieldInput struct {
	Name, Type, Key, Description string
	Required, Unique             bool
	RequiredIf, ReadOnlyIf       string
	Default                      json.RawMessage
	Options                      schema.Options
	Refs                         FieldRefs
	InverseName                  string

	childID   schema.EntityID // what a sub-table needs that makes its entity
	childView schema.ViewID
	fresh     []store.DocOp
}

// FieldPatch changes what is not nil. Choices that are missing from the given
// options are marked deleted; a type can only become one of the same kind.
type FieldPatch struct {
	Name, Type, Key, Description *string
	Required, Unique             *bool
	RequiredIf, ReadOnlyIf       *string
	With                         *[]string        // what it is unique with, by id, key or name
	Default                      *json.RawMessage // JSON null removes it
	Options                      *schema.Options
	Refs                         FieldRefs // goes with Options
	Force                        bool      // required although records are empty
}

// AddField appends a field to an entity and, for a link, its other side to the
// entity that it leads to, in the same commit.
func (c *Catalog) AddField(ctx context.Context, a access.Actor, ent schema.EntityID, in FieldInput) (*schema.Field, error) {
	var id schema.FieldID
	c.forChild(&in)
	return c.field(ctx, a, ent, &id, func(s *Snapshot) ([]store.DocOp, error) {
		x, in := newEdits(s), in
		f, err := x.addField(ent, &in)
		if err != nil {
			return nil, err
		}
		id = f
		docs, err := x.docs()
		return append(docs, in.fresh...), err
	})
}

// UpdateField changes a field; its id and what records hold stay.
func (c *Catalog) UpdateField(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.FieldID, p FieldPatch) (*schema.Field, error) {
	return c.field(ctx, a, ent, &id, func(s *Snapshot) ([]store.DocOp, error) {
		x := newEdits(s)
		e, err := x.entity(ent)
		if err != nil {
			return nil, err
		}
		f := e.Field(id)
		if f == nil {
			return nil, fail.New(fail.NotFound, "field.notFound")
		}
		if f.Moving != nil && (p.Type != nil || p.Options != nil) {
			return nil, fail.New(fail.Conflict, "convert.running").With("name", f.Name)
		}
		was := *f
		if err := x.patchField(e.Entity, f, &p); err != nil {
			return nil, err
		}
		if p.Force {
			was.Required = true
		}
		if err := c.checkHeld(ctx, a.Tenant, s.Shape(ent), &was, f); err != nil {
			return nil, err
		}
		return x.docs()
	})
}

// AddChoices adds choices to a select field by name; names that it has are left alone.
func (c *Catalog) AddChoices(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.FieldID, names []string) (*schema.Field, error) {
	return c.field(ctx, a, ent, &id, func(s *Snapshot) ([]store.DocOp, error) {
		x := newEdits(s)
		e, err := x.entity(ent)
		if err != nil {
			return nil, err
		}
		f := e.Field(id)
		if f == nil {
			return nil, fail.New(fail.NotFound, "field.notFound")
		}
		before := len(f.Options.Choices)
		for _, n := range names {
			known := slices.ContainsFunc(f.Options.Choices, func(o schema.Choice) bool { return o.Name == n && !o.Deleted })
			if !known {
				f.Options.Choices = append(f.Options.Choices, schema.Choice{Name: n})
			}
		}
		if len(f.Options.Choices) == before {
			return nil, nil
		}
		if err := checkField(f); err != nil {
			return nil, err
		}
		return x.docs()
	})
}

// DeleteField marks a field deleted, and the other side of a link with it.
// What records hold in it stays: RestoreField brings it back.
func (c *Catalog) DeleteField(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.FieldID) error {
	if err := access.Designer(a); err != nil {
		return err
	}
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		x := newEdits(s)
		x.at = c.now().UnixMilli()
		e, err := x.entity(ent)
		if err != nil {
			return nil, err
		}
		if f := e.Field(id); f != nil && f.Moving != nil {
			return nil, fail.New(fail.Conflict, "convert.running").With("name", f.Name)
		}
		if len(e.Live()) == 1 && e.Field(id) != nil {
			return nil, fail.New(fail.Invalid, "field.lastOne")
		}
		if err := x.removeField(ent, id); err != nil {
			return nil, err
		}
		return x.docs()
	})
}

// OrderFields puts fields into an order; those not named keep theirs, at the end.
func (c *Catalog) OrderFields(ctx context.Context, a access.Actor, ent schema.EntityID, order []schema.FieldID) (*schema.Entity, error) {
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	return c.entity(ctx, a, ent, func(s *Snapshot) ([]store.DocOp, error) {
		x := newEdits(s)
		e, err := x.entity(ent)
		if err != nil {
			return nil, err
		}
		for _, id := range order {
			if e.Field(id) == nil {
				return nil, fail.New(fail.Invalid, "field.unknown").On("order")
			}
		}
		place := func(f schema.Field) int {
			if i := slices.Index(order, f.ID); i >= 0 {
				return i
			}
			return len(order)
		}
		slices.SortStableFunc(e.Fields, func(a, b schema.Field) int { return place(a) - place(b) })
		return x.docs()
	})
}

// field commits and returns the field as it is then. id is set by build.
func (c *Catalog) field(ctx context.Context, a access.Actor, ent schema.EntityID, id *schema.FieldID, build func(*Snapshot) ([]store.DocOp, error)) (*schema.Field, error) {
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	e, err := c.entity(ctx, a, ent, build)
	if err != nil {
		return nil, err
	}
	if f := e.Field(*id); f != nil {
		return f, nil
	}
	return nil, fail.New(fail.NotFound, "field.notFound")
}

// addField appends a checked field and the other side of a link.
func (x *edits) addField(ent schema.EntityID, in *FieldInput) (schema.FieldID, error) {
	e, err := x.entity(ent)
	if err != nil {
		return 0, err
	}
	if in.Type == field.SubTable {
		return x.addSubTable(e, in)
	}
	f, err := newField(e.Entity, in)
	if err != nil {
		return 0, err
	}
	if err := in.Refs.resolve(e.Entity, f, x.target); err != nil {
		return 0, err
	}
	if f.Type != "link" {
		if err := checkField(f); err != nil {
			return 0, err
		}
		appendField(e.Entity, f)
		return f.ID, nil
	}
	if x.snap.entities[f.Options.Entity] == nil && x.entities[f.Options.Entity] == nil {
		return 0, fail.New(fail.Invalid, "link.entityUnknown").On("options.entity")
	}
	other, err := x.entity(f.Options.Entity)
	if err != nil {
		return 0, err
	}
	appendField(e.Entity, f)
	back, err := newField(other.Entity, &FieldInput{Name: freeName(other.Entity, in.InverseName, e.Name), Type: "link"})
	if err != nil {
		return 0, err
	}
	back.Options = schema.Options{Entity: ent, Inverse: f.ID, Derived: true, Many: true}
	own := e.Field(f.ID)
	own.Options.Inverse = back.ID
	if err := checkField(own); err != nil {
		return 0, err
	}
	if err := checkField(back); err != nil {
		return 0, err
	}
	appendField(other.Entity, back)
	return f.ID, nil
}

func appendField(e *schema.Entity, f *schema.Field) {
	e.Fields = append(e.Fields, *f)
	e.NextField = max(e.NextField, f.ID+1)
	if e.Title == 0 {
		e.Title = titleOf(e)
	}
}

// freeName is the wished name, else the fallback, made unique among the fields.
func freeName(e *schema.Entity, wish, fallback string) string {
	base := wish
	if base == "" {
		base = fallback
	}
	name := base
	for i := 2; nameTaken(e, name, 0); i++ {
		name = base + " " + strconv.Itoa(i)
	}
	return name
}

func nameTaken(e *schema.Entity, name string, but schema.FieldID) bool {
	return slices.ContainsFunc(e.Fields, func(f schema.Field) bool { return !f.Deleted && f.ID != but && f.Name == name })
}

func fieldKeys(e *schema.Entity, but schema.FieldID) []string {
	var out []string
	for _, f := range e.Live() {
		if f.ID != but {
			out = append(out, f.Key)
		}
	}
	return out
}

// newField makes a field of an entity that is not appended yet.
func newField(e *schema.Entity, in *FieldInput) (*schema.Field, error) {
	if len(e.Live()) >= MaxFields {
		return nil, fail.New(fail.Invalid, "field.tooMany").With("max", MaxFields)
	}
	name, err := checkName("name", in.Name)
	if err != nil {
		return nil, err
	}
	if nameTaken(e, name, 0) {
		return nil, fail.New(fail.Invalid, "name.taken").On("name").With("name", name)
	}
	if _, ok := field.Of(in.Type); !ok {
		return nil, fail.New(fail.Invalid, "field.typeUnknown").On("type").With("type", in.Type)
	}
	key, err := chooseKey(in.Key, name, "field", fieldKeys(e, 0))
	if err != nil {
		return nil, err
	}
	f := &schema.Field{
		ID: e.NextField, Key: key, Name: name, Type: in.Type, Description: in.Description,
		Required: in.Required, Unique: in.Unique, Default: in.Default, Options: in.Options,
		RequiredIf: in.RequiredIf, ReadOnlyIf: in.ReadOnlyIf,
	}
	f.Options.Derived, f.Options.Inverse, f.Options.NextChoice = false, 0, 0
	f.Options.Choices, f.Options.Transitions = slices.Clone(f.Options.Choices), slices.Clone(f.Options.Transitions)
	renew(&f.Options)
	return f, settleChoices(&f.Options, nil)
}

// checkField checks a field as a whole and completes its options.
func checkField(f *schema.Field) error {
	t, ok := field.Of(f.Type)
	if !ok {
		return fail.New(fail.Invalid, "field.typeUnknown").On("type").With("type", f.Type)
	}
	if err := checkText("description", f.Description, 1000); err != nil {
		return err
	}
	if err := t.Check(f); err != nil {
		return err
	}
	traits := t.Traits(f)
	if f.Required && !traits.MayBeRequired {
		return fail.New(fail.Invalid, "field.mayNotBeRequired").On("required")
	}
	if f.RequiredIf != "" && !traits.MayBeRequired {
		return fail.New(fail.Invalid, "field.mayNotBeRequired").On("required")
	}
	if len(f.UniqueWith) > 0 {
		f.Unique = false
		if !traits.MayBeUnique && f.Type != "singleSelect" && f.Type != "link" && f.Type != "user" {
			return fail.New(fail.Invalid, "field.mayNotBeUnique").On("unique")
		}
	}
	if f.Unique && !traits.MayBeUnique {
		return fail.New(fail.Invalid, "field.mayNotBeUnique").On("unique")
	}
	return checkDefault(f, &traits)
}

// checkDefault refuses a default that could not be stored in a new record.
func checkDefault(f *schema.Field, traits *field.Traits) error {
	if len(f.Default) == 0 || bytes.Equal(f.Default, []byte("null")) {
		f.Default = nil
		return nil
	}
	bad := fail.New(fail.Invalid, "field.badDefault").On("default")
	if traits.ReadOnly || traits.Kind == schema.KindJSON || f.Type == "link" {
		return bad
	}
	if hasFormula(f.Default) {
		return nil // compiled when the change is settled
	}
	if f.DefaultFormula() != "" { // settle compiles it
		return nil
	}
	if _, err := field.DefaultOf(f, &field.Env{Me: 1}); err != nil {
		return bad.Because(err)
	}
	return nil
}

// hasFormula says whether a default is {"formula":"…"}.
func hasFormula(raw json.RawMessage) bool {
	var given struct {
		Formula string `json:"formula"`
	}
	return json.Unmarshal(raw, &given) == nil && given.Formula != ""
}

func kindOf(f *schema.Field) schema.Kind {
	t, ok := field.Of(f.Type)
	if !ok {
		return 0
	}
	return t.Traits(f).Kind
}

func (x *edits) patchField(e *schema.Entity, f *schema.Field, p *FieldPatch) error {
	if p.Name != nil {
		name, err := checkName("name", *p.Name)
		if err != nil {
			return err
		}
		if nameTaken(e, name, f.ID) {
			return fail.New(fail.Invalid, "name.taken").On("name").With("name", name)
		}
		f.Name = name
	}
	if p.Key != nil && *p.Key != f.Key {
		key, err := chooseKey(*p.Key, f.Name, "field", fieldKeys(e, f.ID))
		if err != nil {
			return err
		}
		f.Key = key
	}
	if p.Type != nil && *p.Type != f.Type {
		if err := retype(f, *p.Type); err != nil {
			return err
		}
	}
	set(&f.Description, p.Description)
	set(&f.Required, p.Required)
	set(&f.Unique, p.Unique)
	set(&f.Default, p.Default)
	set(&f.RequiredIf, p.RequiredIf)
	set(&f.ReadOnlyIf, p.ReadOnlyIf)
	refs := FieldRefs{}
	if p.Options != nil {
		was := *f
		if err := patchOptions(f, *p.Options); err != nil {
			return err
		}
		if err := x.mayRebase(&was, f); err != nil {
			return err
		}
		refs = p.Refs
	}
	if p.With != nil {
		f.UniqueWith, refs.With = nil, *p.With
	}
	if err := refs.resolve(e, f, x.target); err != nil {
		return err
	}
	return checkField(f)
}

// retypable lists the types between which a field may change: what records
// hold means the same in each of a group.
var retypable = [][]string{
	{"text", "longText", "email", "phone", "url"}, {"number", "percent"}, {"decimal", "currency"},
}

func retype(f *schema.Field, to string) error {
	for _, group := range retypable {
		if slices.Contains(group, f.Type) && slices.Contains(group, to) && len(f.Options.Currencies) == 0 {
			f.Type = to
			return nil
		}
	}
	return fail.New(fail.Invalid, "field.typeFixed").On("type").With("from", f.Type).With("to", to)
}

// patchOptions replaces the options and keeps what must stay: where a link
// leads, how decimals are scaled, and the choices that records may hold.
func patchOptions(f *schema.Field, o schema.Options) error {
	old := f.Options
	if o.Entity != 0 && o.Entity != old.Entity {
		return fail.New(fail.Invalid, "link.entityFixed").On("options.entity")
	}
	o.Entity, o.Inverse, o.Derived, o.NextChoice = old.Entity, old.Inverse, old.Derived, old.NextChoice
	if f.Type == "cascader" && o.Tree != old.Tree {
		return fail.New(fail.Invalid, "field.treeFixed").On("options.tree")
	}
	if f.Type == "decimal" || f.Type == "currency" {
		if o.Scale != nil && old.Scale != nil && *o.Scale != *old.Scale {
			return fail.New(fail.Invalid, "field.scaleFixed").On("options.scale")
		}
		o.Scale = old.Scale
	}
	if f.Type == "currency" {
		if err := keepCurrencies(&o, &old); err != nil {
			return err
		}
	}
	keepComputed(f, &o)
	o.Choices, o.Transitions = slices.Clone(o.Choices), slices.Clone(o.Transitions)
	if err := settleChoices(&o, old.Choices); err != nil {
		return err
	}
	for _, k := range old.Choices {
		if !slices.ContainsFunc(o.Choices, func(ch schema.Choice) bool { return ch.ID == k.ID }) {
			k.Deleted = true
			o.Choices = append(o.Choices, k)
		}
	}
	f.Options = o
	return nil
}

// keepComputed keeps what makes a computed field where a change leaves it out,
// and what the program itself has found out.
func keepComputed(f *schema.Field, o *schema.Options) {
	old := &f.Options
	if o.Link == 0 {
		o.Link = old.Link
	}
	if o.Field == 0 {
		o.Field = old.Field
	}
	if o.Op == "" {
		o.Op = old.Op
	}
	if o.Formula == "" {
		o.Formula = old.Formula
	}
	if o.Clock == nil {
		o.Clock = old.Clock
	}
	if field.IsSubTable(f) {
		o.Format, o.Many = old.Format, old.Many
	}
	if field.IsComputed(f) {
		o.Result, o.Volatile, o.Many, o.Of = old.Result, old.Volatile, old.Many, old.Of
	}
}
