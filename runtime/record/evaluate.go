package record

import (
	"fmt"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/filter"
	"tongban/schema/formula"
	"tongban/schema/query"
	"tongban/schema/region"
)

// maxLoaded is how many linked records are loaded to compute a value; of more
// the store makes the figure where it can.
const maxLoaded = 500

// evaluator computes values from records as they will be: those of a batch,
// else those of the store. It knows no rights; who may see a value is asked of
// its sources (runtime/access).
type evaluator struct {
	rd     *reading
	w      *writing // nil outside of writes
	env    *formula.Env
	names  field.Names
	cond   map[*catalog.Computed]query.Expr
	linked map[linkedKey][]schema.RecordID
	clocks map[string]*formula.Program
	lazy   bool // a read: what is being brought up to date is computed, not taken
}

type linkedKey struct {
	entity schema.EntityID
	field  schema.FieldID
	id     schema.RecordID
}

func newEvaluator(rd *reading, w *writing) *evaluator {
	ev := &evaluator{
		rd: rd, w: w, env: rd.svc.formulaEnv(rd.snap, rd.actor),
		cond: map[*catalog.Computed]query.Expr{}, linked: map[linkedKey][]schema.RecordID{},
	}
	ev.names = evalNames{&names{snap: rd.snap}, ev}
	return ev
}

// formulaEnv is what formulas depend on besides the record.
func (s *Service) formulaEnv(snap *catalog.Snapshot, a access.Actor) *formula.Env {
	env := &formula.Env{Now: s.now(), Zone: snap.Zone(), Locale: snap.Tenant.Locale, WeekStart: snap.WeekStart()}
	env.Calendar, env.Rate, env.Region = snap.CalendarNamed, snap.Rate, region.Name
	if name := snap.UserName(a.User); name != "" {
		env.Me = formula.Text(name)
	}
	return env
}

// value computes one field of one record.
func (ev *evaluator) value(c *catalog.Computed, rec *schema.Record) (schema.Value, formula.ErrCode, error) {
	switch {
	case c.Broken:
		return nil, formula.ErrRef, nil
	case c.Field.Type == "formula":
		v, code := field.FromFormula(c.Field, c.Program.Eval(ev.env, evalRow{ev, c.Entity, rec}), ev.env.Zone)
		return v, code, ev.rd.err
	case c.Field.Type == "sla":
		due, _ := ev.due(c, rec)
		return due, "", ev.rd.err
	}
	return ev.fromLinked(c, rec)
}

// evalRow is a record as formulas read it.
type evalRow struct {
	ev     *evaluator
	entity *schema.Entity
	rec    *schema.Record
}

func (r evalRow) ID() schema.RecordID { return r.rec.ID }
func (r evalRow) CreatedAt() int64    { return r.rec.CreatedAt }
func (r evalRow) UpdatedAt() int64    { return r.rec.UpdatedAt }

// ChangedAt is when somebody last gave a field its value; 0 for never.
func (r evalRow) ChangedAt(id schema.FieldID) int64 { return r.ev.changedAt(r.entity, id, r.rec) }

// Value is what a field holds; a computed one that failed is its error.
func (r evalRow) Value(id schema.FieldID) formula.Value {
	f := r.entity.Field(id)
	if f == nil {
		return formula.Failed(formula.ErrRef)
	}
	if field.IsComputed(f) {
		if c := r.ev.behind(r.entity, f); c != nil {
			v, code, err := r.ev.value(c, r.rec)
			if err != nil {
				r.ev.rd.fault(err)
			}
			if code != "" {
				return formula.Failed(code)
			}
			return field.ToFormula(f, v, r.ev.names)
		}
		if sh := r.entity.Shadow(0, schema.ShadowErrors); sh != nil {
			if code := errorAt(r.rec.Values[sh.ID], id); code != "" {
				return formula.Failed(code)
			}
		}
		if f.Options.Volatile {
			return r.ev.volatile(r.entity, f, r.rec)
		}
	}
	return field.ToFormula(f, r.ev.held(f, r.rec), r.ev.names)
}

// behind is a field that a read must compute, because what is stored is being
// brought up to date; else nil.
func (ev *evaluator) behind(e *schema.Entity, f *schema.Field) *catalog.Computed {
	if !ev.lazy || !field.IsComputed(f) || !slices.Contains(ev.rd.snap.Updating(e.ID), f.ID) {
		return nil
	}
	return ev.rd.snap.Graph().Node(e.ID, f.ID)
}

// volatile computes a formula that is not stored.
func (ev *evaluator) volatile(e *schema.Entity, f *schema.Field, rec *schema.Record) formula.Value {
	c := ev.rd.snap.Graph().Node(e.ID, f.ID)
	if c == nil || c.Broken || c.Program == nil {
		return formula.Failed(formula.ErrRef)
	}
	return c.Program.Eval(ev.env, evalRow{ev, e, rec})
}

// held is the value of any field, derived links and system fields included.
func (ev *evaluator) held(f *schema.Field, rec *schema.Record) schema.Value {
	if f.Options.Derived {
		ids, err := ev.linkedIDs(f, rec.ID, maxLoaded)
		if err != nil {
			ev.rd.fault(err)
			return nil
		}
		if len(ids) == 0 {
			return nil
		}
		set := make([]int64, len(ids))
		for i, id := range ids {
			set[i] = int64(id)
		}
		return set
	}
	if t, ok := field.Of(f.Type); ok {
		if sys := t.Traits(f).System; sys != 0 {
			return rec.Get(sys)
		}
	}
	return rec.Values[f.ID]
}

// evalNames finds the titles of linked records as they will be.
type evalNames struct {
	*names
	ev *evaluator
}

// Record is the title of a linked record.
func (n evalNames) Record(e schema.EntityID, id schema.RecordID) (string, bool) {
	recs := n.ev.records(e, []schema.RecordID{id})
	ent := n.ev.rd.snap.Entity(e)
	if len(recs) == 0 || ent == nil {
		return "", false
	}
	f := ent.Field(ent.Title)
	if f == nil || f.Type == "link" {
		return "", true
	}
	t, ok := field.Of(f.Type)
	if !ok {
		return "", true
	}
	return t.Text(f, recs[0].Get(f.ID), n.names), true
}

// over is the work of the batch on a record, or nil.
func (ev *evaluator) over(e schema.EntityID, id schema.RecordID) *work {
	if ev.w == nil {
		return nil
	}
	return ev.w.byID[recordRef{e, id}]
}

func (wk *work) gone() bool { return wk.op == store.OpTrash || wk.op == store.OpPurge }

// records returns the live ones of the records as they will be, in the order of ids.
func (ev *evaluator) records(e schema.EntityID, ids []schema.RecordID) []*schema.Record {
	stored := make([]schema.RecordID, 0, len(ids))
	for _, id := range ids {
		if ev.over(e, id) == nil {
			stored = append(stored, id)
		}
	}
	found := ev.rd.records(e, stored)
	if len(stored) == len(ids) {
		return found
	}
	byID := make(map[schema.RecordID]*schema.Record, len(ids))
	for _, r := range found {
		byID[r.ID] = r
	}
	out := make([]*schema.Record, 0, len(ids))
	for _, id := range ids {
		r := byID[id]
		if wk := ev.over(e, id); wk != nil && !wk.gone() {
			r = wk.after
		}
		if r != nil {
			out = append(out, r)
		}
	}
	return out
}

// linkedIDs lists the live records that hold a record in the stored side of a
// derived link, oldest first, at most limit of the stored ones.
func (ev *evaluator) linkedIDs(l *schema.Field, id schema.RecordID, limit int) ([]schema.RecordID, error) {
	ent, inv := l.Options.Entity, l.Options.Inverse
	k := linkedKey{ent, inv, id}
	ids, ok := ev.linked[k]
	if !ok {
		shape := ev.rd.snap.Shape(ent)
		if shape == nil || shape.Field(inv) == nil || ev.rd.r == nil {
			return nil, nil
		}
		found, err := ev.rd.r.Linked(ev.rd.ctx, shape, inv, []schema.RecordID{id}, maxLoaded+1)
		if err != nil {
			return nil, fmt.Errorf("load linking records: %w", err)
		}
		ids = found[id]
		ev.linked[k] = ids
	}
	if ev.w != nil {
		ids = ev.overlaid(ids, ent, inv, id)
	}
	return ids[:min(len(ids), max(limit, 0))], nil
}

// overlaid adds the records of the batch that hold id now, and takes out those
// that do not any more.
func (ev *evaluator) overlaid(ids []schema.RecordID, ent schema.EntityID, inv schema.FieldID, id schema.RecordID) []schema.RecordID {
	holds := func(wk *work) bool {
		return !wk.gone() && slices.Contains(setOf(wk.after.Values[inv]), int64(id))
	}
	out := slices.Clone(ids)
	for _, wk := range ev.w.of(ent) {
		i := slices.Index(out, wk.after.ID)
		switch has := holds(wk); {
		case has && i < 0:
			out = append(out, wk.after.ID)
		case !has && i >= 0:
			out = slices.Delete(out, i, i+1)
		}
	}
	slices.Sort(out)
	return out
}

// of lists the works on an entity's records.
func (w *writing) of(e schema.EntityID) []*work {
	var out []*work
	for _, wk := range w.works {
		if wk.side.entity.ID == e {
			out = append(out, wk)
		}
	}
	return out
}

// prefetch loads what a field needs of the other side for many records at once.
func (ev *evaluator) prefetch(c *catalog.Computed, recs []*schema.Record) error {
	links := map[*schema.Field]bool{}
	if c.Link != nil {
		links[c.Link] = true
	}
	for _, f := range c.Far {
		links[f.Link] = true
	}
	for l := range links {
		var ids []schema.RecordID
		if l.Options.Derived {
			found, err := ev.prefetchLinked(l, recs)
			if err != nil {
				return err
			}
			ids = found
		} else {
			for _, r := range recs {
				ids = appendIDs(ids, setOf(r.Values[l.ID]))
			}
		}
		if len(ids) > 1 && len(ids) <= 20*MaxBatch {
			slices.Sort(ids)
			ev.records(l.Options.Entity, slices.Compact(ids))
		}
	}
	return ev.rd.err
}

func (ev *evaluator) prefetchLinked(l *schema.Field, recs []*schema.Record) ([]schema.RecordID, error) {
	ent, inv := l.Options.Entity, l.Options.Inverse
	var want []schema.RecordID
	for _, r := range recs {
		if _, ok := ev.linked[linkedKey{ent, inv, r.ID}]; !ok {
			want = append(want, r.ID)
		}
	}
	shape := ev.rd.snap.Shape(ent)
	if len(want) == 0 || shape == nil || shape.Field(inv) == nil || ev.rd.r == nil {
		return nil, nil
	}
	found, err := ev.rd.r.Linked(ev.rd.ctx, shape, inv, want, maxLoaded+1)
	if err != nil {
		return nil, fmt.Errorf("load linking records: %w", err)
	}
	var all []schema.RecordID
	for _, id := range want {
		ev.linked[linkedKey{ent, inv, id}] = found[id]
		if len(found[id]) <= maxLoaded { // of more the store makes the figure
			all = append(all, found[id]...)
		}
	}
	return all, nil
}

// condition is the filter of a lookup, rollup or count; nil for none. It means
// the same for everybody.
func (ev *evaluator) condition(c *catalog.Computed) query.Expr {
	if len(c.Field.Options.Filter) == 0 {
		return nil
	}
	if x, ok := ev.cond[c]; ok {
		return x
	}
	var x query.Expr = query.Or{} // a filter that no longer fits lets nothing through
	if to := ev.rd.snap.Entity(c.Link.Options.Entity); to != nil {
		env := access.FilterEnv(access.Actor{Tenant: ev.rd.actor.Tenant, System: true}, ev.rd.snap, ev.rd.svc.now())
		if y, err := filter.Compile(to, c.Field.Options.Filter, env); err == nil {
			x = y
		}
	}
	if _, all := x.(query.True); all {
		x = nil
	}
	ev.cond[c] = x
	return x
}
