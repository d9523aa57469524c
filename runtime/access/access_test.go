package access_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/query"
)

// tenant is access.Data without a catalog.
type tenant struct {
	entity  *schema.Entity
	roles   map[schema.RoleID]*schema.Role
	parents map[schema.DeptID]schema.DeptID
	depts   map[schema.UserID]schema.DeptID
	policy  int64
}

func (d *tenant) RateNow(from, to string) (string, bool) { return "", from == to }

func (d *tenant) Policy() int64 { return d.policy }
func (d *tenant) Entity(id schema.EntityID) *schema.Entity {
	if id == d.entity.ID {
		return d.entity
	}
	return nil
}
func (d *tenant) Role(id schema.RoleID) *schema.Role { return d.roles[id] }
func (d *tenant) DeptTree(id schema.DeptID) []schema.DeptID {
	var out []schema.DeptID
	for x := range schema.DeptID(10) {
		if d.below(x, id) {
			out = append(out, x)
		}
	}
	return out
}

func (d *tenant) below(x, top schema.DeptID) bool {
	for ; x != 0; x = d.parents[x] {
		if x == top {
			return true
		}
	}
	return false
}

func (d *tenant) MembersOf(depts []schema.DeptID) []schema.UserID {
	var out []schema.UserID
	for u := range schema.UserID(20) {
		if dept := d.depts[u]; dept != 0 && slices.Contains(depts, dept) {
			out = append(out, u)
		}
	}
	return out
}
func (d *tenant) Zone() *time.Location    { return time.UTC }
func (d *tenant) WeekStart() time.Weekday { return time.Monday }

func clock() time.Time { return time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC) }

func sample() *tenant {
	e := &schema.Entity{ID: 7, App: 3, Key: "deal", Name: "Deal", Title: 1, NextField: 7, Rev: 1, Fields: []schema.Field{
		{ID: 1, Key: "name", Name: "Name", Type: "text"},
		{ID: 2, Key: "amount", Name: "Amount", Type: "number"},
		{ID: 3, Key: "owner", Name: "Owner", Type: "user"},
		{ID: 4, Key: "helper", Name: "Helper", Type: "user"},
		{ID: 5, Key: "phone", Name: "Phone", Type: "phone"},
		{ID: 6, Key: "gone", Name: "Gone", Type: "text", Deleted: true},
	}}
	return &tenant{
		entity: e, roles: map[schema.RoleID]*schema.Role{}, policy: 1,
		parents: map[schema.DeptID]schema.DeptID{2: 1, 3: 1, 4: 2},
		depts:   map[schema.UserID]schema.DeptID{1: 1, 2: 2, 3: 3, 4: 4, 5: 4},
	}
}

// The judge of the property test: casbin's Enforce, asked for every record
// and field, with rules that name each field and deny nothing.
const abac = `
[request_definition]
r = sub, obj, act, rec, who

[policy_definition]
p = sub, obj, act, scope

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act && inScope(r.rec, r.who, p.scope)
`

type asked struct {
	t      *testing.T
	e      *casbin.Enforcer
	d      *tenant
	scopes map[string]schema.Scope
	parts  map[schema.RoleID][]string
}

var fields = []schema.FieldID{1, 2, 3, 4, 5}

func newAsked(t *testing.T, d *tenant) *asked {
	m, err := model.NewModelFromString(abac)
	require.NoError(t, err)
	e, err := casbin.NewEnforcer(m)
	require.NoError(t, err)
	a := &asked{t: t, e: e, d: d, scopes: map[string]schema.Scope{}, parts: map[schema.RoleID][]string{}}
	e.AddFunction("inScope", func(args ...any) (any, error) {
		rec, ok1 := args[0].(*schema.Record)
		who, ok2 := args[1].(access.Actor)
		name, ok3 := args[2].(string)
		require.True(t, ok1 && ok2 && ok3)
		return a.inScope(rec, who, a.scopes[name]), nil
	})
	for id, r := range d.roles {
		if r.App != 0 && r.App != d.entity.App {
			continue
		}
		for i, g := range r.Grants {
			a.load(id, i, &g)
		}
	}
	return a
}

func (a *asked) load(id schema.RoleID, i int, g *schema.Grant) {
	sub := fmt.Sprintf("%d/%d", id, i)
	a.parts[id] = append(a.parts[id], sub)
	a.scopes[sub] = g.Scope
	allow := func(obj, act string) {
		_, err := a.e.AddPolicy(sub, obj, act, sub)
		require.NoError(a.t, err)
	}
	reads := g.Read || g.Write || g.Delete
	anyWrite := g.Write
	for _, f := range fields {
		right := g.Fields[f]
		if right == "" {
			right = schema.ReadRight
			if g.Write {
				right = schema.WriteRight
			}
		}
		obj := fmt.Sprint(f)
		if reads && (right == schema.ReadRight || right == schema.WriteRight) {
			allow(obj, "read")
		}
		if reads && right == schema.WriteRight {
			allow(obj, "write")
			anyWrite = true
		}
	}
	for act, given := range map[string]bool{"read": reads, "delete": g.Delete, "export": g.Export, "comment": g.Comment, "write": anyWrite && reads} {
		if given {
			allow("record", act)
		}
	}
}

func (a *asked) inScope(r *schema.Record, who access.Actor, s schema.Scope) bool {
	field := s.Owner
	if field == 0 {
		field = 3
	}
	owners, _ := r.Values[field].([]int64)
	for _, o := range owners {
		u := schema.UserID(o)
		switch s.Kind {
		case "own":
			if u == who.User {
				return true
			}
		case "department":
			if u == who.User || (who.Department != 0 && a.d.depts[u] == who.Department) {
				return true
			}
		case "departmentTree":
			if u == who.User || (who.Department != 0 && a.d.below(a.d.depts[u], who.Department)) {
				return true
			}
		}
	}
	amount, isNumber := r.Values[2].(float64)
	return s.Kind == "all" || (s.Kind == "filter" && isNumber && amount > 50)
}

// may asks for one act on the record, or on one of its fields.
func (a *asked) may(who access.Actor, r *schema.Record, obj, act string) bool {
	for _, role := range who.Roles {
		for _, sub := range a.parts[role] {
			ok, err := a.e.Enforce(sub, obj, act, r, who)
			require.NoError(a.t, err)
			if ok {
				return true
			}
		}
	}
	return false
}

func randomGrant(rnd *rand.Rand) schema.Grant {
	yes := func() bool { return rnd.IntN(2) == 0 }
	g := schema.Grant{Entity: 7, Read: yes(), Create: yes(), Write: yes(), Delete: yes(), Export: yes(), Comment: yes()}
	g.Scope.Kind = []string{"all", "own", "department", "departmentTree", "filter"}[rnd.IntN(5)]
	if g.Scope.Kind == "filter" {
		g.Scope.Filter = []byte(`{"field":"fld_2","op":"gt","value":50}`)
	} else if yes() {
		g.Scope.Owner = 4
	}
	for _, f := range fields {
		if rnd.IntN(3) == 0 {
			if g.Fields == nil {
				g.Fields = map[schema.FieldID]schema.Right{}
			}
			g.Fields[f] = []schema.Right{schema.Hidden, schema.Masked, schema.ReadRight, schema.WriteRight}[rnd.IntN(4)]
		}
	}
	return g
}

func randomRecord(rnd *rand.Rand) *schema.Record {
	r := &schema.Record{ID: 1, CreatedBy: 1, Values: schema.Values{1: "x"}}
	if rnd.IntN(4) > 0 {
		r.Values[2] = float64(rnd.IntN(100))
	}
	for _, f := range []schema.FieldID{3, 4} {
		if n := rnd.IntN(3); n > 0 {
			set := []int64{int64(1 + rnd.IntN(6))}
			if n == 2 {
				set = append(set, set[0]%6+1)
			}
			r.Values[f] = set
		}
	}
	return r
}

func TestRights_property(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for round := range 60 {
		d := sample()
		d.policy = int64(round)
		policy := access.New(clock)
		for i := range schema.RoleID(4) {
			r := &schema.Role{ID: 100 + i, App: schema.AppID(rnd.IntN(2) * (3 + rnd.IntN(2)))}
			for range rnd.IntN(3) {
				r.Grants = append(r.Grants, randomGrant(rnd))
			}
			d.roles[r.ID] = r
		}
		judge := newAsked(t, d)
		for u := range schema.UserID(6) {
			who := access.Actor{Tenant: 1, User: u + 1, Department: d.depts[u+1]}
			for id := range d.roles {
				if rnd.IntN(2) == 0 {
					who.Roles = append(who.Roles, id)
				}
			}
			rights, err := policy.Rights(who, d, 7)
			if err != nil {
				require.Equal(t, fail.NotFound, fail.KindOf(err))
			}
			for range 12 {
				compareOne(t, judge, who, rights, randomRecord(rnd))
			}
		}
	}
}

func compareOne(t *testing.T, judge *asked, who access.Actor, rights *access.Rights, rec *schema.Record) {
	t.Helper()
	var got access.Access
	if rights != nil {
		got = rights.Of(rec, nil)
	}
	canRead := judge.may(who, rec, "record", "read")
	where := fmt.Sprintf("%+v %+v", who, rec)
	for _, act := range []access.Act{access.Read, access.Write, access.Delete, access.Export, access.Comment} {
		require.Equal(t, canRead && judge.may(who, rec, "record", string(act)), got.May(act), "%s %s", act, where)
	}
	for _, f := range fields {
		read := canRead && judge.may(who, rec, fmt.Sprint(f), "read")
		require.Equal(t, read, got.Read.Has(f), "read field %d %s", f, where)
		require.Equal(t, canRead && judge.may(who, rec, fmt.Sprint(f), "write"), got.Write.Has(f), "write field %d %s", f, where)
		require.False(t, got.Read.Has(6), "a deleted field is in no mask")
		if rights != nil {
			x := rights.RowFilter(f)
			require.Equal(t, read, x == nil || query.Match(x, rec, nil), "row filter by field %d %s", f, where)
		}
	}
	if rights != nil {
		x := rights.RowFilter()
		require.Equal(t, canRead, x == nil || query.Match(x, rec, nil), "row filter %s", where)
	}
}

func TestPolicy_Rights(t *testing.T) {
	d := sample()
	d.roles[100] = &schema.Role{ID: 100, Grants: []schema.Grant{
		{Entity: 7, Read: true, Scope: schema.Scope{Kind: "all"}, Fields: map[schema.FieldID]schema.Right{5: schema.Masked, 2: schema.Hidden}},
	}}
	d.roles[101] = &schema.Role{ID: 101, App: 99, Grants: []schema.Grant{{Entity: 7, Read: true, Scope: schema.Scope{Kind: "all"}}}}
	policy := access.New(clock)
	rights := func(a access.Actor) *access.Rights {
		r, err := policy.Rights(a, d, 7)
		require.NoError(t, err)
		return r
	}
	one := func(roles ...schema.RoleID) access.Actor { return access.Actor{Tenant: 1, User: 1, Roles: roles} }
	rec := &schema.Record{ID: 1, Values: schema.Values{5: "x"}}

	t.Run("owners and admins may everything", func(t *testing.T) {
		for _, r := range []schema.RoleID{schema.RoleOwner, schema.RoleAdmin, schema.RoleBuilder, schema.RoleMember} {
			got := rights(one(r)).Of(rec, nil)
			require.True(t, got.May(access.Delete))
			require.Equal(t, schema.WriteRight, got.Right(5))
		}
	})
	t.Run("viewers only read", func(t *testing.T) {
		r := rights(one(schema.RoleViewer))
		require.False(t, r.May(access.Create))
		require.False(t, r.May(access.Export))
		require.Equal(t, schema.ReadRight, r.Of(rec, nil).Right(5))
	})
	t.Run("masked fields are known but not read, hidden ones are not known", func(t *testing.T) {
		r := rights(one(100))
		require.Equal(t, schema.Masked, r.Right(5))
		require.False(t, r.Readable(5))
		require.Equal(t, schema.Hidden, r.Right(2))
	})
	t.Run("a second role adds what the first one hides", func(t *testing.T) {
		require.Equal(t, schema.ReadRight, rights(one(100, schema.RoleViewer)).Of(rec, nil).Right(2))
	})
	t.Run("a role of another app gives nothing, and no role knows of nothing", func(t *testing.T) {
		for _, a := range []access.Actor{one(101), one(), one(555)} {
			_, err := policy.Rights(a, d, 7)
			require.Equal(t, fail.NotFound, fail.KindOf(err))
		}
	})
	t.Run("a token for reading loses all acts that change", func(t *testing.T) {
		a := one(schema.RoleOwner)
		a.ReadOnly = true
		got := rights(a).Of(rec, nil)
		require.True(t, got.May(access.Read))
		require.False(t, got.May(access.Write))
		require.Equal(t, schema.ReadRight, got.Right(5))
		require.Error(t, access.Designer(a))
	})
	t.Run("a changed role is felt with the next policy version", func(t *testing.T) {
		require.False(t, rights(one(100)).May(access.Delete))
		d.roles[100].Grants[0].Delete = true
		d.policy++
		require.True(t, rights(one(100)).May(access.Delete))
	})
	t.Run("a scope whose filter no longer fits gives nothing", func(t *testing.T) {
		d.roles[102] = &schema.Role{ID: 102, Grants: []schema.Grant{{Entity: 7, Read: true, Scope: schema.Scope{Kind: "filter", Filter: []byte(`{"field":"fld_6","op":"eq","value":"x"}`)}}}}
		r := rights(one(102))
		require.False(t, r.Of(rec, nil).May(access.Read))
		require.False(t, query.Match(r.RowFilter(), rec, nil))
	})
	t.Run("people with different scopes are of different classes", func(t *testing.T) {
		d.roles[103] = &schema.Role{ID: 103, Grants: []schema.Grant{{Entity: 7, Read: true, Scope: schema.Scope{Kind: "own"}}}}
		a, b := one(103), one(103)
		b.User = 2
		require.NotEqual(t, rights(a).Class(), rights(b).Class())
		v, u := one(schema.RoleViewer), one(schema.RoleViewer)
		u.User = 2
		require.Equal(t, rights(v).Class(), rights(u).Class())
	})
}
