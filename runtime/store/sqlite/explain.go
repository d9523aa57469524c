package sqlite

import (
	"context"
	"errors"

	"tongban/runtime/store"
	"tongban/runtime/store/why"
	"tongban/schema"
	"tongban/schema/query"
)

// built are the indexes that a table has, beside those that its shape asks for.
type built struct {
	shape *store.Shape
	t     *table
}

// Index implements why.Indexes.
func (b built) Index(f schema.FieldID) store.PlanHow {
	fs := b.shape.Field(f)
	switch {
	case f == schema.SysID:
		return store.PlanIndex
	case fs == nil || !indexable(fs.Kind):
		return store.PlanScan
	case b.t.Cols[f].Indexed:
		return store.PlanIndex
	case fs.Indexed:
		return store.PlanBuilding
	}
	return store.PlanScan
}

// Search implements why.Indexes.
func (b built) Search(fields []schema.FieldID) store.PlanHow {
	for _, f := range fields {
		if fs := b.shape.Field(f); fs == nil || !fs.Searchable {
			return store.PlanNever
		}
		if !b.t.Cols[f].Grammed {
			return store.PlanBuilding
		}
	}
	return store.PlanSearch
}

// Explain implements store.Reader.
func (r *reader) Explain(ctx context.Context, s *store.Shape, q *query.Query) (*store.Plan, error) {
	r.meet(s)
	found, err := compileFind(r.layout, s, q)
	if err != nil {
		return nil, err
	}
	if r.c == nil || len(found.parts) == 0 {
		return &store.Plan{Steps: why.Steps(q.Where, q.Sort, why.Shaped{Shape: s})}, ctx.Err()
	}
	p, err := why.Explain(ctx, r, s, q, built{shape: s, t: r.layout.tables[s.Entity]})
	if err != nil {
		return nil, err
	}
	for _, parts := range [][]statement{found.parts, found.sorted} {
		if len(parts) == 0 {
			continue
		}
		if p.Raw, err = r.c.explain(parts[0], p.Raw); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// explain appends what SQLite is going to do. Unlike other statements such a
// one stays under way, and with it the snapshot, until it is reset.
func (c *conn) explain(of statement, to []string) (_ []string, err error) {
	s, err := c.prep("EXPLAIN QUERY PLAN " + of.sql)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Reset()) }()
	bindAll(s, of.args)
	for {
		more, err := s.Step()
		if err != nil || !more {
			return to, err
		}
		to = append(to, s.ColumnText(3))
	}
}
