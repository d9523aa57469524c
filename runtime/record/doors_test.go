package record_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/schema"
)

func newTower(t *testing.T) *tower {
	s := newShop(t)
	w := &tower{shop: s, customers: s.entity("customers", text("name"))}
	s.add(s.orders, catalog.FieldInput{Name: "customer", Key: "customer", Type: "link", Options: schema.Options{Entity: w.customers.ID, Many: true}})
	s.add(s.lines, catalog.FieldInput{Name: "whose", Key: "whose", Type: "lookup", Options: schema.Options{Link: s.id(s.lines, "order"), Field: s.id(s.orders, "customer")}})
	w.theirs = s.create(s.boss(), w.customers, `{"name":"`+bird+`"}`)
	order := s.create(s.boss(), s.orders, `{"name":"A","customer":["`+idOf(w.theirs)+`"]}`)
	w.line = s.create(s.boss(), s.lines, `{"item":"x","order":["`+idOf(order)+`"]}`)
	require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
	require.Contains(t, s.show(s.lines, w.line, "whose"), bird)
	own := all(w.customers, nil)
	own.Scope = "own"
	w.a = s.as(s.person("own", 0, s.role("own", all(s.orders, nil), all(s.lines, nil), own)))
	return w
}

func TestALookupOfLinksTellsNothingOfRecordsOutOfReach(t *testing.T) {
	w := newTower(t)
	row, err := w.records.Get(t.Context(), w.a, w.lines.ID, w.line.Record.ID)
	require.NoError(t, err)
	require.NotContains(t, fieldsOf(row), idOf(w.theirs))

	for _, f := range []string{
		`{"field":"whose","op":"hasAny","value":["` + idOf(w.theirs) + `"]}`,
		`{"field":"whose","op":"hasAll","value":["` + idOf(w.theirs) + `"]}`,
		`{"field":"whose","op":"isNotEmpty"}`,
	} {
		require.Len(t, w.titles(w.boss(), w.lines, record.Request{Filter: json.RawMessage(f)}), 1, f)
		require.Empty(t, w.titles(w.a, w.lines, record.Request{Filter: json.RawMessage(f)}), f)
	}
	for _, f := range []string{
		`{"field":"whose","op":"hasNone","value":["` + idOf(w.theirs) + `"]}`,
		`{"field":"whose","op":"isEmpty"}`,
	} {
		require.Empty(t, w.titles(w.boss(), w.lines, record.Request{Filter: json.RawMessage(f)}), f)
		require.Len(t, w.titles(w.a, w.lines, record.Request{Filter: json.RawMessage(f)}), 1, f)
	}
}

func TestGroupsByALookupOfLinksNameNoRecordOutOfReach(t *testing.T) {
	w := newTower(t)
	mine := w.create(w.a, w.customers, `{"name":"mine"}`)
	order := w.create(w.boss(), w.orders, `{"name":"B","customer":["`+idOf(mine)+`"]}`)
	w.create(w.boss(), w.lines, `{"item":"y","order":["`+idOf(order)+`"]}`)
	require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))
	q := record.AggRequest{GroupBy: []record.AggKey{{Field: "whose"}}, Metrics: []record.Metric{{Op: "count"}}, Limit: 1}
	whole := q
	whole.Limit = 0
	got, err := w.records.Aggregate(t.Context(), w.boss(), w.lines.ID, whole)
	require.NoError(t, err)
	require.Contains(t, string(got.AppendJSON(nil)), `"name":"`+bird+`"`, "who may see it is told its name")
	got, err = w.records.Aggregate(t.Context(), w.a, w.lines.ID, whole)
	require.NoError(t, err)
	require.NotContains(t, string(got.AppendJSON(nil)), idOf(w.theirs))
	require.Contains(t, string(got.AppendJSON(nil)), `"name":"mine"`)
	first, err := w.records.Aggregate(t.Context(), w.a, w.lines.ID, q)
	require.NoError(t, err)
	short, err := w.records.Aggregate(t.Context(), w.a, w.lines.ID, record.AggRequest{GroupBy: []record.AggKey{{Field: "order"}}, Metrics: q.Metrics, Limit: 1})
	require.NoError(t, err)
	require.Len(t, first.Next, len(short.Next), "a cursor counts groups: it holds no id")
}

func TestNamesThatALookupOfLinksBringsAreHiddenWithTheRecords(t *testing.T) {
	w := newTower(t)
	w.add(w.lines, formulaField("named", `{whose}&""`))
	w.rollup("further", "concat", "whose")
	w.add(w.orders, catalog.FieldInput{Name: "names", Key: "names", Type: "rollup", Options: schema.Options{Link: w.id(w.orders, "lines"), Field: w.id(w.lines, "named"), Op: "concat"}})
	require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))
	require.Contains(t, w.show(w.lines, w.line, "named"), bird)
	for _, e := range []*schema.Entity{w.lines, w.orders} {
		rows, err := w.records.Query(t.Context(), w.boss(), e.ID, record.Request{})
		require.NoError(t, err)
		require.Contains(t, fieldsOf(rows.Rows[0]), bird)
		rows, err = w.records.Query(t.Context(), w.a, e.ID, record.Request{})
		require.NoError(t, err)
		require.NotContains(t, fieldsOf(rows.Rows[0]), bird, e.Name)
		found, err := w.records.Query(t.Context(), w.a, e.ID, record.Request{Search: bird})
		require.NoError(t, err)
		require.Empty(t, found.Rows)
	}
}
