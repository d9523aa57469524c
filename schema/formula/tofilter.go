package formula

import (
	"encoding/json"
	"math"
	"strings"
)

// ToFilter translates a condition into filter JSON, with fields by id, so that
// storage can answer it. It translates what means exactly the same: AND, OR,
// NOT, comparisons of a field with a constant or with TODAY(), NOW() and whole
// days before and after, checkboxes, and emptiness. Anything else is the error
// formula.noFilter, which names the part.
func (p *Program) ToFilter() (json.RawMessage, error) {
	t := &translator{src: p.src}
	x, err := t.condition(p.root)
	if err != nil {
		return nil, err
	}
	b, fault := json.Marshal(x)
	if fault != nil {
		return nil, errorAt(p.src, "formula.noFilter", 0, len(p.src)).with("part", p.src)
	}
	return b, nil
}

type translator struct{ src string }

// leaf is one condition of a filter.
type leaf struct {
	Field string `json:"field"`
	Op    string `json:"op"`
	Value any    `json:"value,omitempty"`
}

type (
	allOf  map[string][]any
	negate map[string]any
)

func and(list ...any) any { return allOf{"and": list} }
func or(list ...any) any  { return allOf{"or": list} }
func not(x any) any       { return negate{"not": x} }

func (t *translator) fail(n *node) *Error {
	return errorAt(t.src, "formula.noFilter", n.pos, n.end).with("part", t.src[n.pos:n.end])
}

func plain(n *node) *node {
	for n.op == opGroup {
		n = n.args[0]
	}
	return n
}

// condition translates what is used as true or false.
func (t *translator) condition(n *node) (any, *Error) {
	n = plain(n)
	switch n.op {
	case opField:
		return t.truth(n)
	case opBinary:
		if n.typ.Kind == KindBool {
			return t.comparison(n, n.name, n.args[0], n.args[1])
		}
	case opCall:
		switch n.name {
		case "AND", "OR":
			list := make([]any, len(n.args))
			for i, a := range n.args {
				if plain(a).typ.List {
					return nil, t.fail(a)
				}
				x, err := t.condition(a)
				if err != nil {
					return nil, err
				}
				list[i] = x
			}
			return allOf{strings.ToLower(n.name): list}, nil
		case "NOT":
			x, err := t.condition(n.args[0])
			if err != nil {
				return nil, err
			}
			return not(x), nil
		case "ISBLANK":
			if f := plain(n.args[0]); f.op == opField && f.typ.Kind != KindBool && f.typ.Kind != KindAny {
				return leaf{Field: formatField(f.field), Op: "isEmpty"}, nil
			}
		case "IS_BEFORE", "IS_AFTER":
			if len(n.args) == 2 {
				return t.comparison(n, map[string]string{"IS_BEFORE": "<", "IS_AFTER": ">"}[n.name], n.args[0], n.args[1])
			}
		}
	}
	return nil, t.fail(n)
}

// truth is a field used as a condition.
func (t *translator) truth(n *node) (any, *Error) {
	id := formatField(n.field)
	filled := leaf{Field: id, Op: "isNotEmpty"}
	switch {
	case n.typ.List, n.typ.Kind == KindText, timeKind(n.typ):
		return filled, nil
	case n.typ.Kind == KindBool:
		return leaf{id, "eq", true}, nil
	case n.typ.Kind == KindNumber, n.typ.Kind == KindDecimal:
		return and(filled, leaf{id, "ne", 0}), nil
	}
	return nil, t.fail(n)
}

var flipped = map[string]string{"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}

var filterOps = map[string]string{"<": "lt", ">": "gt", "<=": "lte", ">=": "gte", "=": "eq", "!=": "ne"}

// comparison translates field op constant, either way round.
func (t *translator) comparison(n *node, op string, l, r *node) (any, *Error) {
	l, r = plain(l), plain(r)
	if l.op != opField {
		l, r, op = r, l, flipped[op]
	}
	if l.op != opField {
		return nil, t.fail(n)
	}
	id := formatField(l.field)
	var x any
	switch {
	case r.op == opLit && r.val.kind == KindText && r.val.s == "" || r.op == opCall && r.name == "BLANK":
		x = blankFilter(id, op, l.typ)
	case l.typ.List:
	default:
		x = constantFilter(id, op, l.typ.Kind, r)
	}
	if x == nil {
		return nil, t.fail(n)
	}
	return x, nil
}

// blankFilter asks for emptiness; of checkboxes it has another meaning.
func blankFilter(id, op string, t Type) any {
	switch {
	case t.Kind == KindBool || t.Kind == KindAny && !t.List:
	case op == "=":
		return leaf{Field: id, Op: "isEmpty"}
	case op == "!=":
		return leaf{Field: id, Op: "isNotEmpty"}
	}
	return nil
}

// constantFilter compares with a constant; nil where that cannot be said.
func constantFilter(id, op string, kind Kind, r *node) any {
	switch kind {
	case KindText:
		if r.op == opLit && r.val.kind == KindText && (op == "=" || op == "!=") {
			return leaf{id, filterOps[op], r.val.s}
		}
	case KindNumber, KindDecimal:
		if f, ok := numberLiteral(r); ok {
			return leaf{id, filterOps[op], f}
		}
	case KindBool:
		return boolFilter(id, op, r)
	case KindDate, KindDateTime:
		return timeFilter(id, op, kind == KindDate, r)
	}
	return nil
}

// numberLiteral is a number, perhaps with a sign.
func numberLiteral(n *node) (float64, bool) {
	if n.op == opNegate {
		f, ok := numberLiteral(plain(n.args[0]))
		return -f, ok
	}
	return n.val.Float(), n.op == opLit && n.val.kind == KindNumber
}

// boolFilter: a checkbox that was never set is not true.
func boolFilter(id, op string, r *node) any {
	want, ok := boolLiteral(r)
	if !ok || op != "=" && op != "!=" {
		return nil
	}
	set := leaf{id, "eq", true}
	if want == (op == "=") {
		return set
	}
	return not(set)
}

func boolLiteral(n *node) (value, ok bool) {
	switch {
	case n.op == opLit && n.val.kind == KindBool:
		return n.val.IsTrue(), true
	case n.op == opCall && (n.name == "TRUE" || n.name == "FALSE"):
		return n.name == "TRUE", true
	}
	return false, false
}

// timeFilter compares a day or moment with a constant, TODAY() or NOW().
func timeFilter(id, op string, isDay bool, r *node) any {
	if days, ok := fromToday(r); ok {
		return dayFilter(id, op, isDay, days)
	}
	if r.op == opCall && (r.name == "NOW" || r.name == "DATENOW") {
		switch {
		case !isDay:
			return leaf{id, filterOps[op], "@now"}
		case op == "<=" || op == ">":
			return leaf{id, filterOps[op], "@today"}
		}
		return nil
	}
	if r.op != opLit || r.val.kind != KindText {
		return nil
	}
	s := strings.TrimSpace(r.val.s)
	v, ok := parseISO(s, nil)
	if !ok {
		return nil
	}
	// Of a moment, only the beginning of a day can be said exactly.
	if v.kind == KindDate && (isDay || op == "<" || op == ">=") {
		return leaf{id, filterOps[op], textOf(v, nil)}
	}
	if v.kind == KindDateTime && !isDay && zoned(s) {
		return leaf{id, filterOps[op], s}
	}
	return nil
}

// zoned reports whether a moment says its offset.
func zoned(s string) bool {
	m := isoForm.FindStringSubmatch(s)
	return m != nil && m[9] != "" && (m[9] == "Z" || strings.Contains(m[9], ":")) && m[7] != "" && strings.Contains(s, "T") && m[2] == "-"
}

// fromToday reads TODAY(), TODAY()+3 and DATEADD(TODAY(),-3,"days").
func fromToday(n *node) (days int, ok bool) {
	n = plain(n)
	var by *node
	switch {
	case n.op == opCall && n.name == "TODAY":
		return 0, true
	case n.op == opBinary && (n.name == "+" || n.name == "-"):
		by = plain(n.args[1])
	case n.op == opCall && n.name == "DATEADD":
		if u, ok := unit(n.args[2].val.s); !ok || u != "d" || n.args[2].op != opLit {
			return 0, false
		}
		by = plain(n.args[1])
	default:
		return 0, false
	}
	base, ok := fromToday(n.args[0])
	f, isNumber := numberLiteral(by)
	if !ok || !isNumber || f != math.Trunc(f) || math.Abs(f) > 4000 {
		return 0, false
	}
	if n.op == opBinary && n.name == "-" {
		f = -f
	}
	days = base + int(f)
	return days, days > -5000 && days < 5000
}

// dayFilter compares with the day some days from today. For a moment only the
// beginning of that day can be said exactly.
func dayFilter(id, op string, isDay bool, days int) any {
	switch {
	case op == ">=":
		return fromDay(id, days)
	case op == "<":
		return beforeDay(id, days)
	case !isDay:
		return nil
	case op == ">":
		return fromDay(id, days+1)
	case op == "<=":
		return beforeDay(id, days+1)
	}
	on := and(fromDay(id, days), beforeDay(id, days+1))
	if op == "!=" {
		return not(on)
	}
	return on
}

// fromDay holds from the beginning of the day on.
func fromDay(id string, days int) any {
	switch {
	case days == 0:
		return leaf{id, "gte", "@today"}
	case days < 0:
		return or(leaf{id, "within", "last" + itoa(1-days) + "Days"}, leaf{id, "gt", "@today"})
	}
	return and(leaf{Field: id, Op: "isNotEmpty"}, not(beforeDay(id, days)))
}

// beforeDay holds before the beginning of the day.
func beforeDay(id string, days int) any {
	switch {
	case days == 0:
		return leaf{id, "lt", "@today"}
	case days > 0:
		return or(leaf{id, "lt", "@today"}, leaf{id, "within", "next" + itoa(days) + "Days"})
	}
	return and(leaf{Field: id, Op: "isNotEmpty"}, not(fromDay(id, days)))
}
