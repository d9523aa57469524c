package formula

import (
	"slices"
	"time"
)

// Calendar is a business calendar: pure data, safe for concurrent use.
type Calendar struct {
	// Zone is where its hours count; nil: UTC.
	Zone *time.Location
	// Hours are the working spans of each weekday (0 Sunday), in minutes of the
	// day, in order and apart: {540, 720}, {780, 1080}.
	Hours [7][]Span
	// Days are the exceptions, by "2026-10-01": no spans for a holiday, the
	// spans of the day for a make-up day.
	Days map[string][]Span
}

// Span is a stretch of a day: from From to before To, in minutes after midnight.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// maxCalendarDays bounds how far working time is counted: some 100 years.
const maxCalendarDays = 36_600

// Spans are the working hours of a day, given as the ms of its midnight in UTC.
func (c *Calendar) Spans(day int64) []Span {
	if len(c.Days) > 0 {
		if spans, ok := c.Days[dayText(day)]; ok {
			return spans
		}
	}
	return c.Hours[time.UnixMilli(day).UTC().Weekday()]
}

// edges are the instants at which a span of a day begins and ends.
func (c *Calendar) edges(day int64, s Span) (from, to int64) {
	return instant(day+int64(s.From)*60_000, c.Zone), instant(day+int64(s.To)*60_000, c.Zone)
}

// Add returns the moment (ms) when minutes of working time after t have passed;
// before t where minutes are negative. It is false where there never is one.
func (c *Calendar) Add(t int64, minutes float64) (int64, bool) {
	left := int64(minutes * 60_000)
	if left < 0 {
		return c.back(t, -left)
	}
	day := floorDay(wall(t, c.Zone))
	for range maxCalendarDays {
		for _, s := range c.Spans(day) {
			from, to := c.edges(day, s)
			if from = max(from, t); to <= from {
				continue
			}
			if left <= to-from {
				return from + left, true
			}
			left -= to - from
		}
		day += dayMs
	}
	return 0, false
}

func (c *Calendar) back(t, left int64) (int64, bool) {
	day := floorDay(wall(t, c.Zone))
	for range maxCalendarDays {
		for _, s := range slices.Backward(c.Spans(day)) {
			from, to := c.edges(day, s)
			if to = min(to, t); to <= from {
				continue
			}
			if left <= to-from {
				return to - left, true
			}
			left -= to - from
		}
		day -= dayMs
	}
	return 0, false
}

// Between counts the minutes of working time from a to b, negative if b is
// before a, over 100 years at most.
func (c *Calendar) Between(a, b int64) float64 {
	if b < a {
		return -c.Between(b, a)
	}
	total := int64(0)
	day, last := floorDay(wall(a, c.Zone)), floorDay(wall(b, c.Zone))
	for n := 0; day <= last && n < maxCalendarDays; n++ {
		for _, s := range c.Spans(day) {
			from, to := c.edges(day, s)
			if from, to = max(from, a), min(to, b); to > from {
				total += to - from
			}
		}
		day += dayMs
	}
	return float64(total) / 60_000
}
