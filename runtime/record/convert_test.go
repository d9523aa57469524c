package record_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/ids"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

func (w *world) named(e *schema.Entity, key string) *schema.Field {
	w.Helper()
	f := w.fresh(e).FieldNamed(key)
	require.NotNil(w, f, key)
	return f
}

func (w *world) convert(e *schema.Entity, key, typ string, opts ...schema.Options) *schema.Field {
	w.Helper()
	in := catalog.ConvertInput{Type: typ}
	if len(opts) > 0 {
		in.Options = opts[0]
	}
	f, err := w.records.Convert(w.Context(), w.boss(), e.ID, w.named(e, key).ID, in)
	require.NoError(w, err)
	return f
}

func (w *world) revert(e *schema.Entity, key string) *schema.Field {
	w.Helper()
	f, err := w.records.Revert(w.Context(), w.boss(), e.ID, w.named(e, key).ID)
	require.NoError(w, err)
	return f
}

// column lists what all records show in a field, by id.
func (w *world) column(e *schema.Entity, key string) []string {
	w.Helper()
	rows, err := w.records.Query(w.Context(), w.boss(), e.ID, record.Request{Fields: []string{key}, Limit: 1000})
	require.NoError(w, err)
	out := make([]string, 0, len(rows.Rows))
	for _, r := range rows.Rows {
		out = append(out, fieldsOf(r))
	}
	return out
}

func TestTextBecomesNumbersAndGoesBackWithWhatWasLostAndWhatIsNew(t *testing.T) {
	w := newWorld(t)
	e := w.entity("订单", text("title"), text("amount"))
	a := w.create(w.boss(), e, `{"title":"a","amount":"1,200.50"}`)
	w.create(w.boss(), e, `{"title":"b","amount":"many"}`)
	w.create(w.boss(), e, `{"title":"c"}`)
	before := w.named(e, "amount")

	p, err := w.records.PreviewConvert(t.Context(), w.boss(), e.ID, before.ID, catalog.ConvertInput{Type: "number"})
	require.NoError(t, err)
	require.Equal(t, []int64{3, 1, 1, 1}, []int64{p.Total, p.Converted, p.Lost, p.Empty})
	require.Equal(t, "many", p.Samples[0].Before)
	require.True(t, p.Samples[0].Lost)
	require.NotNil(t, p.Samples[0].Why)
	require.Equal(t, "text", w.named(e, "amount").Type, "a preview changes nothing")

	f := w.convert(e, "amount", "number")
	require.Equal(t, before.ID, f.ID)
	require.Equal(t, "number", f.Type)
	require.Nil(t, f.Moving)
	require.Equal(t, []string{`{"amount":1200.5}`, `{}`, `{}`}, w.column(e, "amount"))

	_, err = w.update(w.boss(), e, a, `{"amount":7}`)
	require.NoError(t, err)
	f = w.revert(e, "amount")
	require.Equal(t, "text", f.Type)
	require.Equal(t, []string{`{"amount":"7"}`, `{"amount":"many"}`, `{}`}, w.column(e, "amount"))
	_, err = w.records.Revert(t.Context(), w.boss(), e.ID, f.ID)
	requireFail(t, err, fail.Invalid, "convert.nothingKept", "")
}

func TestTextMakesChoicesAndViewsFollow(t *testing.T) {
	w := newWorld(t)
	e := w.entity("商机", text("title"), text("source"))
	for i, s := range []string{"展会", "官网", "官 网", "展会、官网", "展会"} {
		w.create(w.boss(), e, fmt.Sprintf(`{"title":"%d","source":%q}`, i, s))
	}
	v, err := w.catalog.CreateView(t.Context(), w.boss(), e.ID, catalog.ViewInput{Name: "展会", Filter: []byte(`{"field":"source","op":"eq","value":"展会"}`)})
	require.NoError(t, err)
	p, err := w.records.PreviewConvert(t.Context(), w.boss(), e.ID, w.named(e, "source").ID, catalog.ConvertInput{Type: "singleSelect"})
	require.NoError(t, err)
	require.Equal(t, []string{"展会", "官网"}, p.Choices)
	require.Equal(t, []int64{4, 1, 1}, []int64{p.Converted, p.Merged, p.Lost})
	require.Equal(t, 1, p.Views)

	f := w.convert(e, "source", "singleSelect")
	require.Len(t, f.Options.Choices, 2)
	got := w.column(e, "source")
	require.Contains(t, got[2], "官网")
	require.Equal(t, "{}", got[3])
	require.Equal(t, []string{"0", "4"}, w.titles(w.boss(), e, record.Request{View: v.ID}))

	w.convert(e, "source", "multiSelect")
	require.Equal(t, []string{"0", "4"}, w.titles(w.boss(), e, record.Request{View: v.ID}))
	w.convert(e, "source", "text")
	require.Equal(t, []string{`{"source":"展会"}`, `{"source":"官网"}`, `{"source":"官网"}`, `{}`, `{"source":"展会"}`}, w.column(e, "source"))
	require.Equal(t, []string{"0", "4"}, w.titles(w.boss(), e, record.Request{View: v.ID}))
}

func TestTextBecomesALinkByTitleAndBack(t *testing.T) {
	w := newWorld(t)
	to := w.entity("客户", text("name"))
	e := w.entity("联系人", text("title"), text("company"))
	w.create(w.boss(), to, `{"name":"华信"}`)
	w.create(w.boss(), e, `{"title":"a","company":"华信"}`)
	w.create(w.boss(), e, `{"title":"b","company":"没有"}`)
	f := w.convert(e, "company", "link", schema.Options{Entity: to.ID})
	require.Equal(t, "link", f.Type)
	require.NotNil(t, w.fresh(to).Field(f.Options.Inverse))
	require.Contains(t, w.column(e, "company")[0], "华信")
	require.Equal(t, "{}", w.column(e, "company")[1])
	w.revert(e, "company")
	require.Equal(t, []string{`{"company":"华信"}`, `{"company":"没有"}`}, w.column(e, "company"))
	require.Len(t, w.fresh(to).Live(), 1)

	f = w.convert(e, "company", "link", schema.Options{Entity: to.ID})
	inverse := f.Options.Inverse
	w.convert(e, "company", "text")
	require.JSONEq(t, `{"company":"华信"}`, w.column(e, "company")[0])
	require.Nil(t, w.fresh(to).Field(inverse))
	w.revert(e, "company")
	require.NotNil(t, w.fresh(to).Field(inverse))
	require.Contains(t, w.column(e, "company")[0], "华信")
}

func TestConversionsThatMakeNoSenseAreRefusedAndChangeNothing(t *testing.T) {
	w := newWorld(t)
	e := w.entity("表", text("title"), field("made", "createdTime"))
	sum := field("sum", "formula")
	sum.Options.Formula = "1+1"
	_, err := w.catalog.AddField(t.Context(), w.boss(), e.ID, sum)
	require.NoError(t, err)
	rev := w.fresh(e).Rev
	for _, c := range [][3]string{{"sum", "text", "convert.computed"}, {"made", "text", "convert.fixed"}, {"title", "formula", "convert.target"}, {"title", "image", "convert.senseless"}, {"title", "nothing", "field.typeUnknown"}} {
		_, err := w.records.Convert(t.Context(), w.boss(), e.ID, w.named(e, c[0]).ID, catalog.ConvertInput{Type: c[1]})
		requireFail(t, err, fail.Invalid, c[2], "type")
	}
	require.Equal(t, rev, w.fresh(e).Rev)
}

func TestNumbersDatesAndPeopleConvertByTheirValue(t *testing.T) {
	w := newWorld(t)
	e := w.entity("表", text("title"), field("n", "number"), field("d", "dateTime"), field("u", "user"))
	w.create(w.boss(), e, `{"title":"a","n":3.14159,"d":"2026-11-25T17:30:00Z","u":"`+schema.FormatID(schema.PrefixUser, owner)+`"}`)
	scale := 3
	w.convert(e, "n", "decimal", schema.Options{Scale: &scale})
	require.JSONEq(t, `{"n":"3.142"}`, w.column(e, "n")[0])
	w.convert(e, "n", "text")
	require.JSONEq(t, `{"n":"3.142"}`, w.column(e, "n")[0])
	w.convert(e, "d", "date")
	require.Contains(t, w.column(e, "d")[0], "2026-11-2")
	w.convert(e, "u", "users", schema.Options{Many: true})
	require.Contains(t, w.column(e, "u")[0], "老板")
	w.convert(e, "u", "text")
	require.JSONEq(t, `{"u":"老板"}`, w.column(e, "u")[0])
}

func TestFormulasFollowAFieldThatIsConverted(t *testing.T) {
	w := newWorld(t)
	e := w.entity("表", text("title"), text("n"))
	double := field("double", "formula")
	double.Options.Formula = "{n} & '!'"
	_, err := w.catalog.AddField(t.Context(), w.boss(), e.ID, double)
	require.NoError(t, err)
	w.create(w.boss(), e, `{"title":"a","n":"007"}`)
	w.convert(e, "n", "number")
	require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))
	require.Equal(t, []string{`{"double":"7!"}`}, w.column(e, "double"))
}

// restarted is the program started anew over the same store.
func (w *world) restarted() {
	now := func() time.Time { return w.clock }
	log := slog.New(slog.DiscardHandler)
	src, policy := ids.New(now, 1), access.New(now)
	w.catalog = catalog.New(w.engine, catalog.Options{Now: now, IDs: src, Log: log, Policy: policy})
	w.records = record.New(record.Options{Engine: w.engine, Catalog: w.catalog, Policy: policy, IDs: src, Now: now, Log: log})
}

var _ = store.OpCreate

func TestHistoryOfAConvertedFieldIsReadAsItWasWritten(t *testing.T) {
	w := newWorld(t)
	e := w.entity("表", text("title"), text("n"))
	r := w.create(w.boss(), e, `{"title":"a","n":"12 kg"}`)
	w.clock = w.clock.Add(time.Minute)
	w.convert(e, "n", "number")
	w.clock = w.clock.Add(time.Minute)
	_, err := w.update(w.boss(), e, r, `{"n":5}`)
	require.NoError(t, err)
	list, err := w.records.History(t.Context(), w.boss(), e.ID, r.Record.ID, 0, 10)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Contains(t, string(list[0].AppendJSON(nil)), `"after":5`)
	require.Contains(t, string(list[1].AppendJSON(nil)), `"after":"12 kg"`)
}

func TestWhileAFieldIsFilledRecordsShowWhatTheyWillHold(t *testing.T) {
	w := newWorld(t)
	e := w.entity("表", text("title"), text("n"))
	w.many(e, 2500, func(i int) string { return fmt.Sprintf(`{"title":"t","n":"%d"}`, i) })
	_, err := w.records.Convert(t.Context(), w.boss(), e.ID, w.named(e, "n").ID, catalog.ConvertInput{Type: "number"})
	require.NoError(t, err)
	whole := w.engine
	d := &dying{Engine: whole}
	d.left.Store(6) // dies when the field has turned
	w.engine = d
	w.restarted()
	require.ErrorIs(t, w.records.Recalculate(t.Context(), w.tenant), errKilled)
	w.engine = whole
	w.restarted()
	f := w.named(e, "n")
	require.NotNil(t, f.Moving)
	require.Equal(t, schema.MoveFill, f.Moving.Phase)
	require.JSONEq(t, `{"n":7}`, w.column(e, "n")[7])
	last, err := w.records.Query(t.Context(), w.boss(), e.ID, record.Request{Fields: []string{"n"}, Sort: []record.SortKey{{Field: "createdAt", Desc: true}}, Limit: 1})
	require.NoError(t, err)
	require.NotEqual(t, "{}", fieldsOf(last.Rows[0]))
	progress, err := w.records.Updating(t.Context(), w.tenant, e.ID)
	require.NoError(t, err)
	require.Contains(t, progress, f.ID)
	_, err = w.records.Revert(t.Context(), w.boss(), e.ID, f.ID)
	requireFail(t, err, fail.Conflict, "convert.running", "")
}

func TestARecordThatLayInTheTrashIsConvertedWhenItComesBack(t *testing.T) {
	w := newWorld(t)
	e := w.entity("表", text("title"), text("n"))
	r := w.create(w.boss(), e, `{"title":"a","n":"12"}`)
	_, err := w.trash(w.boss(), e, r)
	require.NoError(t, err)
	w.clock = w.clock.Add(time.Minute)
	w.convert(e, "n", "number")
	w.clock = w.clock.Add(time.Minute)
	_, err = w.records.Write(t.Context(), w.batch(w.boss(), e, record.Change{Op: store.OpRestore, ID: r.Record.ID}))
	require.NoError(t, err)
	require.Equal(t, []string{`{"n":12}`}, w.column(e, "n"))
}

func TestWhoMayNotReadAFieldDoesNotConvertIt(t *testing.T) {
	w := newWorld(t)
	e := w.entity("表", text("title"), text("n"))
	role := w.role("半盲", catalog.GrantInput{Entity: e.ID, Read: true, Write: true, Fields: map[string]schema.Right{"n": schema.Hidden}})
	blind := w.as(w.person("小王", 0, role))
	_, err := w.records.PreviewConvert(t.Context(), blind, e.ID, w.named(e, "n").ID, catalog.ConvertInput{Type: "singleSelect"})
	require.Equal(t, fail.Forbidden, fail.KindOf(err))
	_, err = w.records.Convert(t.Context(), blind, e.ID, w.named(e, "n").ID, catalog.ConvertInput{Type: "singleSelect"})
	require.Equal(t, fail.Forbidden, fail.KindOf(err))
}
