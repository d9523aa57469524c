package filter

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"tongban/schema/fail"
)

type kind uint8

const (
	kindLeaf kind = iota
	kindAnd
	kindOr
	kindNot
	kindFormula
)

// node is one decoded object of a filter.
type node struct {
	kind      kind
	list      []any // and, or, not
	field, op string
	formula   string
	value     any
}

func malformed(why string) *fail.Error {
	return fail.New(fail.Invalid, "filter.malformed").On("filter").With("reason", why)
}

// decode checks the limits and decodes; nil means no filter.
func decode(raw json.RawMessage) (any, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return nil, nil //nolint:nilnil // no filter is no error
	}
	if len(raw) > MaxBytes {
		return nil, fail.New(fail.Invalid, "filter.tooLarge").On("filter").With("max", MaxBytes)
	}
	// A leaf's list of values is one level below its object.
	if depth(raw) > 2*MaxDepth+1 {
		return nil, fail.New(fail.Invalid, "filter.tooDeep").On("filter").With("max", MaxDepth)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var root any
	if err := d.Decode(&root); err != nil {
		return nil, malformed("json")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, malformed("json")
	}
	if root == nil {
		return nil, nil //nolint:nilnil // no filter is no error
	}
	leaves := 0
	if err := count(root, 1, &leaves); err != nil {
		return nil, err
	}
	return root, nil
}

// depth is how deep brackets are nested in a JSON text.
func depth(raw []byte) int {
	deepest, now, inString := 0, 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// count checks the depth in nodes and the number of leaves.
func count(in any, level int, leaves *int) error {
	if level > MaxDepth {
		return fail.New(fail.Invalid, "filter.tooDeep").On("filter").With("max", MaxDepth)
	}
	n, err := parse(in)
	if err != nil {
		return err
	}
	if n.kind == kindLeaf || n.kind == kindFormula {
		if *leaves++; *leaves > MaxLeaves {
			return fail.New(fail.Invalid, "filter.tooMany").On("filter").With("max", MaxLeaves)
		}
		return nil
	}
	for _, child := range n.list {
		if err := count(child, level+1, leaves); err != nil {
			return err
		}
	}
	return nil
}

// parse reads the shape of one object.
func parse(in any) (node, error) {
	obj, ok := in.(map[string]any)
	if !ok {
		return node{}, malformed("object")
	}
	if src, ok := obj["formula"]; ok {
		text, isText := src.(string)
		if !isText || len(obj) != 1 {
			return node{}, malformed("formula")
		}
		return node{kind: kindFormula, formula: text}, nil
	}
	for name, k := range map[string]kind{"and": kindAnd, "or": kindOr, "not": kindNot} {
		child, ok := obj[name]
		if !ok {
			continue
		}
		if len(obj) != 1 {
			return node{}, malformed("mixed")
		}
		if k == kindNot {
			return node{kind: k, list: []any{child}}, nil
		}
		list, ok := child.([]any)
		if !ok {
			return node{}, malformed("list")
		}
		return node{kind: k, list: list}, nil
	}
	return parseLeaf(obj)
}

func parseLeaf(obj map[string]any) (node, error) {
	var n node
	for key, v := range obj {
		var ok bool
		switch key {
		case "field":
			n.field, ok = v.(string)
		case "op":
			n.op, ok = v.(string)
		case "value":
			n.value, ok = v, true
		}
		if !ok {
			return node{}, malformed("key").With("key", shown(key))
		}
	}
	if n.field == "" || n.op == "" {
		return node{}, malformed("leaf")
	}
	return n, nil
}

// shown cuts what an error message repeats.
func shown(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60])
	}
	return s
}

// Fields returns the fields that a filter names, as it names them, each once.
// What cannot be read as a filter names none.
func Fields(raw json.RawMessage) []string {
	root, err := decode(raw)
	if err != nil || root == nil {
		return nil
	}
	var names []string
	seen := map[string]bool{}
	visit(root, func(n node) {
		list := []string{n.field}
		if n.kind == kindFormula {
			list = formulaFields(n.formula)
		}
		for _, name := range list {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	})
	return names
}

// visit calls fn for each leaf, in the order of the text's lists.
func visit(in any, fn func(node)) {
	n, err := parse(in)
	if err != nil {
		return
	}
	if n.kind == kindLeaf || n.kind == kindFormula {
		fn(n)
		return
	}
	for _, child := range n.list {
		visit(child, fn)
	}
}
