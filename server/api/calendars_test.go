package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/schema"
)

func TestCalendarsSayWhenWorkIsDone(t *testing.T) {
	w := newWorld(t, nil)
	a := w.ok("POST", "/calendars", w.owner, m{"template": "workweek", "timeZone": "Asia/Shanghai", "holidays": []any{"2026-10-02", "2026-10-01"}, "makeupDays": []any{"2026-10-10"}})
	require.Equal(t, "标准工作周", a.str("name"))
	require.Equal(t, true, a.at("default"))
	require.Equal(t, []any{"2026-10-01", "2026-10-02"}, a.at("holidays"))
	id := a.str("id")
	w.ok("PATCH", "/calendars/"+id, w.owner, m{"name": "总部", "hours": m{"mon": []any{[]any{"08:00", "24:00"}}, "sun": []any{[]any{"10:00", "12:00"}}}})
	require.Len(t, w.ok("GET", "/calendars", w.owner, nil).list("items"), 1)
	b := w.ok("POST", "/calendars", w.owner, m{"template": "workweek", "name": "分部", "default": true})
	require.Equal(t, true, b.at("default"))
	for _, it := range w.ok("GET", "/calendars", w.owner, nil).list("items") {
		require.Equal(t, it.(map[string]any)["id"] == b.str("id"), it.(map[string]any)["default"])
	}
	for field, body := range map[string]m{
		"hours.mon.1":  {"hours": m{"mon": []any{[]any{"09:00", "12:00"}, []any{"11:00", "13:00"}}}},
		"hours.tue.0":  {"hours": m{"tue": []any{[]any{"12:00", "09:00"}}}},
		"hours.funday": {"hours": m{"funday": []any{}}},
		"hours":        {"hours": m{"mon": []any{}}},
		"holidays.1":   {"holidays": []any{"2026-01-01", "2026-02-30"}},
		"makeupDays.0": {"holidays": []any{"2026-01-01"}, "makeupDays": []any{"2026-01-01"}},
		"timeZone":     {"timeZone": "Mars/Olympus"},
		"name":         {"name": "分部"},
	} {
		a := w.do("PATCH", "/calendars/"+id, w.owner, body)
		require.Equal(t, 422, a.Status, "%s", a.Raw)
		require.Equal(t, field, a.str("field"))
	}
	viewer, _ := w.member("viewer@example.com", "viewer")
	require.Equal(t, 403, w.do("POST", "/calendars", viewer, m{"template": "workweek"}).Status)
	w.ok("DELETE", "/calendars/"+id, w.owner, nil)
	require.Len(t, w.ok("GET", "/calendars", viewer, nil).list("items"), 1)
}

func TestRatesHoldFromTheirDayOn(t *testing.T) {
	w := newWorld(t, nil)
	w.ok("PUT", "/rates", w.owner, m{"date": "2026-11-20", "base": "CNY", "rates": m{"USD": "7.12", "EUR": 8.2}})
	w.ok("PUT", "/rates", w.owner, m{"date": "2026-11-24", "base": "CNY", "rates": m{"USD": "7.20"}})
	list := w.ok("GET", "/rates", w.owner, nil).list("items")
	require.Len(t, list, 2)
	require.Equal(t, "2026-11-24", list[0].(map[string]any)["date"])
	me := w.ok("GET", "/me", w.owner, nil)
	tenant, ok := schema.ParseID[schema.TenantID](schema.PrefixTenant, me.str("tenant", "id"))
	require.True(t, ok, "%s", me.Raw)
	s, err := w.prog.API.Catalog.Tenant(t.Context(), tenant)
	require.NoError(t, err)
	at := func(day string) time.Time {
		d, err := time.ParseInLocation(time.DateOnly, day, s.Zone())
		require.NoError(t, err)
		return d
	}
	for _, c := range []struct{ from, to, day, want string }{
		{"USD", "CNY", "2026-11-25", "7.2"},
		{"USD", "CNY", "2026-11-23", "7.12"},
		{"USD", "CNY", "2026-11-19", ""},
		{"EUR", "CNY", "2026-11-25", "8.2"},
		{"CNY", "USD", "2026-11-25", "0.1388888889"},
		{"EUR", "USD", "2026-11-25", "1.1516853933"},
		{"JPY", "CNY", "2026-11-25", ""},
		{"XXX", "XXX", "2026-11-25", "1"},
	} {
		got, ok := s.Rate(c.from, c.to, at(c.day))
		require.Equal(t, c.want, got, "%v", c)
		require.Equal(t, c.want != "", ok)
	}
	for field, body := range map[string]m{
		"date":      {"date": "20.11.", "base": "CNY", "rates": m{"USD": "7"}},
		"base":      {"date": "2026-11-20", "base": "yuan"[:3], "rates": m{"USD": "7"}},
		"rates.USD": {"date": "2026-11-20", "base": "CNY", "rates": m{"USD": "0"}},
	} {
		a := w.do("PUT", "/rates", w.owner, body)
		require.Equal(t, 422, a.Status, "%s", a.Raw)
		require.Equal(t, field, a.str("field"))
	}
}

func TestRegionsAreListedAndMayBeKept(t *testing.T) {
	w := newWorld(t, nil)
	a := w.ok("GET", "/regions", w.owner, nil)
	require.Greater(t, len(a.list("regions")), 3300)
	require.Contains(t, a.Header.Get("Cache-Control"), "max-age")
}

func TestMembersOnLeaveHaveAStandIn(t *testing.T) {
	w := newWorld(t, nil)
	_, li := w.member("li@example.com", "member")
	_, wang := w.member("wang@example.com", "member")
	a := w.ok("PATCH", "/members/"+li, w.owner, m{"leave": m{"from": "2026-11-20", "to": "2026-11-30", "standIn": wang}})
	require.Equal(t, wang, a.str("leave", "standIn"))
	w.refused(422, "member.badLeave", "PATCH", "/members/"+li, w.owner, m{"leave": m{"from": "2026-11-20", "to": "2026-11-01"}})
	w.refused(422, "member.badStandIn", "PATCH", "/members/"+li, w.owner, m{"leave": m{"from": "2026-11-20", "to": "2026-11-21", "standIn": li}})
	a = w.ok("PATCH", "/members/"+li, w.owner, m{"leave": nil})
	require.Nil(t, a.JSON["leave"])
}
