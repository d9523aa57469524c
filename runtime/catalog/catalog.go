// Package catalog keeps what a tenant has built: apps, entities, views, roles,
// members and departments. It hands out immutable snapshots and is the only
// writer of these documents; every change is authorised, checked and committed
// at once. It knows nothing of records.
package catalog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/ids"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// The kinds of documents that make up a snapshot.
const (
	KindTenant     = "tenant"
	KindApp        = "app"
	KindEntity     = "entity"
	KindView       = "view"
	KindRole       = "role"
	KindMember     = "member"
	KindDepartment = "department"
	kindFormer     = "formerMember" // who left, for their names in history
	kindPolicy     = "policy"       // its version is Snapshot.PolicyVersion
)

// The limits. They keep a snapshot small enough to hold and to load at once.
const (
	MaxEntities = 500 // in a tenant
	MaxFields   = 500 // live fields of an entity
	MaxViews    = 200 // of an entity: the shared ones, and as many of each person
	MaxApps     = 100
	MaxRoles    = 200
	MaxName     = 100 // characters of a name
	MaxKey      = 64
)

// Options are what a catalog needs beside its engine. Policy may be nil.
type Options struct {
	Now    func() time.Time
	IDs    *ids.Source
	Log    *slog.Logger
	Policy *access.Policy
	// Keep is how many tenants are remembered at most; 0: 1,000. Forgot, where
	// set, is told of those that are no longer.
	Keep   int
	Forgot func(schema.TenantID)
}

// Catalog loads, caches and changes metadata. It is safe for concurrent use.
type Catalog struct {
	engine store.Engine
	now    func() time.Time
	ids    *ids.Source
	log    *slog.Logger
	policy *access.Policy
	keep   int
	forgot func(schema.TenantID)

	stale atomic.Pointer[func(schema.TenantID)]

	mu    sync.Mutex // guards slots
	slots map[schema.TenantID]*slot
}

// slot is one tenant's place in the cache.
type slot struct {
	snap   atomic.Pointer[Snapshot] // nil: must be loaded
	gen    atomic.Int64             // rises with each invalidation
	load   sync.Mutex               // one load at a time; guards last
	last   *Snapshot                // the newest loaded one, for what it parsed
	change sync.Mutex               // one change at a time in this process
	used   atomic.Int64             // when it was last asked for, in ns
}

// New returns a catalog over an engine.
func New(engine store.Engine, o Options) *Catalog {
	c := &Catalog{
		engine: engine, now: o.Now, ids: o.IDs, log: o.Log, policy: o.Policy,
		slots: map[schema.TenantID]*slot{}, keep: o.Keep, forgot: o.Forgot,
	}
	if c.keep <= 0 {
		c.keep = keepTenants
	}
	if c.policy == nil {
		c.policy = access.New(o.Now)
	}
	return c
}

func (c *Catalog) slot(t schema.TenantID) *slot {
	c.mu.Lock()
	s := c.slots[t]
	var gone []schema.TenantID
	if s == nil {
		s = &slot{}
		s.used.Store(c.now().UnixNano())
		c.slots[t] = s
		gone = c.evict()
	}
	c.mu.Unlock()
	if c.forgot != nil {
		for _, g := range gone {
			c.forgot(g)
		}
	}
	return s
}

// Tenant returns the tenant's metadata as it is now, from memory where
// possible. A tenant that is not there is NotFound.
func (c *Catalog) Tenant(ctx context.Context, t schema.TenantID) (*Snapshot, error) {
	s := c.slot(t)
	s.used.Store(c.now().UnixNano())
	if snap := s.snap.Load(); snap != nil {
		return snap, nil
	}
	s.load.Lock()
	defer s.load.Unlock()
	if snap := s.snap.Load(); snap != nil {
		return snap, nil
	}
	gen := s.gen.Load()
	snap, err := c.read(ctx, t, s.last)
	if err != nil {
		return nil, err
	}
	s.last = snap
	s.snap.Store(snap)
	if s.gen.Load() != gen { // changed while loading: good for this caller, not to be kept
		s.snap.Store(nil)
	}
	return snap, nil
}

// Invalidate forgets a tenant's snapshot: the next caller loads it anew. The
// reader of the change log calls it when documents changed elsewhere.
func (c *Catalog) Invalidate(t schema.TenantID) {
	c.mu.Lock()
	s := c.slots[t]
	c.mu.Unlock()
	if s == nil {
		return
	}
	s.gen.Add(1)
	s.snap.Store(nil)
}

const (
	// tries is how often a change that met another node's is built anew.
	tries = 8
	pause = 2 * time.Millisecond
)

// change builds documents from the newest snapshot and commits them. On a
// conflict with another node it loads and builds again.
func (c *Catalog) change(ctx context.Context, a access.Actor, build func(*Snapshot) ([]store.DocOp, error)) error {
	s := c.slot(a.Tenant)
	s.change.Lock()
	defer s.change.Unlock()
	for i := 1; ; i++ {
		snap, err := c.Tenant(ctx, a.Tenant)
		if err != nil {
			return err
		}
		docs, err := build(snap)
		if err != nil || len(docs) == 0 {
			return err
		}
		if docs, err = snap.withNames(docs); err != nil {
			return err
		}
		if docs, err = snap.withSettings(docs); err != nil {
			return err
		}
		err = c.commit(ctx, a, docs)
		if fn := c.stale.Load(); err == nil && fn != nil && slices.ContainsFunc(docs, func(d store.DocOp) bool {
			return d.Kind == KindRecalc || d.Kind == KindConvert || d.Kind == KindDuplicate
		}) {
			(*fn)(a.Tenant)
		}
		if err == nil || !errors.Is(err, store.ErrConflict) {
			return err
		}
		if i == tries {
			return fail.New(fail.Conflict, "catalog.changedMeanwhile").Because(err)
		}
		if err := c.breathe(ctx, i); err != nil {
			return err
		}
	}
}

// OnStale registers who brings computed values up to date: fn is told of tenants
// whose documents of kind KindRecalc ask for it, and must return at once.
func (c *Catalog) OnStale(fn func(schema.TenantID)) { c.stale.Store(&fn) }

// breathe waits a little, longer with each try and not the same for everybody.
func (c *Catalog) breathe(ctx context.Context, try int) error {
	spread := time.Duration(c.ids.Next()%7) * pause / 4
	timer := time.NewTimer(time.Duration(try)*pause + spread)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("change metadata: %w", ctx.Err())
	}
}

func (c *Catalog) commit(ctx context.Context, a access.Actor, docs []store.DocOp) error {
	id := c.ids.Next()
	origin := store.Origin{Actor: a.User, Via: "design", ChangeSet: schema.FormatID("cs_", id), At: c.now().UnixMilli()}
	_, err := c.engine.Commit(ctx, a.Tenant, &store.Commit{Origin: origin, Docs: docs})
	c.Invalidate(a.Tenant) // also after an error: its outcome may be unknown
	if err != nil {
		return fmt.Errorf("commit metadata: %w", err)
	}
	return nil
}
