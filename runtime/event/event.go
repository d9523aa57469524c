// Package event follows the change logs of tenants and hands their changes, in
// order and without gaps, to the subscribers of this process. It publishes
// nothing of its own: what is not in a change log does not happen here. It
// knows nothing of rights; a subscriber masks what it passes on.
package event

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"tongban/runtime/store"
	"tongban/schema"
)

// batch is how many changes a subscriber gets at most in one call.
const batch = 500

// Handler takes changes of one tenant, oldest first. Calls for one tenant come
// one after the other. An error is logged; the changes are not handed over again.
type Handler func(ctx context.Context, t schema.TenantID, cs []store.Change) error

// Log follows the logs. Make one with New, add subscribers, then Run it.
type Log struct {
	engine store.Engine
	log    *slog.Logger
	subs   []subscriber

	mu       sync.Mutex // guards followed and the feeds in it
	followed map[schema.TenantID]*feed
	wg       sync.WaitGroup
	ctx      context.Context //nolint:containedctx // the life of Run, which feeds that start later must share
}

type subscriber struct {
	name string
	fn   Handler
}

// feed is the place reached in one tenant's log.
type feed struct {
	pos     schema.Seq
	refs    int
	running bool
	dirty   bool
}

// New returns a Log that is told of changes by the engine.
func New(engine store.Engine, log *slog.Logger) *Log {
	l := &Log{engine: engine, log: log, followed: map[schema.TenantID]*feed{}}
	engine.OnChange(l.wake)
	return l
}

// Subscribe adds a handler. Call it before Run.
func (l *Log) Subscribe(name string, fn Handler) {
	l.subs = append(l.subs, subscriber{name, fn})
}

// Run follows until ctx ends and then waits for the handlers to return.
func (l *Log) Run(ctx context.Context) {
	l.mu.Lock()
	l.ctx = ctx
	for t, f := range l.followed {
		l.start(t, f)
	}
	l.mu.Unlock()
	<-ctx.Done()
	l.wg.Wait()
}

// Follow begins to hand over the changes of a tenant and returns the position
// after which they come. Each Follow is ended by one Unfollow.
func (l *Log) Follow(ctx context.Context, t schema.TenantID) (schema.Seq, error) {
	l.mu.Lock()
	if f := l.followed[t]; f != nil {
		f.refs++
		defer l.mu.Unlock()
		return f.pos, nil
	}
	l.mu.Unlock()
	last, err := l.last(ctx, t)
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.followed[t]
	if f == nil {
		f = &feed{pos: last, dirty: true}
		l.followed[t] = f
	}
	f.refs++
	l.start(t, f) // what was committed since last was read
	return f.pos, nil
}

// Unfollow takes one Follow back.
func (l *Log) Unfollow(t schema.TenantID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.followed[t]
	if f == nil {
		return
	}
	if f.refs--; f.refs == 0 {
		delete(l.followed, t)
	}
}

// Position is the place up to which a tenant's changes have been handed over.
func (l *Log) Position(t schema.TenantID) (schema.Seq, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.followed[t]
	if f == nil {
		return 0, false
	}
	return f.pos, true
}

func (l *Log) last(ctx context.Context, t schema.TenantID) (last schema.Seq, err error) {
	err = l.engine.View(ctx, t, func(r store.Reader) error {
		last, err = r.LastSeq(ctx)
		return err
	})
	return last, err
}

// wake is called by the engine after a commit.
func (l *Log) wake(t schema.TenantID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.followed[t]; f != nil {
		f.dirty = true
		l.start(t, f)
	}
}

// start sets a goroutine on a feed that has none. The caller holds mu.
func (l *Log) start(t schema.TenantID, f *feed) {
	if l.ctx == nil || l.ctx.Err() != nil || f.running || !f.dirty {
		return
	}
	f.running = true
	ctx := l.ctx
	l.wg.Go(func() { l.drain(ctx, t, f) })
}

// drain hands over until the log has no more.
func (l *Log) drain(ctx context.Context, t schema.TenantID, f *feed) {
	for {
		l.mu.Lock()
		if !f.dirty || ctx.Err() != nil {
			f.running = false
			l.mu.Unlock()
			return
		}
		f.dirty = false
		pos := f.pos
		l.mu.Unlock()
		if err := l.catchUp(ctx, t, f, pos); err != nil && ctx.Err() == nil {
			l.log.ErrorContext(ctx, "change log unread", "tenant", int64(t), "error", err)
		}
	}
}

func (l *Log) catchUp(ctx context.Context, t schema.TenantID, f *feed, pos schema.Seq) error {
	for ctx.Err() == nil {
		var cs []store.Change
		err := l.engine.View(ctx, t, func(r store.Reader) (err error) {
			cs, err = r.Changes(ctx, pos, batch)
			return err
		})
		if err != nil {
			return fmt.Errorf("read changes after %d: %w", pos, err)
		}
		if len(cs) == 0 {
			return nil
		}
		pos = cs[len(cs)-1].Seq
		l.hand(ctx, t, cs)
		l.mu.Lock()
		f.pos = pos
		l.mu.Unlock()
	}
	return ctx.Err()
}

func (l *Log) hand(ctx context.Context, t schema.TenantID, cs []store.Change) {
	for _, s := range l.subs {
		if err := l.call(ctx, s, t, cs); err != nil && ctx.Err() == nil {
			l.log.ErrorContext(ctx, "subscriber failed", "subscriber", s.name, "tenant", int64(t), "error", err)
		}
	}
}

// call keeps a subscriber's panic from ending the others.
func (l *Log) call(ctx context.Context, s subscriber, t schema.TenantID, cs []store.Change) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return s.fn(ctx, t, cs)
}
