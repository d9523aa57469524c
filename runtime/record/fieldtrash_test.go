package record_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
)

func TestADeletedFieldComesBackWithItsValuesAndWhatFollowsFromIt(t *testing.T) {
	w := newWorld(t)
	e := w.entity("表", text("title"), text("n"))
	double := field("double", "formula")
	double.Options.Formula = "{n} & '!'"
	_, err := w.catalog.AddField(t.Context(), w.boss(), e.ID, double)
	require.NoError(t, err)
	r := w.create(w.boss(), e, `{"title":"a","n":"x"}`)
	id := e.FieldNamed("n").ID
	require.NoError(t, w.catalog.DeleteField(t.Context(), w.boss(), e.ID, id))
	require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))
	require.Contains(t, w.column(e, "double")[0], "#REF!")
	list, err := w.catalog.DeletedFields(t.Context(), w.boss(), e.ID)
	require.NoError(t, err)
	require.Len(t, list, 1)
	_, err = w.update(w.boss(), e, r, `{"title":"b"}`)
	require.NoError(t, err)
	_, err = w.catalog.AddField(t.Context(), w.boss(), e.ID, text("n"))
	require.NoError(t, err)

	f, err := w.catalog.RestoreField(t.Context(), w.boss(), e.ID, id)
	require.NoError(t, err)
	require.Equal(t, id, f.ID)
	require.NotEqual(t, "n", f.Key, "another field has taken the key")
	require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))
	require.Equal(t, []string{`{"double":"x!"}`}, w.column(e, "double"))

	require.NoError(t, w.catalog.DeleteField(t.Context(), w.boss(), e.ID, id))
	w.clock = w.clock.Add(31 * 24 * time.Hour)
	_, err = w.catalog.RestoreField(t.Context(), w.boss(), e.ID, id)
	requireFail(t, err, fail.NotFound, "field.notFound", "")
}

func TestADeletedLinkComesBackOnBothSides(t *testing.T) {
	w := newWorld(t)
	to := w.entity("客户", text("name"))
	l := field("company", "link")
	l.Options.Entity = to.ID
	e := w.entity("联系人", text("title"), l)
	c := w.create(w.boss(), to, `{"name":"华信"}`)
	w.create(w.boss(), e, `{"title":"a","company":["`+idOf(c)+`"]}`)
	f := w.named(e, "company")
	require.NoError(t, w.catalog.DeleteField(t.Context(), w.boss(), e.ID, f.ID))
	require.Len(t, w.fresh(to).Live(), 1)
	_, err := w.catalog.RestoreField(t.Context(), w.boss(), e.ID, f.ID)
	require.NoError(t, err)
	require.Len(t, w.fresh(to).Live(), 2)
	require.Contains(t, w.column(e, "company")[0], "华信")
	back := w.fresh(to).Field(f.Options.Inverse)
	require.Contains(t, w.column(to, back.Key)[0], `"a"`)
}

func TestStricterRulesNameTheRecordsThatBreakThem(t *testing.T) {
	w := newWorld(t)
	e := w.entity("表", text("title"), text("a"), text("b"))
	one := w.create(w.boss(), e, `{"title":"1","a":"Ab","b":"x"}`)
	two := w.create(w.boss(), e, `{"title":"2","a":"aB","b":"x"}`)
	three := w.create(w.boss(), e, `{"title":"3","b":"x"}`)
	w.create(w.boss(), e, `{"title":"4","a":"Ab","b":"x"}`)
	yes := true
	id := e.FieldNamed("a").ID
	_, err := w.catalog.UpdateField(t.Context(), w.boss(), e.ID, id, catalog.FieldPatch{Unique: &yes})
	bad := failure(t, err, fail.Invalid, "field.hasDoubles", "unique")
	require.Equal(t, int64(2), bad.Params["count"])
	require.Contains(t, bad.Params["records"], idOf(one))
	require.Contains(t, bad.Params["records"], idOf(two))
	_, err = w.catalog.UpdateField(t.Context(), w.boss(), e.ID, id, catalog.FieldPatch{With: &[]string{"b"}})
	bad = failure(t, err, fail.Invalid, "field.hasDoubles", "unique")
	require.Equal(t, int64(1), bad.Params["count"])
	_, err = w.catalog.UpdateField(t.Context(), w.boss(), e.ID, id, catalog.FieldPatch{Required: &yes})
	bad = failure(t, err, fail.Invalid, "field.hasEmpty", "required")
	require.Equal(t, idOf(three), bad.Params["records"])
	require.False(t, w.fresh(e).Field(id).Required)
	f, err := w.catalog.UpdateField(t.Context(), w.boss(), e.ID, id, catalog.FieldPatch{Required: &yes, Force: true})
	require.NoError(t, err)
	require.True(t, f.Required)
}

func idOf(r *record.Row) string { return schema.FormatID(schema.PrefixRecord, r.Record.ID) }
