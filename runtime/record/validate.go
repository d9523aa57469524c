package record

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/seal"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// maxErrors is how many faults of a batch are told at once.
const maxErrors = 100

func (w *writing) env() *field.Env {
	return &field.Env{
		Now: time.UnixMilli(w.at).UTC(), Zone: w.snap.Zone(), Me: w.Actor.User,
		Typecast: w.Typecast, Find: w.finder, Rate: w.snap.RateNow,
	}
}

// validate reads the values of every change, checks them and the links, and
// gathers all faults, so that they can be mended in one go.
func (w *writing) validate() error {
	env := w.env()
	var derived []derivedEdit
	for _, wk := range w.works {
		if wk.op != store.OpCreate && wk.op != store.OpUpdate {
			continue
		}
		derived = append(derived, w.take(wk, env)...)
		if len(w.errs) >= maxErrors {
			break
		}
	}
	if err := w.faults(); err != nil {
		return err
	}
	if err := w.checkReferences(); err != nil {
		return err
	}
	if err := w.applyDerived(derived); err != nil {
		return err
	}
	for _, wk := range w.works {
		w.checkRequired(wk)
		w.checkWorths(wk)
	}
	return w.faults()
}

// faults is what was found wrong so far, as one error.
func (w *writing) faults() error {
	switch len(w.errs) {
	case 0:
		return nil
	case 1:
		return w.errs[0]
	}
	first := w.errs[0]
	all := fail.New(first.Kind, "record.invalid").On(first.Field)
	all.Many = w.errs
	return all
}

func (w *writing) fault(wk *work, err error, f string) {
	e := fail.Of(err)
	if e == nil {
		e = fail.New(fail.Internal, "internal").Because(err)
	}
	if e.Field == "" && f != "" {
		e = e.On(f)
	}
	if len(w.changes) > 1 {
		e = e.With("index", wk.index)
	}
	w.errs = append(w.errs, e)
}

// derivedEdit is a value given to the derived side of a link.
type derivedEdit struct {
	work *work
	f    *schema.Field
	want []int64
}

// take reads one change's values into its record and returns what was given to
// derived links, which other records will hold.
func (w *writing) take(wk *work, env *field.Env) []derivedEdit {
	var derived []derivedEdit
	given := map[schema.FieldID]bool{}
	one := func(f *schema.Field, name string, v schema.Value, err error) {
		if err != nil {
			w.fault(wk, err, name)
			return
		}
		given[f.ID] = true
		if f.Options.Derived {
			derived = append(derived, derivedEdit{work: wk, f: f, want: setOf(v)})
			return
		}
		if err := wk.assign(f, v); err != nil {
			w.fault(wk, err, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wk.change.Fields)) {
		f, t, err := w.writable(wk, wk.side.entity.FieldNamed(name), name)
		if err != nil {
			w.fault(wk, err, name)
			continue
		}
		v, perr := w.read(wk, f, t, wk.change.Fields[name], env)
		one(f, f.Key, v, perr)
	}
	for _, id := range slices.Sorted(maps.Keys(wk.change.Values)) {
		f, _, err := w.writable(wk, wk.side.entity.Field(id), schema.FormatID(schema.PrefixField, max(id, 1)))
		if err != nil {
			w.fault(wk, err, "")
			continue
		}
		v := wk.change.Values[id]
		if !fits(f, v) || f.Type == field.Secret && !w.sealedHere(wk, f, v) {
			w.fault(wk, fail.New(fail.Invalid, "field.badValue"), f.Key)
			continue
		}
		one(f, f.Key, v, nil)
	}
	if wk.op == store.OpCreate {
		w.complete(wk, env, given)
	}
	return derived
}

// writable finds a field that the actor may give a value. A hidden field is
// unknown; one that may be read only is named in the refusal.
func (w *writing) writable(wk *work, f *schema.Field, name string) (*schema.Field, field.Type, error) {
	if f == nil {
		return nil, nil, fail.New(fail.Invalid, "field.unknown").On(name)
	}
	t, ok := field.Of(f.Type)
	if !ok {
		return nil, nil, fail.New(fail.Invalid, "field.unknown").On(name)
	}
	var right schema.Right
	switch {
	case wk.op != store.OpCreate:
		right = wk.access.Right(f.ID)
	case wk.side.rights.Creatable(f.ID):
		right = schema.WriteRight
	default:
		right = wk.side.rights.Right(f.ID)
		if right == schema.WriteRight {
			right = schema.ReadRight
		}
	}
	switch {
	case right == schema.Hidden:
		return nil, nil, fail.New(fail.Invalid, "field.unknown").On(name)
	case right != schema.WriteRight:
		return nil, nil, fail.New(fail.Forbidden, "field.readOnly").On(f.Key)
	case t.Traits(f).ReadOnly && !f.Options.Derived:
		return nil, nil, fail.New(fail.Invalid, "field.readOnly").On(f.Key)
	}
	return f, t, nil
}

// assign puts a value in storage form into the record, if it changes anything.
func (wk *work) assign(f *schema.Field, v schema.Value) *fail.Error {
	if f == nil || f.Options.Derived {
		return fail.New(fail.Invalid, "field.unknown")
	}
	if f.Type == field.Secret && v != nil && !seal.Sealed(v) {
		return fail.New(fail.Invalid, "field.badValue").On(f.Key) // what is not sealed is never stored
	}
	old := wk.after.Values[f.ID]
	if sameValue(old, v) {
		return nil
	}
	if _, again := wk.set[f.ID]; !again && old != nil {
		wk.prior[f.ID] = old
	}
	wk.set[f.ID] = v
	if v == nil {
		delete(wk.after.Values, f.ID)
	} else {
		wk.after.Values[f.ID] = v
	}
	return nil
}

// complete gives a new record its defaults and asks for its numbers.
func (w *writing) complete(wk *work, env *field.Env, given map[schema.FieldID]bool) {
	e := wk.side.entity
	for i := range e.Fields {
		f := &e.Fields[i]
		if f.Deleted || given[f.ID] {
			continue
		}
		if f.Type == "autoNumber" {
			wk.numbers = append(wk.numbers, numberOf(e.ID, f, env.Now, env.Zone))
			continue
		}
		if f.Type == "uuid" {
			if err := wk.giveUUID(f); err != nil {
				w.fault(wk, err, f.Key)
			}
			continue
		}
		if len(f.Default) == 0 || f.DefaultFormula() != "" {
			continue
		}
		v, err := field.DefaultOf(f, env)
		if err == nil && v != nil {
			if ferr := wk.assign(f, v); ferr != nil {
				w.fault(wk, ferr, f.Key)
			}
		} // a default that no longer fits the field is as none
	}
	w.defaultsByFormula(wk, env, given)
}

// giveUUID gives a new record an identifier of its own.
func (wk *work) giveUUID(f *schema.Field) error {
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return fmt.Errorf("make a uuid: %w", err)
	}
	if ferr := wk.assign(f, field.NewUUID(random)); ferr != nil {
		return ferr
	}
	return nil
}

// checkRequired looks at all required fields of a new record, and at those
// that an update has touched.
func (w *writing) checkRequired(wk *work) {
	if wk.op != store.OpCreate && wk.op != store.OpUpdate {
		return
	}
	e := wk.side.entity
	for i := range e.Fields {
		f := &e.Fields[i]
		if f.Deleted || !f.Required || f.Options.Derived || wk.after.Values[f.ID] != nil {
			continue
		}
		_, touched := wk.set[f.ID]
		if touched || wk.op == store.OpCreate {
			w.fault(wk, fail.New(fail.Invalid, "field.required"), w.keyFor(wk, f))
		}
	}
}

// keyFor is the field's key, or "" where the actor may not know of the field.
func (w *writing) keyFor(wk *work, f *schema.Field) string {
	if wk.side.rights.Right(f.ID) == schema.Hidden {
		return ""
	}
	return f.Key
}

// fits says whether a value has the form in which the field is stored.
func fits(f *schema.Field, v schema.Value) bool {
	if v == nil {
		return true
	}
	t, ok := field.Of(f.Type)
	if !ok {
		return false
	}
	switch v.(type) {
	case string:
		return t.Traits(f).Kind == schema.KindText
	case int64:
		return slices.Contains([]schema.Kind{schema.KindInt, schema.KindTime, schema.KindOption}, t.Traits(f).Kind)
	case float64:
		return t.Traits(f).Kind == schema.KindFloat
	case bool:
		return t.Traits(f).Kind == schema.KindBool
	case []int64:
		return t.Traits(f).Kind == schema.KindSet
	case json.RawMessage:
		return t.Traits(f).Kind == schema.KindJSON
	}
	return false
}

func sameValue(a, b schema.Value) bool {
	switch x := a.(type) {
	case []int64:
		y, ok := b.([]int64)
		return ok && slices.Equal(x, y)
	case json.RawMessage:
		y, ok := b.(json.RawMessage)
		return ok && bytes.Equal(x, y)
	}
	switch b.(type) {
	case []int64, json.RawMessage:
		return false
	}
	return a == b
}

// addable says whether typecast may add choices: who may design may.
func (w *writing) addable() bool { return access.Designer(w.Actor) == nil }
