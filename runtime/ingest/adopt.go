package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tongban/runtime/store"
)

// adoptEvery is how often jobs are looked for whose process has ended: slower
// than processes learn of one another.
const adoptEvery = 3 * time.Second

// adopt takes jobs that nobody works on: all that wait where no other process
// may, else those whose owner was gone at the last look already, which gone
// remembers by queue key. nil gone: the first look.
func (s *Service) adopt(ctx context.Context, gone map[string]string) error {
	left, err := s.waiting(ctx)
	if err != nil {
		return err
	}
	now := map[string]string{}
	for _, r := range left {
		if s.o.Lives != nil {
			if r.Owner != "" && s.o.Lives(r.Owner) {
				continue
			}
			now[r.key()] = r.Owner
			if was, ok := gone[r.key()]; !ok || was != r.Owner {
				continue
			}
			if err := s.claim(ctx, r); errors.Is(err, store.ErrConflict) {
				continue // another was quicker
			} else if err != nil {
				return err
			}
			s.o.Log.InfoContext(ctx, "job taken over", "job", r.ID)
		}
		if !s.take(r) {
			s.o.Log.WarnContext(ctx, "jobs left waiting", "count", len(left))
			break
		}
	}
	clear(gone)
	for k, v := range now {
		if gone != nil {
			gone[k] = v
		}
	}
	return nil
}

// claim makes this process the owner of a job as it was read.
func (s *Service) claim(ctx context.Context, r ref) error {
	v := r.version
	r.Owner = s.o.Owner
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write queue: %w", err)
	}
	return s.system(ctx, store.DocOp{Kind: docQueue, Key: r.key(), IfVersion: v, Body: b})
}

func (s *Service) keepAdopting(ctx context.Context) {
	gone := map[string]string{}
	tick := time.NewTicker(adoptEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.adopt(ctx, gone); err != nil && ctx.Err() == nil {
				s.o.Log.WarnContext(ctx, "jobs of other nodes not looked for", "error", err.Error())
			}
		}
	}
}
