package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
)

func TestFiltersMayBeFormulasInListsViewsAndScopes(t *testing.T) {
	w := newWorld(t)
	e := w.entity("商机", text("title"), field("amount", "number"), field("due", "date"), text("secret"))
	w.create(w.boss(), e, `{"title":"a","amount":5,"due":"2026-11-20"}`)
	w.create(w.boss(), e, `{"title":"b","amount":50,"due":"2026-12-20"}`)
	w.create(w.boss(), e, `{"title":"c","amount":500}`)
	ask := func(src string) record.Request {
		return record.Request{Filter: []byte(`{"formula":"` + src + `"}`)}
	}
	require.Equal(t, []string{"b", "c"}, w.titles(w.boss(), e, ask("{amount}>=50")))
	require.Equal(t, []string{"a"}, w.titles(w.boss(), e, ask("AND({amount}<100,{due}<TODAY())")))
	both := record.Request{Filter: []byte(`{"and":[{"field":"title","op":"ne","value":"c"},{"formula":"{amount}>=50"}]}`)}
	require.Equal(t, []string{"b"}, w.titles(w.boss(), e, both))

	v, err := w.catalog.CreateView(t.Context(), w.boss(), e.ID, catalog.ViewInput{Name: "大单", Filter: []byte(`{"formula":"{amount}>100"}`)})
	require.NoError(t, err)
	require.Contains(t, string(v.Filter), "{fld_", "kept by id")
	name := "金额"
	_, err = w.catalog.UpdateField(t.Context(), w.boss(), e.ID, e.FieldNamed("amount").ID, catalog.FieldPatch{Name: &name})
	require.NoError(t, err)
	require.Equal(t, []string{"c"}, w.titles(w.boss(), e, record.Request{View: v.ID}))

	role := w.role("小单", catalog.GrantInput{
		Entity: e.ID, Read: true, Scope: "filter", Filter: []byte(`{"formula":"{amount}<100"}`),
		Fields: map[string]schema.Right{"secret": schema.Hidden},
	})
	someone := w.as(w.person("小王", 0, role))
	require.Equal(t, []string{"a", "b"}, w.titles(someone, e, record.Request{}))
	_, err = w.records.Query(t.Context(), someone, e.ID, ask("{secret}='x'"))
	hidden := fail.Of(err)
	_, err = w.records.Query(t.Context(), someone, e.ID, ask("{nobody}='x'"))
	require.Equal(t, fail.Of(err).Code, hidden.Code, "a hidden field is as none")
	require.Equal(t, fail.Of(err).Params["pos"], hidden.Params["pos"])

	_, err = w.records.Query(t.Context(), w.boss(), e.ID, ask("LEN({title})>3"))
	bad := failure(t, err, fail.Invalid, "formula.noFilter", "filter")
	require.Equal(t, 0, bad.Params["pos"])
	_, err = w.catalog.CreateView(t.Context(), w.boss(), e.ID, catalog.ViewInput{Name: "x", Filter: []byte(`{"formula":"LEN({title})>3"}`)})
	requireFail(t, err, fail.Invalid, "formula.noFilter", "filter")

	require.NoError(t, w.catalog.DeleteField(t.Context(), w.boss(), e.ID, e.FieldNamed("amount").ID))
	require.Len(t, w.titles(w.boss(), e, record.Request{View: v.ID}), 3, "the condition went with its field")
	require.Empty(t, w.titles(someone, e, record.Request{}), "a scope that lost its field gives nothing")
}
