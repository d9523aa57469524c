package access

import (
	"slices"
	"time"

	"tongban/schema"
	"tongban/schema/query"
)

type scopeKind uint8

const (
	scopeNone scopeKind = iota // matches nothing: what cannot be understood gives nothing
	scopeAll
	scopeUsers  // the owner is one of users
	scopeFilter // expr decides
)

// scope is a grant's set of records, bound to one actor.
type scope struct {
	kind   scopeKind
	owner  schema.FieldID // scopeUsers; SysCreatedBy where the entity has no user field
	users  []int64        // sorted
	expr   query.Expr
	fields []schema.FieldID // what expr looks at
}

func bindScope(e *schema.Entity, s schema.Scope, a Actor, d Data, now time.Time) scope {
	switch s.Kind {
	case "all":
		return scope{kind: scopeAll}
	case "own":
		return usersScope(e, s, []schema.UserID{a.User})
	case "department":
		return usersScope(e, s, colleagues(a, d, []schema.DeptID{a.Department}))
	case "departmentTree":
		return usersScope(e, s, colleagues(a, d, d.DeptTree(a.Department)))
	case "filter":
		if x, fields, ok := compileFilter(e, s.Filter, a, d, now); ok {
			return scope{kind: scopeFilter, expr: x, fields: fields}
		}
	}
	return scope{kind: scopeNone, expr: query.Or{}}
}

// colleagues are the members of departments, and always the actor.
func colleagues(a Actor, d Data, depts []schema.DeptID) []schema.UserID {
	if a.Department == 0 {
		return []schema.UserID{a.User}
	}
	return append(slices.Clone(d.MembersOf(depts)), a.User)
}

func usersScope(e *schema.Entity, s schema.Scope, users []schema.UserID) scope {
	out := scope{kind: scopeUsers, owner: OwnerField(e, s.Owner)}
	for _, u := range users {
		out.users = append(out.users, int64(u))
	}
	slices.Sort(out.users)
	out.users = slices.Compact(out.users)
	if out.owner < 0 {
		vals := make([]schema.Value, len(out.users))
		for i, u := range out.users {
			vals[i] = u
		}
		out.expr = query.In{Field: out.owner, Vals: vals}
		return out
	}
	out.expr = query.SetOp{Field: out.owner, Mode: query.HasAny, Vals: out.users}
	out.fields = []schema.FieldID{out.owner}
	return out
}

// OwnerField is the field that says whose a record is: the named one where it
// is a live user field, else the first user field, else who created it.
func OwnerField(e *schema.Entity, named schema.FieldID) schema.FieldID {
	if named > 0 {
		if f := e.Field(named); f != nil && f.Type == "user" {
			return f.ID
		}
	}
	for i := range e.Fields {
		if f := &e.Fields[i]; !f.Deleted && f.Type == "user" {
			return f.ID
		}
	}
	return schema.SysCreatedBy
}

func (s *scope) matches(rec *schema.Record, in Lookup) bool {
	switch s.kind {
	case scopeAll:
		return true
	case scopeUsers:
		return s.owned(rec)
	case scopeFilter:
		return query.Match(s.expr, rec, in)
	}
	return false
}

func (s *scope) owned(rec *schema.Record) bool {
	has := func(u int64) bool {
		_, ok := slices.BinarySearch(s.users, u)
		return ok
	}
	switch v := rec.Get(s.owner).(type) {
	case int64:
		return has(v)
	case []int64:
		return slices.ContainsFunc(v, has)
	}
	return false
}
