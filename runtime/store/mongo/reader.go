package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// defaultMaxTime limits a query that says nothing of its time.
const defaultMaxTime = 10 * time.Second

// reader reads one snapshot. The server takes it with the first read.
type reader struct {
	e    *Engine
	t    schema.TenantID
	sess *driver.Session
	used bool // something has been read: the snapshot is taken

	began   int64 // the engine's tick at the first read
	layouts map[schema.EntityID]*layout
}

// View reads from one snapshot of a tenant.
func (e *Engine) View(ctx context.Context, t schema.TenantID, fn func(store.Reader) error) (err error) {
	defer told(ctx, &err)
	so := options.Session().SetSnapshot(e.snapshots)
	if e.snapshots {
		so.SetCausalConsistency(false)
	}
	sess, err := e.client.StartSession(so)
	if err != nil {
		return fmt.Errorf("mongo: session: %w", err)
	}
	defer sess.EndSession(context.WithoutCancel(ctx))
	r := &reader{e: e, t: t, sess: sess, layouts: map[schema.EntityID]*layout{}}
	if e.snapshots {
		return fn(r)
	}
	if err := sess.StartTransaction(transactionOptions()); err != nil {
		return fmt.Errorf("mongo: start reading: %w", err)
	}
	if err := fn(r); err != nil {
		return errors.Join(err, e.abort(ctx, sess))
	}
	// Committing waits until what was read is safe from a change of primary.
	if err := sess.CommitTransaction(ctx); err != nil {
		return fmt.Errorf("mongo: end reading: %w", err)
	}
	return nil
}

// within puts a read into the snapshot.
func (r *reader) within(ctx context.Context) context.Context {
	if !r.used {
		r.used = true
		r.e.mu.Lock()
		r.e.tick++
		r.began = r.e.tick
		r.e.mu.Unlock()
	}
	return driver.NewSessionContext(ctx, r.sess)
}

// limited runs a query within its time.
func (r *reader) limited(ctx context.Context, most time.Duration, fn func(context.Context) error) error {
	if most <= 0 {
		most = defaultMaxTime
	}
	inner, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	err := fn(inner)
	switch {
	case err == nil || ctx.Err() != nil, unselected(err): // a server that is away is not slow
		return err
	case errors.Is(err, context.DeadlineExceeded), inner.Err() != nil, driver.IsTimeout(err), hasCode(err, 50):
		return errors.Join(fmt.Errorf("%w: %w", store.ErrTooSlow, err), r.renew(ctx))
	}
	return err
}

// renew begins a new snapshot where the failure of a query has ended the one
// that there was: on servers where it hangs on a transaction.
func (r *reader) renew(ctx context.Context) error {
	if r.e.snapshots {
		return nil
	}
	r.used = false
	clear(r.layouts)
	if err := r.e.abort(ctx, r.sess); err != nil {
		return err
	}
	return r.sess.StartTransaction(transactionOptions())
}

func hasCode(err error, code int) bool {
	var se driver.ServerError
	return errors.As(err, &se) && se.HasErrorCode(code)
}

// compilerFor returns what a shape's queries are compiled with.
func (r *reader) compilerFor(ctx context.Context, s *store.Shape, trash bool) (*compiler, error) {
	l, err := r.layout(ctx, s.Entity, s)
	if err != nil {
		return nil, err
	}
	return &compiler{layout: l, shape: s, trash: trash}, nil
}

// layout returns a layout that is no younger than the snapshot: what it says
// is in all documents must be in those that the snapshot holds. s is nil where
// any shape will do; the result is then nil for an entity without a layout.
func (r *reader) layout(ctx context.Context, ent schema.EntityID, s *store.Shape) (l *layout, err error) {
	if s != nil {
		l, err = r.e.layoutFor(ctx, r.t, s)
	} else {
		l, err = r.e.layoutOf(ctx, r.t, ent)
	}
	if err != nil || !r.used {
		return l, err
	}
	r.e.mu.Lock()
	c := r.e.layouts[layoutKey{r.t, ent}]
	r.e.mu.Unlock()
	if c.layout == l && c.tick < r.began {
		return l, nil
	}
	then := r.layouts[ent]
	if then == nil {
		if then, err = r.e.readLayout(r.within(ctx), r.t, ent); err != nil {
			return nil, err
		}
		r.layouts[ent] = then
	}
	if s != nil && (then.Gen == 0 || !then.serves(s)) {
		return then.adopt(s), nil
	}
	return then, nil
}

// Get returns the live records with these ids, in their order.
func (r *reader) Get(ctx context.Context, s *store.Shape, ids []schema.RecordID, fields []schema.FieldID) ([]*schema.Record, error) {
	return r.byID(ctx, s, ids, fields, false)
}

// Trashed returns the trashed records with these ids, in their order.
func (r *reader) Trashed(ctx context.Context, s *store.Shape, ids []schema.RecordID) ([]*schema.Record, error) {
	return r.byID(ctx, s, ids, nil, true)
}

func (r *reader) byID(ctx context.Context, s *store.Shape, ids []schema.RecordID, fields []schema.FieldID, trash bool) ([]*schema.Record, error) {
	out := make([]*schema.Record, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	c, err := r.compilerFor(ctx, s, trash)
	if err != nil {
		return nil, err
	}
	proj, err := c.projection(fields, nil)
	if err != nil {
		return nil, err
	}
	found := make(map[schema.RecordID]*schema.Record, len(ids))
	for part := range slices.Chunk(ids, 1000) {
		cur, err := r.collection(trash).Find(r.within(ctx), idFilter(c.layout, part),
			options.Find().SetProjection(proj).SetBatchSize(int32(len(part)+1)))
		if err != nil {
			return nil, fmt.Errorf("mongo: get: %w", err)
		}
		if err := eachRow(r.within(ctx), cur, func(w *row) { found[w.rec] = w.record(s) }); err != nil {
			return nil, err
		}
	}
	for i, id := range ids {
		out[i] = found[id]
	}
	return out, nil
}

func idFilter(l *layout, ids []schema.RecordID) bson.D {
	return bson.D{
		{Key: "t", Value: int64(l.Tenant)},
		{Key: "e", Value: int64(l.Entity)},
		{Key: "r", Value: bson.D{{Key: "$in", Value: idList(ids)}}},
	}
}

func (r *reader) collection(trash bool) *driver.Collection {
	if trash {
		return r.e.trash
	}
	return r.e.rows
}

// eachRow hands over the rows of a cursor and closes it.
func eachRow(ctx context.Context, cur *driver.Cursor, fn func(*row)) error {
	return eachDoc(ctx, cur, func(raw bson.Raw) error {
		w, err := decodeRow(raw)
		if err == nil {
			fn(w)
		}
		return err
	})
}

func eachDoc(ctx context.Context, cur *driver.Cursor, fn func(bson.Raw) error) (err error) {
	defer func() { err = errors.Join(err, cur.Close(context.WithoutCancel(ctx))) }()
	for cur.Next(ctx) {
		if err := fn(cur.Current); err != nil {
			return err
		}
	}
	if err := cur.Err(); err != nil {
		return fmt.Errorf("mongo: read on: %w", err)
	}
	return nil
}

// Find returns a page.
func (r *reader) Find(ctx context.Context, s *store.Shape, q *query.Query) (page *store.Page, err error) {
	err = r.limited(ctx, q.MaxTime, func(ctx context.Context) error {
		page, err = r.find(ctx, s, q)
		return err
	})
	return page, err
}

func (r *reader) find(ctx context.Context, s *store.Shape, q *query.Query) (*store.Page, error) {
	if q.Limit < 1 || q.Limit > 1000 {
		return nil, badQuery("limit %d", q.Limit)
	}
	c, err := r.compilerFor(ctx, s, q.Trash)
	if err != nil {
		return nil, err
	}
	where, err := r.resolve(ctx, q.Where)
	if err != nil {
		return nil, err
	}
	ord, err := c.order(q.Sort)
	if errors.Is(err, errKeys) {
		return r.findSlowly(ctx, c, q, where)
	}
	if err != nil {
		return nil, err
	}
	behind, err := ord.after(q.After, len(q.Sort))
	if err != nil {
		return nil, err
	}
	filter, err := r.filter(ctx, c, where, ord.exists(), behind)
	if err != nil {
		return nil, err
	}
	proj, err := c.projection(q.Fields, q.Sort)
	if err != nil {
		return nil, err
	}
	n := int64(q.Limit) + 1
	cur, err := r.collection(q.Trash).Find(r.within(ctx), filter,
		options.Find().SetSort(ord.spec()).SetProjection(proj).SetLimit(n).SetBatchSize(int32(n)).SetAllowDiskUse(true))
	if err != nil {
		return nil, fmt.Errorf("mongo: find: %w", err)
	}
	recs := make([]*schema.Record, 0, min(n, 128))
	if err := eachRow(r.within(ctx), cur, func(w *row) { recs = append(recs, w.record(s)) }); err != nil {
		return nil, err
	}
	return pageOf(s, q, recs), nil
}

// pageOf makes a page of one record more than it holds.
func pageOf(s *store.Shape, q *query.Query, recs []*schema.Record) *store.Page {
	p := &store.Page{Records: recs[:min(len(recs), q.Limit)]}
	if len(recs) > q.Limit {
		last := p.Records[q.Limit-1]
		p.Next = cursorAt(s, q, last)
	}
	if q.Fields == nil {
		return p
	}
	for _, rec := range p.Records {
		for id := range rec.Values {
			if !slices.Contains(q.Fields, id) {
				delete(rec.Values, id)
			}
		}
	}
	return p
}

// cursorAt is the place of a record.
func cursorAt(s *store.Shape, q *query.Query, rec *schema.Record) *query.Cursor {
	c := &query.Cursor{ID: rec.ID, Vals: make([]schema.Value, len(q.Sort))}
	for i, k := range q.Sort {
		c.Vals[i] = rec.Get(k.Field)
		if f := s.Field(k.Field); f != nil {
			c.Vals[i] = orderKey(f, c.Vals[i])
		}
	}
	return c
}

// Count counts the live records that match, up to atMost.
func (r *reader) Count(ctx context.Context, s *store.Shape, where query.Expr, atMost int64) (int64, error) {
	return r.CountWithin(ctx, s, where, atMost, 0)
}

// CountWithin implements store.QuickCounter.
func (r *reader) CountWithin(ctx context.Context, s *store.Shape, where query.Expr, atMost int64, most time.Duration) (n int64, err error) {
	err = r.limited(ctx, most, func(ctx context.Context) error {
		n, err = r.count(ctx, s, where, atMost)
		return err
	})
	return n, err
}

func (r *reader) count(ctx context.Context, s *store.Shape, where query.Expr, atMost int64) (n int64, err error) {
	c, err := r.compilerFor(ctx, s, false)
	if err != nil {
		return 0, err
	}
	if where, err = r.resolve(ctx, where); err != nil {
		return 0, err
	}
	filter, err := r.filter(ctx, c, where)
	if err != nil {
		return 0, err
	}
	return r.countMatching(ctx, filter, atMost)
}

func (r *reader) countMatching(ctx context.Context, filter bson.D, atMost int64) (n int64, err error) {
	pipe := bson.A{bson.D{{Key: "$match", Value: filter}}}
	if atMost > 0 {
		pipe = append(pipe, bson.D{{Key: "$limit", Value: atMost}})
	}
	pipe = append(pipe, bson.D{{Key: "$count", Value: "n"}})
	cur, err := r.e.rows.Aggregate(r.within(ctx), pipe)
	if err != nil {
		return 0, fmt.Errorf("mongo: count: %w", err)
	}
	err = eachDoc(r.within(ctx), cur, func(raw bson.Raw) error {
		n = intAt(raw, "n")
		return nil
	})
	return n, err
}

// Linked returns, for each id in to, the live records that hold it.
func (r *reader) Linked(ctx context.Context, s *store.Shape, f schema.FieldID, to []schema.RecordID, limit int) (map[schema.RecordID][]schema.RecordID, error) {
	out := make(map[schema.RecordID][]schema.RecordID, len(to))
	if len(to) == 0 {
		return out, nil
	}
	c, err := r.compilerFor(ctx, s, false)
	if err != nil {
		return nil, err
	}
	sought := make(map[int64]bool, len(to))
	vals := make([]int64, len(to))
	for i, id := range to {
		vals[i] = int64(id)
		sought[int64(id)] = true
	}
	err = r.limited(ctx, 0, func(ctx context.Context) error {
		return r.eachSet(ctx, c, f, query.SetOp{Field: f, Mode: query.HasAny, Vals: vals}, func(id schema.RecordID, set []int64) {
			for _, v := range set {
				if to := schema.RecordID(v); sought[v] && len(out[to]) < limit {
					out[to] = append(out[to], id)
				}
			}
		})
	})
	return out, err
}

// eachSet hands over a Set field of the records that match, oldest first.
func (r *reader) eachSet(ctx context.Context, c *compiler, f schema.FieldID, where query.Expr, fn func(schema.RecordID, []int64)) error {
	t, err := c.target(f)
	if err != nil {
		return err
	}
	if t.kind != schema.KindSet {
		return badQuery("field %d holds no set", f)
	}
	filter, err := r.filter(ctx, c, where)
	if err != nil {
		return err
	}
	cur, err := r.e.rows.Find(r.within(ctx), filter, options.Find().SetSort(keys("r")).SetBatchSize(1000).SetAllowDiskUse(true).
		SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "r", Value: 1}, {Key: t.value, Value: 1}}))
	if err != nil {
		return fmt.Errorf("mongo: links: %w", err)
	}
	name := nameOf(f, schema.KindSet)
	return eachRow(r.within(ctx), cur, func(w *row) {
		if set, ok := w.values[name].([]int64); ok {
			fn(w.rec, set)
		}
	})
}
