package filter

import (
	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/query"
)

// set compiles the ops of fields that hold several ids.
func (l *leaf) set() (query.Expr, error) {
	list, err := l.list()
	if err != nil {
		return nil, err
	}
	withEmpty := false
	given := make([]any, 0, len(list))
	for _, in := range list {
		if blank(in) {
			withEmpty = true
			continue
		}
		given = append(given, in)
	}
	ids, err := l.members(given)
	if err != nil {
		return nil, err
	}
	op := l.op
	if given, ok := l.value.(string); ok && given == "@myDepartment" && op == "eq" {
		op = "hasAny"
	} else if ok && given == "@myDepartment" && op == "ne" {
		op = "hasNone"
	}
	x := l.setOp(op, ids)
	switch {
	case !withEmpty:
		return x, nil
	case op == "in" || op == "hasAny":
		return query.Or{x, l.emptySet(false)}, nil
	case op == "notIn" || op == "hasNone":
		return query.And{x, l.emptySet(true)}, nil
	}
	return nil, l.bad("filter.badValue").With("want", "list")
}

func (l *leaf) setOp(op string, ids []int64) query.Expr {
	if l.f.Type == "link" && l.f.Options.Derived {
		return l.derived(op, ids)
	}
	switch op {
	case "eq":
		return query.SetOp{Field: l.id, Mode: query.SetEq, Vals: ids}
	case "ne":
		return query.Not{X: query.SetOp{Field: l.id, Mode: query.SetEq, Vals: ids}}
	case "hasAll":
		return query.SetOp{Field: l.id, Mode: query.HasAll, Vals: ids}
	case "hasNone", "notIn":
		return query.SetOp{Field: l.id, Mode: query.HasNone, Vals: ids}
	}
	return query.SetOp{Field: l.id, Mode: query.HasAny, Vals: ids}
}

// derived asks the storing side of a link pair.
func (l *leaf) derived(op string, ids []int64) query.Expr {
	from := func(where query.Expr) query.LinkedFrom {
		return query.LinkedFrom{Entity: l.f.Options.Entity, Field: l.f.Options.Inverse, Where: where}
	}
	records := func(ids ...int64) query.Ids {
		out := make(query.Ids, len(ids))
		for i, id := range ids {
			out[i] = schema.RecordID(id)
		}
		return out
	}
	all := query.And{}
	for _, id := range ids {
		all = append(all, from(records(id)))
	}
	switch op {
	case "hasAll":
		return all
	case "eq":
		return append(all, query.Not{X: from(query.Not{X: records(ids...)})})
	case "ne":
		return query.Not{X: append(all, query.Not{X: from(query.Not{X: records(ids...)})})}
	case "hasNone", "notIn":
		x := from(records(ids...))
		x.Neg = true
		return x
	}
	return from(records(ids...))
}

// emptySet asks for an empty set, or for one that is not.
func (l *leaf) emptySet(neg bool) query.Expr {
	if l.f.Type == "link" && l.f.Options.Derived {
		return query.LinkedFrom{Entity: l.f.Options.Entity, Field: l.f.Options.Inverse, Neg: !neg}
	}
	return query.Empty{Field: l.id, Neg: neg}
}

// members reads the ids that a set is compared with.
func (l *leaf) members(list []any) ([]int64, error) {
	many := *l.f
	many.Options.Many = true
	t := l.t
	if l.traits.Kind == schema.KindInt {
		t, _ = field.Of("user")
	}
	isUser := l.traits.System != 0 || l.f.Type == "user" || l.f.Type == "users"
	ids := make([]int64, 0, len(list))
	for _, in := range list {
		if more, ok := l.standing(in, isUser); ok {
			ids = append(ids, more...)
			continue
		}
		if l.f.Type == "multiSelect" {
			v, err := l.choice(in)
			if err != nil {
				return nil, err
			}
			ids = append(ids, v)
			continue
		}
		v, err := t.Parse(&many, in, &l.env.Env)
		if err != nil {
			return nil, l.named(err)
		}
		found, _ := v.([]int64)
		ids = append(ids, l.below(found)...)
	}
	return ids, nil
}

// standing gives the ids that a word such as "@me" stands for.
func (l *leaf) standing(in any, isUser bool) ([]int64, bool) {
	switch {
	case isUser && in == "@me":
		return []int64{int64(l.env.Me)}, true
	case isUser && in == "@myDepartment":
		return l.colleagues(), true
	case l.f.Type == "department" && in == "@myDepartment":
		return l.withBelow(nil, int64(l.env.MyDepartment)), true
	}
	return nil, false
}

// below is what to look for where a value stands for all that lies below it.
func (l *leaf) below(found []int64) []int64 {
	switch {
	case l.f.Type == "cascader" && l.op != "eq" && l.op != "ne" && len(found) > 0:
		return found[len(found)-1:] // records hold the way to it too
	case l.f.Type == "department" && len(found) > 0:
		return l.withBelow(nil, found[0])
	}
	return found
}

// withBelow adds a department and, where the op is not about just that one, those below it.
func (l *leaf) withBelow(ids []int64, dept int64) []int64 {
	if dept == 0 {
		return ids
	}
	if l.env.Tree == nil || l.op != "hasAny" && l.op != "hasNone" {
		return append(ids, dept)
	}
	for _, d := range l.env.Tree(schema.DeptID(dept)) {
		ids = append(ids, int64(d))
	}
	return ids
}

// choice reads a choice of a multiSelect by the rules of option.
func (l *leaf) choice(in any) (int64, error) {
	one := *l
	one.t, _ = field.Of("singleSelect")
	v, err := one.option(in)
	if err != nil {
		return 0, err
	}
	id, _ := v.(int64)
	return id, nil
}
