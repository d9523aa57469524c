package record

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/fair"
	"tongban/runtime/store"
	"tongban/runtime/store/why"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/query"
)

const (
	// slowQuery is from when on a query is slow: it then waits for its turn, and
	// asks for an index.
	slowQuery = 200 * time.Millisecond
	// cheapQuery is up to when a query without an index does not wait.
	cheapQuery = 10 * time.Millisecond
	// mostCosts is of how many kinds of queries the cost is remembered.
	mostCosts = 10_000
)

// toll is one read of an entity's records, as the queue sees it.
type toll struct {
	entity schema.EntityID
	steps  []store.PlanStep
	served bool // by indexes, as far as can be told beforehand
	key    uint64
}

var costSeed = maphash.MakeSeed()

// tollOf looks at a condition and an order. extra tells works apart that do
// more than find a page, and is "" for those that do not: figures and counts
// look at all that matches.
func tollOf(snap *catalog.Snapshot, ent schema.EntityID, where query.Expr, sorts []query.Sort, extra string) toll {
	w := toll{entity: ent}
	shape := snap.Shape(ent)
	if shape == nil {
		return w
	}
	w.steps = why.Steps(where, sorts, why.Shaped{Shape: shape})
	p := store.Plan{Steps: w.steps}
	w.served = extra == "" && p.Indexed()
	var h maphash.Hash
	h.SetSeed(costSeed)
	number := func(n int64) {
		for range 8 {
			_ = h.WriteByte(byte(n)) // never fails
			n >>= 8
		}
	}
	number(int64(snap.Tenant.ID))
	number(int64(ent))
	_, _ = h.WriteString(extra) // never fails
	for _, st := range w.steps {
		_, _ = h.WriteString(string(st.How)) // never fails
		for _, f := range st.Fields {
			number(int64(f))
		}
	}
	w.key = h.Sum64()
	return w
}

// costs remembers how long kinds of queries took.
type costs struct {
	mu  sync.Mutex
	was map[uint64]time.Duration
}

func (c *costs) of(key uint64) (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.was[key]
	return d, ok
}

// learn weighs the newest time as much as all before it.
func (c *costs) learn(key uint64, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.was == nil || len(c.was) >= mostCosts {
		c.was = map[uint64]time.Duration{}
	}
	if old, ok := c.was[key]; ok {
		took = (old + took) / 2
	}
	c.was[key] = took
}

// heavy reports whether a work has to wait for its turn: one that no index
// serves, unless it was cheap; and one that was slow.
func (s *Service) heavy(w *toll) bool {
	was, known := s.costs.of(w.key)
	if w.served {
		return known && was >= slowQuery
	}
	return !known || was > cheapQuery
}

// share runs a read that may be heavy when it is its tenant's turn, and learns
// what it costs. It takes no connection of the store while it waits.
func (s *Service) share(ctx context.Context, snap *catalog.Snapshot, a access.Actor, w toll, fn func(*reading) error) error {
	if s.queue != nil && s.heavy(&w) {
		leave, err := s.queue.Enter(ctx, a.Tenant)
		if err != nil {
			return busy(err)
		}
		defer leave()
	}
	since := s.timer()
	err := s.view(ctx, snap, a, fn)
	if took := since(); err == nil || errors.Is(err, store.ErrTooSlow) {
		s.costs.learn(w.key, took)
		s.tune(ctx, snap, &w, took)
	}
	return err
}

func busy(err error) error {
	if !errors.Is(err, fair.ErrBusy) {
		return err
	}
	const soon = 2
	e := fail.New(fail.Busy, "query.waiting").Because(err)
	e.RetryAfter = soon
	return e
}
