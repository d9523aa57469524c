package api_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestListsComeInPages(t *testing.T) {
	w := newWorld(t, nil)
	p := w.customers()
	for i := range 3 {
		n := fmt.Sprint("名", i)
		w.member(fmt.Sprint("m", i, "@example.com"))
		w.ok("POST", "/departments", w.owner, m{"name": n})
		w.ok("POST", "/roles", w.owner, m{"name": n})
		w.ok("POST", "/tokens", w.owner, m{"name": n, "scopes": []string{"read"}})
		w.ok("POST", "/invitations", w.owner, m{"email": fmt.Sprint("i", i, "@example.com")})
		w.ok("POST", "/apps", w.owner, m{"name": n})
		w.ok("POST", "/apps/"+p.app+"/entities", w.owner, m{"name": n})
		w.ok("POST", "/entities/"+p.ent+"/views", w.owner, m{"name": n})
	}
	rec := w.record(p, w.owner, m{"name": "0"})
	for i := range 3 {
		w.ok("PATCH", p.records()+"/"+rec, w.owner, m{"fields": m{"name": strconv.Itoa(i + 1)}})
	}
	for _, path := range []string{
		"/members", "/departments", "/roles", "/tokens", "/invitations", "/apps", "/templates", "/apps/" + p.app + "/entities",
		"/entities/" + p.ent + "/views", p.records() + "/" + rec + "/history",
	} {
		t.Run("the pages of "+path+" hold every item once", func(t *testing.T) {
			all := w.ok("GET", path, w.owner, nil)
			require.Nil(t, all.JSON["nextCursor"])
			want := all.list("items")
			var got []any
			cursor := ""
			for {
				page := w.ok("GET", path+"?limit=2&cursor="+cursor, w.owner, nil)
				got = append(got, page.list("items")...)
				if page.JSON["nextCursor"] == nil {
					break
				}
				require.Len(t, page.list("items"), 2)
				cursor = page.str("nextCursor")
			}
			require.Equal(t, want, got)
			w.refused(422, "param.invalid", "GET", path+"?limit=1001", w.owner, nil)
			w.refused(422, "cursor.invalid", "GET", path+"?cursor=~", w.owner, nil)
		})
	}
	t.Run("a page goes on although the last item of the one before is gone", func(t *testing.T) {
		first := w.ok("GET", "/departments?limit=2", w.owner, nil)
		last, ok := first.list("items")[1].(m)
		require.True(t, ok)
		want := w.ok("GET", "/departments", w.owner, nil).list("items")[2:]
		w.ok("DELETE", fmt.Sprint("/departments/", last["id"]), w.owner, nil)
		require.Equal(t, want, w.ok("GET", "/departments?cursor="+first.str("nextCursor"), w.owner, nil).list("items"))
	})
	t.Run("the trash of all entities comes in pages too, bulks of one moment included", func(t *testing.T) {
		other := place{p.app, w.ok("POST", "/apps/"+p.app+"/entities", w.owner, m{"name": "二", "fields": []any{m{"name": "n", "key": "name", "type": "text"}}}).str("id")}
		for range 2 {
			for _, at := range []place{p, other} {
				ids := []string{w.record(at, w.owner, m{}), w.record(at, w.owner, m{}), w.record(at, w.owner, m{})}
				w.ok("DELETE", at.records(), w.owner, m{"ids": ids})
			}
		}
		want := w.ok("GET", "/trash", w.owner, nil).list("items")
		require.Len(t, want, 12)
		for _, app := range []string{"", "&app=" + p.app} {
			var got []any
			page := w.ok("GET", "/trash?limit=2"+app, w.owner, nil)
			for got = page.list("items"); page.JSON["nextCursor"] != nil; got = append(got, page.list("items")...) {
				page = w.ok("GET", "/trash?limit=2"+app+"&cursor="+page.str("nextCursor"), w.owner, nil)
			}
			require.Equal(t, want, got)
		}
		w.refused(422, "cursor.invalid", "GET", "/trash?cursor=x", w.owner, nil)
	})
	t.Run("history shows as many changes as were asked for, hidden ones not counted", func(t *testing.T) {
		role := w.ok("POST", "/roles", w.owner, m{"name": "blind", "grants": []any{m{"entity": p.ent, "read": true, "fields": m{"secret": "hidden"}}}}).str("id")
		blind, _ := w.member("blind@example.com", role)
		for i := range 210 {
			w.ok("PATCH", p.records()+"/"+rec, w.owner, m{"fields": m{"secret": strconv.Itoa(i)}})
		}
		path := p.records() + "/" + rec + "/history?limit=3"
		require.Len(t, w.ok("GET", path, blind, nil).list("items"), 3)
		require.Len(t, w.ok("GET", p.records()+"/"+rec+"/history?limit=1000", w.owner, nil).list("items"), 214)
	})
}
