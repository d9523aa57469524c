package formula

import (
	"math"
	"strconv"
	"strings"
	"time"

	"tongban/schema/value"
)

// single is the one value that a list stands for where one is wanted: blank,
// its only element, or its elements as a text, joined by ", ".
func (c *ctx) single(v Value) Value {
	if v.kind != kindList {
		return v
	}
	switch list := *v.list; len(list) {
	case 0:
		return Value{}
	case 1:
		return list[0]
	default:
		if !c.spend(len(list)) {
			return Failed(ErrLimit)
		}
		return joined(list, ", ", c.zone)
	}
}

// joined is the text of a list.
func joined(list []Value, sep string, zone *time.Location) Value {
	var b strings.Builder
	for i, v := range list {
		if v.kind == kindError {
			return v
		}
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(textOf(v, zone))
		if b.Len() > MaxText {
			return Failed(ErrLimit)
		}
	}
	return Text(b.String())
}

// text writes a value as & does.
func (c *ctx) text(v Value) string {
	if v.kind == KindText {
		return v.s
	}
	return textOf(v, c.zone)
}

// textOf writes any value; moments in zone unless they carry one.
func textOf(v Value, zone *time.Location) string {
	switch v.kind {
	case KindText, kindError:
		return v.s
	case KindNumber:
		return formatNumber(v.Float())
	case KindDecimal:
		return formatDecimal(v.n, int(v.scale))
	case KindBool:
		return strconv.FormatInt(v.n, 10)
	case KindDate:
		return value.FormatDate(v.n)
	case KindDateTime:
		t := time.UnixMilli(v.n).In(zoneOf(v, zone))
		if t.Second() == 0 && t.Nanosecond() == 0 {
			return t.Format("2006-01-02 15:04")
		}
		return t.Format("2006-01-02 15:04:05")
	case kindList:
		return textOf(joined(*v.list, ", ", zone), zone)
	}
	return ""
}

// zoneOf is the zone that SET_TIMEZONE gave a moment, or the usual one.
func zoneOf(v Value, usual *time.Location) *time.Location {
	if v.kind == KindDate {
		return time.UTC
	}
	if v.s != "" {
		if name, _, _ := strings.Cut(v.s, "|"); name != "" {
			if z, ok := value.Zone(name); ok {
				return z
			}
		}
	}
	if usual == nil {
		return time.UTC
	}
	return usual
}

// formatNumber writes a number as JavaScript does.
func formatNumber(f float64) string {
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		s := strconv.FormatFloat(f, 'e', -1, 64)
		mantissa, exp, _ := strings.Cut(s, "e")
		return mantissa + "e" + exp[:1] + strings.TrimLeft(exp[1:], "0")
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// formatDecimal writes a decimal without zeros at its end.
func formatDecimal(n int64, scale int) string {
	s := value.FormatDecimal(n, scale)
	if scale > 0 {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// numeric makes a number of a single value: blank is 0, a truth value 0 or 1.
// Text is no number, nor is a date.
func numeric(v Value) Value {
	switch v.kind {
	case KindNumber, KindDecimal, kindError:
		return v
	case KindAny:
		return Number(0)
	case KindBool:
		return Number(float64(v.n))
	}
	return Failed(ErrValue)
}

// truthy is what a condition makes of a single value: blank, 0, "" and false
// are false.
func truthy(v Value) bool {
	switch v.kind {
	case KindAny:
		return false
	case KindBool, KindDecimal:
		return v.n != 0
	case KindNumber:
		return v.Float() != 0
	case KindText:
		return v.s != ""
	case kindList:
		return len(*v.list) > 0
	}
	return true
}

// condition is truthy of any value; an error stays one.
func (c *ctx) condition(v Value) (ok bool, failed Value) {
	switch v.kind {
	case KindBool:
		return v.n != 0, Value{}
	case kindError:
		return false, v
	case kindList:
		v = c.single(v)
		if v.kind == kindError {
			return false, v
		}
	}
	return truthy(v), Value{}
}

// date makes a date or moment of a single value; a text may be one in ISO form.
func (c *ctx) date(v Value) Value {
	switch v.kind {
	case KindDate, KindDateTime, KindAny, kindError:
		return v
	case KindText:
		if strings.TrimSpace(v.s) == "" {
			return Value{}
		}
		if d, ok := parseISO(v.s, c.zone); ok {
			return d
		}
	}
	return Failed(ErrValue)
}

// moment is the instant of a date or moment: a day begins at midnight in the zone.
func (c *ctx) moment(v Value) int64 {
	if v.kind == KindDate {
		return instant(v.n, c.zone)
	}
	return v.n
}

// conformer makes of a value what the type of the whole formula promises.
func conformer(t Type) func(*ctx, Value) Value {
	if t.Kind == KindAny && !t.List {
		return func(_ *ctx, v Value) Value { return v }
	}
	return func(c *ctx, v Value) Value {
		if v.kind == t.Kind && !t.List && t.Kind != KindDecimal {
			return v
		}
		return conform(c, v, t)
	}
}

func conform(c *ctx, v Value, t Type) Value {
	if v.kind == KindAny || v.kind == kindError {
		return v
	}
	if t.List {
		return conformList(c, v, t)
	}
	if v = c.single(v); v.kind == KindAny || v.kind == kindError || v.kind == t.Kind && t.Kind != KindDecimal {
		return v
	}
	switch t.Kind {
	case KindText:
		return Text(textOf(v, c.zone))
	case KindNumber:
		if v = numeric(v); v.kind == KindDecimal {
			return Number(v.Float())
		}
	case KindDecimal:
		return decimalAt(numeric(v), t.Scale)
	case KindBool:
		return Bool(truthy(v))
	case KindDateTime:
		if v = c.date(v); v.kind == KindDate {
			return DateTime(c.moment(v))
		}
	case KindDate:
		if v = c.date(v); v.kind == KindDateTime {
			return Date(floorDay(wall(v.n, zoneOf(v, c.zone))))
		}
	}
	return v
}

func conformList(c *ctx, v Value, t Type) Value {
	list := make([]Value, 0, len(v.Elements()))
	one := Type{Kind: t.Kind, Scale: t.Scale}
	if t.Kind == kindMixed {
		one.Kind = KindText
	}
	for _, x := range v.Elements() {
		if x = conform(c, x, one); x.kind == kindError {
			return x
		}
		list = append(list, x)
	}
	return List(list...)
}
