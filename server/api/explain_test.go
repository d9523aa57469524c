package api_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAViewExplainsItself(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		var rows []any
		for i := range 40 {
			rows = append(rows, m{"fields": m{"name": fmt.Sprintf("客户 %d", i), "qty": i, "amount": "1.00", "secret": canary}})
		}
		w.ok("POST", p.records(), w.owner, m{"records": rows})
		view := w.ok("POST", "/entities/"+p.ent+"/views", w.owner, m{"name": "数量", "filter": m{"field": "qty", "op": "gte", "value": 30}, "sort": []any{m{"field": "name"}}}).str("id")

		en := header{"Accept-Language", "en"}
		ask := func(body m, token string) *answer { return w.ok("POST", p.records()+"/explain", token, body, en) }

		t.Run("in the caller's language", func(t *testing.T) {
			for language, want := range map[string]string{"zh": "很快", "en": "Fast"} {
				a := w.ok("GET", "/views/"+view+"/explain", w.owner, nil, header{"Accept-Language", language})
				require.Contains(t, a.str("summary"), want)
			}
		})

		t.Run("what has no index is named, with what will be done", func(t *testing.T) {
			a := ask(m{"sort": []any{m{"field": "amount"}}}, w.owner)
			require.Equal(t, false, a.at("indexed"))
			require.Equal(t, "sort", a.str("steps", 0, "kind"))
			require.Equal(t, "scan", a.str("steps", 0, "how"))
			require.Equal(t, "金额", a.str("steps", 0, "field", "name"))
			require.Equal(t, "rows", a.str("steps", 1, "kind"))
			require.InDelta(t, 40, a.at("steps", 1, "rows"), 0)
			require.Equal(t, "If this is slow repeatedly, “金额” gets an index by itself.", a.str("steps", 2, "text"))
			require.NotEmpty(t, a.list("plan"), "designers see the engine's own words")
			require.Equal(t, "Fast: the table is small, so looking at all of it takes no time.", a.str("summary"))
		})

		t.Run("what is found through indexes is fast", func(t *testing.T) {
			a := ask(m{"search": "客户 3"}, w.owner)
			require.Equal(t, true, a.at("indexed"), "%s", a.Raw)
			require.Equal(t, "search", a.str("steps", 0, "how"))
			require.Equal(t, "Fast: what is needed is found through indexes.", a.str("summary"))
		})

		t.Run("nothing is told to those who may not see it", func(t *testing.T) {
			role := w.ok("POST", "/roles", w.owner, m{"name": "看不见", "grants": []any{m{"entity": p.ent, "read": true, "fields": m{"secret": "hidden"}}}}).str("id")
			spy, _ := w.member("spy@example.com", role)
			a := w.ok("GET", "/views/"+view+"/explain", spy, nil)
			require.NotContains(t, string(a.Raw), `"plan"`, "members do not see the engine's words")
			w.refused(422, "field.unknown", "POST", p.records()+"/explain", spy, m{"sort": []any{m{"field": "secret"}}})
			w.refused(422, "field.unknown", "POST", p.records()+"/explain", spy, m{"filter": m{"field": "secret", "op": "eq", "value": canary}})
			hidden := w.ok("POST", "/entities/"+p.ent+"/views", w.owner, m{"name": "机密", "filter": m{"field": "secret", "op": "eq", "value": canary}}).str("id")
			w.refused(403, "view.notUsable", "GET", "/views/"+hidden+"/explain", spy, nil)
			w.refused(404, "view.notFound", "GET", "/views/"+view+"/explain", w.stranger(), nil)

			mine := w.ok("POST", "/roles", w.owner, m{"name": "自己的", "grants": []any{m{"entity": p.ent, "read": true, "scope": "own"}}}).str("id")
			own, _ := w.member("own@example.com", mine)
			b := ask(m{"filter": m{"field": "qty", "op": "eq", "value": 3}}, own)
			require.NotContains(t, string(b.Raw), `"rows"`, "a count over others' records would tell of them")
			require.Contains(t, string(b.Raw), `"scope"`)
		})
	})
}
