package record_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/schema"
)

// updating lists the fields of a table that the background brings up to date.
func (w *world) updating(e *schema.Entity) map[schema.FieldID]bool {
	w.Helper()
	up, err := w.records.Updating(w.Context(), w.tenant, e.ID)
	require.NoError(w, err)
	out := map[schema.FieldID]bool{}
	for id := range up {
		out[id] = true
	}
	return out
}

func TestComputed_follows_the_time_zone_calendars_and_rates(t *testing.T) {
	s := newShop(t)
	zone := "Asia/Shanghai"
	_, err := s.catalog.UpdateTenant(t.Context(), s.boss(), catalog.TenantPatch{TimeZone: &zone})
	require.NoError(t, err)
	hours := map[string][][2]string{"mon": {{"09:00", "18:00"}}, "tue": {{"09:00", "18:00"}}, "wed": {{"09:00", "18:00"}}, "thu": {{"09:00", "18:00"}}, "fri": {{"09:00", "18:00"}}}
	cal, err := s.catalog.CreateCalendar(t.Context(), s.boss(), catalog.Calendar{Name: "班次", TimeZone: zone, Hours: hours})
	require.NoError(t, err)
	rate := func(usd string) {
		require.NoError(t, s.catalog.SetRates(t.Context(), s.boss(), catalog.Rates{Date: "2026-11-01", Base: "CNY", Rates: map[string]string{"USD": usd}}))
	}
	rate("7")
	s.add(s.lines, field("at", "dateTime"))
	s.add(s.lines, formulaField("hour", `DATETIME_FORMAT({at},"HH:mm")`))
	s.add(s.lines, formulaField("shown", `{at}&""`))
	s.add(s.lines, formulaField("due", `WORKHOURS_ADD({at},9,"班次")`))
	s.add(s.lines, formulaField("worth", `CONVERT_CURRENCY({amount},"USD","CNY",{at})`))
	s.add(s.lines, formulaField("long", `LEN({hour})&"/"&{item}`))
	s.add(s.lines, formulaField("plain", `{amount}*2`))
	s.rollup("worths", "sum", "worth")
	s.settle()
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	line := s.line(order, 10)
	_, err = s.update(s.boss(), s.lines, line, `{"at":"2026-11-25T02:00:00Z"}`) // a Wednesday, 10:00 there
	require.NoError(t, err)
	s.settle()
	one := func(e *schema.Entity, title, filter string) {
		t.Helper()
		require.Equal(t, []string{title}, s.found(e, filter))
	}
	one(s.lines, "i10", `{"and":[{"field":"hour","op":"eq","value":"10:00"},{"field":"due","op":"eq","value":"2026-11-26T02:00:00Z"}]}`)
	worth := s.show(s.lines, line, "worth")

	rate("8")
	up := s.updating(s.lines)
	require.True(t, up[s.id(s.lines, "worth")])
	require.False(t, up[s.id(s.lines, "hour")])
	require.False(t, up[s.id(s.lines, "plain")])
	require.True(t, s.updating(s.orders)[s.id(s.orders, "worths")])
	s.settle()
	require.NotEqual(t, worth, s.show(s.lines, line, "worth"))
	one(s.lines, "i10", `{"field":"worth","op":"eq","value":80}`)
	one(s.orders, "A", `{"field":"worths","op":"eq","value":80}`)

	holidays := []string{"2026-11-26"}
	_, err = s.catalog.UpdateCalendar(t.Context(), s.boss(), cal.ID, catalog.CalendarPatch{Holidays: &holidays})
	require.NoError(t, err)
	up = s.updating(s.lines)
	require.True(t, up[s.id(s.lines, "due")])
	require.False(t, up[s.id(s.lines, "worth")])
	s.settle()
	one(s.lines, "i10", `{"field":"due","op":"eq","value":"2026-11-27T02:00:00Z"}`)

	name := "新星河"
	_, err = s.catalog.UpdateTenant(t.Context(), s.boss(), catalog.TenantPatch{Name: &name})
	require.NoError(t, err)
	require.False(t, s.behind(), "another name of the company changes no value")
	zone = "Europe/Berlin"
	_, err = s.catalog.UpdateTenant(t.Context(), s.boss(), catalog.TenantPatch{TimeZone: &zone})
	require.NoError(t, err)
	up = s.updating(s.lines)
	require.True(t, up[s.id(s.lines, "hour")])
	require.True(t, up[s.id(s.lines, "shown")])
	require.True(t, up[s.id(s.lines, "long")], "what follows from it, too")
	require.False(t, up[s.id(s.lines, "plain")])
	s.settle()
	one(s.lines, "i10", `{"field":"hour","op":"eq","value":"03:00"}`)
}

func TestComputed_texts_and_conditions_of_moments_follow_the_time_zone(t *testing.T) {
	s := newShop(t)
	zone := "Asia/Shanghai"
	_, err := s.catalog.UpdateTenant(t.Context(), s.boss(), catalog.TenantPatch{TimeZone: &zone})
	require.NoError(t, err)
	s.add(s.lines, field("at", "dateTime"))
	s.add(s.lines, field("day", "date"))
	s.add(s.lines, formulaField("either", `IF({amount}>1,{at},"none")`))
	away := func(name, typ, op, of, filter string) {
		o := schema.Options{Link: s.id(s.orders, "lines"), Op: op}
		if of != "" {
			o.Field = s.id(s.lines, of)
		}
		in := catalog.FieldInput{Name: name, Key: name, Type: typ, Options: o}
		in.Refs.Filter = json.RawMessage(filter)
		s.add(s.orders, in)
	}
	away("moments", "rollup", "concat", "at", "")
	away("days", "rollup", "concat", "day", "")
	away("then", "count", "", "", `{"field":"at","op":"eq","value":"2026-11-26"}`)
	away("sums", "rollup", "sum", "amount", `{"field":"at","op":"lt","value":"2026-11-26"}`)
	away("items", "lookup", "", "item", `{"field":"at","op":"in","value":["2026-11-25"]}`)
	away("made", "count", "", "", `{"field":"day","op":"eq","value":"2026-11-26"}`)
	s.add(s.orders, formulaField("more", `{then}*10`))
	s.settle()
	order := s.create(s.boss(), s.orders, `{"name":"A"}`)
	line := s.line(order, 10)
	_, err = s.update(s.boss(), s.lines, line, `{"at":"2026-11-25T17:30:00Z","day":"2026-11-26"}`) // the 26th there
	require.NoError(t, err)
	s.settle()
	fields := []string{"moments", "days", "then", "sums", "items", "made", "more"}
	require.Equal(t, `moments="2026-11-26 01:30" days="2026-11-26" then=1 sums=- items=- made=1 more=10 `, s.show(s.orders, order, fields...))
	require.Equal(t, `either="2026-11-26 01:30" `, s.show(s.lines, line, "either"))

	zone = "Europe/Berlin"
	_, err = s.catalog.UpdateTenant(t.Context(), s.boss(), catalog.TenantPatch{TimeZone: &zone})
	require.NoError(t, err)
	up := s.updating(s.orders)
	for name, want := range map[string]bool{"moments": true, "days": false, "then": true, "sums": true, "items": true, "made": false, "more": true, "total": false} {
		require.Equal(t, want, up[s.id(s.orders, name)], name)
	}
	s.settle()
	require.Equal(t, `moments="2026-11-25 18:30" days="2026-11-26" then=0 sums=10 items=["i10"] made=1 more=0 `, s.show(s.orders, order, fields...))
	require.Equal(t, []string{"A"}, s.found(s.orders, `{"and":[{"field":"moments","op":"contains","value":"18:30"},{"field":"more","op":"eq","value":0},{"field":"sums","op":"eq","value":10}]}`))
	require.Equal(t, []string{"i10"}, s.found(s.lines, `{"field":"either","op":"eq","value":"2026-11-25 18:30"}`))
}

func TestClock_follows_its_calendar(t *testing.T) {
	w := newWorld(t)
	hours := map[string][][2]string{}
	for _, day := range []string{"mon", "tue", "wed", "thu", "fri"} {
		hours[day] = [][2]string{{"09:00", "18:00"}}
	}
	cal, err := w.catalog.CreateCalendar(t.Context(), w.boss(), catalog.Calendar{Name: "班次", TimeZone: "Asia/Shanghai", Hours: hours})
	require.NoError(t, err)
	sla := field("due", "sla")
	sla.Options.Clock = &schema.ClockRule{Minutes: 9 * 60, Calendar: cal.ID, Pause: `{state}="waiting"`, Stop: `{state}="done"`}
	e := w.entity("tickets", text("state"), sla)
	w.settle()
	open := w.create(w.boss(), e, `{"state":"open"}`) // on a Wednesday at 16:00 there
	waits := w.create(w.boss(), e, `{"state":"open"}`)
	due := func(want string, states ...string) {
		t.Helper()
		require.Equal(t, states, w.found(e, `{"field":"due","op":"eq","value":"`+want+`"}`))
	}
	due("2026-11-26T08:00:00Z", "open", "open")
	w.clock = w.clock.Add(time.Hour)
	_, err = w.update(w.boss(), e, waits, `{"state":"waiting"}`)
	require.NoError(t, err)

	holidays := []string{"2026-11-26"}
	_, err = w.catalog.UpdateCalendar(t.Context(), w.boss(), cal.ID, catalog.CalendarPatch{Holidays: &holidays})
	require.NoError(t, err)
	require.True(t, w.updating(e)[e.FieldNamed("due").ID])
	w.settle()
	due("2026-11-27T08:00:00Z", "open")
	w.clock = w.clock.Add(30 * time.Minute)
	_, err = w.update(w.boss(), e, waits, `{"state":"open again"}`) // at 17:30; 8 hours are left
	require.NoError(t, err)
	due("2026-11-27T08:30:00Z", "open again")

	hours["wed"] = [][2]string{{"09:00", "12:00"}}
	_, err = w.catalog.UpdateCalendar(t.Context(), w.boss(), cal.ID, catalog.CalendarPatch{Hours: hours})
	require.NoError(t, err)
	w.settle()
	due("2026-11-27T10:00:00Z", "open")
	due("2026-11-27T09:00:00Z", "open again")
	_, err = w.update(w.boss(), e, open, `{"state":"done"}`)
	require.NoError(t, err)
	require.Equal(t, []string{"done"}, w.found(e, `{"field":"due","op":"isEmpty"}`))
}
