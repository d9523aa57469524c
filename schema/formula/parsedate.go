package formula

import (
	"strings"

	"tongban/schema/value"
)

// moreForms reads what the date field reads too, days in Chinese among it.
func (c *ctx) moreForms(s string) Value {
	if v, ok := parseISO(s, c.zone); ok {
		return v
	}
	if ms, err := value.ParseDate(s); err == nil {
		return Date(ms)
	}
	if ms, err := value.ParseTime(s, c.zone); err == nil {
		return DateTime(ms)
	}
	return Failed(ErrValue)
}

// parse is DATETIME_PARSE(text, layout, locale).
func (c *ctx) parse(a []Value) Value {
	v := c.single(a[0])
	switch {
	case isEmpty(v):
		return Blank()
	case v.kind == KindDate:
		return DateTime(c.moment(v))
	case v.kind == KindDateTime:
		return v
	case v.kind != KindText:
		return Failed(ErrValue)
	}
	s := strings.TrimSpace(v.s)
	if len(a) < 2 || a[1].s == "" {
		if v = c.moreForms(s); v.kind == KindDate {
			return DateTime(c.moment(v))
		}
		return v
	}
	p := &dateParser{rest: s, year: -1, month: 1, day: 1, words: c.localeOf(Value{})}
	if len(a) > 2 {
		w, ok := localeNamed(a[2].s)
		if !ok {
			return Failed(ErrValue)
		}
		p.words = w
	}
	if len(a[1].s) > 500 || !p.read(a[1].s) {
		return Failed(ErrValue)
	}
	return p.result(c)
}

// dateParser reads a text by a layout.
type dateParser struct {
	rest                  string
	words                 *words
	year, month, day      int
	hour, minute, sec, ms int
	half                  string
	offset                int64
	hasOffset, unix       bool
	stamp                 int64
}

func (p *dateParser) read(layout string) bool {
	for layout != "" {
		loc := layoutToken.FindStringIndex(layout)
		if loc == nil || loc[0] > 0 {
			end := len(layout)
			if loc != nil {
				end = loc[0]
			}
			if !p.literal(layout[:end]) {
				return false
			}
			layout = layout[end:]
			continue
		}
		tok := layout[:loc[1]]
		layout = layout[loc[1]:]
		switch long, ok := p.words.Long[tok]; {
		case ok:
			layout = long + layout
		case tok[0] == '[':
			if !p.literal(tok[1 : len(tok)-1]) {
				return false
			}
		case !p.token(tok):
			return false
		}
	}
	return strings.TrimSpace(p.rest) == ""
}

func (p *dateParser) literal(s string) bool {
	var ok bool
	if strings.TrimSpace(s) == "" {
		p.rest = strings.TrimLeft(p.rest, " \t")
		return true
	}
	p.rest, ok = strings.CutPrefix(p.rest, s)
	return ok
}

// number reads up to most digits.
func (p *dateParser) number(most int, into *int) bool {
	n := 0
	for n < most && n < len(p.rest) && isDigit(rune(p.rest[n])) {
		n++
	}
	if n == 0 {
		return false
	}
	*into = atoi(p.rest[:n])
	p.rest = p.rest[n:]
	return true
}

func (p *dateParser) token(tok string) bool {
	switch tok {
	case "YYYY", "Y":
		return p.number(4, &p.year)
	case "YY":
		if !p.number(2, &p.year) {
			return false
		}
		if p.year += 1900; p.year < 1969 {
			p.year += 100
		}
		return true
	case "M", "MM":
		return p.number(2, &p.month)
	case "MMM":
		return p.word(p.words.MonthsShort, &p.month)
	case "MMMM":
		return p.word(p.words.Months, &p.month)
	case "D", "DD":
		return p.number(2, &p.day)
	case "Do":
		if !p.number(2, &p.day) {
			return false
		}
		p.rest = strings.TrimLeft(p.rest, "stndrh"+p.words.Ordinals["D"])
		return true
	case "H", "HH", "h", "hh", "k", "kk":
		return p.number(2, &p.hour)
	case "m", "mm":
		return p.number(2, &p.minute)
	case "s", "ss":
		return p.number(2, &p.sec)
	case "S", "SS", "SSS":
		return p.fraction(len(tok))
	case "dd", "ddd", "dddd":
		var ignored int
		list := map[int][]string{2: p.words.DaysMin, 3: p.words.DaysShort, 4: p.words.Days}[len(tok)]
		return p.word(list, &ignored)
	}
	return p.rare(tok)
}

func (p *dateParser) fraction(places int) bool {
	from := p.rest
	if !p.number(places, &p.ms) {
		return false
	}
	for range 3 - (len(from) - len(p.rest)) {
		p.ms *= 10
	}
	return true
}

// rare reads halves of the day, offsets and timestamps.
func (p *dateParser) rare(tok string) bool {
	switch tok {
	case "A", "a":
		return p.halfOfDay()
	case "Z", "ZZ":
		for _, n := range []int{6, 5, 1} {
			if len(p.rest) < n || n == 1 && p.rest[0] != 'Z' || n > 1 && !strings.ContainsRune("+-", rune(p.rest[0])) {
				continue
			}
			if o, ok := parseOffset(p.rest[:n]); ok {
				p.offset, p.hasOffset, p.rest = o, true, p.rest[n:]
				return true
			}
		}
		return false
	case "X", "x":
		var n int
		if !p.number(15, &n) {
			return false
		}
		if p.stamp = int64(n); tok == "X" {
			p.stamp *= 1000
		}
		p.unix = true
		return true
	}
	return false
}

// word reads one of a list of words, the longest that fits; into gets its place.
func (p *dateParser) word(list []string, into *int) bool {
	best := ""
	for i, w := range list {
		if len(w) > len(best) && len(w) <= len(p.rest) && strings.EqualFold(p.rest[:len(w)], w) {
			best, *into = w, i+1
		}
	}
	p.rest = p.rest[len(best):]
	return best != ""
}

func (p *dateParser) halfOfDay() bool {
	for _, h := range p.words.Halves {
		for i, w := range h[1:] {
			s, _ := w.(string)
			if s == "" || len(s) > len(p.rest) || !strings.EqualFold(p.rest[:len(s)], s) {
				continue
			}
			p.rest = p.rest[len(s):]
			until, _ := h[0].(float64)
			if until == 24 && i == 1 || until > 1200 {
				p.half = "pm"
			} else {
				p.half = "am"
			}
			return true
		}
	}
	return false
}

func (p *dateParser) result(c *ctx) Value {
	if p.unix {
		return DateTime(p.stamp)
	}
	if p.year < 0 {
		p.year = c.clock(DateTime(c.env.Now.UnixMilli())).Year()
	}
	switch {
	case p.half == "pm" && p.hour < 12:
		p.hour += 12
	case p.half == "am" && p.hour == 12:
		p.hour = 0
	}
	day, ok := dayOf(p.year, p.month, p.day)
	if !ok || p.hour > 24 || p.minute > 59 || p.sec > 59 || p.hour == 24 && p.minute+p.sec > 0 {
		return Failed(ErrValue)
	}
	w := day + int64(p.hour)*3600_000 + int64(p.minute)*60_000 + int64(p.sec)*1000 + int64(p.ms)
	if p.hasOffset {
		return DateTime(w - p.offset)
	}
	return DateTime(instant(w, c.zone))
}
