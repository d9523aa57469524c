package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/ids"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/runtime/store/mongo"
	"tongban/runtime/store/mongo/mongotest"
	"tongban/runtime/store/sqlite"
	"tongban/schema"
	"tongban/schema/fail"
)

// world is a tenant with people in it, on a real SQLite store.
type world struct {
	testing.TB
	engine  store.Engine
	catalog *catalog.Catalog
	records *record.Service
	options record.Options // of records
	clock   time.Time
	tenant  schema.TenantID
	app     schema.AppID
	nextOne schema.UserID
}

const owner = schema.UserID(1)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, clock: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC), nextOne: 2}
	now := func() time.Time { return w.clock }
	log := slog.New(slog.DiscardHandler)
	w.engine = openEngine(t, log, now)
	src, policy := ids.New(now, 0), access.New(now)
	w.catalog = catalog.New(w.engine, catalog.Options{Now: now, IDs: src, Log: log, Policy: policy})
	w.options = record.Options{Engine: w.engine, Catalog: w.catalog, Policy: policy, IDs: src, Now: now, Log: log}
	w.records = record.New(w.options)
	tenant, err := w.catalog.CreateTenant(t.Context(), catalog.TenantInput{Name: "华信"}, schema.Member{User: owner, Name: "老板", Email: "boss@example.com"})
	require.NoError(t, err)
	w.tenant = tenant.ID
	app, err := w.catalog.CreateApp(t.Context(), w.as(owner), catalog.AppInput{Name: "CRM"})
	require.NoError(t, err)
	w.app = app.ID
	return w
}

// openEngine is SQLite in a fresh folder, or, where TONGBAN_TEST_ENGINE is
// mongo, a fresh database on what mongotest finds.
func openEngine(t testing.TB, log *slog.Logger, now func() time.Time) store.Engine {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var e store.Engine
	var err error
	if os.Getenv("TONGBAN_TEST_ENGINE") == "mongo" {
		e, err = mongo.Open(ctx, mongo.Options{URI: mongotest.Start(t), Log: log, Now: now})
	} else {
		e, err = sqlite.Open(ctx, sqlite.Options{Dir: t.TempDir(), Log: log, Now: now})
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, e.Close())
		cancel()
	})
	return e
}

func (w *world) as(u schema.UserID) access.Actor {
	w.Helper()
	if u == owner && w.app == 0 {
		return access.Actor{Tenant: w.tenant, User: owner, Roles: []schema.RoleID{schema.RoleOwner}}
	}
	s, err := w.catalog.Tenant(w.Context(), w.tenant)
	require.NoError(w, err)
	a, ok := s.Actor(u)
	require.True(w, ok, "user %d is no member", u)
	return a
}

func (w *world) boss() access.Actor { return w.as(owner) }

// person adds a member.
func (w *world) person(name string, dept schema.DeptID, roles ...schema.RoleID) schema.UserID {
	w.Helper()
	u := w.nextOne
	w.nextOne++
	m := schema.Member{User: u, Name: name, Email: fmt.Sprintf("u%d@example.com", u), Roles: roles, Department: dept}
	_, err := w.catalog.SetMember(w.Context(), w.boss(), m)
	require.NoError(w, err)
	return u
}

func (w *world) role(name string, grants ...catalog.GrantInput) schema.RoleID {
	w.Helper()
	r, err := w.catalog.CreateRole(w.Context(), w.boss(), catalog.RoleInput{Name: name, Grants: grants})
	require.NoError(w, err)
	return r.ID
}

func (w *world) department(name string, parent schema.DeptID) schema.DeptID {
	w.Helper()
	d, err := w.catalog.CreateDepartment(w.Context(), w.boss(), catalog.DepartmentInput{Name: name, Parent: parent})
	require.NoError(w, err)
	return d.ID
}

func (w *world) entity(name string, fields ...catalog.FieldInput) *schema.Entity {
	w.Helper()
	e, err := w.catalog.CreateEntity(w.Context(), w.boss(), w.app, catalog.EntityInput{Name: name, Fields: fields})
	require.NoError(w, err)
	return e
}

func (w *world) fresh(e *schema.Entity) *schema.Entity {
	w.Helper()
	s, err := w.catalog.Tenant(w.Context(), w.tenant)
	require.NoError(w, err)
	require.NotNil(w, s.Entity(e.ID))
	return s.Entity(e.ID)
}

func text(key string) catalog.FieldInput {
	return catalog.FieldInput{Name: key, Key: key, Type: "text"}
}

func field(key, typ string) catalog.FieldInput {
	return catalog.FieldInput{Name: key, Key: key, Type: typ}
}

func choices(key string, names ...string) catalog.FieldInput {
	f := field(key, "singleSelect")
	for _, n := range names {
		f.Options.Choices = append(f.Options.Choices, schema.Choice{Name: n})
	}
	return f
}

// in reads JSON input as the API does.
func in(w testing.TB, s string) map[string]any {
	w.Helper()
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var m map[string]any
	require.NoError(w, d.Decode(&m), s)
	return m
}

func (w *world) batch(a access.Actor, e *schema.Entity, changes ...record.Change) record.Batch {
	return record.Batch{Actor: a, Entity: e.ID, Via: "api", Changes: changes}
}

func (w *world) create(a access.Actor, e *schema.Entity, fields string) *record.Row {
	w.Helper()
	res, err := w.records.Write(w.Context(), w.batch(a, e, record.Change{Op: store.OpCreate, Fields: in(w, fields)}))
	require.NoError(w, err)
	return res.Rows[0]
}

func (w *world) update(a access.Actor, e *schema.Entity, r *record.Row, fields string) (*record.Row, error) {
	w.Helper()
	res, err := w.records.Write(w.Context(), w.batch(a, e, record.Change{Op: store.OpUpdate, ID: r.Record.ID, Fields: in(w, fields)}))
	if err != nil {
		return nil, err
	}
	return res.Rows[0], nil
}

func (w *world) trash(a access.Actor, e *schema.Entity, r *record.Row) (*record.Result, error) {
	return w.records.Write(w.Context(), w.batch(a, e, record.Change{Op: store.OpTrash, ID: r.Record.ID}))
}

// fieldsOf is what a row shows, as JSON.
func fieldsOf(r *record.Row) string { return string(r.AppendFields(nil, record.ByKey)) }

func (w *world) titles(a access.Actor, e *schema.Entity, q record.Request) []string {
	w.Helper()
	rows, err := w.records.Query(w.Context(), a, e.ID, q)
	require.NoError(w, err)
	out := []string{}
	for _, r := range rows.Rows {
		s, _ := r.Value(e.Field(e.Title)).(string)
		out = append(out, s)
	}
	return out
}

// requireFail checks kind, code and field of an error.
func requireFail(t testing.TB, err error, kind fail.Kind, code, fieldKey string) {
	t.Helper()
	e := failure(t, err, kind, code, fieldKey)
	require.NotNil(t, e)
}

// failure checks an error as requireFail does and returns it.
func failure(t testing.TB, err error, kind fail.Kind, code, fieldKey string) *fail.Error {
	t.Helper()
	require.Error(t, err)
	e := fail.Of(err)
	require.NotNil(t, e, "%v", err)
	require.Equal(t, kind, e.Kind, "%v", err)
	require.Equal(t, code, e.Code, "%v", err)
	require.Equal(t, fieldKey, e.Field, "%v", err)
	return e
}
