package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// Anchors walks the order and reads of each record what its place is made of.
func (r *reader) Anchors(ctx context.Context, s *store.Shape, q *query.Query, every int) (a *query.Anchors, err error) {
	if every < 1 {
		return nil, badQuery("an anchor at every %d records", every)
	}
	err = r.limited(ctx, q.MaxTime, func(ctx context.Context) error {
		a, err = r.anchors(ctx, s, q, int64(every))
		return err
	})
	return a, err
}

func (r *reader) anchors(ctx context.Context, s *store.Shape, q *query.Query, every int64) (*query.Anchors, error) {
	c, err := r.compilerFor(ctx, s, q.Trash)
	if err != nil {
		return nil, err
	}
	ord, err := c.order(q.Sort)
	if errors.Is(err, errKeys) {
		return r.anchorsByPage(ctx, s, q, every)
	}
	if err != nil {
		return nil, err
	}
	where, err := r.resolve(ctx, q.Where)
	if err != nil {
		return nil, err
	}
	filter, err := r.filter(ctx, c, where, ord.exists())
	if err != nil {
		return nil, err
	}
	proj, err := c.projection([]schema.FieldID{}, q.Sort)
	if err != nil {
		return nil, err
	}
	cur, err := r.collection(q.Trash).Find(r.within(ctx), filter,
		options.Find().SetSort(ord.spec()).SetProjection(proj).SetBatchSize(5000).SetAllowDiskUse(true))
	if err != nil {
		return nil, fmt.Errorf("mongo: anchors: %w", err)
	}
	out := &query.Anchors{}
	err = eachRow(r.within(ctx), cur, func(w *row) {
		if out.Count++; out.Count%every == 0 {
			out.Cursors = append(out.Cursors, *cursorAt(s, q, w.record(s)))
		}
	})
	if n := len(out.Cursors); n > 0 && out.Count%every == 0 { // nothing follows the last record
		out.Cursors = out.Cursors[:n-1]
	}
	return out, err
}

// anchorsByPage pages where the server does not know the order yet.
func (r *reader) anchorsByPage(ctx context.Context, s *store.Shape, q *query.Query, every int64) (*query.Anchors, error) {
	out := &query.Anchors{}
	all := *q
	all.After, all.Limit, all.Fields = nil, 1000, []schema.FieldID{}
	for _, k := range q.Sort {
		all.Fields = append(all.Fields, k.Field)
	}
	for {
		page, err := r.find(ctx, s, &all)
		if err != nil {
			return nil, err
		}
		for i, rec := range page.Records {
			out.Count++
			if last := page.Next == nil && i == len(page.Records)-1; out.Count%every == 0 && !last {
				out.Cursors = append(out.Cursors, *cursorAt(s, q, rec))
			}
		}
		if page.Next == nil {
			return out, nil
		}
		all.After = page.Next
	}
}
