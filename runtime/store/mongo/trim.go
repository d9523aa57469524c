package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/runtime/store"
	"tongban/schema"
)

var _ store.Trimmer = (*Engine)(nil)

// Trim implements store.Trimmer. The log's floor rises before anything is
// deleted: who reads the log in between is told that it has been trimmed.
func (e *Engine) Trim(ctx context.Context, t schema.TenantID, before int64, most int) (more bool, err error) {
	defer told(ctx, &err)
	floor, err := e.floor(ctx, t)
	if err != nil {
		return false, err
	}
	old, to, err := e.oldest(ctx, t, floor, before, most)
	if err != nil || to == floor {
		return false, err
	}
	kept, err := e.inTrash(ctx, t, old)
	if err != nil {
		return false, err
	}
	lower := bson.D{{Key: "_id", Value: int64(t)}, {Key: "$or", Value: bson.A{bson.D{{Key: "f", Value: bson.D{{Key: "$exists", Value: false}}}}, is("f", "$lt", int64(to))}}}
	_, err = e.seqs.UpdateOne(ctx, lower, bson.D{{Key: "$set", Value: bson.D{{Key: "f", Value: int64(to)}}}})
	if err != nil {
		return false, fmt.Errorf("mongo: raise the floor of the log: %w", err)
	}
	ids := make(bson.A, 0, len(old))
	for _, c := range old {
		if !kept[recordOf{c.entity, c.record}] {
			ids = append(ids, c.id)
		}
	}
	if _, err := e.changes.DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}, {Key: "t", Value: int64(t)}}); err != nil {
		return false, fmt.Errorf("mongo: trim the log: %w", err)
	}
	return len(old) == most, nil
}

// floor is the position up to which a log has been trimmed.
func (e *Engine) floor(ctx context.Context, t schema.TenantID) (schema.Seq, error) {
	raw, err := e.seqs.FindOne(ctx, bson.D{{Key: "_id", Value: int64(t)}}).Raw()
	if errors.Is(err, driver.ErrNoDocuments) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("mongo: floor of the log: %w", err)
	}
	return schema.Seq(intAt(raw, "f")), nil
}

type recordOf struct {
	entity schema.EntityID
	record schema.RecordID
}

// oldChange is a line of the log that may be forgotten.
type oldChange struct {
	id string
	recordOf
}

// oldest lists the lines behind the floor up to the first that is too young,
// and the position of the last of them.
func (e *Engine) oldest(ctx context.Context, t schema.TenantID, floor schema.Seq, before int64, most int) (out []oldChange, to schema.Seq, err error) {
	cur, err := e.changes.Find(ctx, bson.D{{Key: "t", Value: int64(t)}, {Key: "q", Value: bson.D{{Key: "$gt", Value: int64(floor)}}}},
		options.Find().SetSort(keys("q")).SetLimit(int64(most)).SetBatchSize(int32(min(most, 1000))).
			SetProjection(bson.D{{Key: "_id", Value: 1}, {Key: "q", Value: 1}, {Key: "at", Value: 1}, {Key: "e", Value: 1}, {Key: "r", Value: 1}}))
	if err != nil {
		return nil, floor, fmt.Errorf("mongo: old changes: %w", err)
	}
	to, young := floor, false
	err = eachDoc(ctx, cur, func(raw bson.Raw) error {
		if young = young || intAt(raw, "at") >= before; !young {
			to = schema.Seq(intAt(raw, "q"))
			out = append(out, oldChange{textAt(raw, "_id"), recordOf{schema.EntityID(intAt(raw, "e")), schema.RecordID(intAt(raw, "r"))}})
		}
		return nil
	})
	return out, to, err
}

// inTrash tells which of the records lie in the trash.
func (e *Engine) inTrash(ctx context.Context, t schema.TenantID, of []oldChange) (map[recordOf]bool, error) {
	ids := map[schema.EntityID]bson.A{}
	for _, c := range of {
		if c.entity != 0 {
			ids[c.entity] = append(ids[c.entity], int64(c.record))
		}
	}
	out := map[recordOf]bool{}
	for ent, list := range ids {
		cur, err := e.trash.Find(ctx, bson.D{{Key: "t", Value: int64(t)}, {Key: "e", Value: int64(ent)}, {Key: "r", Value: bson.D{{Key: "$in", Value: list}}}},
			options.Find().SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "r", Value: 1}}))
		if err != nil {
			return nil, fmt.Errorf("mongo: trash: %w", err)
		}
		err = eachDoc(ctx, cur, func(raw bson.Raw) error {
			out[recordOf{ent, schema.RecordID(intAt(raw, "r"))}] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
