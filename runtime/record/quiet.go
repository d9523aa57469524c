package record

import (
	"fmt"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/field"
)

// maxQuiet is how many changes are looked at to find that none was a person's.
const maxQuiet = 200

// isComputed says whether no person gives values to a field: a computed one, or
// one that stands beside the fields.
func isComputed(e *schema.Entity, id schema.FieldID) bool {
	if e == nil {
		return false
	}
	if f := e.Field(id); f != nil {
		return field.IsComputed(f)
	}
	for i := range e.Fields {
		if f := &e.Fields[i]; f.ID == id {
			return field.IsComputed(f)
		}
	}
	for i := range e.Shadows {
		if e.Shadows[i].ID == id {
			return true
		}
	}
	return false
}

// onlyQuiet says whether nothing but computed fields of a record has changed
// since a version.
func (rd *reading) onlyQuiet(e *schema.Entity, id schema.RecordID, since schema.Version) bool {
	if len(e.Shadows) == 0 {
		return false
	}
	list, err := rd.r.History(rd.ctx, e.ID, id, 0, maxQuiet)
	if err != nil {
		rd.fault(fmt.Errorf("read history: %w", err))
		return false
	}
	for i := range list {
		c := &list[i]
		if c.Version <= since {
			return c.Version == since && i > 0
		}
		if c.Op != store.OpUpdate {
			return false
		}
		for f := range both(c.Before, c.After) {
			if !isComputed(e, f) {
				return false
			}
		}
	}
	return false
}
