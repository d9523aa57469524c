// Package record is the one door to records. Whoever wants to change one (API,
// import, undo, automation) calls Service.Write; whoever wants to read one
// gets it masked by the rights of who asks. It knows no HTTP and no sockets.
package record

import (
	"context"
	"log/slog"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/fair"
	"tongban/runtime/ids"
	"tongban/runtime/seal"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/field"
)

// MaxBatch is how many changes one Write takes.
const MaxBatch = 1000

// Files finds what is known of attached files. Unknown ones are left out.
type Files func(ctx context.Context, t schema.TenantID, list []schema.FileID) (map[schema.FileID]field.FileInfo, error)

// Attachable returns those of the files that an actor may attach to a record:
// their own. Without it a file id that was guessed would open the file.
type Attachable func(ctx context.Context, a access.Actor, list []schema.FileID) ([]schema.FileID, error)

// Rule is a builder's before-save rule. It may refuse the record with an error
// or return values to set, which are checked like any other input.
type Rule func(ctx context.Context, e *schema.Entity, before, after *schema.Record) (schema.Values, error)

// Options are what a service needs. Files, Attachable (nil: every file may be
// attached) and Rules may be nil; Wake is called after each commit and must return at once.
type Options struct {
	Engine  store.Engine
	Catalog *catalog.Catalog
	Policy  *access.Policy
	IDs     *ids.Source
	Now     func() time.Time
	Log     *slog.Logger
	Files   Files
	// Attachable guards attachments.
	Attachable Attachable
	Rules      []Rule
	Wake       func(schema.TenantID)
	// Seal seals secrets; nil: there is no key, and no secret is taken.
	Seal *seal.Keeper
	// Queue shares out the room for heavy reads between tenants; nil: there is room for all.
	Queue *fair.Queue
	// Timer begins to measure what a read costs; the function that it returns
	// says how long it has taken. nil: by Now.
	Timer func() (took func() time.Duration)
	// History is how long changes are kept; 0: for ever.
	History time.Duration
}

// Service writes and reads records. It is safe for concurrent use.
type Service struct {
	history time.Duration // that changes are kept; 0: for ever
	engine  store.Engine
	catalog *catalog.Catalog
	policy  *access.Policy
	ids     *ids.Source
	now     func() time.Time
	log     *slog.Logger
	files   Files
	attach  Attachable
	rules   []Rule
	wake    func(schema.TenantID)
	seal    *seal.Keeper
	locks   *stripes
	flights flights
	books   books
	self    int64 // this process, among those that bring values up to date
	backlog *backlog
	atWork  busyKeys
	tables  tables
	queue   *fair.Queue
	costs   costs
	timer   func() (took func() time.Duration)
	slow    slow
}

// New returns a service.
func New(o Options) *Service {
	s := &Service{
		engine: o.Engine, catalog: o.Catalog, policy: o.Policy, ids: o.IDs, now: o.Now, log: o.Log,
		files: o.Files, attach: o.Attachable, rules: o.Rules, wake: o.Wake, locks: newStripes(), queue: o.Queue, seal: o.Seal, history: o.History,
	}
	if s.policy == nil {
		s.policy = access.New(o.Now)
	}
	if s.timer = o.Timer; s.timer == nil {
		s.timer = func() func() time.Duration {
			began := o.Now()
			return func() time.Duration { return o.Now().Sub(began) }
		}
	}
	s.self, s.backlog = o.IDs.Next(), newBacklog()
	o.Catalog.OnStale(s.backlog.add)
	if s.wake == nil {
		s.wake = func(schema.TenantID) {}
	}
	return s
}

// rights loads the tenant's metadata and what the actor may do with an entity.
func (s *Service) rights(ctx context.Context, a access.Actor, ent schema.EntityID) (*catalog.Snapshot, *access.Rights, error) {
	snap, err := s.catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, nil, err
	}
	r, err := s.policy.Rights(a, snap, ent)
	if err != nil {
		return nil, nil, err
	}
	return snap, r, nil
}
