package filter

import (
	"regexp"
	"strconv"
	"time"

	"tongban/schema/value"
)

// counted matches last7Days, next2Weeks and their like.
var counted = regexp.MustCompile(`^(last|next)([1-9][0-9]{0,3})(Days|Weeks|Months|Years)$`)

// named matches this and its neighbours.
var named = regexp.MustCompile(`^(last|this|next)(Week|Month|Quarter|Year)$`)

var places = map[string]int{"last": -1, "this": 0, "next": 1}

// relative reads the value of within: today, yesterday, tomorrow, last, this
// and next Week, Month, Quarter and Year; lastNDays (today and the days
// before), nextNDays (today and the days after), also of Weeks, Months, Years,
// which reach as many days as the calendar says; past and future (without today).
func (l *leaf) relative() (span, error) {
	name, ok := l.value.(string)
	if !ok {
		return span{}, l.bad("filter.badValue").With("want", "relative")
	}
	today := time.UnixMilli(value.Day(l.env.Now.UnixMilli(), l.zone())).UTC()
	from, to, ok := l.period(name, today)
	if !ok {
		return span{}, l.bad("filter.badValue").With("want", "relative")
	}
	return span{l.start(from.UnixMilli(), 0), l.start(to.UnixMilli(), 0)}, nil
}

// period returns the first day and the day after the last.
func (l *leaf) period(name string, today time.Time) (from, to time.Time, ok bool) {
	const far = 9000 // years: before and after all dates that are kept
	switch name {
	case "today":
		return today, today.AddDate(0, 0, 1), true
	case "yesterday":
		return today.AddDate(0, 0, -1), today, true
	case "tomorrow":
		return today.AddDate(0, 0, 1), today.AddDate(0, 0, 2), true
	case "past":
		return today.AddDate(-far, 0, 0), today, true
	case "future":
		return today.AddDate(0, 0, 1), today.AddDate(far, 0, 0), true
	}
	if m := counted.FindStringSubmatch(name); m != nil {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			return from, to, false
		}
		if m[1] == "next" {
			return today, shift(today, m[3], n), true
		}
		tomorrow := today.AddDate(0, 0, 1)
		return shift(tomorrow, m[3], -n), tomorrow, true
	}
	m := named.FindStringSubmatch(name)
	if m == nil {
		return from, to, false
	}
	from, to = l.calendar(m[2], today, places[m[1]])
	return from, to, true
}

// calendar returns the period around today, moved by n periods.
func (l *leaf) calendar(unit string, today time.Time, n int) (from, to time.Time) {
	y, m := today.Year(), today.Month()
	switch unit {
	case "Week":
		back := (int(today.Weekday()) - int(l.env.WeekStart) + 7) % 7
		from = today.AddDate(0, 0, 7*n-back)
		return from, from.AddDate(0, 0, 7)
	case "Month":
		from = time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(0, 1, 0)
	case "Quarter":
		from = time.Date(y, (m-1)/3*3+1+time.Month(3*n), 1, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(0, 3, 0)
	}
	from = time.Date(y+n, 1, 1, 0, 0, 0, 0, time.UTC)
	return from, from.AddDate(1, 0, 0)
}

// shift moves a day by n units; the 31st becomes the last day of a short month.
func shift(d time.Time, unit string, n int) time.Time {
	months := 0
	switch unit {
	case "Days":
		return d.AddDate(0, 0, n)
	case "Weeks":
		return d.AddDate(0, 0, 7*n)
	case "Months":
		months = n
	case "Years":
		months = 12 * n
	}
	first := time.Date(d.Year(), d.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d.Day(), last)-1)
}
