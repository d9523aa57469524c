package formula

import "time"

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
