package record_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

// found lists the titles of the records that a filter finds by what is stored.
func (w *world) found(e *schema.Entity, filter string) []string {
	w.Helper()
	return w.titles(w.boss(), w.fresh(e), record.Request{Filter: json.RawMessage(filter)})
}

func (w *world) behind() bool {
	w.Helper()
	b, err := w.records.Behind(w.Context(), w.tenant)
	require.NoError(w, err)
	return b
}

func (w *world) settle() {
	w.Helper()
	require.NoError(w, w.records.Recalculate(w.Context(), w.tenant))
	require.False(w, w.behind())
}

func TestComputed_names_of_people_departments_and_roles(t *testing.T) {
	s := newShop(t)
	dept, role := s.department("销售部", 0), s.role("审核")
	seller := s.person("张三", dept)
	s.add(s.lines, field("seller", "user"))
	s.add(s.lines, field("dept", "department"))
	s.add(s.lines, field("role", "role"))
	s.add(s.lines, field("maker", "createdBy"))
	s.add(s.lines, formulaField("label", `{seller}&"/"&{dept}&"/"&{role}`))
	s.add(s.lines, formulaField("made", `{maker}&""`))
	s.add(s.lines, formulaField("plain", `{item}&"!"`))
	s.rollup("sellers", "concat", "seller")
	s.add(s.orders, catalog.FieldInput{Name: "people", Key: "people", Type: "lookup", Options: schema.Options{Link: s.id(s.orders, "lines"), Field: s.id(s.lines, "seller")}})
	s.add(s.orders, formulaField("team", `{people}&""`))
	s.add(s.orders, formulaField("long", `LEN({team})`))
	s.settle()
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	line := s.line(order, 1)
	_, err := s.update(s.boss(), s.lines, line, `{"seller":"`+schema.FormatID(schema.PrefixUser, seller)+`","dept":"`+schema.FormatID(schema.PrefixDept, dept)+`","role":"`+schema.FormatID(schema.PrefixRole, role)+`"}`)
	require.NoError(t, err)
	s.settle()
	require.Equal(t, `label="张三/销售部/审核" made="老板" `, s.show(s.lines, line, "label", "made"))
	require.Equal(t, `sellers="张三" team="张三" long=2 `, s.show(s.orders, order, "sellers", "team", "long"))

	require.NoError(t, s.catalog.RenameMember(t.Context(), s.boss(), seller, "欧阳李四", "u@example.com"))
	require.True(t, s.behind())
	up, err := s.records.Updating(t.Context(), s.tenant, s.orders.ID)
	require.NoError(t, err)
	require.Contains(t, up, s.id(s.orders, "team"))
	require.NotContains(t, up, s.id(s.orders, "people"), "the ids are the same")
	up, err = s.records.Updating(t.Context(), s.tenant, s.lines.ID)
	require.NoError(t, err)
	require.NotContains(t, up, s.id(s.lines, "plain"))
	require.Equal(t, `label="欧阳李四/销售部/审核" `, s.show(s.lines, line, "label"), "readers see the name at once")
	s.settle()
	require.Equal(t, []string{"i1"}, s.found(s.lines, `{"field":"label","op":"contains","value":"欧阳李四"}`))
	require.Equal(t, []string{"A"}, s.found(s.orders, `{"and":[{"field":"sellers","op":"eq","value":"欧阳李四"},{"field":"team","op":"eq","value":"欧阳李四"},{"field":"long","op":"eq","value":4}]}`))

	name := "市场部"
	_, err = s.catalog.UpdateDepartment(t.Context(), s.boss(), dept, catalog.DepartmentPatch{Name: &name})
	require.NoError(t, err)
	s.settle()
	name = "终审"
	_, err = s.catalog.UpdateRole(t.Context(), s.boss(), role, catalog.RolePatch{Name: &name})
	require.NoError(t, err)
	s.settle()
	require.Equal(t, []string{"i1"}, s.found(s.lines, `{"field":"label","op":"eq","value":"欧阳李四/市场部/终审"}`))

	require.NoError(t, s.catalog.RenameMember(t.Context(), s.boss(), owner, "新老板", "boss@example.com"))
	require.NoError(t, s.catalog.RenameMember(t.Context(), s.boss(), seller, "王五", "u@example.com"))
	s.settle()
	require.Equal(t, []string{"i1"}, s.found(s.lines, `{"field":"made","op":"eq","value":"新老板"}`))
	require.Equal(t, []string{"i1"}, s.found(s.lines, `{"field":"label","op":"eq","value":"王五/市场部/终审"}`))

	_, err = s.catalog.UpdateDepartment(t.Context(), s.boss(), dept, catalog.DepartmentPatch{Manager: &seller})
	require.NoError(t, err)
	require.NoError(t, s.catalog.RemoveMember(t.Context(), s.boss(), seller))
	require.False(t, s.behind(), "nobody has another name")
}

func TestComputed_names_that_change_again_while_the_work_goes_on(t *testing.T) {
	s := newShop(t)
	seller := s.person("张三", 0)
	s.add(s.lines, field("seller", "user"))
	s.add(s.lines, formulaField("label", `{seller}&""`))
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	line := s.line(order, 1)
	_, err := s.update(s.boss(), s.lines, line, `{"seller":"`+schema.FormatID(schema.PrefixUser, seller)+`"}`)
	require.NoError(t, err)
	s.settle()
	require.NoError(t, s.catalog.RenameMember(t.Context(), s.boss(), seller, "李四", ""))
	var doc *store.Doc
	require.NoError(t, s.engine.View(t.Context(), s.tenant, func(r store.Reader) error {
		docs, err := r.Docs(t.Context(), catalog.KindRecalc, "", "", 10)
		require.Len(t, docs, 1)
		doc = &docs[0]
		return err
	}))
	job := &catalog.Recalc{Job: catalog.Job{Key: doc.Key, Version: doc.Version}}
	require.NoError(t, json.Unmarshal(doc.Body, job))
	job.After, job.Owner, job.Until = line.Record.ID, 99, s.clock.Add(time.Hour).UnixMilli() // another process is past the record
	op, err := job.Doc()
	require.NoError(t, err)
	_, err = s.engine.Commit(t.Context(), s.tenant, &store.Commit{Docs: []store.DocOp{op}})
	require.NoError(t, err)
	require.NoError(t, s.catalog.RenameMember(t.Context(), s.boss(), seller, "王五", ""))
	op.Body = nil
	op.IfVersion++
	_, err = s.engine.Commit(t.Context(), s.tenant, &store.Commit{Docs: []store.DocOp{op}})
	require.ErrorIs(t, err, store.ErrConflict, "it cannot end what has begun anew")
	s.settle()
	require.Equal(t, []string{"i1"}, s.found(s.lines, `{"field":"label","op":"eq","value":"王五"}`))
}

func TestComputed_filters_around_today_follow_the_day(t *testing.T) {
	s := newShop(t)
	zone := "Asia/Shanghai"
	_, err := s.catalog.UpdateTenant(t.Context(), s.boss(), catalog.TenantPatch{TimeZone: &zone})
	require.NoError(t, err)
	s.add(s.lines, field("due", "date"))
	dated := func(key, typ, of, op, filter string) {
		o := schema.Options{Link: s.id(s.orders, "lines"), Op: op}
		if of != "" {
			o.Field = s.id(s.lines, of)
		}
		s.add(s.orders, catalog.FieldInput{Name: key, Key: key, Type: typ, Options: o, Refs: catalog.FieldRefs{Filter: json.RawMessage(filter)}})
	}
	dated("dueToday", "count", "", "", `{"field":"due","op":"within","value":"today"}`)
	dated("late", "rollup", "amount", "sum", `{"field":"due","op":"lt","value":"@today"}`)
	dated("next", "lookup", "item", "", `{"field":"due","op":"within","value":"tomorrow"}`)
	s.add(s.orders, formulaField("alarm", `IF({late}>5,"!","")`))
	s.settle()
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	for i, day := range []string{"2026-11-25", "2026-11-26", "2026-11-27"} {
		line := s.line(order, 3+i)
		_, err := s.update(s.boss(), s.lines, line, `{"due":"`+day+`"}`)
		require.NoError(t, err)
	}
	fields := []string{"dueToday", "late", "next", "alarm"}
	require.Equal(t, `dueToday=1 late=- next=["i4"] alarm=- `, s.show(s.orders, order, fields...))
	require.False(t, s.behind())

	s.clock = time.Date(2026, 11, 25, 15, 59, 59, 0, time.UTC) // one second before midnight in Shanghai
	require.False(t, s.behind())
	s.clock = time.Date(2026, 11, 25, 16, 1, 0, 0, time.UTC)
	require.True(t, s.behind())
	s.settle()
	require.Equal(t, `dueToday=1 late=3 next=["i5"] alarm=- `, s.show(s.orders, order, fields...))
	require.Equal(t, []string{"A"}, s.found(s.orders, `{"field":"late","op":"eq","value":3}`))

	s.clock = s.clock.Add(time.Hour)
	require.False(t, s.behind(), "once a day")
	again := s.another()
	behind, err := again.Behind(t.Context(), s.tenant)
	require.NoError(t, err)
	require.False(t, behind, "whoever did it")

	s.clock = s.clock.AddDate(0, 0, 5) // switched off meanwhile
	s.records = again
	require.True(t, s.behind())
	s.settle()
	require.Equal(t, `dueToday=0 late=12 next=- alarm="!" `, s.show(s.orders, order, fields...))
	require.Equal(t, []string{"A"}, s.found(s.orders, `{"field":"alarm","op":"eq","value":"!"}`), "and what follows from them")
	s.clock = s.clock.AddDate(0, 0, -2)
	require.False(t, s.behind(), "a clock that went back")
	s.clock = s.clock.AddDate(0, 0, 2)
	zone = "Pacific/Kiritimati" // another day
	_, err = s.catalog.UpdateTenant(t.Context(), s.boss(), catalog.TenantPatch{TimeZone: &zone})
	require.NoError(t, err)
	require.True(t, s.behind(), "days begin at another time")
	s.settle()
}

// another is another process on the same store.
func (w *world) another() *record.Service {
	w.Helper()
	return record.New(w.options)
}

func TestComputed_day_is_begun_by_one_process(t *testing.T) {
	s := newShop(t)
	s.add(s.lines, field("due", "date"))
	s.add(s.orders, catalog.FieldInput{Name: "n", Key: "n", Type: "count", Options: schema.Options{Link: s.id(s.orders, "lines")}, Refs: catalog.FieldRefs{Filter: json.RawMessage(`{"field":"due","op":"within","value":"today"}`)}})
	s.create(s.boss(), s.orders, `{"name":"A"}`)
	s.settle()
	s.clock = s.clock.AddDate(0, 0, 1)
	before := s.dayVersion()
	var wg sync.WaitGroup
	for range 4 {
		other := s.another()
		wg.Go(func() {
			if err := other.Recalculate(t.Context(), s.tenant); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, before+1, s.dayVersion())
	s.settle()
	require.Equal(t, before+1, s.dayVersion())
}

// dayVersion is how often a day has been begun.
func (w *world) dayVersion() (v schema.Version) {
	w.Helper()
	require.NoError(w, w.engine.View(w.Context(), w.tenant, func(r store.Reader) error {
		doc, err := r.Doc(w.Context(), "computedDay", "computedDay")
		v = doc.Version
		return err
	}))
	return v
}
