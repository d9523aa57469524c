package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAFormulaIsTriedOnARecord(t *testing.T) {
	w := newWorld(t, nil)
	p := w.customers()
	rec := w.ok("POST", "/entities/"+p.ent+"/records", w.owner, m{"fields": m{"name": "华信"}})
	id := rec.str("id")
	a := w.ok("POST", "/formulas/evaluate", w.owner, m{"entity": p.ent, "record": id, "formula": `{name}&"!"`})
	require.Equal(t, "华信!", a.str("value"))
	require.Equal(t, "text", a.str("type"))
	a = w.ok("POST", "/formulas/evaluate?explain", w.owner, m{"entity": p.ent, "record": id, "formula": `IF(LEN({name})=2,1/0,3)`})
	require.Equal(t, "#DIV/0!", a.str("value", "error"))
	require.NotNil(t, a.at("steps", "children"))
	a = w.do("POST", "/formulas/evaluate", w.owner, m{"entity": p.ent, "formula": `{name}&`})
	require.Equal(t, 422, a.Status, "%s", a.Raw)
	require.NotNil(t, a.at("pos"))
	require.Equal(t, 404, w.do("POST", "/formulas/evaluate", w.owner, m{"entity": p.ent, "record": "rec_zzz", "formula": `1`}).Status)
}

func TestAFormulaTellsWhenFieldsWereChanged(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		records := "/entities/" + p.ent + "/records"
		old := w.ok("POST", records, w.owner, m{"fields": m{"name": "华信", "secret": "a"}}).str("id")
		made := w.ok("GET", records+"/"+old, w.owner, nil).str("createdAt")
		w.pass(time.Hour)
		w.ok("PATCH", records+"/"+old, w.owner, m{"fields": m{"name": "华信二"}})
		a := w.do("POST", "/entities/"+p.ent+"/fields", w.owner, m{"name": "改于", "key": "at", "type": "formula", "options": m{"formula": "LAST_MODIFIED_TIME({secret})"}})
		require.Equal(t, 201, a.Status, "%s", a.Raw)
		at := func() string { return w.ok("GET", records+"/"+old, w.owner, nil).str("fields", "at") }
		require.Equal(t, made, at())
		changed := w.ok("PATCH", records+"/"+old, w.owner, m{"fields": m{"secret": "b"}})
		require.Equal(t, changed.str("updatedAt"), changed.str("fields", "at"), "the answer has it already")
		require.NotEqual(t, made, at())
		require.Equal(t, at(), w.ok("POST", "/formulas/evaluate", w.owner, m{"entity": p.ent, "record": old, "formula": "LAST_MODIFIED_TIME({secret})"}).str("value"))
		require.Equal(t, changed.str("updatedAt"), w.ok("POST", "/formulas/evaluate", w.owner, m{"entity": p.ent, "record": old, "formula": "LAST_MODIFIED_TIME({name},{secret})"}).str("value"), "a field that no formula watches is looked up")

		a = w.do("POST", "/formulas/evaluate", w.owner, m{"entity": p.ent, "record": old, "formula": "LAST_MODIFIED_TIME({at})"}, header{"Accept-Language", "en"})
		require.Equal(t, 422, a.Status)
		require.Contains(t, string(a.Raw), "“改于” is computed")
	})
}
