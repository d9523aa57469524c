package formula

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// wall is the clock on the wall in zone at an instant, as ms as if it were UTC.
func wall(ms int64, zone *time.Location) int64 { return ms + offset(ms, zone) }

// offset is how far zone is ahead of UTC at an instant, in ms.
func offset(ms int64, zone *time.Location) int64 {
	if zone == nil || zone == time.UTC {
		return 0
	}
	if l := lastZone.Load(); l != nil && l.zone == zone && ms >= l.from && ms < l.to {
		return l.offset
	}
	t := time.UnixMilli(ms).In(zone)
	_, seconds := t.Zone()
	l := &zoneSpan{zone: zone, from: math.MinInt64, to: math.MaxInt64, offset: int64(seconds) * 1000}
	from, to := t.ZoneBounds()
	if !from.IsZero() {
		l.from = from.UnixMilli()
	}
	if !to.IsZero() {
		l.to = to.UnixMilli()
	}
	lastZone.Store(l)
	return l.offset
}

// zoneSpan is a stretch of time in which a zone keeps its offset.
type zoneSpan struct {
	zone             *time.Location
	from, to, offset int64
}

// lastZone is the span last asked for: mostly it is the next one too.
var lastZone atomic.Pointer[zoneSpan]

// instant is when the clock on the wall in zone shows w. Where clocks are put
// forward or back, it is w - offset(w - offset(w)): the port must do the same.
func instant(w int64, zone *time.Location) int64 {
	return w - offset(w-offset(w, zone), zone)
}

// floorDay is the midnight that begins the day of a time on the wall.
func floorDay(w int64) int64 { return floorTo(w, dayMs) }

func floorTo(n, unit int64) int64 {
	q := n / unit
	if n%unit < 0 {
		q--
	}
	return q * unit
}

// isoForm is what is read as a date everywhere.
var isoForm = regexp.MustCompile(`^(\d{4})([-/.])(\d{1,2})[-/.](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?(Z|[+-]\d{2}:?\d{2})?)?$`)

// parseISO reads a day, or a moment in zone unless it says its offset.
func parseISO(s string, zone *time.Location) (Value, bool) {
	m := isoForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return Value{}, false
	}
	day, ok := dayOf(atoi(m[1]), atoi(m[3]), atoi(m[4]))
	if !ok {
		return Value{}, false
	}
	if m[5] == "" {
		return Date(day), true
	}
	h, minute, sec := atoi(m[5]), atoi(m[6]), atoi(m[7])
	if h > 23 || minute > 59 || sec > 59 {
		return Value{}, false
	}
	w := day + int64(h)*3600_000 + int64(minute)*60_000 + int64(sec)*1000 + int64(atoi((m[8] + "000")[:3]))
	if m[9] != "" {
		o, ok := parseOffset(m[9])
		return DateTime(w - o), ok
	}
	return DateTime(instant(w, zone)), true
}

// parseOffset reads Z, +08:00 or +0800, in ms.
func parseOffset(s string) (int64, bool) {
	if s == "Z" || s == "z" {
		return 0, true
	}
	digits := strings.ReplaceAll(s[1:], ":", "")
	if len(digits) != 4 {
		return 0, false
	}
	o := int64(atoi(digits[:2]))*3600_000 + int64(atoi(digits[2:]))*60_000
	if s[0] == '-' {
		o = -o
	}
	return o, true
}

// atoi reads digits; anything else is 0.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// dayOf is a day by its numbers, if there is such a day.
func dayOf(y, m, d int) (int64, bool) {
	if y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t.UnixMilli(), t.Day() == d
}

// unitNames maps the spellings of units to one.
var unitNames = map[string]string{
	"milliseconds": "ms", "millisecond": "ms", "ms": "ms", "seconds": "s", "second": "s", "s": "s",
	"minutes": "m", "minute": "m", "m": "m", "hours": "h", "hour": "h", "h": "h", "days": "d", "day": "d", "d": "d",
	"weeks": "w", "week": "w", "w": "w", "months": "M", "month": "M", "M": "M",
	"quarters": "Q", "quarter": "Q", "Q": "Q", "q": "Q", "years": "y", "year": "y", "y": "y", "Y": "y",
}

// unit reads a unit; "m" is minutes and "M" months, else case does not count.
func unit(s string) (string, bool) {
	if s == "days" {
		return "d", true
	}
	s = strings.TrimSpace(s)
	if u, ok := unitNames[s]; ok {
		return u, true
	}
	u, ok := unitNames[strings.ToLower(s)]
	return u, ok
}

var unitMs = map[string]int64{"ms": 1, "s": 1000, "m": 60_000, "h": 3600_000, "d": dayMs, "w": 7 * dayMs}

var unitMonths = map[string]int{"M": 1, "Q": 3, "y": 12}

// addMonths moves a time on the wall; the 31st becomes the last day of a short month.
func addMonths(w int64, n int) (int64, bool) {
	t := time.UnixMilli(floorDay(w)).UTC()
	if n > 120_000 || n < -120_000 {
		return 0, false
	}
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	d := first.AddDate(0, 0, min(t.Day(), last)-1).UnixMilli() + w - floorDay(w)
	return d, d >= minTime && d <= maxTime
}

// add moves a date or moment by whole units.
func (c *ctx) add(v Value, n float64, u string) Value {
	n = math.Trunc(n)
	if math.Abs(n) > 4e14 {
		return Failed(ErrNum)
	}
	if u == "d" && v.kind == KindDate && math.Abs(n) <= 4e6 {
		return Date(v.n + int64(n)*dayMs)
	}
	zone := zoneOf(v, c.zone)
	months, calendar := unitMonths[u]
	w := wall(v.n, zone)
	switch {
	case calendar:
		if math.Abs(n) > 200_000 {
			return Failed(ErrNum)
		}
		var ok bool
		if w, ok = addMonths(w, int(n)*months); !ok {
			return Failed(ErrNum)
		}
	case u == "d", u == "w":
		if math.Abs(n) > 4e6 {
			return Failed(ErrNum)
		}
		w += int64(n) * unitMs[u]
	default:
		if math.Abs(n) > 4e14/float64(unitMs[u]) {
			return Failed(ErrNum)
		}
		return carry(DateTime(c.moment(v)+int64(n)*unitMs[u]), v)
	}
	if v.kind == KindDate {
		return Date(w)
	}
	return carry(DateTime(instant(w, zone)), v)
}

// carry keeps the zone and locale of a moment.
func carry(v, from Value) Value {
	if v.kind == KindDateTime && from.kind == KindDateTime {
		v.s = from.s
	}
	return v
}
