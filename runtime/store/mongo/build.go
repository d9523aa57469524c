package mongo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/schema"
)

// defaultGrace is more than a layout's freshness, a transaction's lifetime and
// the wait for its commit: after it, all that is written is written by the
// changed layout.
const defaultGrace = fresh + 3*lifetime + time.Second

// buildBatch is how many records are rebuilt in one transaction.
const buildBatch = 500

// builder brings the documents of entities up to their layouts, in the
// background, one entity at a time. Several processes may build the same; that
// costs time and does no harm.
type builder struct {
	e     *Engine
	grace time.Duration
	kick  chan struct{}

	mu     sync.Mutex
	wanted map[layoutKey]time.Time // not before
}

func newBuilder(e *Engine, grace time.Duration) *builder {
	if grace <= 0 {
		grace = defaultGrace
	}
	return &builder{e: e, grace: grace, kick: make(chan struct{}, 1), wanted: map[layoutKey]time.Time{}}
}

// want asks for an entity to be built once the grace has passed.
func (b *builder) want(k layoutKey) {
	b.mu.Lock()
	_, has := b.wanted[k]
	if !has {
		b.wanted[k] = b.e.now().Add(b.grace)
	}
	b.mu.Unlock()
	if !has {
		select {
		case b.kick <- struct{}{}:
		default:
		}
	}
}

func (b *builder) run(ctx context.Context) {
	for ctx.Err() == nil {
		k, due, wait := b.next()
		if due {
			if err := b.build(ctx, k); err != nil && ctx.Err() == nil {
				b.e.log.WarnContext(ctx, "layout not built", "tenant", int64(k.t), "entity", int64(k.e), "error", err)
				b.want(k)
			}
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-b.kick:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// next takes an entity whose time has come, or says how long to wait.
func (b *builder) next() (k layoutKey, due bool, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.e.now()
	wait = time.Minute
	for k, at := range b.wanted {
		if !now.Before(at) {
			delete(b.wanted, k)
			return k, true, 0
		}
		wait = min(wait, at.Sub(now))
	}
	return k, false, wait
}

// build rebuilds all documents of an entity and then says that it is ready.
func (b *builder) build(ctx context.Context, k layoutKey) error {
	b.e.forgetLayouts(k.t, func(e schema.EntityID) bool { return e == k.e })
	l, err := b.e.layoutOf(ctx, k.t, k.e)
	if err != nil || l.Gen == 0 || !l.unfinished() {
		return err
	}
	if err := b.dropClaims(ctx, l); err != nil {
		return err
	}
	for _, in := range []*driver.Collection{b.e.rows, b.e.trash} {
		if err := b.rebuild(ctx, l, in); err != nil {
			return err
		}
	}
	_, err = b.e.storeLayout(ctx, l, l.finished())
	return err
}

// finished is the layout once its documents agree with it.
func (l *layout) finished() *layout {
	n := *l
	n.Gen++
	n.Slots, n.Parts = map[string]slot{}, map[string]state{}
	for name, s := range l.Slots {
		if s.State != leaving {
			n.Slots[name] = slot{N: s.N, State: ready}
		}
	}
	for name, s := range l.Parts {
		if s != leaving {
			n.Parts[name] = ready
		}
	}
	return (&n).adopt(l.Shape) // what was leaving and is wanted again
}

// dropClaims forgets the values of fields that are no longer unique.
func (b *builder) dropClaims(ctx context.Context, l *layout) error {
	ctx, cancel := context.WithTimeout(ctx, longLife)
	defer cancel()
	for name, s := range l.Parts {
		if s != leaving || name[0] != 'u' {
			continue
		}
		id, _, ok := parseName(strings.TrimPrefix(name, "u"))
		if !ok {
			continue
		}
		_, err := b.e.uniq.DeleteMany(ctx, bson.D{{Key: "t", Value: int64(l.Tenant)}, {Key: "e", Value: int64(l.Entity)}, {Key: "f", Value: int64(id)}})
		if err != nil {
			return fmt.Errorf("drop claims: %w", err)
		}
	}
	return nil
}

func (b *builder) rebuild(ctx context.Context, l *layout, in *driver.Collection) error {
	s, err := b.e.newSession(ctx)
	if err != nil {
		return err
	}
	defer s.end(ctx)
	after := int64(-1 << 62)
	for try := 0; ctx.Err() == nil; {
		last, more, err := b.batch(ctx, s, batchOf{l, in, after})
		switch {
		case err == nil && !more:
			return nil
		case err == nil:
			after, try = last, 0
			continue
		case !again(err) && !errors.Is(err, errUnknown) || try > 20:
			return err
		}
		try++
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
	return ctx.Err()
}

type batchOf struct {
	layout *layout
	in     *driver.Collection
	after  int64 // the last record of the batch before
}

// batch rebuilds some records in a transaction. A record that somebody writes
// at the same time makes it fail; the caller tries again.
func (b *builder) batch(ctx context.Context, s *session, of batchOf) (last int64, more bool, err error) {
	l, in, after := of.layout, of.in, of.after
	err = s.run(ctx, func(ctx context.Context) error {
		filter := bson.D{
			{Key: "t", Value: int64(l.Tenant)}, {Key: "e", Value: int64(l.Entity)}, {Key: "r", Value: bson.D{{Key: "$gt", Value: after}}},
		}
		cur, err := in.Find(ctx, filter, options.Find().SetSort(keys("r")).SetLimit(buildBatch).SetBatchSize(buildBatch+1).SetProjection(rowProjection))
		if err != nil {
			return err
		}
		last, more = after, false
		var models []driver.WriteModel
		c := newClaims()
		n := 0
		err = eachRow(ctx, cur, func(w *row) {
			n++
			last = int64(w.rec)
			models = append(models, rebuilt(l, in == b.e.trash, w))
			if in == b.e.rows {
				c.holdAll(l, w)
			}
		})
		if err != nil || n == 0 {
			return err
		}
		more = n == buildBatch
		if _, err := in.BulkWrite(ctx, models); err != nil {
			return err
		}
		return b.claimAll(ctx, l, &c)
	})
	return last, more, err
}

// rebuilt replaces what a document holds beside its values.
func rebuilt(l *layout, trash bool, w *row) driver.WriteModel {
	doc := w.document(l)
	if trash {
		doc = withoutSlots(doc)
	}
	at := bson.D{{Key: "_id", Value: w.id}, {Key: "t", Value: int64(l.Tenant)}, {Key: "e", Value: int64(l.Entity)}, {Key: "r", Value: int64(w.rec)}}
	return driver.NewReplaceOneModel().SetFilter(at).SetReplacement(doc)
}

// holdAll notes what a record must hold.
func (c *claims) holdAll(l *layout, w *row) {
	for i := range l.Shape.Fields {
		f := &l.Shape.Fields[i]
		v := w.values[nameOf(f.ID, f.Kind)]
		if !f.Unique || v == nil || l.Parts[claimPart(f)] == leaving {
			continue
		}
		c.take(claimID(l.Tenant, l.Entity, f, v), claim{entity: l.Entity, field: f.ID, record: w.rec})
	}
}

// claimAll stores claims that nobody holds. Of two records with one value the
// first keeps it.
func (b *builder) claimAll(ctx context.Context, l *layout, c *claims) error {
	held, err := b.e.holders(ctx, c.order)
	if err != nil {
		return err
	}
	var docs []any
	for _, id := range c.order {
		if _, has := held[id]; !has {
			docs = append(docs, claimDoc(l.Tenant, id, c.taken[id]))
		}
	}
	if len(docs) == 0 {
		return nil
	}
	_, err = b.e.uniq.InsertMany(ctx, docs)
	return err
}
