package filter

import (
	"bytes"
	"encoding/json"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/region"
)

// ByID rewrites the names of fields and choices to ids, so that a saved filter
// survives renaming. It checks shape and limits; Compile checks ops and values.
func ByID(e *schema.Entity, raw json.RawMessage) (json.RawMessage, error) {
	root, err := decode(raw)
	if err != nil || root == nil {
		return nil, err
	}
	if root, err = byID(e, root); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(root); err != nil {
		return nil, malformed("json").Because(err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

func byID(e *schema.Entity, in any) (any, error) {
	n, err := parse(in)
	if err != nil {
		return nil, err
	}
	switch n.kind {
	case kindNot:
		x, err := byID(e, n.list[0])
		return map[string]any{"not": x}, err
	case kindAnd, kindOr:
		out := make([]any, len(n.list))
		for i, child := range n.list {
			if out[i], err = byID(e, child); err != nil {
				return nil, err
			}
		}
		return map[string]any{map[kind]string{kindAnd: "and", kindOr: "or"}[n.kind]: out}, nil
	}
	if n.kind == kindFormula {
		p, err := program(formulaNames{e: e}, n.formula)
		if err != nil {
			return nil, err
		}
		if _, err := p.ToFilter(); err != nil {
			return nil, formulaFault(err)
		}
		return map[string]any{"formula": p.Stored()}, nil
	}
	f := find(e, n.field)
	if f == nil {
		return nil, fail.New(fail.Invalid, "field.unknown").On(n.field)
	}
	out := map[string]any{"field": f.Key, "op": n.op}
	if f.ID > 0 {
		out["field"] = schema.FormatID(schema.PrefixField, f.ID)
	}
	if n.value != nil {
		out["value"] = choiceIDs(f, n.value)
	}
	return out, nil
}

// choiceIDs replaces the names of choices; what it does not know stays.
func choiceIDs(f *schema.Field, in any) any {
	shown, _, ok := field.Shown(f)
	if !ok {
		return in
	}
	one := choiceID
	switch shown.Type {
	case "singleSelect", "multiSelect", "status":
	case "cascader":
		one = nodeID
	default:
		return in
	}
	list, ok := in.([]any)
	if !ok {
		return one(shown, in)
	}
	out := make([]any, len(list))
	for i, e := range list {
		out[i] = one(shown, e)
	}
	return out
}

func choiceID(f *schema.Field, in any) any {
	t, ok := field.Of("singleSelect")
	if !ok {
		return in
	}
	if v, err := t.Parse(f, in, &field.Env{}); err == nil {
		if id, ok := v.(int64); ok {
			return schema.FormatID(schema.PrefixOption, schema.OptionID(id))
		}
	}
	return in
}

// nodeID is choiceID for a node of a tree.
func nodeID(f *schema.Field, in any) any {
	t, ok := field.Of("cascader")
	if !ok {
		return in
	}
	v, err := t.Parse(f, in, &field.Env{})
	path, ok := v.([]int64)
	if err != nil || !ok || len(path) == 0 {
		return in
	}
	if f.Options.Tree == field.TreeChina {
		return region.Format(path[len(path)-1])
	}
	return schema.FormatID(schema.PrefixOption, path[len(path)-1])
}
