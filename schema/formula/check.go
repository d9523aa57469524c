package formula

import (
	"strings"

	"tongban/schema"
	"tongban/schema/value"
)

// checker finds the type of every part and what cannot be right.
type checker struct {
	src      string
	names    Names
	volatile bool
}

func (k *checker) fail(code string, n *node) *Error { return errorAt(k.src, code, n.pos, n.end) }

func (k *checker) check(n *node) *Error {
	for _, a := range n.args {
		if err := k.check(a); err != nil {
			return err
		}
	}
	switch n.op {
	case opGroup:
		n.typ = n.args[0].typ
		return nil
	case opNegate:
		n.typ = arithType("-", &node{typ: Type{Kind: KindBool}}, n.args[0])
		return k.operand(n, n.args[0], false)
	case opBinary:
		return k.binary(n)
	case opCall:
		return k.call(n)
	}
	return nil
}

func (k *checker) binary(n *node) *Error {
	l, r := n.args[0], n.args[1]
	switch n.name {
	case "&":
		n.typ = Type{Kind: KindText}
		return nil
	case "+", "-":
		lt, rt := timeKind(l.typ), timeKind(r.typ)
		if lt || rt {
			return k.timeOperands(n, lt, rt)
		}
	case "*", "/":
	case "=", "!=":
		n.typ = Type{Kind: KindBool}
		return nil
	default:
		n.typ = Type{Kind: KindBool}
		return k.comparison(n)
	}
	for _, a := range n.args {
		if err := k.operand(n, a, false); err != nil {
			return err
		}
	}
	n.typ = arithType(n.name, l, r)
	return nil
}

func timeKind(t Type) bool { return t.Kind == KindDate || t.Kind == KindDateTime }

// timeOperands checks date ± days and date - date.
func (k *checker) timeOperands(n *node, lt, rt bool) *Error {
	l, r := n.args[0], n.args[1]
	switch {
	case lt && rt && n.name == "-":
		n.typ = Type{Kind: KindNumber}
		return nil
	case lt && rt, rt && n.name == "-":
		return k.fail("formula.operand", r).with("operator", n.name).with("got", kindText(r.typ))
	case lt:
		n.typ = Type{Kind: l.typ.Kind}
		return k.operand(n, r, true)
	}
	n.typ = Type{Kind: r.typ.Kind}
	return k.operand(n, l, true)
}

// operand checks that a can be a number.
func (k *checker) operand(n, a *node, days bool) *Error {
	if a.typ.Kind == KindText && !a.typ.List || timeKind(a.typ) && !days {
		return k.fail("formula.operand", a).with("operator", n.name).with("got", kindText(a.typ))
	}
	return nil
}

// comparison checks that the two sides have an order.
func (k *checker) comparison(n *node) *Error {
	l, r := n.args[0].typ, n.args[1].typ
	if l.List || r.List || l.Kind == kindMixed || r.Kind == kindMixed || l.Kind == KindAny || r.Kind == KindAny {
		return nil
	}
	number := func(t Type) bool { return t.Kind == KindNumber || t.Kind == KindDecimal || t.Kind == KindBool }
	if number(l) != number(r) {
		return k.fail("formula.compare", n).with("left", kindText(l)).with("right", kindText(r))
	}
	return nil
}

// arithType is the type of an operation: a decimal where a side is one.
func arithType(op string, ln, rn *node) Type {
	l, r := ln.typ, rn.typ
	if l.Kind != KindDecimal && r.Kind != KindDecimal {
		return Type{Kind: KindNumber}
	}
	ls, rs := placesOf(ln), placesOf(rn)
	switch op {
	case "*":
		return Type{Kind: KindDecimal, Scale: min(ls+rs, 8)}
	case "/":
		return Type{Kind: KindDecimal, Scale: min(max(ls, rs)+4, 8)}
	}
	return Type{Kind: KindDecimal, Scale: max(ls, rs)}
}

// placesOf is places; a literal says them itself.
func placesOf(n *node) int {
	for n.op == opGroup || n.op == opNegate {
		n = n.args[0]
	}
	if n.op == opLit && n.typ.Kind == KindNumber {
		if _, s, ok := toDecimal(n.val); ok {
			return s
		}
	}
	return places(n.typ)
}

// places are the decimal places that a type counts with: 4 where not known.
func places(t Type) int {
	switch t.Kind {
	case KindDecimal:
		return t.Scale
	case KindBool, KindAny:
		return 0
	}
	return 4
}

func (k *checker) call(n *node) *Error {
	least, most := n.fn.counts()
	if len(n.args) < least || most >= 0 && len(n.args) > most {
		wants := itoa(least)
		switch {
		case most < 0:
			wants = "\u2265 " + wants
		case most != least:
			wants += "\u2013" + itoa(most)
		}
		return k.fail("formula.argCount", n).with("function", n.name).with("want", wants).with("got", len(n.args))
	}
	for i, a := range n.args {
		if err := k.argument(n, i, a); err != nil {
			return err
		}
	}
	if n.fn.Volatile || n.name == "CONVERT_CURRENCY" && len(n.args) < 4 {
		k.volatile = true
	}
	n.typ = resultType(n)
	return nil
}

// argument checks an argument whose type is certain.
func (k *checker) argument(n *node, i int, a *node) *Error {
	want, got := n.fn.param(i).Type, a.typ
	if want == "field" {
		return k.field(n, i, a)
	}
	if got.List || got.Kind == KindAny || got.Kind == kindMixed {
		return nil
	}
	bad := false
	switch want {
	case "number":
		bad = got.Kind == KindText || timeKind(got)
	case "date":
		bad = got.Kind == KindNumber || got.Kind == KindDecimal || got.Kind == KindBool
		if a.op == opLit && got.Kind == KindText && n.name != "DATETIME_PARSE" {
			_, ok := parseISO(a.val.s, nil)
			bad = !ok && strings.TrimSpace(a.val.s) != ""
		}
	}
	if bad {
		return k.fail("formula.argType", a).with("function", n.name).with("position", i+1).
			with("want", "@formula.kind."+want).with("got", kindText(got))
	}
	return nil
}

// field checks an argument that stands for a field and not for its value.
func (k *checker) field(n *node, i int, a *node) *Error {
	f := ungrouped(a)
	if f.op != opField {
		return k.fail("formula.argType", a).with("function", n.name).with("position", i+1).
			with("want", "@formula.kind.field").with("got", kindText(a.typ))
	}
	if in, ok := k.names.(interface{ Edited(schema.FieldID) bool }); ok && !in.Edited(f.field) {
		name, _ := k.names.Name(f.field)
		return k.fail("formula.notEdited", a).with("name", name)
	}
	return nil
}

// kindText names the text for a kind.
func kindText(t Type) string {
	name := t.Kind.String()
	if t.List {
		name = "list"
	}
	return "@formula.kind." + name
}

// join is the type of what may be of either type.
func join(a, b Type) Type {
	switch {
	case a == b, b.Kind == KindAny && !b.List:
		return a
	case a.Kind == KindAny && !a.List:
		return b
	case a.List != b.List:
		return Type{Kind: kindMixed}
	}
	t := Type{List: a.List}
	switch x, y := min(a.Kind, b.Kind), max(a.Kind, b.Kind); {
	case x == y:
		t.Kind, t.Scale = x, max(a.Scale, b.Scale)
	case x == KindNumber && y == KindDecimal:
		t.Kind, t.Scale = y, max(places(a), places(b))
	case x == KindDate && y == KindDateTime:
		t.Kind = y
	default:
		t.Kind = kindMixed
	}
	return t
}

// resultType is the type of a call, as functions.json says it.
func resultType(n *node) Type {
	switch n.fn.Returns {
	case "numeric":
		return numericType(n)
	case "first":
		return firstType(n)
	case "union":
		return unionType(n)
	case "list":
		return listType(n)
	case "texts":
		return Type{Kind: KindText, List: true}
	}
	kind, _ := KindNamed(n.fn.Returns)
	if kind == KindDecimal {
		scale := 2
		if n.args[0].typ.Kind == KindDecimal {
			scale = max(scale, n.args[0].typ.Scale)
		}
		return Type{Kind: kind, Scale: scale}
	}
	return Type{Kind: kind}
}

// firstType is that of the first argument, a date or moment.
func firstType(n *node) Type {
	a := n.args[0]
	switch {
	case n.name == "DATEADD" && finer(n.args[2]):
	case timeKind(a.typ):
		return a.typ
	case a.op == opLit && a.typ.Kind == KindText:
		if v, ok := parseISO(a.val.s, nil); ok {
			return Type{Kind: v.kind}
		}
	}
	return Type{Kind: KindDateTime}
}

// listType is a list of what all arguments that are lists may hold.
func listType(n *node) Type {
	var t Type
	for i, a := range n.args {
		if n.fn.param(i).Type == "list" {
			t = join(t, Type{Kind: a.typ.Kind, Scale: a.typ.Scale})
		}
	}
	t.List = true
	return t
}

// numericType is Decimal where an argument is; rounding says the places.
func numericType(n *node) Type {
	t := Type{Kind: KindNumber}
	for _, a := range n.args {
		switch {
		case timeKind(a.typ) && timeKind(t):
			t = join(t, Type{Kind: a.typ.Kind})
		case timeKind(a.typ):
			t = Type{Kind: a.typ.Kind}
		}
		if a.typ.Kind == KindDecimal {
			t = Type{Kind: KindDecimal, Scale: max(t.Scale, a.typ.Scale)}
		}
	}
	if t.Kind != KindDecimal {
		return t
	}
	switch n.name {
	case "ROUND", "ROUNDUP", "ROUNDDOWN":
		t.Scale = 0
		if len(n.args) > 1 {
			if a := n.args[1]; a.op == opLit {
				t.Scale = max(0, min(int(a.val.Float()), value.MaxScale))
			} else {
				t.Scale = n.args[0].typ.Scale
			}
		}
	case "AVERAGE":
		t.Scale = min(t.Scale+4, 8)
	case "PRODUCT":
		t.Scale = 8
	case "INT":
		t.Scale = 0
	}
	return t
}

// unionType joins the results of IF, IFS, SWITCH and IFERROR.
func unionType(n *node) Type {
	var t Type
	scale := 0
	for i, a := range n.args {
		if isResult(n.name, i, len(n.args)) {
			t = join(t, a.typ)
			scale = max(scale, placesOf(a))
		}
	}
	if t.Kind == KindDecimal {
		t.Scale = scale
	}
	return t
}

// isResult reports whether the i-th of count arguments may be the result.
func isResult(name string, i, count int) bool {
	switch name {
	case "IF":
		return i > 0
	case "IFS":
		return i%2 == 1
	case "SWITCH":
		return i > 0 && (i%2 == 0 || i == count-1)
	}
	return true
}

// finer reports whether a unit is not certain to be whole days.
func finer(n *node) bool {
	u, ok := unit(n.val.s)
	return n.op != opLit || ok && unitMs[u] > 0 && unitMs[u] < dayMs
}
