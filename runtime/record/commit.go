package record

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// commit stores what changed: records, their lines in the change log, and
// documents, at once. A record without a changed value is left alone.
func (s *Service) commit(ctx context.Context, w *writing) error {
	c := &store.Commit{
		Origin: store.Origin{Actor: w.Actor.User, Via: w.Via, ChangeSet: w.ChangeSet, At: w.at, Depth: w.Depth},
		Docs:   slices.Clone(w.Docs),
	}
	var done []*work
	for _, wk := range w.works {
		if wk.op == store.OpUpdate && len(wk.set) == 0 {
			continue
		}
		op := store.Op{Kind: wk.op, Shape: wk.side.shape, ID: wk.after.ID, Numbers: wk.numbers, Quiet: wk.quiet}
		if wk.before != nil {
			op.IfVersion = wk.before.Version
		}
		if wk.op == store.OpCreate || wk.op == store.OpUpdate {
			op.Set, op.Before = wk.set, wk.prior
		}
		c.Ops = append(c.Ops, op)
		done = append(done, wk)
	}
	if len(c.Ops) > MaxBatch {
		return fail.New(fail.TooLarge, "batch.tooLarge").With("max", MaxBatch)
	}
	if w.IdempotencyKey != "" {
		doc, err := w.idemDoc(w.note())
		if err != nil {
			return err
		}
		c.Docs = append(c.Docs, doc)
	}
	if len(c.Ops) == 0 && len(c.Docs) == 0 && len(w.later) == 0 {
		return nil
	}
	more, err := w.recalcDocs()
	if err != nil {
		return err
	}
	c.Docs = append(c.Docs, more...)
	receipt, err := s.engine.Commit(ctx, w.Actor.Tenant, c)
	if err != nil {
		return s.commitError(ctx, w, done, err)
	}
	for i, wk := range done {
		wk.landed(receipt.Versions[i], receipt.Numbers, i, w)
	}
	return nil
}

// landed takes over what the engine made of the record.
func (wk *work) landed(v schema.Version, numbers []schema.Values, i int, w *writing) {
	wk.after.Version = v
	if !wk.quiet {
		wk.after.UpdatedAt, wk.after.UpdatedBy = w.at, w.Actor.User
	}
	if i < len(numbers) {
		maps.Copy(wk.after.Values, numbers[i])
	}
}

func (w *writing) note() *replayNote {
	n := &replayNote{ChangeSet: w.ChangeSet, Hash: w.RequestHash}
	n.Created, n.Updated = w.counts()
	for _, wk := range w.works {
		if wk.change != nil {
			n.Ops = append(n.Ops, wk.op)
			n.IDs = append(n.IDs, wk.after.ID)
		}
	}
	return n
}

func (w *writing) counts() (created, updated int) {
	for _, wk := range w.works {
		switch {
		case wk.change == nil:
		case wk.op == store.OpCreate:
			created++
		default:
			updated++
		}
	}
	return created, updated
}

// commitError says what a refused commit means to the actor; errAgain where
// doing it anew may help.
func (s *Service) commitError(ctx context.Context, w *writing, done []*work, err error) error {
	var f *store.Fault
	isFault := errors.As(err, &f)
	switch {
	case errors.Is(err, store.ErrDuplicate) && isFault && f.Op >= 0 && f.Op < len(done):
		return s.duplicate(ctx, w, done[f.Op], f)
	case errors.Is(err, store.ErrConflict) && isFault && f.Doc >= 0 && f.Doc < len(w.Docs):
		return fail.New(fail.Conflict, "document.changedMeanwhile").Because(err)
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("%w: %w", errAgain, err)
	case errors.Is(err, store.ErrBusy):
		return storeError(err)
	}
	return fmt.Errorf("commit records: %w", err)
}

// duplicate names the field and, where the actor may see it, the record that
// holds the value already.
func (s *Service) duplicate(ctx context.Context, w *writing, wk *work, f *store.Fault) error {
	if sh := shadowOf(wk.side.entity, f.Field); sh != nil && sh.Use == schema.ShadowUnique {
		return w.notUniqueTogether(wk, sh).Because(f)
	}
	fld := wk.side.entity.Field(f.Field)
	if wk.side.rights == nil {
		return fail.New(fail.Conflict, "field.notUnique").Because(f)
	}
	if fld == nil {
		return fail.New(fail.Conflict, "field.notUnique").Because(f)
	}
	e := fail.New(fail.Invalid, "field.notUnique").On(w.keyFor(wk, fld))
	if len(w.changes) > 1 {
		e = e.With("index", wk.index)
	}
	err := s.view(ctx, w.snap, w.Actor, func(rd *reading) error {
		recs, err := rd.r.Get(ctx, wk.side.shape, []schema.RecordID{f.Holder}, nil)
		if err != nil || len(recs) == 0 || recs[0] == nil {
			return err
		}
		acc := rd.of(wk.side.rights, recs[0])
		if acc.May(access.Read) && acc.Read.Has(fld.ID) {
			e = e.With("record", schema.FormatID(schema.PrefixRecord, f.Holder))
		}
		return nil
	})
	if err != nil {
		return e.Because(err)
	}
	return e
}

// result shows the records as they are now to the actor.
func (s *Service) result(ctx context.Context, w *writing) (*Result, error) {
	res := &Result{ChangeSet: w.ChangeSet}
	res.Created, res.Updated = w.counts()
	byEntity := map[*side][]*schema.Record{}
	for _, wk := range w.works {
		if wk.change != nil {
			byEntity[wk.side] = append(byEntity[wk.side], wk.after)
		}
	}
	rows := map[*schema.Record]*Row{}
	for sd, recs := range byEntity {
		list, err := s.show(ctx, w.snap, sd.rights, recs)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			rows[r.Record] = r
		}
	}
	for _, wk := range w.works {
		if wk.change == nil {
			continue
		}
		row := rows[wk.after]
		row.Deleted = wk.op == store.OpTrash || wk.op == store.OpPurge || !row.Access.May(access.Read)
		res.Rows = append(res.Rows, row)
	}
	return res, nil
}
