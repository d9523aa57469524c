package mongo

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/textkey"
)

// A value is stored under its field's id and a letter for its kind, such as
// "12t". So a field that changes its kind begins empty, and a document can be
// read without its shape.
var letters = map[schema.Kind]byte{
	schema.KindText: 't', schema.KindInt: 'i', schema.KindFloat: 'f', schema.KindBool: 'b',
	schema.KindTime: 'd', schema.KindOption: 'o', schema.KindSet: 's', schema.KindJSON: 'j',
}

var kinds = map[byte]schema.Kind{
	't': schema.KindText, 'i': schema.KindInt, 'f': schema.KindFloat, 'b': schema.KindBool,
	'd': schema.KindTime, 'o': schema.KindOption, 's': schema.KindSet, 'j': schema.KindJSON,
}

// maxTokens is how many grams a record keeps; one with more carries overflow
// instead, and every search looks at it.
const (
	maxTokens = 512
	overflow  = "*"
)

func nameOf(id schema.FieldID, k schema.Kind) string {
	return strconv.Itoa(int(id)) + string(letters[k])
}

// parseName takes a stored name apart.
func parseName(name string) (schema.FieldID, schema.Kind, bool) {
	if len(name) < 2 {
		return 0, 0, false
	}
	k, ok := kinds[name[len(name)-1]]
	id, err := strconv.ParseInt(name[:len(name)-1], 10, 32)
	return schema.FieldID(id), k, ok && err == nil
}

// keyName names what a field is put into order by: its sort key, else its value.
func keyName(f *store.FieldShape) string {
	if f.Kind == schema.KindText {
		switch f.SortKey {
		case store.SortPinyin:
			return strconv.Itoa(int(f.ID)) + "p"
		case store.SortNatural:
			return strconv.Itoa(int(f.ID)) + "n"
		}
	}
	return nameOf(f.ID, f.Kind)
}

func hasKey(f *store.FieldShape) bool {
	return f.Kind == schema.KindText && f.SortKey != store.SortRaw
}

// orderKey is the value by which a field's value is put into order.
func orderKey(f *store.FieldShape, v schema.Value) schema.Value {
	s, ok := v.(string)
	if !ok || !hasKey(f) {
		return v
	}
	return f.SortKey.Of(s)
}

// stored are the values of a record by their stored names.
type stored map[string]schema.Value

// row is a document of rows or trash.
type row struct {
	id        bson.RawValue // of the document
	rec       schema.RecordID
	version   schema.Version
	createdAt int64
	updatedAt int64
	createdBy schema.UserID
	updatedBy schema.UserID
	order     int64 // of its last change, see changes
	values    stored
}

// apply puts new values in, in the words of a shape.
func (v stored) apply(s *store.Shape, set schema.Values) error {
	for id, val := range set {
		f := s.Field(id)
		if f == nil {
			return fmt.Errorf("field %d: %w", id, store.ErrBadQuery)
		}
		for k := range letters {
			delete(v, nameOf(id, k))
		}
		if val = normal(val); val == nil {
			continue
		}
		if !fits(f.Kind, val) {
			return fmt.Errorf("field %d does not hold %T: %w", id, val, store.ErrBadQuery)
		}
		v[nameOf(id, f.Kind)] = val
	}
	return nil
}

// normal is nil for what is stored as empty.
func normal(v schema.Value) schema.Value {
	switch x := v.(type) {
	case string:
		if x == "" {
			return nil
		}
	case []int64:
		if len(x) == 0 {
			return nil
		}
	case json.RawMessage:
		if len(x) == 0 {
			return nil
		}
	}
	return v
}

// fits reports whether a value is of a kind.
func fits(k schema.Kind, v schema.Value) bool {
	switch v.(type) {
	case string:
		return k == schema.KindText
	case int64:
		return k == schema.KindInt || k == schema.KindTime || k == schema.KindOption
	case float64:
		return k == schema.KindFloat
	case bool:
		return k == schema.KindBool
	case []int64:
		return k == schema.KindSet
	case json.RawMessage:
		return k == schema.KindJSON
	}
	return false
}

// in gives the values of those fields that a shape has.
func (v stored) in(s *store.Shape) schema.Values {
	out := make(schema.Values, len(v))
	for i := range s.Fields {
		f := &s.Fields[i]
		if val, ok := v[nameOf(f.ID, f.Kind)]; ok {
			out[f.ID] = val
		}
	}
	return out
}

func (v stored) encode() bson.D {
	out := make(bson.D, 0, len(v))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		out = append(out, bson.E{Key: name, Value: encodeValue(v[name])})
	}
	return out
}

func encodeValue(v schema.Value) any {
	if j, ok := v.(json.RawMessage); ok {
		return string(j)
	}
	return v
}

// encodeChanged writes the changed values of a change; nil stands for empty.
func encodeChanged(s *store.Shape, vals schema.Values) bson.D {
	out := make(bson.D, 0, len(vals))
	for _, id := range slices.Sorted(maps.Keys(vals)) {
		if f := s.Field(id); f != nil {
			out = append(out, bson.E{Key: nameOf(id, f.Kind), Value: encodeValue(normal(vals[id]))})
		}
	}
	return out
}

func decodeChanged(raw bson.RawValue) (schema.Values, error) {
	doc, ok := raw.DocumentOK()
	if !ok {
		return nil, nil //nolint:nilnil // no values are a fair answer
	}
	vals := schema.Values{}
	err := each(doc, func(name string, v bson.RawValue) error {
		id, k, ok := parseName(name)
		if !ok {
			return fmt.Errorf("a change names %q", name)
		}
		vals[id] = decodeValue(k, v)
		return nil
	})
	return vals, err
}

// decodeValue reads a value of a kind, however the server keeps its numbers.
func decodeValue(k schema.Kind, v bson.RawValue) schema.Value {
	switch k {
	case schema.KindText:
		if s, ok := v.StringValueOK(); ok {
			return s
		}
	case schema.KindJSON:
		if s, ok := v.StringValueOK(); ok {
			return json.RawMessage(s)
		}
	case schema.KindBool:
		if b, ok := v.BooleanOK(); ok {
			return b
		}
	case schema.KindFloat:
		if f, ok := asFloat(v); ok {
			return f
		}
	case schema.KindSet:
		return decodeSet(v)
	default:
		if n, ok := asInt(v); ok {
			return n
		}
	}
	return nil
}

func decodeSet(v bson.RawValue) schema.Value {
	arr, ok := v.ArrayOK()
	if !ok {
		return nil
	}
	vals, err := arr.Values()
	if err != nil || len(vals) == 0 {
		return nil
	}
	out := make([]int64, 0, len(vals))
	for _, x := range vals {
		if n, ok := asInt(x); ok {
			out = append(out, n)
		}
	}
	return out
}

// asInt reads a whole number of any numeric type.
func asInt(v bson.RawValue) (int64, bool) {
	switch v.Type {
	case bson.TypeInt64:
		return v.Int64OK()
	case bson.TypeInt32:
		n, ok := v.Int32OK()
		return int64(n), ok
	case bson.TypeDouble:
		f, ok := v.DoubleOK()
		return int64(f), ok
	}
	return 0, false
}

func asFloat(v bson.RawValue) (float64, bool) {
	if v.Type == bson.TypeDouble {
		return v.DoubleOK()
	}
	n, ok := asInt(v)
	return float64(n), ok
}

func intAt(raw bson.Raw, key string) int64 {
	n, _ := asInt(raw.Lookup(key))
	return n
}

func textAt(raw bson.Raw, key string) string {
	s, _ := raw.Lookup(key).StringValueOK()
	return s
}

// each calls fn for the elements of a document.
func each(doc bson.Raw, fn func(string, bson.RawValue) error) error {
	elems, err := doc.Elements()
	if err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	for _, e := range elems {
		if err := fn(e.Key(), e.Value()); err != nil {
			return err
		}
	}
	return nil
}

// decodeRow reads a document of rows or trash, or what a projection left of it.
func decodeRow(raw bson.Raw) (*row, error) {
	r := &row{values: stored{}}
	err := each(raw, func(key string, v bson.RawValue) error {
		n, _ := asInt(v)
		switch key {
		case "_id":
			r.id = v
		case "r":
			r.rec = schema.RecordID(n)
		case "v":
			r.version = schema.Version(n)
		case "ca":
			r.createdAt = n
		case "ua":
			r.updatedAt = n
		case "cb":
			r.createdBy = schema.UserID(n)
		case "ub":
			r.updatedBy = schema.UserID(n)
		case "o":
			r.order = n
		case "f":
			return r.decodeFields(v)
		}
		return nil
	})
	return r, err
}

func (r *row) decodeFields(v bson.RawValue) error {
	doc, ok := v.DocumentOK()
	if !ok {
		return nil
	}
	return each(doc, func(name string, v bson.RawValue) error {
		if _, k, ok := parseName(name); ok {
			if val := decodeValue(k, v); val != nil {
				r.values[name] = val
			}
		}
		return nil
	})
}

// record gives the row as a record of a shape.
func (r *row) record(s *store.Shape) *schema.Record {
	return &schema.Record{
		ID: r.rec, Version: r.version, CreatedAt: r.createdAt, UpdatedAt: r.updatedAt,
		CreatedBy: r.createdBy, UpdatedBy: r.updatedBy, Values: r.values.in(s),
	}
}

// document gives the row as it is stored under a layout.
func (r *row) document(l *layout) bson.D {
	d := bson.D{}
	if r.id.Type != 0 {
		d = append(d, bson.E{Key: "_id", Value: r.id})
	}
	d = append(d,
		bson.E{Key: "t", Value: int64(l.Tenant)}, bson.E{Key: "e", Value: int64(l.Entity)}, bson.E{Key: "r", Value: int64(r.rec)},
		bson.E{Key: "v", Value: int64(r.version)}, bson.E{Key: "ca", Value: r.createdAt}, bson.E{Key: "ua", Value: r.updatedAt},
		bson.E{Key: "cb", Value: int64(r.createdBy)}, bson.E{Key: "ub", Value: int64(r.updatedBy)}, bson.E{Key: "o", Value: r.order},
		bson.E{Key: "f", Value: r.values.encode()})
	return append(d, l.derive(r.values)...)
}

// derive makes what a document holds beside its values: the slots s, the
// tokens x, the sort keys p and the folded texts c.
func (l *layout) derive(vals stored) bson.D {
	keys, folded, slots := bson.D{}, bson.D{}, bson.D{}
	set := bson.A{}
	grams := map[string]struct{}{}
	for i := range l.Shape.Fields {
		f := &l.Shape.Fields[i]
		val := vals[nameOf(f.ID, f.Kind)]
		if n, ok := l.slotFor(f); ok {
			slots = append(slots, bson.E{Key: strconv.Itoa(n), Value: orderKey(f, val)})
		}
		switch v := val.(type) {
		case string:
			if hasKey(f) {
				keys = append(keys, bson.E{Key: keyName(f), Value: orderKey(f, v)})
			}
			if fold := textkey.Fold(v); fold != v {
				folded = append(folded, bson.E{Key: nameOf(f.ID, f.Kind), Value: fold})
			}
			if f.Searchable {
				for _, g := range textkey.Grams(v) {
					grams[g] = struct{}{}
				}
			}
		case int64:
			if f.Kind == schema.KindOption {
				set = append(set, token(f, v))
			}
		case []int64:
			for _, n := range v {
				set = append(set, token(f, n))
			}
		}
	}
	if len(grams) > maxTokens {
		set = append(set, overflow)
	} else {
		for _, g := range slices.Sorted(maps.Keys(grams)) {
			set = append(set, g)
		}
	}
	out := bson.D{}
	for _, part := range []bson.E{{Key: "s", Value: slots}, {Key: "x", Value: set}, {Key: "p", Value: keys}, {Key: "c", Value: folded}} {
		if !isEmpty(part.Value) {
			out = append(out, part)
		}
	}
	return out
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case bson.D:
		return len(v) == 0
	case bson.A:
		return len(v) == 0
	}
	return false
}

// token stands in x for a member of a set or a chosen option.
func token(f *store.FieldShape, n int64) string {
	return nameOf(f.ID, f.Kind) + ":" + strconv.FormatInt(n, 10)
}
