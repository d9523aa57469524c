package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
)

// fieldNamed is a field of an entity as its answer shows it.
func (w *world) fieldNamed(ent, key string) map[string]any {
	w.t.Helper()
	for _, f := range w.ok("GET", "/entities/"+ent, w.owner, nil).list("fields") {
		if f, ok := f.(map[string]any); ok && f["key"] == key {
			return f
		}
	}
	require.Fail(w.t, "no such field", key)
	return nil
}

func TestAFieldTellsHowFarItsValuesAre(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		w.ok("POST", "/entities/"+p.ent+"/fields", w.owner, m{"name": "合计", "key": "sum", "type": "formula", "options": m{"formula": "{amount}*2"}})
		require.Eventually(t, func() bool { return w.fieldNamed(p.ent, "sum")["updating"] == nil }, 20*time.Second, 20*time.Millisecond)

		me := w.ok("GET", "/me", w.owner, nil)
		tenant, ok := schema.ParseID[schema.TenantID](schema.PrefixTenant, me.str("tenant", "id"))
		require.True(t, ok)
		ent, ok := schema.ParseID[schema.EntityID](schema.PrefixEntity, p.ent)
		require.True(t, ok)
		snap, err := w.prog.Catalog.Tenant(t.Context(), tenant)
		require.NoError(t, err)
		elsewhere := &catalog.Recalc{ // another node is at it
			Job:    catalog.Job{Key: "elsewhere", Owner: 1, Until: now().UnixMilli() + 3_600_000},
			Design: true, Done: 20, Total: 100,
			Steps: []catalog.RecalcStep{{Entity: ent, Fields: []schema.FieldID{snap.Entity(ent).FieldNamed("sum").ID}}},
		}
		doc, err := elsewhere.Doc()
		require.NoError(t, err)
		_, err = w.prog.Engine.Commit(t.Context(), tenant, &store.Commit{Docs: []store.DocOp{doc}})
		require.NoError(t, err)
		w.prog.Catalog.Invalidate(tenant)
		require.Equal(t, map[string]any{"done": 20.0, "total": 100.0}, w.fieldNamed(p.ent, "sum")["updating"])
		require.NotContains(t, w.fieldNamed(p.ent, "name"), "updating")
		role := w.ok("POST", "/roles", w.owner, m{"name": "自己的", "grants": []any{m{"entity": p.ent, "read": true, "scope": "own"}}}).str("id")
		own, _ := w.member("own@example.com", role)
		seen := string(w.ok("GET", "/entities/"+p.ent, own, nil).Raw)
		require.Contains(t, seen, `"updating":{"done":0,"total":0}`, "how many records there are is not told to who may not see all")
		f := w.ok("PATCH", "/entities/"+p.ent+"/fields/"+w.fieldNamed(p.ent, "sum")["id"].(string), w.owner, m{"description": "double"})
		require.InDelta(t, 20, f.at("updating", "done"), 0)
	})
}

func TestFormulasFollowTheNamesOfDepartments(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		dept := w.ok("POST", "/departments", w.owner, m{"name": "销售部"}).str("id")
		w.ok("POST", "/entities/"+p.ent+"/fields", w.owner, m{"name": "部门", "key": "dept", "type": "department"})
		w.ok("POST", "/entities/"+p.ent+"/fields", w.owner, m{"name": "标签", "key": "label", "type": "formula", "options": m{"formula": `{dept}&"!"`}})
		w.record(p, w.owner, m{"name": "甲", "dept": dept})
		found := func(label string) int {
			a := w.ok("POST", p.records()+"/query", w.owner, m{"filter": m{"field": "label", "op": "eq", "value": label}})
			return len(a.list("records"))
		}
		require.Eventually(t, func() bool { return found("销售部!") == 1 }, 20*time.Second, 20*time.Millisecond)
		w.ok("PATCH", "/departments/"+dept, w.owner, m{"name": "市场部"})
		require.Eventually(t, func() bool { return found("市场部!") == 1 }, 20*time.Second, 20*time.Millisecond)
		require.Zero(t, found("销售部!"))
	})
}
