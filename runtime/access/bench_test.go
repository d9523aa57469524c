package access_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/schema"
)

// wide is a tenant with an entity of 30 fields and roles that see it partly.
func wide() (*tenant, access.Actor, []*schema.Record) {
	d := sample()
	e := *d.entity
	for i := len(e.Fields); i < 30; i++ {
		key := "field" + strconv.Itoa(i)
		e.Fields = append(e.Fields, schema.Field{ID: schema.FieldID(i + 1), Key: key, Name: key, Type: "text"})
	}
	d.entity = &e
	for i, scope := range []string{"own", "department", "all"} {
		g := schema.Grant{Entity: e.ID, Read: true, Write: i == 0, Scope: schema.Scope{Kind: scope}, Fields: map[schema.FieldID]schema.Right{}}
		for f := 10 + i; f < len(e.Fields); f += 3 {
			g.Fields[e.Fields[f].ID] = schema.Hidden
		}
		id := schema.RoleID(100 + i)
		d.roles[id] = &schema.Role{ID: id, Grants: []schema.Grant{g}}
	}
	records := make([]*schema.Record, 512)
	for i := range records {
		records[i] = &schema.Record{ID: schema.RecordID(i + 1), CreatedBy: schema.UserID(i%5 + 1)}
	}
	return d, access.Actor{Tenant: 1, User: 1, Department: 1, Roles: []schema.RoleID{100, 101, 102}}, records
}

// plainCasbin asks casbin for each field of each record, as a program without
// compiled masks would: what the masks are compared with.
func plainCasbin(b *testing.B, d *tenant) func(fields int) time.Duration {
	b.Helper()
	m, err := model.NewModelFromString(`
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act`)
	require.NoError(b, err)
	e, err := casbin.NewEnforcer(m)
	require.NoError(b, err)
	for i := range d.entity.Fields {
		_, err := e.AddPolicy("role", d.entity.Fields[i].Key, "read")
		require.NoError(b, err)
	}
	_, err = e.AddGroupingPolicy("user", "role")
	require.NoError(b, err)
	return func(fields int) time.Duration {
		began := time.Now()
		for i := range fields {
			if _, err := e.Enforce("user", d.entity.Fields[i%len(d.entity.Fields)].Key, "read"); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
}

// BenchmarkRights: compiling the rights of three roles to an entity of 30
// fields, finding them again, and the masks of one record.
func BenchmarkRights(b *testing.B) {
	d, who, records := wide()
	b.Run("compile", func(b *testing.B) {
		policy := access.New(clock)
		for b.Loop() {
			d.policy++
			if _, err := policy.Rights(who, d, d.entity.ID); err != nil {
				b.Fatal(err)
			}
		}
	})
	policy := access.New(clock)
	rights, err := policy.Rights(who, d, d.entity.ID)
	require.NoError(b, err)
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			if _, err := policy.Rights(who, d, d.entity.ID); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("apply", func(b *testing.B) {
		ask := plainCasbin(b, d)
		began, n := time.Now(), 0
		for b.Loop() {
			if !rights.Of(records[n%len(records)], nil).Read.Has(1) {
				b.Fatal("not readable")
			}
			n++
		}
		ours := time.Since(began) / time.Duration(max(1, n))
		const asked = 3000
		b.ReportMetric(float64(ask(asked))/asked*float64(len(d.entity.Fields))/float64(max(1, ours)), "×casbin")
	})
}
