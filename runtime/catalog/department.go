package catalog

import (
	"context"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// DepartmentInput describes a department.
type DepartmentInput struct {
	Name    string
	Parent  schema.DeptID
	Manager schema.UserID
}

// DepartmentPatch changes what is not nil.
type DepartmentPatch struct {
	Name    *string
	Parent  *schema.DeptID
	Manager *schema.UserID
	Order   *float64
}

// CreateDepartment makes a department at the end of the list.
func (c *Catalog) CreateDepartment(ctx context.Context, a access.Actor, in DepartmentInput) (*schema.Department, error) {
	id := schema.DeptID(c.ids.Next())
	return c.department(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		const most = 1000
		if len(s.deptList) >= most {
			return nil, fail.New(fail.Invalid, "department.tooMany").With("max", most)
		}
		d := &schema.Department{ID: id, Order: 1}
		if n := len(s.deptList); n > 0 {
			d.Order = s.deptList[n-1].Order + 1
		}
		p := DepartmentPatch{Name: &in.Name, Parent: &in.Parent, Manager: &in.Manager}
		return deptDocs(s, d, 0, &p)
	})
}

// UpdateDepartment renames or moves a department. It cannot move below itself.
func (c *Catalog) UpdateDepartment(ctx context.Context, a access.Actor, id schema.DeptID, p DepartmentPatch) (*schema.Department, error) {
	return c.department(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		old := s.Department(id)
		if old == nil {
			return nil, fail.New(fail.NotFound, "department.notFound")
		}
		d := *old
		return deptDocs(s, &d, old.Version, &p)
	})
}

// DeleteDepartment removes a department without departments or members in it.
func (c *Catalog) DeleteDepartment(ctx context.Context, a access.Actor, id schema.DeptID) error {
	if err := access.Admin(a); err != nil {
		return err
	}
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		d := s.Department(id)
		if d == nil {
			return nil, fail.New(fail.NotFound, "department.notFound")
		}
		if len(s.DeptTree(id)) > 1 || len(s.MembersOf([]schema.DeptID{id})) > 0 {
			return nil, fail.New(fail.Invalid, "department.notEmpty")
		}
		return []store.DocOp{remove(KindDepartment, deptKey(id), d.Version), raisePolicy(s)}, nil
	})
}

func deptDocs(s *Snapshot, d *schema.Department, version schema.Version, p *DepartmentPatch) ([]store.DocOp, error) {
	if p.Name != nil {
		name, err := checkName("name", *p.Name)
		if err != nil {
			return nil, err
		}
		d.Name = name
	}
	if p.Parent != nil {
		if *p.Parent != 0 && s.Department(*p.Parent) == nil {
			return nil, fail.New(fail.Invalid, "department.notFound").On("parent")
		}
		if slices.Contains(s.DeptTree(d.ID), *p.Parent) {
			return nil, fail.New(fail.Invalid, "department.cycle").On("parent")
		}
		d.Parent = *p.Parent
	}
	if p.Manager != nil {
		if *p.Manager != 0 && s.Member(*p.Manager) == nil {
			return nil, fail.New(fail.Invalid, "member.notFound").On("manager")
		}
		d.Manager = *p.Manager
	}
	set(&d.Order, p.Order)
	op, err := put(KindDepartment, deptKey(d.ID), version, d)
	return []store.DocOp{op, raisePolicy(s)}, err
}

// department commits and returns the department as it is then.
func (c *Catalog) department(ctx context.Context, a access.Actor, id schema.DeptID, build func(*Snapshot) ([]store.DocOp, error)) (*schema.Department, error) {
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
	if d := s.Department(id); d != nil {
		return d, nil
	}
	return nil, fail.New(fail.NotFound, "department.notFound")
}
