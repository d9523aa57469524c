package record

import (
	"context"
	"fmt"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/runtime/store/why"
	"tongban/schema"
)

// Explanation says how a list of records is answered, in codes of texts.
type Explanation struct {
	Summary Phrase
	Indexed bool
	Steps   []Explained
	Plan    []string // the engine's own words, for designers alone
}

// Phrase is a text and its parameters.
type Phrase struct {
	Code   string
	Params map[string]any
}

// Explained is one step. Field is nil where it is about no field, or about one
// that the actor may not know of.
type Explained struct {
	Kind string // filter, scope, sort, group, rows, next
	How  store.PlanHow
	Phrase
	Field *schema.Field
	Rows  int64 // -1: not told
}

// Explain says why a list is fast or slow. Fields that the actor may not know
// of are not named, and no records are counted where it may not see all: a
// count over others' would tell of them.
func (s *Service) Explain(ctx context.Context, a access.Actor, ent schema.EntityID, q Request) (*Explanation, error) {
	snap, r, err := s.rights(ctx, a, ent)
	if err != nil {
		return nil, err
	}
	view, err := s.viewOf(snap, r, q.View)
	if err != nil {
		return nil, err
	}
	p, err := s.plan(snap, r, &q)
	if err != nil {
		return nil, err
	}
	x := &explainer{snap: snap, rights: r, out: &Explanation{Steps: []Explained{}}, limited: p.scope != nil}
	x.scoped = len(why.Steps(p.scope, nil, why.Shaped{Shape: snap.Shape(ent)}))
	if view != nil && q.Sort == nil {
		x.groups = len(view.Group)
	}
	w := tollOf(snap, ent, p.query.Where, p.query.Sort, "explain")
	err = s.share(ctx, snap, a, w, func(rd *reading) error {
		found, err := rd.r.Explain(ctx, snap.Shape(ent), p.query)
		if err != nil {
			return fmt.Errorf("explain: %w", err)
		}
		x.plan = found
		return nil
	})
	if err != nil {
		return nil, err
	}
	return x.explain(view != nil), nil
}

// ExplainView explains a view as it opens.
func (s *Service) ExplainView(ctx context.Context, a access.Actor, id schema.ViewID) (*Explanation, error) {
	snap, err := s.catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	v, err := s.catalog.VisibleView(a, snap, id)
	if err != nil {
		return nil, err
	}
	return s.Explain(ctx, a, v.Entity, Request{View: id})
}

type explainer struct {
	snap    *catalog.Snapshot
	rights  *access.Rights
	plan    *store.Plan
	scoped  int  // so many conditions are the rights'
	limited bool // the actor may not see all
	groups  int  // so many keys of the order are the view's groups
	out     *Explanation
}

func (x *explainer) explain(saved bool) *Explanation {
	if x.limited {
		x.add("scope", "explain.scope", store.PlanStep{}, nil)
	}
	sorts := 0
	for i, st := range x.plan.Steps {
		switch {
		case st.Sort:
			x.order(st, sorts)
			sorts++
		case i >= x.scoped:
			x.condition(st)
		}
	}
	all := !x.limited
	if all {
		x.count()
	} else {
		x.plan.Rows = store.PlanCap // what it is must not show
	}
	x.out.Indexed = x.plan.Indexed()
	x.out.Summary = Phrase{Code: x.summary(all)}
	if !x.out.Indexed {
		x.next(saved)
	}
	if x.rights.Actor().IsDesigner() {
		x.out.Plan = x.plan.Raw
	}
	return x.out
}

func (x *explainer) summary(all bool) string {
	building := slices.ContainsFunc(x.plan.Steps, func(st store.PlanStep) bool { return st.How == store.PlanBuilding })
	switch {
	case x.out.Indexed:
		return "explain.fast"
	case all && x.plan.Total <= store.PlanSmall:
		return "explain.small"
	case building:
		return "explain.building"
	}
	return "explain.slow"
}

func (x *explainer) add(kind, code string, st store.PlanStep, f *schema.Field) {
	e := Explained{Kind: kind, How: st.How, Phrase: Phrase{Code: code}, Field: f, Rows: -1}
	if f != nil {
		e.Params = map[string]any{"field": f.Name}
	}
	x.out.Steps = append(x.out.Steps, e)
}

// condition adds a line for each field of a condition that may be named.
func (x *explainer) condition(st store.PlanStep) {
	for _, id := range st.Fields {
		if f := x.field(id); f != nil {
			x.add("filter", "explain.filter."+string(st.How), st, f)
		}
	}
}

func (x *explainer) order(st store.PlanStep, nth int) {
	f := x.field(st.Fields[0])
	if f == nil {
		return
	}
	kind := "sort"
	if nth < x.groups {
		kind = "group"
	}
	how := string(st.How)
	if nth > 0 {
		how = "later"
	}
	x.add(kind, "explain."+kind+"."+how, st, f)
}

// field returns a field that may be named: a field that is shown, or that
// stands for a system field.
func (x *explainer) field(id schema.FieldID) *schema.Field {
	if id > 0 {
		f := x.rights.Entity().Behind(id)
		if f == nil || !x.rights.Readable(f.ID) {
			return nil
		}
		return f
	}
	for name, sys := range systemNames {
		if sys == id {
			return &schema.Field{ID: id, Key: name, Name: name}
		}
	}
	return nil
}

func (x *explainer) count() {
	code := "explain.rows"
	if x.plan.Rows >= store.PlanCap {
		code = "explain.rowsMany"
	}
	x.out.Steps = append(x.out.Steps, Explained{
		Kind: "rows", Phrase: Phrase{Code: code, Params: map[string]any{"rows": x.plan.Rows}}, Rows: x.plan.Rows,
	})
}

// next says what will be done, or can be.
func (x *explainer) next(saved bool) {
	ent := x.rights.Entity().ID
	w := toll{entity: ent, steps: x.plan.Steps}
	full := x.snap.IndexesFull(ent)
	building, lacking := false, false
	for _, st := range x.plan.Steps {
		building = building || st.How == store.PlanBuilding
	}
	for _, id := range w.lacks(x.snap) {
		if f := x.field(id); f != nil && !full {
			lacking = true
			x.add("next", "explain.next.auto", store.PlanStep{}, f)
		}
	}
	switch {
	case building:
		x.add("next", "explain.next.building", store.PlanStep{}, nil)
	case full:
		x.add("next", "explain.next.full", store.PlanStep{}, nil)
	case lacking && !saved:
		x.add("next", "explain.next.save", store.PlanStep{}, nil)
	case !lacking:
		x.add("next", "explain.next.narrow", store.PlanStep{}, nil)
	}
}
