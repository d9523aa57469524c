package record_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

func formulaField(key, src string) catalog.FieldInput {
	return catalog.FieldInput{Name: key, Key: key, Type: "formula", Options: schema.Options{Formula: src}}
}

func TestFormula(t *testing.T) {
	s := newShop(t)
	s.add(s.lines, formulaField("double", "{amount}*2"))
	s.add(s.lines, formulaField("label", `{item}&"/"&{double}&"/"&{orderName}`))
	s.add(s.lines, formulaField("share", `{amount}/{orderTotal}`))
	s.add(s.lines, formulaField("safe", `IFERROR({share},-1)`))
	s.add(s.lines, formulaField("old", `NOW()>=CREATED_TIME()`))
	s.rollup("doubles", "sum", "double")
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	one := s.line(order, 5)
	require.Equal(t, `double=10 label="i5/10/A" share=1 safe=1 `, s.show(s.lines, one, "double", "label", "share", "safe"))
	require.Equal(t, `doubles=10 `, s.show(s.orders, order, "doubles"))
	_, err := s.update(s.boss(), s.lines, one, `{"amount":0}`)
	require.NoError(t, err)
	require.Equal(t, `share={"error":"#DIV/0!"} safe=-1 `, s.show(s.lines, one, "share", "safe"), "an error is shown as one, and seen by formulas")
	_, err = s.update(s.boss(), s.orders, order, `{"name":"乙"}`)
	require.NoError(t, err)
	require.Equal(t, `label="i5/0/乙" `, s.show(s.lines, one, "label"))

	_, err = s.catalog.AddField(t.Context(), s.boss(), s.lines.ID, formulaField("bad", "{amount}*"))
	e := failure(t, err, fail.Invalid, "formula.expectedValue", "options.formula")
	require.NotNil(t, e.Params["pos"])
	_, err = s.catalog.AddField(t.Context(), s.boss(), s.lines.ID, formulaField("me", "{me}+1"))
	require.Error(t, err)
	o := s.fresh(s.lines).FieldNamed("double").Options
	o.Formula = "{share}+1"
	_, err = s.catalog.UpdateField(t.Context(), s.boss(), s.lines.ID, s.id(s.lines, "double"), catalog.FieldPatch{Options: &o})
	require.NoError(t, err)
	o.Formula = `LEN({label})`
	_, err = s.catalog.UpdateField(t.Context(), s.boss(), s.lines.ID, s.id(s.lines, "double"), catalog.FieldPatch{Options: &o})
	e = failure(t, err, fail.Invalid, "field.cycle", "options")
	require.Equal(t, "lines.double → lines.label → lines.double", e.Params["path"])
}

func TestFormula_changes(t *testing.T) {
	s := newShop(t)
	f := s.add(s.lines, formulaField("result", "{amount}+1"))
	s.add(s.lines, formulaField("next", `{result}&"!"`))
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	one := s.line(order, 5)
	o := s.fresh(s.lines).FieldNamed("result").Options
	o.Formula = `"n"&{amount}`
	_, err := s.catalog.UpdateField(t.Context(), s.boss(), s.lines.ID, f.ID, catalog.FieldPatch{Options: &o})
	require.NoError(t, err)
	require.Equal(t, `result="n5" next="n5!" `, s.show(s.lines, one, "result", "next"), "before it is filled in")
	require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
	require.Equal(t, `result="n5" next="n5!" `, s.show(s.lines, one, "result", "next"))

	name := "betrag"
	_, err = s.catalog.UpdateField(t.Context(), s.boss(), s.lines.ID, s.id(s.lines, "amount"), catalog.FieldPatch{Name: &name})
	require.NoError(t, err)
	require.Equal(t, `"n"&{`+schema.FormatID(schema.PrefixField, s.id(s.lines, "amount"))+`}`, s.fresh(s.lines).FieldNamed("result").Options.Formula)
	require.NoError(t, s.catalog.DeleteField(t.Context(), s.boss(), s.lines.ID, s.id(s.lines, "amount")))
	require.NoError(t, s.records.Recalculate(t.Context(), s.tenant))
	require.Equal(t, `result={"error":"#REF!"} next={"error":"#REF!"} `, s.show(s.lines, one, "result", "next"))
	require.Equal(t, `total={"error":"#REF!"} `, s.show(s.orders, order, "total"), "a rollup whose source is gone")
}

func TestRules(t *testing.T) {
	w := newWorld(t)
	stage := field("stage", "status")
	for _, n := range []string{"new", "won", "lost"} {
		stage.Options.Choices = append(stage.Options.Choices, schema.Choice{Name: n})
	}
	tags := field("tags", "multiSelect")
	tags.Options.Choices = []schema.Choice{{Name: "展会客户"}, {Name: "重点"}}
	tags.Default = json.RawMessage(`{"formula":"IF({source}=\"展会\",\"展会客户\")"}`)
	next := field("next", "dateTime")
	next.Default = json.RawMessage(`{"formula":"DATEADD(CREATED_TIME(),48,\"hours\")"}`)
	reason := text("reason")
	e := w.entity("leads", text("name"), stage, choices("source", "展会", "官网"), tags, next, reason, text("code"), text("region"), field("amount", "number"))
	id := func(k string) schema.FieldID { return w.fresh(e).FieldNamed(k).ID }
	lost, yes := `{stage}="lost"`, `{stage}="won"`
	set := func(k string, p catalog.FieldPatch) {
		_, err := w.catalog.UpdateField(t.Context(), w.boss(), e.ID, id(k), p)
		require.NoError(t, err)
	}
	set("reason", catalog.FieldPatch{RequiredIf: &lost})
	set("amount", catalog.FieldPatch{ReadOnlyIf: &yes})
	with := []string{"region"}
	set("code", catalog.FieldPatch{With: &with})
	o := w.fresh(e).FieldNamed("stage").Options
	ch := o.Choices
	o.Transitions = []schema.Transition{{From: ch[0].ID, To: ch[1].ID, When: "{amount}>0"}, {From: ch[0].ID, To: ch[2].ID}, {From: ch[1].ID, To: ch[0].ID, Roles: []schema.RoleID{schema.RoleAdmin}}}
	set("stage", catalog.FieldPatch{Options: &o})
	rules := []catalog.RuleInput{{Formula: `OR({amount}=BLANK(),{amount}<1000)`, Message: map[string]string{"en": "too much", "zh-CN": "太多"}, Field: "amount"}}
	_, err := w.catalog.UpdateEntity(t.Context(), w.boss(), e.ID, catalog.EntityPatch{Rules: &rules})
	require.NoError(t, err)

	r := w.create(w.boss(), e, `{"name":"a","source":"展会","stage":"new","code":"X","region":"N"}`)
	require.Contains(t, fieldsOf(r), "展会客户", "a default by a condition")
	require.Contains(t, fieldsOf(r), `"next":"2026-11-27T08:00:00`, "a default that is reckoned")
	plain := w.create(w.boss(), e, `{"name":"b","source":"官网","stage":"new","code":"x","region":"S"}`)
	require.NotContains(t, fieldsOf(plain), "展会客户")

	_, err = w.update(w.boss(), e, r, `{"stage":"won"}`)
	requireFail(t, err, fail.Invalid, "status.notAllowed", "stage")
	_, err = w.update(w.boss(), e, r, `{"stage":"won","amount":5}`)
	require.NoError(t, err)
	_, err = w.update(w.boss(), e, r, `{"amount":6}`)
	requireFail(t, err, fail.Invalid, "field.readOnlyNow", "amount")
	_, err = w.update(w.boss(), e, r, `{"stage":"new"}`)
	requireFail(t, err, fail.Invalid, "status.notAllowed", "stage")
	_, err = w.update(w.boss(), e, plain, `{"stage":"lost"}`)
	requireFail(t, err, fail.Invalid, "field.required", "reason")
	_, err = w.update(w.boss(), e, plain, `{"amount":2000}`)
	fe := failure(t, err, fail.Invalid, "record.ruleFailed", "amount")
	require.Equal(t, "太多", fe.Params["messages"].(map[string]string)["zh-CN"])
	_, err = w.update(w.boss(), e, plain, `{"region":"n"}`)
	fe = failure(t, err, fail.Invalid, "field.notUniqueTogether", "code")
	require.Equal(t, "code, region", fe.Params["fields"])
	_, err = w.update(w.boss(), e, plain, `{"stage":"lost","reason":"price"}`)
	require.NoError(t, err)
}

func TestUniqueTogether_onOldRecords(t *testing.T) {
	w := newWorld(t)
	e := w.entity("codes", text("code"), text("region"))
	for _, r := range []string{"N", "S", "n"} {
		w.create(w.boss(), e, `{"code":"X","region":"`+r+`"}`)
	}
	with := []string{"region"}
	_, err := w.catalog.UpdateField(t.Context(), w.boss(), e.ID, e.FieldNamed("code").ID, catalog.FieldPatch{With: &with})
	if err == nil { // records that are equal already are left as they are
		require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))
	}
	require.NoError(t, err)
	_, err = w.records.Write(t.Context(), w.batch(w.boss(), e, record.Change{Op: store.OpCreate, Fields: in(t, `{"code":"x","region":"s"}`)}))
	requireFail(t, err, fail.Invalid, "field.notUniqueTogether", "code")
}

func TestClock(t *testing.T) {
	w := newWorld(t)
	sla := field("due", "sla")
	sla.Options.Clock = &schema.ClockRule{Minutes: 60, Pause: `{state}="waiting"`, Stop: `{state}="done"`}
	e := w.entity("tickets", text("state"), sla)
	r := w.create(w.boss(), e, `{"state":"open"}`)
	due := func(r *record.Row) string {
		var m map[string]any
		require.NoError(t, json.Unmarshal([]byte(fieldsOf(r)), &m))
		s, _ := m["due"].(string)
		return s
	}
	require.Equal(t, "2026-11-25T09:00:00", due(r)[:19])
	w.clock = w.clock.Add(20 * time.Minute)
	r, err := w.update(w.boss(), e, r, `{"state":"waiting"}`)
	require.NoError(t, err)
	require.Empty(t, due(r), "a clock that stands has no due moment")
	w.clock = w.clock.Add(time.Hour)
	r, err = w.update(w.boss(), e, r, `{"state":"open"}`)
	require.NoError(t, err)
	require.Equal(t, "2026-11-25T10:00:00", due(r)[:19], "the hour of waiting does not count")
	r, err = w.update(w.boss(), e, r, `{"state":"done"}`)
	require.NoError(t, err)
	require.Empty(t, due(r))
}

func BenchmarkDependents(b *testing.B) {
	for _, n := range []int{0, 20} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			w := newWorld(b)
			e := w.entity("things", text("name"), field("amount", "number"))
			for i := range n {
				_, err := w.catalog.AddField(b.Context(), w.boss(), e.ID, formulaField(fmt.Sprintf("f%d", i), fmt.Sprintf(`IF({amount}>%d,{amount}*0.9,{amount})`, i)))
				require.NoError(b, err)
			}
			r := w.create(w.boss(), e, `{"name":"a","amount":1}`)
			boss := w.boss()
			for i := 0; b.Loop(); i++ {
				_, err := w.records.Write(b.Context(), w.batch(boss, e, record.Change{Op: store.OpUpdate, ID: r.Record.ID, Fields: map[string]any{"amount": json.Number(strconv.Itoa(i%1000 + 2))}}))
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRollup(b *testing.B) {
	s := newShop(b)
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	var last *record.Row
	for range 10 {
		var cs []record.Change
		for i := range 1000 {
			cs = append(cs, record.Change{Op: store.OpCreate, Fields: in(b, fmt.Sprintf(`{"amount":%d,"order":[%q]}`, i, schema.FormatID(schema.PrefixRecord, order.Record.ID)))})
		}
		res, err := s.records.Write(b.Context(), s.batch(s.boss(), s.lines, cs...))
		require.NoError(b, err)
		last = res.Rows[0]
	}
	require.NoError(b, s.records.Recalculate(b.Context(), s.tenant))
	require.NoError(b, s.catalog.DeleteField(b.Context(), s.boss(), s.lines.ID, s.id(s.lines, "orderTotal")))
	require.NoError(b, s.records.Recalculate(b.Context(), s.tenant))
	boss := s.boss()
	update := func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			_, err := s.records.Write(b.Context(), s.batch(boss, s.lines, record.Change{Op: store.OpUpdate, ID: last.Record.ID, Fields: map[string]any{"amount": json.Number(strconv.Itoa(i%1000 + 2))}}))
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("two rollups and a count", update)
	for _, name := range []string{"most", "count"} {
		require.NoError(b, s.catalog.DeleteField(b.Context(), boss, s.orders.ID, s.id(s.orders, name)))
	}
	require.NoError(b, s.records.Recalculate(b.Context(), s.tenant))
	b.Run("one rollup", update)
}

func BenchmarkBackfill(b *testing.B) {
	w, e, _ := benchWorld(b, 100_000)
	for i := 0; b.Loop(); i++ {
		_, err := w.catalog.AddField(b.Context(), w.boss(), e.ID, formulaField(fmt.Sprintf("f%d", i), `IF({amount}>1000,{amount}*0.9,{amount})`))
		require.NoError(b, err)
		require.NoError(b, w.records.Recalculate(b.Context(), w.tenant))
	}
	b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
