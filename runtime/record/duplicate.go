package record

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/seal"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/query"
)

const viaDuplicate = "duplicate"

// DuplicateEntity copies an entity; see catalog.DuplicateEntity. Few records
// are there when it returns, many follow in the background.
func (s *Service) DuplicateEntity(ctx context.Context, a access.Actor, ent schema.EntityID, name string, records bool) (*schema.Entity, error) {
	e, err := s.catalog.DuplicateEntity(ctx, a, ent, name, records)
	if err != nil || !records {
		return e, err
	}
	return e, s.copySoon(ctx, a.Tenant, []schema.EntityID{ent})
}

// DuplicateApp copies an app; see catalog.DuplicateApp.
func (s *Service) DuplicateApp(ctx context.Context, a access.Actor, app schema.AppID, name string, records bool) (*schema.App, error) {
	out, err := s.catalog.DuplicateApp(ctx, a, app, name, records)
	if err != nil || !records {
		return out, err
	}
	snap, err := s.catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	var from []schema.EntityID
	for _, e := range snap.Entities(app) {
		from = append(from, e.ID)
	}
	return out, s.copySoon(ctx, a.Tenant, from)
}

// copySoon does the work at once where it is little.
func (s *Service) copySoon(ctx context.Context, t schema.TenantID, from []schema.EntityID) error {
	snap, err := s.catalog.Tenant(ctx, t)
	if err != nil {
		return err
	}
	var n int64
	err = s.engine.View(ctx, t, func(r store.Reader) error {
		for _, e := range from {
			if shape := snap.Shape(e); shape != nil {
				k, err := r.Count(ctx, shape, nil, atOnce+1)
				if err != nil {
					return fmt.Errorf("count records: %w", err)
				}
				n += k
			}
		}
		return nil
	})
	if err != nil || n > atOnce {
		return err
	}
	for try := 1; try <= 100; try++ { // the background may have begun
		if err := s.copyAll(ctx, t); err != nil {
			return err
		}
		list, err := s.duplications(ctx, t)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := s.breathe(ctx, min(try+1, 20)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) duplications(ctx context.Context, t schema.TenantID) ([]*catalog.Duplication, error) {
	return jobs[catalog.Duplication](ctx, s, t, catalog.KindDuplicate)
}

// copyAll works the duplications of a tenant off.
func (s *Service) copyAll(ctx context.Context, t schema.TenantID) error {
	return workOff(ctx, t, s.duplications, s.copyRecords)
}

func (s *Service) copyRecords(ctx context.Context, t schema.TenantID, d *catalog.Duplication) error {
	leave, err := s.take(ctx, t, d)
	if err != nil {
		return err
	}
	defer leave()
	for ; d.Step < len(d.To); d.Step, d.After = d.Step+1, 0 {
		for n := 1; ; n++ {
			last, err := s.copyBatch(ctx, t, d)
			if err != nil {
				return err
			}
			if last == 0 {
				break
			}
			d.After = last
			if n%noteEvery == 0 {
				if err := s.hold(ctx, t, d); err != nil {
					return err
				}
			}
		}
	}
	if err := s.catalog.Duplicated(ctx, t, d); err != nil {
		return err
	}
	s.backlog.add(t)
	s.wake(t)
	return nil
}

// copyBatch copies the next records, each under its own id and for who made it.
// Those that are there already, from before an interruption, are left alone.
func (s *Service) copyBatch(ctx context.Context, t schema.TenantID, d *catalog.Duplication) (schema.RecordID, error) {
	snap, err := s.catalog.Tenant(ctx, t)
	if err != nil {
		return 0, err
	}
	from, to := snap.Shape(d.From[d.Step]), snap.Shape(d.To[d.Step])
	if from == nil || to == nil {
		return 0, nil
	}
	e := snap.Entity(d.To[d.Step])
	var last schema.RecordID
	ops := map[schema.UserID][]store.Op{}
	err = s.view(ctx, snap, access.Actor{Tenant: t, System: true}, func(rd *reading) error {
		q := &query.Query{Limit: MaxBatch}
		if d.After != 0 {
			q.After = &query.Cursor{ID: d.After}
		}
		p, err := rd.r.Find(ctx, from, q)
		if err != nil || len(p.Records) == 0 {
			return err
		}
		ids := make([]schema.RecordID, len(p.Records))
		for i, rec := range p.Records {
			ids[i] = rec.ID
		}
		last = ids[len(ids)-1]
		there, err := rd.r.Get(ctx, to, ids, []schema.FieldID{})
		if err != nil {
			return fmt.Errorf("load copies: %w", err)
		}
		for i, rec := range p.Records {
			if there[i] == nil {
				op := copyOf(e, to, rec, s.now().UTC(), snap.Zone())
				if err := s.resealed(ctx, seal.Place{Tenant: t, Entity: d.From[d.Step], Record: rec.ID}, e, op.Set); err != nil {
					return err
				}
				ops[rec.CreatedBy] = append(ops[rec.CreatedBy], op)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for by, list := range ops {
		o := store.Origin{Actor: by, Via: viaDuplicate, ChangeSet: "cs_" + d.Key, At: s.now().UnixMilli()}
		made, err := s.commitNew(ctx, t, o, list)
		if err != nil {
			return 0, fmt.Errorf("copy records: %w", err)
		}
		d.Done += int64(made)
	}
	return last, nil
}

// commitNew makes those of the records that are not there, nor in the trash,
// where somebody may have put a copy that an interrupted run had made. It
// returns how many it made.
func (s *Service) commitNew(ctx context.Context, t schema.TenantID, o store.Origin, ops []store.Op) (int, error) {
	for len(ops) > 0 {
		_, err := s.engine.Commit(ctx, t, &store.Commit{Origin: o, Ops: ops})
		var f *store.Fault
		if !errors.Is(err, store.ErrConflict) || !errors.As(err, &f) || f.Op < 0 {
			return len(ops), err
		}
		ops = slices.Delete(ops, f.Op, f.Op+1)
	}
	return 0, nil
}

// copyOf makes a record of a copied entity; what is computed comes later.
func copyOf(e *schema.Entity, to *store.Shape, rec *schema.Record, now time.Time, zone *time.Location) store.Op {
	set := maps.Clone(rec.Values)
	maps.DeleteFunc(set, func(id schema.FieldID, _ schema.Value) bool {
		f := e.Field(id)
		return to.Field(id) == nil || f != nil && field.IsComputed(f)
	})
	for i := range e.Shadows {
		if use := e.Shadows[i].Use; use == schema.ShadowErrors || use == schema.ShadowChanged {
			delete(set, e.Shadows[i].ID)
		}
	}
	op := store.Op{Kind: store.OpCreate, Shape: to, ID: rec.ID, Set: set}
	for i := range e.Fields {
		f := &e.Fields[i]
		if f.Type != "autoNumber" || f.Options.Reset != "" && f.Options.Reset != "never" {
			continue
		}
		delete(set, f.ID) // counted anew, so that the next number is free
		op.Numbers = append(op.Numbers, numberOf(e.ID, f, now, zone))
	}
	return op
}
