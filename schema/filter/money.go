package filter

import (
	"strings"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/query"
)

// money compiles a condition on amounts of several currencies: compared is what
// they are worth in the field's own currency; hasAny and hasNone ask for currencies.
func (l *leaf) money(e *schema.Entity) (query.Expr, error) {
	switch l.op {
	case "isEmpty", "isNotEmpty":
		return l.compile()
	case "hasAny", "hasNone":
		l.id = e.Place(l.id, schema.ShadowCode)
		return l.currencies()
	}
	base, ok := field.InBase(l.f)
	if !ok {
		return nil, l.bad("filter.badOp")
	}
	money, ops := l.f, l.traits.Ops
	l.id = e.Place(l.id, schema.ShadowBase)
	l.f, l.traits = base, l.t.Traits(base)
	l.traits.Ops = ops
	l.worth = func(in any) (schema.Value, error) {
		env := l.env.Env
		env.Typecast = true
		v, err := l.t.Parse(money, in, &env)
		if err == nil {
			err = field.CheckWorth(money, v, env.Rate)
		}
		if err != nil {
			return nil, err
		}
		return field.Worth(base, v, env.Rate), nil
	}
	return l.compile()
}

// currencies asks for amounts in some currencies, or in none of them.
func (l *leaf) currencies() (query.Expr, error) {
	list, err := l.list()
	if err != nil {
		return nil, err
	}
	x := query.In{Field: l.id, Neg: l.op == "hasNone"}
	for _, in := range list {
		code, ok := in.(string)
		if !ok {
			return nil, fail.New(fail.Invalid, "field.badCurrency").On(l.name)
		}
		x.Vals = append(x.Vals, strings.ToUpper(code))
	}
	return x, nil
}
