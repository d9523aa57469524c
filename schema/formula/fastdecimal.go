package formula

import (
	"math"

	"tongban/schema/value"
)

// quickDec gives the quick way of a formula whose result is a decimal, or nil.
func quickDec(n *node) func(c *ctx) (Value, bool) {
	f, scale := decOf(n), n.typ.Scale
	if f == nil {
		return nil
	}
	return func(c *ctx) (Value, bool) {
		x, at, ok := f(c)
		switch {
		case !ok:
			return Value{}, false
		case at < scale:
			x, ok = scaleUp(x, scale-at)
			return Decimal(x, scale), ok
		case at > scale:
			return rescale(x, at, scale, halfAway), true
		}
		return Decimal(x, scale), true
	}
}

// decOf is the quick way of a decimal, or of a number beside one.
func decOf(n *node) fastDec {
	n = plain(n)
	if n.typ == (Type{Kind: KindNumber}) {
		return decOfNum(n)
	}
	if n.typ.Kind != KindDecimal || n.typ.List {
		return nil
	}
	switch {
	case n.op == opField:
		f := n.field
		return func(c *ctx) (int64, int, bool) {
			v := c.row.Value(f)
			return v.n, int(v.scale), v.kind == KindDecimal
		}
	case n.op == opBinary:
		return decOp(n)
	case n.op == opCall && n.name == "IF" && len(n.args) == 3:
		return decIf(n.args)
	case n.op == opCall && n.name == "ROUND" && len(n.args) == 2:
		return decRound(n.args[0], n.args[1])
	}
	return nil
}

func decOfNum(n *node) fastDec {
	if n.op == opLit {
		x, scale, ok := toDecimal(n.val)
		if !ok {
			return nil
		}
		return func(*ctx) (int64, int, bool) { return x, scale, true }
	}
	f := numOf(n)
	if f == nil {
		return nil
	}
	return func(c *ctx) (int64, int, bool) {
		x, ok := f(c)
		if !ok {
			return 0, 0, false
		}
		return toDecimal(Number(x))
	}
}

func decIf(args []*node) fastDec {
	cond, yes, no := boolOf(args[0]), decOf(args[1]), decOf(args[2])
	if cond == nil || yes == nil || no == nil {
		return nil
	}
	return func(c *ctx) (int64, int, bool) {
		b, ok := cond(c)
		switch {
		case !ok:
			return 0, 0, false
		case b:
			return yes(c)
		}
		return no(c)
	}
}

func decRound(n, places *node) fastDec {
	x := decOf(n)
	if x == nil || n.typ.Kind != KindDecimal || places.op != opLit {
		return nil
	}
	at := count([]Value{places.val}, 0, 0)
	if at < 0 || at > value.MaxScale {
		return nil
	}
	return func(c *ctx) (int64, int, bool) {
		n, scale, ok := x(c)
		if !ok || scale <= at {
			return n, scale, ok
		}
		v := rescale(n, scale, at, halfAway)
		return v.n, at, v.kind == KindDecimal
	}
}

// decOp computes + - * /; what does not fit takes the general way.
func decOp(n *node) fastDec {
	l, r := decOf(n.args[0]), decOf(n.args[1])
	if l == nil || r == nil || n.name == "&" {
		return nil
	}
	var do func(a int64, as int, b int64, bs int) (int64, int, bool)
	switch n.name {
	case "+":
		do = sumDec
	case "-":
		do = func(a int64, as int, b int64, bs int) (int64, int, bool) {
			x, scale, ok := sumDec(a, as, -b, bs)
			return x, scale, ok && b != math.MinInt64
		}
	case "*":
		do = productDec
	case "/":
		do = quotientDec
	default:
		return nil
	}
	return func(c *ctx) (int64, int, bool) {
		a, as, ok := l(c)
		if !ok {
			return 0, 0, false
		}
		b, bs, ok := r(c)
		if !ok {
			return 0, 0, false
		}
		return do(a, as, b, bs)
	}
}

func decOrder(op string, l, r fastDec) fastBool {
	less, same, more := signs(op)
	return func(c *ctx) (bool, bool) {
		a, as, ok := l(c)
		if !ok {
			return false, false
		}
		b, bs, ok := r(c)
		if !ok {
			return false, false
		}
		d := cmpDecimal(a, as, b, bs)
		return d < 0 && less || d > 0 && more || d == 0 && same, true
	}
}
