package field

import (
	"strings"

	"tongban/schema"
)

// Group is a Finder that also finds departments and roles by name.
type Group interface {
	Department(text string) (schema.DeptID, bool)
	Role(text string) (schema.RoleID, bool)
}

// Groups is a Names that also knows departments and roles; one without it has
// no name for them.
type Groups interface {
	Department(d schema.DeptID) string
	Role(r schema.RoleID) string
}

// users is any number of members.
type users struct{ user }

func (users) Name() string { return "users" }

func (users) Check(f *schema.Field) error {
	f.Options.Many = true
	return nil
}

// department is one department of the tenant, or several.
type department struct{}

func (department) Name() string { return "department" }

func (department) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindSet, Groupable: true, MayBeRequired: true, Ops: opsSet}
}

func (department) Check(*schema.Field) error { return nil }

func (department) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return parseGroup(f, in, func(s string) (int64, bool) {
		if id, ok := schema.ParseID[schema.DeptID](schema.PrefixDept, s); ok {
			return int64(id), true
		}
		if g, ok := env.Find.(Group); ok && env.Typecast {
			id, ok := g.Department(strings.TrimSpace(s))
			return int64(id), ok
		}
		return 0, false
	}, "department")
}

func (t department) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	cast := *env
	cast.Typecast = true
	return t.Parse(f, anyList(Split(s)), &cast)
}

func (t department) AppendJSON(dst []byte, f *schema.Field, v schema.Value, n Names) []byte {
	return appendSet(dst, v, func(dst []byte, id int64) []byte {
		return appendNamed(dst, schema.FormatID(schema.PrefixDept, id), t.member(f, id, n))
	})
}

func (t department) Text(f *schema.Field, v schema.Value, n Names) string {
	return setText(v, func(id int64) string { return t.member(f, id, n) })
}

func (department) member(_ *schema.Field, id int64, n Names) string {
	if g, ok := n.(Groups); ok {
		return g.Department(schema.DeptID(id))
	}
	return ""
}

// role is one role of the tenant, or several.
type role struct{}

func (role) Name() string { return "role" }

func (role) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindSet, Groupable: true, MayBeRequired: true, Ops: opsSet}
}

func (role) Check(*schema.Field) error { return nil }

func (role) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return parseGroup(f, in, func(s string) (int64, bool) {
		if id, ok := builtinRoles[s]; ok {
			return id, true
		}
		if id, ok := schema.ParseID[schema.RoleID](schema.PrefixRole, s); ok {
			return int64(id), true
		}
		if g, ok := env.Find.(Group); ok && env.Typecast {
			id, ok := g.Role(strings.TrimSpace(s))
			return int64(id), ok
		}
		return 0, false
	}, "role")
}

// builtinRoles are called the same in the API as in grants: by these words.
var builtinRoles = map[string]int64{
	"owner": int64(schema.RoleOwner), "admin": int64(schema.RoleAdmin), "builder": int64(schema.RoleBuilder),
	"member": int64(schema.RoleMember), "viewer": int64(schema.RoleViewer),
}

// RoleKey is what the API calls a built-in role; "" for others.
func RoleKey(r schema.RoleID) string {
	for s, built := range builtinRoles {
		if built == int64(r) {
			return s
		}
	}
	return ""
}

func (t role) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	cast := *env
	cast.Typecast = true
	return t.Parse(f, anyList(Split(s)), &cast)
}

func (t role) AppendJSON(dst []byte, f *schema.Field, v schema.Value, n Names) []byte {
	return appendSet(dst, v, func(dst []byte, id int64) []byte {
		name := RoleKey(schema.RoleID(id))
		if name == "" {
			name = schema.FormatID(schema.PrefixRole, id)
		}
		return appendNamed(dst, name, t.member(f, id, n))
	})
}

func (t role) Text(f *schema.Field, v schema.Value, n Names) string {
	return setText(v, func(id int64) string { return t.member(f, id, n) })
}

func (role) member(_ *schema.Field, id int64, n Names) string {
	if g, ok := n.(Groups); ok {
		return g.Role(schema.RoleID(id))
	}
	return ""
}

func parseGroup(f *schema.Field, in any, find func(string) (int64, bool), what string) (schema.Value, error) {
	most := 1
	if f.Options.Many {
		most = maxMembers
	}
	return parseSet(f, in, most, func(in any) (int64, error) {
		s, ok := refID(in)
		if !ok {
			return 0, wrongType(f, what)
		}
		if id, ok := find(s); ok {
			return id, nil
		}
		return 0, bad(f, badGroup[what]).With("value", shown(s))
	})
}

var badGroup = map[string]string{"department": "badDepartment", "role": "badRole"}

// member names one id of a set, for formulas.
func (user) member(_ *schema.Field, id int64, n Names) string { return userName(id, n) }

func (link) member(f *schema.Field, id int64, n Names) string { return recordTitle(f, id, n) }

func (multiSelect) member(f *schema.Field, id int64, _ Names) string {
	if c := choiceByID(f, schema.OptionID(id)); c != nil {
		return c.Name
	}
	return ""
}
