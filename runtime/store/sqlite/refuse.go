package sqlite

import (
	"context"
	"errors"
	"os"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
)

// lookAgain is how often a file that can only be read is tried for writing.
const lookAgain = time.Second

// why tells a disk that is read-only from one that is full, where SQLite only says
// that it cannot open what stands beside the file.
func (f *file) why(err error) error {
	h, look := os.OpenFile(f.path, os.O_RDWR, 0)
	if look == nil {
		if shut := h.Close(); shut != nil {
			return errors.Join(trouble(err), shut)
		}
		return trouble(err)
	}
	if cause := trouble(look); errors.Is(cause, store.ErrReadOnly) {
		return cause
	}
	return trouble(err)
}

// openReading opens the file where it cannot be written: a full disk has no room
// for what stands beside it, a read-only one takes none.
func (f *file) openReading() error {
	if info, err := os.Stat(f.path); err != nil || info.Size() == 0 {
		return errors.Join(err, errors.New("sqlite: there is nothing to read"))
	}
	err := f.tryReading()
	if err == nil {
		return nil
	}
	// What lies beside the file may hold commits that it has not: without them it is
	// older than what was acknowledged. Nobody but this process writes here, and this
	// process opens the file for writing only once all its readers are closed.
	if info, stat := os.Stat(f.path + "-wal"); stat == nil && info.Size() > 0 || stat != nil && !errors.Is(stat, os.ErrNotExist) {
		return err
	}
	f.frozen = true
	return f.tryReading()
}

func (f *file) tryReading() error {
	c, err := f.newReader()
	if err != nil {
		return err
	}
	l, err := loadLayout(c)
	if err != nil {
		return errors.Join(err, c.close())
	}
	f.layout.Store(l)
	f.slots <- struct{}{}
	f.free <- c
	return nil
}

// writable makes the tenant's file open for writing where it is open for reading
// only and the disk takes writes again; nil also where nobody has opened it.
func (e *Engine) writable(ctx context.Context, t schema.TenantID) error {
	e.mu.Lock()
	f := e.files[t]
	if f == nil || f.closing || e.closed {
		e.mu.Unlock()
		return nil
	}
	f.refs++ // until it has been opened
	e.mu.Unlock()
	f.opening.Do(f.open)
	e.release(f)
	if f.refusal == nil {
		return nil
	}
	e.mu.Lock()
	now := e.opt.Now()
	if since := now.Sub(e.looked[t]); e.files[t] != f || f.closing || e.closed || since >= 0 && since < lookAgain {
		e.mu.Unlock()
		return f.refusal
	}
	e.looked[t] = now
	f.closing = true // whoever wants it now waits for the next one
	for f.refs > 0 {
		e.idle.Wait()
	}
	e.mu.Unlock()
	if err := e.closeFile(f, f.close); err != nil {
		return err
	}
	next, err := e.acquire(ctx, t, false)
	if err != nil || next == nil {
		return err
	}
	defer e.release(next)
	return next.refusal
}

// Writable reports why a tenant's data can only be read now, if so, after it has
// tried whether that has passed.
func (e *Engine) Writable(ctx context.Context, t schema.TenantID) error {
	err := e.writable(ctx, t)
	if store.Passing(err) {
		return err
	}
	return trouble(err)
}
