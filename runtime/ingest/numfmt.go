package ingest

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// format is what a number format makes of a number.
type format uint8

const (
	asNumber format = iota
	asPercent
	asDate     // a day is shown
	asDateTime // a day and a time
	asTime     // a time of day
)

// builtinFormat knows the formats that workbooks do not spell out.
func builtinFormat(id int) format {
	switch {
	case id == 9 || id == 10:
		return asPercent
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return asDate
	case id == 22:
		return asDateTime
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return asTime
	}
	return asNumber
}

// classify reads a format code such as yyyy"-"mm"-"dd or 0.00%.
func classify(code string) format {
	bare, elapsed := bareFormat(code)
	hasTime := elapsed || strings.ContainsAny(bare, "hs")
	hasDate := strings.ContainsAny(bare, "yd") || strings.Contains(bare, "aaa") || strings.Contains(bare, "m") && !hasTime
	switch {
	case strings.Contains(bare, "general"):
		return asNumber
	case hasDate && hasTime:
		return asDateTime
	case hasDate:
		return asDate
	case hasTime:
		return asTime
	case strings.Contains(bare, "%"):
		return asPercent
	}
	return asNumber
}

// bareFormat is the first section of a code without literal text; elapsed says
// that it counts hours, minutes or seconds, as [h] does.
func bareFormat(code string) (bare string, elapsed bool) {
	var b strings.Builder
	code = strings.ToLower(code)
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			return b.String(), elapsed
		case '\\', '_', '*':
			i++
		case '"', '[':
			closing := map[byte]byte{'"': '"', '[': ']'}[c]
			end := strings.IndexByte(code[i+1:], closing)
			if end < 0 {
				return b.String(), elapsed
			}
			if inner := code[i+1 : i+1+end]; c == '[' && inner != "" && strings.Trim(inner, inner[:1]) == "" && strings.Contains("hms", inner[:1]) {
				elapsed = true
			}
			i += end + 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), elapsed
}

// numberCell turns a stored number into what a field reads and what is shown.
func numberCell(raw string, f format, date1904 bool) cell {
	n, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return cell{text: raw}
	}
	switch f {
	case asDate, asDateTime, asTime:
		if c, ok := dateCell(n, f, date1904); ok {
			return c
		}
	case asPercent:
		return cell{text: plainDigits(n), shown: plainDigits(n*100) + "%"}
	}
	return cell{text: plainDigits(n)}
}

// plainDigits writes the fifteen digits that spreadsheets know of a number.
func plainDigits(n float64) string {
	s := strconv.FormatFloat(n, 'g', 15, 64)
	if strings.ContainsRune(s, 'e') {
		if a := math.Abs(n); a >= 1e-9 && a < 1e21 {
			if rounded, err := strconv.ParseFloat(s, 64); err == nil {
				return strconv.FormatFloat(rounded, 'f', -1, 64)
			}
		}
	}
	return s
}

// lastSerial is the number of the day 9999-12-31.
const lastSerial = 2_958_465

// dateCell turns a day number into a date. Day 60, which never was, is left a number.
func dateCell(n float64, f format, date1904 bool) (cell, bool) {
	if n < 0 || n >= lastSerial+1 {
		return cell{}, false
	}
	day := math.Floor(n)
	ms := int64(math.Round((n - day) * 86_400_000))
	clock := time.UnixMilli(ms).UTC()
	if f == asTime && day == 0 {
		return cell{text: clockText(clock)}, true
	}
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case date1904:
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case day < 60:
		base = base.AddDate(0, 0, 1)
	case day == 60:
		return cell{}, false
	}
	at := base.AddDate(0, 0, int(day)).Add(time.Duration(ms) * time.Millisecond)
	date := at.Format(time.DateOnly)
	if ms == 0 && f == asDate {
		return cell{text: date}, true
	}
	c := cell{text: date + " " + clockText(at)}
	if f == asDate {
		c.shown = date
	}
	return c, true
}

// clockText leaves out seconds and milliseconds where there are none.
func clockText(t time.Time) string {
	switch {
	case t.Nanosecond() != 0:
		return t.Format("15:04:05.000")
	case t.Second() != 0:
		return t.Format(time.TimeOnly)
	}
	return t.Format("15:04")
}
