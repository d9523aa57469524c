package value

import (
	"strings"
	"time"
)

// ParseDate reads a day in one of the forms that mean one day only:
// 2026-11-22, 2026/11/22, 2026.11.22, 20261122, and year-month-day in Chinese.
// A day is kept as the ms of its midnight in UTC.
func ParseDate(s string) (int64, error) {
	ms, rest, err := cutDate(narrow(s))
	if err == nil && rest != "" {
		err = ErrSyntax
	}
	return ms, err
}

// FormatDate writes a day as 2026-11-22.
func FormatDate(ms int64) string { return string(AppendDate(nil, ms)) }

// AppendDate appends FormatDate(ms) to dst.
func AppendDate(dst []byte, ms int64) []byte {
	return time.UnixMilli(ms).UTC().AppendFormat(dst, time.DateOnly)
}

// ParseTime reads a moment: RFC 3339, or a day with or without a time of day in
// zone (nil: UTC). It is kept as ms since 1970, UTC.
func ParseTime(s string, zone *time.Location) (int64, error) {
	s = narrow(s)
	if ms, err := ParseRFC3339(s); err == nil {
		return ms, nil
	}
	day, rest, err := cutDate(s)
	if err != nil {
		return 0, err
	}
	rest = strings.TrimSpace(strings.TrimPrefix(rest, "T"))
	clock, err := parseClock(rest)
	if err != nil {
		return 0, err
	}
	if zone == nil {
		zone = time.UTC
	}
	d := time.UnixMilli(day).UTC()
	// Not midnight plus the clock: on days when clocks change that is another time.
	h, m := int(clock/time.Hour), int(clock/time.Minute)%60
	return time.Date(d.Year(), d.Month(), d.Day(), h, m, 0, int(clock%time.Minute), zone).UnixMilli(), nil
}

// ParseRFC3339 reads a moment as the API spells it.
func ParseRFC3339(s string) (int64, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return 0, ErrSyntax
	}
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return 0, ErrRange
	}
	return t.UnixMilli(), nil
}

// AppendTime appends a moment as RFC 3339 in UTC, with ms where it has any.
func AppendTime(dst []byte, ms int64) []byte {
	layout := "2006-01-02T15:04:05Z"
	if ms%1000 != 0 {
		layout = "2006-01-02T15:04:05.000Z"
	}
	return time.UnixMilli(ms).UTC().AppendFormat(dst, layout)
}

// Day returns the day on which a moment falls in zone, in the form of ParseDate.
func Day(ms int64, zone *time.Location) int64 {
	if zone == nil {
		zone = time.UTC
	}
	t := time.UnixMilli(ms).In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).UnixMilli()
}

// cutDate reads a day from the front of s.
func cutDate(s string) (ms int64, rest string, err error) {
	y, rest, n := cutInt(s, 8)
	var m, d int
	switch n {
	case 8:
		y, m, d = y/10000, y/100%100, y%100
	case 4:
		var sep, end string
		if rest, sep = cutSeparator(rest, "year"); sep == "" {
			return 0, "", ErrSyntax
		}
		if m, rest, n = cutInt(rest, 2); n == 0 {
			return 0, "", ErrSyntax
		}
		if rest, end = cutSeparator(rest, "month"); end == "" || sep != end {
			return 0, "", ErrSyntax
		}
		if d, rest, n = cutInt(rest, 2); n == 0 {
			return 0, "", ErrSyntax
		}
		for _, w := range words["day"] {
			rest = strings.TrimPrefix(rest, w)
		}
	default:
		return 0, "", ErrSyntax
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < 1 || t.Day() != d || int(t.Month()) != m {
		return 0, "", ErrRange
	}
	return t.UnixMilli(), rest, nil
}

// cutSeparator removes what stands after a year or a month; words count as "w".
func cutSeparator(s, name string) (rest, sep string) {
	if s == "" {
		return s, ""
	}
	if strings.IndexByte("-/.", s[0]) >= 0 {
		return s[1:], s[:1]
	}
	for _, w := range words[name] {
		if r, ok := strings.CutPrefix(s, w); ok {
			return r, "w"
		}
	}
	return s, ""
}

// cutInt reads at most size digits.
func cutInt(s string, size int) (n int, rest string, digits int) {
	for digits < len(s) && digits < size && s[digits] >= '0' && s[digits] <= '9' {
		n = n*10 + int(s[digits]-'0')
		digits++
	}
	return n, s[digits:], digits
}

// parseClock reads 14:30, 14:30:05.250 or 2:30 pm; nothing is midnight.
func parseClock(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	s, half := cutHalf(strings.ToLower(s))
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, ErrSyntax
	}
	h, rest, n := cutInt(parts[0], 2)
	m, rest2, n2 := cutInt(parts[1], 2)
	if n == 0 || rest != "" || n2 != 2 || rest2 != "" || h > 23 || m > 59 {
		return 0, ErrSyntax
	}
	var sec time.Duration
	if len(parts) == 3 {
		var err error
		if sec, err = parseSeconds(parts[2]); err != nil {
			return 0, err
		}
	}
	if h = inHalf(h, half); h < 0 {
		return 0, ErrSyntax
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + sec, nil
}

// inHalf is the hour of the day of an hour of its half; -1 where there is none.
func inHalf(h int, half string) int {
	switch {
	case half == "am" && h > 12, half == "pm" && h == 0:
		return -1
	case half == "pm" && h < 12:
		return h + 12
	case half == "am" && h == 12:
		return 0
	}
	return h
}

// cutHalf removes am or pm, in any of the words for them.
func cutHalf(s string) (rest, half string) {
	for _, half := range []string{"am", "pm"} {
		if rest := cutAny(s, half); rest != s {
			return rest, half
		}
	}
	return s, ""
}

// parseSeconds reads 05 or 05.250.
func parseSeconds(s string) (time.Duration, error) {
	whole, frac, _ := strings.Cut(s, ".")
	n, rest, digits := cutInt(whole, 2)
	ms, rest2, fracDigits := cutInt((frac + "000")[:3], 3)
	if digits != 2 || rest != "" || n > 59 || rest2 != "" || fracDigits != 3 || len(frac) > 9 {
		return 0, ErrSyntax
	}
	return time.Duration(n)*time.Second + time.Duration(ms)*time.Millisecond, nil
}
