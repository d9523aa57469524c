package catalog

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/formula"
)

// KindCalendar are the documents of business calendars.
const KindCalendar = "calendar"

const (
	maxCalendars = 50
	maxCalDays   = 2000
	maxDaySpans  = 10
)

// Calendar is a business calendar: when work is done. Hours are spans such as
// ["09:00","12:00"] by weekday (mon … sun); "24:00" ends a day. On holidays no
// work is done, on make-up days as on the first weekday that has hours.
type Calendar struct {
	ID         int64                  `json:"id"`
	Name       string                 `json:"name"`
	TimeZone   string                 `json:"timeZone,omitempty"` // "": the tenant's
	Hours      map[string][][2]string `json:"hours"`
	Holidays   []string               `json:"holidays,omitempty"`
	MakeupDays []string               `json:"makeupDays,omitempty"`
	Default    bool                   `json:"default,omitempty"`
	Version    schema.Version         `json:"-"`
}

// CalendarPatch changes what is not nil.
type CalendarPatch struct {
	Name, TimeZone       *string
	Hours                map[string][][2]string
	Holidays, MakeupDays *[]string
	Default              *bool
}

// Weekdays are the days of a calendar's hours, by time.Weekday.
var Weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

//go:embed calendars.json
var calendarTemplates []byte

// CalendarTemplate returns a shipped calendar, such as "workweek", with its
// name in a locale.
func CalendarTemplate(name, locale string) (Calendar, bool) {
	var all map[string]struct {
		Name  map[string]string      `json:"name"`
		Hours map[string][][2]string `json:"hours"`
	}
	if json.Unmarshal(calendarTemplates, &all) != nil {
		return Calendar{}, false
	}
	t, ok := all[name]
	return Calendar{Name: cmp.Or(t.Name[locale], t.Name["en"]), Hours: t.Hours}, ok
}

func calendarKey(id int64) string { return schema.FormatID(schema.PrefixCalendar, id) }

// Calendars lists the business calendars by name.
func (s *Snapshot) Calendars() []*Calendar {
	out := slices.Collect(maps.Values(s.calendars))
	slices.SortFunc(out, func(a, b *Calendar) int { return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out
}

// Calendar returns the working time of a calendar, or nil: the clock on the wall.
func (s *Snapshot) Calendar(id int64) *formula.Calendar {
	if c := s.calendars[id]; c != nil {
		return c.compiled(s.zone)
	}
	return nil
}

// CalendarNamed finds a calendar by name; "" is the default one. nil: there is none.
func (s *Snapshot) CalendarNamed(name string) *formula.Calendar {
	for _, c := range s.Calendars() {
		if c.Name == name || name == "" && c.Default || calendarKey(c.ID) == name {
			return c.compiled(s.zone)
		}
	}
	return nil
}

// compiled is the calendar as formulas reckon with it.
func (c *Calendar) compiled(tenant *time.Location) *formula.Calendar {
	out := &formula.Calendar{Zone: tenant, Days: map[string][]formula.Span{}}
	if c.TimeZone != "" {
		if z, err := time.LoadLocation(c.TimeZone); err == nil {
			out.Zone = z
		}
	}
	var usual []formula.Span
	for i := range 7 {
		d := (i + 1) % 7 // from Monday on
		for _, span := range c.Hours[Weekdays[d]] {
			from, _ := minuteOf(span[0])
			to, _ := minuteOf(span[1])
			out.Hours[d] = append(out.Hours[d], formula.Span{From: from, To: to})
		}
		if usual == nil {
			usual = out.Hours[d]
		}
	}
	for _, day := range c.Holidays {
		out.Days[day] = nil
	}
	for _, day := range c.MakeupDays {
		out.Days[day] = usual
	}
	return out
}

// minuteOf reads 09:00 as minutes of the day; 24:00 is the end of it.
func minuteOf(s string) (int, bool) {
	hh, mm, ok := strings.Cut(s, ":")
	h, err1 := strconv.Atoi(hh)
	m, err2 := strconv.Atoi(mm)
	if !ok || len(hh) != 2 || len(mm) != 2 || err1 != nil || err2 != nil || h < 0 || m < 0 || m > 59 || h*60+m > 24*60 {
		return 0, false
	}
	return h*60 + m, true
}

// CreateCalendar makes a calendar. The first one is the default.
func (c *Catalog) CreateCalendar(ctx context.Context, a access.Actor, in Calendar) (*Calendar, error) {
	id := c.ids.Next()
	return c.calendar(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		if len(s.calendars) >= maxCalendars {
			return nil, fail.New(fail.Invalid, "calendar.tooMany").With("max", maxCalendars)
		}
		n := in
		n.ID = id
		n.Default = n.Default || len(s.calendars) == 0
		return calendarDocs(s, &n)
	})
}

// UpdateCalendar changes a calendar.
func (c *Catalog) UpdateCalendar(ctx context.Context, a access.Actor, id int64, p CalendarPatch) (*Calendar, error) {
	return c.calendar(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		old := s.calendars[id]
		if old == nil {
			return nil, fail.New(fail.NotFound, "calendar.notFound")
		}
		n := *old
		set(&n.Name, p.Name)
		set(&n.TimeZone, p.TimeZone)
		set(&n.Holidays, p.Holidays)
		set(&n.MakeupDays, p.MakeupDays)
		set(&n.Default, p.Default)
		if p.Hours != nil {
			n.Hours = p.Hours
		}
		return calendarDocs(s, &n)
	})
}

// DeleteCalendar removes a calendar that no sla field runs by.
func (c *Catalog) DeleteCalendar(ctx context.Context, a access.Actor, id int64) error {
	if err := access.Designer(a); err != nil {
		return err
	}
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		old := s.calendars[id]
		if old == nil {
			return nil, fail.New(fail.NotFound, "calendar.notFound")
		}
		for _, e := range s.entities {
			for _, f := range e.Live() {
				if f.Options.Clock != nil && f.Options.Clock.Calendar == id {
					return nil, fail.New(fail.Invalid, "calendar.inUse").With("field", e.Name+" / "+f.Name)
				}
			}
		}
		return []store.DocOp{remove(KindCalendar, calendarKey(id), old.Version)}, nil
	})
}

func (c *Catalog) calendar(ctx context.Context, a access.Actor, id int64, build func(*Snapshot) ([]store.DocOp, error)) (*Calendar, error) {
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	if err := c.change(ctx, a, build); err != nil {
		return nil, err
	}
	s, err := c.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if out := s.calendars[id]; out != nil {
		return out, nil
	}
	return nil, fail.New(fail.NotFound, "calendar.notFound")
}

// calendarDocs writes a checked calendar; there is one default at most.
func calendarDocs(s *Snapshot, n *Calendar) ([]store.DocOp, error) {
	if err := n.check(s); err != nil {
		return nil, err
	}
	op, err := put(KindCalendar, calendarKey(n.ID), n.Version, n)
	if err != nil {
		return nil, err
	}
	out := []store.DocOp{op}
	for _, other := range s.calendars {
		if other.ID == n.ID || !other.Default || !n.Default {
			continue
		}
		o := *other
		o.Default = false
		op, err := put(KindCalendar, calendarKey(o.ID), o.Version, o)
		if err != nil {
			return nil, err
		}
		out = append(out, op)
	}
	return out, nil
}

// check names the place of what is wrong, such as hours.mon.1.
func (c *Calendar) check(s *Snapshot) error {
	name, err := checkName("name", c.Name)
	if err != nil {
		return err
	}
	c.Name = name
	for _, other := range s.calendars {
		if other.ID != c.ID && other.Name == name {
			return fail.New(fail.Invalid, "name.taken").On("name").With("name", name)
		}
	}
	if c.TimeZone != "" {
		if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "Local" {
			return fail.New(fail.Invalid, "field.badTimeZone").On("timeZone")
		}
	}
	worked := false
	for _, day := range slices.Sorted(maps.Keys(c.Hours)) {
		if !slices.Contains(Weekdays[:], day) {
			return fail.New(fail.Invalid, "calendar.badWeekday").On("hours." + day)
		}
		if err := checkSpans("hours."+day, c.Hours[day]); err != nil {
			return err
		}
		worked = worked || len(c.Hours[day]) > 0
	}
	if !worked {
		return fail.New(fail.Invalid, "calendar.noHours").On("hours")
	}
	if c.Holidays, err = checkDays("holidays", c.Holidays); err != nil {
		return err
	}
	if c.MakeupDays, err = checkDays("makeupDays", c.MakeupDays); err != nil {
		return err
	}
	for i, day := range c.MakeupDays {
		if slices.Contains(c.Holidays, day) {
			return fail.New(fail.Invalid, "calendar.bothKinds").On(fmt.Sprintf("makeupDays.%d", i)).With("day", day)
		}
	}
	return nil
}

func checkSpans(at string, spans [][2]string) error {
	if len(spans) > maxDaySpans {
		return fail.New(fail.Invalid, "list.tooMany").On(at).With("max", maxDaySpans)
	}
	last := 0
	for i, span := range spans {
		place := at + "." + strconv.Itoa(i)
		from, ok1 := minuteOf(span[0])
		to, ok2 := minuteOf(span[1])
		if !ok1 || !ok2 || from >= to {
			return fail.New(fail.Invalid, "calendar.badHours").On(place)
		}
		if i > 0 && from < last {
			return fail.New(fail.Invalid, "calendar.overlap").On(place)
		}
		last = to
	}
	return nil
}

// checkDays checks dates and puts them into order, each once.
func checkDays(at string, days []string) ([]string, error) {
	if len(days) > maxCalDays {
		return nil, fail.New(fail.Invalid, "list.tooMany").On(at).With("max", maxCalDays)
	}
	for i, day := range days {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return nil, fail.New(fail.Invalid, "field.badDate").On(at+"."+strconv.Itoa(i)).With("value", shortened(day))
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(days))), nil
}

func shortened(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60])
	}
	return s
}
