package api

import (
	"encoding/json"
	"slices"

	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/server/body"
)

func roleRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/roles", Need: Signed, Query: paging, Summary: "List the roles", Handle: get(listRoles), Out: items[roleJSON]{}},
		{Method: "POST", Path: "/roles", Need: Admin, Body: mB, Status: 201, Summary: "Make a role", Handle: with(createRole), Out: roleJSON{}},
		{Method: "GET", Path: "/roles/{rol}", Need: Signed, Summary: "Get a role", Handle: get(getRole), Out: roleJSON{}},
		{Method: "PATCH", Path: "/roles/{rol}", Need: Admin, Body: mB, Summary: "Change a role", Handle: with(patchRole), Out: roleJSON{}},
		{Method: "DELETE", Path: "/roles/{rol}", Need: Admin, Status: 204, Summary: "Delete a role", Handle: get(deleteRole)},
		{Method: "GET", Path: "/departments", Need: Signed, Query: paging, Summary: "List the departments", Handle: get(listDepartments), Out: items[deptJSON]{}},
		{Method: "POST", Path: "/departments", Need: Admin, Body: smallest, Status: 201, Summary: "Make a department", Handle: with(createDepartment), Out: deptJSON{}},
		{Method: "PATCH", Path: "/departments/{dep}", Need: Admin, Body: smallest, Summary: "Change a department", Handle: with(patchDepartment), Out: deptJSON{}},
		{Method: "DELETE", Path: "/departments/{dep}", Need: Admin, Status: 204, Summary: "Delete an empty department", Handle: get(deleteDepartment)},
	}
}

// builtIn are the keys of the built-in roles, by id from 1.
var builtIn = []string{"owner", "admin", "builder", "member", "viewer"}

func builtInKey(r schema.RoleID) string {
	if r >= schema.RoleOwner && r <= schema.RoleViewer {
		return builtIn[r-1]
	}
	return ""
}

type roleRefJSON struct {
	ID   string `json:"id"`
	Key  string `json:"key,omitempty"`
	Name string `json:"name"`
}

func (c *call) roleRefs(s *catalog.Snapshot, ids []schema.RoleID) []roleRefJSON {
	out := make([]roleRefJSON, 0, len(ids))
	for _, id := range ids {
		ref := roleRefJSON{ID: schema.FormatID(schema.PrefixRole, id), Key: builtInKey(id)}
		if ref.Key != "" {
			ref.Name = c.say("role." + ref.Key)
		} else if r := s.Role(id); r != nil {
			ref.Name = r.Name
		} else {
			continue
		}
		out = append(out, ref)
	}
	return out
}

// rolesOf reads roles by id or built-in key.
func rolesOf(s *catalog.Snapshot, names []string) ([]schema.RoleID, error) {
	out := make([]schema.RoleID, 0, len(names))
	for _, n := range names {
		if i := slices.Index(builtIn, n); i >= 0 {
			out = append(out, schema.RoleID(i+1))
			continue
		}
		id, ok := schema.ParseID[schema.RoleID](schema.PrefixRole, n)
		if !ok || !s.HasRole(id) {
			return nil, fail.New(fail.Invalid, "role.notFound").On("roles")
		}
		out = append(out, id)
	}
	return out, nil
}

type grantJSON struct {
	Entity  string                  `json:"entity"`
	Read    bool                    `json:"read"`
	Create  bool                    `json:"create"`
	Write   bool                    `json:"write"`
	Delete  bool                    `json:"delete"`
	Export  bool                    `json:"export"`
	Comment bool                    `json:"comment"`
	Scope   any                     `json:"scope"`
	Owner   string                  `json:"owner,omitempty"`
	Fields  map[string]schema.Right `json:"fields"`
}

type roleJSON struct {
	ID          string      `json:"id"`
	Key         string      `json:"key,omitempty"`
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"`
	BuiltIn     bool        `json:"builtIn"`
	App         *string     `json:"app"`
	Grants      []grantJSON `json:"grants"`
}

// roleOf shows a role, its grants to administrators alone. Grants on entities
// that are gone are left out.
func (c *call) roleOf(s *catalog.Snapshot, r *schema.Role) roleJSON {
	out := roleJSON{ID: schema.FormatID(schema.PrefixRole, r.ID), Name: r.Name, Description: r.Description, Grants: []grantJSON{}}
	if r.App != 0 {
		app := schema.FormatID(schema.PrefixApp, r.App)
		out.App = &app
	}
	for i := range r.Grants {
		g := &r.Grants[i]
		e := s.Entity(g.Entity)
		if e == nil || !c.actor().IsAdmin() { // grants name fields that others may not know of
			continue
		}
		j := grantJSON{
			Entity: schema.FormatID(schema.PrefixEntity, g.Entity), Read: g.Read, Create: g.Create, Write: g.Write,
			Delete: g.Delete, Export: g.Export, Comment: g.Comment, Scope: or(g.Scope.Kind, "all"), Fields: map[string]schema.Right{},
		}
		if g.Scope.Kind == "filter" {
			j.Scope = map[string]json.RawMessage{"filter": g.Scope.Filter}
		}
		if f := e.Field(g.Scope.Owner); f != nil {
			j.Owner = f.Key
		}
		for id, right := range g.Fields {
			if f := e.Field(id); f != nil {
				j.Fields[f.Key] = right
			}
		}
		out.Grants = append(out.Grants, j)
	}
	return out
}

func or(v, def string) string {
	if v == "" {
		return def
	}
	return v
}

func listRoles(c *call) (any, error) {
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	var out []roleJSON
	for i, key := range builtIn {
		out = append(out, c.builtInRole(schema.RoleID(i+1), key))
	}
	for _, r := range s.Roles() {
		out = append(out, c.roleOf(s, r))
	}
	return paged(c, out, func(r *roleJSON) string { return r.ID })
}

func (c *call) builtInRole(id schema.RoleID, key string) roleJSON {
	return roleJSON{
		ID: schema.FormatID(schema.PrefixRole, id), Key: key, Name: c.say("role." + key), Description: c.say("role." + key + ".about"),
		BuiltIn: true, Grants: []grantJSON{},
	}
}

func getRole(c *call) (any, error) {
	id, err := idOf[schema.RoleID](c, "rol", schema.PrefixRole)
	if err != nil {
		return nil, err
	}
	if key := builtInKey(id); key != "" {
		return c.builtInRole(id, key), nil
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	if r := s.Role(id); r != nil {
		return c.roleOf(s, r), nil
	}
	return nil, fail.New(fail.NotFound, "role.notFound")
}

type grantIn struct {
	Entity  string                  `json:"entity" max:"40"`
	Read    bool                    `json:"read"`
	Create  bool                    `json:"create"`
	Write   bool                    `json:"write"`
	Delete  bool                    `json:"delete"`
	Export  bool                    `json:"export"`
	Comment bool                    `json:"comment"`
	Scope   any                     `json:"scope"`
	Owner   string                  `json:"owner" max:"100"`
	Fields  map[string]schema.Right `json:"fields" max:"500"`
}

func grantsOf(in []grantIn) ([]catalog.GrantInput, error) {
	out := make([]catalog.GrantInput, 0, len(in))
	for i := range in {
		g := &in[i]
		e, err := refID[schema.EntityID](g.Entity, schema.PrefixEntity, "grants.entity")
		if err != nil {
			return nil, err
		}
		gi := catalog.GrantInput{
			Entity: e, Read: g.Read, Create: g.Create, Write: g.Write, Delete: g.Delete, Export: g.Export, Comment: g.Comment,
			Owner: g.Owner, Fields: g.Fields,
		}
		if err := scopeOf(g.Scope, &gi); err != nil {
			return nil, err
		}
		out = append(out, gi)
	}
	return out, nil
}

// scopeOf reads a scope: a word, or {"filter":…}.
func scopeOf(in any, g *catalog.GrantInput) error {
	wrong := fail.New(fail.Invalid, "choice.invalid").With("choices", `all, own, department, departmentTree, {"filter":…}`).On("grants.scope")
	switch v := in.(type) {
	case nil:
		return nil
	case string:
		g.Scope = v
		return nil
	case map[string]any:
		f, ok := v["filter"]
		if !ok || len(v) != 1 {
			return wrong
		}
		b, err := json.Marshal(f)
		g.Scope, g.Filter = "filter", b
		return err
	}
	return wrong
}

type createRoleIn struct {
	Name        string    `json:"name" max:"800"`
	Description string    `json:"description" max:"4000"`
	App         string    `json:"app" max:"40"`
	Grants      []grantIn `json:"grants" max:"500"`
}

func createRole(c *call, in *createRoleIn) (any, error) {
	app, err := refID[schema.AppID](in.App, schema.PrefixApp, "app")
	if err != nil {
		return nil, err
	}
	grants, err := grantsOf(in.Grants)
	if err != nil {
		return nil, err
	}
	r, err := c.s.Catalog.CreateRole(c.ctx(), c.actor(), catalog.RoleInput{Name: in.Name, Description: in.Description, App: app, Grants: grants})
	if err != nil {
		return nil, err
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	return created{c.roleOf(s, r)}, nil
}

type patchRoleIn struct {
	Name        *string             `json:"name" max:"800"`
	Description *string             `json:"description" max:"4000"`
	App         body.Opt[string]    `json:"app"`
	Grants      body.Opt[[]grantIn] `json:"grants"`
}

func patchRole(c *call, in *patchRoleIn) (any, error) {
	id, err := idOf[schema.RoleID](c, "rol", schema.PrefixRole)
	if err != nil {
		return nil, err
	}
	p := catalog.RolePatch{Name: in.Name, Description: in.Description}
	if in.App.Set {
		app, err := refID[schema.AppID](in.App.V, schema.PrefixApp, "app")
		if err != nil {
			return nil, err
		}
		p.App = &app
	}
	if in.Grants.Set {
		grants, err := grantsOf(in.Grants.V)
		if err != nil {
			return nil, err
		}
		p.Grants = &grants
	}
	r, err := c.s.Catalog.UpdateRole(c.ctx(), c.actor(), id, p)
	if err != nil {
		return nil, err
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	return c.roleOf(s, r), nil
}

func deleteRole(c *call) (any, error) {
	id, err := idOf[schema.RoleID](c, "rol", schema.PrefixRole)
	if err != nil {
		return nil, err
	}
	return noContent{}, c.s.Catalog.DeleteRole(c.ctx(), c.actor(), id)
}

type deptJSON struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Parent  *string  `json:"parent"`
	Manager *refJSON `json:"manager"`
	Order   float64  `json:"order"`
}

func deptOf(s *catalog.Snapshot, d *schema.Department) deptJSON {
	out := deptJSON{ID: schema.FormatID(schema.PrefixDept, d.ID), Name: d.Name, Order: d.Order}
	if d.Parent != 0 {
		p := schema.FormatID(schema.PrefixDept, d.Parent)
		out.Parent = &p
	}
	if m := s.Member(d.Manager); m != nil {
		out.Manager = &refJSON{schema.FormatID(schema.PrefixUser, m.User), m.Name}
	}
	return out
}

func deptRef(s *catalog.Snapshot, id schema.DeptID) *refJSON {
	if d := s.Department(id); d != nil {
		return &refJSON{schema.FormatID(schema.PrefixDept, id), d.Name}
	}
	return nil
}

func listDepartments(c *call) (any, error) {
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	var out []deptJSON
	for _, d := range s.Departments() {
		out = append(out, deptOf(s, d))
	}
	return paged(c, out, func(d *deptJSON) string { return d.ID })
}

type createDeptIn struct {
	Name    string `json:"name" max:"800"`
	Parent  string `json:"parent" max:"40"`
	Manager string `json:"manager" max:"40"`
}

func createDepartment(c *call, in *createDeptIn) (any, error) {
	parent, err := refID[schema.DeptID](in.Parent, schema.PrefixDept, "parent")
	if err != nil {
		return nil, err
	}
	manager, err := refID[schema.UserID](in.Manager, schema.PrefixUser, "manager")
	if err != nil {
		return nil, err
	}
	d, err := c.s.Catalog.CreateDepartment(c.ctx(), c.actor(), catalog.DepartmentInput{Name: in.Name, Parent: parent, Manager: manager})
	if err != nil {
		return nil, err
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	return created{deptOf(s, d)}, nil
}

type patchDeptIn struct {
	Name    *string          `json:"name" max:"800"`
	Parent  body.Opt[string] `json:"parent"`
	Manager body.Opt[string] `json:"manager"`
	Order   *float64         `json:"order"`
}

func patchDepartment(c *call, in *patchDeptIn) (any, error) {
	id, err := idOf[schema.DeptID](c, "dep", schema.PrefixDept)
	if err != nil {
		return nil, err
	}
	p := catalog.DepartmentPatch{Name: in.Name, Order: in.Order}
	if in.Parent.Set {
		v, err := refID[schema.DeptID](in.Parent.V, schema.PrefixDept, "parent")
		if err != nil {
			return nil, err
		}
		p.Parent = &v
	}
	if in.Manager.Set {
		v, err := refID[schema.UserID](in.Manager.V, schema.PrefixUser, "manager")
		if err != nil {
			return nil, err
		}
		p.Manager = &v
	}
	d, err := c.s.Catalog.UpdateDepartment(c.ctx(), c.actor(), id, p)
	if err != nil {
		return nil, err
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	return deptOf(s, d), nil
}

func deleteDepartment(c *call) (any, error) {
	id, err := idOf[schema.DeptID](c, "dep", schema.PrefixDept)
	if err != nil {
		return nil, err
	}
	return noContent{}, c.s.Catalog.DeleteDepartment(c.ctx(), c.actor(), id)
}
