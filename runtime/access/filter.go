package access

import (
	"encoding/json"
	"time"

	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/filter"
	"tongban/schema/query"
)

// FilterEnv is what a filter means for an actor at a moment. Visible is left
// to the caller: nil lets it ask for every field.
func FilterEnv(a Actor, d Data, now time.Time) *filter.Env {
	return &filter.Env{
		Env:          field.Env{Now: now, Zone: d.Zone(), Me: a.User, Rate: d.RateNow},
		WeekStart:    d.WeekStart(),
		MyDepartment: a.Department,
		Members:      func(dept schema.DeptID) []schema.UserID { return d.MembersOf([]schema.DeptID{dept}) },
		Tree:         d.DeptTree,
		Entity:       d.Entity,
	}
}

// compileFilter turns a scope's filter into an expression for the actor, and
// tells which of the entity's fields it looks at. A filter that no longer
// fits the entity is false: it gives nothing.
func compileFilter(e *schema.Entity, raw json.RawMessage, a Actor, d Data, now time.Time) (query.Expr, []schema.FieldID, bool) {
	if len(raw) == 0 {
		return nil, nil, false
	}
	x, err := filter.Compile(e, raw, FilterEnv(a, d, now))
	if err != nil {
		return nil, nil, false
	}
	var fields []schema.FieldID
	for _, name := range filter.Fields(raw) {
		f := e.FieldNamed(name)
		if f == nil || f.Options.Derived {
			continue
		}
		if t, ok := field.Of(f.Type); ok && t.Traits(f).System == 0 {
			fields = append(fields, f.ID)
		}
	}
	return x, fields, true
}
