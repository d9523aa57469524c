package record

import (
	"fmt"
	"slices"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/field"
)

// numberOf asks for the number of a record that was made at a moment.
func numberOf(e schema.EntityID, f *schema.Field, at time.Time, zone *time.Location) store.Number {
	n := field.Number(f, at, zone)
	return store.Number{
		Field: f.ID, Counter: fmt.Sprintf("%d:%d:%s", e, f.ID, n.Counter), Prefix: n.Prefix, Suffix: n.Suffix, Width: n.Width,
	}
}

// give gives a record that is there what it would have got when it was made, had
// the field been there.
func (wk *work) give(f *schema.Field, zone *time.Location) error {
	if !field.Given(f) || wk.after.Values[f.ID] != nil {
		return nil
	}
	if f.Type == "uuid" {
		return wk.giveUUID(f)
	}
	wk.numbers = append(wk.numbers, numberOf(wk.side.entity.ID, f, time.UnixMilli(wk.after.CreatedAt), zone))
	return nil
}

// numbered reports whether ops take numbers: these are stored one after the
// other, and nobody changes their records meanwhile, or numbers would be lost.
func numbered(ops []store.Op) bool {
	return slices.ContainsFunc(ops, func(op store.Op) bool { return len(op.Numbers) > 0 })
}

func idsOf(ops []store.Op) []schema.RecordID {
	ids := make([]schema.RecordID, len(ops))
	for i := range ops {
		ids[i] = ops[i].ID
	}
	return ids
}
