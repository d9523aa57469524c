package mongo

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/runtime/store"
	"tongban/schema"
)

// History returns the changes of one record, newest first.
func (r *reader) History(ctx context.Context, e schema.EntityID, id schema.RecordID, before schema.Version, limit int) ([]store.Change, error) {
	filter := bson.D{{Key: "t", Value: int64(r.t)}, {Key: "e", Value: int64(e)}, {Key: "r", Value: int64(id)}}
	if before > 0 {
		filter = append(filter, bson.E{Key: "v", Value: bson.D{{Key: "$lt", Value: int64(before)}}})
	}
	return r.readChanges(ctx, filter, bson.D{{Key: "v", Value: -1}}, limit)
}

// ChangeSet returns the changes that were committed under one id, oldest first.
func (r *reader) ChangeSet(ctx context.Context, id string, limit int) ([]store.Change, error) {
	if id == "" {
		return nil, nil
	}
	r.settle(ctx)
	return r.readChanges(ctx, bson.D{{Key: "t", Value: int64(r.t)}, {Key: "cs", Value: id}}, keys("o", "c", "n"), limit)
}

// Changes returns the log after a position.
func (r *reader) Changes(ctx context.Context, after schema.Seq, limit int) ([]store.Change, error) {
	r.settle(ctx)
	filter := bson.D{{Key: "t", Value: int64(r.t)}, {Key: "q", Value: bson.D{{Key: "$gt", Value: int64(after)}}}}
	out, err := r.readChanges(ctx, filter, keys("q"), limit)
	if n := len(out); err != nil || n > 0 && out[n-1].Seq == after+schema.Seq(n) {
		return out, err // without a gap
	}
	floor, err := r.e.floor(r.within(ctx), r.t)
	if err == nil && after < floor {
		return nil, store.ErrTrimmed
	}
	return out, err
}

// LastSeq is the position of the newest change in the log.
func (r *reader) LastSeq(ctx context.Context) (schema.Seq, error) {
	r.settle(ctx)
	raw, err := r.e.seqs.FindOne(r.within(ctx), bson.D{{Key: "_id", Value: int64(r.t)}}).Raw()
	if errors.Is(err, driver.ErrNoDocuments) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("mongo: last position: %w", err)
	}
	return schema.Seq(intAt(raw, "q")), nil
}

// settle lets a process see its own commits in the log, if it has not begun
// to read: it puts them there now rather than wait for the relay.
func (r *reader) settle(ctx context.Context) {
	if !r.used {
		r.e.relay.settle(ctx, r.t)
	}
}

func (r *reader) readChanges(ctx context.Context, filter, sort bson.D, limit int) ([]store.Change, error) {
	if limit <= 0 {
		return nil, ctx.Err()
	}
	cur, err := r.e.changes.Find(r.within(ctx), filter, options.Find().SetSort(sort).SetLimit(int64(limit)).SetBatchSize(int32(min(limit, 1000))).SetAllowDiskUse(true))
	if err != nil {
		return nil, fmt.Errorf("mongo: changes: %w", err)
	}
	var out []store.Change
	err = eachDoc(r.within(ctx), cur, func(raw bson.Raw) error {
		c, err := decodeChange(raw)
		out = append(out, c)
		return err
	})
	return out, err
}

func decodeChange(raw bson.Raw) (store.Change, error) {
	c := store.Change{
		Seq: schema.Seq(intAt(raw, "q")), Op: store.OpKind(textAt(raw, "op")),
		Entity: schema.EntityID(intAt(raw, "e")), Record: schema.RecordID(intAt(raw, "r")), Version: schema.Version(intAt(raw, "v")),
		DocKind: textAt(raw, "dk"), DocKey: textAt(raw, "dy"),
		Origin: store.Origin{
			Actor: schema.UserID(intAt(raw, "by")), Via: textAt(raw, "via"), ChangeSet: textAt(raw, "cs"),
			At: intAt(raw, "at"), Depth: int(intAt(raw, "d")),
		},
	}
	var err error
	if c.Before, err = decodeChanged(raw.Lookup("b")); err != nil {
		return c, err
	}
	c.After, err = decodeChanged(raw.Lookup("a"))
	return c, err
}

// Doc returns a document.
func (r *reader) Doc(ctx context.Context, kind, key string) (store.Doc, error) {
	raw, err := r.e.docs.FindOne(r.within(ctx), docFilter(r.t, kind, key)).Raw()
	if err != nil && !errors.Is(err, driver.ErrNoDocuments) {
		return store.Doc{}, fmt.Errorf("mongo: document: %w", err)
	}
	if err != nil || expired(raw, r.e.now().UnixMilli()) {
		return store.Doc{}, store.ErrNotFound
	}
	return decodeDoc(raw), nil
}

func docFilter(t schema.TenantID, kind, key string) bson.D {
	return bson.D{{Key: "t", Value: int64(t)}, {Key: "k", Value: kind}, {Key: "y", Value: key}}
}

func expired(raw bson.Raw, now int64) bool {
	at := intAt(raw, "x")
	return at > 0 && at <= now
}

func decodeDoc(raw bson.Raw) store.Doc {
	_, body, _ := raw.Lookup("b").BinaryOK()
	return store.Doc{
		Kind: textAt(raw, "k"), Key: textAt(raw, "y"), Version: schema.Version(intAt(raw, "v")),
		Body: append([]byte{}, body...), ExpiresAt: intAt(raw, "x"),
	}
}

// Docs lists documents of a kind by key.
func (r *reader) Docs(ctx context.Context, kind, prefix, after string, limit int) ([]store.Doc, error) {
	if limit <= 0 {
		return nil, ctx.Err()
	}
	parts := bson.A{bson.D{{Key: "$or", Value: bson.A{
		is("x", "$eq", 0), is("x", "$gt", r.e.now().UnixMilli()),
	}}}}
	if prefix != "" {
		parts = append(parts, is("y", "$regex", "^"+regexp.QuoteMeta(prefix)), is("y", "$gte", prefix))
	}
	if after != "" {
		parts = append(parts, is("y", "$gt", after))
	}
	filter := bson.D{{Key: "t", Value: int64(r.t)}, {Key: "k", Value: kind}, {Key: "$and", Value: parts}}
	cur, err := r.e.docs.Find(r.within(ctx), filter, options.Find().SetSort(keys("y")).SetLimit(int64(limit)).SetBatchSize(int32(min(limit, 1000))))
	if err != nil {
		return nil, fmt.Errorf("mongo: documents: %w", err)
	}
	var out []store.Doc
	err = eachDoc(r.within(ctx), cur, func(raw bson.Raw) error {
		out = append(out, decodeDoc(raw))
		return nil
	})
	return out, err
}
