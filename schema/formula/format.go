package formula

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed data/locales.json
var localesJSON []byte

// words are the words of a language for times.
type words struct {
	Months      []string          `json:"months"`
	MonthsShort []string          `json:"monthsShort"`
	Days        []string          `json:"days"`
	DaysShort   []string          `json:"daysShort"`
	DaysMin     []string          `json:"daysMin"`
	Ordinal     string            `json:"ordinal"`
	Ordinals    map[string]string `json:"ordinals"`
	Halves      [][]any           `json:"halves"`
	Long        map[string]string `json:"long"`
	Relative    map[string]string `json:"relative"`
}

var locales = sync.OnceValue(func() map[string]*words {
	m := map[string]*words{}
	if json.Unmarshal(localesJSON, &m) != nil {
		return map[string]*words{"en": {}, "zh-cn": {}}
	}
	return m
})

// localeNamed finds the words for a locale: any English, any Chinese.
func localeNamed(name string) (*words, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	switch lang, _, _ := strings.Cut(strings.ReplaceAll(name, "_", "-"), "-"); lang {
	case "en":
		return locales()["en"], true
	case "zh":
		return locales()["zh-cn"], true
	}
	return nil, false
}

// localeOf is the locale that SET_LOCALE gave, or that of the reader.
func (c *ctx) localeOf(v Value) *words {
	if _, name, ok := strings.Cut(v.s, "|"); ok && isTime(v) && name != "" {
		if w, ok := localeNamed(name); ok {
			return w
		}
	}
	if w, ok := localeNamed(c.env.Locale); ok {
		return w
	}
	return locales()["zh-cn"]
}

// tokens of a layout, the longest first; the rest is taken as it stands.
var layoutToken = regexp.MustCompile(`\[[^\]]*\]|LTS|LT|LL?L?L?|l{1,4}|Mo|M{1,4}|Qo|Q|DDDo|D{3,4}|Do|D{1,2}|do|d{1,4}|e|E|wo|ww?|Wo|WW?|YYYY|YY|Y|GGGG|GG|gggg|gg|A|a|HH?|hh?|kk?|mm?|ss?|S{1,3}|ZZ?|zz?|X|x`)

// format writes a time in a layout of Moment.js, Airtable's own.
func (c *ctx) format(v Value, layout string) Value {
	if len(layout) > 500 {
		return Failed(ErrLimit)
	}
	f := &formatter{c: c, v: v, t: c.clock(v), w: c.localeOf(v)}
	f.offset = int(offset(v.n, zoneOf(v, c.zone)) / 60_000)
	return Text(layoutToken.ReplaceAllStringFunc(layout, f.long))
}

type formatter struct {
	c      *ctx
	v      Value
	t      time.Time
	w      *words
	offset int // minutes
}

// long writes a token, those that stand for a whole layout too.
func (f *formatter) long(tok string) string {
	if layout, ok := f.w.Long[tok]; ok {
		return layoutToken.ReplaceAllStringFunc(layout, f.token)
	}
	return f.token(tok)
}

func (f *formatter) token(tok string) string {
	if tok[0] == '[' {
		return tok[1 : len(tok)-1]
	}
	if s, ok := f.day(tok); ok {
		return s
	}
	t := f.t
	h12 := (t.Hour()+11)%12 + 1
	k := (t.Hour()+23)%24 + 1
	switch tok {
	case "A":
		return f.half(1)
	case "a":
		return strings.ToLower(f.half(1))
	case "H", "HH":
		return pad(t.Hour(), len(tok))
	case "h", "hh":
		return pad(h12, len(tok))
	case "k", "kk":
		return pad(k, len(tok))
	case "m", "mm":
		return pad(t.Minute(), len(tok))
	case "s", "ss":
		return pad(t.Second(), len(tok))
	case "S", "SS", "SSS":
		return pad(t.Nanosecond()/1e6, 3)[:len(tok)]
	case "Z":
		return f.zone(":")
	case "ZZ":
		return f.zone("")
	case "z", "zz":
		if f.v.kind == KindDate || f.offset == 0 {
			return "UTC"
		}
		return f.zone(":")
	case "X":
		return strconv.FormatInt(floorTo(f.c.moment(f.v), 1000)/1000, 10)
	case "x":
		return strconv.FormatInt(f.c.moment(f.v), 10)
	}
	return tok
}

// day writes the tokens of years, months, weeks and days.
func (f *formatter) day(tok string) (string, bool) {
	t := f.t
	switch tok {
	case "YYYY", "Y":
		return pad(t.Year(), 4), true
	case "YY":
		return pad(t.Year()%100, 2), true
	case "M", "MM":
		return pad(int(t.Month()), len(tok)), true
	case "MMM":
		return f.w.MonthsShort[t.Month()-1], true
	case "MMMM":
		return f.w.Months[t.Month()-1], true
	case "Mo":
		return f.ordinal(int(t.Month()), "M"), true
	case "Q":
		return itoa(int(t.Month()+2) / 3), true
	case "Qo":
		return f.ordinal(int(t.Month()+2)/3, "Q"), true
	case "D", "DD":
		return pad(t.Day(), len(tok)), true
	case "Do":
		return f.ordinal(t.Day(), "D"), true
	case "DDD":
		return itoa(t.YearDay()), true
	case "DDDD":
		return pad(t.YearDay(), 3), true
	case "DDDo":
		return f.ordinal(t.YearDay(), "DDD"), true
	}
	return f.week(tok)
}

func (f *formatter) week(tok string) (string, bool) {
	day := int(f.t.Weekday())
	isoYear, isoWeek := f.t.ISOWeek()
	start := f.c.env.WeekStart
	number := weekNumber(f.t, start)
	switch tok {
	case "d":
		return itoa(day), true
	case "do":
		return f.ordinal(day, "d"), true
	case "dd":
		return f.w.DaysMin[day], true
	case "ddd":
		return f.w.DaysShort[day], true
	case "dddd":
		return f.w.Days[day], true
	case "e":
		return itoa((day - int(start) + 7) % 7), true
	case "E":
		return itoa((day+6)%7 + 1), true
	case "w", "ww":
		return pad(number, len(tok)), true
	case "wo":
		return f.ordinal(number, "w"), true
	case "W", "WW":
		return pad(isoWeek, len(tok)), true
	case "Wo":
		return f.ordinal(isoWeek, "w"), true
	case "GGGG":
		return pad(isoYear, 4), true
	case "GG":
		return pad(isoYear%100, 2), true
	case "gggg", "gg":
		y := f.t.Year()
		if number == 1 && f.t.Month() == 12 {
			y++
		}
		return pad(y, 4)[4-len(tok):], true
	}
	return "", false
}

// ordinal writes 1st, 2nd …, in Chinese with the unit.
func (f *formatter) ordinal(n int, unit string) string {
	if f.w.Ordinal != "en" {
		return itoa(n) + f.w.Ordinals[unit]
	}
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return itoa(n) + suffix
}

// half writes the part of the day: AM and PM, or finer.
func (f *formatter) half(int) string {
	at := f.t.Hour()*100 + f.t.Minute()
	for _, h := range f.w.Halves {
		until, _ := h[0].(float64)
		am, _ := h[1].(string)
		pm, _ := h[2].(string)
		switch {
		case until == 24 && at < 1200:
			return am
		case until == 24, float64(at) < until:
			return pm
		}
	}
	return ""
}

func (f *formatter) zone(sep string) string {
	o, sign := f.offset, "+"
	if o < 0 {
		o, sign = -o, "-"
	}
	return sign + pad(o/60, 2) + sep + pad(o%60, 2)
}

func pad(n, width int) string { return fmt.Sprintf("%0*d", width, n) }
