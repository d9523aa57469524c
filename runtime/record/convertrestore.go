package record

import (
	"context"
	"fmt"
	"maps"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
)

// lastChanges is how far back the values of a restored record are looked for.
const lastChanges = 200

// refill gives restored records the values of fields whose type was changed
// while they lay in the trash, where no conversion could reach them: from their
// history, as it was written then.
func (s *Service) refill(ctx context.Context, w *writing) error {
	for _, wk := range w.works {
		if wk.op != store.OpRestore {
			continue
		}
		var fields []*schema.Field
		for i := range wk.side.entity.Fields {
			if f := &wk.side.entity.Fields[i]; !f.Deleted && len(f.Past) > 0 && f.Moving == nil {
				fields = append(fields, f)
			}
		}
		if len(fields) == 0 {
			continue
		}
		if err := s.refillOne(ctx, w, wk, fields); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) refillOne(ctx context.Context, w *writing, wk *work, fields []*schema.Field) error {
	op := store.Op{Kind: store.OpFill, Shape: wk.side.shape, ID: wk.after.ID, IfVersion: wk.after.Version, Set: schema.Values{}, Before: schema.Values{}}
	err := s.view(ctx, w.snap, access.Actor{Tenant: w.Actor.Tenant, System: true}, func(rd *reading) error {
		list, err := rd.r.History(ctx, wk.side.entity.ID, wk.after.ID, 0, lastChanges)
		if err != nil {
			return fmt.Errorf("read history: %w", err)
		}
		trashed := int64(0)
		for _, c := range list {
			if c.Op == store.OpTrash {
				trashed = c.Origin.At
				break
			}
		}
		for _, f := range fields {
			if trashed == 0 || trashed >= f.Past[len(f.Past)-1].Until {
				continue
			}
			if err := rd.refillField(wk, f, list, &op); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || len(op.Set) == 0 {
		return err
	}
	o := store.Origin{Via: viaConvert, At: s.now().UnixMilli()}
	if _, err := s.engine.Commit(ctx, w.Actor.Tenant, &store.Commit{Origin: o, Ops: []store.Op{op}}); err != nil {
		return fmt.Errorf("fill a restored record: %w", err)
	}
	maps.Copy(wk.after.Values, op.Set)
	return nil
}

// refillField finds the last value of a field in a record's history.
func (rd *reading) refillField(wk *work, f *schema.Field, list []store.Change, op *store.Op) error {
	for _, c := range list {
		v, ok := c.After[f.ID]
		if !ok {
			continue
		}
		then := f.Then(c.Origin.At)
		rec := &schema.Record{ID: wk.after.ID, Values: schema.Values{f.ID: v}}
		m, err := rd.mover(then, f, []*schema.Record{rec}, f.ID)
		if err != nil {
			return err
		}
		var next schema.Value
		if got, err := m.move(v); err == nil {
			next = got.Value
		}
		if held := wk.after.Values[f.ID]; !sameValue(held, next) {
			op.Set[f.ID] = next
			if held != nil {
				op.Before[f.ID] = held
			}
		}
		return nil
	}
	return nil
}
