package catalog

import (
	"slices"
	"strconv"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// keepColumn adds a field that holds what another one held before its type
// changed. Nobody may do more with it than with the other.
func (x *edits) keepColumn(e *edited, f *schema.Field) (schema.FieldID, []store.DocOp, error) {
	if len(e.Live()) >= MaxFields {
		return 0, nil, fail.New(fail.Invalid, "field.tooMany").With("max", MaxFields)
	}
	old, err := clone(f)
	if err != nil {
		return 0, nil, err
	}
	old.ID, old.Moving, old.Was, old.Past = e.NextField, nil, nil, nil
	old.Required, old.RequiredIf, old.ReadOnlyIf, old.Unique, old.UniqueWith, old.Default = false, "", "", false, nil, nil
	suffix := []rune(textsOf(x.snap.Tenant.Locale).Old)
	name := []rune(f.Name)
	old.Name = freeName(e.Entity, string(name[:min(len(name), MaxName-len(suffix)-keepRoom)])+string(suffix), f.Name)
	if old.Key, err = chooseKey("", f.Key+"_old", "field", fieldKeys(e.Entity, 0)); err != nil {
		return 0, nil, err
	}
	if f.Type == "autoNumber" || f.Type == "uuid" { // nothing is to be given to records by themselves
		old.Type, old.Options = "text", schema.Options{}
	}
	if err := checkField(old); err != nil {
		return 0, nil, err
	}
	appendField(e.Entity, old)
	docs, err := x.sameRights(e.ID, f.ID, old.ID)
	return old.ID, docs, err
}

// keepRoom is what freeName may need at the end of a name.
var keepRoom = len(" ") + len(strconv.Itoa(MaxFields))

// sameRights gives roles the right on a field that they have on another.
func (x *edits) sameRights(e schema.EntityID, of, on schema.FieldID) ([]store.DocOp, error) {
	var docs []store.DocOp
	for _, r := range x.snap.Roles() {
		if !slices.ContainsFunc(r.Grants, func(g schema.Grant) bool { return g.Entity == e && g.Fields[of] != "" }) {
			continue
		}
		next, err := clone(r)
		if err != nil {
			return nil, err
		}
		for i := range next.Grants {
			if g := &next.Grants[i]; g.Entity == e && g.Fields[of] != "" {
				g.Fields[on] = g.Fields[of]
			}
		}
		if docs, err = appended(docs, KindRole, roleKey(r.ID), r.Version, next); err != nil {
			return nil, err
		}
	}
	if len(docs) > 0 {
		docs = append(docs, raisePolicy(x.snap))
	}
	return docs, nil
}
