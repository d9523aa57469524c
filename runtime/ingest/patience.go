package ingest

import (
	"context"
	"time"

	"tongban/runtime/store"
)

// tryAgain is how often a job looks whether the store takes writes again.
const tryAgain = time.Second

// patiently runs a job and waits where the store takes nothing now: a full disk
// ends no job. It goes on from what was committed.
func (s *Service) patiently(ctx context.Context, r ref, me *running) (*job, error) {
	for {
		j, err := s.load(ctx, r.Tenant, r.ID)
		if err == nil {
			err = guarded(func() error { return s.run(ctx, j) })
		}
		if ctx.Err() != nil || !store.Passing(err) {
			s.wait(me, nil)
			return j, err
		}
		s.wait(me, told(err))
		s.o.Log.WarnContext(ctx, "job waits for the store", "job", r.ID, "error", err)
		if pause(ctx, tryAgain) != nil {
			return j, err
		}
	}
}

func (s *Service) wait(me *running, why *JobError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	me.waits = why
}

// waitsFor tells why a job that this process has does not get on.
func (s *Service) waitsFor(id string) *JobError {
	s.mu.Lock()
	defer s.mu.Unlock()
	if me := s.running[id]; me != nil {
		return me.waits
	}
	return nil
}
