// Package why says what a query makes an engine look at: which of its
// conditions an index serves, and how many records are left to look at. It
// knows what indexes can do, the engines know which of them there are.
package why

import (
	"context"
	"slices"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
	"tongban/schema/textkey"
)

// Indexes tells what there is.
type Indexes interface {
	// Index says how a field is served: PlanIndex, PlanBuilding or PlanScan.
	Index(f schema.FieldID) store.PlanHow
	// Search says the same of a search in some fields, with PlanSearch.
	Search(fields []schema.FieldID) store.PlanHow
}

// counter is what of a store.Reader is needed.
type counter interface {
	Count(ctx context.Context, s *store.Shape, where query.Expr, atMost int64) (int64, error)
}

// mostCounted is of how many conditions the records are counted.
const mostCounted = 4

// Explain makes the plan of a query. It costs a few capped counts over indexes.
func Explain(ctx context.Context, r counter, s *store.Shape, q *query.Query, in Indexes) (*store.Plan, error) {
	p := &store.Plan{Steps: Steps(q.Where, q.Sort, in)}
	var err error
	if p.Total, err = r.Count(ctx, s, nil, store.PlanCap); err != nil {
		return nil, err
	}
	best := p.Total
	for _, x := range first(served(conditions(q.Where), in), mostCounted) {
		n, err := r.Count(ctx, s, x, store.PlanCap)
		if err != nil {
			return nil, err
		}
		best = min(best, n)
	}
	p.Rows = best
	if len(conditions(q.Where)) == 0 && p.Indexed() {
		p.Rows = min(best, int64(q.Limit))
	}
	return p, nil
}

func first[T any](list []T, n int) []T { return list[:min(len(list), n)] }

// Steps lists the conditions that must all hold, then the keys of the order.
func Steps(where query.Expr, sorts []query.Sort, in Indexes) []store.PlanStep {
	var out []store.PlanStep
	for _, x := range conditions(where) {
		st := store.PlanStep{How: how(x, in)}
		visit(x, func(f schema.FieldID) {
			if f != 0 && !slices.Contains(st.Fields, f) {
				st.Fields = append(st.Fields, f)
			}
		})
		out = append(out, st)
	}
	for _, k := range sorts {
		out = append(out, store.PlanStep{Sort: true, How: in.Index(k.Field), Fields: []schema.FieldID{k.Field}})
	}
	return out
}

// conditions are what must all hold.
func conditions(x query.Expr) []query.Expr {
	switch x := x.(type) {
	case nil, query.True:
		return nil
	case query.And:
		var out []query.Expr
		for _, y := range x {
			out = append(out, conditions(y)...)
		}
		return out
	}
	return []query.Expr{x}
}

func served(list []query.Expr, in Indexes) []query.Expr {
	var out []query.Expr
	for _, x := range list {
		if how(x, in).Serves() {
			out = append(out, x)
		}
	}
	return out
}

// how says what serves a condition by itself.
func how(x query.Expr, in Indexes) store.PlanHow {
	switch x := x.(type) {
	case query.Cmp:
		return unless(x.Op == query.Ne, in.Index(x.Field))
	case query.In:
		return unless(x.Neg, in.Index(x.Field))
	case query.Empty:
		return unless(x.Neg, in.Index(x.Field))
	case query.SetOp:
		return unless(x.Mode == query.HasNone || len(x.Vals) == 0, store.PlanLinks)
	case query.Rel:
		return unless(x.Neg, store.PlanLinks)
	case query.LinkedFrom:
		return unless(x.Neg, store.PlanLinks)
	case query.Ids:
		return store.PlanIDs
	case query.TextOp:
		fields := x.Fields
		if x.Field != 0 {
			fields = []schema.FieldID{x.Field}
		}
		return unless(x.Neg || len(textkey.QueryGrams(x.Val)) == 0, in.Search(fields))
	case query.And:
		return best(x, in)
	case query.Or:
		return worst(x, in)
	}
	return store.PlanNever
}

func unless(never bool, h store.PlanHow) store.PlanHow {
	if never {
		return store.PlanNever
	}
	return h
}

// rank puts the ways into order, the best first.
var rank = []store.PlanHow{
	store.PlanIDs, store.PlanIndex, store.PlanLinks, store.PlanSearch, store.PlanBuilding, store.PlanScan, store.PlanNever,
}

func compare(a, b store.PlanHow) int { return slices.Index(rank, a) - slices.Index(rank, b) }

func best(list []query.Expr, in Indexes) store.PlanHow {
	out := store.PlanNever
	for _, x := range list {
		if h := how(x, in); compare(h, out) < 0 {
			out = h
		}
	}
	return out
}

func worst(list []query.Expr, in Indexes) store.PlanHow {
	out := store.PlanIDs
	for _, x := range list {
		if h := how(x, in); compare(h, out) > 0 {
			out = h
		}
	}
	return out
}

// visit calls fn for the fields that a condition asks by, those of this entity alone.
func visit(x query.Expr, fn func(schema.FieldID)) {
	switch x := x.(type) {
	case query.And:
		for _, y := range x {
			visit(y, fn)
		}
	case query.Or:
		for _, y := range x {
			visit(y, fn)
		}
	case query.Not:
		visit(x.X, fn)
	case query.Cmp:
		fn(x.Field)
	case query.In:
		fn(x.Field)
	case query.SetOp:
		fn(x.Field)
	case query.Empty:
		fn(x.Field)
	case query.Rel:
		fn(x.Field)
	case query.TextOp:
		fn(x.Field)
		for _, f := range x.Fields {
			fn(f)
		}
	}
}

// Shaped are the indexes that a shape asks for, as if all were complete.
type Shaped struct{ *store.Shape }

// Index implements Indexes.
func (s Shaped) Index(f schema.FieldID) store.PlanHow {
	if f == schema.SysID {
		return store.PlanIndex
	}
	if fs := s.Field(f); fs != nil && fs.Indexed && fs.Kind != schema.KindSet && fs.Kind != schema.KindJSON {
		return store.PlanIndex
	}
	return store.PlanScan
}

// Search implements Indexes.
func (s Shaped) Search(fields []schema.FieldID) store.PlanHow {
	for _, f := range fields {
		if fs := s.Field(f); fs == nil || !fs.Searchable {
			return store.PlanNever
		}
	}
	return store.PlanSearch
}
