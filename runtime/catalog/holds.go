package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/query"
	"tongban/schema/textkey"
)

const (
	scanPage   = 1000
	namedFirst = 10 // records that a refusal names
)

// checkHeld refuses a stricter field that records break already, and names them.
func (c *Catalog) checkHeld(ctx context.Context, t schema.TenantID, shape *store.Shape, was, now *schema.Field) error {
	if now.Required && !was.Required {
		if err := c.checkEmpty(ctx, t, shape, now); err != nil {
			return err
		}
	}
	switch {
	case now.Unique && !was.Unique:
		return c.checkDoubles(ctx, t, shape, []schema.FieldID{now.ID}, true)
	case len(now.UniqueWith) > 0 && !slices.Equal(now.UniqueWith, was.UniqueWith):
		return c.checkDoubles(ctx, t, shape, append([]schema.FieldID{now.ID}, now.UniqueWith...), false)
	}
	return nil
}

// checkEmpty refuses to make a field required that is empty somewhere.
func (c *Catalog) checkEmpty(ctx context.Context, t schema.TenantID, shape *store.Shape, f *schema.Field) error {
	if shape.Field(f.ID) == nil {
		return nil
	}
	return c.engine.View(ctx, t, func(r store.Reader) error {
		where := query.Empty{Field: f.ID}
		n, err := r.Count(ctx, shape, where, 0)
		if err != nil || n == 0 {
			return err
		}
		p, err := r.Find(ctx, shape, &query.Query{Where: where, Limit: namedFirst, Fields: []schema.FieldID{}})
		if err != nil {
			return fmt.Errorf("find empty records: %w", err)
		}
		var ids []schema.RecordID
		for _, rec := range p.Records {
			ids = append(ids, rec.ID)
		}
		return offending("field.hasEmpty", "required", n, ids)
	})
}

// checkDoubles refuses to make fields unique, each or together, in which
// records hold equal values.
func (c *Catalog) checkDoubles(ctx context.Context, t schema.TenantID, shape *store.Shape, fields []schema.FieldID, fold bool) error {
	for _, id := range fields {
		if shape.Field(id) == nil {
			return nil
		}
	}
	return c.engine.View(ctx, t, func(r store.Reader) error {
		first := map[uint64]schema.RecordID{}
		var count int64
		var ids []schema.RecordID
		for q := (&query.Query{Limit: scanPage, Fields: fields}); ; {
			p, err := r.Find(ctx, shape, q)
			if err != nil {
				return fmt.Errorf("look for equal values: %w", err)
			}
			for _, rec := range p.Records {
				key, ok := heldKey(rec, fields, fold)
				if !ok {
					continue
				}
				other, twice := first[key]
				if !twice {
					first[key] = rec.ID
					continue
				}
				count++
				if len(ids) < namedFirst {
					if !slices.Contains(ids, other) {
						ids = append(ids, other)
					}
					ids = append(ids, rec.ID)
				}
			}
			if q.After = p.Next; q.After == nil {
				break
			}
		}
		if count == 0 {
			return nil
		}
		return offending("field.hasDoubles", "unique", count, ids)
	})
}

// heldKey is equal for records that hold equal values; false where one is empty.
func heldKey(rec *schema.Record, fields []schema.FieldID, fold bool) (uint64, bool) {
	h := fnv.New64a()
	for _, id := range fields {
		v := rec.Values[id]
		switch x := v.(type) {
		case nil:
			return 0, false
		case string:
			if fold {
				v = textkey.Unique(x)
			}
		case json.RawMessage:
			v = string(x)
		}
		_, _ = fmt.Fprintf(h, "%v\x1f", v) // a hash never fails
	}
	return h.Sum64(), true
}

func offending(code, on string, n int64, ids []schema.RecordID) error {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = schema.FormatID(schema.PrefixRecord, id)
	}
	return fail.New(fail.Invalid, code).On(on).With("count", n).With("records", strings.Join(names, ", "))
}
