package record

import (
	"context"
	"slices"
	"sync"

	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
)

// flights knows which writes ran at the same time: each of two may have missed
// what the other changed, so that who ends last looks again.
type flights struct {
	mu     sync.Mutex
	active int
	begun  int64
}

// begin notes a write; what it returns tells, at its end, whether it was alone.
func (f *flights) begin() (end func() (alone bool)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active++
	f.begun++
	mine, alone := f.begun, f.active == 1
	done := false
	return func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		if !done {
			f.active--
			alone = alone && f.begun == mine
			done = true
		}
		return alone
	}
}

// recalcDocs are the writes that ask for what is left of a change.
func (w *writing) recalcDocs() ([]store.DocOp, error) {
	w.job = nil
	if len(w.later) == 0 {
		return nil, nil
	}
	w.job = &catalog.Recalc{Steps: w.later, Job: catalog.Job{Key: schema.FormatID("job_", w.svc.ids.Next())}}
	op, err := w.job.Doc()
	if err != nil {
		return nil, err
	}
	op.Log = false
	return []store.DocOp{op}, nil
}

// settle does what a commit left: what belongs to a few records at once, the
// rest in the background. Where other writes ran meanwhile, it looks again at
// everything that looks at, or is looked at by, what changed.
func (s *Service) settle(ctx context.Context, w *writing) error {
	t := w.Actor.Tenant
	if w.job != nil {
		w.job.Version = 1
		if !small(w.job.Steps) {
			s.backlog.add(t)
			return nil
		}
		if err := s.recalc(ctx, t, w.job); err != nil {
			s.log.WarnContext(ctx, "left for later: bring computed values up to date", "tenant", int64(t), "error", err)
			s.backlog.add(t)
		}
	}
	if !w.crowded && !s.engine.Info().Distributed || len(w.again) == 0 {
		return nil
	}
	for i := range w.again {
		st := &w.again[i]
		if err := s.look(ctx, t, st); err != nil {
			return err
		}
	}
	return nil
}

func small(steps []catalog.RecalcStep) bool {
	n := 0
	for _, st := range steps {
		if st.Link != 0 || len(st.IDs) == 0 {
			return false
		}
		n += len(st.IDs)
	}
	return n <= maxSettled
}

// look brings the fields of a step up to date on the few records that it is about.
func (s *Service) look(ctx context.Context, t schema.TenantID, st *catalog.RecalcStep) error {
	ids := st.IDs
	if st.Link != 0 {
		snap, err := s.catalog.Tenant(ctx, t)
		if err != nil {
			return err
		}
		err = s.engine.View(ctx, t, func(r store.Reader) error {
			shape := snap.Shape(st.Entity)
			if shape == nil || shape.Field(st.Link) == nil {
				return nil
			}
			found, err := r.Linked(ctx, shape, st.Link, st.Targets, maxSettled)
			for _, to := range st.Targets {
				ids = append(ids, found[to]...)
			}
			return err
		})
		if err != nil {
			return storeError(err)
		}
	}
	slices.Sort(ids)
	for part := range slices.Chunk(slices.Compact(ids), maxSettled) {
		if err := s.refresh(ctx, t, st, part); err != nil {
			return err
		}
	}
	return nil
}
