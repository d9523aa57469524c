package record

import (
	"context"
	"slices"
	"sync"
	"time"

	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
)

const (
	slowTimes  = 3              // so often a query must be slow
	slowWithin = 24 * time.Hour // before its fields get an index
	mostSlow   = 10_000         // fields that are watched
)

// slow counts slow queries by what they lacked an index for.
type slow struct {
	mu   sync.Mutex
	seen map[slowKey]slowCount
}

type slowKey struct {
	tenant schema.TenantID
	entity schema.EntityID
	field  schema.FieldID
}

type slowCount struct {
	n     int
	first time.Time
}

// again counts one, and reports whether it was the last that was needed.
func (s *slow) again(k slowKey, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil || len(s.seen) >= mostSlow {
		s.seen = map[slowKey]slowCount{}
	}
	c, ok := s.seen[k]
	if !ok || now.Sub(c.first) > slowWithin {
		c = slowCount{first: now}
	}
	if c.n++; c.n >= slowTimes {
		delete(s.seen, k)
		return true
	}
	s.seen[k] = c
	return false
}

// tune lets indexes follow what is asked: what was slow again and again for
// want of one gets it, one that nothing uses any more is dropped. What it
// cannot do now it does another time.
func (s *Service) tune(ctx context.Context, snap *catalog.Snapshot, w *toll, took time.Duration) {
	t := snap.Tenant.ID
	var used []schema.FieldID
	for _, st := range w.steps {
		if st.How == store.PlanIndex {
			used = append(used, st.Fields...)
		}
	}
	if s.catalog.AutoIndexesDue(snap, w.entity, used) {
		if err := s.catalog.UseAutoIndexes(ctx, t, w.entity, used); err != nil {
			s.log.WarnContext(ctx, "use of indexes not noted", "tenant", int64(t), "entity", int64(w.entity), "error", err)
		}
	}
	if took < slowQuery {
		return
	}
	for _, f := range w.lacks(snap) {
		if !s.slow.again(slowKey{t, w.entity, f}, s.now()) {
			continue
		}
		added, err := s.catalog.AddAutoIndex(ctx, t, w.entity, f)
		if err != nil {
			s.log.WarnContext(ctx, "no index for a slow query", "tenant", int64(t), "entity", int64(w.entity), "field", int64(f), "error", err)
		} else if added {
			s.log.InfoContext(ctx, "index for a slow query", "tenant", int64(t), "entity", int64(w.entity), "field", int64(f))
		}
	}
}

// lacks lists the fields whose index would help: those of the conditions where
// none of them is served, and the first key of the order.
func (w *toll) lacks(snap *catalog.Snapshot) []schema.FieldID {
	served := slices.ContainsFunc(w.steps, func(st store.PlanStep) bool { return !st.Sort && st.How.Serves() })
	var out []schema.FieldID
	sorted := false
	for _, st := range w.steps {
		if st.How == store.PlanScan && (st.Sort && !sorted || !st.Sort && !served) {
			for _, f := range st.Fields {
				if snap.Indexable(w.entity, f) && !slices.Contains(out, f) {
					out = append(out, f)
				}
			}
		}
		sorted = sorted || st.Sort
	}
	return out
}
