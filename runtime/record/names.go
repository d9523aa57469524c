package record

import (
	"slices"
	"time"

	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/field"
)

// names knows what the ids of one answer are called. Linked records that the
// reader may not see have no name here and are left out of the answer.
type names struct {
	snap   *catalog.Snapshot
	titles map[schema.EntityID]map[schema.RecordID]string
	files  map[schema.FileID]field.FileInfo
}

var (
	_ field.Names  = (*names)(nil)
	_ field.Zoned  = (*names)(nil)
	_ field.Groups = (*names)(nil)
	_ field.Rated  = (*names)(nil)
)

// User is the name of a member, or of one who left.
func (n *names) User(u schema.UserID) string { return n.snap.UserName(u) }

// Department is the name of a department.
func (n *names) Department(d schema.DeptID) string {
	if dept := n.snap.Department(d); dept != nil {
		return dept.Name
	}
	return ""
}

// Role is the name of a custom role, and the key of a built-in one.
func (n *names) Role(r schema.RoleID) string {
	if role := n.snap.Role(r); role != nil {
		return role.Name
	}
	return field.RoleKey(r)
}

// Record is the title of a linked record that the reader may see.
func (n *names) Record(e schema.EntityID, r schema.RecordID) (string, bool) {
	t, ok := n.titles[e][r]
	return t, ok
}

// File describes an attached file.
func (n *names) File(f schema.FileID) (field.FileInfo, bool) {
	i, ok := n.files[f]
	return i, ok
}

// Zone is the tenant's time zone.
func (n *names) Zone() *time.Location { return n.snap.Zone() }

// Rate is what one unit of a currency is worth in another now.
func (n *names) Rate(from, to string) (string, bool) { return n.snap.RateNow(from, to) }

// visible returns those of the linked records that the reader may see.
func (n *names) visible(e schema.EntityID, set []int64) []int64 {
	titles := n.titles[e]
	hidden := func(id int64) bool {
		_, ok := titles[schema.RecordID(id)]
		return !ok
	}
	if !slices.ContainsFunc(set, hidden) {
		return set
	}
	return slices.DeleteFunc(slices.Clone(set), hidden)
}

func (n *names) appendUser(dst []byte, u schema.UserID) []byte {
	if u == 0 {
		return append(dst, "null"...)
	}
	dst = append(dst, `{"id":"`...)
	dst = appendID(dst, schema.PrefixUser, int64(u))
	dst = append(dst, `","name":`...)
	return append(field.AppendString(dst, n.User(u)), '}')
}
