package formula

import (
	"math"
	"strings"
	"time"

	"tongban/schema/value"
)

var dateFunctions = map[string]impl{
	"YEAR":   part(func(t time.Time) int { return t.Year() }),
	"MONTH":  part(func(t time.Time) int { return int(t.Month()) }),
	"DAY":    part(time.Time.Day),
	"HOUR":   part(time.Time.Hour),
	"MINUTE": part(time.Time.Minute),
	"SECOND": part(time.Time.Second),
	"WEEKDAY": func(c *ctx, a []Value) Value {
		start, ok := weekStart(a, time.Sunday)
		if !ok {
			return Failed(ErrValue)
		}
		return Number(float64((int(c.clock(a[0]).Weekday()) - int(start) + 7) % 7))
	},
	"WEEKNUM": func(c *ctx, a []Value) Value {
		start, ok := weekStart(a, c.env.WeekStart)
		if !ok {
			return Failed(ErrValue)
		}
		return Number(float64(weekNumber(c.clock(a[0]), start)))
	},
	"DATEADD": func(c *ctx, a []Value) Value {
		u, ok := unit(a[2].s)
		if !ok {
			return Failed(ErrValue)
		}
		return c.add(a[0], a[1].Float(), u)
	},
	"DATETIME_DIFF": func(c *ctx, a []Value) Value {
		u := "s"
		if len(a) > 2 {
			var ok bool
			if u, ok = unit(a[2].s); !ok {
				return Failed(ErrValue)
			}
		}
		return Number(float64(c.diff(a[0], a[1], u)))
	},
	"DATEIF": dateIf,
	"DATESTR": func(c *ctx, a []Value) Value {
		return Text(c.clock(a[0]).Format(time.DateOnly))
	},
	"TIMESTR": func(c *ctx, a []Value) Value {
		return Text(c.clock(a[0]).Format(time.TimeOnly))
	},
	"IS_SAME": func(c *ctx, a []Value) Value {
		return c.compareAt(a, func(x, y int64) bool { return x == y })
	},
	"IS_BEFORE": func(c *ctx, a []Value) Value {
		return c.compareAt(a, func(x, y int64) bool { return x < y })
	},
	"IS_AFTER": func(c *ctx, a []Value) Value {
		return c.compareAt(a, func(x, y int64) bool { return x > y })
	},
	"SET_TIMEZONE": func(c *ctx, a []Value) Value {
		zone := strings.TrimSpace(a[1].s)
		if _, ok := value.Zone(zone); !ok {
			return Failed(ErrValue)
		}
		_, locale, _ := strings.Cut(a[0].s, "|")
		return Value{kind: KindDateTime, n: c.moment(a[0]), s: zone + "|" + locale}
	},
	"SET_LOCALE": func(_ *ctx, a []Value) Value {
		if _, ok := localeNamed(a[1].s); !ok {
			return Failed(ErrValue)
		}
		zone, _, _ := strings.Cut(a[0].s, "|")
		v := a[0]
		v.s = zone + "|" + strings.TrimSpace(a[1].s)
		return v
	},
	"DATETIME_FORMAT": func(c *ctx, a []Value) Value {
		layout := "YYYY-MM-DDTHH:mm:ss.SSSZ"
		if len(a) > 1 {
			layout = a[1].s
		}
		return c.format(a[0], layout)
	},
	"DATETIME_PARSE": func(c *ctx, a []Value) Value { return c.parse(a) },
	"FROMNOW":        func(c *ctx, a []Value) Value { return c.distance(a[0]) },
	"TONOW":          func(c *ctx, a []Value) Value { return c.distance(a[0]) },
}

// clock is a date or moment as its zone's clock shows it.
func (c *ctx) clock(v Value) time.Time {
	return time.UnixMilli(wall(v.n, zoneOf(v, c.zone))).UTC()
}

func part(f func(time.Time) int) impl {
	return func(c *ctx, a []Value) Value { return Number(float64(f(c.clock(a[0])))) }
}

func weekStart(a []Value, otherwise time.Weekday) (time.Weekday, bool) {
	if len(a) < 2 {
		return otherwise, true
	}
	switch strings.ToLower(strings.TrimSpace(a[1].s)) {
	case "sunday":
		return time.Sunday, true
	case "monday":
		return time.Monday, true
	case "saturday":
		return time.Saturday, true
	case "":
		return otherwise, true
	}
	return otherwise, false
}

// weekNumber counts weeks; the first is the one with January 1.
func weekNumber(t time.Time, start time.Weekday) int {
	first := time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	lead := (int(first.Weekday()) - int(start) + 7) % 7
	// The last days of a year belong to the first week of the next, if it has begun.
	next := time.Date(t.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
	nextLead := (int(next.Weekday()) - int(start) + 7) % 7
	if t.YearDay() > next.AddDate(0, 0, -1).YearDay()-nextLead {
		return 1
	}
	return (t.YearDay()-1+lead)/7 + 1
}

// diff counts whole units from b to a, towards zero: days and longer by the
// clock on the wall, shorter ones as they pass.
func (c *ctx) diff(a, b Value, u string) int64 {
	if ms := unitMs[u]; ms > 0 && ms < dayMs {
		return (c.moment(a) - c.moment(b)) / ms
	}
	zone := c.zone
	if a.kind == KindDateTime {
		zone = zoneOf(a, c.zone)
	}
	x, y := c.wallIn(a, zone), c.wallIn(b, zone)
	if ms := unitMs[u]; ms > 0 {
		return (x - y) / ms
	}
	return int64(monthsBetween(x, y) / unitMonths[u])
}

func (c *ctx) wallIn(v Value, zone *time.Location) int64 {
	if v.kind == KindDate {
		return v.n
	}
	return wall(v.n, zone)
}

// monthsBetween counts whole months from b to a, towards zero.
func monthsBetween(a, b int64) int {
	x, y := time.UnixMilli(a).UTC(), time.UnixMilli(b).UTC()
	n := (x.Year()-y.Year())*12 + int(x.Month()) - int(y.Month())
	moved, ok := addMonths(b, n)
	switch {
	case !ok:
		return n
	case n > 0 && moved > a:
		n--
	case n < 0 && moved < a:
		n++
	}
	return n
}

// dateIf is DATEDIF of Chinese products: from a[0] to a[1]; mode 2 counts the
// last day too.
func dateIf(c *ctx, a []Value) Value {
	mode, u, ok := 1, "d", true
	if len(a) > 2 {
		mode = count(a, 2, 1)
	}
	if len(a) > 3 {
		u, ok = unit(a[3].s)
	}
	if !ok || mode != 1 && mode != 2 {
		return Failed(ErrValue)
	}
	end := a[1]
	if mode == 2 {
		end = c.add(end, 1, "d")
		if end.kind == kindError {
			return end
		}
	}
	return Number(float64(c.diff(end, a[0], u)))
}

// compareAt compares two times at the precision of a unit.
func (c *ctx) compareAt(a []Value, holds func(x, y int64) bool) Value {
	if len(a) < 3 || a[2].s == "" {
		if a[0].kind == KindDate && a[1].kind == KindDate {
			return Bool(holds(a[0].n, a[1].n))
		}
		return Bool(holds(c.moment(a[0]), c.moment(a[1])))
	}
	u, ok := unit(a[2].s)
	if !ok {
		return Failed(ErrValue)
	}
	zone := zoneOf(a[0], c.zone)
	if a[0].kind == KindDate {
		zone = zoneOf(a[1], c.zone)
	}
	if zone == time.UTC {
		zone = c.zone
	}
	return Bool(holds(c.floor(c.wallIn(a[0], zone), u), c.floor(c.wallIn(a[1], zone), u)))
}

// floor is the beginning of the unit that a time on the wall lies in.
func (c *ctx) floor(w int64, u string) int64 {
	t := time.UnixMilli(w).UTC()
	switch u {
	case "w":
		back := (int(t.Weekday()) - int(c.env.WeekStart) + 7) % 7
		return floorDay(w) - int64(back)*dayMs
	case "M":
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	case "Q":
		return time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	case "y":
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	}
	return floorTo(w, unitMs[u])
}

// distance says how far a time is from now, as people say it.
func (c *ctx) distance(v Value) Value {
	words := c.localeOf(v)
	s := math.Abs(float64(c.moment(v)-c.env.Now.UnixMilli())) / 1000
	if v.kind == KindDate {
		s = math.Abs(float64(v.n-floorDay(wall(c.env.Now.UnixMilli(), c.zone)))) / 1000
	}
	steps := []struct {
		key     string
		of, max float64
	}{{"s", 1, 45}, {"m", 60, 45}, {"h", 3600, 22}, {"d", 86400, 26}, {"M", 2629746, 11}, {"y", 31556952, math.Inf(1)}}
	for _, step := range steps {
		n := math.Floor(s/step.of + 0.5)
		if n >= step.max && step.key != "s" || step.key == "s" && n >= step.max {
			continue
		}
		key := step.key
		if n = max(n, 1); n > 1 {
			key += key
		}
		if step.key == "s" {
			key = "s"
		}
		return Text(strings.ReplaceAll(words.Relative[key], "{n}", formatNumber(n)))
	}
	return Blank()
}
