package catalog

import (
	"slices"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
)

// Snapshot is a tenant's metadata at one moment. It is immutable and shared:
// callers must not change what its pointers lead to.
type Snapshot struct {
	Tenant schema.Tenant
	// PolicyVersion rises with every change of a role, a member or a department.
	PolicyVersion int64

	now         func() time.Time
	zone        *time.Location
	apps        []*schema.App
	listed      []*schema.App
	entities    map[schema.EntityID]*schema.Entity // live ones
	removed     map[schema.EntityID]*schema.Entity
	byApp       map[schema.AppID][]*schema.Entity
	shapes      map[schema.EntityID]*store.Shape
	views       map[schema.ViewID]*schema.View
	byEntity    map[schema.EntityID][]*schema.View
	roles       map[schema.RoleID]*schema.Role
	members     map[schema.UserID]*schema.Member
	memberList  []*schema.Member
	former      map[schema.UserID]*schema.Member
	departments map[schema.DeptID]*schema.Department
	deptList    []*schema.Department
	autos       map[schema.EntityID]*autoIndexes
	parsed      map[schema.EntityID]*schema.Entity // entities as their documents are
	graph       *Graph
	updating    map[schema.EntityID][]schema.FieldID
	copying     []schema.EntityID
	calendars   map[int64]*Calendar
	rates       []*Rates          // the newest first
	docs        map[string]parsed // what was read, for the next load
}

var _ access.Data = (*Snapshot)(nil)

// Apps lists the apps in their order, without those whose installation has not ended.
func (s *Snapshot) Apps() []*schema.App { return s.listed }

// Unfinished lists the apps whose installation has not ended.
func (s *Snapshot) Unfinished() []*schema.App {
	var out []*schema.App
	for _, a := range s.apps {
		if a.Unfinished != 0 {
			out = append(out, a)
		}
	}
	return out
}

// App returns an app, or nil.
func (s *Snapshot) App(id schema.AppID) *schema.App {
	i := slices.IndexFunc(s.apps, func(a *schema.App) bool { return a.ID == id })
	if i < 0 {
		return nil
	}
	return s.apps[i]
}

// Entities lists the live entities of an app in their order.
func (s *Snapshot) Entities(app schema.AppID) []*schema.Entity { return s.byApp[app] }

// Entity returns a live entity, or nil.
func (s *Snapshot) Entity(id schema.EntityID) *schema.Entity { return s.entities[id] }

// Shape returns what the engine must know of a live entity, or nil.
func (s *Snapshot) Shape(id schema.EntityID) *store.Shape { return s.shapes[id] }

// Views lists the views of an entity in their order, those of other users
// that are private included.
func (s *Snapshot) Views(e schema.EntityID) []*schema.View { return s.byEntity[e] }

// View returns a view, or nil.
func (s *Snapshot) View(id schema.ViewID) *schema.View { return s.views[id] }

// Roles lists the custom roles by id.
func (s *Snapshot) Roles() []*schema.Role {
	out := make([]*schema.Role, 0, len(s.roles))
	for _, r := range s.roles {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *schema.Role) int { return int(a.ID - b.ID) })
	return out
}

// Role returns a custom role, or nil.
func (s *Snapshot) Role(id schema.RoleID) *schema.Role { return s.roles[id] }

// HasRole says whether a role can be given: a built-in one or one of Roles.
func (s *Snapshot) HasRole(id schema.RoleID) bool {
	return (id >= schema.RoleOwner && id <= schema.RoleViewer) || s.roles[id] != nil
}

// Members lists all members, suspended ones included, by the time they joined.
func (s *Snapshot) Members() []*schema.Member { return s.memberList }

// Member returns a user's membership, or nil.
func (s *Snapshot) Member(u schema.UserID) *schema.Member { return s.members[u] }

// UserName is what a user is called who is, or was, a member; else "".
func (s *Snapshot) UserName(u schema.UserID) string {
	if m := s.members[u]; m != nil {
		return m.Name
	}
	if m := s.former[u]; m != nil {
		return m.Name
	}
	return ""
}

// Actor is a member as one who asks; false for strangers and suspended members.
func (s *Snapshot) Actor(u schema.UserID) (access.Actor, bool) {
	m := s.members[u]
	if m == nil || m.Suspended {
		return access.Actor{}, false
	}
	return access.Actor{Tenant: s.Tenant.ID, User: u, Roles: m.Roles, Department: m.Department}, true
}

// Departments lists all departments in their order.
func (s *Snapshot) Departments() []*schema.Department { return s.deptList }

// Department returns a department, or nil.
func (s *Snapshot) Department(id schema.DeptID) *schema.Department { return s.departments[id] }

// DeptTree lists a department and all below it; nothing for one that is not there.
func (s *Snapshot) DeptTree(id schema.DeptID) []schema.DeptID {
	if s.departments[id] == nil {
		return nil
	}
	out := []schema.DeptID{id}
	for i := 0; i < len(out); i++ {
		for _, d := range s.deptList {
			if d.Parent == out[i] && !slices.Contains(out, d.ID) {
				out = append(out, d.ID)
			}
		}
	}
	return out
}

// MembersOf lists the members of departments, not those of departments below.
func (s *Snapshot) MembersOf(depts []schema.DeptID) []schema.UserID {
	var out []schema.UserID
	for _, m := range s.memberList {
		if m.Department != 0 && slices.Contains(depts, m.Department) {
			out = append(out, m.User)
		}
	}
	return out
}

// Policy is PolicyVersion.
func (s *Snapshot) Policy() int64 { return s.PolicyVersion }

// Zone is the tenant's time zone.
func (s *Snapshot) Zone() *time.Location { return s.zone }

// WeekStart is the day on which the tenant's weeks start.
func (s *Snapshot) WeekStart() time.Weekday { return time.Weekday(s.Tenant.WeekStart) }
