package catalog

import (
	"bytes"
	"encoding/json"
	"slices"

	"tongban/runtime/access"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/filter"
)

// inScopes refuses a conversion that would change who may see which records.
func (s *Snapshot) inScopes(e *schema.Entity, f, to *schema.Field) error {
	after := copyFields(e)
	for i := range after.Fields {
		if after.Fields[i].ID == f.ID {
			after.Fields[i] = *to
		}
	}
	moved := access.OwnerField(e, 0) != access.OwnerField(after, 0)
	name := schema.FormatID(schema.PrefixField, f.ID)
	for _, r := range s.Roles() {
		for _, g := range r.Grants {
			sc := g.Scope
			if g.Entity != e.ID || sc.Kind == "all" || sc.Kind == "" {
				continue
			}
			bad := false
			if sc.Kind == "filter" {
				if slices.Contains(filter.Fields(sc.Filter), name) {
					_, err := filter.Compile(after, sc.Filter, &filter.Env{})
					bad = err != nil
				}
			} else {
				bad = sc.Owner == f.ID && to.Type != f.Type || sc.Owner == 0 && moved
			}
			if bad {
				return fail.New(fail.Invalid, "convert.inScope").On("type").With("role", r.Name).With("name", f.Name)
			}
		}
	}
	return nil
}

// refitAll makes views and conditions fit a field that has another type now,
// and the lookups that show it.
func (x *edits) refitAll(r Ref) error {
	all := x.overlay()
	changed := x.shownAnew(all, r)
	for _, c := range changed {
		if err := x.refit(all[c.Entity], c.was, c.now); err != nil {
			return err
		}
	}
	_, err := x.conditions(all, changed)
	return err
}

// refit makes the views of an entity fit a field that has another type now.
func (x *edits) refit(e *schema.Entity, was, now *schema.Field) error {
	t, ok := field.Of(now.Type)
	if !ok {
		return nil
	}
	traits := t.Traits(now)
	name := schema.FormatID(schema.PrefixField, now.ID)
	for _, old := range x.snap.byEntity[e.ID] {
		if x.views[old.ID] != nil {
			old = x.views[old.ID]
		}
		v := *old
		drop := func(list []schema.ViewSort, fits bool) []schema.ViewSort {
			if fits {
				return list
			}
			return slices.DeleteFunc(slices.Clone(list), func(k schema.ViewSort) bool { return k.Field == now.ID })
		}
		v.Sort, v.Group = drop(v.Sort, traits.Sortable), drop(v.Group, traits.Groupable)
		if slices.Contains(filter.Fields(v.Filter), name) {
			raw, err := refitFilter(e, v.Filter, name, was, now)
			if err != nil {
				return err
			}
			v.Filter = raw
		}
		if len(v.Sort) != len(old.Sort) || len(v.Group) != len(old.Group) || !bytes.Equal(v.Filter, old.Filter) {
			x.views[v.ID] = &v
		}
	}
	return nil
}

// refitFilter converts the conditions on a field; those that mean nothing for
// the new type are dropped.
func refitFilter(e *schema.Entity, raw json.RawMessage, name string, was, now *schema.Field) (json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var root any
	if err := d.Decode(&root); err != nil {
		return nil, fail.New(fail.Invalid, "filter.invalid").On("filter").Because(err)
	}
	root = refitNode(e, root, name, was, now)
	if root == nil {
		return nil, nil
	}
	out, err := json.Marshal(root)
	if err != nil {
		return nil, fail.New(fail.Invalid, "filter.invalid").On("filter").Because(err)
	}
	return out, nil
}

func refitNode(e *schema.Entity, node any, name string, was, now *schema.Field) any {
	m, ok := node.(map[string]any)
	if !ok {
		return nil
	}
	if _, isLeaf := m["field"]; isLeaf {
		if m["field"] != name {
			return m
		}
		return refitLeaf(e, m, was, now)
	}
	if _, isFormula := m["formula"]; isFormula {
		raw, err := json.Marshal(m)
		if err != nil {
			return nil
		}
		if _, err := filter.Compile(e, raw, &filter.Env{}); err != nil {
			return nil
		}
		return m
	}
	for _, op := range []string{"and", "or"} {
		list, ok := m[op].([]any)
		if !ok {
			continue
		}
		rest := []any{}
		for _, child := range list {
			if child = refitNode(e, child, name, was, now); child != nil {
				rest = append(rest, child)
			}
		}
		if len(rest) == 0 && len(list) > 0 {
			return nil
		}
		m[op] = rest
	}
	if inner, ok := m["not"]; ok {
		if m["not"] = refitNode(e, inner, name, was, now); m["not"] == nil {
			return nil
		}
	}
	return m
}

// asks are the conditions that ask the same of one value and of a set.
var asks = map[string]string{"eq": "hasAny", "in": "hasAny", "ne": "hasNone", "notIn": "hasNone", "hasAny": "in", "hasNone": "notIn"}

func refitLeaf(e *schema.Entity, m map[string]any, was, now *schema.Field) any {
	fits := func(leaf map[string]any) bool {
		raw, err := json.Marshal(leaf)
		if err != nil {
			return false
		}
		_, err = filter.Compile(e, raw, &filter.Env{})
		return err == nil
	}
	shown := refitValue(m["value"], was, now)
	ops := []any{m["op"]}
	if op, ok := m["op"].(string); ok && asks[op] != "" {
		ops = append(ops, asks[op])
		if op == "hasAny" {
			ops = append(ops, "eq")
		}
	}
	for _, op := range ops {
		leaf := map[string]any{"field": m["field"], "op": op}
		for _, v := range []any{shown, listed(shown), first(shown)} {
			if v != nil {
				leaf["value"] = v
			}
			if fits(leaf) {
				return leaf
			}
		}
	}
	return nil
}

func listed(v any) any {
	if v == nil {
		return nil
	}
	if _, ok := v.([]any); ok {
		return v
	}
	return []any{v}
}

func first(v any) any {
	if list, ok := v.([]any); ok && len(list) == 1 {
		return list[0]
	}
	return v
}

// refitValue turns choice ids into names where the new type has no such choices,
// and names into the ids of those that it has.
func refitValue(v any, was, now *schema.Field) any {
	if list, ok := v.([]any); ok {
		out := make([]any, len(list))
		for i := range list {
			out[i] = refitValue(list[i], was, now)
		}
		return out
	}
	s, ok := v.(string)
	if !ok {
		return v
	}
	if id, ok := schema.ParseID[schema.OptionID](schema.PrefixOption, s); ok {
		for _, c := range was.Options.Choices {
			if c.ID == id {
				s = c.Name
			}
		}
	}
	for _, c := range now.Options.Choices {
		if c.Name == s && !c.Deleted {
			return schema.FormatID(schema.PrefixOption, c.ID)
		}
	}
	return s
}

// Asks says whether a view filters, sorts or groups by a field.
func Asks(v *schema.View, id schema.FieldID) bool {
	by := func(k schema.ViewSort) bool { return k.Field == id }
	return slices.ContainsFunc(v.Sort, by) || slices.ContainsFunc(v.Group, by) ||
		slices.Contains(filter.Fields(v.Filter), schema.FormatID(schema.PrefixField, id))
}
