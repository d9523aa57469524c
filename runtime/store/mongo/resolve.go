package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// maxLinks is how many records a condition on links may come to.
const maxLinks = 200_000

// resolve puts conditions on links into plain words: it asks the other entity
// first, in the same snapshot, and names the ids that it found.
func (r *reader) resolve(ctx context.Context, x query.Expr) (query.Expr, error) {
	switch x := x.(type) {
	case query.And:
		list, err := r.resolveAll(ctx, x)
		return query.And(list), err
	case query.Or:
		list, err := r.resolveAll(ctx, x)
		return query.Or(list), err
	case query.Not:
		inner, err := r.resolve(ctx, x.X)
		return query.Not{X: inner}, err
	case query.Rel:
		return r.resolveRel(ctx, x)
	case query.LinkedFrom:
		return r.resolveLinked(ctx, x)
	}
	return x, nil
}

func (r *reader) resolveAll(ctx context.Context, list []query.Expr) ([]query.Expr, error) {
	out := make([]query.Expr, len(list))
	for i, x := range list {
		var err error
		if out[i], err = r.resolve(ctx, x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// other returns what conditions on another entity are compiled with; nil where
// nothing was ever written to it.
func (r *reader) other(ctx context.Context, e schema.EntityID) (*compiler, error) {
	l, err := r.layout(ctx, e, nil)
	if err != nil || l.Gen == 0 {
		return nil, err
	}
	return &compiler{layout: l, shape: l.Shape}, nil
}

func (r *reader) resolveRel(ctx context.Context, x query.Rel) (query.Expr, error) {
	var ids []int64
	c, err := r.other(ctx, x.Entity)
	if err != nil {
		return nil, err
	}
	if c != nil {
		if ids, err = r.idsOf(ctx, c, x.Where); err != nil {
			return nil, err
		}
	}
	return negate(query.SetOp{Field: x.Field, Mode: query.HasAny, Vals: ids}, x.Neg), nil
}

func negate(x query.Expr, neg bool) query.Expr {
	if neg {
		return query.Not{X: x}
	}
	return x
}

func (r *reader) idsOf(ctx context.Context, c *compiler, where query.Expr) ([]int64, error) {
	where, err := r.resolve(ctx, where)
	if err != nil {
		return nil, err
	}
	filter, err := r.filter(ctx, c, where)
	if err != nil {
		return nil, err
	}
	cur, err := r.e.rows.Find(r.within(ctx), filter, options.Find().SetBatchSize(10_000).SetLimit(maxLinks+1).
		SetProjection(bson.D{{Key: "_id", Value: 0}, {Key: "r", Value: 1}}))
	if err != nil {
		return nil, fmt.Errorf("mongo: linked records: %w", err)
	}
	var ids []int64
	err = eachDoc(r.within(ctx), cur, func(raw bson.Raw) error {
		ids = append(ids, intAt(raw, "r"))
		return nil
	})
	if err == nil && len(ids) > maxLinks {
		err = fmt.Errorf("more than %d linked records: %w", maxLinks, store.ErrTooSlow)
	}
	return ids, err
}

func (r *reader) resolveLinked(ctx context.Context, x query.LinkedFrom) (query.Expr, error) {
	ids := query.Ids{}
	c, err := r.other(ctx, x.Entity)
	if err != nil || c == nil {
		return negate(ids, x.Neg), err
	}
	where, err := r.resolve(ctx, x.Where)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	err = r.eachSet(ctx, c, x.Field, query.And{where, query.Empty{Field: x.Field, Neg: true}}, func(_ schema.RecordID, set []int64) {
		for _, v := range set {
			if !seen[v] && len(ids) <= maxLinks {
				seen[v] = true
				ids = append(ids, schema.RecordID(v))
			}
		}
	})
	if err == nil && len(ids) > maxLinks {
		err = fmt.Errorf("more than %d linked records: %w", maxLinks, store.ErrTooSlow)
	}
	return negate(ids, x.Neg), err
}
