package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFieldIsConvertedAfterAPreviewAndTakenBack(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		ent := w.ok("POST", "/apps/"+w.customers().app+"/entities", w.owner, m{"name": "订单", "fields": []m{
			{"name": "标题", "key": "title", "type": "text"}, {"name": "金额", "key": "amount", "type": "text"},
		}})
		path := "/entities/" + ent.str("id")
		for _, v := range []string{"12", "许多", ""} {
			w.ok("POST", path+"/records", w.owner, m{"fields": m{"title": "t" + v, "amount": v}})
		}
		fld := path + "/fields/" + ent.str("fields", 1, "id")
		a := w.ok("POST", fld+"/convert", w.owner, m{"type": "number", "dryRun": true})
		require.InDelta(t, 3, a.at("total"), 0)
		require.InDelta(t, 1, a.at("converted"), 0)
		require.InDelta(t, 1, a.at("lost"), 0)
		require.Equal(t, "许多", a.str("samples", 0, "before"))
		require.Nil(t, a.at("samples", 0, "after"))
		require.NotEmpty(t, a.str("samples", 0, "reason"))
		a = w.ok("POST", fld+"/convert", w.owner, m{"type": "number"})
		require.Equal(t, "number", a.str("field", "type"))
		require.Equal(t, "text", a.str("field", "revertible", "type"))
		require.Equal(t, ent.str("fields", 1, "id"), a.str("field", "id"))
		list := w.ok("GET", path+"/records", w.owner, nil)
		require.InDelta(t, 12, list.at("records", 0, "fields", "amount"), 0)
		require.Equal(t, "text", w.ok("POST", fld+"/revert", w.owner, m{}).str("type"))
		require.Equal(t, "许多", w.ok("GET", path+"/records", w.owner, nil).str("records", 1, "fields", "amount"))
		w.refused(422, "convert.target", "POST", fld+"/convert", w.owner, m{"type": "formula"})
	})
}

func TestFieldsComeBackAndEntitiesAndAppsAreCopied(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		w.record(p, w.owner, m{"name": "华信"})
		f := w.ok("POST", "/entities/"+p.ent+"/fields", w.owner, m{"name": "备注", "key": "note", "type": "text"})
		path := "/entities/" + p.ent + "/fields/" + f.str("id")
		require.Equal(t, 204, w.do("DELETE", path, w.owner, nil).Status)
		require.Equal(t, f.str("id"), w.ok("GET", "/entities/"+p.ent+"/fields/trash", w.owner, nil).str("fields", 0, "id"))
		require.Equal(t, "note", w.ok("POST", path+"/restore", w.owner, m{}).str("key"))
		e := w.ok("POST", "/entities/"+p.ent+"/duplicate", w.owner, m{"records": true})
		require.NotEqual(t, p.ent, e.str("id"))
		require.Equal(t, "华信", w.ok("GET", "/entities/"+e.str("id")+"/records", w.owner, nil).str("records", 0, "fields", "name"))
		a := w.ok("POST", "/apps/"+p.app+"/duplicate", w.owner, m{"name": "副本"})
		require.Equal(t, "副本", a.str("name"))
		require.NotEqual(t, p.app, a.str("id"))
	})
}
