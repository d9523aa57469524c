package record

import (
	"context"
	"sync"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
)

const (
	// lookAgain is how often work is looked for that another process has left.
	lookAgain = time.Minute
	// tryAgain is after how long work goes on that the store refused to take: its
	// disk is full, or it is away.
	tryAgain = 2 * time.Second
)

// backlog is the tenants whose computed values are to be brought up to date.
type backlog struct {
	mu   sync.Mutex // guards due
	due  map[schema.TenantID]bool
	bell chan struct{}
}

func newBacklog() *backlog {
	return &backlog{due: map[schema.TenantID]bool{}, bell: make(chan struct{}, 1)}
}

func (b *backlog) add(t schema.TenantID) {
	b.mu.Lock()
	b.due[t] = true
	b.mu.Unlock()
	select {
	case b.bell <- struct{}{}:
	default:
	}
}

func (b *backlog) take() []schema.TenantID {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]schema.TenantID, 0, len(b.due))
	for t := range b.due {
		out = append(out, t)
	}
	clear(b.due)
	return out
}

// Run brings computed values up to date in the background, first those that an
// earlier process has left, until ctx ends. What the store refuses now, for its
// disk is full, is gone on with when that has passed.
func (s *Service) Run(ctx context.Context) {
	s.lookForWork(ctx)
	tick, retry := time.NewTicker(lookAgain), time.NewTicker(tryAgain)
	defer tick.Stop()
	defer retry.Stop()
	var waiting []schema.TenantID
	for {
		for _, t := range s.backlog.take() {
			if s.bringUpToDate(ctx, t) {
				waiting = append(waiting, t)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-s.backlog.bell:
		case <-retry.C:
			for _, t := range waiting {
				s.backlog.add(t)
			}
			waiting = nil
		case <-tick.C:
			s.lookForWork(ctx)
		}
	}
}

// bringUpToDate reports whether a tenant's work waits for the store.
func (s *Service) bringUpToDate(ctx context.Context, t schema.TenantID) (waits bool) {
	err := s.Recalculate(ctx, t)
	switch {
	case err == nil || ctx.Err() != nil:
	case store.Passing(err):
		s.log.WarnContext(ctx, "computed values wait for the store", "tenant", int64(t), "error", err.Error())
		return true
	default:
		s.log.ErrorContext(ctx, "computed values are not up to date", "tenant", int64(t), "error", err.Error())
	}
	return false
}

// lookForWork finds the tenants that have something left.
func (s *Service) lookForWork(ctx context.Context) {
	list, err := s.catalog.Tenants(ctx)
	if err != nil {
		s.log.ErrorContext(ctx, "list tenants", "error", err.Error())
		return
	}
	for _, t := range list {
		if behind, err := s.Behind(ctx, t); err == nil && behind {
			s.backlog.add(t)
		}
	}
}
