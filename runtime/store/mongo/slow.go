package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// errKeys says that a query compares texts by sort keys that not all documents
// have yet: a field has just changed the way it is put into order. Until they
// have been made the process compares the texts itself.
var errKeys = errors.New("mongo: sort keys are being made")

// usable reports whether what the field is put into order by is there.
func (c *compiler) usable(t target) bool {
	return !t.keyed() || t.slot || c.layout.Parts[keyPart(t.field)] == ready
}

// shapeLookup lets query.Match compare texts as a shape says.
type shapeLookup struct{ *store.Shape }

func (l shapeLookup) SortKey(f schema.FieldID, s string) string {
	if fs := l.Field(f); fs != nil {
		if key, ok := orderKey(fs, s).(string); ok {
			return key
		}
	}
	return s
}

func (l shapeLookup) Searchable() []schema.FieldID {
	var out []schema.FieldID
	for i := range l.Fields {
		if l.Fields[i].Searchable {
			out = append(out, l.Fields[i].ID)
		}
	}
	return out
}

// Links have been put into plain words before anything is matched.
func (shapeLookup) Record(schema.EntityID, schema.RecordID) *schema.Record { return nil }

func (shapeLookup) LinkedFrom(schema.EntityID, schema.FieldID, schema.RecordID) []*schema.Record {
	return nil
}

// filter gives the filter of a query whose links are resolved.
func (r *reader) filter(ctx context.Context, c *compiler, where query.Expr, more ...bson.D) (bson.D, error) {
	f, err := c.filter(where, more...)
	if !errors.Is(err, errKeys) {
		return f, err
	}
	ids := query.Ids{}
	all, err := c.filter(nil)
	if err != nil {
		return nil, err
	}
	err = r.stream(ctx, c, all, func(rec *schema.Record) {
		if len(ids) <= maxLinks && query.Match(where, rec, shapeLookup{c.shape}) {
			ids = append(ids, rec.ID)
		}
	})
	if err == nil && len(ids) > maxLinks {
		err = fmt.Errorf("more than %d records: %w", maxLinks, store.ErrTooSlow)
	}
	if err != nil {
		return nil, err
	}
	return c.filter(ids, more...)
}

// findSlowly puts the records into order itself.
func (r *reader) findSlowly(ctx context.Context, c *compiler, q *query.Query, where query.Expr) (*store.Page, error) {
	if q.After != nil && len(q.After.Vals) != len(q.Sort) {
		return nil, badQuery("a cursor of another order")
	}
	filter, err := r.filter(ctx, c, where)
	if err != nil {
		return nil, err
	}
	in := shapeLookup{c.shape}
	var best []*schema.Record
	cut := func() {
		slices.SortFunc(best, func(a, b *schema.Record) int { return query.CompareRecords(q.Sort, a, b, in) })
		best = best[:min(len(best), q.Limit+1)]
	}
	err = r.stream(ctx, c, filter, func(rec *schema.Record) {
		if q.After != nil && query.CompareTo(q.Sort, rec, q.After, in) <= 0 {
			return
		}
		if best = append(best, rec); len(best) > 4*q.Limit+1000 {
			cut()
		}
	})
	if err != nil {
		return nil, err
	}
	cut()
	return pageOf(c.shape, q, best), nil
}

// stream hands over whole records in no order.
func (r *reader) stream(ctx context.Context, c *compiler, filter bson.D, fn func(*schema.Record)) error {
	cur, err := r.collection(c.trash).Find(r.within(ctx), filter, options.Find().SetProjection(rowProjection).SetBatchSize(1000))
	if err != nil {
		return fmt.Errorf("mongo: stream: %w", err)
	}
	return eachRow(r.within(ctx), cur, func(w *row) { fn(w.record(c.shape)) })
}
