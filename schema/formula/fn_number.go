package formula

import (
	"math"
	"strconv"
	"strings"

	"tongban/schema/value"
)

var numberFunctions = map[string]impl{
	"ABS": func(_ *ctx, a []Value) Value {
		if v := a[0]; v.kind == KindDecimal {
			return Decimal(max(v.n, -v.n), int(v.scale))
		}
		return Number(math.Abs(a[0].Float()))
	},
	"ROUND":     func(_ *ctx, a []Value) Value { return round(a[0], count(a, 1, 0), halfAway) },
	"ROUNDUP":   func(_ *ctx, a []Value) Value { return round(a[0], count(a, 1, 0), fromZero) },
	"ROUNDDOWN": func(_ *ctx, a []Value) Value { return round(a[0], count(a, 1, 0), toZero) },
	"INT":       func(_ *ctx, a []Value) Value { return round(a[0], 0, down) },
	"CEILING":   func(_ *ctx, a []Value) Value { return multiple(a, up) },
	"FLOOR":     func(_ *ctx, a []Value) Value { return multiple(a, down) },
	"EVEN":      func(_ *ctx, a []Value) Value { return Number(awayTo(a[0].Float()/2, 0) * 2) },
	"ODD":       func(_ *ctx, a []Value) Value { return Number(awayTo(a[0].Float(), 1)) },
	"MOD":       mod,
	"POWER": func(_ *ctx, a []Value) Value {
		return Number(math.Pow(a[0].Float(), a[1].Float()))
	},
	"EXP":  func(_ *ctx, a []Value) Value { return Number(math.Exp(a[0].Float())) },
	"SQRT": func(_ *ctx, a []Value) Value { return Number(math.Sqrt(a[0].Float())) },
	"LOG":  logarithm,
	"VALUE": func(c *ctx, a []Value) Value {
		return parseNumber(c.single(a[0]))
	},
	"NUMBER":  func(c *ctx, a []Value) Value { return parseNumber(c.single(a[0])) },
	"PI":      func(*ctx, []Value) Value { return Number(math.Pi) },
	"SIN":     float(math.Sin),
	"COS":     float(math.Cos),
	"TAN":     float(math.Tan),
	"ASIN":    float(math.Asin),
	"ACOS":    float(math.Acos),
	"ATAN":    float(math.Atan),
	"COT":     func(_ *ctx, a []Value) Value { return floatArith("/", 1, math.Tan(a[0].Float())) },
	"ACOT":    float(func(x float64) float64 { return math.Pi/2 - math.Atan(x) }),
	"DEGREES": float(func(x float64) float64 { return x * 180 / math.Pi }),
	"RADIANS": float(func(x float64) float64 { return x * math.Pi / 180 }),
	"COMBIN":  func(_ *ctx, a []Value) Value { return choose(a, true) },
	"PERMUT":  func(_ *ctx, a []Value) Value { return choose(a, false) },
	"RANDBETWEEN": func(c *ctx, a []Value) Value {
		lo, hi := math.Ceil(a[0].Float()), math.Floor(a[1].Float())
		if lo > hi || math.Abs(lo) > 1e15 || math.Abs(hi) > 1e15 {
			return Failed(ErrNum)
		}
		return Number(lo + math.Floor(c.random()*(hi-lo+1)))
	},
}

func float(f func(float64) float64) impl {
	return func(_ *ctx, a []Value) Value { return Number(f(a[0].Float())) }
}

// random draws from [0, 1): the same record at the same moment draws the same.
func (c *ctx) random() float64 {
	c.draws++
	z := uint64(c.env.Now.UnixNano()) + uint64(c.row.ID())*0x9e3779b97f4a7c15 + c.draws*0xbf58476d1ce4e5b9
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}

// round brings a number to places, judged by its shortest decimal spelling: so
// 1.005 is a half.
func round(v Value, places int, how rounding) Value {
	if v.kind == KindDecimal {
		return rescale(v.n, int(v.scale), places, how)
	}
	f := v.Float()
	if how == halfAway && places >= 0 && places <= 12 {
		p := float64(pow10[places])
		y := f * p
		// The quick way, where it is certain.
		if a := math.Abs(y); a < 1e9 {
			if _, part := math.Modf(a); math.Abs(part-0.5) > 1e-6 {
				return Number(math.Round(y) / p)
			}
		}
	}
	return roundText(f, places, how)
}

// roundText rounds the digits that are written.
func roundText(f float64, places int, how rounding) Value {
	if places > 30 || f == 0 {
		return Number(f)
	}
	s := strconv.FormatFloat(math.Abs(f), 'e', -1, 64)
	mantissa, e, _ := strings.Cut(s, "e")
	exp := atoi(strings.TrimPrefix(e, "+"))
	digits := strings.Replace(mantissa, ".", "", 1)
	keep := exp + 1 + places // digits before the cut
	if keep >= len(digits) {
		return Number(f)
	}
	if keep < 0 {
		digits, keep = "1", 0 // less than a half of a unit
	}
	n := digitsInt(digits[:keep])
	if rises(strings.TrimRight(digits[keep:], "0"), f < 0, how) {
		n++
	}
	r, err := strconv.ParseFloat(strconv.FormatInt(n, 10)+"e"+itoa(-places), 64)
	if err != nil {
		return Failed(ErrNum)
	}
	if f < 0 {
		r = -r
	}
	return Number(r)
}

// rises reports whether the digits that are cut off raise the last that stays.
func rises(rest string, neg bool, how rounding) bool {
	switch {
	case rest == "" || how == toZero:
		return false
	case how == halfAway:
		return rest[0] >= '5'
	case how == up:
		return !neg
	case how == down:
		return neg
	}
	return true
}

func digitsInt(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// multiple is CEILING and FLOOR: the next multiple of the second argument.
func multiple(a []Value, how rounding) Value {
	if len(a) < 2 || a[1].Float() == 1 {
		return round(a[0], 0, how)
	}
	m := a[1]
	if m.Float() == 0 {
		return Number(0)
	}
	q := arith(nil, "/", a[0], m)
	if q.kind == kindError {
		return q
	}
	// 0.3/0.1 is 3, not 2.9999999999999996: twelve digits count.
	if q.kind == KindNumber {
		q = round(q, 9, halfAway)
	}
	v := arith(nil, "*", round(q, 0, how), m)
	if v.kind == KindNumber {
		v = round(v, 12, halfAway)
	}
	return v
}

// awayTo rounds away from zero to whole numbers with the remainder odd of 2, if 1.
func awayTo(x float64, odd float64) float64 {
	up := math.Ceil(math.Abs(x))
	if odd == 1 && math.Mod(up, 2) == 0 {
		up++
	}
	if x < 0 {
		return -up
	}
	return up
}

// mod takes the sign of the divisor.
func mod(_ *ctx, a []Value) Value {
	if a[1].Float() == 0 {
		return Failed(ErrDiv)
	}
	if a[0].kind == KindDecimal || a[1].kind == KindDecimal {
		if q, ok := decimalArith("/", a[0], a[1]); ok && q.kind == KindDecimal {
			whole := round(q, 0, down)
			if p := arith(nil, "*", whole, a[1]); p.kind != kindError {
				return arith(nil, "-", a[0], p)
			}
		}
	}
	x, y := a[0].Float(), a[1].Float()
	r := math.Mod(x, y)
	if r != 0 && (r < 0) != (y < 0) {
		r += y
	}
	return Number(r)
}

// logarithm corrects whole results: LOG(1000) is 3.
func logarithm(_ *ctx, a []Value) Value {
	x, base := a[0].Float(), 10.0
	if len(a) > 1 {
		base = a[1].Float()
	}
	if x <= 0 || base <= 0 || base == 1 {
		return Failed(ErrNum)
	}
	y := math.Log(x) / math.Log(base)
	if r := math.Round(y); math.Abs(y-r) < 1e-9 && math.Pow(base, r) == x {
		y = r
	}
	return Number(y)
}

// choose counts selections of k from n, in any order (combine) or in each.
func choose(a []Value, combine bool) Value {
	n, k := math.Trunc(a[0].Float()), math.Trunc(a[1].Float())
	if n < 0 || k < 0 || k > n || n > 1e15 || k > 10_000 {
		return Failed(ErrNum)
	}
	if combine {
		k = min(k, n-k)
	}
	r := 1.0
	for i := 1.0; i <= k; i++ {
		if combine {
			r = math.Round(r * (n - k + i) / i)
		} else {
			r *= n - i + 1
		}
		if math.IsInf(r, 0) {
			break
		}
	}
	return Number(r)
}

// parseNumber reads a number as people type it: "¥1,234.50", "25%".
func parseNumber(v Value) Value {
	switch v.kind {
	case KindText:
		if strings.TrimFunc(v.s, isSpace) == "" {
			return Blank()
		}
		plain, err := value.PlainNumber(v.s)
		if err != nil {
			return Failed(ErrValue)
		}
		f, err := value.ParseNumber(plain)
		if err != nil {
			return Failed(ErrNum)
		}
		return Number(f)
	case KindDate, KindDateTime:
		return Failed(ErrValue)
	case KindAny:
		return v
	}
	return numeric(v)
}
