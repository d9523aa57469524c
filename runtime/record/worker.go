package record

import (
	"context"
	"sync"
	"time"

	"tongban/schema"
)

// lookAgain is how often work is looked for that another process has left.
const lookAgain = time.Minute

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
// earlier process has left, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	s.lookForWork(ctx)
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		for _, t := range s.backlog.take() {
			if err := s.Recalculate(ctx, t); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "computed values are not up to date", "tenant", int64(t), "error", err.Error())
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-s.backlog.bell:
		case <-tick.C:
			s.lookForWork(ctx)
		}
	}
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
