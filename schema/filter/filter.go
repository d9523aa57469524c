// Package filter reads filter JSON, the one language in which records are
// asked for from outside, into the query language of storage.
//
// A leaf is {"field":…,"op":…,"value":…}; leaves are joined by {"and":[…]},
// {"or":[…]} and {"not":…}. Fields are named by id, key or name. Ops differ by
// field type: schema/field.Traits lists them. What is worth knowing:
//
//   - ne, notContains, notIn and hasNone are complements: they include empty.
//   - A value of null or "" asks for emptiness with eq, for its opposite with ne.
//   - between takes [from, to], both included; null leaves a side open.
//   - A day given for a dateTime field means all of that day in the tenant's zone.
//   - within takes a name from relative.go, such as "last7Days", which counts today.
//   - "@me", "@myDepartment" (its members), "@today" and "@now" stand for values.
//   - A computed field is asked as the type of what it shows.
//   - hasAny, hasAll and hasNone of a cascader's node, and hasAny and hasNone of
//     a department, include what is below it; eq, ne mean just that one.
//   - A leaf may also be {"formula":"…"}: a condition that can be said by leaves
//     (see formula.Program.ToFilter); what cannot is formula.noFilter.
//   - Besides the entity's fields there are createdAt, createdBy, updatedAt and
//     updatedBy, unless a field has that key.
package filter

import (
	"encoding/json"
	"time"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/query"
)

// The limits of a filter.
const (
	MaxDepth  = 32
	MaxLeaves = 200
	MaxList   = 1000 // values of in, notIn, hasAny, …
	MaxBytes  = 256 << 10
)

// Env is what the meaning of a filter depends on besides itself.
type Env struct {
	field.Env
	WeekStart    time.Weekday
	MyDepartment schema.DeptID
	// Members lists who belongs to a department; nil: nobody.
	Members func(schema.DeptID) []schema.UserID
	// Tree lists a department and all below it, for department fields; nil: itself.
	Tree func(schema.DeptID) []schema.DeptID
	// Visible says which fields may be asked for; nil: all.
	Visible func(schema.FieldID) bool
	Entity  func(schema.EntityID) *schema.Entity
}

// Compile reads a filter. No filter at all (nothing, or null) is query.True. A
// field that does not exist or may not be seen is field.unknown either way.
func Compile(e *schema.Entity, raw json.RawMessage, env *Env) (query.Expr, error) {
	root, err := decode(raw)
	if err != nil {
		return nil, err
	}
	if root == nil {
		return query.True{}, nil
	}
	c := &compiler{entity: e, env: env}
	return c.node(root)
}

type compiler struct {
	entity   *schema.Entity
	env      *Env
	formulas int
}

func (c *compiler) node(in any) (query.Expr, error) {
	n, err := parse(in)
	if err != nil {
		return nil, err
	}
	switch n.kind {
	case kindAnd, kindOr:
		list := make([]query.Expr, len(n.list))
		for i, child := range n.list {
			if list[i], err = c.node(child); err != nil {
				return nil, err
			}
		}
		if n.kind == kindAnd {
			return query.And(list), nil
		}
		return query.Or(list), nil
	case kindNot:
		x, err := c.node(n.list[0])
		if err != nil {
			return nil, err
		}
		return query.Not{X: x}, nil
	case kindFormula:
		return c.formula(n.formula)
	}
	return c.leaf(n)
}

func (c *compiler) leaf(n node) (query.Expr, error) {
	f := find(c.entity, n.field)
	if f == nil || c.env.Visible != nil && f.ID > 0 && !c.env.Visible(f.ID) {
		return nil, fail.New(fail.Invalid, "field.unknown").On(n.field)
	}
	t, ok := field.Of(f.Type)
	if !ok {
		return nil, fail.New(fail.Invalid, "field.unknown").On(n.field)
	}
	l := &leaf{env: c.env, f: f, t: t, traits: t.Traits(f), op: n.op, value: n.value, name: n.field}
	l.id = f.ID
	if shown, st, ok := field.Shown(f); ok && field.IsComputed(f) {
		l.f, l.t = shown, st
	}
	if l.traits.System != 0 {
		l.id = l.traits.System
	}
	if l.traits.Money {
		return l.money(c.entity)
	}
	return l.compile()
}

// builtin are the system fields that every entity has for filters.
var builtin = []schema.Field{
	{ID: schema.SysCreatedAt, Key: "createdAt", Type: "createdTime"},
	{ID: schema.SysCreatedBy, Key: "createdBy", Type: "createdBy"},
	{ID: schema.SysUpdatedAt, Key: "updatedAt", Type: "updatedTime"},
	{ID: schema.SysUpdatedBy, Key: "updatedBy", Type: "updatedBy"},
}

// find returns the field that a filter names, or nil.
func find(e *schema.Entity, name string) *schema.Field {
	if f := e.FieldNamed(name); f != nil {
		return f
	}
	for i := range builtin {
		if builtin[i].Key == name {
			return &builtin[i]
		}
	}
	return nil
}
