package record_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
)

// hour moves the clock of a world to an hour of its day.
func (w *world) hour(h int) { w.clock = time.Date(2026, 11, 25, h, 0, 0, 0, time.UTC) }

// moments shows the fields of a record as hours; "-" for none.
func moments(t *testing.T, s *shop, r *record.Row, keys ...string) []string {
	t.Helper()
	row, err := s.records.Get(t.Context(), s.boss(), s.lines.ID, r.Record.ID)
	require.NoError(t, err)
	var all map[string]any
	require.NoError(t, json.Unmarshal([]byte(fieldsOf(row)), &all))
	var out []string
	for _, k := range keys {
		text, _ := all[k].(string)
		if text == "" {
			out = append(out, "-")
			continue
		}
		at, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err, k)
		out = append(out, at.UTC().Format("15:04"))
	}
	return out
}

func (s *shop) recalculate(t *testing.T) {
	t.Helper()
	require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
}

func TestWhenFieldsWereChanged(t *testing.T) {
	s := newShop(t)
	s.add(s.lines, field("note", "text"))
	s.add(s.lines, formulaField("amountAt", "LAST_MODIFIED_TIME({amount})"))
	s.add(s.lines, formulaField("eitherAt", "LAST_MODIFIED_TIME({amount},{note})"))
	s.add(s.lines, formulaField("recordAt", "LAST_MODIFIED_TIME()"))
	s.add(s.lines, formulaField("fresh", `DATETIME_DIFF(NOW(),LAST_MODIFIED_TIME({amount}),"hours")&"h"`))
	all := []string{"amountAt", "eitherAt", "recordAt"}
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)

	s.hour(9)
	one := s.line(order, 5)
	require.Equal(t, []string{"09:00", "09:00", "09:00"}, moments(t, s, one, all...), "a first value counts")
	bare := s.create(s.boss(), s.lines, `{"item":"bare"}`)
	require.Equal(t, []string{"-", "-", "09:00"}, moments(t, s, bare, all...), "what was never given a value was never changed")

	s.hour(10)
	_, err := s.update(s.boss(), s.lines, one, `{"item":"other"}`)
	require.NoError(t, err)
	require.Equal(t, []string{"09:00", "09:00", "10:00"}, moments(t, s, one, all...), "others do not count")

	s.hour(11)
	_, err = s.update(s.boss(), s.lines, one, `{"note":"x"}`)
	require.NoError(t, err)
	require.Equal(t, []string{"09:00", "11:00", "11:00"}, moments(t, s, one, all...))
	require.Equal(t, `fresh="2h" `, s.show(s.lines, one, "fresh"), "one that is computed when read")

	s.hour(12)
	row, err := s.update(s.boss(), s.lines, one, `{"amount":null}`)
	require.NoError(t, err)
	require.Equal(t, []string{"12:00", "12:00", "12:00"}, moments(t, s, one, all...), "emptied is changed")
	_, err = s.update(s.boss(), s.lines, one, `{"amount":null}`)
	require.NoError(t, err)

	s.hour(13)
	list, err := s.records.History(t.Context(), s.boss(), s.lines.ID, row.Record.ID, 0, 1)
	require.NoError(t, err)
	_, err = s.records.Undo(t.Context(), s.boss(), list[0].Change.Origin.ChangeSet)
	require.NoError(t, err)
	require.Equal(t, []string{"13:00", "13:00", "13:00"}, moments(t, s, one, all...), "taken back is changed")
	require.Equal(t, `amount=5 `, s.show(s.lines, one, "amount"))

	s.hour(14)
	_, err = s.update(s.boss(), s.orders, order, `{"name":"B"}`)
	require.NoError(t, err)
	require.Equal(t, []string{"13:00", "13:00"}, moments(t, s, one, "amountAt", "eitherAt"), "what follows from others does not count")
}

func TestWhenFieldsWereChangedBeforeAnybodyAsked(t *testing.T) {
	s := newShop(t)
	s.add(s.lines, field("note", "text"))
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	s.hour(9)
	changed, same, bare := s.line(order, 5), s.line(order, 6), s.create(s.boss(), s.lines, `{"item":"bare"}`)
	s.hour(10)
	_, err := s.update(s.boss(), s.lines, changed, `{"amount":7}`)
	require.NoError(t, err)
	s.hour(11)
	for i := range 60 { // more than is read of a history at once
		for _, r := range []*record.Row{changed, same, bare} {
			_, err = s.update(s.boss(), s.lines, r, `{"note":"`+time.Duration(i).String()+`"}`)
			require.NoError(t, err)
		}
	}
	s.hour(12)
	f := s.add(s.lines, formulaField("amountAt", "LAST_MODIFIED_TIME({amount})"))
	require.Equal(t, []string{"10:00"}, moments(t, s, changed, "amountAt"), "while it is being worked out, too")
	s.recalculate(t)
	for _, c := range []struct {
		row  *record.Row
		want string
	}{{changed, "10:00"}, {same, "09:00"}, {bare, "-"}} {
		require.Equal(t, []string{c.want}, moments(t, s, c.row, "amountAt"))
	}
	sorted := s.titles(s.boss(), s.lines, record.Request{Sort: []record.SortKey{{Field: "amountAt", Desc: true}}})
	require.Equal(t, "i5", sorted[0], "orders go by it")

	o := f.Options
	o.Formula = "LAST_MODIFIED_TIME({note})"
	_, err = s.catalog.UpdateField(t.Context(), s.boss(), s.lines.ID, f.ID, catalog.FieldPatch{Options: &o})
	require.NoError(t, err)
	s.recalculate(t)
	require.Equal(t, []string{"11:00"}, moments(t, s, bare, "amountAt"), "another field is looked up anew")
	require.Nil(t, s.fresh(s.lines).Shadow(s.id(s.lines, "amount"), schema.ShadowChanged), "what nobody asks for is kept no longer")
}

func TestWhenFieldsWereChangedIsAskedOfFieldsThatPeopleFill(t *testing.T) {
	s := newShop(t)
	for src, want := range map[string]string{
		"LAST_MODIFIED_TIME({orderName})": "formula.notEdited",
		`LAST_MODIFIED_TIME("amount")`:    "formula.argType",
		"LAST_MODIFIED_TIME({nothing})":   "formula.unknownField",
	} {
		_, err := s.catalog.AddField(t.Context(), s.boss(), s.lines.ID, formulaField("at", src))
		e := failure(t, err, fail.Invalid, want, "options.formula")
		require.Equal(t, 19, e.Params["pos"], src)
	}
	s.add(s.lines, field("secret", "text"))
	s.add(s.lines, formulaField("at", `LAST_MODIFIED_TIME({secret})`))
	role := s.role("r", catalog.GrantInput{Entity: s.lines.ID, Read: true, Scope: "all", Fields: map[string]schema.Right{"secret": schema.Hidden}})
	reader := s.as(s.person("小王", 0, role))
	row := s.create(s.boss(), s.lines, `{"item":"a","secret":"x"}`)
	got, err := s.records.Get(t.Context(), reader, s.lines.ID, row.Record.ID)
	require.NoError(t, err)
	require.NotContains(t, fieldsOf(got), `"at"`, "the moment of a hidden field is hidden")
	_, err = s.records.Try(t.Context(), reader, s.lines.ID, row.Record.ID, "LAST_MODIFIED_TIME({secret})", false)
	require.Equal(t, "formula.unknownField", fail.Of(err).Code)
}

func TestRulesMayAskWhenFieldsWereChanged(t *testing.T) {
	s := newShop(t)
	s.add(s.lines, field("note", "text"))
	s.hour(9)
	old := s.create(s.boss(), s.lines, `{"item":"a","amount":1}`)
	f := s.fresh(s.lines).FieldNamed("note")
	lock := `DATETIME_DIFF(NOW(),LAST_MODIFIED_TIME({amount}),"hours")>=2`
	_, err := s.catalog.UpdateField(t.Context(), s.boss(), s.lines.ID, f.ID, catalog.FieldPatch{ReadOnlyIf: &lock})
	require.NoError(t, err)
	s.hour(10)
	_, err = s.update(s.boss(), s.lines, old, `{"note":"x"}`)
	require.NoError(t, err)
	s.hour(11)
	_, err = s.update(s.boss(), s.lines, old, `{"note":"y"}`)
	require.Error(t, err, "a record from before the rule, too")
	_, err = s.update(s.boss(), s.lines, old, `{"amount":2}`)
	require.NoError(t, err)
	s.hour(12)
	_, err = s.update(s.boss(), s.lines, old, `{"note":"z"}`)
	require.NoError(t, err)
}
