package catalog_test

import (
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/ids"
	"tongban/runtime/store"
	"tongban/runtime/store/sqlite"
	"tongban/schema"
	"tongban/schema/fail"
)

type house struct {
	*testing.T
	engine store.Engine
	c      *catalog.Catalog
	boss   access.Actor
	app    schema.AppID
}

func now() time.Time { return time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC) }

func newHouse(t *testing.T) *house {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	e, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir(), Log: log, Now: now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	h := &house{T: t, engine: e, c: catalog.New(e, catalog.Options{Now: now, IDs: ids.New(now, 0), Log: log})}
	tenant, err := h.c.CreateTenant(t.Context(), catalog.TenantInput{Name: "华信"}, schema.Member{User: 1, Name: "老板"})
	require.NoError(t, err)
	h.boss = access.Actor{Tenant: tenant.ID, User: 1, Roles: []schema.RoleID{schema.RoleOwner}}
	app, err := h.c.CreateApp(t.Context(), h.boss, catalog.AppInput{Name: "CRM"})
	require.NoError(t, err)
	h.app = app.ID
	return h
}

func (h *house) snap() *catalog.Snapshot {
	s, err := h.c.Tenant(h.Context(), h.boss.Tenant)
	require.NoError(h, err)
	return s
}

func (h *house) entity(name string, fields ...catalog.FieldInput) *schema.Entity {
	e, err := h.c.CreateEntity(h.Context(), h.boss, h.app, catalog.EntityInput{Name: name, Fields: fields})
	require.NoError(h, err)
	return e
}

func code(err error) string {
	if e := fail.Of(err); e != nil {
		return string(e.Kind) + " " + e.Code + " " + e.Field
	}
	return "none"
}

func TestCatalog_CreateEntity(t *testing.T) {
	h := newHouse(t)

	t.Run("an entity without fields gets a title and a view, and a key of its name's pinyin", func(t *testing.T) {
		e := h.entity("客户 2026")
		require.Equal(t, "kehu_2026", e.Key)
		require.Equal(t, "名称", e.Fields[0].Name)
		require.Equal(t, e.Fields[0].ID, e.Title)
		views := h.snap().Views(e.ID)
		require.Len(t, views, 1)
		require.Equal(t, "grid", views[0].Type)
		require.NotNil(t, h.snap().Shape(e.ID).Field(e.Title))
	})
	t.Run("keys of equal names differ, and digits come not first", func(t *testing.T) {
		a := h.entity("订单", catalog.FieldInput{Name: "2026年", Type: "number"}, catalog.FieldInput{Name: "绿色", Type: "text"}, catalog.FieldInput{Name: "#", Type: "text"}, catalog.FieldInput{Name: "绿 色", Type: "text"})
		b := h.entity("订单")
		require.Equal(t, []string{"dingdan", "dingdan_2"}, []string{a.Key, b.Key})
		keys := []string{}
		for _, f := range a.Fields {
			keys = append(keys, f.Key)
		}
		require.Equal(t, []string{"f_2026nian", "lvse", "field", "lv_se"}, keys)
		require.Equal(t, a.FieldNamed("绿色").ID, a.Title, "the first text field is the title")
	})
	for name, tt := range map[string]struct {
		in   catalog.EntityInput
		want string
	}{
		"an empty name":             {catalog.EntityInput{Name: "  "}, "invalid name.required name"},
		"a long name":               {catalog.EntityInput{Name: strings.Repeat("名", 101)}, "invalid name.tooLong name"},
		"a NUL in a name":           {catalog.EntityInput{Name: "a\x00b"}, "invalid name.badCharacter name"},
		"a key with a dash":         {catalog.EntityInput{Name: "a", Key: "a-b"}, "invalid key.pattern key"},
		"a taken key":               {catalog.EntityInput{Name: "a", Key: "dingdan"}, "invalid key.taken key"},
		"an unknown type of field":  {catalog.EntityInput{Name: "a", Fields: []catalog.FieldInput{{Name: "x", Type: "magic"}}}, "invalid field.typeUnknown type"},
		"two fields of one name":    {catalog.EntityInput{Name: "a", Fields: []catalog.FieldInput{{Name: "x", Type: "text"}, {Name: "x", Type: "text"}}}, "invalid name.taken name"},
		"a link to nowhere":         {catalog.EntityInput{Name: "a", Fields: []catalog.FieldInput{{Name: "x", Type: "link"}}}, "invalid link.entityUnknown options.entity"},
		"a default that cannot be":  {catalog.EntityInput{Name: "a", Fields: []catalog.FieldInput{{Name: "x", Type: "number", Default: []byte(`"@me"`)}}}, "invalid field.badDefault default"},
		"a unique field of choices": {catalog.EntityInput{Name: "a", Fields: []catalog.FieldInput{{Name: "x", Type: "multiSelect", Unique: true}}}, "invalid field.mayNotBeUnique unique"},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			_, err := h.c.CreateEntity(t.Context(), h.boss, h.app, tt.in)
			require.Equal(t, tt.want, code(err))
		})
	}
	t.Run("members may not design, builders may, tokens for reading may not", func(t *testing.T) {
		for role, want := range map[schema.RoleID]string{
			schema.RoleMember: "forbidden access.designerOnly ", schema.RoleBuilder: "none", schema.RoleViewer: "forbidden access.designerOnly ",
		} {
			_, err := h.c.CreateEntity(t.Context(), access.Actor{Tenant: h.boss.Tenant, User: 2, Roles: []schema.RoleID{role}}, h.app, catalog.EntityInput{Name: "x"})
			require.Equal(t, want, code(err))
		}
		token := h.boss
		token.ReadOnly = true
		_, err := h.c.CreateEntity(t.Context(), token, h.app, catalog.EntityInput{Name: "x"})
		require.Equal(t, "forbidden access.readOnlyToken ", code(err))
	})
}

func TestCatalog_links(t *testing.T) {
	h := newHouse(t)
	a := h.entity("客户")
	b := h.entity("联系人", catalog.FieldInput{Name: "姓名", Type: "text"}, catalog.FieldInput{Name: "客户", Type: "link", Options: schema.Options{Entity: a.ID}})
	own := b.FieldNamed("客户")
	back := h.snap().Entity(a.ID).FieldNamed("联系人")
	require.NotNil(t, back, "the other side is made and named after the entity")
	require.Equal(t, back.ID, own.Options.Inverse)
	require.True(t, back.Options.Derived)
	require.Nil(t, h.snap().Shape(a.ID).Field(back.ID), "the derived side is not stored")

	t.Run("an entity may link to itself", func(t *testing.T) {
		f, err := h.c.AddField(t.Context(), h.boss, a.ID, catalog.FieldInput{Name: "上级", Type: "link", InverseName: "下级", Options: schema.Options{Entity: a.ID}})
		require.NoError(t, err)
		e := h.snap().Entity(a.ID)
		require.Equal(t, f.ID, e.FieldNamed("下级").Options.Inverse)
		require.Equal(t, e.FieldNamed("下级").ID, f.Options.Inverse)
	})
	t.Run("both sides can be renamed and lead to each other still", func(t *testing.T) {
		name := "人们"
		f, err := h.c.UpdateField(t.Context(), h.boss, a.ID, back.ID, catalog.FieldPatch{Name: &name})
		require.NoError(t, err)
		require.Equal(t, own.ID, f.Options.Inverse)
	})
	t.Run("a link cannot be led elsewhere", func(t *testing.T) {
		_, err := h.c.UpdateField(t.Context(), h.boss, b.ID, own.ID, catalog.FieldPatch{Options: &schema.Options{Entity: b.ID}})
		require.Equal(t, "invalid link.entityFixed options.entity", code(err))
	})
	t.Run("deleting one side deletes the other", func(t *testing.T) {
		require.NoError(t, h.c.DeleteField(t.Context(), h.boss, a.ID, back.ID))
		require.Nil(t, h.snap().Entity(a.ID).Field(back.ID))
		require.Nil(t, h.snap().Entity(b.ID).Field(own.ID))
	})
	t.Run("deleting an entity deletes the links that lead to it", func(t *testing.T) {
		f, err := h.c.AddField(t.Context(), h.boss, b.ID, catalog.FieldInput{Name: "公司", Type: "link", Options: schema.Options{Entity: a.ID}})
		require.NoError(t, err)
		require.NoError(t, h.c.DeleteEntity(t.Context(), h.boss, a.ID))
		require.Nil(t, h.snap().Entity(a.ID))
		require.Nil(t, h.snap().Entity(b.ID).Field(f.ID))
	})
}

func TestCatalog_fields(t *testing.T) {
	h := newHouse(t)
	e := h.entity("商机", catalog.FieldInput{Name: "名", Key: "name", Type: "text"},
		catalog.FieldInput{Name: "阶段", Key: "stage", Type: "singleSelect", Options: schema.Options{Choices: []schema.Choice{{Name: "潜在"}, {Name: "赢单"}}}},
		catalog.FieldInput{Name: "金额", Key: "amount", Type: "decimal"})
	stage := e.FieldNamed("stage")

	t.Run("choices keep their ids, and a missing one is kept as deleted", func(t *testing.T) {
		o := schema.Options{Choices: []schema.Choice{{ID: stage.Options.Choices[1].ID, Name: "成交"}, {Name: "输单"}}}
		f, err := h.c.UpdateField(t.Context(), h.boss, e.ID, stage.ID, catalog.FieldPatch{Options: &o})
		require.NoError(t, err)
		require.Equal(t, []schema.OptionID{2, 3, 1}, []schema.OptionID{f.Options.Choices[0].ID, f.Options.Choices[1].ID, f.Options.Choices[2].ID})
		require.Equal(t, "成交", f.Options.Choices[0].Name)
		require.True(t, f.Options.Choices[2].Deleted)
	})
	t.Run("a choice that never was is refused", func(t *testing.T) {
		_, err := h.c.UpdateField(t.Context(), h.boss, e.ID, stage.ID, catalog.FieldPatch{Options: &schema.Options{Choices: []schema.Choice{{ID: 77, Name: "x"}}}})
		require.Equal(t, "invalid choice.unknown options.choices", code(err))
	})
	t.Run("a type changes only within its kind, a scale never", func(t *testing.T) {
		to := "currency"
		_, err := h.c.UpdateField(t.Context(), h.boss, e.ID, e.FieldNamed("amount").ID, catalog.FieldPatch{Type: &to})
		require.NoError(t, err)
		to = "date"
		_, err = h.c.UpdateField(t.Context(), h.boss, e.ID, e.FieldNamed("amount").ID, catalog.FieldPatch{Type: &to})
		require.Equal(t, "invalid field.typeFixed type", code(err))
		four := 4
		_, err = h.c.UpdateField(t.Context(), h.boss, e.ID, e.FieldNamed("amount").ID, catalog.FieldPatch{Options: &schema.Options{Scale: &four}})
		require.Equal(t, "invalid field.scaleFixed options.scale", code(err))
	})
	t.Run("a deleted field leaves views, and its id and key are not confused with a new one's", func(t *testing.T) {
		v, err := h.c.CreateView(t.Context(), h.boss, e.ID, catalog.ViewInput{
			Name: "赢", Sort: []catalog.ViewKey{{Field: "stage"}, {Field: "amount"}}, Fields: []catalog.ViewColumn{{Field: "stage"}},
			Filter: []byte(`{"and":[{"field":"stage","op":"isNotEmpty"},{"field":"amount","op":"gt","value":"1"}]}`),
		})
		require.NoError(t, err)
		require.NoError(t, h.c.DeleteField(t.Context(), h.boss, e.ID, stage.ID))
		got := h.snap().View(v.ID)
		require.Equal(t, []schema.ViewSort{{Field: e.FieldNamed("amount").ID}}, got.Sort)
		require.Empty(t, got.Fields)
		require.JSONEq(t, `{"and":[{"field":"fld_3","op":"gt","value":"1"}]}`, string(got.Filter))
		f, err := h.c.AddField(t.Context(), h.boss, e.ID, catalog.FieldInput{Name: "阶段", Key: "stage", Type: "text"})
		require.NoError(t, err)
		require.Greater(t, f.ID, stage.ID)
	})
	t.Run("the last field stays", func(t *testing.T) {
		x := h.entity("独")
		require.Equal(t, "invalid field.lastOne ", code(h.c.DeleteField(t.Context(), h.boss, x.ID, x.Title)))
	})
	t.Run("fields can be put into order", func(t *testing.T) {
		x := h.entity("序", catalog.FieldInput{Name: "a", Type: "text"}, catalog.FieldInput{Name: "b", Type: "text"}, catalog.FieldInput{Name: "c", Type: "text"})
		x, err := h.c.OrderFields(t.Context(), h.boss, x.ID, []schema.FieldID{3, 1})
		require.NoError(t, err)
		require.Equal(t, []string{"c", "a", "b"}, []string{x.Fields[0].Name, x.Fields[1].Name, x.Fields[2].Name})
	})
}

func TestCatalog_views(t *testing.T) {
	h := newHouse(t)
	e := h.entity("客户", catalog.FieldInput{Name: "名", Key: "name", Type: "text"}, catalog.FieldInput{Name: "金额", Key: "amount", Type: "number"}, catalog.FieldInput{Name: "密", Key: "secret", Type: "text"})
	role, err := h.c.CreateRole(t.Context(), h.boss, catalog.RoleInput{Name: "销售", Grants: []catalog.GrantInput{{Entity: e.ID, Read: true, Fields: map[string]schema.Right{"密": schema.Hidden}}}})
	require.NoError(t, err)
	rep := access.Actor{Tenant: h.boss.Tenant, User: 2, Roles: []schema.RoleID{role.ID}}

	t.Run("what a view sorts by is indexed from then on", func(t *testing.T) {
		before := h.snap().Shape(e.ID)
		require.False(t, before.Field(2).Indexed)
		v, err := h.c.CreateView(t.Context(), h.boss, e.ID, catalog.ViewInput{Name: "按金额", Sort: []catalog.ViewKey{{Field: "amount", Desc: true}}})
		require.NoError(t, err)
		after := h.snap().Shape(e.ID)
		require.True(t, after.Field(2).Indexed)
		require.Greater(t, after.Rev, before.Rev)
		require.NoError(t, h.c.DeleteView(t.Context(), h.boss, v.ID))
		require.False(t, h.snap().Shape(e.ID).Field(2).Indexed)
	})
	t.Run("people save private views, which others do not see", func(t *testing.T) {
		_, err := h.c.CreateView(t.Context(), rep, e.ID, catalog.ViewInput{Name: "共享"})
		require.Equal(t, "forbidden access.designerOnly ", code(err))
		v, err := h.c.CreateView(t.Context(), rep, e.ID, catalog.ViewInput{Name: "我的", Private: true})
		require.NoError(t, err)
		_, err = h.c.VisibleView(rep, h.snap(), v.ID)
		require.NoError(t, err)
		_, err = h.c.VisibleView(h.boss, h.snap(), v.ID)
		require.Equal(t, "not_found view.notFound ", code(err))
	})
	t.Run("one person's private views leave room for those of others", func(t *testing.T) {
		other := rep
		other.User = 3
		for i := range catalog.MaxViews + 1 {
			_, err := h.c.CreateView(t.Context(), other, e.ID, catalog.ViewInput{Name: strconv.Itoa(i), Private: true})
			if err != nil {
				require.Equal(t, catalog.MaxViews, i)
				require.Equal(t, "invalid view.tooMany ", code(err))
			}
		}
		v, err := h.c.CreateView(t.Context(), h.boss, e.ID, catalog.ViewInput{Name: "shared"})
		require.NoError(t, err)
		require.NoError(t, h.c.DeleteView(t.Context(), h.boss, v.ID))
	})
	t.Run("a view cannot be built on a field that its maker cannot see", func(t *testing.T) {
		for _, in := range []catalog.ViewInput{
			{Name: "x", Private: true, Sort: []catalog.ViewKey{{Field: "secret"}}},
			{Name: "x", Private: true, Filter: []byte(`{"field":"secret","op":"isEmpty"}`)},
			{Name: "x", Private: true, Fields: []catalog.ViewColumn{{Field: "secret"}}},
		} {
			_, err := h.c.CreateView(t.Context(), rep, e.ID, in)
			require.Equal(t, "invalid field.unknown secret", code(err))
		}
	})
	t.Run("the last shared view stays", func(t *testing.T) {
		require.Equal(t, "invalid view.lastOne ", code(h.c.DeleteView(t.Context(), h.boss, h.snap().Views(e.ID)[0].ID)))
	})
}

func TestCatalog_people(t *testing.T) {
	h := newHouse(t)
	e := h.entity("客户")
	policy := h.snap().PolicyVersion

	t.Run("departments form a tree without circles", func(t *testing.T) {
		top, err := h.c.CreateDepartment(t.Context(), h.boss, catalog.DepartmentInput{Name: "总部"})
		require.NoError(t, err)
		low, err := h.c.CreateDepartment(t.Context(), h.boss, catalog.DepartmentInput{Name: "华东", Parent: top.ID})
		require.NoError(t, err)
		_, err = h.c.UpdateDepartment(t.Context(), h.boss, top.ID, catalog.DepartmentPatch{Parent: &low.ID})
		require.Equal(t, "invalid department.cycle parent", code(err))
		require.Equal(t, []schema.DeptID{top.ID, low.ID}, h.snap().DeptTree(top.ID))
		require.Equal(t, "invalid department.notEmpty ", code(h.c.DeleteDepartment(t.Context(), h.boss, top.ID)))
		require.NoError(t, h.c.DeleteDepartment(t.Context(), h.boss, low.ID))
	})
	t.Run("every change of people or roles raises the policy version", func(t *testing.T) {
		require.Greater(t, h.snap().PolicyVersion, policy)
		policy = h.snap().PolicyVersion
		_, err := h.c.SetMember(t.Context(), h.boss, schema.Member{User: 2, Name: "甲", Roles: []schema.RoleID{schema.RoleAdmin}})
		require.NoError(t, err)
		require.Greater(t, h.snap().PolicyVersion, policy)
	})
	admin := access.Actor{Tenant: h.boss.Tenant, User: 2, Roles: []schema.RoleID{schema.RoleAdmin}}
	t.Run("admins manage members but make no owners and remove none", func(t *testing.T) {
		_, err := h.c.SetMember(t.Context(), admin, schema.Member{User: 3, Name: "乙", Roles: []schema.RoleID{schema.RoleMember}})
		require.NoError(t, err)
		_, err = h.c.SetMember(t.Context(), admin, schema.Member{User: 3, Name: "乙", Roles: []schema.RoleID{schema.RoleOwner}})
		require.Equal(t, "forbidden access.ownerOnly ", code(err))
		_, err = h.c.SetMember(t.Context(), admin, schema.Member{User: 3, Name: "乙", Roles: []schema.RoleID{schema.RoleOwner}, Suspended: true})
		require.Equal(t, "forbidden access.ownerOnly ", code(err), "nor owners to be")
		require.Equal(t, "forbidden access.ownerOnly ", code(h.c.RemoveMember(t.Context(), admin, 1)))
		require.Equal(t, "forbidden access.adminOnly ", code(h.c.RemoveMember(t.Context(), access.Actor{Tenant: h.boss.Tenant, User: 3, Roles: []schema.RoleID{schema.RoleBuilder}}, 2)))
	})
	t.Run("the last owner stays", func(t *testing.T) {
		require.Equal(t, "invalid member.lastOwner roles", code(h.c.RemoveMember(t.Context(), h.boss, 1)))
		_, err := h.c.SetMember(t.Context(), h.boss, schema.Member{User: 1, Name: "老板", Roles: []schema.RoleID{schema.RoleOwner}, Suspended: true})
		require.Equal(t, "invalid member.lastOwner roles", code(err))
	})
	t.Run("a suspended member is no actor", func(t *testing.T) {
		_, err := h.c.SetMember(t.Context(), h.boss, schema.Member{User: 3, Name: "乙", Suspended: true})
		require.NoError(t, err)
		_, ok := h.snap().Actor(3)
		require.False(t, ok)
	})
	t.Run("a deleted role leaves its holders", func(t *testing.T) {
		r, err := h.c.CreateRole(t.Context(), h.boss, catalog.RoleInput{Name: "销售", Grants: []catalog.GrantInput{{Entity: e.ID, Read: true, Scope: "own"}}})
		require.NoError(t, err)
		_, err = h.c.SetMember(t.Context(), h.boss, schema.Member{User: 4, Name: "丙", Roles: []schema.RoleID{r.ID}})
		require.NoError(t, err)
		require.NoError(t, h.c.DeleteRole(t.Context(), h.boss, r.ID))
		require.Empty(t, h.snap().Member(4).Roles)
	})
	t.Run("an app takes its roles along, from their holders too", func(t *testing.T) {
		app, err := h.c.CreateApp(t.Context(), h.boss, catalog.AppInput{Name: "售后"})
		require.NoError(t, err)
		its, err := h.c.CreateRole(t.Context(), h.boss, catalog.RoleInput{Name: "客服", App: app.ID})
		require.NoError(t, err)
		other, err := h.c.CreateRole(t.Context(), h.boss, catalog.RoleInput{Name: "财务"})
		require.NoError(t, err)
		_, err = h.c.SetMember(t.Context(), h.boss, schema.Member{User: 5, Name: "丁", Roles: []schema.RoleID{its.ID, other.ID}})
		require.NoError(t, err)
		require.NoError(t, h.c.DeleteApp(t.Context(), h.boss, app.ID))
		require.Nil(t, h.snap().Role(its.ID))
		require.Equal(t, []schema.RoleID{other.ID}, h.snap().Member(5).Roles)
	})
	for name, tt := range map[string]struct {
		g    catalog.GrantInput
		want string
	}{
		"an unknown scope":           {catalog.GrantInput{Entity: e.ID, Scope: "galaxy"}, "invalid role.badScope grants.scope"},
		"a filter scope without one": {catalog.GrantInput{Entity: e.ID, Scope: "filter"}, "invalid role.badScope grants.scope"},
		"an unknown field":           {catalog.GrantInput{Entity: e.ID, Fields: map[string]schema.Right{"nope": schema.Hidden}}, "invalid field.unknown nope"},
		"an unknown right":           {catalog.GrantInput{Entity: e.ID, Fields: map[string]schema.Right{"name": "own"}}, "invalid role.badRight name"},
		"an unknown entity":          {catalog.GrantInput{Entity: 5}, "invalid entity.notFound grants.entity"},
	} {
		t.Run(name+" is refused in a role", func(t *testing.T) {
			_, err := h.c.CreateRole(t.Context(), h.boss, catalog.RoleInput{Name: "r", Grants: []catalog.GrantInput{tt.g}})
			require.Equal(t, tt.want, code(err))
		})
	}
}

func TestCatalog_twoNodes(t *testing.T) {
	h := newHouse(t)
	other := catalog.New(h.engine, catalog.Options{Now: now, IDs: ids.New(now, 1), Log: slog.New(slog.DiscardHandler)})
	e := h.entity("客户")
	_, err := other.Tenant(t.Context(), h.boss.Tenant)
	require.NoError(t, err)

	t.Run("changes of two nodes at once are all kept", func(t *testing.T) {
		var wg sync.WaitGroup
		for i, c := range []*catalog.Catalog{h.c, other} {
			wg.Go(func() {
				for j := range 5 {
					_, err := c.AddField(t.Context(), h.boss, e.ID, catalog.FieldInput{Name: string(rune('a'+i)) + string(rune('0'+j)), Type: "number"})
					require.NoError(t, err)
				}
			})
		}
		wg.Wait()
		h.c.Invalidate(h.boss.Tenant)
		require.Len(t, h.snap().Entity(e.ID).Live(), 11)
	})
	t.Run("a snapshot is kept until it is invalidated, and what is unchanged stays the same", func(t *testing.T) {
		x := h.entity("不变")
		s := h.snap()
		require.Same(t, s, h.snap())
		h.c.Invalidate(h.boss.Tenant)
		require.NotSame(t, s, h.snap())
		require.Same(t, s.Entity(x.ID), h.snap().Entity(x.ID))
		require.Same(t, s.Shape(x.ID), h.snap().Shape(x.ID))
	})
	t.Run("a tenant that is not there is not found, and the list knows those that are", func(t *testing.T) {
		_, err := h.c.Tenant(t.Context(), 99)
		require.Equal(t, fail.NotFound, fail.KindOf(err))
		list, err := other.Tenants(t.Context())
		require.NoError(t, err)
		require.Equal(t, []schema.TenantID{h.boss.Tenant}, list)
	})
	t.Run("every change stands in the change log", func(t *testing.T) {
		require.NoError(t, h.engine.View(t.Context(), h.boss.Tenant, func(r store.Reader) error {
			list, err := r.Changes(t.Context(), 0, 1000)
			require.NoError(t, err)
			kinds := map[string]bool{}
			for _, c := range list {
				require.Equal(t, store.OpDoc, c.Op)
				kinds[c.DocKind] = true
			}
			require.True(t, kinds["tenant"] && kinds["app"] && kinds["entity"] && kinds["view"] && kinds["member"])
			return nil
		}))
	})
}
