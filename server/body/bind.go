package body

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"tongban/schema/fail"
)

// MaxText is how long, in bytes, a string may be that has no limit of its own
// in a max tag.
const MaxText = 10_000

// Opt is a member that may be absent, null or given.
type Opt[T any] struct {
	Set  bool // it was there, null or not
	Null bool
	V    T
}

func (o *Opt[T]) bind(n *Node, path string) error {
	o.Set, o.Null = true, n.kind == null
	if o.Null {
		return nil
	}
	return assign(reflect.ValueOf(&o.V).Elem(), n, path, MaxText)
}

type binder interface{ bind(*Node, string) error }

// Bind reads a document into the struct that into points to, whose members
// have json tags. A member may carry `max:"100"`: the most bytes of a string or
// items of a list. Types any and map[string]any take everything; numbers in
// them are json.Number.
func Bind(in []byte, into any) error {
	n, err := Parse(in)
	if err != nil {
		return err
	}
	return n.Into(into)
}

// Into is Bind for a parsed value.
func (n *Node) Into(into any) error {
	return assign(reflect.ValueOf(into).Elem(), n, "", MaxText)
}

func wrong(n *Node, path, want string) error {
	return fail.New(fail.Invalid, "json.type").With("want", want).With("got", n.kind.String()).On(path)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

var rawType = reflect.TypeFor[json.RawMessage]()

func assign(v reflect.Value, n *Node, path string, limit int) error {
	if b, ok := reflect.TypeAssert[binder](v.Addr()); ok {
		return b.bind(n, path)
	}
	if v.Type() == rawType {
		v.SetBytes(bytes.Clone(n.raw)) // the input is the caller's again when Bind returns
		return nil
	}
	switch v.Kind() {
	case reflect.Interface:
		if n.kind != null {
			v.Set(reflect.ValueOf(n.Any()))
		}
		return nil
	case reflect.Pointer:
		if n.kind == null {
			return nil
		}
		v.Set(reflect.New(v.Type().Elem()))
		return assign(v.Elem(), n, path, limit)
	case reflect.Struct:
		return assignStruct(v, n, path)
	case reflect.Slice:
		return assignSlice(v, n, path, limit)
	case reflect.Map:
		return assignMap(v, n, path, limit)
	}
	return assignScalar(v, n, path, limit)
}

func assignScalar(v reflect.Value, n *Node, path string, limit int) error {
	switch v.Kind() {
	case reflect.String:
		if n.kind != text {
			return wrong(n, path, "string")
		}
		if len(n.str) > limit {
			return fail.New(fail.Invalid, "text.long").With("max", limit).On(path)
		}
		v.SetString(n.str)
	case reflect.Bool:
		if n.kind != boolean {
			return wrong(n, path, "boolean")
		}
		v.SetBool(n.str == "true")
	case reflect.Int, reflect.Int64, reflect.Int32:
		i, err := strconv.ParseInt(n.str, 10, v.Type().Bits())
		if n.kind != number || err != nil {
			return wrong(n, path, "integer")
		}
		v.SetInt(i)
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.str, 64)
		if n.kind != number || err != nil {
			return wrong(n, path, "number")
		}
		v.SetFloat(f)
	default:
		return wrong(n, path, v.Kind().String())
	}
	return nil
}

func assignSlice(v reflect.Value, n *Node, path string, limit int) error {
	if n.kind == null {
		return nil
	}
	if n.kind != array {
		return wrong(n, path, "array")
	}
	if len(n.kids) > limit {
		return fail.New(fail.Invalid, "list.long").With("max", limit).On(path)
	}
	out := reflect.MakeSlice(v.Type(), len(n.kids), len(n.kids))
	for i := range n.kids {
		if err := assign(out.Index(i), &n.kids[i], join(path, strconv.Itoa(i)), MaxText); err != nil {
			return err
		}
	}
	v.Set(out)
	return nil
}

func assignMap(v reflect.Value, n *Node, path string, limit int) error {
	if n.kind == null {
		return nil
	}
	if n.kind != object {
		return wrong(n, path, "object")
	}
	if len(n.kids) > limit {
		return fail.New(fail.Invalid, "list.long").With("max", limit).On(path)
	}
	out := reflect.MakeMapWithSize(v.Type(), len(n.kids))
	elem := v.Type().Elem()
	for i := range n.kids {
		e := reflect.New(elem).Elem()
		if err := assign(e, &n.kids[i], join(path, n.keys[i]), MaxText); err != nil {
			return err
		}
		out.SetMapIndex(reflect.ValueOf(n.keys[i]).Convert(v.Type().Key()), e)
	}
	v.Set(out)
	return nil
}

type member struct {
	index int
	limit int
}

var plans sync.Map // reflect.Type → map[string]member

func planOf(t reflect.Type) map[string]member {
	if known, ok := plans.Load(t); ok {
		if p, ok := known.(map[string]member); ok {
			return p
		}
	}
	p := make(map[string]member, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		m := member{index: i, limit: MaxText}
		if most, err := strconv.Atoi(t.Field(i).Tag.Get("max")); err == nil {
			m.limit = most
		}
		p[name] = m
	}
	plans.Store(t, p)
	return p
}

func assignStruct(v reflect.Value, n *Node, path string) error {
	if n.kind != object {
		return wrong(n, path, "object")
	}
	plan := planOf(v.Type())
	for i := range n.kids {
		at := join(path, n.keys[i])
		m, ok := plan[n.keys[i]]
		if !ok {
			return fail.New(fail.Invalid, "json.unknownField").On(at)
		}
		if err := assign(v.Field(m.index), &n.kids[i], at, m.limit); err != nil {
			return err
		}
	}
	return nil
}
