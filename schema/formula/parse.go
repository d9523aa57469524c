package formula

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"tongban/schema"
)

type nodeOp uint8

const (
	opLit nodeOp = iota
	opField
	opCall
	opBinary
	opNegate
	opGroup // parentheses: kept for Explain and for translation
)

// node is a part of a formula: its syntax, its type, and how it is evaluated.
type node struct {
	op       nodeOp
	name     string // of a function or operator
	val      Value  // of a literal
	field    schema.FieldID
	args     []*node
	pos, end int // byte offsets in the source
	typ      Type
	fn       *Function
	run      eval
}

// binding powers: the higher binds tighter.
var powers = map[string]int{
	"=": 1, "!=": 1, "<": 1, ">": 1, "<=": 1, ">=": 1,
	"&": 2, "+": 3, "-": 3, "*": 4, "/": 4,
}

const unaryPower = 5

type parser struct {
	src    string
	tokens []token
	at     int
	depth  int
	nodes  int
	names  Names
	refs   []ref
}

// ref is where a field is named.
type ref struct {
	field    schema.FieldID
	pos, end int
}

// parse reads a whole formula.
func parse(src string, names Names) (*node, []ref, *Error) {
	if len(src) > MaxSource {
		return nil, nil, errorAt("", "formula.tooLong", 0, 0).with("max", MaxSource)
	}
	if !utf8.ValidString(src) {
		return nil, nil, errorAt("", "formula.badText", 0, 0)
	}
	tokens, err := lex(src)
	if err != nil {
		return nil, nil, err
	}
	if len(tokens) == 1 {
		return nil, nil, errorAt(src, "formula.empty", 0, len(src))
	}
	p := &parser{src: src, tokens: tokens, names: names}
	root, err := p.expr(0)
	if err != nil {
		return nil, nil, err
	}
	if t := p.peek(); t.kind != tokEnd {
		return nil, nil, p.unexpected(t)
	}
	return root, p.refs, nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) take() token {
	t := p.tokens[p.at]
	if t.kind != tokEnd {
		p.at++
	}
	return t
}

func (p *parser) isOp(s string) bool {
	t := p.peek()
	return t.kind == tokOp && t.text == s
}

func (p *parser) node(n *node) (*node, *Error) {
	if p.nodes++; p.nodes > MaxNodes {
		return nil, errorAt(p.src, "formula.tooMany", n.pos, n.end).with("max", MaxNodes)
	}
	return n, nil
}

func (p *parser) enter() *Error {
	if p.depth++; p.depth > MaxDepth {
		t := p.peek()
		return errorAt(p.src, "formula.tooDeep", t.pos, t.end).with("max", MaxDepth)
	}
	return nil
}

// expr reads operators that bind tighter than min.
func (p *parser) expr(least int) (*node, *Error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	left, err := p.primary()
	if err != nil {
		return nil, err
	}
	for grown := 0; ; grown++ {
		t := p.peek()
		power := powers[t.text]
		if t.kind != tokOp || power <= least {
			p.depth -= grown
			return left, nil
		}
		// A long chain a+b+c… is a deep tree too.
		if err := p.enter(); err != nil {
			return nil, err
		}
		p.at++
		right, err := p.expr(power)
		if err != nil {
			return nil, err
		}
		if left, err = p.node(&node{op: opBinary, name: t.text, args: []*node{left, right}, pos: left.pos, end: right.end}); err != nil {
			return nil, err
		}
	}
}

func (p *parser) primary() (*node, *Error) {
	t := p.take()
	switch t.kind {
	case tokNumber:
		return p.numberLit(t)
	case tokText:
		return p.node(&node{op: opLit, val: Text(t.text), typ: Type{Kind: KindText}, pos: t.pos, end: t.end})
	case tokField:
		return p.fieldRef(t)
	case tokName:
		return p.word(t)
	case tokOp:
		switch t.text {
		case "(":
			return p.group(t)
		case "-", "+":
			x, err := p.expr(unaryPower)
			if err != nil {
				return nil, err
			}
			if t.text == "+" {
				return p.node(&node{op: opGroup, args: []*node{x}, pos: t.pos, end: x.end})
			}
			return p.node(&node{op: opNegate, name: "-", args: []*node{x}, pos: t.pos, end: x.end})
		}
	}
	if t.kind == tokEnd {
		return nil, errorAt(p.src, "formula.expectedValue", t.pos, t.end)
	}
	return nil, p.unexpected(t)
}

func (p *parser) group(open token) (*node, *Error) {
	x, err := p.expr(0)
	if err != nil {
		return nil, err
	}
	t, err := p.expect(")")
	if err != nil {
		return nil, err
	}
	return p.node(&node{op: opGroup, args: []*node{x}, pos: open.pos, end: t.end})
}

// numberLit makes a literal: its decimal places count where it meets decimals.
func (p *parser) numberLit(t token) (*node, *Error) {
	f, err := strconv.ParseFloat(t.text, 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, errorAt(p.src, "formula.badNumber", t.pos, t.end).with("token", t.text)
	}
	return p.node(&node{op: opLit, val: Number(f), typ: Type{Kind: KindNumber}, pos: t.pos, end: t.end})
}

// word reads a function call, true, false, or the bare name of a field.
func (p *parser) word(t token) (*node, *Error) {
	if p.isOp("(") {
		return p.call(t)
	}
	if p.names != nil {
		if _, _, ok := p.names.FieldNamed(t.text); ok {
			return p.fieldRef(t)
		}
	}
	switch strings.ToLower(t.text) {
	case "true", "false":
		return p.node(&node{op: opLit, val: Bool(len(t.text) == 4), typ: Type{Kind: KindBool}, pos: t.pos, end: t.end})
	}
	if _, ok := Lookup(t.text); ok && t.text == strings.ToUpper(t.text) {
		return nil, errorAt(p.src, "formula.expected", t.end, t.end).with("token", "(")
	}
	return p.fieldRef(t)
}

func (p *parser) fieldRef(t token) (*node, *Error) {
	name := strings.TrimSpace(t.text)
	n := &node{op: opField, name: name, pos: t.pos, end: t.end}
	if p.names != nil {
		if id, typ, ok := p.names.FieldNamed(name); ok {
			n.field, n.typ = id, typ
			p.refs = append(p.refs, ref{id, t.pos, t.end})
			return p.node(n)
		}
	}
	return nil, errorAt(p.src, "formula.unknownField", t.pos, t.end).
		with("name", name).with("suggestion", nearest(name, fieldNames(p.names)))
}

func (p *parser) call(name token) (*node, *Error) {
	fn, ok := Lookup(name.text)
	if !ok {
		return nil, errorAt(p.src, "formula.unknownFunction", name.pos, name.end).
			with("name", name.text).with("suggestion", nearest(strings.ToUpper(name.text), functionNames()))
	}
	p.at++ // the parenthesis
	n := &node{op: opCall, name: fn.Name, fn: fn, pos: name.pos}
	for !p.isOp(")") {
		x, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		n.args = append(n.args, x)
		if p.isOp(",") {
			p.at++
			if p.isOp(")") {
				return nil, errorAt(p.src, "formula.expectedValue", p.peek().pos, p.peek().end)
			}
			continue
		}
		if !p.isOp(")") {
			_, err := p.expect(")")
			return nil, err
		}
	}
	n.end = p.take().end
	return p.node(n)
}

func (p *parser) expect(op string) (token, *Error) {
	t := p.take()
	if t.kind != tokOp || t.text != op {
		return t, errorAt(p.src, "formula.expected", t.pos, t.end).with("token", op)
	}
	return t, nil
}

func (p *parser) unexpected(t token) *Error {
	return errorAt(p.src, "formula.unexpected", t.pos, t.end).with("token", p.src[t.pos:t.end])
}
