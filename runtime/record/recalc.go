package record

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/query"
)

const fillAhead = 4 // batches that are stored at the same time

// Progress is how far a field's values have been brought up to date.
type Progress struct{ Done, Total int64 }

// Updating tells how far the fields of an entity are whose values are being
// brought up to date on all records.
func (s *Service) Updating(ctx context.Context, t schema.TenantID, e schema.EntityID) (map[schema.FieldID]Progress, error) {
	list, err := s.recalcs(ctx, t)
	if err != nil {
		return nil, err
	}
	out := map[schema.FieldID]Progress{}
	for _, j := range list {
		for _, st := range j.Steps {
			if st.Entity != e || !j.Design {
				continue
			}
			for _, f := range st.Fields {
				out[f] = Progress{Done: j.Done, Total: j.Total}
			}
		}
	}
	moves, err := s.conversions(ctx, t)
	for _, v := range moves {
		if v.Entity == e {
			out[v.Field] = Progress{Done: v.Done, Total: v.Total}
		}
	}
	return out, err
}

func (s *Service) recalcs(ctx context.Context, t schema.TenantID) ([]*catalog.Recalc, error) {
	return jobs[catalog.Recalc](ctx, s, t, catalog.KindRecalc)
}

// Recalculate brings the values up to date that changes of metadata, or of
// records that many look at, have left stale. It returns when nothing is left,
// or when other processes have the rest. Interrupted, it goes on where it was.
func (s *Service) Recalculate(ctx context.Context, t schema.TenantID) error {
	if err := s.moveAll(ctx, t); err != nil {
		return err
	}
	if err := s.startDay(ctx, t); err != nil {
		return err
	}
	return workOff(ctx, t, s.recalcs, s.recalc)
}

// Behind says whether something is left for Recalculate.
func (s *Service) Behind(ctx context.Context, t schema.TenantID) (bool, error) {
	list, err := s.recalcs(ctx, t)
	if err != nil || len(list) > 0 {
		return true, err
	}
	moves, err := s.conversions(ctx, t)
	if err != nil || len(moves) > 0 {
		return true, err
	}
	copies, err := s.duplications(ctx, t)
	if err != nil || len(copies) > 0 {
		return true, err
	}
	snap, err := s.catalog.Tenant(ctx, t)
	if err != nil {
		return false, err
	}
	if len(snap.Outdated(s.now().UnixMilli())) > 0 {
		return true, nil
	}
	day, err := s.newDay(ctx, snap)
	return day != nil, err
}

// recalc works one document off.
func (s *Service) recalc(ctx context.Context, t schema.TenantID, j *catalog.Recalc) error {
	leave, err := s.take(ctx, t, j)
	if err != nil {
		return err
	}
	defer leave()
	r := &recalculation{svc: s, tenant: t, job: j, actor: access.Actor{Tenant: t, System: true}}
	for ; j.Step < len(j.Steps); j.Step, j.After = j.Step+1, 0 {
		if err := r.step(ctx, &j.Steps[j.Step]); err != nil {
			return err
		}
	}
	op := store.DocOp{Kind: catalog.KindRecalc, Key: j.Key, IfVersion: j.Version, Log: j.Design}
	err = s.noteJob(ctx, t, op)
	if j.Design {
		s.catalog.Invalidate(t)
	}
	s.wake(t)
	return err
}

// recalculation is one document being worked off.
type recalculation struct {
	svc    *Service
	tenant schema.TenantID
	job    *catalog.Recalc
	actor  access.Actor
}

// step goes through the records of one part, in the order of their ids.
func (r *recalculation) step(ctx context.Context, st *catalog.RecalcStep) error {
	snap, err := r.svc.catalog.Tenant(ctx, r.tenant)
	if err != nil {
		return err
	}
	if snap.Entity(st.Entity) == nil {
		return nil
	}
	if r.job.Design && r.job.After == 0 {
		if err := r.count(ctx, snap, st.Entity); err != nil {
			return err
		}
	}
	var pending []chan error
	for n := 1; ; n++ {
		if snap, err = r.svc.catalog.Tenant(ctx, r.tenant); err != nil {
			return errors.Join(err, drain(pending, 0))
		}
		last, stored, err := r.batch(ctx, snap, st)
		if err != nil {
			return errors.Join(err, drain(pending, 0))
		}
		if stored != nil {
			pending = append(pending, stored)
		}
		if len(pending) >= fillAhead {
			if err := drain(pending, len(pending)-1); err != nil {
				return errors.Join(err, drain(pending[1:], 0))
			}
			pending = pending[1:]
		}
		if last == 0 {
			return drain(pending, 0)
		}
		if n%noteEvery == 0 {
			if err := drain(pending, 0); err != nil {
				return err
			}
			pending, r.job.After = nil, last
			if err := r.svc.hold(ctx, r.tenant, r.job); err != nil {
				return err
			}
		}
		r.job.After = last
	}
}

// drain waits for all but the last keep of what is being stored.
func drain(pending []chan error, keep int) error {
	var errs []error
	for _, c := range pending[:len(pending)-keep] {
		errs = append(errs, <-c)
	}
	return errors.Join(errs...)
}

func (r *recalculation) count(ctx context.Context, snap *catalog.Snapshot, e schema.EntityID) error {
	return r.svc.engine.View(ctx, r.tenant, func(rd store.Reader) error {
		n, err := rd.Count(ctx, snap.Shape(e), nil, 0)
		r.job.Total = r.job.Done + n
		return err
	})
}

// batch brings the next records up to date and returns the last one's id, 0 at
// the end. What it has to store of new fields is stored meanwhile.
func (r *recalculation) batch(ctx context.Context, snap *catalog.Snapshot, st *catalog.RecalcStep) (schema.RecordID, chan error, error) {
	var ids []schema.RecordID
	var ops []store.Op
	err := r.svc.view(ctx, snap, r.actor, func(rd *reading) error {
		recs, err := r.find(rd, st)
		if err != nil {
			return err
		}
		for _, rec := range recs {
			ids = append(ids, rec.ID)
		}
		if !r.job.Design || len(recs) == 0 {
			return nil
		}
		ops, err = fills(rd, st, recs)
		return err
	})
	if err != nil || len(ids) == 0 {
		return 0, nil, err
	}
	last := ids[len(ids)-1]
	if !r.job.Design {
		return last, nil, r.svc.refresh(ctx, r.tenant, st, ids)
	}
	r.job.Done += int64(len(ids))
	if len(ops) == 0 {
		return last, nil, nil
	}
	stored := make(chan error, 1)
	if numbered(ops) {
		stored <- r.number(ctx, st, ops)
		return last, stored, nil
	}
	go func() { stored <- r.fill(ctx, st, ops) }()
	return last, stored, nil
}

// find reads the next records of a part. Named ones come in the order of their ids.
func (r *recalculation) find(rd *reading, st *catalog.RecalcStep) ([]*schema.Record, error) {
	shape := rd.snap.Shape(st.Entity)
	if len(st.IDs) > 0 {
		ids := slices.Clone(st.IDs)
		slices.Sort(ids)
		i, found := slices.BinarySearch(ids, r.job.After)
		if found {
			i++
		}
		for part := range slices.Chunk(ids[i:], maxSettled) {
			recs, err := rd.r.Get(rd.ctx, shape, part, []schema.FieldID{})
			if err != nil {
				return nil, fmt.Errorf("load records: %w", err)
			}
			if recs = slices.DeleteFunc(recs, func(r *schema.Record) bool { return r == nil }); len(recs) > 0 {
				return recs, nil
			}
		}
		return nil, nil
	}
	q := &query.Query{Limit: MaxBatch, Fields: needed(rd.snap, st)}
	if r.job.After != 0 {
		q.After = &query.Cursor{ID: r.job.After}
	}
	if st.Link != 0 {
		if shape.Field(st.Link) == nil {
			return nil, nil
		}
		targets := make([]int64, len(st.Targets))
		for i, id := range st.Targets {
			targets[i] = int64(id)
		}
		q.Where, q.Limit = query.SetOp{Field: st.Link, Mode: query.HasAny, Vals: targets}, maxSettled
	}
	p, err := rd.r.Find(rd.ctx, shape, q)
	if err != nil {
		return nil, fmt.Errorf("find records: %w", err)
	}
	return p.Records, nil
}

// needed lists what must be loaded to compute the fields of a step.
func needed(snap *catalog.Snapshot, st *catalog.RecalcStep) []schema.FieldID {
	e, shape := snap.Entity(st.Entity), snap.Shape(st.Entity)
	var out []schema.FieldID
	add := func(id schema.FieldID) {
		if shape.Field(id) != nil && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	var reads func(c *catalog.Computed, depth int)
	reads = func(c *catalog.Computed, depth int) {
		add(c.Field.ID)
		for _, id := range c.Reads {
			add(id)
			if own := snap.Graph().Node(e.ID, id); own != nil && !own.Stored && depth < 16 {
				reads(own, depth+1)
			}
		}
	}
	for _, id := range st.Fields {
		if c := snap.Graph().Node(e.ID, id); c != nil {
			reads(c, 0)
		}
		if f := e.Field(id); f != nil {
			add(id)
			for _, with := range f.UniqueWith {
				add(with)
			}
		}
	}
	for _, sh := range e.Shadows {
		add(sh.ID)
	}
	return out
}

// fills computes a step's fields and returns what must be stored.
func fills(rd *reading, st *catalog.RecalcStep, recs []*schema.Record) ([]store.Op, error) {
	e, ev := rd.snap.Entity(st.Entity), newEvaluator(rd, nil)
	works := make([]*work, len(recs))
	side := &side{entity: e, shape: rd.snap.Shape(e.ID)}
	for i, rec := range recs {
		works[i] = &work{side: side, op: store.OpUpdate, after: rec, set: schema.Values{}, prior: schema.Values{}}
	}
	for _, id := range st.Fields {
		c := rd.snap.Graph().Node(e.ID, id)
		if c == nil || !c.Stored {
			continue
		}
		if err := ev.prefetch(c, recs); err != nil {
			return nil, err
		}
		for _, wk := range works {
			wk.recallChanges(ev, c)
			v, code, err := ev.value(c, wk.after)
			if err != nil {
				return nil, err
			}
			wk.setClock(ev, c)
			wk.setComputed(c.Field, v, code, rd.snap.RateNow)
		}
	}
	for _, id := range st.Fields {
		if f := e.Field(id); f != nil {
			for _, wk := range works {
				if field.IsMoney(f) {
					wk.setWorth(f, rd.snap.RateNow)
				}
				if err := wk.give(f, rd.snap.Zone()); err != nil {
					return nil, err
				}
			}
		}
	}
	var ops []store.Op
	for _, wk := range works {
		wk.setKeys()
		if len(wk.set) > 0 || len(wk.numbers) > 0 {
			ops = append(ops, store.Op{Kind: store.OpFill, Shape: side.shape, ID: wk.after.ID, IfVersion: wk.after.Version, Set: wk.set, Before: wk.prior, Numbers: wk.numbers})
		}
	}
	return ops, nil
}

// number stores values that hold numbers.
func (r *recalculation) number(ctx context.Context, st *catalog.RecalcStep, ops []store.Op) error {
	ids := idsOf(ops)
	defer r.svc.locks.lock(ids)()
	ops, err := r.again(ctx, st, ids)
	if err != nil {
		return err
	}
	return r.fill(ctx, st, ops)
}

// fill stores what was computed. Records that changed meanwhile are computed
// anew; a key that another record holds stays empty.
func (r *recalculation) fill(ctx context.Context, st *catalog.RecalcStep, ops []store.Op) error {
	for try := 0; len(ops) > 0 && try < tries; try++ {
		receipt, err := r.svc.engine.Commit(ctx, r.tenant, &store.Commit{Origin: store.Origin{Via: viaCompute, At: r.svc.now().UnixMilli()}, Ops: ops})
		var f *store.Fault
		switch {
		case errors.Is(err, store.ErrDuplicate) && errors.As(err, &f) && f.Op >= 0 && f.Op < len(ops):
			delete(ops[f.Op].Set, f.Field)
			try = 0
			continue
		case errors.Is(err, store.ErrBusy):
			if err := r.svc.breathe(ctx, try+2); err != nil {
				return err
			}
			continue
		case err != nil:
			return fmt.Errorf("fill computed values: %w", err)
		}
		var late []schema.RecordID
		for i, v := range receipt.Versions {
			if v == 0 {
				late = append(late, ops[i].ID)
			}
		}
		if len(late) == 0 {
			return nil
		}
		if ops, err = r.again(ctx, st, late); err != nil {
			return err
		}
	}
	return nil
}

func (r *recalculation) again(ctx context.Context, st *catalog.RecalcStep, ids []schema.RecordID) ([]store.Op, error) {
	snap, err := r.svc.catalog.Tenant(ctx, r.tenant)
	if err != nil {
		return nil, err
	}
	var ops []store.Op
	err = r.svc.view(ctx, snap, r.actor, func(rd *reading) error {
		recs, err := rd.r.Get(ctx, snap.Shape(st.Entity), ids, nil)
		if err != nil {
			return fmt.Errorf("load records: %w", err)
		}
		recs = slices.DeleteFunc(recs, func(r *schema.Record) bool { return r == nil })
		ops, err = fills(rd, st, recs)
		return err
	})
	return ops, err
}

// refresh brings fields of some records up to date, and what follows from them,
// as a change of its own that no person made.
func (s *Service) refresh(ctx context.Context, t schema.TenantID, st *catalog.RecalcStep, ids []schema.RecordID) error {
	b := &Batch{Actor: access.Actor{Tenant: t, System: true}, Entity: st.Entity, Via: viaCompute, ChangeSet: schema.FormatID("cs_", s.ids.Next())}
	defer s.locks.lock(ids)()
	for try := 1; ; try++ {
		err := s.refreshOnce(ctx, b, st, ids)
		if !errors.Is(err, errAgain) || try > tries {
			return err
		}
		if err := s.breathe(ctx, try); err != nil {
			return err
		}
	}
}

func (s *Service) refreshOnce(ctx context.Context, b *Batch, st *catalog.RecalcStep, ids []schema.RecordID) error {
	w, err := s.begin(ctx, b, nil)
	if err != nil {
		return err
	}
	end := s.flights.begin()
	defer end()
	err = s.view(ctx, w.snap, b.Actor, func(rd *reading) error {
		w.rd = rd
		v := newWave(w)
		for _, id := range st.Fields {
			c := v.graph.Node(st.Entity, id)
			if st.Relay != 0 {
				c = v.graph.Relay(st.Relay, st.Entity, id)
			}
			if c != nil && c.Stored {
				if err := v.bring(c, v.missing(c, ids)); err != nil {
					return err
				}
				for _, id := range ids {
					if wk := w.byID[recordRef{st.Entity, id}]; wk != nil {
						v.add(c, wk)
					}
				}
			}
		}
		return w.ride(v)
	})
	if err != nil {
		return err
	}
	if err := s.commit(ctx, w); err != nil {
		return err
	}
	if w.job != nil { // what follows from many
		s.backlog.add(b.Actor.Tenant)
	}
	return nil
}

// missing lists those of the records that are not in the batch yet.
func (v *wave) missing(c *catalog.Computed, ids []schema.RecordID) []schema.RecordID {
	var out []schema.RecordID
	for _, id := range ids {
		if v.w.byID[recordRef{c.Entity.ID, id}] == nil {
			out = append(out, id)
		}
	}
	return out
}
