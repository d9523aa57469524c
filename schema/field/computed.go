package field

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"tongban/schema"
)

// ListSeparator stands between the texts of a computed list in storage (U+001F).
const ListSeparator = "\x1f"

// maxShown bounds how far a computed field is followed to what it shows.
const maxShown = 16

// Fields that stand for what a computed field gives where no other one does.
var (
	asText    = &schema.Field{Type: "text"}
	asNumber  = &schema.Field{Type: "number"}
	asInteger = &schema.Field{Type: "integer"}
	asBool    = &schema.Field{Type: "checkbox"}
	asTime    = &schema.Field{Type: "dateTime"}
	asUsers   = &schema.Field{Type: "users", Options: schema.Options{Many: true}}
)

// shape says how a computed field keeps and shows its values: as one value of
// a type on a field, or as a list of these.
type shape struct {
	t    Type
	f    *schema.Field
	list listKind
}

type listKind uint8

const (
	single listKind = iota
	joined          // texts joined by ListSeparator
	array           // a JSON array of storage values
)

// shapeOf follows a field to the values it shows; ok is false where they are
// not known, because what they come from is gone.
func shapeOf(f *schema.Field) (shape, bool) { return shapeAt(f, 0) }

func shapeAt(f *schema.Field, depth int) (shape, bool) {
	if f == nil || depth > maxShown {
		return shape{}, false
	}
	switch f.Type {
	case "lookup":
		return lookupShape(f, depth)
	case "rollup":
		return rollupShape(f, depth)
	case "count":
		return shape{t: integer{}, f: asInteger}, true
	case "formula":
		return formulaShape(f)
	case "createdBy", "updatedBy":
		return shape{t: users{}, f: asUsers}, true
	case "createdTime", "updatedTime", "sla":
		return shape{t: dateTime{}, f: asTime}, true
	}
	t, ok := byName[f.Type]
	return shape{t: t, f: f}, ok
}

func formulaShape(f *schema.Field) (shape, bool) {
	if f.Options.Many {
		return shape{t: text{}, f: asText, list: joined}, true
	}
	switch f.Options.Result {
	case "text", "":
		return shape{t: text{}, f: asText}, true
	case "number":
		return shape{t: number{}, f: f}, true
	case "decimal":
		return shape{t: decimal{}, f: f}, true
	case "bool":
		return shape{t: checkbox{}, f: asBool}, true
	case "date":
		return shape{t: date{}, f: f}, true
	case "dateTime":
		return shape{t: dateTime{}, f: f}, true
	}
	return shape{}, false
}

func lookupShape(f *schema.Field, depth int) (shape, bool) {
	s, ok := shapeAt(f.Options.Of, depth+1)
	if !ok || !f.Options.Many || s.list != single || HoldsFiles(s.f) { // lists already
		return s, ok
	}
	switch s.t.(type) {
	case cascader, *cascader:
		s.list = array
		return s, true
	}
	switch s.t.Traits(s.f).Kind {
	case schema.KindSet:
	case schema.KindOption:
		s.t = multiSelect{}
	case schema.KindText:
		s.list = joined
	default:
		s.list = array
	}
	return s, true
}

func rollupShape(f *schema.Field, depth int) (shape, bool) {
	switch f.Options.Op {
	case "count", "countDistinct":
		return shape{t: integer{}, f: asInteger}, true
	case "and", "or":
		return shape{t: checkbox{}, f: asBool}, true
	case "concat":
		return shape{t: text{}, f: asText}, true
	}
	s, ok := shapeAt(f.Options.Of, depth+1)
	if !ok || s.list != single {
		return shape{}, false
	}
	if IsMoney(s.f) { // in its own currency
		c := *s.f
		c.Options.Currencies = nil
		s.f = &c
	}
	kind := s.t.Traits(s.f).Kind
	switch f.Options.Op {
	case "sum":
		return s, kind == schema.KindInt || kind == schema.KindFloat
	case "avg":
		if isDecimal(s.t) || kind == schema.KindFloat {
			return s, true
		}
		return shape{t: number{}, f: asNumber}, kind == schema.KindInt
	case "min", "max":
		return s, s.t.Traits(s.f).Sortable
	}
	return shape{}, false
}

func isDecimal(t Type) bool { return t.Name() == "decimal" || t.Name() == "currency" }

// IsComputed reports that a field's values come from other fields and are
// never written by people.
func IsComputed(f *schema.Field) bool {
	switch f.Type {
	case "lookup", "rollup", "count", "formula", "sla":
		return true
	}
	return false
}

// Edited reports whether people, and what works for them, give a field its
// values, so that their changes stand in the history of its record.
func Edited(f *schema.Field) bool {
	t, ok := byName[f.Type]
	return ok && !IsComputed(f) && !f.Options.Derived && t.Traits(f).System == 0 && t.Traits(f).Kind != 0
}

// Shown returns the field as which a computed field shows and compares its
// values, and its type: itself for every other field. ok is false for a list
// that only knows to be empty or not, and where the source is gone.
func Shown(f *schema.Field) (shown *schema.Field, t Type, ok bool) {
	if !IsComputed(f) {
		t, ok = byName[f.Type]
		return f, t, ok
	}
	s, ok := shapeOf(f)
	if !ok || s.list != single {
		return f, byName[f.Type], false
	}
	c := *s.f
	c.ID, c.Key, c.Name, c.Type = f.ID, f.Key, f.Name, s.t.Name()
	c.Options.Derived = false // what it shows is stored, whatever the source does
	return &c, s.t, true
}

// computed is what the types whose values are computed have in common.
type computed struct{}

func (computed) Traits(f *schema.Field) Traits {
	none := Traits{ReadOnly: true, Ops: opsFilled}
	if f == nil || f.Options.Volatile {
		return none
	}
	s, ok := shapeOf(f)
	if !ok {
		return none
	}
	switch s.list {
	case joined:
		return Traits{Kind: schema.KindText, ReadOnly: true, Searchable: true, Ops: opsJoined}
	case array:
		return Traits{Kind: schema.KindJSON, ReadOnly: true, Ops: opsFilled}
	}
	t := s.t.Traits(s.f)
	t.System, t.ReadOnly, t.MayBeUnique, t.MayBeRequired = 0, true, false, false
	return t
}

func (computed) Parse(f *schema.Field, _ any, _ *Env) (schema.Value, error) {
	return nil, bad(f, "readOnly")
}

func (computed) ParseText(f *schema.Field, _ string, _ *Env) (schema.Value, error) {
	return nil, bad(f, "readOnly")
}

func (computed) AppendJSON(dst []byte, f *schema.Field, v schema.Value, n Names) []byte {
	s, ok := shapeOf(f)
	if !ok || v == nil {
		return appendNull(dst)
	}
	if s.list == single {
		return s.t.AppendJSON(dst, s.f, v, n)
	}
	dst = append(dst, '[')
	for i, one := range s.parts(v) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = s.t.AppendJSON(dst, s.f, one, n)
	}
	return append(dst, ']')
}

func (computed) Text(f *schema.Field, v schema.Value, n Names) string {
	s, ok := shapeOf(f)
	if !ok || v == nil {
		return ""
	}
	if s.list == single {
		return s.t.Text(s.f, v, n)
	}
	var texts []string
	for _, one := range s.parts(v) {
		texts = append(texts, s.t.Text(s.f, one, n))
	}
	return Join(texts)
}

// parts takes a list apart into its values in storage form.
func (s *shape) parts(v schema.Value) []schema.Value {
	var out []schema.Value
	switch list := v.(type) {
	case string:
		for one := range strings.SplitSeq(list, ListSeparator) {
			out = append(out, one)
		}
	case json.RawMessage:
		var raw []json.RawMessage
		if json.Unmarshal(list, &raw) != nil {
			return nil
		}
		kind := s.t.Traits(s.f).Kind
		for _, one := range raw {
			if v := fromRaw(kind, one); v != nil {
				out = append(out, v)
			}
		}
	}
	return out
}

// fromRaw reads one value that toRaw wrote.
func fromRaw(kind schema.Kind, raw json.RawMessage) schema.Value {
	read := func(into any) bool { return json.Unmarshal(raw, into) == nil }
	switch kind {
	case schema.KindText:
		var s string
		if read(&s) {
			return s
		}
	case schema.KindInt, schema.KindTime, schema.KindOption:
		var n int64
		if read(&n) {
			return n
		}
	case schema.KindFloat:
		var x float64
		if read(&x) {
			return x
		}
	case schema.KindBool:
		var b bool
		if read(&b) {
			return b
		}
	case schema.KindSet:
		var ids []int64
		if read(&ids) {
			return ids
		}
	case schema.KindJSON:
		return raw
	}
	return nil
}

// LookupValue makes what a lookup stores of the values of its source, in the
// order of the links: storage form, as records of the source hold them. The
// empty ones are left out.
func LookupValue(f *schema.Field, vals []schema.Value) schema.Value {
	s, ok := shapeOf(f)
	if !ok {
		return nil
	}
	src, ok := shapeAt(f.Options.Of, 1)
	if !ok {
		return nil
	}
	var all []schema.Value
	for _, v := range vals {
		if v == nil {
			continue
		}
		if src.list != single {
			all = append(all, src.parts(v)...)
			continue
		}
		all = append(all, v)
	}
	if len(all) == 0 {
		return nil
	}
	switch {
	case s.list == joined:
		return joinTexts(all)
	case s.list == array:
		return arrayOf(all)
	case s.t.Traits(s.f).Kind == schema.KindSet:
		return setOfAll(all)
	case HoldsFiles(s.f):
		return filesOfAll(all)
	}
	return all[0]
}

func joinTexts(vals []schema.Value) schema.Value {
	texts := make([]string, 0, len(vals))
	for _, v := range vals {
		if s := textOf(v); s != "" {
			texts = append(texts, strings.ReplaceAll(s, ListSeparator, " "))
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return strings.Join(texts, ListSeparator)
}

func arrayOf(vals []schema.Value) schema.Value {
	raw, err := json.Marshal(vals)
	if err != nil || bytes.Equal(raw, []byte("[]")) {
		return nil
	}
	return json.RawMessage(raw)
}

// filesOfAll joins lists of files, each file once.
func filesOfAll(vals []schema.Value) schema.Value {
	var list []storedFile
	for _, v := range vals {
		for _, id := range Files(v) {
			if f := (storedFile{ID: id}); !slices.Contains(list, f) {
				list = append(list, f)
			}
		}
	}
	raw, err := json.Marshal(list)
	if err != nil || len(list) == 0 {
		return nil
	}
	return json.RawMessage(raw)
}

func setOfAll(vals []schema.Value) schema.Value {
	var ids []int64
	seen := map[int64]bool{}
	add := func(id int64) {
		if id != 0 && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, v := range vals {
		switch x := v.(type) {
		case int64:
			add(x)
		case []int64:
			for _, id := range x {
				add(id)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return ids
}
