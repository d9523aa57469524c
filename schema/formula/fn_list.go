package formula

import (
	"strings"
)

var listFunctions = map[string]impl{
	"SUM": func(c *ctx, a []Value) Value {
		sum := Number(0)
		_, failed := c.numbers(a, func(v Value) { sum = arith(c, "+", sum, v) })
		return orFailed(sum, failed)
	},
	"PRODUCT": func(c *ctx, a []Value) Value {
		p := Number(1)
		n, failed := c.numbers(a, func(v Value) { p = arith(c, "*", p, v) })
		if n == 0 {
			p = Number(0)
		}
		return orFailed(p, failed)
	},
	"AVERAGE": func(c *ctx, a []Value) Value {
		sum := Number(0)
		n, failed := c.numbers(a, func(v Value) { sum = arith(c, "+", sum, v) })
		if n == 0 || failed.kind == kindError {
			return failed
		}
		return arith(c, "/", sum, Number(float64(n)))
	},
	"MAX": func(c *ctx, a []Value) Value { return c.extreme(a, 1) },
	"MIN": func(c *ctx, a []Value) Value { return c.extreme(a, -1) },
	"COUNT": tally(func(v Value) bool {
		return v.kind == KindNumber || v.kind == KindDecimal
	}),
	"COUNTA":     tally(func(v Value) bool { return !isEmpty(v) }),
	"COUNTALL":   tally(func(Value) bool { return true }),
	"COUNTBLANK": tally(isEmpty),
	"COUNTARRAY": func(_ *ctx, a []Value) Value { return Number(float64(len(a[0].Elements()))) },
	"XOR": func(c *ctx, a []Value) Value {
		odd := false
		failed := c.each(a, func(v Value) Value {
			ok, failed := c.condition(v)
			odd = odd != ok
			return failed
		})
		return orFailed(Bool(odd), failed)
	},
	"NOT":     func(_ *ctx, a []Value) Value { return Bool(a[0].n == 0) },
	"ISBLANK": func(_ *ctx, a []Value) Value { return Bool(isEmpty(a[0])) },
	"ARRAYCOMPACT": func(c *ctx, a []Value) Value {
		return c.gather(a, func(v Value) bool { return !isEmpty(v) })
	},
	"ARRAYFLATTEN": func(c *ctx, a []Value) Value {
		return c.gather(a, func(Value) bool { return true })
	},
	"ARRAYUNIQUE": func(c *ctx, a []Value) Value {
		seen := map[string]bool{}
		return c.gather(a, func(v Value) bool {
			k := v.kind.String() + c.text(v)
			if isNumeric(v) {
				k = "n" + c.text(v)
			}
			old := seen[k]
			seen[k] = true
			return !old
		})
	},
	"ARRAYJOIN": func(c *ctx, a []Value) Value {
		sep := ", "
		if len(a) > 1 {
			sep = a[1].s
		}
		return joined(a[0].Elements(), sep, c.zone)
	},
	"JOIN": func(c *ctx, a []Value) Value {
		sep := ","
		if len(a) > 1 {
			sep = a[1].s
		}
		return joined(a[0].Elements(), sep, c.zone)
	},
	"ARRAYSLICE": arraySlice,
}

func orFailed(v, failed Value) Value {
	if failed.kind == kindError {
		return failed
	}
	return v
}

// each visits the elements of all arguments (a blank one has none) until one fails.
func (c *ctx) each(a []Value, do func(Value) Value) Value {
	for _, v := range a {
		if v.kind != kindList {
			if f := do(v); f.kind == kindError {
				return f
			}
			continue
		}
		for _, x := range *v.list {
			if x.kind == kindError {
				return x
			}
			if f := do(x); f.kind == kindError {
				return f
			}
		}
	}
	return Value{}
}

// numbers visits the numbers of all arguments, without blanks. Texts and dates
// are ErrValue.
func (c *ctx) numbers(a []Value, do func(Value)) (n int, failed Value) {
	failed = c.each(a, func(v Value) Value {
		if isEmpty(v) {
			return Value{}
		}
		v = numeric(v)
		if v.kind != kindError {
			n++
			do(v)
		}
		return v
	})
	return n, failed
}

// extreme is MAX (sign 1) and MIN (-1), of numbers or of times; blank of none.
func (c *ctx) extreme(a []Value, sign int) Value {
	best := Value{}
	failed := c.each(a, func(v Value) Value {
		if isEmpty(v) {
			return Value{}
		}
		if !isTime(v) {
			if v = numeric(v); v.kind == kindError {
				return v
			}
		}
		if best.kind == KindAny {
			best = v
			return v
		}
		d, ok := compare(c, v, best)
		if ok.kind == kindError {
			return ok
		}
		if d*sign > 0 {
			best = v
		}
		return v
	})
	return orFailed(best, failed)
}

func tally(counts func(Value) bool) impl {
	return func(_ *ctx, a []Value) Value {
		n := 0
		for _, v := range a {
			if v.kind != kindList {
				if counts(v) {
					n++
				}
				continue
			}
			for _, x := range *v.list {
				if counts(x) {
					n++
				}
			}
		}
		return Number(float64(n))
	}
}

// gather makes a list of the elements of all arguments that are wanted.
func (c *ctx) gather(a []Value, want func(Value) bool) Value {
	var out []Value
	failed := c.each(a, func(v Value) Value {
		if want(v) {
			out = append(out, v)
		}
		return Value{}
	})
	return orFailed(List(out...), failed)
}

// arraySlice takes from start (1 is the first, -1 the last) to end, included.
func arraySlice(_ *ctx, a []Value) Value {
	list := a[0].Elements()
	place := func(i int) int {
		if i < 0 {
			return len(list) + i
		}
		return i - 1
	}
	from, to := max(place(count(a, 1, 1)), 0), len(list)-1
	if len(a) > 2 {
		to = min(place(count(a, 2, -1)), to)
	}
	if from > to {
		return List()
	}
	return List(list[from : to+1]...)
}

// trimmedWords cuts a text at commas.
func trimmedWords(s string) []string {
	var out []string
	for w := range strings.SplitSeq(s, ",") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
