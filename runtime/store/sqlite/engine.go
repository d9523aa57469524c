// Package sqlite is the embedded storage engine: nothing to install, one file
// per tenant, a table per entity with a real column per field. One goroutine
// writes each file and commits what waits in groups; readers never wait for it.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
)

var _ store.Engine = (*Engine)(nil)

var errClosed = errors.New("sqlite: the engine is closed")

// Options say where and how an engine keeps its files.
type Options struct {
	Dir string // made where it is missing
	Log *slog.Logger
	Now func() time.Time // required
	// Idle is how long an unused tenant's file stays open; 0: two minutes.
	Idle time.Duration
}

// Engine is a store.Engine on files below one folder.
type Engine struct {
	opt     Options
	readers int             // connections per file
	rest    time.Duration   // without fills, until the search index learns of them
	ctx     context.Context //nolint:containedctx // the life of the engine, for its own work
	stop    context.CancelFunc
	janitor sync.WaitGroup
	lockMu  sync.Mutex
	lock    *conn
	loose   bool // the folder was read-only: nothing keeps others out

	mu     sync.Mutex
	idle   *sync.Cond // told when a file falls out of use or is closed
	files  map[schema.TenantID]*file
	closed bool
	looked map[schema.TenantID]time.Time // when a file that is read only was last tried for writing

	refused refusals

	listenMu  sync.RWMutex
	listeners []func(schema.TenantID)
}

// Open prepares the folder. Files are opened when they are first used; ctx
// gives the values, not the lifetime, of what runs in the background.
func Open(ctx context.Context, opt Options) (*Engine, error) {
	if opt.Now == nil {
		return nil, errors.New("sqlite: Options.Now is missing")
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Idle == 0 {
		opt.Idle = 2 * time.Minute
	}
	if err := os.MkdirAll(filepath.Join(opt.Dir, "tenants"), 0o750); err != nil {
		return nil, fmt.Errorf("sqlite: prepare the data folder: %w", err)
	}
	lock, loose, err := lockDir(opt.Dir)
	if err != nil {
		return nil, err
	}
	e := &Engine{opt: opt, lock: lock, loose: loose, readers: 2 * runtime.GOMAXPROCS(0), rest: restAfter, files: map[schema.TenantID]*file{}, looked: map[schema.TenantID]time.Time{}}
	e.idle = sync.NewCond(&e.mu)
	e.ctx, e.stop = context.WithCancel(context.WithoutCancel(ctx))
	e.janitor.Go(e.closeIdle)
	return e, nil
}

// Info implements store.Engine.
func (e *Engine) Info() store.Info {
	return store.Info{Name: "sqlite", Server: zs.Version, Live: true}
}

// OnChange implements store.Engine.
func (e *Engine) OnChange(fn func(schema.TenantID)) {
	e.listenMu.Lock()
	defer e.listenMu.Unlock()
	e.listeners = append(e.listeners, fn)
}

func (e *Engine) tell(t schema.TenantID) {
	e.listenMu.RLock()
	defer e.listenMu.RUnlock()
	for _, fn := range e.listeners {
		fn(t)
	}
}

func (e *Engine) path(t schema.TenantID) string {
	if t == store.System {
		return filepath.Join(e.opt.Dir, "system.db")
	}
	return filepath.Join(e.opt.Dir, "tenants", strconv.FormatInt(int64(t), 10)+".db")
}

// acquire returns a tenant's file, opened; nil where it does not exist and
// create is false. Each acquired file must be released.
func (e *Engine) acquire(ctx context.Context, t schema.TenantID, create bool) (*file, error) {
	for {
		f, wait, err := e.lookup(t, create)
		if err != nil || f == nil && wait == nil {
			return nil, err
		}
		if wait != nil { // it is being closed
			select {
			case <-wait:
				continue
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		f.opening.Do(f.open)
		if f.openErr != nil {
			e.forget(f)
			return nil, f.openErr
		}
		return f, nil
	}
}

func (e *Engine) lookup(t schema.TenantID, create bool) (*file, <-chan struct{}, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, nil, errClosed
	}
	f := e.files[t]
	if f != nil && f.closing {
		return nil, f.gone, nil
	}
	if f == nil {
		if !create {
			if _, err := os.Stat(e.path(t)); errors.Is(err, os.ErrNotExist) {
				return nil, nil, nil
			}
		}
		f = newFile(e, t)
		e.files[t] = f
	}
	f.refs++
	f.used = e.opt.Now()
	return f, nil, nil
}

// forget drops a file that could not be opened, so that the next use tries again.
func (e *Engine) forget(f *file) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f.refs--
	if e.files[f.tenant] == f {
		delete(e.files, f.tenant)
	}
}

func (e *Engine) release(f *file) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f.refs--
	f.used = e.opt.Now()
	if f.refs == 0 {
		e.idle.Broadcast()
	}
}

// closeIdle closes the files that were not used for a while.
func (e *Engine) closeIdle() {
	tick := time.NewTicker(max(e.opt.Idle/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-e.ctx.Done():
			return
		case <-tick.C:
		}
		for _, f := range e.takeIdle(e.opt.Now().Add(-e.opt.Idle)) {
			if err := e.closeFile(f, f.close); err != nil {
				e.opt.Log.Error("close an idle file", "tenant", int64(f.tenant), "error", err)
			}
		}
	}
}

func (e *Engine) takeIdle(before time.Time) []*file {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []*file
	for _, f := range e.files {
		if f.refs == 0 && !f.closing && f.used.Before(before) {
			f.closing = true
			out = append(out, f)
		}
	}
	return out
}

// closeFile ends a file that is marked as closing and in nobody's hands. Those
// who want the tenant wait until end has returned.
func (e *Engine) closeFile(f *file, end func() error) error {
	err := end()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.files[f.tenant] == f {
		delete(e.files, f.tenant)
	}
	close(f.gone)
	e.idle.Broadcast()
	return err
}

// drain waits until nobody uses a file any more and marks it as closing. A file
// that is not open is nil, or, where always says so, stands in for one.
func (e *Engine) drain(t schema.TenantID, always bool) *file {
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		f := e.files[t]
		switch {
		case f == nil && !always:
			return nil
		case f == nil:
			f = newFile(e, t)
			f.closing, e.files[t] = true, f
			return f
		case f.refs == 0 && !f.closing:
			f.closing = true
			return f
		}
		e.idle.Wait()
	}
}

// Close implements store.Engine. It waits for what is under way.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	var tenants []schema.TenantID
	for t := range e.files {
		tenants = append(tenants, t)
	}
	e.mu.Unlock()
	e.stop()
	e.janitor.Wait()
	var errs []error
	for _, t := range tenants {
		if f := e.drain(t, false); f != nil {
			errs = append(errs, e.closeFile(f, f.close))
		}
	}
	e.lockMu.Lock()
	defer e.lockMu.Unlock()
	return errors.Join(append(errs, e.unlock())...)
}

// Ensure implements store.Engine.
func (e *Engine) Ensure(ctx context.Context, t schema.TenantID, s *store.Shape) (err error) {
	defer told(ctx, &err)
	f, err := e.acquire(ctx, t, true)
	if err != nil {
		return err
	}
	defer e.release(f)
	if f.layout.Load().has(s) {
		return nil
	}
	err = f.do(ctx, func(w *writer) error { return w.adopt(s) })
	for err == nil && f.layout.Load().rekeying(s.Entity) {
		err = f.do(ctx, func(w *writer) error { return w.rekeySlice(s.Entity) })
	}
	return err
}

// DropEntity implements store.Engine.
func (e *Engine) DropEntity(ctx context.Context, t schema.TenantID, id schema.EntityID) (err error) {
	defer told(ctx, &err)
	f, err := e.acquire(ctx, t, false)
	if err != nil || f == nil {
		return err
	}
	defer e.release(f)
	return f.do(ctx, func(w *writer) error { return w.dropEntity(id) })
}

// DropTenant implements store.Engine.
func (e *Engine) DropTenant(ctx context.Context, t schema.TenantID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f := e.drain(t, true)
	return e.closeFile(f, func() error {
		if err := f.close(); err != nil {
			return err
		}
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(f.path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("sqlite: drop tenant: %w", err)
			}
		}
		return nil
	})
}

// Commit implements store.Engine.
func (e *Engine) Commit(ctx context.Context, t schema.TenantID, c *store.Commit) (_ *store.Receipt, err error) {
	defer told(ctx, &err)
	if len(c.Ops) > maxOps {
		return nil, fmt.Errorf("sqlite: %d ops in a commit: %w", len(c.Ops), store.ErrBadQuery)
	}
	f, err := e.acquire(ctx, t, true)
	if err != nil {
		return nil, err
	}
	if f.refusal != nil { // it has to be out of all hands before it can be opened for writing
		e.release(f)
		if err := e.writable(ctx, t); err != nil {
			return nil, err
		}
		if f, err = e.acquire(ctx, t, true); err != nil {
			return nil, err
		}
	}
	defer e.release(f)
	return f.commit(ctx, c)
}

// View implements store.Engine.
func (e *Engine) View(ctx context.Context, t schema.TenantID, fn func(store.Reader) error) (err error) {
	defer told(ctx, &err)
	f, err := e.acquire(ctx, t, false)
	if err != nil {
		return err
	}
	if f == nil {
		return fn(&reader{now: e.opt.Now})
	}
	defer e.release(f)
	return f.view(ctx, fn)
}
