package record_test

import (
	"testing"

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
