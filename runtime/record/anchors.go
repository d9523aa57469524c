package record

import (
	"context"
	"fmt"

	"tongban/runtime/access"
	"tongban/schema"
	"tongban/schema/fail"
)

// The distances of anchors.
const (
	MinEvery     = 100
	MaxEvery     = 100_000
	DefaultEvery = 1000
)

// Anchors are cursors at every so-manyth record of a query, and how many
// records there are in all: whoever jumps far starts from the nearest.
type Anchors struct {
	Count   int64
	Cursors []string
}

// Anchors returns the cursors that paging q by every would give, at once. The
// limit, cursor and fields of q do not count. What is hidden takes no part, as in Query.
func (s *Service) Anchors(ctx context.Context, a access.Actor, ent schema.EntityID, q Request, every int) (*Anchors, error) {
	if every == 0 {
		every = DefaultEvery
	}
	if every < MinEvery || every > MaxEvery {
		return nil, fail.New(fail.Invalid, "query.badLimit").On("every").With("max", MaxEvery)
	}
	snap, r, err := s.rights(ctx, a, ent)
	if err != nil {
		return nil, err
	}
	q.Limit, q.Cursor, q.Fields = 0, "", nil
	p, err := s.plan(snap, r, &q)
	if err != nil {
		return nil, err
	}
	out := &Anchors{}
	err = s.share(ctx, snap, a, tollOf(snap, ent, p.query.Where, p.query.Sort, "anchors"), func(rd *reading) error {
		found, err := rd.r.Anchors(ctx, snap.Shape(ent), p.query, every)
		if err != nil {
			return fmt.Errorf("find anchors: %w", err)
		}
		out.Count, out.Cursors = found.Count, make([]string, len(found.Cursors))
		for i := range found.Cursors {
			out.Cursors[i] = encodeCursor(p.binding, &found.Cursors[i])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
