package record

import (
	"context"
	"errors"
	"fmt"

	"tongban/runtime/access"
	"tongban/runtime/seal"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// read reads one value of a change into the form in which it is stored; a
// secret is sealed for the record it is for.
func (w *writing) read(wk *work, f *schema.Field, t field.Type, in any, env *field.Env) (schema.Value, error) {
	if f.Type != field.Secret {
		return t.Parse(f, in, env)
	}
	old := wk.after.Values[f.ID]
	if field.KeepsSecret(in) {
		if old == nil {
			return nil, fail.New(fail.Invalid, "secret.none").On(f.Key)
		}
		return old, nil
	}
	v, err := t.Parse(f, in, env)
	text, ok := v.(string)
	if err != nil || !ok {
		return v, err
	}
	return w.sealed(wk, f, text, old)
}

// sealed seals a text; the same text as before stays as it is.
func (w *writing) sealed(wk *work, f *schema.Field, text string, old schema.Value) (schema.Value, error) {
	at := w.place(wk, f)
	if was, ok := old.(string); ok {
		if open, err := w.svc.seal.Open(at, was); err == nil && open == text {
			return old, nil
		}
	}
	out, err := w.svc.seal.Seal(at, text)
	if err != nil {
		return nil, unsealed(err, f)
	}
	return out, nil
}

// sealedHere says whether a value in storage form is a secret of this record,
// such as an undo brings back.
func (w *writing) sealedHere(wk *work, f *schema.Field, v schema.Value) bool {
	s, ok := v.(string)
	if !ok {
		return v == nil
	}
	_, err := w.svc.seal.Open(w.place(wk, f), s)
	return err == nil
}

func (w *writing) place(wk *work, f *schema.Field) seal.Place {
	return seal.Place{Tenant: w.Actor.Tenant, Entity: wk.side.entity.ID, Field: f.ID, Record: wk.after.ID}
}

// unsealed is why a secret could not be sealed or opened.
func unsealed(err error, f *schema.Field) *fail.Error {
	code := "secret.broken"
	switch {
	case errors.Is(err, seal.ErrNoKey):
		code = "secret.noKey"
	case errors.Is(err, seal.ErrOtherKey):
		code = "secret.otherKey"
	}
	return fail.New(fail.Conflict, code).On(f.Key).Because(err)
}

// Reveal returns the text of one secret, "" where there is none. Whoever may
// read the field of that record may ask for it, but not with a token that only
// reads. Each call is logged, without the text.
func (s *Service) Reveal(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.RecordID, name string) (string, error) {
	if a.ReadOnly {
		return "", fail.New(fail.Forbidden, "access.readOnlyToken")
	}
	snap, r, err := s.rights(ctx, a, ent)
	if err != nil {
		return "", err
	}
	var f *schema.Field
	var sealed string
	err = s.view(ctx, snap, a, func(rd *reading) error {
		recs, err := rd.r.Get(ctx, snap.Shape(ent), []schema.RecordID{id}, nil)
		if err != nil {
			return fmt.Errorf("load record: %w", err)
		}
		if recs[0] == nil {
			return fail.New(fail.NotFound, "record.notFound")
		}
		acc := rd.of(r, recs[0])
		if !acc.May(access.Read) {
			return fail.New(fail.NotFound, "record.notFound")
		}
		if f, err = secretOf(r.Entity().FieldNamed(name), acc, name); err != nil {
			return err
		}
		sealed, _ = recs[0].Values[f.ID].(string)
		return nil
	})
	if err != nil || sealed == "" {
		return "", err
	}
	text, err := s.seal.Open(seal.Place{Tenant: a.Tenant, Entity: ent, Field: f.ID, Record: id}, sealed)
	if err != nil {
		return "", unsealed(err, f)
	}
	s.log.InfoContext(ctx, "secret revealed", "tenant", int64(a.Tenant), "user", int64(a.User),
		"entity", int64(ent), "record", int64(id), "field", int64(f.ID))
	return text, nil
}

// secretOf is the field if it holds secrets that the actor may read.
func secretOf(f *schema.Field, acc access.Access, name string) (*schema.Field, error) {
	if f == nil || acc.Right(f.ID) == schema.Hidden {
		return nil, fail.New(fail.Invalid, "field.unknown").On(name)
	}
	if f.Type != field.Secret {
		return nil, fail.New(fail.Invalid, "secret.noSecret").On(f.Key)
	}
	if right := acc.Right(f.ID); right != schema.ReadRight && right != schema.WriteRight {
		return nil, fail.New(fail.Forbidden, "secret.masked").On(f.Key)
	}
	return f, nil
}

// resealed moves the secrets among the values of a record to its copy in
// another entity. One
// that does not open is left out: nobody could read it there either.
func (s *Service) resealed(ctx context.Context, from seal.Place, to *schema.Entity, set schema.Values) error {
	for i := range to.Fields {
		f := &to.Fields[i]
		old, ok := set[f.ID].(string)
		if !ok || f.Type != field.Secret {
			continue
		}
		at, here := from, from
		at.Field, here.Field, here.Entity = f.ID, f.ID, to.ID
		v, err := s.seal.Move(at, here, old)
		switch {
		case errors.Is(err, seal.ErrBroken), errors.Is(err, seal.ErrOtherKey), errors.Is(err, seal.ErrNoKey):
			delete(set, f.ID)
			s.log.WarnContext(ctx, "secret not copied", "tenant", int64(at.Tenant), "entity", int64(at.Entity), "record", int64(at.Record), "field", int64(f.ID), "error", err.Error())
		case err != nil:
			return fmt.Errorf("copy a secret: %w", err)
		default:
			set[f.ID] = v
		}
	}
	return nil
}
