package access

import (
	"slices"

	"tongban/schema"
)

// Mask is a set of fields of one entity. The fields that every record has
// (ids below zero) are in every mask. Masks are immutable once made.
type Mask []uint64

// Has says whether a field is in the mask.
func (m Mask) Has(f schema.FieldID) bool {
	if f <= 0 {
		return f < 0
	}
	i := int(f) >> 6
	return i < len(m) && m[i]&(1<<(uint(f)&63)) != 0
}

// Empty says whether no field is in the mask.
func (m Mask) Empty() bool {
	return !slices.ContainsFunc(m, func(w uint64) bool { return w != 0 })
}

func newMask(e *schema.Entity) Mask {
	top := schema.FieldID(0)
	for i := range e.Fields {
		top = max(top, e.Fields[i].ID)
	}
	return make(Mask, int(top)>>6+1)
}

func (m Mask) set(f schema.FieldID) { m[int(f)>>6] |= 1 << (uint(f) & 63) }

func (m Mask) clear(f schema.FieldID) {
	if i := int(f) >> 6; i < len(m) {
		m[i] &^= 1 << (uint(f) & 63)
	}
}

func (m Mask) union(o Mask) Mask {
	out := slices.Clone(m)
	for i := range min(len(out), len(o)) {
		out[i] |= o[i]
	}
	if len(o) > len(out) {
		out = append(out, o[len(out):]...)
	}
	return out
}

// covers says whether all of o is in m.
func (m Mask) covers(o Mask) bool {
	for i, w := range o {
		var have uint64
		if i < len(m) {
			have = m[i]
		}
		if w&^have != 0 {
			return false
		}
	}
	return true
}
