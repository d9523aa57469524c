package formula

import (
	"cmp"
	"strings"
)

// binary makes the closure of an operator; two numbers take the short way.
func binary(n *node) eval {
	l, r := n.args[0].run, n.args[1].run
	switch n.name {
	case "+":
		return func(c *ctx) Value {
			a, b := l(c), r(c)
			if a.kind == KindNumber && b.kind == KindNumber {
				return Number(a.Float() + b.Float())
			}
			return arith(c, "+", a, b)
		}
	case "-":
		return func(c *ctx) Value {
			a, b := l(c), r(c)
			if a.kind == KindNumber && b.kind == KindNumber {
				return Number(a.Float() - b.Float())
			}
			return arith(c, "-", a, b)
		}
	case "*":
		return func(c *ctx) Value {
			a, b := l(c), r(c)
			if a.kind == KindNumber && b.kind == KindNumber {
				return Number(a.Float() * b.Float())
			}
			return arith(c, "*", a, b)
		}
	case "/":
		return func(c *ctx) Value {
			a, b := l(c), r(c)
			if a.kind == KindNumber && b.kind == KindNumber && b.n != 0 {
				return Number(a.Float() / b.Float())
			}
			return arith(c, "/", a, b)
		}
	case "&":
		return func(c *ctx) Value { return concat(c, l(c), r(c)) }
	case "=", "!=":
		want := n.name == "="
		return func(c *ctx) Value {
			a, b := l(c), r(c)
			if a.kind == KindText && b.kind == KindText {
				return Bool((a.s == b.s) == want)
			}
			return equal(c, a, b, want)
		}
	}
	return ordered(n.name, l, r)
}

// ordered makes the closure of <, <=, > and >=.
func ordered(op string, l, r eval) eval {
	less, same, more := op[0] == '<', len(op) == 2, op[0] == '>'
	return func(c *ctx) Value {
		a, b := l(c), r(c)
		if a.kind == KindNumber && b.kind == KindNumber {
			x, y := a.Float(), b.Float()
			return Bool(x < y && less || x > y && more || x == y && same)
		}
		d, v := compare(c, a, b)
		if v.kind != KindBool || d == unordered {
			return v
		}
		return Bool(d < 0 && less || d > 0 && more || d == 0 && same)
	}
}

// pair brings two operands to single values; failed is the first error.
func pair(c *ctx, a, b Value) (x, y, failed Value) {
	a, b = c.single(a), c.single(b)
	if a.kind == kindError {
		return a, b, a
	}
	if b.kind == kindError {
		return a, b, b
	}
	return a, b, Value{}
}

func isTime(v Value) bool { return v.kind == KindDate || v.kind == KindDateTime }

const dayMs = 86_400_000

// arith computes + - * / of any values.
func arith(c *ctx, op string, a, b Value) Value {
	a, b, failed := pair(c, a, b)
	if failed.kind == kindError {
		return failed
	}
	if isTime(a) || isTime(b) {
		return timeArith(c, op, a, b)
	}
	if a = numeric(a); a.kind == kindError {
		return a
	}
	if b = numeric(b); b.kind == kindError {
		return b
	}
	if a.kind == KindDecimal || b.kind == KindDecimal {
		if v, ok := decimalArith(op, a, b); ok {
			return v
		}
	}
	return floatArith(op, a.Float(), b.Float())
}

func floatArith(op string, x, y float64) Value {
	switch op {
	case "+":
		return Number(x + y)
	case "-":
		return Number(x - y)
	case "*":
		return Number(x * y)
	}
	if y == 0 {
		return Failed(ErrDiv)
	}
	return Number(x / y)
}

// decimalArith computes exactly; ok is false if an operand is no decimal.
func decimalArith(op string, a, b Value) (v Value, ok bool) {
	x, xs, ok := toDecimal(a)
	if !ok {
		return v, false
	}
	y, ys, ok := toDecimal(b)
	if !ok {
		return v, false
	}
	switch op {
	case "+":
		return addDecimal(x, xs, y, ys), true
	case "-":
		if y == -y && y != 0 {
			return v, false
		}
		return addDecimal(x, xs, -y, ys), true
	case "*":
		return mulDecimal(x, xs, y, ys), true
	}
	return divDecimal(x, xs, y, ys), true
}

// timeArith: a day or moment plus or minus days, and the days between two.
func timeArith(c *ctx, op string, a, b Value) Value {
	switch {
	case op == "-" && a.kind == KindDate && b.kind == KindDate:
		return Number(float64((a.n - b.n) / dayMs))
	case op == "-" && isTime(a) && isTime(b):
		return Number(float64(c.moment(a)-c.moment(b)) / dayMs)
	case op == "+" && isTime(b) && !isTime(a):
		a, b = b, a
	case op != "+" && op != "-" || !isTime(a) || isTime(b):
		return Failed(ErrValue)
	}
	if b = numeric(b); b.kind == kindError {
		return b
	}
	days := b.Float()
	if op == "-" {
		days = -days
	}
	if days > 4e6 || days < -4e6 {
		return Failed(ErrNum)
	}
	if a.kind == KindDate {
		return Date(a.n + int64(days)*dayMs)
	}
	v := DateTime(a.n + int64(days*dayMs))
	if v.kind == KindDateTime {
		v.s = a.s
	}
	return v
}

// concat joins two texts.
func concat(c *ctx, a, b Value) Value {
	a, b, failed := pair(c, a, b)
	if failed.kind == kindError {
		return failed
	}
	x, y := c.text(a), c.text(b)
	if len(x)+len(y) > MaxText || !c.spend((len(x)+len(y))>>5) {
		return Failed(ErrLimit)
	}
	return Text(x + y)
}

// isEmpty reports what = takes for blank: blank, "" and a list of nothing.
func isEmpty(v Value) bool {
	return v.kind == KindAny || v.kind == KindText && v.s == "" || v.kind == kindList && len(*v.list) == 0
}

func isNumeric(v Value) bool {
	return v.kind == KindNumber || v.kind == KindDecimal || v.kind == KindBool
}

// equal computes = (want true) and != (want false).
func equal(c *ctx, a, b Value, want bool) Value {
	a, b, failed := pair(c, a, b)
	if failed.kind == kindError {
		return failed
	}
	return Bool(same(c, a, b) == want)
}

// same reports whether two single values are equal.
func same(c *ctx, a, b Value) bool {
	x, y := isEmpty(a), isEmpty(b)
	switch {
	case x && y:
		return true
	case x:
		return b.kind == KindBool && b.n == 0
	case y:
		return a.kind == KindBool && a.n == 0
	}
	d, v := compare(c, a, b)
	return v.kind == KindBool && d == 0
}

// unordered is the result of compare where there is a blank.
const unordered = 2

// compare orders two values: v is true where that has a meaning, false where
// one of them is blank, or an error.
func compare(c *ctx, a, b Value) (d int, v Value) {
	a, b, failed := pair(c, a, b)
	if failed.kind == kindError {
		return 0, failed
	}
	switch {
	case isEmpty(a) && a.kind != KindText || isEmpty(b) && b.kind != KindText:
		return unordered, Bool(false)
	case a.kind == KindText && b.kind == KindText:
		return strings.Compare(a.s, b.s), Bool(true)
	case isNumeric(a) && isNumeric(b):
		return compareNumbers(a, b), Bool(true)
	case isTime(a) || isTime(b):
		return compareTimes(c, a, b)
	}
	return 0, Failed(ErrValue)
}

func compareNumbers(a, b Value) int {
	if a.kind == KindDecimal || b.kind == KindDecimal {
		x, xs, ok := toDecimal(a)
		y, ys, ok2 := toDecimal(b)
		if ok && ok2 {
			return cmpDecimal(x, xs, y, ys)
		}
	}
	return cmp.Compare(a.Float(), b.Float())
}

// compareTimes compares days as days, else instants; a text may be a date.
func compareTimes(c *ctx, a, b Value) (int, Value) {
	if a = c.date(a); a.kind == kindError {
		return 0, a
	}
	if b = c.date(b); b.kind == kindError {
		return 0, b
	}
	if a.kind == KindAny || b.kind == KindAny {
		return unordered, Bool(false)
	}
	if a.kind == b.kind {
		return cmp.Compare(a.n, b.n), Bool(true)
	}
	return cmp.Compare(c.moment(a), c.moment(b)), Bool(true)
}
