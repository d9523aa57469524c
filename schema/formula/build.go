package formula

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tongban/schema"
)

// eval computes one part of a formula.
type eval func(c *ctx) Value

// ctx is the state of one evaluation.
type ctx struct {
	env   *Env
	row   Row
	zone  *time.Location
	steps int
	draws uint64 // random numbers drawn so far
	stack []Value
}

var contexts = sync.Pool{New: func() any { return &ctx{stack: make([]Value, 0, 32)} }}

var noEnv Env

// Eval computes the formula for one record. It never panics, and ends with
// ErrLimit what would be too much work. Both arguments may be nil.
func (p *Program) Eval(env *Env, row Row) Value {
	c := newContext(env, row)
	if p.quick != nil {
		if v, ok := p.quick(c); ok {
			c.free()
			return v
		}
		c.steps, c.draws = MaxSteps, 0
	}
	v := p.conform(c, p.root.run(c))
	c.free()
	return v
}

func newContext(env *Env, row Row) *ctx {
	c, ok := contexts.Get().(*ctx)
	if !ok {
		c = &ctx{}
	}
	if env == nil {
		env = &noEnv
	}
	if row == nil {
		row = noRow{}
	}
	c.env, c.row, c.zone, c.steps, c.draws = env, row, env.Zone, MaxSteps, 0
	if c.zone == nil {
		c.zone = time.UTC
	}
	return c
}

func (c *ctx) free() {
	c.stack, c.env, c.row = c.stack[:0], nil, nil
	if cap(c.stack) <= 64 { // what is left in it is little, and not for long
		contexts.Put(c)
	}
}

// spend takes n from the budget and reports whether there was enough.
func (c *ctx) spend(n int) bool {
	c.steps -= n
	return c.steps >= 0
}

// noRow is a record without values.
type noRow struct{}

func (noRow) Value(schema.FieldID) Value { return Value{} }
func (noRow) ID() schema.RecordID        { return 0 }
func (noRow) CreatedAt() int64           { return 0 }
func (noRow) UpdatedAt() int64           { return 0 }

func (noRow) ChangedAt(schema.FieldID) int64 { return 0 }

// Compile reads a formula: its errors are of type *Error.
func Compile(src string, in Names) (*Program, error) {
	root, refs, err := parse(src, in)
	if err != nil {
		return nil, err
	}
	k := &checker{src: src, names: in}
	if err := k.check(root); err != nil {
		return nil, err
	}
	build(root)
	p := &Program{src: src, stored: storedForm(src, refs), root: root, volatile: k.volatile}
	for _, r := range refs {
		if !slices.Contains(p.fields, r.field) {
			p.fields = append(p.fields, r.field)
		}
	}
	p.typ = root.typ
	if p.typ.Kind == kindMixed {
		p.typ = Type{Kind: KindText, List: p.typ.List}
	}
	p.conform = conformer(p.typ)
	p.quick = quick(root)
	return p, nil
}

// storedForm writes ids in the place of names.
func storedForm(src string, refs []ref) string {
	slices.SortFunc(refs, func(a, b ref) int { return a.pos - b.pos })
	var b strings.Builder
	at := 0
	for _, r := range refs {
		b.WriteString(src[at:r.pos])
		b.WriteString("{" + formatField(r.field) + "}")
		at = r.end
	}
	return b.String() + src[at:]
}

// formatField writes a field id; those of the engine, which are negative, too.
func formatField(f schema.FieldID) string {
	if f > 0 {
		return schema.FormatID(schema.PrefixField, f)
	}
	return schema.PrefixField + strconv.Itoa(int(f))
}

// Print gives stored source with the current names of its fields. A field that
// is gone, or whose name means another, keeps its id.
func Print(stored string, in Names) string {
	tokens, err := lex(stored)
	if err != nil || in == nil {
		return stored
	}
	var b strings.Builder
	at := 0
	for _, t := range tokens {
		if t.kind != tokField {
			continue
		}
		id, _, ok := in.FieldNamed(t.text)
		if !ok {
			continue
		}
		name, ok := in.Name(id)
		if !ok || name != strings.TrimSpace(name) || name == "" {
			continue
		}
		if back, _, ok := in.FieldNamed(name); !ok || back != id {
			continue
		}
		b.WriteString(stored[at:t.pos])
		b.WriteString("{" + braced.Replace(name) + "}")
		at = t.end
	}
	return b.String() + stored[at:]
}

// braced keeps a name whole between braces.
var braced = strings.NewReplacer(`\`, `\\`, `}`, `\}`, "\uff5d", "\\\uff5d")

// build makes the closures of a checked tree, from the leaves up.
func build(n *node) {
	for _, a := range n.args {
		build(a)
	}
	switch n.op {
	case opLit:
		v := n.val
		n.run = func(*ctx) Value { return v }
	case opField:
		f := n.field
		n.run = func(c *ctx) Value { return c.row.Value(f) }
	case opGroup:
		n.run = n.args[0].run
	case opNegate:
		x := n.args[0].run
		n.run = func(c *ctx) Value { return arith(c, "-", Number(0), x(c)) }
		if l := n.args[0]; l.op == opLit && l.val.kind == KindNumber {
			v := Number(-l.val.Float())
			n.run = func(*ctx) Value { return v }
		}
	case opBinary:
		n.run = binary(n)
	case opCall:
		if lazy := lazies[n.name]; lazy != nil {
			n.run = lazy(n.args)
			return
		}
		n.run = callOf(n)
	}
}

// callOf evaluates the arguments, makes of them what the parameters want, and
// calls the function. Errors pass through.
func callOf(n *node) eval {
	fn, do, args := n.fn, functions[n.name], n.args
	params := make([]wanted, len(args))
	for i := range args {
		params[i] = wants[fn.param(i).Type]
	}
	return func(c *ctx) Value {
		base := len(c.stack)
		for i, a := range args {
			v := a.run(c)
			if v.kind != kindError {
				v = c.coerce(v, params[i])
			}
			if v.kind == kindError || v.kind == KindAny && (params[i] == wantDate) {
				c.stack = c.stack[:base]
				return v
			}
			if c.steps -= 1 + len(v.s)>>5; v.kind == kindList {
				c.steps -= len(*v.list)
			}
			c.stack = append(c.stack, v)
		}
		if c.steps < 0 {
			c.stack = c.stack[:base]
			return Failed(ErrLimit)
		}
		v := do(c, c.stack[base:len(c.stack):len(c.stack)])
		c.stack = c.stack[:base]
		if len(v.s) > MaxText && v.kind == KindText {
			return Failed(ErrLimit)
		}
		return v
	}
}

// wanted is what a parameter takes.
type wanted uint8

const (
	wantAny wanted = iota // lists too, as they are
	wantText
	wantNumber
	wantDate
	wantBool
)

var wants = map[string]wanted{"any": wantAny, "list": wantAny, "text": wantText, "number": wantNumber, "date": wantDate, "bool": wantBool}

// coerce makes a value what a parameter wants.
func (c *ctx) coerce(v Value, want wanted) Value {
	if want == wantAny || want == wantText && v.kind == KindText || want == wantNumber && v.kind == KindNumber {
		return v
	}
	if v.kind == kindList {
		if v = c.single(v); v.kind == kindError {
			return v
		}
	}
	switch want {
	case wantText:
		return Text(c.text(v))
	case wantNumber:
		return numeric(v)
	case wantDate:
		return c.date(v)
	case wantBool:
		return Bool(truthy(v))
	}
	return v
}
