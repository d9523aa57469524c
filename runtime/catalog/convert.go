package catalog

import (
	"context"
	"slices"
	"strconv"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// KindConvert are documents that say which fields are being given another type.
const KindConvert = "convert"

// KeepOld is for how long a field can be taken back to its former type, and
// a deleted one can be restored.
const KeepOld = 30 * 24 * time.Hour

// Conversion is such a document: how far the values of a field have been moved.
type Conversion struct {
	Job

	Entity schema.EntityID `json:"entity"`
	Field  schema.FieldID  `json:"field"`
	Phase  string          `json:"phase"` // of schema.Moving
	// Again: the records that changed since Since are gone through once more.
	Again bool            `json:"again,omitempty"`
	Since int64           `json:"since"`
	After schema.RecordID `json:"after,omitempty"` // the last record that is done
	Done  int64           `json:"done"`
	Total int64           `json:"total"`
}

// Doc is the write of the document; version 0 makes it.
func (v *Conversion) Doc() (store.DocOp, error) { return v.doc(KindConvert, v) }

func convertKey(e schema.EntityID, f schema.FieldID) string {
	return entityKey(e) + "/" + strconv.FormatInt(int64(f), 10)
}

func (s *Snapshot) noteConversion(v *Conversion) {
	if !slices.Contains(s.updating[v.Entity], v.Field) {
		s.updating[v.Entity] = append(s.updating[v.Entity], v.Field)
	}
}

// ConvertInput is the type that a field is to have. InverseName names the other
// side of a link. With Keep the old values stay to be seen in a field of their own.
type ConvertInput struct {
	Keep        bool
	Type        string
	Options     schema.Options
	Refs        FieldRefs
	InverseName string
}

// Target is what a field would be after a conversion; an error, of kind
// Invalid, says why it cannot be that.
func (s *Snapshot) Target(ent schema.EntityID, id schema.FieldID, in ConvertInput) (*schema.Field, error) {
	x := newEdits(s)
	e, f, err := x.movable(ent, id)
	if err != nil {
		return nil, err
	}
	to, err := x.convertTo(e, f, in)
	if err != nil {
		return nil, err
	}
	return to, s.inScopes(e.Entity, f, to)
}

// Convert begins to give a field another type. Its id, key and name stay; its
// values follow in the background. The field as it is until then is returned.
func (c *Catalog) Convert(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.FieldID, in ConvertInput) (*schema.Field, error) {
	return c.field(ctx, a, ent, &id, func(s *Snapshot) ([]store.DocOp, error) {
		x := newEdits(s)
		e, f, err := x.movable(ent, id)
		if err != nil {
			return nil, err
		}
		to, err := x.convertTo(e, f, in)
		if err != nil {
			return nil, err
		}
		if err := s.inScopes(e.Entity, f, to); err != nil {
			return nil, err
		}
		if f.Was != nil { // what was kept of an earlier type goes
			dropShadow(e.Entity, f.Was.Shadow)
			f.Was = nil
		}
		var keep schema.FieldID
		var more []store.DocOp
		if in.Keep {
			if keep, more, err = x.keepColumn(e, f); err != nil {
				return nil, err
			}
			f = e.Field(id)
		}
		shadow := e.NextField
		e.NextField++
		e.Shadows = append(e.Shadows, schema.Shadow{ID: shadow, For: f.ID, Use: schema.ShadowWas, Kind: kindOf(f)})
		f.Moving = &schema.Moving{Phase: schema.MoveCopy, Shadow: shadow, Keep: keep, To: to.Now(), Inverse: in.InverseName}
		docs, err := c.begun(x, e, f)
		return append(docs, more...), err
	})
}

// Revert begins to take a field back to the type that it had before.
func (c *Catalog) Revert(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.FieldID) (*schema.Field, error) {
	return c.field(ctx, a, ent, &id, func(s *Snapshot) ([]store.DocOp, error) {
		x := newEdits(s)
		e, f, err := x.movable(ent, id)
		if err != nil {
			return nil, err
		}
		if f.Was == nil || f.Was.Until < c.now().UnixMilli() {
			return nil, fail.New(fail.Invalid, "convert.nothingKept").With("name", f.Name)
		}
		if err := s.inScopes(e.Entity, f, f.As(f.Was)); err != nil {
			return nil, err
		}
		f.Moving = &schema.Moving{Phase: schema.MoveCopy, Back: true, Shadow: f.Was.Shadow, To: f.Was}
		return c.begun(x, e, f)
	})
}

func (c *Catalog) begun(x *edits, e *edited, f *schema.Field) ([]store.DocOp, error) {
	docs, err := x.docs()
	if err != nil {
		return nil, err
	}
	v := &Conversion{Entity: e.ID, Field: f.ID, Phase: schema.MoveCopy, Since: c.now().UnixMilli(), Job: Job{Key: convertKey(e.ID, f.ID)}}
	op, err := v.Doc()
	return append(docs, op), err
}

// movable finds a field whose type may change now.
func (x *edits) movable(ent schema.EntityID, id schema.FieldID) (*edited, *schema.Field, error) {
	e, err := x.entity(ent)
	if err != nil {
		return nil, nil, err
	}
	f := e.Field(id)
	if f == nil {
		return nil, nil, fail.New(fail.NotFound, "field.notFound")
	}
	if f.Moving != nil {
		return nil, nil, fail.New(fail.Conflict, "convert.running").With("name", f.Name)
	}
	return e, f, nil
}

// convertTo is a field as it will be with another type.
func (x *edits) convertTo(e *edited, f *schema.Field, in ConvertInput) (*schema.Field, error) {
	if err := field.Convertible(f, in.Type); err != nil {
		return nil, err
	}
	if in.Keep && f.Type == "link" { // it has another side
		return nil, fail.New(fail.Invalid, "convert.keep").On("keep").With("name", f.Name)
	}
	to, err := clone(f)
	if err != nil {
		return nil, err
	}
	to.Type, to.Options, to.Moving, to.Was, to.Past = in.Type, in.Options, nil, nil, nil
	o := &to.Options
	o.Derived, o.Inverse, o.NextChoice = false, 0, 0
	var old []schema.Choice
	if chooses(f.Type) && chooses(in.Type) {
		old = f.Options.Choices
		if len(o.Choices) == 0 {
			o.Choices = slices.Clone(old)
		}
	} else {
		renew(o)
	}
	o.Choices, o.Transitions = slices.Clone(o.Choices), slices.Clone(o.Transitions)
	if err := settleChoices(o, old); err != nil {
		return nil, err
	}
	if err := in.Refs.resolve(e.Entity, to, x.target); err != nil {
		return nil, err
	}
	if to.Type == "link" && x.target(o.Entity) == nil {
		return nil, fail.New(fail.Invalid, "link.entityUnknown").On("options.entity")
	}
	fitRules(to)
	return to, checkField(to)
}

func chooses(typ string) bool {
	return typ == "singleSelect" || typ == "multiSelect" || typ == "status"
}

// fitRules takes away what a field of another type cannot have.
func fitRules(f *schema.Field) {
	t, ok := field.Of(f.Type)
	if !ok {
		return
	}
	traits := t.Traits(f)
	if !traits.MayBeRequired {
		f.Required, f.RequiredIf = false, ""
	}
	if !traits.MayBeUnique {
		f.Unique, f.UniqueWith = false, nil
	}
	if checkDefault(f, &traits) != nil {
		f.Default = nil
	}
}

// Turn gives a field its new type, when its old values have been copied: views
// and the other sides of links follow. v is the document of the work, which
// goes on with filling the field.
func (c *Catalog) Turn(ctx context.Context, t schema.TenantID, v *Conversion) error {
	a := access.Actor{Tenant: t, System: true}
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		x := newEdits(s)
		e, err := x.entity(v.Entity)
		if err != nil {
			return nil, err
		}
		f := e.Field(v.Field)
		if f == nil || f.Moving == nil || f.Moving.Phase != schema.MoveCopy {
			return nil, nil
		}
		if err := x.turn(e, f, c.now().UnixMilli()); err != nil {
			return nil, err
		}
		docs, err := x.docs()
		if err != nil {
			return nil, err
		}
		next := *v
		next.Phase, next.Again, next.After, next.Since = schema.MoveFill, false, 0, c.now().UnixMilli()
		op, err := next.Doc()
		op.Log = true
		return append(docs, op), err
	})
}

// turn makes a field what it is to be.
func (x *edits) turn(e *edited, f *schema.Field, at int64) error {
	m, old := f.Moving, f.Now()
	before := *f
	f.Past = append(f.Past, schema.Past{Type: old.Type, Options: old.Options, Until: at})
	*f = *f.As(m.To)
	m.Phase = schema.MoveFill
	if before.Type == "link" {
		if err := x.dropOtherSide(&before); err != nil {
			return err
		}
		f = e.Field(before.ID)
	}
	if f.Type == "link" {
		if err := x.otherSide(e, f, m.Inverse); err != nil {
			return err
		}
		f = e.Field(before.ID)
	}
	if m.Back {
		f.Was = nil
	} else {
		old.Shadow, old.At, old.Until = m.Shadow, at, at+KeepOld.Milliseconds()
		f.Was = old
	}
	fitRules(f)
	if err := checkField(f); err != nil {
		return err
	}
	return x.refitAll(Ref{e.ID, f.ID})
}

// dropOtherSide marks the other side of what was a link deleted.
func (x *edits) dropOtherSide(was *schema.Field) error {
	to := was.Options.Entity
	if x.target(to) == nil || x.target(to).Field(was.Options.Inverse) == nil {
		return nil
	}
	other, err := x.entity(to)
	if err != nil {
		return err
	}
	inv := other.Field(was.Options.Inverse)
	inv.Deleted = true
	if other.Title == inv.ID {
		other.Title = titleOf(other.Entity)
	}
	return x.forgetField(other.Entity, was.Options.Inverse)
}

// otherSide makes the other side of what is a link now, or brings it back.
func (x *edits) otherSide(e *edited, f *schema.Field, name string) error {
	id := f.ID
	other, err := x.entity(f.Options.Entity)
	if err != nil {
		return err
	}
	if f.Options.Inverse != 0 {
		for i := range other.Fields {
			if o := &other.Fields[i]; o.ID == f.Options.Inverse {
				o.Deleted, o.DeletedAt = false, 0
				if nameTaken(other.Entity, o.Name, o.ID) {
					o.Name = freeName(other.Entity, o.Name, o.Name)
				}
				return nil
			}
		}
	}
	back, err := newField(other.Entity, &FieldInput{Name: freeName(other.Entity, name, e.Name), Type: "link"})
	if err != nil {
		return err
	}
	back.Options = schema.Options{Entity: e.ID, Inverse: id, Derived: true, Many: true}
	if err := checkField(back); err != nil {
		return err
	}
	appendField(other.Entity, back)
	e.Field(id).Options.Inverse = back.ID
	return nil
}

// Converted ends a conversion whose values are all moved. What follows from the
// field is brought up to date after that.
func (c *Catalog) Converted(ctx context.Context, t schema.TenantID, v *Conversion) error {
	a := access.Actor{Tenant: t, System: true}
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		done := store.DocOp{Kind: KindConvert, Key: v.Key, IfVersion: v.Version, Log: true}
		x := newEdits(s)
		e, err := x.entity(v.Entity)
		if err != nil {
			return []store.DocOp{done}, nil //nolint:nilerr // the entity is gone, and its values with it
		}
		f := e.Field(v.Field)
		if f == nil || f.Moving == nil {
			return []store.DocOp{done}, nil
		}
		if f.Moving.Back {
			dropShadow(e.Entity, f.Moving.Shadow)
		}
		f.Moving = nil
		x.stale = append(x.stale, Ref{e.ID, f.ID})
		docs, err := x.docs()
		return append(docs, done), err
	})
}

// ForgetOld drops the values of former types that are kept no longer.
func (c *Catalog) ForgetOld(ctx context.Context, t schema.TenantID, ent schema.EntityID) error {
	a := access.Actor{Tenant: t, System: true}
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		x := newEdits(s)
		e, err := x.entity(ent)
		if err != nil {
			return nil, err
		}
		for _, f := range e.Live() {
			if f.Was != nil && f.Moving == nil && f.Was.Until < c.now().UnixMilli() {
				dropShadow(e.Entity, f.Was.Shadow)
				f.Was = nil
			}
		}
		return x.docs()
	})
}

// Outdated lists the entities that keep values of former types for too long.
func (s *Snapshot) Outdated(now int64) []schema.EntityID {
	var out []schema.EntityID
	for id, e := range s.entities {
		if slices.ContainsFunc(e.Fields, func(f schema.Field) bool {
			return !f.Deleted && f.Was != nil && f.Moving == nil && f.Was.Until < now
		}) {
			out = append(out, id)
		}
	}
	return out
}

func dropShadow(e *schema.Entity, id schema.FieldID) {
	e.Shadows = slices.DeleteFunc(e.Shadows, func(s schema.Shadow) bool { return s.ID == id })
}

// ConvertChoices adds choices, by name, to what a field is becoming, or has become.
func (c *Catalog) ConvertChoices(ctx context.Context, t schema.TenantID, v *Conversion, names []string) error {
	return c.change(ctx, access.Actor{Tenant: t, System: true}, func(s *Snapshot) ([]store.DocOp, error) {
		x := newEdits(s)
		e, err := x.entity(v.Entity)
		if err != nil {
			return nil, err
		}
		f := e.Field(v.Field)
		if f == nil || f.Moving == nil {
			return nil, nil
		}
		to := f
		if f.Moving.Phase == schema.MoveCopy {
			to = f.As(f.Moving.To)
		}
		for _, n := range names {
			if !slices.ContainsFunc(to.Options.Choices, func(o schema.Choice) bool { return o.Name == n && !o.Deleted }) {
				to.Options.Choices = append(to.Options.Choices, schema.Choice{Name: n})
			}
		}
		if err := checkField(to); err != nil {
			return nil, err
		}
		if f.Moving.Phase == schema.MoveCopy {
			f.Moving.To.Options = to.Options
		}
		return x.docs()
	})
}
