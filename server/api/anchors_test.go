package api_test

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnchorsAreTheCursorsOfPages(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		var list []m
		for i := range 350 {
			list = append(list, m{"fields": m{"name": fmt.Sprintf("name %03d", i*7%350)}})
		}
		w.ok("POST", p.records(), w.owner, m{"records": list})
		sort := []m{{"field": "name", "dir": "desc"}}
		var want []any
		body := m{"sort": sort, "limit": 100}
		for {
			a := w.ok("POST", p.records()+"/query", w.owner, body)
			next, more := a.JSON["nextCursor"]
			if !more {
				break
			}
			want = append(want, next)
			body["cursor"] = next
		}
		got := w.ok("POST", p.records()+"/anchors", w.owner, m{"sort": sort, "every": 100})
		require.EqualValues(t, 350, got.JSON["count"])
		require.Equal(t, want, got.JSON["cursors"])
		require.Len(t, want, 3)
		w.refused(422, "query.badLimit", "POST", p.records()+"/anchors", w.owner, m{"every": 1})
		w.refused(422, "field.unknown", "POST", p.records()+"/anchors", w.owner, m{"sort": []m{{"field": "nothing"}}})
	})
}

func TestGroupsComeInPages(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		var list []m
		for i := range 30 {
			list = append(list, m{"fields": m{"name": fmt.Sprintf("name %02d", i%25)}})
		}
		w.ok("POST", p.records(), w.owner, m{"records": list})
		body := m{"groupBy": []m{{"field": "name"}}, "metrics": []m{{"op": "count"}}}
		all := w.ok("POST", p.records()+"/aggregate", w.owner, body)
		require.NotContains(t, all.JSON, "nextCursor")
		body["limit"] = 10
		var paged []any
		for range 3 {
			a := w.ok("POST", p.records()+"/aggregate", w.owner, body)
			paged = append(paged, a.JSON["groups"].([]any)...)
			body["cursor"] = a.JSON["nextCursor"]
		}
		require.Nil(t, body["cursor"])
		require.Equal(t, all.JSON["groups"], paged)
		body["cursor"] = "AAAA"
		w.refused(422, "cursor.invalid", "POST", p.records()+"/aggregate", w.owner, body)
	})
}

func TestTheGroupWithoutAValueStandsAsItsRecordsDo(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		w.ok("POST", "/entities/"+p.ent+"/fields", w.owner, m{"name": "地区", "key": "area", "type": "text"})
		for _, area := range []any{"b", nil, "a", "c", nil, "b"} {
			w.record(p, w.owner, m{"name": "x", "area": area})
		}
		for dir, want := range map[string][]any{"asc": {nil, "a", "b", "c"}, "desc": {"c", "b", "a", nil}} {
			body := m{"groupBy": []m{{"field": "area", "dir": dir}}, "metrics": []m{{"op": "count"}}, "limit": 1}
			var keys []any
			for range want {
				a := w.ok("POST", p.records()+"/aggregate", w.owner, body)
				for _, g := range a.list("groups") {
					keys = append(keys, g.(map[string]any)["keys"].([]any)...)
				}
				body["cursor"] = a.JSON["nextCursor"]
			}
			require.Nil(t, body["cursor"], dir)
			require.Equal(t, want, keys, dir)
			rows := w.ok("POST", p.records()+"/query", w.owner, m{"sort": []m{{"field": "area", "dir": dir}}})
			var listed []any
			for _, r := range rows.list("records") {
				v := r.(map[string]any)["fields"].(map[string]any)["area"]
				if len(listed) == 0 || listed[len(listed)-1] != v {
					listed = append(listed, v)
				}
			}
			require.Equal(t, want, listed, dir)
		}
	})
}

// TestACursorOfGroupsByLinkHoldsNoID: the group may be a record whose name the
// caller may not see.
func TestACursorOfGroupsByLinkHoldsNoID(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		w.ok("POST", "/entities/"+p.ent+"/fields", w.owner, m{"name": "上级", "key": "above", "type": "link", "options": m{"entity": p.ent, "many": true}})
		var ids []string
		for i := range 5 {
			ids = append(ids, w.record(p, w.owner, m{"name": fmt.Sprintf("parent %d", i)}))
		}
		for i := range 12 {
			w.record(p, w.owner, m{"name": "child", "above": []any{ids[i%5], ids[(i+1)%5]}})
		}
		body := m{"groupBy": []m{{"field": "above", "dir": "desc"}}, "metrics": []m{{"op": "count"}}}
		all := w.ok("POST", p.records()+"/aggregate", w.owner, body)
		require.Len(t, all.list("groups"), 6, "five and those without")
		body["limit"] = 2
		var paged []any
		for range 3 {
			a := w.ok("POST", p.records()+"/aggregate", w.owner, body)
			paged = append(paged, a.list("groups")...)
			body["cursor"] = a.JSON["nextCursor"]
			if next, more := a.JSON["nextCursor"].(string); more {
				raw, err := base64.RawURLEncoding.DecodeString(next)
				require.NoError(t, err)
				require.Less(t, len(raw), 12, "a binding and a place, no keys")
			}
		}
		require.Nil(t, body["cursor"])
		require.Equal(t, all.list("groups"), paged)
	})
}
