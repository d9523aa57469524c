package install_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/ids"
	"tongban/runtime/install"
	"tongban/runtime/record"
	"tongban/runtime/store/sqlite"
	"tongban/schema"
)

type world struct {
	cat   *catalog.Catalog
	recs  *record.Service
	inst  *install.Service
	actor access.Actor
}

func newWorld(t *testing.T) *world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	engine, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir(), Log: log, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()) })
	src := ids.New(time.Now, 1)
	policy := access.New(time.Now)
	w := &world{cat: catalog.New(engine, catalog.Options{Now: time.Now, IDs: src, Log: log, Policy: policy})}
	w.recs = record.New(record.Options{Engine: engine, Catalog: w.cat, Policy: policy, IDs: src, Now: time.Now, Log: log})
	w.inst = install.New(w.cat, w.recs, time.Now, log)
	user := schema.UserID(src.Next())
	tenant, err := w.cat.CreateTenant(t.Context(), catalog.TenantInput{Name: "t"}, schema.Member{User: user, Name: "Boss", Email: "b@example.com"})
	require.NoError(t, err)
	w.actor = access.Actor{Tenant: tenant.ID, User: user, Roles: []schema.RoleID{schema.RoleOwner}}
	return w
}

func TestEveryTemplate_installs_in_both_languages_with_its_samples(t *testing.T) {
	for _, locale := range []string{"zh-CN", "en"} {
		w := newWorld(t)
		infos, err := w.inst.Templates(locale)
		require.NoError(t, err)
		require.NotEmpty(t, infos)
		for _, info := range infos {
			app, err := w.inst.Install(t.Context(), w.actor, info.Key, install.Options{Locale: locale, Samples: true})
			require.NoError(t, err, "%s %s", info.Key, locale)
			require.Equal(t, info.Name, app.Name)
			snap, err := w.cat.Tenant(t.Context(), w.actor.Tenant)
			require.NoError(t, err)
			entities := snap.Entities(app.ID)
			require.Len(t, entities, len(info.Entities))
			for i, e := range entities {
				rows, err := w.recs.Query(t.Context(), w.actor, e.ID, record.Request{Limit: 1, Count: true})
				require.NoError(t, err)
				require.EqualValues(t, info.Entities[i].Samples, *rows.Count, e.Name)
				require.Len(t, snap.Views(e.ID), len(info.Entities[i].Views), e.Name)
				for _, v := range snap.Views(e.ID) {
					_, err := w.recs.Query(t.Context(), w.actor, e.ID, record.Request{View: v.ID, Limit: 10})
					require.NoError(t, err, "view %s of %s", v.Name, e.Name)
				}
			}
			require.Len(t, snap.Roles(), len(info.Roles))
		}
	}
}

func TestCRM_has_the_fields_of_the_lead_and_ticket_tables(t *testing.T) {
	w := newWorld(t)
	app, err := w.inst.Install(t.Context(), w.actor, "crm", install.Options{})
	require.NoError(t, err)
	snap, err := w.cat.Tenant(t.Context(), w.actor.Tenant)
	require.NoError(t, err)
	want := map[string][]string{
		"leads":         {"客户名称", "联系人姓名", "联系电话", "来源渠道", "需求标签", "录入时间", "分配跟进人", "下次跟进时间"},
		"opportunities": {"客户名称", "当前阶段", "阶段升级条件", "自动触发动作", "负责人", "预计成交时间"},
		"tickets":       {"工单编号", "客户名称", "问题类型", "优先级", "描述内容", "自动分派对象", "预计处理时长"},
	}
	for _, e := range snap.Entities(app.ID) {
		for _, name := range want[e.Key] {
			f := e.FieldNamed(name)
			require.NotNil(t, f, "%s has no field %s", e.Key, name)
			require.Equal(t, name, f.Name)
		}
	}
}

func TestSecondInstallation_gets_a_name_of_its_own(t *testing.T) {
	w := newWorld(t)
	first, err := w.inst.Install(t.Context(), w.actor, "crm", install.Options{Locale: "en"})
	require.NoError(t, err)
	second, err := w.inst.Install(t.Context(), w.actor, "crm", install.Options{Locale: "en"})
	require.NoError(t, err)
	require.Equal(t, first.Name+" 2", second.Name)
}

func TestInstall_is_for_designers_and_known_templates(t *testing.T) {
	w := newWorld(t)
	viewer := w.actor
	viewer.Roles = []schema.RoleID{schema.RoleViewer}
	_, err := w.inst.Install(t.Context(), viewer, "crm", install.Options{})
	require.Error(t, err)
	_, err = w.inst.Install(t.Context(), w.actor, "nothing", install.Options{})
	require.Error(t, err)
	snap, err := w.cat.Tenant(t.Context(), w.actor.Tenant)
	require.NoError(t, err)
	require.Empty(t, snap.Apps())

	builder := w.actor
	builder.User, builder.Roles = w.actor.User+1, []schema.RoleID{schema.RoleBuilder}
	_, err = w.cat.SetMember(t.Context(), w.actor, schema.Member{User: builder.User, Name: "Builder", Roles: builder.Roles})
	require.NoError(t, err)
	app, err := w.inst.Install(t.Context(), builder, "crm", install.Options{Samples: true})
	require.NoError(t, err)
	snap, err = w.cat.Tenant(t.Context(), w.actor.Tenant)
	require.NoError(t, err)
	require.NotNil(t, snap.App(app.ID))
	require.NotEmpty(t, snap.Roles())
}

func TestInstallation_that_was_cut_off_is_listed_nowhere_and_swept_away(t *testing.T) {
	w := newWorld(t)
	now := time.Now()
	w.inst = install.New(w.cat, w.recs, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	left, err := w.cat.CreateApp(t.Context(), w.actor, catalog.AppInput{Name: "half", Unfinished: true})
	require.NoError(t, err)
	_, err = w.cat.CreateEntity(t.Context(), w.actor, left.ID, catalog.EntityInput{Name: "e"})
	require.NoError(t, err)
	apps := func() (names []string, unfinished int) {
		snap, err := w.cat.Tenant(t.Context(), w.actor.Tenant)
		require.NoError(t, err)
		for _, a := range snap.Apps() {
			names = append(names, a.Name)
		}
		return names, len(snap.Unfinished())
	}
	_, err = w.inst.Install(t.Context(), w.actor, "crm", install.Options{Locale: "en"})
	require.NoError(t, err)
	names, unfinished := apps()
	require.Equal(t, []string{"CRM"}, names)
	require.Equal(t, 1, unfinished, "it may still be under way")
	now = now.Add(time.Hour)
	_, err = w.inst.Install(t.Context(), w.actor, "crm", install.Options{Locale: "en"})
	require.NoError(t, err)
	names, unfinished = apps()
	require.Equal(t, []string{"CRM", "CRM 2"}, names)
	require.Zero(t, unfinished)
}
