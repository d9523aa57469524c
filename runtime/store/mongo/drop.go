package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"tongban/schema"
)

// DropEntity removes an entity's records, trash and claims; the log stays.
func (e *Engine) DropEntity(ctx context.Context, t schema.TenantID, ent schema.EntityID) error {
	ctx, cancel := context.WithTimeout(ctx, longLife)
	defer cancel()
	of := bson.D{{Key: "t", Value: int64(t)}, {Key: "e", Value: int64(ent)}}
	for _, in := range []*driver.Collection{e.rows, e.trash, e.uniq, e.entities} {
		if _, err := in.DeleteMany(ctx, of); err != nil {
			return fmt.Errorf("mongo: drop entity from %s: %w", in.Name(), err)
		}
	}
	e.forgetLayouts(t, func(x schema.EntityID) bool { return x == ent })
	return nil
}

// DropTenant removes everything of a tenant.
func (e *Engine) DropTenant(ctx context.Context, t schema.TenantID) error {
	ctx, cancel := context.WithTimeout(ctx, longLife)
	defer cancel()
	of := bson.D{{Key: "t", Value: int64(t)}}
	cur, err := e.entities.Find(ctx, of)
	if err != nil {
		return fmt.Errorf("mongo: entities of tenant: %w", err)
	}
	var ents []schema.EntityID
	err = eachDoc(ctx, cur, func(raw bson.Raw) error {
		ents = append(ents, schema.EntityID(intAt(raw, "e")))
		return nil
	})
	if err != nil {
		return err
	}
	for _, ent := range ents {
		if err := e.DropEntity(ctx, t, ent); err != nil {
			return err
		}
	}
	for _, in := range []*driver.Collection{e.docs, e.changes, e.counters, e.marks, e.uniq} {
		if _, err := in.DeleteMany(ctx, of); err != nil {
			return fmt.Errorf("mongo: drop tenant from %s: %w", in.Name(), err)
		}
	}
	if _, err := e.seqs.DeleteOne(ctx, bson.D{{Key: "_id", Value: int64(t)}}); err != nil {
		return fmt.Errorf("mongo: drop the tenant's log: %w", err)
	}
	e.relay.forget(t)
	return nil
}
