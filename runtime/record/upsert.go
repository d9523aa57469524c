package record

import (
	"fmt"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/query"
)

// matchUpserts turns creates whose values of the named fields are those of a
// record that the actor may read into updates of it.
func (w *writing) matchUpserts() error {
	sd := w.sides[w.Entity]
	var keys []*schema.Field
	for _, name := range w.UpsertOn {
		f := sd.entity.FieldNamed(name)
		if f == nil || !sd.rights.Readable(f.ID) {
			return fail.New(fail.Invalid, "field.unknown").On(name)
		}
		if fs := sd.shape.Field(f.ID); fs == nil || fs.Kind == schema.KindJSON || fs.Kind == schema.KindSet || f.Type == field.Secret {
			return fail.New(fail.Invalid, "upsert.badField").On(f.Key)
		}
		keys = append(keys, f)
	}
	found, err := w.findUpserts(sd, keys)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, wk := range w.works {
		if wk.op != store.OpCreate {
			continue
		}
		k, ok := w.upsertKey(wk, keys)
		if !ok {
			continue
		}
		if taken[k] {
			return w.at1(wk.index, fail.New(fail.Invalid, "batch.doubleRecord").On(keys[0].Key))
		}
		taken[k] = true
		if rec := found[k]; rec != nil {
			wk.op, wk.before, wk.upsert = store.OpUpdate, rec, true
		}
	}
	return nil
}

// upsertKey is the key of a change, false where a value is missing or faulty
// (validation will say so).
func (w *writing) upsertKey(wk *work, keys []*schema.Field) (string, bool) {
	var key []byte
	for _, f := range keys {
		v := w.givenValue(wk, f)
		if v == nil {
			return "", false
		}
		key = fmt.Appendf(key, "%T:%v\x00", v, v)
	}
	return string(key), true
}

// givenValue is what a change gives to a field, nil for nothing or nonsense.
func (w *writing) givenValue(wk *work, f *schema.Field) schema.Value {
	if v, ok := wk.change.Values[f.ID]; ok {
		return v
	}
	for name, in := range wk.change.Fields {
		if wk.side.entity.FieldNamed(name) != f {
			continue
		}
		if t, ok := field.Of(f.Type); ok {
			if v, err := t.Parse(f, in, w.env()); err == nil {
				return v
			}
		}
	}
	return nil
}

// findUpserts looks the keys up, the newest of several records first.
func (w *writing) findUpserts(sd *side, keys []*schema.Field) (map[string]*schema.Record, error) {
	var first []schema.Value
	ids := make([]schema.FieldID, len(keys))
	for i, f := range keys {
		ids[i] = f.ID
	}
	for _, wk := range w.works {
		if _, ok := w.upsertKey(wk, keys); ok && wk.op == store.OpCreate {
			first = append(first, w.givenValue(wk, keys[0]))
		}
	}
	found := map[string]*schema.Record{}
	if len(first) == 0 {
		return found, nil
	}
	where := query.And{query.In{Field: keys[0].ID, Vals: first}}
	if x := sd.rights.RowFilter(ids...); x != nil {
		where = append(where, x)
	}
	q := &query.Query{Where: where, Limit: MaxBatch}
	for {
		p, err := w.rd.r.Find(w.rd.ctx, sd.shape, q)
		if err != nil {
			return nil, fmt.Errorf("find records to update: %w", err)
		}
		for _, rec := range p.Records {
			var k []byte
			for _, f := range keys {
				k = fmt.Appendf(k, "%T:%v\x00", rec.Get(f.ID), rec.Get(f.ID))
			}
			found[string(k)] = rec
		}
		if p.Next == nil {
			return found, nil
		}
		q.After = p.Next
	}
}
