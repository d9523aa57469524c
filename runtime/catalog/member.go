package catalog

import (
	"context"
	"slices"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// SetMember adds a member or changes one: roles, department, suspension, and
// the repeated name and e-mail. Only owners make or unmake owners; the last
// owner stays. JoinedAt is set when the member is new.
func (c *Catalog) SetMember(ctx context.Context, a access.Actor, m schema.Member) (*schema.Member, error) {
	if err := access.Admin(a); err != nil {
		return nil, err
	}
	err := c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		n, version := m, schema.Version(0)
		old := s.Member(m.User)
		n.JoinedAt = c.now().UnixMilli()
		if old != nil {
			version, n.JoinedAt = old.Version, old.JoinedAt
		}
		if err := checkMember(a, s, old, &n); err != nil {
			return nil, err
		}
		op, err := put(KindMember, memberKey(n.User), version, n)
		return []store.DocOp{op, raisePolicy(s)}, err
	})
	if err != nil {
		return nil, err
	}
	s, err := c.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if out := s.Member(m.User); out != nil {
		return out, nil
	}
	return nil, fail.New(fail.NotFound, "member.notFound")
}

// RenameMember repeats a user's new name or e-mail in the tenant's list. Users
// may do it for themselves.
func (c *Catalog) RenameMember(ctx context.Context, a access.Actor, u schema.UserID, name, email string) error {
	if a.User != u {
		if err := access.Admin(a); err != nil {
			return err
		}
	}
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		old := s.Member(u)
		if old == nil {
			return nil, fail.New(fail.NotFound, "member.notFound")
		}
		n := *old
		var err error
		if n.Name, err = checkName("name", name); err != nil {
			return nil, err
		}
		n.Email = email
		op, err := put(KindMember, memberKey(u), old.Version, n)
		return []store.DocOp{op}, err
	})
}

// RemoveMember takes a user out of the tenant. What they did stays theirs.
func (c *Catalog) RemoveMember(ctx context.Context, a access.Actor, u schema.UserID) error {
	if err := access.Admin(a); err != nil {
		return err
	}
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		old := s.Member(u)
		if old == nil {
			return nil, fail.New(fail.NotFound, "member.notFound")
		}
		if err := checkOwners(a, s, old, nil); err != nil {
			return nil, err
		}
		former, err := put(kindFormer, memberKey(u), -1, schema.Member{User: u, Name: old.Name, JoinedAt: old.JoinedAt})
		return []store.DocOp{remove(KindMember, memberKey(u), old.Version), former, raisePolicy(s)}, err
	})
}

func checkMember(a access.Actor, s *Snapshot, old, m *schema.Member) error {
	if m.User == 0 {
		return fail.New(fail.Invalid, "member.userRequired").On("user")
	}
	name, err := checkName("name", m.Name)
	if err != nil {
		return err
	}
	m.Name = name
	m.Roles = slices.Compact(slices.Sorted(slices.Values(m.Roles)))
	for _, r := range m.Roles {
		if !s.HasRole(r) {
			return fail.New(fail.Invalid, "role.notFound").On("roles")
		}
	}
	if m.Department != 0 && s.Department(m.Department) == nil {
		return fail.New(fail.Invalid, "department.notFound").On("department")
	}
	if err := checkLeave(s, m); err != nil {
		return err
	}
	return checkOwners(a, s, old, m)
}

// checkLeave checks when a member is away and who stands in.
func checkLeave(s *Snapshot, m *schema.Member) error {
	l := m.Leave
	if l == nil {
		return nil
	}
	from, err1 := time.Parse(time.DateOnly, l.From)
	to, err2 := time.Parse(time.DateOnly, l.To)
	if err1 != nil || err2 != nil || to.Before(from) {
		return fail.New(fail.Invalid, "member.badLeave").On("leave")
	}
	if l.StandIn == 0 {
		return nil
	}
	if in := s.Member(l.StandIn); in == nil || in.Suspended || l.StandIn == m.User {
		return fail.New(fail.Invalid, "member.badStandIn").On("leave.standIn")
	}
	return nil
}

// StandIn follows a member's stand-ins to one who is not away at a moment; 0:
// there is none. A member who is not away stands for themselves.
func (s *Snapshot) StandIn(u schema.UserID, at time.Time) schema.UserID {
	day := at.In(s.zone).Format(time.DateOnly)
	for range 10 {
		m := s.members[u]
		if m == nil || m.Suspended {
			return 0
		}
		if m.Leave == nil || day < m.Leave.From || day > m.Leave.To {
			return u
		}
		u = m.Leave.StandIn
	}
	return 0
}

// checkOwners guards the owners: m nil means that old leaves.
func checkOwners(a access.Actor, s *Snapshot, old, m *schema.Member) error {
	owns := func(x *schema.Member) bool {
		return x != nil && !x.Suspended && slices.Contains(x.Roles, schema.RoleOwner)
	}
	holds := func(x *schema.Member) bool { return x != nil && slices.Contains(x.Roles, schema.RoleOwner) }
	was, will := owns(old), owns(m)
	isOwner := a.System || slices.Contains(a.Roles, schema.RoleOwner)
	if (was != will || holds(old) != holds(m)) && !isOwner {
		return fail.New(fail.Forbidden, "access.ownerOnly")
	}
	if was && !will {
		left := 0
		for _, x := range s.memberList {
			if x.User != old.User && owns(x) {
				left++
			}
		}
		if left == 0 {
			return fail.New(fail.Invalid, "member.lastOwner").On("roles")
		}
	}
	return nil
}
