package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/filter"
)

// RoleInput describes a custom role.
type RoleInput struct {
	Name, Description string
	App               schema.AppID
	Grants            []GrantInput
}

// GrantInput is a grant whose fields are named by key, id or name. Owner, for
// the scopes that ask whose a record is, may be empty.
type GrantInput struct {
	Entity                                       schema.EntityID
	Read, Create, Write, Delete, Export, Comment bool
	Scope                                        string // "" is all; filter where Filter is given
	Filter                                       json.RawMessage
	Owner                                        string
	Fields                                       map[string]schema.Right
}

// RolePatch changes what is not nil.
type RolePatch struct {
	Name, Description *string
	App               *schema.AppID
	Grants            *[]GrantInput
}

var scopeKinds = []string{"all", "own", "department", "departmentTree", "filter"}

var fieldRights = []schema.Right{schema.Hidden, schema.Masked, schema.ReadRight, schema.WriteRight}

// CreateRole makes a custom role.
func (c *Catalog) CreateRole(ctx context.Context, a access.Actor, in RoleInput) (*schema.Role, error) {
	id := schema.RoleID(c.ids.Next())
	return c.role(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		if len(s.roles) >= MaxRoles {
			return nil, fail.New(fail.Invalid, "role.tooMany").With("max", MaxRoles)
		}
		r := &schema.Role{ID: id}
		p := RolePatch{Name: &in.Name, Description: &in.Description, App: &in.App, Grants: &in.Grants}
		return roleDocs(s, r, 0, &p)
	})
}

// UpdateRole changes a custom role. Its holders feel it at once.
func (c *Catalog) UpdateRole(ctx context.Context, a access.Actor, id schema.RoleID, p RolePatch) (*schema.Role, error) {
	return c.role(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		old := s.Role(id)
		if old == nil {
			return nil, fail.New(fail.NotFound, "role.notFound")
		}
		r := *old
		return roleDocs(s, &r, old.Version, &p)
	})
}

// DeleteRole removes a custom role from the tenant and from its holders.
func (c *Catalog) DeleteRole(ctx context.Context, a access.Actor, id schema.RoleID) error {
	if err := access.Admin(a); err != nil {
		return err
	}
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		r := s.Role(id)
		if r == nil {
			return nil, fail.New(fail.NotFound, "role.notFound")
		}
		return removeRoles(s, r)
	})
}

// removeRoles takes roles away, from the members who have them too.
func removeRoles(s *Snapshot, gone ...*schema.Role) ([]store.DocOp, error) {
	if len(gone) == 0 {
		return nil, nil
	}
	docs := []store.DocOp{raisePolicy(s)}
	for _, r := range gone {
		docs = append(docs, remove(KindRole, roleKey(r.ID), r.Version))
	}
	isGone := func(id schema.RoleID) bool {
		return slices.ContainsFunc(gone, func(r *schema.Role) bool { return r.ID == id })
	}
	for _, m := range s.memberList {
		if !slices.ContainsFunc(m.Roles, isGone) {
			continue
		}
		n := *m
		n.Roles = slices.DeleteFunc(slices.Clone(m.Roles), isGone)
		op, err := put(KindMember, memberKey(m.User), m.Version, n)
		if err != nil {
			return nil, err
		}
		docs = append(docs, op)
	}
	return docs, nil
}

func roleDocs(s *Snapshot, r *schema.Role, version schema.Version, p *RolePatch) ([]store.DocOp, error) {
	if p.Name != nil {
		name, err := checkName("name", *p.Name)
		if err != nil {
			return nil, err
		}
		for _, o := range s.roles {
			if o.ID != r.ID && o.Name == name {
				return nil, fail.New(fail.Invalid, "name.taken").On("name").With("name", name)
			}
		}
		r.Name = name
	}
	set(&r.Description, p.Description)
	if err := checkText("description", r.Description, 1000); err != nil {
		return nil, err
	}
	if p.App != nil {
		if *p.App != 0 && s.App(*p.App) == nil {
			return nil, fail.New(fail.Invalid, "app.notFound").On("app")
		}
		r.App = *p.App
	}
	if p.Grants != nil {
		r.Grants = make([]schema.Grant, 0, len(*p.Grants))
		for i := range *p.Grants {
			g, err := grantOf(s, &(*p.Grants)[i])
			if err != nil {
				return nil, err
			}
			r.Grants = append(r.Grants, g)
		}
	}
	op, err := put(KindRole, roleKey(r.ID), version, r)
	return []store.DocOp{op, raisePolicy(s)}, err
}

func grantOf(s *Snapshot, in *GrantInput) (schema.Grant, error) {
	e := s.Entity(in.Entity)
	if e == nil {
		return schema.Grant{}, fail.New(fail.Invalid, "entity.notFound").On("grants.entity")
	}
	g := schema.Grant{
		Entity: in.Entity, Read: in.Read, Create: in.Create, Write: in.Write,
		Delete: in.Delete, Export: in.Export, Comment: in.Comment, Scope: schema.Scope{Kind: in.Scope},
	}
	if len(in.Filter) > 0 {
		raw, err := filter.ByID(e, in.Filter)
		if err != nil {
			return schema.Grant{}, fmt.Errorf("read the scope's filter: %w", err)
		}
		g.Scope = schema.Scope{Kind: "filter", Filter: raw}
	}
	if g.Scope.Kind == "" {
		g.Scope.Kind = "all"
	}
	if !slices.Contains(scopeKinds, g.Scope.Kind) || (g.Scope.Kind == "filter") != (len(in.Filter) > 0) {
		return schema.Grant{}, fail.New(fail.Invalid, "role.badScope").On("grants.scope")
	}
	if in.Owner != "" {
		f := e.FieldNamed(in.Owner)
		if f == nil || f.Type != "user" {
			return schema.Grant{}, fail.New(fail.Invalid, "field.unknown").On("grants.owner")
		}
		g.Scope.Owner = f.ID
	}
	for name, right := range in.Fields {
		f := e.FieldNamed(name)
		if f == nil {
			return schema.Grant{}, fail.New(fail.Invalid, "field.unknown").On(name)
		}
		if !slices.Contains(fieldRights, right) {
			return schema.Grant{}, fail.New(fail.Invalid, "role.badRight").On(name)
		}
		if g.Fields == nil {
			g.Fields = map[schema.FieldID]schema.Right{}
		}
		g.Fields[f.ID] = right
	}
	return g, nil
}

// role commits and returns the role as it is then.
func (c *Catalog) role(ctx context.Context, a access.Actor, id schema.RoleID, build func(*Snapshot) ([]store.DocOp, error)) (*schema.Role, error) {
	if err := access.Admin(a); err != nil {
		return nil, err
	}
	if err := c.change(ctx, a, build); err != nil {
		return nil, err
	}
	s, err := c.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if r := s.Role(id); r != nil {
		return r, nil
	}
	return nil, fail.New(fail.NotFound, "role.notFound")
}
