package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
)

const (
	maxWaiting = 2048 // commits that may wait; more are ErrBusy
	maxOps     = 1000 // of one commit
	// extraReader is how long a View waits for a free connection before it gets
	// one beyond the pool: a View inside a View must not wait for itself.
	extraReader = time.Second
)

// file is the open database of a tenant.
type file struct {
	e      *Engine
	tenant schema.TenantID
	path   string

	// guarded by Engine.mu
	refs    int
	used    time.Time
	closing bool

	gone    chan struct{} // closed when the file is closed
	opening sync.Once
	openErr error
	refusal error // why the file can only be read, as long as it is open; nil: it can be written
	frozen  bool  // it is read as what nobody changes: nothing can be made beside it

	layout  atomic.Pointer[layout]
	stats   atomic.Int64                              // generation of the planner's statistics
	rows    atomic.Pointer[map[schema.EntityID]int64] // roughly, by those statistics
	wanted  sync.Map                                  // the highest Rev of each entity that a reader has asked for
	touches touches
	answers answers
	covers  coverUse
	queue   chan *job
	w       *writer
	ended   chan struct{} // closed when the writer has ended

	slots chan struct{} // as many as there may be readers
	free  chan *conn
}

// job is a commit, or some work of the engine's own, that waits for the writer.
type job struct {
	ctx     context.Context //nolint:containedctx // of the caller who waits for the job
	prep    *prepared
	work    func(*writer) error
	state   atomic.Int32
	receipt *store.Receipt
	err     error
	done    chan struct{}
}

const (
	jobWaiting int32 = iota
	jobTaken
	jobCancelled
)

func newFile(e *Engine, t schema.TenantID) *file {
	return &file{
		e: e, tenant: t, path: e.path(t), gone: make(chan struct{}),
		queue: make(chan *job, maxWaiting), ended: make(chan struct{}),
		slots: make(chan struct{}, e.readers), free: make(chan *conn, e.readers),
	}
}

// open runs once. Where nothing can be written now, the file is for reading.
func (f *file) open() {
	err := f.openWriting()
	if err == nil {
		return
	}
	if why := f.why(err); store.Passing(why) {
		read := f.openReading()
		if read == nil {
			f.refusal = why
			f.e.opt.Log.Warn("opened for reading only", "tenant", int64(f.tenant), "error", why)
			return
		}
		err = errors.Join(err, read)
	}
	f.openErr = err
}

func (f *file) openWriting() error {
	if err := f.e.hold(); err != nil {
		return err
	}
	c, err := openWriter(f.path)
	if err != nil {
		return err
	}
	w, err := newWriter(f, c)
	if err != nil {
		return errors.Join(fmt.Errorf("sqlite: open %s: %w", f.path, err), c.close())
	}
	f.w = w
	f.layout.Store(w.layout)
	go w.loop()
	return nil
}

// close ends the writer and closes all connections. Nobody uses the file then.
func (f *file) close() error {
	if f.w != nil {
		close(f.queue)
		<-f.ended
	}
	close(f.free)
	var errs []error
	for c := range f.free {
		errs = append(errs, c.close())
	}
	if f.w != nil {
		errs = append(errs, f.w.c.close())
	}
	return errors.Join(errs...)
}

// do runs some work in a transaction of the writer.
func (f *file) do(ctx context.Context, work func(*writer) error) error {
	_, err := f.submit(&job{ctx: ctx, work: work, done: make(chan struct{})})
	return err
}

func (f *file) commit(ctx context.Context, c *store.Commit) (*store.Receipt, error) {
	prep, err := prepare(f.layout.Load(), c)
	if err != nil {
		return nil, err
	}
	return f.submit(&job{ctx: ctx, prep: prep, done: make(chan struct{})})
}

func (f *file) submit(j *job) (*store.Receipt, error) {
	if err := j.ctx.Err(); err != nil {
		return nil, err
	}
	if f.refusal != nil {
		return nil, f.refusal
	}
	select {
	case f.queue <- j:
	default:
		return nil, store.ErrBusy
	}
	select {
	case <-j.done:
	case <-j.ctx.Done():
		if j.state.CompareAndSwap(jobWaiting, jobCancelled) {
			return nil, j.ctx.Err()
		}
		<-j.done // it is under way: the caller must learn how it ends
	}
	return j.receipt, j.err
}

// want asks the writer, without waiting for it, to adopt a shape.
func (f *file) want(s *store.Shape) {
	if f.refusal != nil {
		return
	}
	if rev, ok := f.wanted.Swap(s.Entity, s.Rev); ok && rev == s.Rev {
		return
	}
	select {
	case f.queue <- &job{ctx: f.e.ctx, done: make(chan struct{}), work: func(w *writer) error {
		err := w.adopt(s)
		if err != nil {
			f.e.opt.Log.Error("adopt a reader's shape", "tenant", int64(f.tenant), "entity", int64(s.Entity), "error", err)
		}
		return err
	}}:
	default: // busy: the next commit with this shape does it
		f.wanted.Delete(s.Entity)
	}
}

// view runs fn on one snapshot. The layout is taken before the snapshot, so
// that the snapshot has every column that the layout names.
func (f *file) view(ctx context.Context, fn func(store.Reader) error) error {
	c, extra, err := f.takeReader(ctx)
	if err != nil {
		return err
	}
	r := &reader{c: c, layout: f.layout.Load(), now: f.e.opt.Now, f: f, ended: f.touches.ended.Load()}
	defer func() { f.giveBack(c, extra) }()
	if err := c.run("BEGIN"); err != nil {
		return err
	}
	defer func() {
		if rollback := c.run("ROLLBACK"); rollback != nil {
			f.e.opt.Log.ErrorContext(ctx, "end a snapshot", "tenant", int64(f.tenant), "error", rollback)
		}
	}()
	return fn(r)
}

func (f *file) takeReader(ctx context.Context) (c *conn, extra bool, err error) {
	select {
	case c := <-f.free:
		return f.fresh(c, false)
	default:
	}
	select {
	case f.slots <- struct{}{}:
		c, err := f.newReader()
		if err != nil {
			<-f.slots
		}
		return c, false, err
	default:
	}
	timer := time.NewTimer(extraReader)
	defer timer.Stop()
	select {
	case c := <-f.free:
		return f.fresh(c, false)
	case <-timer.C:
		c, err := f.newReader()
		return c, true, err
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

func (f *file) newReader() (*conn, error) {
	c, err := openReader(f.path, f.frozen)
	if err == nil {
		c.gen = f.stats.Load()
	}
	return c, err
}

// fresh replaces a connection that was opened before the planner's statistics
// were renewed: it would never learn of them.
func (f *file) fresh(c *conn, extra bool) (*conn, bool, error) {
	if c.gen == f.stats.Load() {
		return c, extra, nil
	}
	if err := c.close(); err != nil {
		f.e.opt.Log.Error("close a reader", "tenant", int64(f.tenant), "error", err)
	}
	c, err := f.newReader()
	if err != nil {
		<-f.slots
	}
	return c, extra, err
}

func (f *file) giveBack(c *conn, extra bool) {
	if !extra {
		f.free <- c
		return
	}
	if err := c.close(); err != nil {
		f.e.opt.Log.Error("close a reader", "tenant", int64(f.tenant), "error", err)
	}
}

// enough returns how many matching records make it cheaper to walk an order's
// index until a page is full than to sort what matches.
func (f *file) enough(e schema.EntityID, limit int) int64 {
	rows := int64(20_000)
	if known := f.rows.Load(); known != nil && (*known)[e] > 0 {
		rows = (*known)[e]
	}
	best, n := math.Sqrt(float64(rows*int64(limit))), int64(128)
	for float64(n) < best && n < 8192 { // powers of two: few different statements
		n *= 2
	}
	return n
}
