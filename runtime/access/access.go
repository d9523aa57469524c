// Package access judges who may do what with which records and fields. casbin
// is the judge; its answers are compiled once per entity and set of roles into
// row filters and field masks, which every path that shows or uses a value
// applies. The package reads no store: it is handed the tenant's metadata.
package access

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tongban/schema"
	"tongban/schema/fail"
)

// Actor is who asks.
type Actor struct {
	Tenant     schema.TenantID
	User       schema.UserID
	Roles      []schema.RoleID
	Department schema.DeptID
	ReadOnly   bool // an API token without the right to write
	System     bool // the program itself: everything is allowed
}

// Act is something that a grant allows.
type Act string

// The acts on an entity's records.
const (
	Read    Act = "read"
	Create  Act = "create"
	Write   Act = "write"
	Delete  Act = "delete"
	Export  Act = "export"
	Comment Act = "comment"
)

// mask is the act of being told that a field holds something, but not what.
const mask Act = "mask"

// acts are all table acts, in the order of the bits of actSet.
var acts = []Act{Read, Create, Write, Delete, Export, Comment}

type actSet uint8

func (s actSet) has(a Act) bool {
	i := slices.Index(acts, a)
	return i >= 0 && s&(1<<i) != 0
}

// Data is what the judgement needs of a tenant: catalog.Snapshot offers it.
type Data interface {
	// Policy is a number that rises with every change of a role.
	Policy() int64
	Entity(schema.EntityID) *schema.Entity
	Role(schema.RoleID) *schema.Role
	// DeptTree lists a department and all below it.
	DeptTree(schema.DeptID) []schema.DeptID
	// MembersOf lists the members of departments.
	MembersOf([]schema.DeptID) []schema.UserID
	Zone() *time.Location
	WeekStart() time.Weekday
	// RateNow says what one unit of a currency is worth in another.
	RateNow(from, to string) (string, bool)
}

func (a Actor) holds(roles ...schema.RoleID) bool {
	if a.System {
		return true
	}
	return slices.ContainsFunc(a.Roles, func(r schema.RoleID) bool { return slices.Contains(roles, r) })
}

// IsAdmin says whether the actor manages members, roles and departments.
func (a Actor) IsAdmin() bool { return a.holds(schema.RoleOwner, schema.RoleAdmin) }

// IsDesigner says whether the actor may change apps, entities, fields and shared views.
func (a Actor) IsDesigner() bool {
	return a.holds(schema.RoleOwner, schema.RoleAdmin, schema.RoleBuilder)
}

// Admin refuses, with kind Forbidden, actors who may not manage members and roles.
func Admin(a Actor) error { return refuseUnless(a, a.IsAdmin(), "access.adminOnly") }

// Designer refuses, with kind Forbidden, actors who may not design.
func Designer(a Actor) error { return refuseUnless(a, a.IsDesigner(), "access.designerOnly") }

func refuseUnless(a Actor, ok bool, code string) error {
	switch {
	case !ok:
		return fail.New(fail.Forbidden, code)
	case a.ReadOnly:
		return fail.New(fail.Forbidden, "access.readOnlyToken")
	}
	return nil
}

// roleKey names a set of roles: the same for the same set.
func roleKey(roles []schema.RoleID) string {
	sorted := slices.Clone(roles)
	slices.Sort(sorted)
	var b strings.Builder
	for _, r := range slices.Compact(sorted) {
		b.WriteString(strconv.FormatInt(int64(r), 36))
		b.WriteByte(' ')
	}
	return b.String()
}
