package mongo

import (
	"context"
	"errors"

	"tongban/runtime/store"
	"tongban/runtime/store/why"
	"tongban/schema"
	"tongban/schema/query"
)

// slots are the indexes that the documents of an entity are ready for, beside
// those that its shape asks for.
type slots struct {
	shape  *store.Shape
	layout *layout
}

// Index implements why.Indexes.
func (s slots) Index(f schema.FieldID) store.PlanHow {
	fs := s.shape.Field(f)
	switch {
	case f == schema.SysID, f == schema.SysUpdatedAt:
		return store.PlanIndex
	case fs == nil:
		return store.PlanScan
	}
	if _, ready := s.layout.readySlot(fs); ready {
		return store.PlanIndex
	}
	if _, building := s.layout.slotFor(fs); building {
		return store.PlanBuilding
	}
	return store.PlanScan
}

// Search implements why.Indexes.
func (s slots) Search(fields []schema.FieldID) store.PlanHow {
	for _, f := range fields {
		fs := s.shape.Field(f)
		if fs == nil || !fs.Searchable {
			return store.PlanNever
		}
		if !s.layout.searchable(fs) {
			return store.PlanBuilding
		}
	}
	return store.PlanSearch
}

// Explain says what the layout's slots and tokens serve: the server picks among
// them by itself. Raw names them.
func (r *reader) Explain(ctx context.Context, s *store.Shape, q *query.Query) (*store.Plan, error) {
	c, err := r.compilerFor(ctx, s, q.Trash)
	if err != nil {
		return nil, err
	}
	if err := r.checks(ctx, c, q); err != nil {
		return nil, err
	}
	in := slots{shape: s, layout: c.layout}
	p, err := why.Explain(ctx, r, s, q, in)
	if err != nil {
		return nil, err
	}
	for _, st := range p.Steps {
		for _, f := range st.Fields {
			p.Raw = append(p.Raw, r.served(in, f, st.How))
		}
	}
	return p, nil
}

func (r *reader) served(in slots, f schema.FieldID, how store.PlanHow) string {
	fs := in.shape.Field(f)
	switch {
	case how == store.PlanSearch || how == store.PlanLinks:
		return "rows: tokens {t,e,x,r}"
	case f == schema.SysUpdatedAt:
		return "rows: updated {t,e,ua,r}"
	case fs == nil || how != store.PlanIndex:
		return "rows: record {t,e,r}"
	}
	slot, _ := in.layout.readySlot(fs)
	return "rows: slot {t,e," + slot + ",r}"
}

// checks refuses what Find would refuse.
func (r *reader) checks(ctx context.Context, c *compiler, q *query.Query) error {
	where, err := r.resolve(ctx, q.Where)
	if err != nil {
		return err
	}
	if _, err := c.filter(where); err != nil && !errors.Is(err, errKeys) {
		return err
	}
	if _, err := c.order(q.Sort); err != nil && !errors.Is(err, errKeys) {
		return err
	}
	return nil
}
