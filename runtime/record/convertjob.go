package record

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/query"
)

type reader = store.Reader

// stragglers is for how long writers may go by metadata of before: the records
// that changed since are gone through twice.
const stragglers = 5 * time.Second

func (s *Service) conversions(ctx context.Context, t schema.TenantID) ([]*catalog.Conversion, error) {
	return jobs[catalog.Conversion](ctx, s, t, catalog.KindConvert)
}

// moveAll works the conversions of a tenant off, and drops what is kept no longer.
func (s *Service) moveAll(ctx context.Context, t schema.TenantID) error {
	if err := s.copyAll(ctx, t); err != nil {
		return err
	}
	if err := workOff(ctx, t, s.conversions, s.convert); err != nil {
		return err
	}
	snap, err := s.catalog.Tenant(ctx, t)
	if err != nil {
		return err
	}
	for _, e := range snap.Outdated(s.now().UnixMilli()) {
		if err := s.catalog.ForgetOld(ctx, t, e); err != nil {
			return err
		}
	}
	return nil
}

// converting is one conversion being worked off.
type converting struct {
	svc    *Service
	tenant schema.TenantID
	job    *catalog.Conversion
	actor  access.Actor
	unique bool // of equal values the oldest record's is kept
}

// convert goes on with a conversion to its end.
func (s *Service) convert(ctx context.Context, t schema.TenantID, v *catalog.Conversion) error {
	leave, err := s.take(ctx, t, v)
	if err != nil {
		return err
	}
	defer leave()
	c := &converting{svc: s, tenant: t, job: v, actor: access.Actor{Tenant: t, System: true}}
	for {
		if err := c.through(ctx); err != nil {
			return err
		}
		if !v.Again {
			v.Again, v.After = true, 0
			if err := c.svc.hold(ctx, c.tenant, c.job); err != nil {
				return err
			}
			continue
		}
		if v.Phase == schema.MoveFill {
			break
		}
		if err := s.catalog.Turn(ctx, t, v); err != nil {
			return err
		}
		again, err := s.reload(ctx, t, v.Key)
		if err != nil || again == nil {
			return err
		}
		if again.Phase == v.Phase { // the field is gone
			break
		}
		*v = *again
	}
	if err := s.catalog.Converted(ctx, t, v); err != nil {
		return err
	}
	s.backlog.add(t) // what follows from the field
	s.wake(t)
	return nil
}

func (s *Service) reload(ctx context.Context, t schema.TenantID, key string) (*catalog.Conversion, error) {
	list, err := s.conversions(ctx, t)
	if err != nil {
		return nil, err
	}
	for _, v := range list {
		if v.Key == key {
			return v, nil
		}
	}
	return nil, nil //nolint:nilnil // done by another
}

const viaConvert = "convert"

// through goes through the records of a phase, or through those that changed
// since it began. While values are stored, the next ones are made.
func (c *converting) through(ctx context.Context) error {
	if !c.job.Again && c.job.After == 0 {
		c.job.Done = 0
	}
	var under underWay
	for n := 1; ; n++ {
		last, ops, err := c.batch(ctx, nil)
		if err != nil {
			_, more := under.wait(0)
			return errors.Join(err, more)
		}
		if len(ops) > 0 {
			under.add(func() ([]schema.RecordID, error) { return c.store(ctx, ops) })
		}
		keep := fillAhead - 1
		if last == 0 || n%noteEvery == 0 || c.unique {
			keep = 0
		}
		if err := c.settled(ctx, &under, keep); err != nil || last == 0 {
			return err
		}
		c.job.After = last
		if n%noteEvery == 0 {
			if err := c.svc.hold(ctx, c.tenant, c.job); err != nil {
				return err
			}
		}
	}
}

// settled waits until all but keep batches are stored, and looks again at
// records that changed meanwhile.
func (c *converting) settled(ctx context.Context, under *underWay, keep int) error {
	late, err := under.wait(keep)
	for try := 0; err == nil && len(late) > 0 && try < tries; try++ { // the second passage looks at what is left
		var ops []store.Op
		if _, ops, err = c.batch(ctx, late); err == nil {
			late, err = c.store(ctx, ops)
		}
	}
	if err != nil {
		_, more := under.wait(0)
		return errors.Join(err, more)
	}
	return nil
}

// underWay are batches that are being stored.
type underWay []chan outcome

type outcome struct {
	late []schema.RecordID
	err  error
}

func (u *underWay) add(put func() ([]schema.RecordID, error)) {
	done := make(chan outcome, 1)
	go func() {
		late, err := put()
		done <- outcome{late, err}
	}()
	*u = append(*u, done)
}

// wait waits for all but the last keep and returns the records that came too late.
func (u *underWay) wait(keep int) (late []schema.RecordID, err error) {
	n := max(len(*u)-keep, 0)
	for _, done := range (*u)[:n] {
		s := <-done
		late, err = append(late, s.late...), errors.Join(err, s.err)
	}
	*u = (*u)[n:]
	return late, err
}

// batch makes the values of the next records, or of those named, and returns
// the last one's id, 0 at the end.
func (c *converting) batch(ctx context.Context, ids []schema.RecordID) (last schema.RecordID, ops []store.Op, err error) {
	snap, err := c.svc.catalog.Tenant(ctx, c.tenant)
	if err != nil {
		return 0, nil, err
	}
	e := snap.Entity(c.job.Entity)
	if e == nil || e.Field(c.job.Field) == nil || e.Field(c.job.Field).Moving == nil {
		return 0, nil, nil
	}
	c.unique = e.Field(c.job.Field).Unique
	if err := c.choices(ctx, snap, ids); err != nil {
		return 0, nil, err
	}
	if snap, err = c.svc.catalog.Tenant(ctx, c.tenant); err != nil {
		return 0, nil, err
	}
	var n int64
	err = c.svc.view(ctx, snap, c.actor, func(rd *reading) error {
		recs, err := c.find(rd, ids)
		if err != nil || len(recs) == 0 {
			return err
		}
		last, n = recs[len(recs)-1].ID, int64(len(recs))
		if c.job.Total == 0 {
			if c.job.Total, err = rd.r.Count(ctx, snap.Shape(c.job.Entity), nil, 0); err != nil {
				return fmt.Errorf("count records: %w", err)
			}
		}
		ops, err = c.ops(rd, recs)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	if !c.job.Again && ids == nil {
		c.job.Done += n
	}
	return last, ops, nil
}

func (c *converting) field(snap *catalog.Snapshot) *schema.Field {
	if e := snap.Entity(c.job.Entity); e != nil {
		return e.Field(c.job.Field)
	}
	return nil
}

// find reads the next records, or those named.
func (c *converting) find(rd *reading, ids []schema.RecordID) ([]*schema.Record, error) {
	shape, f := rd.snap.Shape(c.job.Entity), c.field(rd.snap)
	if f == nil || f.Moving == nil || shape.Field(f.Moving.Shadow) == nil {
		return nil, nil
	}
	want := []schema.FieldID{f.ID, f.Moving.Shadow}
	if c.keeps(rd.snap) {
		want = append(want, f.Moving.Keep)
	}
	if ids != nil {
		recs, err := rd.r.Get(rd.ctx, shape, ids, want)
		if err != nil {
			return nil, fmt.Errorf("load records: %w", err)
		}
		return live(recs), nil
	}
	q := &query.Query{Limit: MaxBatch, Fields: want}
	if c.job.After != 0 {
		q.After = &query.Cursor{ID: c.job.After}
	}
	if c.job.Again {
		q.Where = query.Cmp{Field: schema.SysUpdatedAt, Op: query.Ge, Val: c.job.Since - stragglers.Milliseconds()}
	}
	p, err := rd.r.Find(rd.ctx, shape, q)
	if err != nil {
		return nil, fmt.Errorf("find records: %w", err)
	}
	return p.Records, nil
}

// ends are the field as the values that are read have it, and as those have it
// that are written.
func ends(f *schema.Field) (from, to *schema.Field) {
	m := f.Moving
	switch {
	case m.Phase == schema.MoveCopy && m.Back:
		return f, f.As(m.To)
	case m.Phase == schema.MoveFill && !m.Back && f.Was != nil:
		return f.As(f.Was), f
	}
	return f, f // copied as they are
}

// choices makes the choices that a select field lacks for the next records.
func (c *converting) choices(ctx context.Context, snap *catalog.Snapshot, ids []schema.RecordID) error {
	f := c.field(snap)
	from, to, held := f, f.As(f.Moving.To), f.ID
	if f.Moving.Phase == schema.MoveFill {
		from, to = ends(f)
		held = f.Moving.Shadow
	}
	if f.Moving.Back || to.Type != "singleSelect" && to.Type != "multiSelect" {
		return nil
	}
	trial := *to
	trial.Options.Choices = append([]schema.Choice{}, to.Options.Choices...)
	var missing []string
	err := c.svc.view(ctx, snap, c.actor, func(rd *reading) error {
		recs, err := c.find(rd, ids)
		if err != nil {
			return err
		}
		m, err := rd.mover(from, &trial, recs, held)
		if err != nil {
			return err
		}
		for _, rec := range recs {
			for _, name := range field.ConvertChoices(from, &trial, rec.Values[held], m.names) {
				missing = append(missing, name)
				addChoice(&trial, name)
			}
		}
		return nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	return c.svc.catalog.ConvertChoices(ctx, c.tenant, c.job, missing)
}

// ops are what the phase changes of some records.
func (c *converting) ops(rd *reading, recs []*schema.Record) ([]store.Op, error) {
	f, shape := c.field(rd.snap), rd.snap.Shape(c.job.Entity)
	from, to := ends(f)
	read, write := f.ID, f.Moving.Shadow
	if f.Moving.Phase == schema.MoveFill {
		read, write = write, read
	}
	m, err := rd.mover(from, to, recs, read)
	if err != nil {
		return nil, err
	}
	var ops []store.Op
	for _, rec := range recs {
		v, held := rec.Values[read], rec.Values[write]
		if c.keeps(rd.snap) && !sameValue(rec.Values[f.Moving.Keep], v) {
			ops = append(ops, keepBoth(shape, rec, f))
			continue
		}
		if v == nil || f.Moving.Phase == schema.MoveCopy && f.Moving.Back && held != nil {
			if v == nil && f.Moving.Phase == schema.MoveCopy && !f.Moving.Back && held != nil {
				ops = append(ops, fill(shape, rec, write, nil, held))
			}
			continue
		}
		next := v
		if from != to {
			got, err := m.move(v)
			if err != nil {
				got.Value = nil
			}
			next = got.Value
		}
		if f.Moving.Phase == schema.MoveCopy && sameValue(held, next) {
			continue
		}
		ops = append(ops, fill(shape, rec, write, next, held))
	}
	return ops, rd.err
}

// keeps says whether the old values also go to a field of their own.
func (c *converting) keeps(snap *catalog.Snapshot) bool {
	f := c.field(snap)
	m := f.Moving
	return m.Keep != 0 && m.Phase == schema.MoveCopy && !m.Back && snap.Entity(c.job.Entity).Field(m.Keep) != nil
}

// keepBoth puts a value where it is kept for the way back, and where it stays to be seen.
func keepBoth(shape *store.Shape, rec *schema.Record, f *schema.Field) store.Op {
	op := store.Op{Kind: store.OpFill, Shape: shape, ID: rec.ID, IfVersion: rec.Version, Set: schema.Values{}, Before: schema.Values{}}
	for _, id := range []schema.FieldID{f.Moving.Shadow, f.Moving.Keep} {
		op.Set[id] = rec.Values[f.ID]
		if held := rec.Values[id]; held != nil {
			op.Before[id] = held
		}
	}
	return op
}

func fill(shape *store.Shape, rec *schema.Record, id schema.FieldID, v, held schema.Value) store.Op {
	op := store.Op{Kind: store.OpFill, Shape: shape, ID: rec.ID, IfVersion: rec.Version, Set: schema.Values{id: v}}
	if held != nil {
		op.Before = schema.Values{id: held}
	}
	return op
}

// store writes values and returns the records that changed meanwhile. A value
// that another record holds stays empty.
func (c *converting) store(ctx context.Context, ops []store.Op) (late []schema.RecordID, err error) {
	for try := 0; len(ops) > 0; {
		o := store.Origin{Via: viaConvert, At: c.svc.now().UnixMilli()}
		receipt, err := c.svc.engine.Commit(ctx, c.tenant, &store.Commit{Origin: o, Ops: ops})
		var f *store.Fault
		switch {
		case errors.Is(err, store.ErrDuplicate) && errors.As(err, &f) && f.Op >= 0 && f.Op < len(ops):
			ops = append(ops[:f.Op], ops[f.Op+1:]...)
			continue
		case errors.Is(err, store.ErrBusy) && try < tries:
			try++
			if err := c.svc.breathe(ctx, try+1); err != nil {
				return nil, err
			}
			continue
		case err != nil:
			return nil, fmt.Errorf("move values: %w", err)
		}
		for i, v := range receipt.Versions {
			if v == 0 {
				late = append(late, ops[i].ID)
			}
		}
		return late, nil
	}
	return nil, nil
}
