package api_test

import (
	"testing"

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
