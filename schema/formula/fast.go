package formula

import (
	"math"
	"strings"
)

// The quick way: closures over bare numbers, days, texts and truth values, for
// the usual case that every value is there and of its type. Where one is not
// (a blank, an error, a decimal), ok is false and the whole formula is
// evaluated the general way: so there are never two meanings.
type (
	fastNum  func(c *ctx) (x float64, ok bool)
	fastDec  func(c *ctx) (n int64, scale int, ok bool)
	fastDay  func(c *ctx) (ms int64, ok bool)
	fastText func(c *ctx) (s string, ok bool)
	fastBool func(c *ctx) (b, ok bool)
)

// quick gives the quick way of a whole formula, or nil.
func quick(n *node) func(c *ctx) (Value, bool) {
	switch n.typ {
	case Type{Kind: KindNumber}:
		if f := numOf(n); f != nil {
			return func(c *ctx) (Value, bool) {
				x, ok := f(c)
				return Number(x), ok
			}
		}
	case Type{Kind: KindDecimal, Scale: n.typ.Scale}:
		return quickDec(n)
	case Type{Kind: KindText}:
		if f := strOf(n); f != nil {
			return func(c *ctx) (Value, bool) {
				s, ok := f(c)
				return Text(s), ok && len(s) <= MaxText
			}
		}
	case Type{Kind: KindBool}:
		if f := boolOf(n); f != nil {
			return func(c *ctx) (Value, bool) {
				b, ok := f(c)
				return Bool(b), ok
			}
		}
	}
	return nil
}

func numOf(n *node) fastNum {
	n = plain(n)
	switch {
	case n.typ != Type{Kind: KindNumber}:
		return nil
	case n.op == opLit:
		x := n.val.Float()
		return func(*ctx) (float64, bool) { return x, true }
	case n.op == opField:
		f := n.field
		return func(c *ctx) (float64, bool) {
			v := c.row.Value(f)
			return math.Float64frombits(uint64(v.n)), v.kind == KindNumber
		}
	case n.op == opBinary:
		return numOp(n)
	case n.op == opCall && n.name == "IF" && len(n.args) == 3:
		return numIf(n.args)
	case n.op == opCall && n.name == "ROUND" && len(n.args) == 2:
		return numRound(n.args[0], n.args[1])
	}
	return nil
}

func numIf(args []*node) fastNum {
	cond, yes, no := boolOf(args[0]), numOf(args[1]), numOf(args[2])
	if cond == nil || yes == nil || no == nil {
		return nil
	}
	return func(c *ctx) (float64, bool) {
		b, ok := cond(c)
		switch {
		case !ok:
			return 0, false
		case b:
			return yes(c)
		}
		return no(c)
	}
}

func numRound(n, places *node) fastNum {
	x := numOf(n)
	if x == nil || places.op != opLit {
		return nil
	}
	at := count([]Value{places.val}, 0, 0)
	p := float64(pow10[max(0, min(at, 12))])
	return func(c *ctx) (float64, bool) {
		f, ok := x(c)
		if !ok {
			return 0, false
		}
		// As round does where it is certain.
		if y := math.Abs(f * p); y < 1e9 && at >= 0 && at <= 12 {
			if part := y - math.Floor(y); part < 0.499999 || part > 0.500001 {
				return math.Round(f*p)/p + 0, true
			}
		}
		return round(Number(f), at, halfAway).Float(), true
	}
}

func numOp(n *node) fastNum {
	l, r := numOf(n.args[0]), numOf(n.args[1])
	if l == nil || r == nil {
		return nil
	}
	if k := plain(n.args[1]); k.op == opLit {
		return numByLit(n.name[0], l, k.val.Float())
	}
	switch n.name[0] {
	case '+':
		return func(c *ctx) (float64, bool) {
			a, ok := l(c)
			b, ok2 := r(c)
			a += b
			return a, ok && ok2 && a-a == 0
		}
	case '-':
		return func(c *ctx) (float64, bool) {
			a, ok := l(c)
			b, ok2 := r(c)
			a -= b
			return a, ok && ok2 && a-a == 0
		}
	case '*':
		return func(c *ctx) (float64, bool) {
			a, ok := l(c)
			b, ok2 := r(c)
			a *= b
			return a, ok && ok2 && a-a == 0
		}
	}
	return func(c *ctx) (float64, bool) {
		a, ok := l(c)
		b, ok2 := r(c)
		a /= b
		return a, ok && ok2 && a-a == 0 // finite
	}
}

// numByLit is numOp where the right side is written in the formula.
func numByLit(op byte, l fastNum, b float64) fastNum {
	switch op {
	case '+':
		return func(c *ctx) (float64, bool) { a, ok := l(c); a += b; return a, ok && a-a == 0 }
	case '-':
		return func(c *ctx) (float64, bool) { a, ok := l(c); a -= b; return a, ok && a-a == 0 }
	case '*':
		return func(c *ctx) (float64, bool) { a, ok := l(c); a *= b; return a, ok && a-a == 0 }
	}
	return func(c *ctx) (float64, bool) { a, ok := l(c); a /= b; return a, ok && a-a == 0 }
}

func dayOfNode(n *node) fastDay {
	n = plain(n)
	switch {
	case n.typ != Type{Kind: KindDate}:
		return nil
	case n.op == opField:
		f := n.field
		return func(c *ctx) (int64, bool) {
			v := c.row.Value(f)
			return v.n, v.kind == KindDate
		}
	case n.op == opCall && n.name == "TODAY":
		return func(c *ctx) (int64, bool) { return floorDay(wall(c.env.Now.UnixMilli(), c.zone)), true }
	case n.op == opCall && n.name == "DATEADD":
		d, by := dayOfNode(n.args[0]), numOf(n.args[1])
		if u, ok := unit(n.args[2].val.s); !ok || u != "d" || d == nil || by == nil {
			return nil
		}
		return func(c *ctx) (int64, bool) {
			ms, ok := d(c)
			days, ok2 := by(c)
			if !ok || !ok2 || days > 4e6 || days < -4e6 {
				return 0, false
			}
			ms += int64(days) * dayMs
			return ms, ms >= minTime && ms <= maxTime
		}
	}
	return nil
}

func strOf(n *node) fastText {
	n = plain(n)
	switch {
	case n.typ != Type{Kind: KindText}:
		return nil
	case n.op == opLit:
		s := n.val.s
		return func(*ctx) (string, bool) { return s, true }
	case n.op == opField:
		f := n.field
		return func(c *ctx) (string, bool) {
			v := c.row.Value(f)
			return v.s, v.kind == KindText
		}
	case n.op == opBinary:
		return joinOf(n.args)
	case n.op != opCall:
		return nil
	}
	switch n.name {
	case "CONCATENATE", "CONCAT":
		return joinOf(n.args)
	case "UPPER":
		if s := strOf(n.args[0]); s != nil {
			return func(c *ctx) (string, bool) {
				x, ok := s(c)
				return strings.ToUpper(x), ok
			}
		}
	case "LEFT":
		s := strOf(n.args[0])
		if s == nil || len(n.args) > 1 && n.args[1].op != opLit {
			return nil
		}
		at := 1
		if len(n.args) > 1 {
			at = count([]Value{n.args[1].val}, 0, 0)
		}
		return func(c *ctx) (string, bool) {
			x, ok := s(c)
			return x[:runeAt(x, at)], ok
		}
	}
	return nil
}

// joinOf joins texts; numbers among them take the general way.
func joinOf(args []*node) fastText {
	parts := make([]fastText, len(args))
	for i, a := range args {
		if parts[i] = strOf(a); parts[i] == nil {
			return nil
		}
	}
	return func(c *ctx) (string, bool) {
		var room [8]string
		list, size := room[:0], 0
		for _, p := range parts {
			s, ok := p(c)
			if size += len(s); !ok || size > MaxText {
				return "", false
			}
			list = append(list, s)
		}
		return strings.Join(list, ""), c.spend(size >> 5)
	}
}

func boolOf(n *node) fastBool {
	n = plain(n)
	switch {
	case n.op == opField && n.typ == Type{Kind: KindBool}:
		f := n.field
		return func(c *ctx) (bool, bool) {
			v := c.row.Value(f)
			return v.n != 0, v.kind == KindBool
		}
	case n.op == opBinary && n.typ.Kind == KindBool:
		return compareOf(n)
	case n.op == opCall && (n.name == "AND" || n.name == "OR"):
		list := make([]fastBool, len(n.args))
		for i, a := range n.args {
			if list[i] = boolOf(a); list[i] == nil {
				return nil
			}
		}
		and := n.name == "AND"
		if len(list) == 2 {
			return bothOf(list[0], list[1], and)
		}
		return func(c *ctx) (bool, bool) {
			for _, f := range list {
				if b, ok := f(c); !ok || b != and {
					return b, ok
				}
			}
			return and, true
		}
	case n.op == opCall && n.name == "NOT":
		if f := boolOf(n.args[0]); f != nil {
			return func(c *ctx) (bool, bool) {
				b, ok := f(c)
				return !b, ok
			}
		}
	}
	return nil
}

// bothOf is AND, or OR, of two.
func bothOf(l, r fastBool, and bool) fastBool {
	return func(c *ctx) (bool, bool) {
		if b, ok := l(c); !ok || b != and {
			return b, ok
		}
		return r(c)
	}
}

// compareOf compares two numbers, two decimals, two days or two texts.
func compareOf(n *node) fastBool {
	if l, r := numOf(n.args[0]), numOf(n.args[1]); l != nil && r != nil {
		return orderOf(n.name, l, r)
	}
	if l, r := decOf(n.args[0]), decOf(n.args[1]); l != nil && r != nil {
		return decOrder(n.name, l, r)
	}
	if l, r := dayOfNode(n.args[0]), dayOfNode(n.args[1]); l != nil && r != nil {
		return orderOf(n.name, l, r)
	}
	l, r := strOf(n.args[0]), strOf(n.args[1])
	if l == nil || r == nil || n.name != "=" && n.name != "!=" {
		return nil
	}
	same := n.name == "="
	if k := plain(n.args[1]); k.op == opLit {
		b := k.val.s
		return func(c *ctx) (bool, bool) {
			a, ok := l(c)
			return (a == b) == same, ok
		}
	}
	return func(c *ctx) (bool, bool) {
		a, ok := l(c)
		b, ok2 := r(c)
		return (a == b) == same, ok && ok2
	}
}

// signs says of which signs of a - b a comparison holds.
func signs(op string) (less, same, more bool) {
	switch op {
	case "=":
		return false, true, false
	case "!=":
		return true, false, true
	}
	return op[0] == '<', len(op) == 2, op[0] == '>'
}

func orderOf[T int64 | float64, F ~func(*ctx) (T, bool)](op string, l, r F) fastBool {
	less, same, more := signs(op)
	return func(c *ctx) (bool, bool) {
		a, ok := l(c)
		b, ok2 := r(c)
		return a < b && less || a > b && more || a == b && same, ok && ok2
	}
}
