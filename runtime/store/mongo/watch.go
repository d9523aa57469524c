package mongo

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/schema"
)

// openStream opens the process's one change stream: on commits of others,
// which the relay must know, and on logs that have grown. It returns nil where
// the server has no change streams.
func (e *Engine) openStream(ctx context.Context) *driver.ChangeStream {
	pipe := bson.A{
		bson.D{{Key: "$match", Value: bson.D{{Key: "$or", Value: bson.A{
			bson.D{{Key: "ns.coll", Value: "seqs"}},
			bson.D{{Key: "ns.coll", Value: "changes"}, {Key: "operationType", Value: "insert"}},
		}}}}},
		bson.D{{Key: "$project", Value: bson.D{{Key: "ns", Value: 1}, {Key: "documentKey", Value: 1}, {Key: "operationType", Value: 1}}}},
	}
	cs, err := e.db.Watch(ctx, pipe, options.ChangeStream().SetMaxAwaitTime(time.Second))
	if err != nil {
		e.log.DebugContext(ctx, "no change stream", "error", err)
		return nil
	}
	return cs
}

// watch follows the change stream until ctx ends, and opens a new one where it
// breaks: what was missed meanwhile is in the log anyway.
func (e *Engine) watch(ctx context.Context, cs *driver.ChangeStream) {
	if cs == nil {
		return
	}
	for try := 0; ctx.Err() == nil; try++ {
		if cs != nil {
			e.follow(ctx, cs)
			try = 0
		}
		if pause(ctx, try+5) != nil {
			return
		}
		if cs = e.openStream(ctx); cs != nil {
			e.catchUp(ctx)
		}
	}
}

// follow asks again and again, each time for a second at most: what is asked for
// without an end would count as a connection that has died (mostSilent).
func (e *Engine) follow(ctx context.Context, cs *driver.ChangeStream) {
	for ctx.Err() == nil && cs.Err() == nil && cs.ID() != 0 {
		if !cs.TryNext(ctx) {
			continue
		}
		ns := cs.Current.Lookup("ns", "coll")
		switch coll, _ := ns.StringValueOK(); coll {
		case "changes":
			e.relay.poke()
		case "seqs":
			t, _ := asInt(cs.Current.Lookup("documentKey", "_id"))
			e.relay.grown(schema.TenantID(t), 0)
		}
	}
	if err := cs.Err(); err != nil && ctx.Err() == nil {
		e.log.WarnContext(ctx, "change stream broken", "error", err)
	}
	if err := cs.Close(context.WithoutCancel(ctx)); err != nil {
		e.log.DebugContext(ctx, "change stream not closed", "error", err)
	}
}

// catchUp tells of all logs that grew while nobody watched.
func (e *Engine) catchUp(ctx context.Context) {
	e.relay.poke()
	cur, err := e.seqs.Find(ctx, bson.D{}, options.Find().SetBatchSize(1000))
	if err == nil {
		err = eachDoc(ctx, cur, func(raw bson.Raw) error {
			e.relay.grown(schema.TenantID(intAt(raw, "_id")), schema.Seq(intAt(raw, "q")))
			return nil
		})
	}
	if err != nil && ctx.Err() == nil {
		e.log.WarnContext(ctx, "logs not looked through", "error", err)
	}
}
