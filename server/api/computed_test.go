package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSettingsNameFieldsAndComeBackWithTheNamesOfNow(t *testing.T) {
	w := newWorld(t, nil)
	p := w.customers()
	lines := w.ok("POST", "/apps/"+p.app+"/entities", w.owner, m{
		"name": "订单", "fields": []any{
			m{"name": "编号", "key": "no", "type": "text", "unique": m{"with": []any{"customer"}}},
			m{"name": "客户", "key": "customer", "type": "link", "options": m{"entity": p.ent, "inverseName": "订单", "filter": m{"field": "industry", "op": "eq", "value": "金融"}}},
			m{"name": "行业", "key": "trade", "type": "lookup", "options": m{"link": "客户", "field": "行业"}},
			m{"name": "金额", "key": "sum", "type": "decimal", "required": m{"formula": "{编号}!=''"}},
			m{"name": "税", "key": "tax", "type": "formula", "options": m{"formula": "{金额}*0.13"}},
		},
		"rules": []any{m{"formula": "{金额}>=0", "message": m{"zh-CN": "金额不能为负", "en": "No negative sums"}, "field": "金额"}},
	})
	byKey := func(a *answer) map[string]m {
		out := map[string]m{}
		for _, f := range a.list("fields") {
			f, ok := f.(map[string]any)
			require.True(t, ok)
			key, ok := f["key"].(string)
			require.True(t, ok)
			out[key] = f
		}
		return out
	}
	f := byKey(lines)
	require.Equal(t, m{"with": []any{}, "caseFold": true}["caseFold"], f["no"]["unique"].(map[string]any)["caseFold"])
	require.Equal(t, m{"formula": "{编号}!=''"}, f["sum"]["required"])
	shows, ok := f["trade"]["options"].(map[string]any)["shows"].(map[string]any)
	require.True(t, ok, "%v", f["trade"])
	require.Equal(t, "singleSelect", shows["type"])
	filter, ok := f["customer"]["options"].(map[string]any)["filter"].(map[string]any)
	require.True(t, ok)
	require.Equal(t, "fld_4", filter["field"])
	require.Equal(t, "opt_1", filter["value"])
	member, _ := w.member("plain@example.com", "member")
	plain := w.ok("GET", "/entities/"+lines.str("id"), member, nil)
	require.NotContains(t, byKey(plain)["customer"]["options"], "filter", "the condition of a link is for designers")
	require.Contains(t, byKey(plain)["customer"]["options"], "entity")
	require.Equal(t, "{金额}>=0", lines.str("rules", 0, "formula"))

	id, ok := f["sum"]["id"].(string)
	require.True(t, ok)
	ent := "/entities/" + lines.str("id")
	w.ok("PATCH", ent+"/fields/"+id, w.owner, m{"name": "总额"})
	now := w.ok("GET", ent, w.owner, nil)
	require.Equal(t, "{总额}*0.13", byKey(now)["tax"]["options"].(map[string]any)["formula"])
	require.Equal(t, "{总额}>=0", now.str("rules", 0, "formula"))

	a := w.do("POST", ent+"/fields", w.owner, m{"name": "错", "type": "formula", "options": m{"formula": "1+{没有}"}})
	require.Equal(t, 422, a.Status, "%s", a.Raw)
	require.Equal(t, "options.formula", a.str("field"))
	require.InDelta(t, 2, a.at("pos"), 0)
	require.InDelta(t, 6, a.at("end"), 0)
}

func TestAFieldShowsNoFormulaThatNamesWhatIsHidden(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		field := "/entities/" + p.ent + "/fields"
		w.ok("POST", field, w.owner, m{
			"name": "备注", "key": "note", "type": "text",
			"required": m{"formula": `{secret}="x"`}, "readOnly": m{"formula": `{secret}="y"`}, "default": m{"formula": `{secret}&""`},
		})
		w.ok("POST", field, w.owner, m{"name": "号", "key": "code", "type": "text", "unique": m{"with": []any{"secret", "name"}}})
		w.ok("POST", field, w.owner, m{"name": "级", "key": "level", "type": "text", "required": m{"formula": `{name}="x"`}})
		name := w.fieldNamed(p.ent, "secret")["name"].(string)
		require.Contains(t, string(w.ok("GET", "/entities/"+p.ent, w.owner, nil).Raw), `{`+name+`}`)

		role := w.ok("POST", "/roles", w.owner, m{"name": "看不见", "grants": []any{m{"entity": p.ent, "read": true, "write": true, "create": true, "fields": m{"secret": "hidden"}}}}).str("id")
		spy, _ := w.member("spy@example.com", role)
		seen := string(w.ok("GET", "/entities/"+p.ent, spy, nil).Raw)
		require.NotContains(t, seen, name)
		require.NotContains(t, seen, "secret")
		require.Contains(t, seen, `"with":["name"]`)
		require.Contains(t, seen, `{名称}=`, "what may be read is named")
	})
}
