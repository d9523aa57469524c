package record_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
)

// crm is an app of two entities that are linked and look at each other.
func (w *world) crm() (customers, deals *schema.Entity) {
	w.Helper()
	customers = w.entity("客户", text("name"))
	l := field("company", "link")
	l.Options.Entity = customers.ID
	n := field("no", "autoNumber")
	n.Options.Pattern = "D{000}"
	deals = w.entity("商机", text("title"), field("amount", "number"), l, n)
	look := field("who", "lookup")
	look.Refs = catalog.FieldRefs{Link: "company", Field: "name"}
	f := field("shout", "formula")
	f.Options.Formula = "{who} & '!'"
	for _, in := range []catalog.FieldInput{look, f} {
		_, err := w.catalog.AddField(w.Context(), w.boss(), deals.ID, in)
		require.NoError(w, err)
	}
	back := w.named(deals, "company").Options.Inverse
	sum := field("sum", "rollup")
	sum.Options.Op = "sum"
	sum.Refs = catalog.FieldRefs{Link: schema.FormatID(schema.PrefixField, back), Field: "amount"}
	_, err := w.catalog.AddField(w.Context(), w.boss(), customers.ID, sum)
	require.NoError(w, err)
	c := w.create(w.boss(), customers, `{"name":"华信"}`)
	w.create(w.boss(), deals, `{"title":"a","amount":3,"company":["`+idOf(c)+`"]}`)
	w.create(w.boss(), deals, `{"title":"b","amount":4,"company":["`+idOf(c)+`"]}`)
	return w.fresh(customers), w.fresh(deals)
}

func TestACopiedAppIsWholeAndNothingOfItLeadsToTheOriginal(t *testing.T) {
	w := newWorld(t)
	customers, deals := w.crm()
	_, err := w.catalog.CreateView(t.Context(), w.boss(), deals.ID, catalog.ViewInput{Name: "大", Filter: []byte(`{"formula":"{amount}>3"}`), Options: json.RawMessage(`{"entity":"` + schema.FormatID(schema.PrefixEntity, customers.ID) + `"}`)})
	require.NoError(t, err)
	role := w.role("销售", catalog.GrantInput{Entity: deals.ID, Read: true, Scope: "filter", Filter: []byte(`{"field":"amount","op":"gt","value":3}`)})
	someone := w.person("小王", 0, role)

	app, err := w.records.DuplicateApp(t.Context(), w.boss(), w.app, "", true)
	require.NoError(t, err)
	require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))
	s, err := w.catalog.Tenant(t.Context(), w.tenant)
	require.NoError(t, err)
	copies := s.Entities(app.ID)
	require.Len(t, copies, 2)
	c, d := copies[0], copies[1]
	old := []string{schema.FormatID(schema.PrefixEntity, customers.ID), schema.FormatID(schema.PrefixEntity, deals.ID)}
	for _, e := range copies {
		for _, f := range e.Live() {
			require.NotContains(t, []schema.EntityID{customers.ID, deals.ID}, f.Options.Entity, "%s.%s", e.Name, f.Name)
		}
		for _, v := range s.Views(e.ID) {
			for _, id := range old {
				require.NotContains(t, string(v.Options)+string(v.Filter), id)
			}
		}
	}
	require.Len(t, s.Views(d.ID), len(s.Views(deals.ID)))
	require.Equal(t, []string{`{"shout":"华信!"}`, `{"shout":"华信!"}`}, w.column(d, "shout"))
	require.Equal(t, []string{`{"no":"D001"}`, `{"no":"D002"}`}, w.column(d, "no"))
	require.Equal(t, []string{`{"sum":7}`}, w.column(c, "sum"))
	require.Len(t, w.fresh(customers).Live(), len(customers.Live()), "the originals are as they were")
	require.Equal(t, []string{"b"}, w.titles(w.as(someone), d, record.Request{}), "who had the role sees as much of the copy")

	// A change of the copy changes nothing of the original.
	rows, err := w.records.Query(t.Context(), w.boss(), d.ID, record.Request{})
	require.NoError(t, err)
	_, err = w.update(w.boss(), d, rows.Rows[0], `{"amount":30}`)
	require.NoError(t, err)
	require.Equal(t, []string{`{"sum":34}`}, w.column(c, "sum"))
	require.Equal(t, []string{`{"sum":7}`}, w.column(customers, "sum"))
	third := w.create(w.boss(), d, `{"title":"c"}`)
	require.Contains(t, fieldsOf(third), `"no":"D003"`)
}

func TestACopiedEntityHasLinksOfItsOwn(t *testing.T) {
	w := newWorld(t)
	customers, deals := w.crm()
	e, err := w.records.DuplicateEntity(t.Context(), w.boss(), deals.ID, "商机副本", true)
	require.NoError(t, err)
	require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))
	e = w.fresh(e)
	l := e.FieldNamed("company")
	require.NotEqual(t, deals.FieldNamed("company").Options.Inverse, l.Options.Inverse)
	back := w.fresh(customers).Field(l.Options.Inverse)
	require.Equal(t, e.ID, back.Options.Entity)
	require.Equal(t, []string{`{"shout":"华信!"}`, `{"shout":"华信!"}`}, w.column(e, "shout"))

	c, err := w.records.DuplicateEntity(t.Context(), w.boss(), customers.ID, "", false)
	require.NoError(t, err)
	require.Equal(t, "客户 2", c.Name)
	require.Empty(t, w.column(c, "name"))
	sum := c.FieldNamed("sum")
	derived := c.Field(sum.Options.Link)
	require.Equal(t, deals.ID, derived.Options.Entity)
	stored := w.fresh(deals).Field(derived.Options.Inverse)
	require.False(t, stored.Options.Derived)
	require.Equal(t, c.ID, stored.Options.Entity)

	reader := w.as(w.person("读者", 0, schema.RoleViewer))
	_, err = w.records.DuplicateEntity(t.Context(), reader, customers.ID, "", true)
	require.Equal(t, fail.Forbidden, fail.KindOf(err))
}
