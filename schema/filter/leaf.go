package filter

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/query"
)

// leaf is one condition while it is compiled.
type leaf struct {
	env    *Env
	f      *schema.Field
	t      field.Type
	traits field.Traits
	id     schema.FieldID // in storage
	op     string
	value  any
	name   string // as the filter names the field
	// worth reads what an amount is compared with, where the field has several currencies.
	worth func(in any) (schema.Value, error)
}

func (l *leaf) bad(code string) *fail.Error {
	return fail.New(fail.Invalid, code).On(l.name).With("op", shown(l.op))
}

func (l *leaf) compile() (query.Expr, error) {
	if !slices.Contains(l.traits.Ops, l.op) {
		return nil, l.bad("filter.badOp")
	}
	switch l.op {
	case "isEmpty", "isNotEmpty":
		return l.empty(), nil
	case "eq", "ne":
		if blank(l.value) {
			return l.empty(), nil
		}
	}
	switch l.traits.Kind {
	case schema.KindSet:
		return l.set()
	case schema.KindTime:
		return l.time()
	case schema.KindText:
		if x, ok, err := l.text(); ok || err != nil {
			return x, err
		}
	}
	return l.scalar()
}

func blank(v any) bool { return v == nil || v == "" }

// empty asks for emptiness, or for its opposite, as the op says.
func (l *leaf) empty() query.Expr {
	neg := l.op == "isNotEmpty" || l.op == "ne"
	if l.f.Type == "link" && l.f.Options.Derived {
		return query.LinkedFrom{Entity: l.f.Options.Entity, Field: l.f.Options.Inverse, Neg: !neg}
	}
	return query.Empty{Field: l.id, Neg: neg}
}

// text compiles the ops that look inside a text; ok is false for other ops.
func (l *leaf) text() (x query.Expr, ok bool, err error) {
	op := query.TextOp{Field: l.id}
	switch l.op {
	case "contains":
		op.Mode = query.Contains
	case "notContains":
		op.Mode, op.Neg = query.Contains, true
	case "startsWith":
		op.Mode = query.Prefix
	case "endsWith":
		op.Mode = query.Suffix
	default:
		return nil, false, nil
	}
	if op.Val, err = l.plain(l.value); err != nil {
		return nil, false, err
	}
	return op, true, nil
}

// plain reads a text to compare with.
func (l *leaf) plain(in any) (string, error) {
	s, ok := in.(string)
	if !ok {
		return "", l.bad("filter.badValue").With("want", "text")
	}
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 || len(s) > 4*field.MaxText || utf8.RuneCountInString(s) > field.MaxText {
		return "", l.bad("filter.badValue").With("want", "text")
	}
	return s, nil
}

// scalar compiles comparisons of one value.
func (l *leaf) scalar() (query.Expr, error) {
	switch l.op {
	case "in", "hasAny":
		return l.in(false)
	case "notIn", "hasNone":
		return l.in(true)
	case "between":
		return l.between(func(lo, hi any) (query.Expr, error) {
			var x query.And
			for _, side := range []struct {
				in any
				op query.CmpOp
			}{{lo, query.Ge}, {hi, query.Le}} {
				if side.in == nil {
					continue
				}
				v, err := l.one(side.in)
				if err != nil {
					return nil, err
				}
				x = append(x, query.Cmp{Field: l.id, Op: side.op, Val: v})
			}
			return x, nil
		})
	}
	v, err := l.one(l.value)
	if err != nil {
		return nil, err
	}
	return query.Cmp{Field: l.id, Op: cmpOps[l.op], Val: v}, nil
}

var cmpOps = map[string]query.CmpOp{"eq": query.Eq, "ne": query.Ne, "gt": query.Gt, "gte": query.Ge, "lt": query.Lt, "lte": query.Le}

// between reads [from, to]; with both sides open it asks for a value.
func (l *leaf) between(build func(lo, hi any) (query.Expr, error)) (query.Expr, error) {
	pair, ok := l.value.([]any)
	if !ok || len(pair) != 2 {
		return nil, l.bad("filter.badValue").With("want", "pair")
	}
	if pair[0] == nil && pair[1] == nil {
		return query.Empty{Field: l.id, Neg: true}, nil
	}
	return build(pair[0], pair[1])
}

// list reads the values of in and its like; a bare value is a list of one.
func (l *leaf) list() ([]any, error) {
	list, ok := l.value.([]any)
	if !ok {
		if l.value == nil {
			return nil, l.bad("filter.badValue").With("want", "list")
		}
		list = []any{l.value}
	}
	if len(list) > MaxList {
		return nil, l.bad("filter.tooManyValues").With("max", MaxList)
	}
	return list, nil
}

// in compiles a list of values; a null in it asks for emptiness too.
func (l *leaf) in(neg bool) (query.Expr, error) {
	list, err := l.list()
	if err != nil {
		return nil, err
	}
	x := query.In{Field: l.id, Neg: neg}
	withEmpty := false
	for _, in := range list {
		if blank(in) {
			withEmpty = true
			continue
		}
		vals, err := l.several(in)
		if err != nil {
			return nil, err
		}
		x.Vals = append(x.Vals, vals...)
	}
	switch {
	case withEmpty && neg:
		return query.And{x, query.Empty{Field: l.id, Neg: true}}, nil
	case withEmpty:
		return query.Or{x, query.Empty{Field: l.id}}, nil
	}
	return x, nil
}

// several is one, but "@myDepartment" stands for many users.
func (l *leaf) several(in any) ([]schema.Value, error) {
	if in == "@myDepartment" && l.traits.Kind == schema.KindInt && l.traits.System != 0 {
		var vals []schema.Value
		for _, u := range l.colleagues() {
			vals = append(vals, u)
		}
		return vals, nil
	}
	v, err := l.one(in)
	return []schema.Value{v}, err
}

// one reads a value to compare with, in storage form and never empty.
func (l *leaf) one(in any) (schema.Value, error) {
	switch l.traits.Kind {
	case schema.KindText:
		return l.oneText(in)
	case schema.KindOption:
		return l.option(in)
	case schema.KindInt:
		if l.traits.System != 0 {
			return l.userID(in)
		}
	}
	// Comparing with a number beyond what the field would take is no mistake.
	loose := *l.f
	loose.Options.Min, loose.Options.Max = nil, nil
	t := l.t
	if loose.Type == "rating" {
		zero := 0
		loose.Options.Scale = &zero
		t, _ = field.Of("decimal")
	}
	env := l.env.Env
	env.Typecast = true
	read := l.worth
	if read == nil {
		read = func(in any) (schema.Value, error) { return t.Parse(&loose, in, &env) }
	}
	v, err := read(in)
	if err != nil {
		return nil, l.named(err)
	}
	if v == nil {
		return nil, l.bad("filter.badValue").With("want", "value")
	}
	return v, nil
}

// normal are the types whose texts have one kept spelling.
var normal = []string{"phone", "idCard", "uuid"}

// oneText reads a text; a phone number in any spelling finds the kept one.
func (l *leaf) oneText(in any) (schema.Value, error) {
	s, err := l.plain(in)
	if err != nil {
		return nil, err
	}
	if slices.Contains(normal, l.f.Type) {
		if v, err := l.t.ParseText(l.f, s, &l.env.Env); err == nil && v != nil {
			return v, nil
		}
	}
	return s, nil
}

// option reads a choice. The id of one that is gone is kept: it matches nothing,
// and a saved filter does not break.
func (l *leaf) option(in any) (schema.Value, error) {
	v, err := l.t.Parse(l.f, in, &l.env.Env)
	if err == nil && v != nil {
		return v, nil
	}
	if s, ok := in.(string); ok {
		if id, ok := schema.ParseID[schema.OptionID](schema.PrefixOption, s); ok {
			return int64(id), nil
		}
	}
	if err == nil {
		return nil, l.bad("filter.badValue").With("want", "choice")
	}
	return nil, l.named(err)
}

// userID reads a user for the fields that the engine keeps.
func (l *leaf) userID(in any) (schema.Value, error) {
	ids, err := l.members([]any{in})
	if err != nil {
		return nil, err
	}
	if len(ids) != 1 {
		return nil, l.bad("filter.badValue").With("want", "user")
	}
	return ids[0], nil
}

// colleagues are the members of the caller's department.
func (l *leaf) colleagues() []int64 {
	if l.env.Members == nil || l.env.MyDepartment == 0 {
		return nil
	}
	users := l.env.Members(l.env.MyDepartment)
	ids := make([]int64, len(users))
	for i, u := range users {
		ids[i] = int64(u)
	}
	return ids
}

// named makes an error name the field as the filter does.
func (l *leaf) named(err error) error {
	if e := fail.Of(err); e != nil {
		return e.On(l.name)
	}
	return err
}
