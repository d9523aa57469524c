package formula

import (
	"math"
	"strings"
	"time"

	"tongban/schema/value"
)

var moreFunctions = map[string]impl{
	"WORKDAY":      workday,
	"WORKDAY_DIFF": workdayDiff,
	"NETWORKDAY":   workdayDiff,
	"WORKHOURS_ADD": func(c *ctx, a []Value) Value {
		cal := c.calendar(a[2].s)
		if cal == nil {
			return Failed(ErrRef)
		}
		hours := a[1].Float()
		if math.Abs(hours) > 900_000 || !c.spend(int(math.Abs(hours))) {
			return Failed(ErrNum)
		}
		ms, ok := cal.Add(c.moment(a[0]), hours*60)
		if !ok {
			return Failed(ErrNum)
		}
		return DateTime(ms)
	},
	"WORKHOURS_DIFF": func(c *ctx, a []Value) Value {
		cal := c.calendar(a[2].s)
		if cal == nil {
			return Failed(ErrRef)
		}
		from, to := c.moment(a[0]), c.moment(a[1])
		if days := (to - from) / dayMs; max(days, -days) > maxCalendarDays || !c.spend(int(max(days, -days))) {
			return Failed(ErrNum)
		}
		return Number(cal.Between(from, to) / 60)
	},
	"CONVERT_CURRENCY": convertCurrency,
	"GETPOSITION": func(_ *ctx, a []Value) Value {
		lng, lat := a[0].Float(), a[1].Float()
		if math.Abs(lng) > 180 || math.Abs(lat) > 90 {
			return Failed(ErrNum)
		}
		return Text(formatNumber(lng) + "," + formatNumber(lat))
	},
	"DISTANCE": func(_ *ctx, a []Value) Value {
		if a[0].s == "" || a[1].s == "" {
			return Blank()
		}
		p, ok := position(a[0].s)
		q, ok2 := position(a[1].s)
		if !ok || !ok2 {
			return Failed(ErrValue)
		}
		return Number(kilometres(p, q))
	},
}

func (c *ctx) calendar(name string) *Calendar {
	if c.env.Calendar == nil {
		return nil
	}
	return c.env.Calendar(name)
}

// workdays tells working days, from the third argument of the functions: a
// calendar by name, or days off besides Saturday and Sunday.
func (c *ctx) workdays(a []Value) (isWork func(day int64) bool, failed Value) {
	week := func(day int64) bool {
		d := time.UnixMilli(day).UTC().Weekday()
		return d != time.Saturday && d != time.Sunday
	}
	if len(a) < 3 || isEmpty(a[2]) {
		return week, Value{}
	}
	off := map[int64]bool{}
	for _, v := range a[2].Elements() {
		switch v.kind {
		case kindError:
			return nil, v
		case KindDate, KindDateTime:
			off[floorDay(wall(v.n, zoneOf(v, c.zone)))] = true
			continue
		}
		for _, w := range trimmedWords(c.text(v)) {
			d, ok := parseISO(w, c.zone)
			if !ok {
				if cal := c.calendar(w); cal != nil {
					return func(day int64) bool { return len(cal.Spans(day)) > 0 }, Value{}
				}
				return nil, Failed(ErrValue)
			}
			off[floorDay(wall(d.n, zoneOf(d, c.zone)))] = true
		}
	}
	return func(day int64) bool { return week(day) && !off[day] }, Value{}
}

// workday is the day that is n working days after (or before) a day.
func workday(c *ctx, a []Value) Value {
	isWork, failed := c.workdays(a)
	if failed.kind == kindError {
		return failed
	}
	n := count(a, 1, 0)
	step := int64(dayMs)
	if n < 0 {
		n, step = -n, -step
	}
	day := floorDay(wall(a[0].n, zoneOf(a[0], c.zone)))
	for tries := 0; n > 0; tries++ {
		if day += step; day < minTime || day > maxTime || tries > maxCalendarDays {
			return Failed(ErrNum)
		}
		if !c.spend(1) {
			return Failed(ErrLimit)
		}
		if isWork(day) {
			n--
		}
	}
	return Date(day)
}

// workdayDiff counts the working days from one day to another, both included;
// negative where the second comes first.
func workdayDiff(c *ctx, a []Value) Value {
	isWork, failed := c.workdays(a)
	if failed.kind == kindError {
		return failed
	}
	from := floorDay(wall(a[0].n, zoneOf(a[0], c.zone)))
	to := floorDay(wall(a[1].n, zoneOf(a[1], c.zone)))
	sign := 1
	if to < from {
		from, to, sign = to, from, -1
	}
	if (to-from)/dayMs > maxCalendarDays {
		return Failed(ErrNum)
	}
	if !c.spend(int((to - from) / dayMs)) {
		return Failed(ErrLimit)
	}
	n := 0
	for day := from; day <= to; day += dayMs {
		if isWork(day) {
			n += sign
		}
	}
	return Number(float64(n))
}

// convertCurrency is exact, rounded to the places of the amount, two at least.
func convertCurrency(c *ctx, a []Value) Value {
	if isEmpty(a[0]) {
		return Blank()
	}
	v := numeric(a[0])
	if v.kind == kindError {
		return v
	}
	scale := 2
	if v.kind == KindDecimal {
		scale = max(scale, int(v.scale))
	}
	from, to := strings.ToUpper(strings.TrimSpace(a[1].s)), strings.ToUpper(strings.TrimSpace(a[2].s))
	if from == to {
		return decimalAt(v, scale)
	}
	at := c.env.Now.In(c.zone)
	if len(a) > 3 {
		at = time.UnixMilli(a[3].n).In(zoneOf(a[3], c.zone))
	}
	if c.env.Rate == nil {
		return Failed(ErrRef)
	}
	num, ok := c.env.Rate(from, to, at)
	if !ok {
		return Failed(ErrRef)
	}
	places := 0
	if _, frac, ok := strings.Cut(num, "."); ok {
		places = len(frac)
	}
	rate, err := value.ParseDecimal(num, min(places, value.MaxScale))
	if err != nil {
		return Failed(ErrRef)
	}
	return decimalAt(arith(c, "*", decimalAt(v, scale), Decimal(rate, min(places, value.MaxScale))), scale)
}

// position reads "longitude,latitude".
func position(s string) (p [2]float64, ok bool) {
	lng, lat, ok := strings.Cut(s, ",")
	if !ok {
		return p, false
	}
	for i, part := range []string{lng, lat} {
		f, err := value.ParseNumber(strings.TrimSpace(part))
		if err != nil || math.Abs(f) > []float64{180, 90}[i] {
			return p, false
		}
		p[i] = f
	}
	return p, true
}

// kilometres is the distance on a sphere of the Earth's mean radius, to the metre.
func kilometres(p, q [2]float64) float64 {
	const rad = math.Pi / 180
	dLat, dLng := (q[1]-p[1])*rad, (q[0]-p[0])*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(p[1]*rad)*math.Cos(q[1]*rad)*math.Pow(math.Sin(dLng/2), 2)
	return math.Round(2*6371.0088*math.Asin(math.Sqrt(h))*1000) / 1000
}
