package query

import (
	"cmp"
	"slices"
	"strings"

	"tongban/schema"
	"tongban/schema/textkey"
)

// Lookup is what Match must know beside the record: how the texts of the
// record's entity are ordered, which of its fields are searchable, and the
// records that it is linked with. A Lookup that also is a Nested serves the
// conditions inside Rel and LinkedFrom; elsewhere it serves them itself.
type Lookup interface {
	// SortKey returns the key by which a text field's value is put into order.
	SortKey(f schema.FieldID, s string) string
	Searchable() []schema.FieldID
	// Record returns a live record, or nil.
	Record(e schema.EntityID, id schema.RecordID) *schema.Record
	// LinkedFrom returns the live records of e that hold id in their Set field f.
	LinkedFrom(e schema.EntityID, f schema.FieldID, id schema.RecordID) []*schema.Record
}

// Nested is a Lookup that knows those of other entities.
type Nested interface {
	Of(e schema.EntityID) Lookup
}

// Match reports whether a record matches x. It is the definition of what the
// engines compile. in may be nil where x asks for no links, for no order of
// text and for no search over all fields. A nil x matches everything.
func Match(x Expr, r *schema.Record, in Lookup) bool {
	switch x := x.(type) {
	case nil, True:
		return true
	case And:
		return !slices.ContainsFunc(x, func(y Expr) bool { return !Match(y, r, in) })
	case Or:
		return slices.ContainsFunc(x, func(y Expr) bool { return Match(y, r, in) })
	case Not:
		return !Match(x.X, r, in)
	case Ids:
		return slices.Contains(x, r.ID)
	case Empty:
		return (r.Get(x.Field) == nil) != x.Neg
	case Cmp:
		return matchCmp(x, r.Get(x.Field), in)
	case In:
		v := r.Get(x.Field)
		return slices.ContainsFunc(x.Vals, func(w schema.Value) bool { return equal(v, w) }) != x.Neg
	case SetOp:
		set, _ := r.Get(x.Field).([]int64)
		return matchSet(x, set)
	case TextOp:
		return matchText(x, r, in) != x.Neg
	case Rel:
		return matchRel(x, r, in) != x.Neg
	case LinkedFrom:
		return matchLinked(x, r, in) != x.Neg
	}
	return false
}

func matchCmp(x Cmp, v schema.Value, in Lookup) bool {
	switch x.Op {
	case Eq:
		return equal(v, x.Val)
	case Ne:
		return !equal(v, x.Val)
	}
	if v == nil {
		return false
	}
	w := x.Val
	if s, ok := v.(string); ok && in != nil {
		t, isText := w.(string)
		if !isText {
			return false
		}
		v, w = in.SortKey(x.Field, s), in.SortKey(x.Field, t)
	}
	c, ok := compare(v, w)
	if !ok {
		return false
	}
	switch x.Op {
	case Lt:
		return c < 0
	case Le:
		return c <= 0
	case Gt:
		return c > 0
	default:
		return c >= 0
	}
}

func matchSet(x SetOp, set []int64) bool {
	has := func(v int64) bool { return slices.Contains(set, v) }
	lacks := func(v int64) bool { return !slices.Contains(set, v) }
	switch x.Mode {
	case HasAny:
		return slices.ContainsFunc(x.Vals, has)
	case HasNone:
		return !slices.ContainsFunc(x.Vals, has)
	case HasAll:
		return !slices.ContainsFunc(x.Vals, lacks)
	default:
		unwanted := func(v int64) bool { return !slices.Contains(x.Vals, v) }
		return !slices.ContainsFunc(x.Vals, lacks) && !slices.ContainsFunc(set, unwanted)
	}
}

func matchText(x TextOp, r *schema.Record, in Lookup) bool {
	val := textkey.Fold(x.Val)
	one := func(f schema.FieldID) bool {
		s, ok := r.Get(f).(string)
		return ok && textHas(x.Mode, textkey.Fold(s), val)
	}
	if x.Field != 0 {
		return one(x.Field)
	}
	if in == nil {
		return false
	}
	return slices.ContainsFunc(in.Searchable(), func(f schema.FieldID) bool {
		return slices.Contains(x.Fields, f) && one(f)
	})
}

// textHas compares folded texts.
func textHas(m TextMode, s, val string) bool {
	switch m {
	case Contains:
		return strings.Contains(s, val)
	case Prefix:
		return strings.HasPrefix(s, val)
	default:
		return strings.HasSuffix(s, val)
	}
}

func matchRel(x Rel, r *schema.Record, in Lookup) bool {
	set, _ := r.Get(x.Field).([]int64)
	if in == nil {
		return false
	}
	inner := nested(in, x.Entity)
	return slices.ContainsFunc(set, func(id int64) bool {
		other := in.Record(x.Entity, schema.RecordID(id))
		return other != nil && Match(x.Where, other, inner)
	})
}

func matchLinked(x LinkedFrom, r *schema.Record, in Lookup) bool {
	if in == nil {
		return false
	}
	inner := nested(in, x.Entity)
	return slices.ContainsFunc(in.LinkedFrom(x.Entity, x.Field, r.ID), func(other *schema.Record) bool {
		return Match(x.Where, other, inner)
	})
}

func nested(in Lookup, e schema.EntityID) Lookup {
	if n, ok := in.(Nested); ok {
		return n.Of(e)
	}
	return in
}

// equal compares the values that Cmp and In may name; empty equals nothing.
func equal(a, b schema.Value) bool {
	c, ok := compare(a, b)
	return ok && c == 0
}

// compare orders two values of one kind; ok is false where they cannot be compared.
func compare(a, b schema.Value) (c int, ok bool) {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b), true
		}
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b), true
		}
	case float64:
		if b, ok := b.(float64); ok {
			return cmp.Compare(a, b), true
		}
	case bool:
		if b, ok := b.(bool); ok {
			return cmp.Compare(boolInt(a), boolInt(b)), true
		}
	}
	return 0, false
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
