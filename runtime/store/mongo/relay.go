package mongo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/schema"
)

const (
	leaseID    = "relay"
	leaseFor   = 5 * time.Second
	renewAfter = time.Second
	pumpBatch  = 1000
	// How long between looks for changes: where the server pushes, and where not.
	lookLive = 2 * time.Second
	lookBusy = 250 * time.Millisecond
	lookIdle = time.Second
)

// relay puts committed changes into their tenants' logs: it gives them
// positions without gaps, after their commits. One process holds the lease and
// does it for all; that two might do it at once is harmless, for each batch is
// a transaction that moves the tenant's end of log.
type relay struct {
	e     *Engine
	owner string
	live  bool
	kick  chan struct{}

	mu     sync.Mutex
	until  time.Time                // the lease is ours
	next   time.Time                // when to ask for it again
	dirty  map[schema.TenantID]bool // committed to here, and not yet in the log
	seen   map[schema.TenantID]schema.Seq
	locks  keyedLocks
	idling int
}

func newRelay(e *Engine) *relay {
	return &relay{
		e: e, owner: bson.NewObjectID().Hex(), kick: make(chan struct{}, 1),
		dirty: map[schema.TenantID]bool{}, seen: map[schema.TenantID]schema.Seq{},
	}
}

// wake tells of a commit in this process.
func (r *relay) wake(t schema.TenantID) {
	r.mu.Lock()
	r.dirty[t] = true
	r.mu.Unlock()
	r.poke()
}

// poke makes the relay look at once.
func (r *relay) poke() {
	select {
	case r.kick <- struct{}{}:
	default:
	}
}

func (r *relay) run(ctx context.Context) {
	for ctx.Err() == nil {
		if r.lease(ctx) {
			r.drain(ctx)
		}
		if !r.live {
			r.poll(ctx)
		}
		r.wait(ctx)
	}
}

func (r *relay) wait(ctx context.Context) {
	d := lookLive
	if !r.live {
		d = lookBusy
		if r.idling > 40 {
			d = lookIdle
		}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-r.kick:
	case <-timer.C:
	}
}

// lease takes or keeps the lease and reports whether it is ours.
func (r *relay) lease(ctx context.Context) bool {
	now := r.e.now()
	r.mu.Lock()
	ours, ask := now.Before(r.until), !now.Before(r.next)
	r.mu.Unlock()
	if !ask {
		return ours
	}
	got, err := r.take(ctx, now)
	if err != nil && ctx.Err() == nil {
		r.e.log.WarnContext(ctx, "relay lease not renewed", "error", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = now.Add(renewAfter)
	if got {
		r.until = now.Add(leaseFor - renewAfter)
	} else if err == nil {
		r.until = time.Time{}
	}
	return r.e.now().Before(r.until)
}

func (r *relay) take(ctx context.Context, now time.Time) (bool, error) {
	mine := bson.D{{Key: "_id", Value: leaseID}, {Key: "$or", Value: bson.A{
		is("owner", "$eq", r.owner), is("until", "$lte", now.UnixMilli()),
	}}}
	set := bson.D{{Key: "$set", Value: bson.D{{Key: "owner", Value: r.owner}, {Key: "until", Value: now.Add(leaseFor).UnixMilli()}}}}
	_, err := r.e.leases.UpdateOne(ctx, mine, set, options.UpdateOne().SetUpsert(true))
	if driver.IsDuplicateKeyError(err) {
		return false, nil // another process holds it
	}
	if err != nil {
		return false, fmt.Errorf("take lease: %w", err)
	}
	return true, nil
}

// leave gives the lease back, so that another process need not wait for its end.
func (r *relay) leave(ctx context.Context) {
	_, err := r.e.leases.DeleteOne(ctx, bson.D{{Key: "_id", Value: leaseID}, {Key: "owner", Value: r.owner}})
	if err != nil {
		r.e.log.WarnContext(ctx, "relay lease not given back", "error", err)
	}
}

// drain pumps until nothing is left.
func (r *relay) drain(ctx context.Context) {
	for ctx.Err() == nil {
		tenants, err := r.pending(ctx)
		if err != nil {
			if ctx.Err() == nil {
				r.e.log.WarnContext(ctx, "pending changes unread", "error", err)
			}
			return
		}
		for _, t := range tenants {
			if err := r.pump(ctx, t); err != nil && ctx.Err() == nil {
				r.e.log.WarnContext(ctx, "changes not yet in the log", "tenant", int64(t), "error", err)
				return
			}
		}
		if len(tenants) == 0 {
			return
		}
	}
}

// pending lists tenants with changes that are not in the log.
func (r *relay) pending(ctx context.Context) ([]schema.TenantID, error) {
	cur, err := r.e.changes.Find(ctx, bson.D{{Key: "u", Value: true}},
		options.Find().SetSort(keys("o", "c", "n")).SetLimit(pumpBatch).SetBatchSize(pumpBatch).SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "t", Value: 1}}))
	if err != nil {
		return nil, fmt.Errorf("find pending: %w", err)
	}
	var out []schema.TenantID
	seen := map[schema.TenantID]bool{}
	err = eachDoc(ctx, cur, func(raw bson.Raw) error {
		if t := schema.TenantID(intAt(raw, "t")); !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
		return nil
	})
	return out, err
}

// settle puts what this process has committed to a tenant into the log.
func (r *relay) settle(ctx context.Context, t schema.TenantID) {
	r.mu.Lock()
	dirty := r.dirty[t]
	r.mu.Unlock()
	if !dirty {
		return
	}
	if err := r.pump(ctx, t); err != nil && ctx.Err() == nil {
		r.e.log.WarnContext(ctx, "changes not yet in the log", "tenant", int64(t), "error", err)
	}
}

// pump empties a tenant's pending changes into its log.
func (r *relay) pump(ctx context.Context, t schema.TenantID) error {
	defer r.locks.lock([]string{fmt.Sprint(t)})()
	s, err := r.e.newSession(ctx)
	if err != nil {
		return err
	}
	defer s.end(ctx)
	for try := 0; ; {
		r.mu.Lock()
		r.dirty[t] = false
		r.mu.Unlock()
		n, last, err := r.pumpOnce(ctx, s, t)
		switch {
		case err == nil && n > 0:
			r.grown(t, last)
		case err == nil:
			return nil
		}
		if err == nil && n < pumpBatch {
			return nil
		}
		if err == nil {
			continue
		}
		r.mu.Lock()
		r.dirty[t] = true
		r.mu.Unlock()
		if try++; try > 20 || !again(err) && !errors.Is(err, errUnknown) {
			return err
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

// pumpOnce gives the oldest pending changes of a tenant their positions.
// Changes of one record stand in the order of its versions, for each was made
// with an order number above the one before.
func (r *relay) pumpOnce(ctx context.Context, s *session, t schema.TenantID) (n int, last schema.Seq, err error) {
	err = s.run(ctx, func(ctx context.Context) error {
		n, last = 0, 0
		ids, err := r.oldest(ctx, t)
		if err != nil || len(ids) == 0 {
			return err
		}
		raw, err := r.e.seqs.FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: int64(t)}},
			bson.D{
				{Key: "$inc", Value: bson.D{{Key: "q", Value: int64(len(ids))}}},
				{Key: "$set", Value: bson.D{{Key: "m", Value: r.e.now().UnixMilli()}}},
			},
			options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)).Raw()
		if err != nil {
			return err
		}
		last = schema.Seq(intAt(raw, "q"))
		first := int64(last) - int64(len(ids)) + 1
		models := make([]driver.WriteModel, len(ids))
		for i, id := range ids {
			models[i] = driver.NewUpdateOneModel().
				SetFilter(bson.D{{Key: "_id", Value: id}, {Key: "t", Value: int64(t)}, {Key: "u", Value: true}}).
				SetUpdate(bson.D{
					{Key: "$set", Value: bson.D{{Key: "q", Value: first + int64(i)}}},
					{Key: "$unset", Value: bson.D{{Key: "u", Value: ""}}},
				})
		}
		res, err := r.e.changes.BulkWrite(ctx, models)
		if err != nil {
			return err
		}
		if int(res.ModifiedCount) != len(ids) {
			return fmt.Errorf("%d of %d changes got a position", res.ModifiedCount, len(ids))
		}
		n = len(ids)
		return nil
	})
	return n, last, err
}

func (r *relay) oldest(ctx context.Context, t schema.TenantID) ([]string, error) {
	cur, err := r.e.changes.Find(ctx, bson.D{{Key: "t", Value: int64(t)}, {Key: "u", Value: true}},
		options.Find().SetSort(keys("o", "c", "n")).SetLimit(pumpBatch).SetBatchSize(pumpBatch+1).SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, err
	}
	var ids []string
	err = eachDoc(ctx, cur, func(raw bson.Raw) error {
		ids = append(ids, textAt(raw, "_id"))
		return nil
	})
	return ids, err
}

// grown tells listeners, once for each new end of a log.
func (r *relay) grown(t schema.TenantID, last schema.Seq) {
	r.mu.Lock()
	news := last == 0 || last > r.seen[t]
	r.seen[t] = max(r.seen[t], last)
	r.mu.Unlock()
	if news {
		r.e.tell(t)
	}
}

// poll looks which logs have grown by other processes' doing. It looks a
// little into the past, for clocks differ.
func (r *relay) poll(ctx context.Context) {
	since := r.e.now().Add(-10 * time.Second).UnixMilli()
	cur, err := r.e.seqs.Find(ctx, is("m", "$gte", since), options.Find().SetBatchSize(1000))
	if err == nil {
		err = eachDoc(ctx, cur, func(raw bson.Raw) error {
			t, last := schema.TenantID(intAt(raw, "_id")), schema.Seq(intAt(raw, "q"))
			r.mu.Lock()
			news := last > r.seen[t]
			r.mu.Unlock()
			if news {
				r.idling = -1
				r.grown(t, last)
			}
			return nil
		})
	}
	if err != nil && ctx.Err() == nil {
		r.e.log.WarnContext(ctx, "logs not polled", "error", err)
	}
	r.idling++
}

// forget drops what is remembered of a tenant.
func (r *relay) forget(t schema.TenantID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.dirty, t)
	delete(r.seen, t)
}
