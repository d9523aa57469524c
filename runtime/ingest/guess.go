package ingest

import (
	"strings"
	"unicode/utf8"

	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/value"
)

// Limits of guessing.
const (
	lookAt      = 1000 // rows
	keepSamples = 5
	maxGuessed  = 12 // choices of a guessed select
)

// profile is what the first values of a column look like.
type profile struct {
	values   []string
	distinct map[string]int
	order    []string // of distinct
	longest  int
	lines    bool
}

func newProfile() *profile { return &profile{distinct: map[string]int{}} }

func (p *profile) add(c cell) {
	s := strings.TrimSpace(c.text)
	if s == "" || c.fault {
		return
	}
	p.values = append(p.values, s)
	if p.distinct[s] == 0 && len(p.order) <= maxGuessed {
		p.order = append(p.order, s)
	}
	p.distinct[s]++
	p.longest = max(p.longest, utf8.RuneCountInString(s))
	p.lines = p.lines || strings.ContainsAny(s, "\n\r")
}

// tests are tried in this order; the first that all values pass wins.
var tests = []struct {
	typ  string
	pass func(string) bool
}{
	{"date", isDate},
	{"dateTime", isDateTime},
	{"email", field.IsEmail},
	{"phone", takes("phone")},
	{"percent", func(s string) bool { return strings.HasSuffix(s, "%") && isNumber(s) }},
	{"number", isNumber},
	{"checkbox", func(s string) bool { _, ok := value.ParseBool(s); return ok }},
	{"url", func(s string) bool { return strings.Contains(s, "://") && takes("url")(s) }},
}

// guess says which field type suits the column; text where nothing does.
func (p *profile) guess() string {
	if len(p.values) == 0 {
		return "text"
	}
	for _, t := range tests {
		if p.all(t.pass) {
			if t.typ == "number" && p.looksLikeMoney() {
				return "decimal"
			}
			return t.typ
		}
	}
	switch {
	case p.lines || p.longest > 200:
		return "longText"
	case len(p.distinct) <= maxGuessed && len(p.values) >= 4*len(p.distinct) && p.longest <= 20:
		return "singleSelect"
	}
	return "text"
}

func (p *profile) all(pass func(string) bool) bool {
	for s := range p.distinct {
		if !pass(s) {
			return false
		}
	}
	return true
}

// looksLikeMoney: some values have one or two decimal places, none has more.
func (p *profile) looksLikeMoney() bool {
	some := false
	for s := range p.distinct {
		plain, err := value.PlainNumber(s)
		if err != nil || strings.ContainsRune(plain, 'e') {
			return false
		}
		_, places, ok := strings.Cut(plain, ".")
		if len(places) > 2 {
			return false
		}
		some = some || ok
	}
	return some
}

// isNumber leaves out what only looks like one: numbers of things, with zeros
// in front or with more digits than a number keeps.
func isNumber(s string) bool {
	plain, err := value.PlainNumber(s)
	if err != nil {
		return false
	}
	digits := strings.TrimPrefix(plain, "-")
	if len(digits) > 1 && digits[0] == '0' && digits[1] != '.' && digits[1] != 'e' {
		return false
	}
	return len(strings.ReplaceAll(digits, ".", "")) <= 15
}

func isDate(s string) bool {
	_, err := value.ParseDate(s)
	return err == nil && strings.Trim(s, "0123456789") != ""
}

func isDateTime(s string) bool {
	_, err := value.ParseTime(s, nil)
	return err == nil && strings.ContainsRune(s, ':') || isDate(s)
}

// takes reports whether a type takes a text.
func takes(typ string) func(string) bool {
	return func(s string) bool {
		t, ok := field.Of(typ)
		if !ok {
			return false
		}
		_, err := t.ParseText(&schema.Field{Type: typ}, s, &field.Env{})
		return err == nil
	}
}

// options are those of a field that is made for the column.
func (p *profile) options(typ string) schema.Options {
	var o schema.Options
	if typ == "singleSelect" {
		for _, name := range p.order {
			o.Choices = append(o.Choices, schema.Choice{Name: name})
		}
	}
	return o
}

// fit is the share of the values that a field takes. Choices that a writer
// could add count as taken.
func (p *profile) fit(f *schema.Field, env *field.Env) float64 {
	t, ok := field.Of(f.Type)
	if !ok || len(p.values) == 0 {
		return 1
	}
	good := 0
	for s, n := range p.distinct {
		if _, err := t.ParseText(f, s, env); err == nil {
			good += n
		}
	}
	return float64(good) / float64(len(p.values))
}
