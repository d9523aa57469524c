package api

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/region"
)

func calendarRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/calendars", Need: Signed, Query: paging, Summary: "List the business calendars", Handle: get(listCalendars), Out: items[calendarJSON]{}},
		{Method: "POST", Path: "/calendars", Need: Designer, Body: smallest, Status: 201, Summary: "Make a business calendar", Handle: with(createCalendar), Out: calendarJSON{}},
		{Method: "PATCH", Path: "/calendars/{cal}", Need: Designer, Body: smallest, Summary: "Change a business calendar", Handle: with(patchCalendar), Out: calendarJSON{}},
		{Method: "DELETE", Path: "/calendars/{cal}", Need: Designer, Status: 204, Summary: "Delete a business calendar", Handle: get(deleteCalendar)},
		{Method: "GET", Path: "/rates", Need: Signed, Query: paging, Summary: "List exchange rates, the newest day first", Handle: get(listRates), Out: items[ratesJSON]{}},
		{Method: "PUT", Path: "/rates", Need: Admin, Body: smallest, Summary: "Set the exchange rates of one day", Handle: with(putRates), Out: ratesJSON{}},
		{Method: "GET", Path: "/regions", Need: Signed, Summary: "The provinces, cities and counties of China by their codes", Handle: get(listRegions), Out: regionsJSON{}},
	}
}

type calendarJSON struct {
	ID         string                 `json:"id"`
	Name       string                 `json:"name"`
	TimeZone   string                 `json:"timeZone,omitempty"`
	Hours      map[string][][2]string `json:"hours"`
	Holidays   []string               `json:"holidays"`
	MakeupDays []string               `json:"makeupDays"`
	Default    bool                   `json:"default"`
}

func calendarOf(cal *catalog.Calendar) calendarJSON {
	out := calendarJSON{
		schema.FormatID(schema.PrefixCalendar, cal.ID), cal.Name, cal.TimeZone, cal.Hours, cal.Holidays, cal.MakeupDays, cal.Default,
	}
	if out.Holidays == nil {
		out.Holidays = []string{}
	}
	if out.MakeupDays == nil {
		out.MakeupDays = []string{}
	}
	return out
}

func listCalendars(c *call) (any, error) {
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	out := []calendarJSON{}
	for _, cal := range s.Calendars() {
		out = append(out, calendarOf(cal))
	}
	return paged(c, out, func(cal *calendarJSON) string { return cal.ID })
}

type calendarIn struct {
	// Template starts from a shipped calendar: "workweek", Monday to Friday.
	Template   string                `json:"template" max:"40"`
	Name       *string               `json:"name" max:"800"`
	TimeZone   *string               `json:"timeZone" max:"64"`
	Hours      map[string][][]string `json:"hours" max:"7"`
	Holidays   *[]string             `json:"holidays" max:"2000"`
	MakeupDays *[]string             `json:"makeupDays" max:"2000"`
	Default    *bool                 `json:"default"`
}

// hours reads the spans by weekday; none given is nil.
func (in *calendarIn) hours() (map[string][][2]string, error) {
	if in.Hours == nil {
		return nil, nil //nolint:nilnil // no hours are no error
	}
	out := map[string][][2]string{}
	for day, spans := range in.Hours {
		out[day] = [][2]string{}
		for i, span := range spans {
			if len(span) != 2 {
				return nil, fail.New(fail.Invalid, "calendar.badHours").On(fmt.Sprintf("hours.%s.%d", day, i))
			}
			out[day] = append(out[day], [2]string{span[0], span[1]})
		}
	}
	return out, nil
}

func createCalendar(c *call, in *calendarIn) (any, error) {
	hours, err := in.hours()
	if err != nil {
		return nil, err
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	var cal catalog.Calendar
	if in.Template != "" {
		var ok bool
		if cal, ok = catalog.CalendarTemplate(in.Template, s.Tenant.Locale); !ok {
			return nil, fail.New(fail.Invalid, "calendar.templateUnknown").On("template")
		}
	}
	if in.Name != nil {
		cal.Name = *in.Name
	}
	if in.TimeZone != nil {
		cal.TimeZone = *in.TimeZone
	}
	if hours != nil {
		cal.Hours = hours
	}
	if in.Holidays != nil {
		cal.Holidays = *in.Holidays
	}
	if in.MakeupDays != nil {
		cal.MakeupDays = *in.MakeupDays
	}
	cal.Default = in.Default != nil && *in.Default
	made, err := c.s.Catalog.CreateCalendar(c.ctx(), c.actor(), cal)
	if err != nil {
		return nil, err
	}
	return created{calendarOf(made)}, nil
}

func patchCalendar(c *call, in *calendarIn) (any, error) {
	id, err := idOf[int64](c, "cal", schema.PrefixCalendar)
	if err != nil {
		return nil, err
	}
	hours, err := in.hours()
	if err != nil {
		return nil, err
	}
	cal, err := c.s.Catalog.UpdateCalendar(c.ctx(), c.actor(), id, catalog.CalendarPatch{
		Name: in.Name, TimeZone: in.TimeZone, Hours: hours, Holidays: in.Holidays, MakeupDays: in.MakeupDays, Default: in.Default,
	})
	if err != nil {
		return nil, err
	}
	return calendarOf(cal), nil
}

func deleteCalendar(c *call) (any, error) {
	id, err := idOf[int64](c, "cal", schema.PrefixCalendar)
	if err != nil {
		return nil, err
	}
	return noContent{}, c.s.Catalog.DeleteCalendar(c.ctx(), c.actor(), id)
}

type ratesJSON struct {
	Date  string            `json:"date"`
	Base  string            `json:"base"`
	Rates map[string]string `json:"rates"` // what one unit is worth in the base
}

func listRates(c *call) (any, error) {
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	out := []ratesJSON{}
	for _, r := range s.Rates() {
		out = append(out, ratesJSON{r.Date, r.Base, r.Rates})
	}
	return paged(c, out, func(r *ratesJSON) string { return r.Date })
}

type ratesIn struct {
	Date  string                     `json:"date" max:"10"`
	Base  string                     `json:"base" max:"3"`
	Rates map[string]json.RawMessage `json:"rates" max:"200"` // numbers or decimal texts
}

func putRates(c *call, in *ratesIn) (any, error) {
	r := catalog.Rates{Date: in.Date, Base: in.Base, Rates: map[string]string{}}
	for code, raw := range in.Rates {
		r.Rates[code] = string(bytes.Trim(raw, `"`))
	}
	if err := c.s.Catalog.SetRates(c.ctx(), c.actor(), r); err != nil {
		return nil, err
	}
	return ratesJSON{r.Date, r.Base, r.Rates}, nil
}

type regionsJSON struct {
	Regions []regionJSON `json:"regions"`
}

type regionJSON struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Parent string `json:"parent,omitempty"`
}

// listRegions answers with all places: they change with the program alone, so
// that browsers may keep them for a day.
func listRegions(c *call) (any, error) {
	all := region.All()
	out := regionsJSON{Regions: make([]regionJSON, len(all))}
	for i, r := range all {
		out.Regions[i] = regionJSON{Code: region.Format(r.Code), Name: r.Name}
		if r.Parent != 0 {
			out.Regions[i].Parent = region.Format(r.Parent)
		}
	}
	c.f.Set(fiber.HeaderCacheControl, fmt.Sprintf("private, max-age=%d", 24*60*60))
	return out, nil
}
