package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/server/api"
)

const canary = "KANARIENVOGEL7731"

// TestAHiddenFieldShowsNowhere walks every door that reads with a caller for
// whom one field is hidden, and every way to ask by that field.
func TestAHiddenFieldShowsNowhere(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		for _, f := range []m{
			{"name": "回声", "key": "echo", "type": "formula", "options": m{"formula": `{secret}&"?"`}},
			{"name": "此刻", "key": "echoNow", "type": "formula", "options": m{"formula": `{echo}&(NOW()>CREATED_TIME())`}},
			{"name": "同类", "key": "peers", "type": "link", "options": m{"entity": p.ent, "many": true, "inverseName": "反向"}},
			{"name": "远声", "key": "afar", "type": "lookup", "options": m{"link": "peers", "field": "echo"}},
			{"name": "汇总", "key": "rolled", "type": "rollup", "options": m{"link": "反向", "field": "secret", "op": "concat"}},
		} {
			w.ok("POST", "/entities/"+p.ent+"/fields", w.owner, f)
		}
		id := w.record(p, w.owner, m{"name": "华信", "amount": "5.00", "secret": canary})
		w.record(p, w.owner, m{"name": "远方", "peers": []any{id}})
		w.ok("PATCH", p.records()+"/"+id, w.owner, m{"fields": m{"secret": canary + "-2"}})
		w.ok("PATCH", p.records()+"/"+id, w.owner, m{"fields": m{"secret": canary}})
		gone := w.record(p, w.owner, m{"name": "旧", "secret": canary})
		w.ok("DELETE", p.records()+"/"+gone, w.owner, nil)
		w.ok("POST", "/entities/"+p.ent+"/views", w.owner, m{"name": "机密", "filter": m{"field": "secret", "op": "eq", "value": canary}, "sort": []any{m{"field": "secret"}}, "fields": []any{m{"field": "secret"}}})
		e := w.ok("GET", "/entities/"+p.ent, w.owner, nil)
		secret := ""
		for i := range e.list("fields") {
			if e.str("fields", i, "key") == "secret" {
				secret = e.str("fields", i, "id")
			}
		}
		role := w.ok("POST", "/roles", w.owner, m{"name": "看不见", "grants": []any{m{
			"entity": p.ent, "read": true, "write": true, "create": true, "delete": true, "export": true, "comment": true, "fields": m{"secret": "hidden"},
		}}}).str("id")
		spy, _ := w.member("spy@example.com", role)

		clean := func(t *testing.T, a *answer) {
			t.Helper()
			require.NotContains(t, string(a.Raw), canary, a.what)
			require.NotContains(t, string(a.Raw), "密级", a.what)
			require.NotContains(t, string(a.Raw), `"`+secret+`"`, a.what)
		}

		t.Run("every GET", func(t *testing.T) {
			ids := w.ids(p, id)
			for _, r := range w.prog.API.Routes() {
				if r.Method != http.MethodGet || r.Need == api.Public {
					continue
				}
				a := w.do("GET", fill(r.Path, ids), spy, nil)
				require.Less(t, a.Status, 500, "%s: %s", a.what, a.Raw)
				clean(t, a)
			}
			clean(t, w.do("GET", "/trash?entity="+p.ent, spy, nil))
			clean(t, w.do("GET", p.records()+"?fieldKeys=id", spy, nil))
			clean(t, w.do("GET", "/changes?after=0&fieldKeys=name", spy, nil))
		})

		t.Run("every way to ask by it is as for a field that is not there", func(t *testing.T) {
			for _, name := range []string{"secret", "密级", secret} {
				for _, unknown := range []string{"nothing"} {
					bodies := func(f string) map[string]m {
						return map[string]m{
							"/query filter":        {"filter": m{"field": f, "op": "startsWith", "value": "KANA"}},
							"/query nested filter": {"filter": m{"not": m{"or": []any{m{"field": f, "op": "isEmpty"}}}}},
							"/query sort":          {"sort": []any{m{"field": f}}},
							"/query fields":        {"fields": []string{f}},
							"/aggregate group":     {"groupBy": []any{m{"field": f}}, "metrics": []any{m{"op": "count"}}},
							"/aggregate metric":    {"metrics": []any{m{"op": "max", "field": f}}},
							"/aggregate distinct":  {"metrics": []any{m{"op": "countDistinct", "field": f}}},
							"/aggregate filter":    {"filter": m{"field": f, "op": "eq", "value": canary}, "metrics": []any{m{"op": "count"}}},
							" create":              {"fields": m{f: "x"}},
							" upsert":              {"records": []any{m{"fields": m{"name": "x"}}}, "upsertOn": []string{f}},
						}
					}
					hidden, absent := bodies(name), bodies(unknown)
					for what, body := range hidden {
						sub, _, _ := strings.Cut(what, " ")
						a := w.refused(422, "field.unknown", "POST", p.records()+sub, spy, body)
						b := w.refused(422, "field.unknown", "POST", p.records()+sub, spy, absent[what])
						require.Equal(t, b.str("detail"), a.str("detail"), "%s of %s", what, name)
						require.NotContains(t, string(a.Raw), canary)
					}
					w.refused(422, "field.unknown", "PATCH", p.records()+"/"+id, spy, m{"fields": m{name: "x"}})
					w.refused(422, "field.unknown", "POST", "/entities/"+p.ent+"/views", spy, m{"name": "x", "private": true, "sort": []any{m{"field": name}}})
				}
			}
		})

		t.Run("search does not find it", func(t *testing.T) {
			a := w.ok("POST", p.records()+"/query", spy, m{"search": canary, "count": true})
			require.InDelta(t, 0, a.at("count"), 0)
			require.InDelta(t, 2, w.ok("POST", p.records()+"/query", w.owner, m{"search": canary, "count": true}).at("count"), 0)
		})

		t.Run("a view that filters by it cannot be used by who may not read it, or shows nothing of it", func(t *testing.T) {
			views := w.ok("GET", "/entities/"+p.ent+"/views", w.owner, nil)
			for i := range views.list("items") {
				a := w.do("POST", p.records()+"/query", spy, m{"view": views.str("items", i, "id")})
				require.Less(t, a.Status, 500, "%s", a.Raw)
				clean(t, a)
				clean(t, w.do("GET", "/views/"+views.str("items", i, "id"), spy, nil))
			}
		})

		t.Run("conflicts, restores and undo do not carry it", func(t *testing.T) {
			clean(t, w.refused(409, "record.stale", "PATCH", p.records()+"/"+id, spy, m{"fields": m{"name": "x"}, "version": 1}))
			clean(t, w.ok("PATCH", p.records()+"/"+id, spy, m{"fields": m{"name": "x"}}))
			clean(t, w.ok("POST", p.records()+"/"+gone+"/restore", spy, m{}))
			a := w.ok("DELETE", p.records(), spy, m{"ids": []string{gone}})
			clean(t, w.ok("POST", "/undo", spy, m{"changeSet": a.str("changeSet")}))
		})

		t.Run("scopes hold: who sees own records alone learns of no other", func(t *testing.T) {
			own := w.ok("POST", "/roles", w.owner, m{"name": "自己的", "grants": []any{m{"entity": p.ent, "read": true, "write": true, "create": true, "delete": true, "scope": "own"}}}).str("id")
			rep, repID := w.member("rep@example.com", own)
			mine := w.record(p, w.owner, m{"name": "我的", "owner": []string{repID}})
			a := w.ok("POST", p.records()+"/query", rep, m{"count": true})
			require.InDelta(t, 1, a.at("count"), 0)
			require.Equal(t, mine, a.str("records", 0, "id"))
			for _, path := range []string{"", "/history", "/comments"} {
				w.refused(404, "record.notFound", "GET", p.records()+"/"+id+path, rep, nil)
			}
			w.refused(404, "record.notFound", "PATCH", p.records()+"/"+id, rep, m{"fields": m{"name": "x"}})
			w.refused(404, "record.notFound", "DELETE", p.records()+"/"+id, rep, nil)
			agg := w.ok("POST", p.records()+"/aggregate", rep, m{"metrics": []any{m{"op": "count"}}})
			require.InDelta(t, 1, agg.at("groups", 0, "metrics", 0), 0)
			for _, path := range []string{"/changes?after=0", "/trash", p.records()} {
				b := w.ok("GET", path, rep, nil)
				require.False(t, bytes.Contains(b.Raw, []byte(canary)), path)
				require.False(t, bytes.Contains(b.Raw, []byte("华信")), path)
			}
		})

		t.Run("another company finds nothing", func(t *testing.T) {
			for _, path := range []string{"/entities/" + p.ent, p.records(), p.records() + "/" + id, "/apps/" + p.app, fmt.Sprintf("%s/%s/history", p.records(), id)} {
				require.Equal(t, 404, w.do("GET", path, w.stranger(), nil).Status, path)
			}
		})
	})
}
